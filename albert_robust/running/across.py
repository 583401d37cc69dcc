"""Plan, second part: which cells are compared with each other, and by which gates."""

from collections.abc import Iterator, Sequence
from itertools import count

from albert_robust.errors import Complaint
from albert_robust.running.cell import Across, Cell, unskipped, without_severity
from albert_robust.suite.gates import DATASET_GAP, LANGUAGE_GAP, Gate

_MEND = {
    LANGUAGE_GAP: "it needs a dataset in two languages or more, in which the perturbation works",
    DATASET_GAP: "it needs two datasets or more of one language",
}
_SEVERITIES = "it needs a perturbation at two severities or more: add `severities: [1, 3, 5]`"


def across(cells: Sequence[Cell]) -> list[Across]:
    """Return what a suite's gates compare, in the order of its checks; its order follows that of the cells.

    Args:
        cells: All of a suite's plan.
    """
    order = count(len(cells))
    found = []
    for gates, members in _wanted(cells):
        for group in _groups(gates[0], members):
            kept = tuple(unskipped(group))
            whole = Across(gates, tuple(group), (), 0)
            if len(kept) > 1:
                skipped = tuple(whole.difference(cell) for cell in group if cell not in kept)
                found.append(Across(gates, kept, skipped, next(order)))
    return found


def idle(cells: Sequence[Cell]) -> Iterator[Complaint]:
    """Yield a complaint for each gate that has nothing to compare."""
    for gates, members in _wanted(cells):
        if not _groups(gates[0], members):
            line, column = gates[0].place
            what = f"{gates[0].measure} has nothing to compare"
            yield Complaint(members[0].suite.shown, line, column, what, _MEND.get(gates[0].across, _SEVERITIES))


def _wanted(cells: Sequence[Cell]) -> Iterator[tuple[tuple[Gate, ...], list[Cell]]]:
    """Yield the gates of each measure across cells of each check, with the check's cells."""
    for check in cells[0].suite.checks if cells else ():
        members = [cell for cell in cells if cell.check is check]
        for measure in dict.fromkeys(gate.measure for gate in check.across):
            yield tuple(gate for gate in check.across if gate.measure == measure), members


def _groups(gate: Gate, cells: Sequence[Cell]) -> list[list[Cell]]:
    """Return the cells that apply and belong together, two or more each, whether or not a mark skips them."""
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in cells:
        if cell.applies and (gate.across in _MEND or cell.severity):
            groups.setdefault(_alike(gate, cell), []).append(cell)
    return [group for group in groups.values() if len(group) > 1]


def _alike(gate: Gate, cell: Cell) -> tuple[str, str, str]:
    """Return what cells have in common that a gate compares."""
    if gate.across == LANGUAGE_GAP:
        return cell.dataset, cell.perturbation, ""
    if gate.across == DATASET_GAP:
        return "", cell.perturbation, cell.language
    return cell.dataset, without_severity(cell.spec), cell.language
