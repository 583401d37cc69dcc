"""Causes: cells that did not pass, those of one check and perturbation as one line, and what a reader can do about them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from albert_robust.report.cells import anchor, rerun, worst_first
from albert_robust.report.display import shorten
from albert_robust.report.figures import number
from albert_robust.report.verdicts import MARKS, VerdictMark
from albert_robust.results.cell_key import REFERENCE, CellKey, parts_of
from albert_robust.results.failures import ATTENTION, moves, setback
from albert_robust.results.records import CellRecord, GateRecord, SuiteRecord, Verdict
from albert_robust.results.run import Run
from albert_robust.results.tally import Tally

LINES, ERROR_LINES = 6, 2  # on the first screen; errors must not hide every failure
LINKS = 12  # to the cells of a line
LONG_LINE = 200
BASELINE = "the baseline"
_DECIDED: tuple[Verdict, ...] = ("failed", "error")


@dataclass(frozen=True, slots=True)
class Cause:
    """Cells with the same verdict for the same reason; `where` are they, unless it is one, and `links` lead to them."""

    mark: VerdictMark
    suite: str
    name: str
    where: str
    links: tuple[tuple[str, str], ...]
    told: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a reader can do about some of the cells."""

    about: str
    what: str
    code: str


@dataclass(frozen=True, slots=True)
class Causes:
    """The first lines, how many cells are in none of them, and what to do."""

    lines: tuple[Cause, ...]
    more: int
    steps: tuple[Step, ...]


def causes(run: Run) -> Causes:
    """Return why cells did not pass, the worst first. A gap between cells one of which failed is a line of that cell alone."""
    bad = worst_first([cell for cell in run.cells if cell.verdict in ATTENTION])
    failed = {cell.key for cell in bad if cell.verdict in _DECIDED and not cell.across}
    groups: dict[tuple[object, ...], list[CellRecord]] = {}
    for cell in bad:
        if not any((cell.suite, member.cell) in failed for member in cell.members):
            groups.setdefault(_cause(cell), []).append(cell)
    errors = [group for group in groups.values() if group[0].verdict == "error"]
    others = [group for group in groups.values() if group[0].verdict != "error"]
    shown = [*errors[: max(ERROR_LINES, LINES - len(others))], *others][:LINES]
    judged = [cell for cell in run.cells if cell.verdict != "not applicable" and not cell.across]
    lines = tuple(_line(group, judged, run.tallies, run.beside) for group in shown)
    suites = {suite.name: suite for suite in run.suites}
    return Causes(lines, len(bad) - sum(map(len, shown)), tuple(_steps(bad, suites, run.beside)))


def _cause(cell: CellRecord) -> tuple[object, ...]:
    if cell.across:
        return cell.key
    gate = _missed(cell)
    return cell.verdict, _tried(cell), gate.gate if gate else "", setback(cell) is not None


def _tried(cell: CellRecord) -> tuple[str, str, str]:
    """Return the suite, check and perturbation of a cell."""
    return cell.suite, parts_of(cell.cell)[0], cell.perturbation


def _missed(cell: CellRecord) -> GateRecord | None:
    """Return the gate that a cell did not pass, one that failed before one that is undecided."""
    gates = sorted(cell.gates, key=lambda gate: ATTENTION.index(gate.verdict) if gate.verdict in ATTENTION else 9)
    return gates[0] if gates and gates[0].verdict in ATTENTION else None


def _line(
    group: Sequence[CellRecord], judged: Iterable[CellRecord], tallies: Mapping[CellKey, Tally], other: str
) -> Cause:
    first = group[0]
    alike = [cell for cell in judged if _tried(cell) == _tried(first)]
    parts = [_told(group, other), _move(group, tallies)]
    return Cause(
        mark=MARKS[first.verdict],
        suite=first.suite,
        name=first.cell
        if len(group) == 1
        else " ".join(filter(None, [_tried(first)[1], first.perturbation or REFERENCE])),
        where="" if len(group) == 1 else f"{len(group):,} of {len(alike):,} {_kind(alike)}",
        links=tuple((anchor(cell), "" if len(group) == 1 else _place(cell, alike)) for cell in group[:LINKS]),
        told="; ".join(filter(None, parts)),
    )


def _kind(alike: Sequence[CellRecord]) -> str:
    if len({cell.dataset for cell in alike}) == 1:
        return "languages"
    return "datasets" if len({cell.language for cell in alike}) == 1 else "cells"


def _place(cell: CellRecord, alike: Sequence[CellRecord]) -> str:
    kind = _kind(alike)
    return {"languages": cell.language, "datasets": cell.dataset}.get(kind, f"{cell.dataset}[{cell.language}]")


def _told(group: Sequence[CellRecord], other: str) -> str:
    """Return what the cells came to and what their gate is, before all else; of one that is no worse than before its reason."""
    first, gate, beside = group[0], _missed(group[0]), setback(group[0])
    if beside is not None:
        both = [found for cell in group if (found := setback(cell)) is not None]
        now, then = (
            [value for one in both if (value := getattr(one, side)) is not None] for side in ("after", "before")
        )
        was = f"was {_range(then)} {f'in {other}' if beside is first.comparison else 'with the first model'}"
        if gate and gate.measure == beside.measure:
            return f"{_gate(group, gate)}; {was}"
        worse = f"{beside.measure} {_range(now)}, {was}"
        return f"{_gate(group, gate)}; {worse}" if gate else worse
    if gate is None or len(group) == 1:
        return shorten(" ".join(first.reason.split()), LONG_LINE)
    return _gate(group, gate)


def _gate(group: Sequence[CellRecord], gate: GateRecord) -> str:
    values = [
        one.estimate.value for cell in group for one in cell.gates if one.gate == gate.gate and one.estimate.measured
    ]
    return f"{gate.measure} {_range(values)}, gate {gate.gate.removeprefix(gate.measure).strip()}"


def _range(values: Sequence[float]) -> str:
    if not values:
        return "not measured"
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


def _move(group: Sequence[CellRecord], tallies: Mapping[CellKey, Tally]) -> str:
    """Return the commonest change of a label; empty where answers are no labels, or hardly any change twice."""
    counts = Counter[tuple[str, str]]()
    for cell in group:
        for should, said, count in moves(cell, tallies.get(cell.key)):
            counts[should, said] += count
    if not counts:
        return ""
    (should, said), count = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return f"{should or '(empty)'} \u2192 {said or '(empty)'} {count:,} times" if count > 1 else ""


def _steps(bad: Sequence[CellRecord], suites: Mapping[str, SuiteRecord], other: str) -> Iterable[Step]:
    """Yield what to do about the cells, a step for each kind of them."""
    first = {cell.verdict: cell for cell in reversed(bad)}
    if "error" in first:
        yield Step("Error", "mend what raises: an error counts neither for nor against the model.", "")
    if any(cell.comparison is not None and cell.comparison.verdict == "regressed" for cell in bad):
        meant = "if the change is meant, make this the baseline:" if other == BASELINE else ""
        code = "pytest --robust-baseline-update" if meant else ""
        yield Step(
            f"Worse than {other}",
            f"look at the examples that are marked: they stand first. {meant.capitalize()}".rstrip(),
            code,
        )
    if failed := first.get("failed"):
        again = rerun(failed, suites.get(failed.suite))
        if failed.expectation == "invariance" and again:
            what = "run a cell again, and find the edits that are enough to break an answer:"
            yield Step("Failed", what, f"{again} --robust-shrink")
        elif again:
            yield Step("Failed", "run a cell again:", again)
        known = f'marks: [{{cells: "{failed.cell}", xfail: "why"}}]'
        yield Step("Known", "accept a failure for now in the suite:", known)
    trained = {name for name, suite in suites.items() if not suite.model.startswith(("endpoint", "elsewhere"))}
    changed = [
        cell for cell in bad if cell.verdict == "failed" and cell.expectation == "invariance" and not cell.across
    ]
    changed = [cell for cell in changed if cell.suite in trained and cell.perturbation]
    if changed:
        languages = ",".join(sorted({cell.language for cell in changed if cell.suite == changed[0].suite}))
        data = f"train.csv --task {changed[0].task} --language {languages}"
        command = f"albert-robust augment {data} --run robustness-report --out augmented.csv"
        yield Step("Train", "write training data with the perturbations that break answers:", command)
    if "inconclusive" in first:
        yield Step(
            "Inconclusive", "add examples (each cell says about how many), or state a gate that these can decide.", ""
        )
    if "not tested" in first:
        yield Step("Not tested", "run again with a larger budget: what was answered is kept and not asked again.", "")
