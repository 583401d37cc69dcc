"""Plan: expand a suite's checks into cells, before anything is read or asked."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

from albert_robust.errors import Complaint, InputError
from albert_robust.running.across import across, idle
from albert_robust.running.cell import Cell, Item
from albert_robust.shown import suggest
from albert_robust.suite.suite import Suite


def plan(suite: Suite) -> list[Cell]:
    """Return the cells of a suite, in the order of its checks; `across` says which of them are compared.

    Raises:
        InputError: Two checks would give cells of the same id, a gate compares nothing, or a mark fits no cell.
    """
    cells = list(_cells(suite))
    items: list[Item] = [*cells, *across(cells)]
    complaints = [*_twice(suite, items), *idle(cells), *_unfit(suite, items)]
    if complaints:
        raise InputError(complaints)
    return cells


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
        line = [item.check.line for item in items if item.id == name][-1]
        yield Complaint(suite.shown, line, 1, f"two checks give the cell {name!r}", "give one of them a `name:`")


def _unfit(suite: Suite, items: Sequence[Item]) -> Iterator[Complaint]:
    """Yield a complaint for each mark that fits no cell: a failure that it was to excuse would not be."""
    for mark in suite.marks:
        if not any(mark.fits(item.id) for item in items):
            names = [item.id for item in items]
            line, column = mark.place
            mend = suggest(mark.cells, names) or f"cells are written as {names[0]!r}" if names else ""
            yield Complaint(suite.shown, line, column, f"no cell fits {mark.cells!r}", mend)
