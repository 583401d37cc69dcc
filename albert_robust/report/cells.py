"""Cells as a reader sees them: the verdict, how it came about, and how to run the cell again."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import Any

from albert_robust.file_names import SUITE
from albert_robust.report.cases import CaseView, case_view
from albert_robust.report.display import shorten
from albert_robust.report.figures import interval, number
from albert_robust.report.verdicts import MARKS, STANDINGS, WORST_FIRST, VerdictMark
from albert_robust.results.cases import CASE, CaseAlignment, Shrunk
from albert_robust.results.cell_key import CellKey
from albert_robust.results.failures import ATTENTION, compared_with, failures, moves, rerun_command
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord, GateRecord, SuiteRecord
from albert_robust.results.tally import Tally
from albert_robust.shown import counted

BASELINE = "baseline"  # the item that looks for cells that are missing
SHOWN = 10  # failures a cell
SHOWN_IN_ALL = 1500  # keeps the page of a large run small
OPEN = 3  # cells whose failures lie open
UNFOLDED = 10  # cells whose figures do; of the others a reader sees what they are and why they did not pass
LONG_REASON = 600
_COMPLEMENTS = {"consistency": ("flip rate", "sensitivity"), "sensitivity": ("flip rate", "consistency")}
_SPEAK = {
    "consistency": "changed outputs",
    "sensitivity": "outputs that stayed alike",
    "right direction": "outputs that did not move as they should",
    "": "outputs below full quality",
}


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure of a cell, and what its gate says if it has one."""

    name: str
    value: str
    interval: str
    examples: int
    gate: str
    mark: VerdictMark | None


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell; `since` says how many examples became worse beside the baseline, or beside the file's first model."""

    anchor: str
    suite: str
    name: str
    mark: VerdictMark
    expectation: str
    contract: str
    language: str
    reason: str
    accounting: tuple[tuple[str, int], ...]
    measures: tuple[MeasureRow, ...]
    moves: tuple[tuple[str, str, int], ...]
    cases: tuple[CaseView, ...]
    heading: str
    unshown: int
    is_open: bool
    is_folded: bool
    command: str
    standing: VerdictMark | None = None
    since: str = ""
    beside: str = "the baseline"


def anchor(cell: CellRecord) -> str:
    """Return the cell's place in the page, the same in every report."""
    name = f"{cell.suite}\0{cell.cell}".encode("utf-8", "surrogatepass")
    return f"c-{hashlib.sha256(name).hexdigest()[:10]}"


def worst_first(cells: Sequence[CellRecord]) -> list[CellRecord]:
    """Return cells by verdict, then those that regressed, those furthest from their gates, and in plan order."""
    return sorted(cells, key=lambda cell: (WORST_FIRST.index(cell.verdict), not _regressed(cell), -_miss(cell.gates)))


def _regressed(cell: CellRecord) -> bool:
    return cell.comparison is not None and cell.comparison.verdict == "regressed"


def _miss(gates: Sequence[GateRecord]) -> float:
    """Return how far the furthest gate is missed. Beside what was measured, what was not has no distance."""
    misses = [
        gate.bound - gate.estimate.value if gate.at_least else gate.estimate.value - gate.bound
        for gate in gates
        if gate.estimate.measured
    ]
    return max(misses, default=inf if gates else -inf)


def cell_views(
    cells: Sequence[CellRecord],
    tallies: Mapping[CellKey, Tally],
    suites: Mapping[str, SuiteRecord],
    alignments: Sequence[CaseAlignment] = (),
    shrunk: Sequence[Shrunk] = (),
    worsened: Mapping[CellKey, Sequence[Outcome]] = MappingProxyType({}),
    other: str = "the baseline",
) -> tuple[CellView, ...]:
    """Return cells with their failures.

    Args:
        cells: In the order of the page. Passed ones and those that do not apply show no failures but errors.
        tallies: What the outcomes of each come to, by suite and cell.
        suites: By name; a baseline's line may be of one that is gone.
        alignments: Of some of the failures.
        shrunk: Which edits are enough, of some of them.
        worsened: By suite and cell the cases by which it became worse, which are shown first.
        other: What they are compared with.
    """
    bad = [cell for cell in cells if cell.verdict in ATTENTION or cell.counts.error]
    limit = min(SHOWN, max(1, SHOWN_IN_ALL // max(1, len(bad))))
    aligned, few = {CASE(one): one for one in alignments}, {CASE(one): one for one in shrunk}
    return tuple(
        _view(
            cell,
            tallies.get(cell.key),
            suites.get(cell.suite),
            limit,
            place,
            aligned,
            few,
            worsened.get(cell.key, ()),
            other,
        )
        for place, cell in enumerate(cells)
    )


def _view(
    cell: CellRecord,
    tally: Tally | None,
    suite: SuiteRecord | None,
    limit: int,
    place: int,
    aligned: Mapping[tuple[Any, ...], CaseAlignment],
    shrunk: Mapping[tuple[Any, ...], Shrunk],
    worsened: Sequence[Outcome],
    other: str,
) -> CellView:
    found = failures(cell, tally, worsened)
    beside = compared_with(cell)
    worse, change = (frozenset(beside.worse), beside.change) if beside else (frozenset[str](), "")
    numbered = tally is not None and tally.sample.several
    errors, against = (tally.counts.error, tally.evidence.against) if tally is not None else (0, 0)
    if cell.verdict not in ATTENTION:
        against = 0
    cases = [
        case_view(
            cell,
            case,
            numbered,
            aligned.get(CASE(case)),
            shrunk.get(CASE(case)),
            change if case.example in worse and case.status == "tested" else "",
        )
        for case in found[:limit]
    ]
    return CellView(
        anchor=anchor(cell),
        suite=cell.suite,
        name=cell.cell,
        mark=MARKS[cell.verdict],
        expectation=cell.expectation,
        contract=cell.contract,
        language=cell.language,
        reason=shorten(cell.reason, LONG_REASON),
        accounting=_accounting(cell),
        measures=tuple(_measures(cell)),
        moves=tuple(moves(cell, tally)),
        cases=tuple(cases),
        heading=_heading(cell, errors, against, len(cases)),
        unshown=errors + against - len(cases),
        is_open=place < OPEN or place >= UNFOLDED,
        is_folded=place >= UNFOLDED,
        command=rerun(cell, suite),
        standing=STANDINGS[cell.comparison.verdict] if cell.comparison else None,
        since=_since(cell, suite, other),
        beside=other,
    )


def _since(cell: CellRecord, suite: SuiteRecord | None, beside: str) -> str:
    """Return how many of the examples that fall short did not before, or not with the first model."""
    found = compared_with(cell)
    if found is None or not (found.worse or found.known):
        return ""
    new, known, short = len(found.worse), found.known, len(found.worse) + found.known
    other = f"in {beside}" if found is cell.comparison else f"with {suite.first_model if suite else 'the first model'}"
    by = f" by {found.measure}" if found.measure != cell.measure else ""
    of = f"of {counted(short, 'example')} that {'falls' if short == 1 else 'fall'} short{by}"
    if not new:
        return f"None {of} stood better {other}."
    are, rest = "is" if new == 1 else "are", f"; {known:,} fell short there, too" if known else ""
    return f"{new:,} {of} {are} {'new: not so' if found.change == 'new' else 'worse than'} {other}{rest}."


def rerun(cell: CellRecord, suite: SuiteRecord | None) -> str:
    """Return the command that runs a cell again; empty for a suite that was a dictionary."""
    if suite is not None and not suite.path.endswith(SUITE):
        return ""
    missing = cell.comparison is not None and cell.comparison.verdict == "missing"
    node, seed = (suite.node, suite.seed) if suite is not None else (cell.suite, 0)
    return rerun_command(f"{node}::{BASELINE if missing else cell.cell}", seed)


def _heading(cell: CellRecord, errors: int, against: int, shown: int) -> str:
    parts = [counted(errors, "error")] if errors else []
    if against:
        parts.append(f"{against:,} {_SPEAK[cell.measure]}")
    what = " and ".join(parts)
    return f"{what}; {shown} shown" if shown < errors + against else what


def _accounting(cell: CellRecord) -> tuple[tuple[str, int], ...]:
    counts = cell.counts
    kept = (("selected", counts.selected), ("not applicable", counts.not_applicable), ("unchanged", counts.unchanged))
    rest = (("rejected", counts.rejected), ("error", counts.error), ("tested", counts.tested))
    unasked = (("not asked", counts.not_asked), ("spared", counts.spared))
    unread = (("no label", counts.no_label), ("input cut", counts.cut))
    flipped = (("flipped", counts.flipped),) if cell.measure in _COMPLEMENTS else ()
    return (*kept, *rest, *(pair for pair in (*unasked, *unread) if pair[1]), *flipped)


def _measures(cell: CellRecord) -> list[MeasureRow]:
    """Return the measures that say something of their own: the gated ones and no mere complements of others."""
    gated = {gate.measure: gate for gate in cell.gates}
    hidden = _COMPLEMENTS.get(cell.measure, ())
    rows = []
    for name, estimate in cell.measures.items():
        gate = gated.get(name)
        if gate or name not in hidden:
            mark = MARKS[gate.verdict] if gate else None
            bound = gate.gate.removeprefix(name).strip() if gate else ""
            rows.append(MeasureRow(name, number(estimate.value, 3), interval(estimate), estimate.clusters, bound, mark))
    for member in cell.members:
        found, name = member.estimate, f"{member.measure}, {member.name}"
        rows.append(MeasureRow(name, number(found.value, 3), interval(found), found.clusters, "", None))
    return rows
