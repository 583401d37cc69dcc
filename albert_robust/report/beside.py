"""Cells beside their baseline: what became of each, the worst first."""

from dataclasses import dataclass

from albert_robust.gate.comparing import ORDER, standings
from albert_robust.report.cells import anchor
from albert_robust.report.display import shorten
from albert_robust.report.figures import number
from albert_robust.report.verdicts import QUIET, STANDINGS, VerdictMark
from albert_robust.results.records import CellRecord, ComparisonRecord
from albert_robust.results.run import Run

LONG_REASON = 300
BRIEF = 20  # in a Markdown comment


@dataclass(frozen=True, slots=True)
class BesideRow:
    """One cell. What was not measured is a dash."""

    anchor: str
    suite: str
    name: str
    mark: VerdictMark
    measure: str
    before: str
    after: str
    drop: str
    bounds: str
    examples: str
    chance: str
    reason: str


@dataclass(frozen=True, slots=True)
class Beside:
    """All cells that were compared: those that a reader looks at, and the others.

    `other` is what they stand beside, `title` the same as a heading, and `family` are all whose p-values count.
    """

    told: str
    other: str
    title: str
    family: str
    rows: tuple[BesideRow, ...]
    quiet: tuple[BesideRow, ...]
    brief: tuple[BesideRow, ...]


def beside(run: Run) -> Beside:
    """Return how the cells of a run stand beside their baseline; empty where there is none."""
    compared = [(cell, cell.comparison) for cell in run.cells if cell.comparison is not None]
    compared.sort(key=lambda pair: (ORDER.index(pair[1].verdict), -(pair[1].drop.value if pair[1].drop else 0.0)))
    rows = [(found.verdict, _row(cell, found)) for cell, found in compared]
    loud = tuple(row for verdict, row in rows if verdict not in QUIET)
    quiet = tuple(row for verdict, row in rows if verdict in QUIET)
    family = "all cells that were compared" + f" in the same one of the {run.merged} runs" * (run.merged > 1)
    told = standings([found for _, found in compared])
    return Beside(told, run.beside, run.beside.removeprefix("the ").capitalize(), family, loud, quiet, loud[:BRIEF])


def _row(cell: CellRecord, found: ComparisonRecord) -> BesideRow:
    drop = found.drop
    return BesideRow(
        anchor=anchor(cell),
        suite=cell.suite,
        name=cell.cell,
        mark=STANDINGS[found.verdict],
        measure=found.measure,
        before="" if found.before is None else number(found.before, 3),
        after="" if found.after is None else number(found.after, 3),
        drop="" if drop is None else number(drop.value, 3),
        bounds="" if drop is None else f"[{drop.low:.3f}, {drop.high:.3f}]",
        examples="" if drop is None else f"{drop.clusters:,}",
        chance="" if found.adjusted is None else f"{found.adjusted:.2g}",
        reason=shorten(found.reason, LONG_REASON),
    )
