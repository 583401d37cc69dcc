"""Tables over many cells: consistency by perturbation and language, quality by dataset and language."""

from collections.abc import Sequence
from dataclasses import dataclass

from albert_robust.report.cells import anchor
from albert_robust.report.figures import interval, level, number
from albert_robust.report.verdicts import MARKS, QUIET, STANDINGS, VerdictMark
from albert_robust.results.cell_key import by_suite, parts_of
from albert_robust.results.records import CellRecord
from albert_robust.scoring.statistics import NOTHING
from albert_robust.shown import counted

_TITLES = {
    "consistency": "Invariance: the output should stay",
    "sensitivity": "Direction: the output should change",
    "right direction": "Direction: the output should move as the check says",
}


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell in a table."""

    anchor: str
    mark: VerdictMark
    value: str
    title: str
    tested: int
    level: str
    standing: VerdictMark | None = None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A perturbation; a language without a cell is None."""

    name: str
    check: str
    cells: tuple[MatrixCell | None, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one measure."""

    title: str
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One dataset of one suite."""

    suite: str
    dataset: str
    languages: tuple[str, ...]
    columns: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """A measure of a reference check, with its gate and what that says if it has one."""

    value: str
    interval: str
    gate: str
    mark: VerdictMark | None


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """A reference check in one language; a measure that it does not have is None."""

    anchor: str
    name: str
    language: str
    mark: VerdictMark
    tested: int
    values: tuple[ReferenceValue | None, ...]


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """The reference checks of a suite; the first `gated` measures have gates, or all count as such where none has."""

    suite: str
    measures: tuple[str, ...]
    gated: int
    rows: tuple[ReferenceRow, ...]


@dataclass(frozen=True, slots=True)
class AcrossRow:
    """Cells compared with each other."""

    anchor: str
    name: str
    mark: VerdictMark
    value: str
    interval: str
    gate: str
    note: str


@dataclass(frozen=True, slots=True)
class AcrossTable:
    """The comparisons of a suite's cells."""

    suite: str
    rows: tuple[AcrossRow, ...]


def matrices(cells: Sequence[CellRecord], other: str = "the baseline") -> tuple[Matrix, ...]:
    """Return a matrix for each suite and dataset that perturbations were tried on, in plan order.

    Args:
        cells: In plan order.
        other: What they are compared with.
    """
    groups: dict[tuple[str, str], list[CellRecord]] = {}
    for cell in cells:
        if cell.measure and not cell.across:
            groups.setdefault((cell.suite, cell.dataset), []).append(cell)
    return tuple(_matrix(suite, dataset, group, other) for (suite, dataset), group in groups.items())


def _matrix(suite: str, dataset: str, cells: Sequence[CellRecord], other: str) -> Matrix:
    languages = tuple(dict.fromkeys(cell.language for cell in cells))
    blocks = []
    for measure, title in _TITLES.items():
        rows: dict[tuple[str, str], dict[str, CellRecord]] = {}
        for cell in cells:
            if cell.measure == measure:
                rows.setdefault((parts_of(cell.cell)[0], cell.perturbation), {})[cell.language] = cell
        if rows:
            made = (_row(name, check, found, languages, measure, other) for (check, name), found in rows.items())
            blocks.append(Block(f"{title}. Shown: {measure}", tuple(made)))
    return Matrix(suite, dataset, languages, len(languages) + 1, tuple(blocks))


def _row(
    name: str, check: str, found: dict[str, CellRecord], languages: Sequence[str], measure: str, other: str
) -> MatrixRow:
    cells = tuple(_cell(found[tag], measure, other) if tag in found else None for tag in languages)
    return MatrixRow(name, check, cells)


def _cell(cell: CellRecord, measure: str, other: str) -> MatrixCell:
    verdict = cell.comparison.verdict if cell.comparison else None
    standing = STANDINGS[verdict] if verdict else None
    beside = f"beside {other}: {standing.word}" if standing else ""
    return matrix_cell(cell, measure, None if verdict in QUIET else standing, beside)


def matrix_cell(cell: CellRecord, measure: str, standing: VerdictMark | None, beside: str) -> MatrixCell:
    """Return a cell of a table.

    Args:
        cell: The cell.
        measure: Which of its measures is shown.
        standing: How it stands beside another, where a reader should look at that.
        beside: The same in words.
    """
    estimate = cell.measures.get(measure, NOTHING)
    parts = [cell.verdict, f"{measure} {number(estimate.value, 3)} {interval(estimate)}".strip(), beside]
    title = "; ".join([*filter(None, parts), counted(cell.counts.tested, "variant") + " tested", cell.cell])
    return MatrixCell(
        anchor=anchor(cell),
        mark=MARKS[cell.verdict],
        value=number(estimate.value),
        title=title,
        tested=cell.counts.tested,
        level=level(estimate.value),
        standing=standing,
    )


def reference_tables(cells: Sequence[CellRecord]) -> tuple[ReferenceTable, ...]:
    """Return a table for each suite with reference checks, in plan order."""
    groups = by_suite([cell for cell in cells if cell.expectation == "reference" and not cell.across])
    return tuple(_reference(suite, group) for suite, group in groups.items())


def _reference(suite: str, cells: Sequence[CellRecord]) -> ReferenceTable:
    gated = {gate.measure for cell in cells for gate in cell.gates}
    names = dict.fromkeys(name for cell in cells for name in cell.measures)
    ordered = tuple(sorted(names, key=lambda name: name not in gated))
    first = sum(name in gated for name in names) or len(names)
    return ReferenceTable(suite, ordered, first, tuple(_reference_row(cell, ordered) for cell in cells))


def _reference_row(cell: CellRecord, names: Sequence[str]) -> ReferenceRow:
    values = tuple(_reference_value(cell, name) for name in names)
    check = parts_of(cell.cell)[0]
    name = f"{check}/{cell.dataset}" if check else cell.dataset
    return ReferenceRow(anchor(cell), name, cell.language, MARKS[cell.verdict], cell.counts.tested, values)


def _reference_value(cell: CellRecord, name: str) -> ReferenceValue | None:
    found = cell.measures.get(name)
    if found is None:
        return None
    gate = next((gate for gate in cell.gates if gate.measure == name), None)
    bound, mark = (gate.gate.removeprefix(name).strip(), MARKS[gate.verdict]) if gate else ("", None)
    return ReferenceValue(number(found.value, 3), interval(found), bound, mark)


def across_tables(cells: Sequence[CellRecord]) -> tuple[AcrossTable, ...]:
    """Return a table for each suite whose gates compare cells, in plan order."""
    groups = by_suite([cell for cell in cells if cell.across])
    return tuple(AcrossTable(suite, tuple(map(_across_row, group))) for suite, group in groups.items())


def _across_row(cell: CellRecord) -> AcrossRow:
    estimate = next(iter(cell.measures.values()), NOTHING)
    gates = ", ".join(gate.gate for gate in cell.gates)
    shown = number(estimate.value, 3), interval(estimate)
    return AcrossRow(anchor(cell), cell.cell, MARKS[cell.verdict], *shown, gates, cell.note or cell.reason)
