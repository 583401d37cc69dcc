"""Conclude: from an execution to a run. Every cell is judged, the suites described, the cost and the environment told."""

import platform
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

from albert_robust.gate import judge, judge_across
from albert_robust.gate.family import beside_baselines
from albert_robust.gate.lines import definition
from albert_robust.running.alignments import alignments_of, plan_order
from albert_robust.running.ask import Cost
from albert_robust.running.cell import Across, Cell, Item
from albert_robust.running.execute import Execution
from albert_robust.running.records import CellRecord, Run, SuiteRecord
from albert_robust.suite.schema import KINDS, TokenPrice
from albert_robust.suite.suite import Suite

PACKAGES = ("albert-robust", "numpy", "pytest", "sacrebleu", "tokenizers", "torch", "transformers")


def judged(execution: Execution, cells: Sequence[Cell]) -> list[CellRecord]:
    """Return the verdicts on executed cells, compared with the baselines beside their suites.

    Raises:
        InputError: A baseline is damaged.
    """
    return beside_baselines(execution, cells, [verdict_on(execution, cell) for cell in cells])


def verdict_on(execution: Execution, item: Item) -> CellRecord:
    """Return what the gates of an executed cell say, or those of cells together; no baseline is asked."""
    if isinstance(item, Across):
        return judge_across(item, {cell.id: execution.tallies[cell.place] for cell in item.members})
    record = judge(item, execution.tallies[item.place])
    return replace(record, definition=definition(item, execution.scorers[item.suite.name]))


def run_of(execution: Execution, items: Sequence[Item], records: Sequence[CellRecord], seconds: float = 0.0) -> Run:
    """Return the run that executed cells, comparisons of cells, and their verdicts make, in plan order."""
    suites = {item.suite.name: item.suite for item in items}
    alone = [(item, record) for item, record in zip(items, records, strict=True) if isinstance(item, Cell)]
    cells = [cell for cell, _ in alone]
    return Run(
        suites=tuple(_suite(suites[name], execution) for name in sorted(suites)),
        cells=tuple(sorted(records, key=plan_order)),
        alignments=alignments_of(
            cells, [record for _, record in alone], execution.tallies, execution.scorers, execution.cache
        ),
        outcomes=execution.outcomes(cells),
        counted={cell.place: tally for cell in cells if (tally := execution.tallies.get(cell.place))},
        environment=environment(),
        cost=_cost(execution.cost, seconds, [suite.model.price for suite in suites.values()]),
    )


def _cost(cost: Cost, seconds: float, prices: Sequence[float | TokenPrice | None]) -> dict[str, float]:
    """Return what a run asked for, its price where one is stated, and its tokens where they are told."""
    names = ("unique_inputs", "predicted", "from_cache", "calls", "retries", "timeouts", "spared")
    found = {**{name: getattr(cost, name) for name in names}, "seconds": round(seconds, 1)}
    if any(price is not None for price in prices) and (cost.price is not None or not cost.predicted):
        found["price"] = round(cost.price or 0.0, 6)
    if cost.tokens.prompt:
        found |= {"prompt_tokens": cost.tokens.prompt, "completion_tokens": cost.tokens.completion}
    return found


def _suite(suite: Suite, execution: Execution) -> SuiteRecord:
    kinds = suite.model.model_dump(exclude_none=True, include={*KINDS, "documents", "model"})
    return SuiteRecord(
        name=suite.name,
        path=suite.shown,
        description=suite.description,
        task=suite.task.name,
        model=", ".join(f"{kind}: {value}" for kind, value in kinds.items()),
        identity=execution.identities.get(suite.name),
        seed=suite.seed,
        confidence=suite.confidence,
        datasets={name: source.shown for name, source in suite.datasets.items()},
        signature=execution.signatures.get(suite.name),
        labels=tuple(suite.model.labels),
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
