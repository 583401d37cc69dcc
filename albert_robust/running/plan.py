"""Plan: expand a suite's checks into the cells and comparisons that a run judges, before anything is read or asked."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from albert_robust.errors import Complaint, InputError
from albert_robust.running.across import across, idle
from albert_robust.running.cell import Cell, Comparison, Item, unskipped
from albert_robust.shown import suggest
from albert_robust.suite.suite import Suite


@dataclass(frozen=True, slots=True)
class Plan:
    """What a suite tests.

    Attributes:
        suite: The suite.
        cells: Its cells, in the order of its checks.
        comparisons: Its cells together, in the same order.
    """

    suite: Suite
    cells: tuple[Cell, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All that pytest lists: the cells, then the comparisons."""
        return (*self.cells, *self.comparisons)

    @property
    def unskipped(self) -> tuple[Item, ...]:
        """The items that a run judges."""
        return tuple(unskipped(self.items))


def plan(suite: Suite) -> Plan:
    """Return what a suite tests.

    Raises:
        InputError: Two checks would give cells of the same id, a gate compares nothing, or a mark fits no cell.
    """
    cells = tuple(_cells(suite))
    made = Plan(suite, cells, tuple(across(cells)))
    complaints = [*_twice(suite, made.items), *idle(cells), *_unfit(suite, made.items)]
    if complaints:
        raise InputError(complaints)
    return made


def _cells(suite: Suite) -> Iterator[Cell]:
    order = count()
    for check in suite.checks:
        for dataset in check.datasets:
            for spec in check.specs or (None,):
                for language in suite.datasets[dataset].languages:
                    if check.languages is None or language in check.languages:
                        yield Cell(suite, check, dataset, spec, language, next(order))


def _twice(suite: Suite, items: Sequence[Item]) -> Iterator[Complaint]:
    """Yield a complaint about the first id that two items have."""
    for name in [name for name, times in Counter(item.id for item in items).items() if times > 1][:1]:
        place = [item.check.place for item in items if item.id == name][-1]
        yield Complaint(suite.shown, place, f"two checks give the cell {name!r}", "give one of them a `name:`")


def _unfit(suite: Suite, items: Sequence[Item]) -> Iterator[Complaint]:
    """Yield a complaint for each mark that fits no cell: the failure that the mark should excuse would fail the run."""
    for mark in suite.marks:
        if not any(mark.fits(item.id) for item in items):
            names = [item.id for item in items]
            mend = suggest(mark.cells, names) or f"cells are written as {names[0]!r}" if names else ""
            yield Complaint(suite.shown, mark.place, f"no cell fits {mark.cells!r}", mend)
