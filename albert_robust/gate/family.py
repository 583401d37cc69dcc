"""Compares the cells of a session with the baselines of their suites, or those of two runs, as one family of tests."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from albert_robust.gate.baseline import Baseline, baseline_path, open_baseline
from albert_robust.gate.comparing import CORRECTION, Family, Thresholds, Wording, absent, compare_all, settled
from albert_robust.gate.lines import Line, line_of, narrowed
from albert_robust.results.cell_key import CellKey
from albert_robust.results.outcomes import OutcomeFile
from albert_robust.results.records import CellRecord, ComparisonRecord
from albert_robust.results.run import Run
from albert_robust.running.cell import Cell, unskipped
from albert_robust.running.execute import Execution
from albert_robust.suite.suite import Suite

EARLY = "incomparable: stopped early: run it without early_stop to compare"
LACKING = "missing: the earlier run has it, the later one has not"
EARLIER = Wording(
    other="the earlier run",
    add="there is nothing to compare it with",
    renew="make both runs of the same examples, seed and version",
)


def baselines_beside(suites: Mapping[str, Suite]) -> dict[str, Baseline]:
    """Return the baselines of the suites that have one beside them, by suite.

    Raises:
        InputError: A baseline is damaged.
    """
    found = {name: open_baseline(baseline_path(suite)) for name, suite in suites.items()}
    return {name: baseline for name, baseline in found.items() if baseline is not None}


def compared(
    execution: Execution,
    cells: Sequence[Cell],
    records: Sequence[CellRecord],
    baselines: Mapping[str, Baseline],
    correction: str = CORRECTION,
) -> Family:
    """Return how executed cells stand beside their baselines.

    Args:
        execution: What came of the cells.
        cells: Those whose suite has no baseline, and those that do not apply, are passed over.
        records: Their verdicts, one a cell.
        baselines: By suite.
        correction: As `compare_all` has it.
    """
    now = {
        record.key: line_of(record, execution.tallies[record.key], cell.suite.seed)
        for cell, record in zip(cells, records, strict=True)
        if cell.suite.name in baselines and cell.applies and not record.counts.not_asked
    }
    before = {(name, line.cell): line for name, baseline in baselines.items() for line in baseline.values()}
    thresholds = {cell.suite.name: thresholds_of(cell.suite) for cell in cells}
    now = _alike(now, before, {record.key: record for record in records}, execution.outcomes(cells))
    return compare_all(now, before, thresholds, correction)


def _alike(
    now: Mapping[CellKey, Line | None],
    before: Mapping[CellKey, Line],
    records: Mapping[CellKey, CellRecord],
    outcomes: OutcomeFile,
) -> dict[CellKey, Line | None]:
    """Return lines; those of cells whose datasets have grown keep only the examples of the earlier line."""
    return {
        key: narrowed(records[key], outcomes.of(*key), line, before[key])
        if line and key in before and line.grew_from(before[key])
        else line
        for key, line in now.items()
    }


def compare_runs(earlier: Run, later: Run, floor: float, tolerance: float, correction: str = CORRECTION) -> Family:
    """Return how the cells of a run stand beside those of an earlier one; cells that the later one lacks are missing.

    Cells that the later one did not ask whole are passed over, those that the earlier one did not are new, and those that
    stopped early are incomparable.

    Args:
        earlier: What is compared with.
        later: What is compared; its suites' confidence counts.
        floor: A smaller drop is no regression.
        tolerance: What a change, either way, must be shown to lie below, for a cell to be the same.
        correction: As `compare_all` has it.
    """
    thresholds = {suite.name: Thresholds(suite.confidence, floor, tolerance) for suite in later.suites}
    then, now = _lines(earlier), _lines(later)
    early = {cell.key for cell in (*earlier.cells, *later.cells) if cell.counts.spared}
    stopped = {key: ComparisonRecord("incomparable", EARLY) for key in early & then.keys() & now.keys()}
    before = {key: line for key, line in then.items() if line is not None}
    whole = {key: line for key, line in now.items() if key not in stopped}
    if isinstance(later.outcomes, OutcomeFile):
        whole = _alike(whole, before, {cell.key: cell for cell in later.cells}, later.outcomes)
    unasked = {cell.key for cell in later.cells if cell.counts.not_asked}
    gone = {
        key: ComparisonRecord("missing", LACKING, line.measure)
        for key, line in before.items()
        if key not in now and key not in unasked
    }
    return compare_all(whole, before, thresholds, correction, wording=EARLIER) | gone | stopped


def beside_earlier(later: Run, family: Family, lenient: bool = False) -> Run:
    """Return a run whose cells stand beside those of an earlier one, as else beside their baseline.

    A cell that became worse has failed, and those that only the earlier run has are missing.

    Args:
        later: The run.
        family: How its cells stand, as `compare_runs` has it.
        lenient: Whether cells that are missing or incomparable are let pass.
    """
    tasks = {suite.name: suite.task for suite in later.suites}
    gone = [
        replace(absent(*_named(key, tasks), lenient), reason=found.reason, comparison=found)
        for key, found in sorted(family.items())
        if found.verdict == "missing"
    ]
    cells = [settled(cell, family.get(cell.key), lenient=lenient) for cell in later.cells]
    return replace(later, cells=(*cells, *gone), counted=later.tallies, beside=EARLIER.other)


def _named(key: CellKey, tasks: Mapping[str, str]) -> tuple[str, str, str]:
    return key[0], tasks.get(key[0], ""), key[1]


def _lines(run: Run) -> dict[CellKey, Line | None]:
    """Return the lines of a run's cells, without those that were asked nothing."""
    seeds = {suite.name: suite.seed for suite in run.suites}
    records = {record.key: record for record in run.cells if record.verdict != "not applicable"}
    return {
        key: line_of(record, run.tallies[key], seeds[key[0]])
        for key, record in records.items()
        if run.tallies[key].examples and not record.counts.not_asked
    }


def whole_beside_baseline(suite: Suite, making: bool = False) -> Suite:
    """Turn `early_stop` off if the suite has or makes a baseline, because baselines compare all examples."""
    return replace(suite, early_stop=suite.early_stop and not making and not baseline_path(suite).exists())


def living(cells: Sequence[Cell]) -> frozenset[str]:
    """Return the ids of the cells that a whole run of a suite tests: those that apply and that no mark skips."""
    return frozenset(cell.id for cell in unskipped(cells) if cell.applies)


def thresholds_of(suite: Suite) -> Thresholds:
    """Return what a suite counts as a regression."""
    return Thresholds(suite.confidence, suite.baseline.floor, suite.baseline.tolerance)
