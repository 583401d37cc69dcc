"""From an execution to a run: every cell judged, the suites described, the cost and the environment told."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from albert_robust.gate import judge
from albert_robust.running.alignments import alignments_of
from albert_robust.running.execute import Execution
from albert_robust.running.folder import merge
from albert_robust.running.plan import Cell
from albert_robust.running.records import CellRecord, Run, SuiteRecord
from albert_robust.suite.suite import Suite

PACKAGES = ("albert-robust", "numpy", "pytest", "sacrebleu", "tokenizers", "torch", "transformers")


def judged(execution: Execution, cells: Sequence[Cell]) -> list[CellRecord]:
    """Return the verdicts on executed cells."""
    return [judge(cell, execution.outcomes[cell.suite.name, cell.id]) for cell in cells]


def run_of(execution: Execution, cells: Sequence[Cell], records: Sequence[CellRecord], seconds: float = 0.0) -> Run:
    """Return the run that executed cells and their verdicts make, in plan order."""
    suites = {cell.suite.name: cell.suite for cell in cells}
    cost = execution.cost
    run = Run(
        suites=tuple(_suite(suites[name], execution) for name in sorted(suites)),
        cells=tuple(records),
        alignments=alignments_of(cells, records, execution.outcomes, execution.scorers, execution.cache),
        outcomes=tuple(outcome for cell in cells for outcome in execution.outcomes[cell.suite.name, cell.id]),
        environment=environment(),
        cost={
            "unique_inputs": cost.unique_inputs,
            "predicted": cost.predicted,
            "from_cache": cost.from_cache,
            "calls": cost.calls,
            "seconds": round(seconds, 1),
        },
    )
    return merge([run])


def _suite(suite: Suite, execution: Execution) -> SuiteRecord:
    kinds = suite.model.model_dump(exclude_none=True, exclude={"batch", "version"})
    return SuiteRecord(
        name=suite.name,
        path=suite.shown,
        description=suite.description,
        task=suite.task.name,
        model=", ".join(f"{kind}: {value}" for kind, value in kinds.items()),
        identity=execution.identities.get(suite.name),
        seed=suite.seed,
        confidence=suite.confidence,
        datasets={name: source.path.name for name, source in suite.datasets.items()},
        signature=execution.signatures.get(suite.name),
    )


def environment() -> dict[str, str]:
    """Return what a number may depend on: versions and the machine's kind, nothing that names a person or a host."""
    found = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
