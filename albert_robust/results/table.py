"""A run as a table for analyses and papers: a row per cell and measure, plain values alone."""

from collections.abc import Iterator
from typing import Any

from albert_robust.results.records import CellRecord, ComparisonRecord, GateRecord, PooledRecord, SuiteRecord
from albert_robust.results.run import Run
from albert_robust.scoring.statistics import Estimate

COLUMNS = (
    "suite",
    "model",
    "cell",
    "task",
    "expectation",
    "dataset",
    "perturbation",
    "language",
    "verdict",
    "tested",
    "measure",
    "slice",
    "value",
    "low",
    "high",
    "examples",
    "gate",
    "beside_first",
    "difference",
    "difference_low",
    "difference_high",
    "adjusted_p",
)
Row = dict[str, Any]


def rows_of(run: Run) -> Iterator[Row]:
    """Yield a row per cell and measure, in the order of the run; each has `COLUMNS`, None where there is nothing to say.

    Below those of a cell stand its slices, such as `product=film`.

    `low` and `high` are one-sided bounds at the suite's confidence, `difference` is that to the file's first model. At the end
    stands a row without a cell for each measure of each other model, over all of its cells.
    """
    suites = {suite.name: suite for suite in run.suites}
    for cell in run.cells:
        of_cell = _cell(cell, suites[cell.suite])
        for measure, estimate in cell.measures.items():
            if estimate.measured:
                row = of_cell | _numbers(measure, estimate)
                row |= _gate(cell.gates, measure) | _beside(cell.beside_first, measure)
                yield {name: row.get(name) for name in COLUMNS}
        for part in cell.slices:
            if part.estimate.measured:
                row = of_cell | _numbers(part.measure, part.estimate) | {"slice": f"{part.column}={part.value}"}
                yield {name: row.get(name) for name in COLUMNS}
    for one in run.pooled:
        yield {name: _pooled(one, suites[one.suite]).get(name) for name in COLUMNS}


def _cell(cell: CellRecord, suite: SuiteRecord) -> Row:
    names = ("suite", "cell", "task", "expectation", "dataset", "perturbation", "language", "verdict")
    return {name: getattr(cell, name) for name in names} | {
        "model": suite.model_name or suite.model,
        "tested": cell.counts.tested,
    }


def _numbers(measure: str, found: Estimate) -> Row:
    return {"measure": measure, "value": found.value, "low": found.low, "high": found.high, "examples": found.clusters}


def _pooled(one: PooledRecord, suite: SuiteRecord) -> Row:
    found = one.comparison
    examples = found.gain and found.gain.clusters
    row = {"suite": one.suite, "model": suite.model_name, "task": suite.task, "measure": found.measure}
    return row | {"value": found.after, "examples": examples} | _beside(found, found.measure)


def _gate(gates: tuple[GateRecord, ...], measure: str) -> Row:
    return next(({"gate": gate.gate} for gate in gates if gate.measure == measure), {})


def _beside(found: ComparisonRecord | None, measure: str) -> Row:
    if found is None or found.measure != measure or (gain := found.gain) is None:
        return {}
    ends = {"difference": gain.value, "difference_low": gain.low, "difference_high": gain.high}
    return {"beside_first": found.verdict, **ends, "adjusted_p": found.adjusted}
