"""Tables of slices: what each cell of a dataset comes to for each value of a column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from albert_robust.report.cells import anchor
from albert_robust.report.figures import interval, level, number
from albert_robust.report.verdicts import MARKS, VerdictMark
from albert_robust.results.cell_key import REFERENCE, parts_of
from albert_robust.results.records import CellRecord, SliceRecord
from albert_robust.shown import counted


@dataclass(frozen=True, slots=True)
class SliceCell:
    """One slice of a cell."""

    value: str
    level: str
    examples: int
    title: str


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A cell by one measure; a slice that it does not have is None."""

    anchor: str
    name: str
    language: str
    measure: str
    mark: VerdictMark
    slices: tuple[SliceCell | None, ...]


@dataclass(frozen=True, slots=True)
class SliceTable:
    """The cells of one dataset of one suite, by one of its columns."""

    suite: str
    dataset: str
    column: str
    values: tuple[str, ...]
    rows: tuple[SliceRow, ...]


def slice_tables(cells: Iterable[CellRecord]) -> tuple[SliceTable, ...]:
    """Return a table for each suite, dataset and column by which it is sliced, in plan order."""
    groups: dict[tuple[str, str, str], list[CellRecord]] = {}
    for cell in cells:
        for column in dict.fromkeys(one.column for one in cell.slices):
            groups.setdefault((cell.suite, cell.dataset, column), []).append(cell)
    return tuple(_table(*place, group) for place, group in groups.items())


def _table(suite: str, dataset: str, column: str, cells: Sequence[CellRecord]) -> SliceTable:
    found = [(cell, [one for one in cell.slices if one.column == column]) for cell in cells]
    values = tuple(sorted({one.value for _, slices in found for one in slices}))
    rows = tuple(
        _row(cell, measure, {one.value: one for one in slices if one.measure == measure}, values)
        for cell, slices in found
        for measure in dict.fromkeys(one.measure for one in slices)
    )
    return SliceTable(suite, dataset, column, values, rows)


def _row(cell: CellRecord, measure: str, slices: dict[str, SliceRecord], values: Sequence[str]) -> SliceRow:
    check = parts_of(cell.cell)[0]
    name = "/".join(filter(None, [check, cell.perturbation or REFERENCE]))
    shown = tuple(_cell(slices[value]) if value in slices else None for value in values)
    return SliceRow(anchor(cell), name, cell.language, measure, MARKS[cell.verdict], shown)


def _cell(one: SliceRecord) -> SliceCell:
    found = one.estimate
    told = (
        f"{one.value}: {one.measure} {number(found.value, 3)} {interval(found)}; {counted(found.clusters, 'example')}"
    )
    return SliceCell(number(found.value), level(found.value), found.clusters, told)
