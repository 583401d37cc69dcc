"""Plan, second part: groups cells that a gate compares with each other."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from albert_robust.errors import Complaint
from albert_robust.running.cell import Cell, Common, Comparison, unskipped
from albert_robust.suite.gates import Gate
from albert_robust.suite.measure import Axis

_MEND: Mapping[Axis, str] = {
    "language": "it needs a dataset in two languages or more, in which the perturbation works",
    "dataset": "it needs two datasets or more of one language",
    "severity": "it needs a perturbation at two severities or more: add `severities: [1, 3, 5]`",
}


def across(cells: Sequence[Cell]) -> list[Comparison]:
    """Return the comparisons that a suite's gates ask for, in the order of its checks. In the plan they follow the cells.

    Args:
        cells: All of a suite's plan.
    """
    order = count(len(cells))
    comparisons = []
    for gates, members in _wanted(cells):
        axis = gates[0].measure.axis
        for group in _groups(axis, members):
            kept = tuple(unskipped(group))
            skipped = tuple(cell.along(axis) for cell in group if cell not in kept)
            if len(kept) > 1:
                comparisons.append(Comparison(gates, kept, skipped, next(order)))
    return comparisons


def idle(cells: Sequence[Cell]) -> Iterator[Complaint]:
    """Yield a complaint for each gate that has nothing to compare."""
    for gates, members in _wanted(cells):
        gate = gates[0]
        if not _groups(gate.measure.axis, members):
            what = f"{gate.measure.name} has nothing to compare"
            yield Complaint(members[0].suite.shown, gate.place, what, _MEND[gate.measure.axis])


def _wanted(cells: Sequence[Cell]) -> Iterator[tuple[tuple[Gate, ...], list[Cell]]]:
    """Yield the gates of each measure across cells of each check, with the check's cells."""
    for check in cells[0].suite.checks if cells else ():
        members = [cell for cell in cells if cell.check is check]
        for measure in dict.fromkeys(gate.measure for gate in check.across):
            yield tuple(gate for gate in check.across if gate.measure == measure), members


def _groups(axis: Axis, cells: Sequence[Cell]) -> list[list[Cell]]:
    """Return the cells that apply and differ along an axis alone, two or more each, whether or not a mark skips them."""
    groups: dict[Common, list[Cell]] = {}
    for cell in cells:
        if cell.applies and cell.along(axis):
            groups.setdefault(Common.of(cell, axis), []).append(cell)
    return [group for group in groups.values() if len(group) > 1]
