"""Conclude: makes a run of an execution. It judges every cell, describes the suites, and adds cost and environment."""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version

from albert_robust.asking.workspace import Workspace
from albert_robust.errors import InputError
from albert_robust.gate import certain, judge, judge_across
from albert_robust.gate.baseline import Baseline
from albert_robust.gate.comparing import CORRECTION, Family, settled
from albert_robust.gate.family import baselines_beside, compared, whole_beside_baseline
from albert_robust.gate.lines import definitions
from albert_robust.gate.side_by_side import all_cells_beside_first, beside_first
from albert_robust.models import KINDS, ModelSpec
from albert_robust.results.cases import Shrunk
from albert_robust.results.cell_key import CellKey
from albert_robust.results.failures import failures
from albert_robust.results.records import CellRecord, RowsLeftOut, SuiteRecord
from albert_robust.results.run import Run
from albert_robust.running.alignments import alignments_of, plan_order
from albert_robust.running.cell import Cell, Comparison, Item, cells_of
from albert_robust.running.execute import Certain, Execution, execute, never
from albert_robust.running.plan import plan
from albert_robust.running.shrink import shrunk
from albert_robust.scoring.statistics import DIGITS
from albert_robust.suite.suite import Suite
from albert_robust.text.languages import base

# Settings of a model that a report shows beside its name.
SHAPING = ("prompt", "system", "settings", "dtype", "max_input_tokens", "src_lang", "tgt_lang")
PACKAGES = ("albert-robust", "numpy", "pytest", "sacrebleu", "tokenizers", "torch", "transformers")


@dataclass
class Verdicts:
    """The verdicts on executed cells and comparisons, beside the baselines of their suites. Each is made when it is asked for.

    Attributes:
        execution: What came of the items.
        items: All of them: how a cell stands beside its baseline depends on the others.
        baselines: By suite.
        correction: As in `compare_all`.
        lenient: Whether cells that cannot be compared may pass.
    """

    execution: Execution
    items: Sequence[Item]
    baselines: Mapping[str, Baseline]
    correction: str = CORRECTION
    lenient: bool = False
    _of_gates: dict[CellKey, CellRecord] = field(default_factory=dict, init=False)

    def of(self, item: Item) -> CellRecord:
        """Return an item's verdict, by its gates and by its suite's baseline if there is one."""
        comparison = self._family.get(item.key) if item.suite.name in self.baselines else None
        warns = item.check.on_failure == "warn"
        record = replace(self._judged(item), beside_first=self._beside_first.get(item.key))
        return settled(record, comparison, lenient=self.lenient, warns=warns)

    @cached_property
    def _beside_first(self) -> Family:
        """How the cells of models stand beside those of their file's first model."""
        suites = suite_records(self.items, self.execution)
        found = beside_first(suites, list(map(self._judged, self.items)), self.execution.tallies)
        return {record.key: record.beside_first for record in found if record.beside_first is not None}

    @cached_property
    def _family(self) -> Family:
        """How all cells stand beside their baselines. Each p-value is adjusted for all others."""
        cells = [item for item in self.items if isinstance(item, Cell) and item.suite.name in self.baselines]
        records = [self._judged(cell) for cell in cells]
        return compared(self.execution, cells, records, self.baselines, self.correction)

    def _judged(self, item: Item) -> CellRecord:
        """Return an item's verdict by its gates; each is judged once."""
        if item.key not in self._of_gates:
            self._of_gates[item.key] = self._judge(item)
        return self._of_gates[item.key]

    def _judge(self, item: Item) -> CellRecord:
        tallies = self.execution.tallies
        if isinstance(item, Comparison):
            return judge_across(item, {cell.id: tallies[cell.key] for cell in item.members})
        scorer = self.execution.suites[item.suite.name].scorer
        return replace(judge(item, tallies[item.key]), definitions=definitions(item, scorer))


def run_suites(suites: Iterable[Suite], workspace: Workspace, *, shrinks: bool = False) -> Run:
    """Return the run of suites: all of their cells and comparisons that no mark skips.

    Args:
        suites: Each has a name of its own.
        workspace: Where answers are kept.
        shrinks: Whether the worst cases of cells that did not pass are shrunk.

    Raises:
        InputError: A suite, its data, its model or its baseline are unfit.
    """
    items = [item for suite in suites for item in plan(whole_beside_baseline(suite)).unskipped]
    with executed(cells_of(items), workspace, certain) as execution:
        return run_of(execution, items, judged(execution, items), shrinks=shrinks)


@contextmanager
def executed(cells: Sequence[Cell], workspace: Workspace, certain: Certain = never) -> Iterator[Execution]:
    """Run cells, and close the workspace's cache at the end.

    Raises:
        InputError: The data or models of suites are unfit; it has the complaints of all suites.
        Exception: A mistake of ours.
    """
    with closing(workspace.cache):
        execution = execute(cells, workspace, certain)
        mistakes = list(execution.mistakes.values())
        for mistake in mistakes:
            if not isinstance(mistake, InputError):
                raise mistake
        complaints = [one for mistake in mistakes if isinstance(mistake, InputError) for one in mistake.complaints]
        if complaints:
            raise InputError(complaints) from next(filter(None, (one.__cause__ for one in mistakes)), None)
        yield execution


def judged(execution: Execution, items: Sequence[Item]) -> list[CellRecord]:
    """Return the verdicts on executed items, compared with the baselines beside their suites.

    Raises:
        InputError: A baseline is damaged.
    """
    verdicts = Verdicts(execution, items, baselines_beside({item.suite.name: item.suite for item in items}))
    return [verdicts.of(item) for item in items]


def shrunk_of(execution: Execution, cell: Cell, record: CellRecord) -> tuple[Shrunk, ...]:
    """Return the smallest sets of edits that break the cell's worst cases; empty if the cell passed or is no invariance check."""
    if cell.key not in execution.shrunk:
        invariant = cell.check.expectation == "invariance"
        cases = failures(record, execution.tallies[cell.key]) if invariant else ()
        suite = execution.suites[cell.suite.name]
        execution.shrunk[cell.key] = shrunk(cell, cases, suite.predictor, suite.scorer)
    return execution.shrunk[cell.key]


def run_of(
    execution: Execution,
    items: Sequence[Item],
    records: Sequence[CellRecord],
    seconds: float = 0.0,
    shrinks: bool = False,
) -> Run:
    """Return the run that executed cells, comparisons of cells, and their verdicts make, in plan order.

    Args:
        execution: What came of the items.
        items: Cells and comparisons.
        records: Their verdicts, one an item.
        seconds: How long the run took.
        shrinks: Whether the worst cases of cells that did not pass are shrunk, which asks their models further.
    """
    suites = {item.suite.name: item.suite for item in items}
    alone = [(item, record) for item, record in zip(items, records, strict=True) if isinstance(item, Cell)]
    cells = [cell for cell, _ in alone]
    ordered = sorted(alone, key=lambda pair: plan_order(pair[1])) if shrinks else ()
    told, in_order = suite_records(items, execution), tuple(sorted(records, key=plan_order))
    return Run(
        suites=told,
        cells=in_order,
        pooled=all_cells_beside_first(told, in_order, execution.tallies),
        alignments=alignments_of(
            cells,
            [record for _, record in alone],
            execution.tallies,
            {name: suite.scorer for name, suite in execution.suites.items()},
            execution.cache,
        ),
        shrunk=tuple(one for pair in ordered for one in shrunk_of(execution, *pair)),
        outcomes=execution.outcomes(cells),
        counted={cell.key: tally for cell in cells if (tally := execution.tallies.get(cell.key))},
        environment=environment(),
        cost=_cost(execution, seconds, [model for suite in suites.values() for model in suite.models]),
    )


def _cost(execution: Execution, seconds: float, models: Iterable[ModelSpec]) -> dict[str, float]:
    """Return what a run asked for, with its price if a suite states one, and its tokens if an endpoint reports them."""
    cost, whole = execution.cost, execution.all_costs
    judged = whole - cost
    found = {
        "unique_inputs": cost.unique_inputs,
        "predicted": cost.predicted - cost.unanswered,
        "unanswered": whole.unanswered,
        "from_cache": cost.from_cache,
        "batches_or_requests": whole.calls,
        "retries": whole.retries + whole.usage.retries,
        "timeouts": whole.timeouts + whole.usage.timeouts,
        "spared": cost.spared,
        "seconds": round(seconds, 1),
    }
    if execution.judges:
        found["judged"] = judged.predicted - judged.unanswered
        found["judged_from_cache"] = judged.from_cache
    if any(model.price is not None for model in models) and (whole.price is not None or not whole.predicted):
        found["price"] = round(whole.price or 0.0, DIGITS)
    if whole.usage.prompt:
        found |= {"prompt_tokens": whole.usage.prompt, "completion_tokens": whole.usage.completion}
    return found


def suite_records(items: Iterable[Item], execution: Execution) -> tuple[SuiteRecord, ...]:
    """Return what is said of the suites of executed items, the models of a file in its order."""
    suites = {item.suite.name: item.suite for item in items}
    ordered = sorted(suites.values(), key=lambda one: (one.file, one.model_place))
    return tuple(_suite(suite, execution) for suite in ordered)


def _suite(suite: Suite, execution: Execution) -> SuiteRecord:
    ran = execution.suites[suite.name]
    kinds = suite.model.model_dump(exclude_none=True, include={*KINDS, "documents", "model"})
    shaping = suite.model.model_dump(exclude_unset=True, exclude_none=True, include={*SHAPING})
    if suite.model.names:
        shaping["labels"] = dict(suite.model.names)
    return SuiteRecord(
        name=suite.name,
        path=suite.shown,
        description=suite.description,
        task=suite.task.name,
        model=", ".join(f"{kind}: {value}" for kind, value in kinds.items()),
        identity=ran.identity,
        seed=suite.seed,
        confidence=suite.confidence,
        datasets={name: source.shown for name, source in suite.datasets.items()},
        signature=ran.signature,
        labels=tuple(suite.labels),
        model_name=suite.model_name,
        model_place=suite.model_place[:2],
        first_model=suite.first_model,
        data=ran.data,
        settings={
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name in (*SHAPING, "labels")
            if (value := shaping.get(name)) is not None
        },
        rows_left_out={
            name: tuple(_left_out(others, suite.datasets[name].languages)) for name, others in ran.rows_left_out.items()
        },
    )


def _left_out(others: Mapping[str, int], named: Sequence[str]) -> Iterator[RowsLeftOut]:
    """Yield the rows in each language that a dataset does not name, the commonest language first."""
    for language, count in sorted(others.items(), key=lambda pair: (-pair[1], pair[0])):
        yield RowsLeftOut(language, count, next((one for one in named if base(one) == base(language)), ""))


def environment() -> dict[str, str]:
    """Return versions and the machine's kind, on which numbers may depend; nothing that names a person or a host."""
    found = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
