"""Execute: cells in, outcomes out. Perturb all, predict all, score all; nothing is asked twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from albert_robust.data import Example, read_examples
from albert_robust.errors import Complaint, InputError, UsageError, complaint_at
from albert_robust.models import Model, load_model
from albert_robust.running.answers import answer_of
from albert_robust.running.cache import FILE, Cache
from albert_robust.running.plan import Cell
from albert_robust.running.predict import Answers, Cost, ModelContractError, input_key, predict
from albert_robust.running.records import Outcome
from albert_robust.running.score import CachedScorer
from albert_robust.running.store import BOUND
from albert_robust.running.variants import cases
from albert_robust.suite.gates import needs_references
from albert_robust.suite.suite import Suite
from albert_robust.tasks import Answer
from albert_robust.tasks.task import Compared

DIGITS = 6


@dataclass(frozen=True)
class Workspace:
    """Where a run keeps what later runs may use.

    Attributes:
        folder: `.albert_robust`, below the project's root.
        run: Names this run; models without an identity share answers within it alone.
        allow_network: Whether a hub may be asked.
        bound: Bytes that the cache may grow to.
    """

    folder: Path
    run: str
    allow_network: bool = False
    bound: int = BOUND

    @cached_property
    def cache(self) -> Cache:
        """Predictions and scores."""
        return Cache(self.folder / FILE, self.bound)

    @property
    def models(self) -> Path:
        """Fine-tuned checkpoints."""
        return self.folder / "models"

    def model(self, suite: Suite) -> Model:
        """Return the suite's model, not loaded yet."""
        return load_model(suite.model, suite.path.parent, suite.task, self.models, self.allow_network)


@dataclass
class Execution:
    """What came of some cells: the outcomes of each, the suites' mistakes, and the cost."""

    cache: Cache
    outcomes: dict[tuple[str, str], list[Outcome]] = field(default_factory=dict)
    mistakes: dict[str, InputError] = field(default_factory=dict)
    identities: dict[str, str | None] = field(default_factory=dict)
    signatures: dict[str, str | None] = field(default_factory=dict)
    scorers: dict[str, CachedScorer] = field(default_factory=dict)
    cost: Cost = field(default_factory=Cost)


def examples_of(suite: Suite, names: Sequence[str]) -> dict[str, list[Example]]:
    """Return the examples of some datasets of a suite.

    Raises:
        InputError: A dataset is broken, or has no references though a gate on quality needs them.
    """
    found = {name: read_examples(suite.datasets[name], suite.task.inputs, suite.task.reference) for name in names}
    for check in suite.checks:
        needing = [gate for gate in check.gates if needs_references(gate, suite.task)]
        for name in check.datasets if needing else ():
            if name in found and not any(one.references for one in found[name]):
                column = suite.datasets[name].column(suite.task.reference)
                what = f"no row has a reference in the column {column!r}"
                mend = f"{needing[0]} cannot be measured: map it, `columns: {{{suite.task.reference}: ...}}`"
                raise complaint_at(suite.datasets[name].files()[0][0], what, mend)
    return found


def execute(cells: Sequence[Cell], workspace: Workspace) -> Execution:
    """Run cells of any number of suites.

    A suite whose data or model are unfit gets a mistake and no outcomes; the other suites go on.
    """
    execution = Execution(workspace.cache)
    by_suite: dict[str, list[Cell]] = {}
    for cell in cells:
        by_suite.setdefault(cell.suite.name, []).append(cell)
    for name, group in by_suite.items():
        try:
            _execute_suite(group[0].suite, group, workspace, execution)
        except InputError as error:
            execution.mistakes[name] = error
        except (ModelContractError, UsageError, ImportError) as error:
            line, column = group[0].suite.model_place
            mend = "return one output for each input, in order" if isinstance(error, ModelContractError) else ""
            execution.mistakes[name] = InputError([Complaint(group[0].suite.shown, line, column, str(error), mend)])
    return execution


def _execute_suite(suite: Suite, cells: Sequence[Cell], workspace: Workspace, execution: Execution) -> None:
    datasets = examples_of(suite, sorted({cell.dataset for cell in cells}))
    planned = {cell.id: cases(cell, datasets[cell.dataset], workspace.cache) for cell in cells}
    tested = [case for group in planned.values() for case in group if case.status == "tested"]
    inputs = [case.original for case in tested] + [case.variant for case in tested if case.variant]
    model = workspace.model(suite)
    answers = predict(
        model,
        suite.task,
        inputs,
        cache=workspace.cache,
        scope=f"{workspace.run} {suite.name}",
        batch=suite.model.batch,
        cost=execution.cost,
    )
    scorer = CachedScorer(suite.encoder, workspace.cache, workspace.run, workspace.allow_network)
    answered = {cell.id: [_answered(case, answers) for case in planned[cell.id]] for cell in cells}
    for cell_id, outcomes in _scored(suite, cells, answered, scorer).items():
        execution.outcomes[suite.name, cell_id] = outcomes
    execution.identities[suite.name] = model.identity
    execution.signatures[suite.name] = scorer.signature()
    execution.scorers[suite.name] = scorer


def _answered(case: Outcome, answers: Answers) -> Outcome:
    if case.status != "tested":
        return case
    before_key, after_key = input_key(case.original), input_key(case.variant or case.original)
    for name, which in ((before_key, "the original"), (after_key, "the variant")):
        if name in answers.failures:
            return replace(case, status="error", message=f"{which}: {answers.failures[name]}")
    before, after = answers.predictions[before_key], answers.predictions[after_key]
    return replace(
        case, before=before.output, after=after.output, scores_before=before.scores, scores_after=after.scores
    )


def _scored(
    suite: Suite, cells: Sequence[Cell], answered: dict[str, list[Outcome]], scorer: CachedScorer
) -> dict[str, list[Outcome]]:
    """Return all cells' cases with agreement and quality. They are scored together: an encoder likes large batches."""
    tested = [(cell, case) for cell in cells for case in answered[cell.id] if case.status == "tested"]
    before = [answer_of(cell, case, "before") for cell, case in tested]
    after = [answer_of(cell, case, "after") for cell, case in tested]
    qualities_before, qualities_after = (
        {name: quality.measure(answers, scorer) for name, quality in suite.qualities.items()}
        for answers in (before, after)
    )
    agreements = _agreements(suite, [cell.check.agreement for cell, _ in tested], before, after, scorer)
    judged: dict[int, Outcome] = {}
    for place, (_, case) in enumerate(tested):
        judged[id(case)] = replace(
            case,
            agreement=round(agreements[place], DIGITS) if case.variant else None,
            quality_before=_row(qualities_before, place),
            quality_after=_row(qualities_after, place) if case.variant else {},
        )
    return {cell.id: [judged.get(id(case), case) for case in answered[cell.id]] for cell in cells}


def _agreements(
    suite: Suite, names: Sequence[str], before: Sequence[Answer], after: Sequence[Answer], scorer: CachedScorer
) -> list[float]:
    """Return how alike the two outputs of each case are, by the measure that its check names."""
    found = [1.0] * len(names)
    for name, metric in suite.task.agreements.items():
        places = [place for place, chosen in enumerate(names) if chosen == name]
        pairs = [
            Compared(after[place].output, before[place].output, after[place].language, before[place].language)
            for place in places
        ]
        for place, value in zip(places, metric(pairs, scorer), strict=True):
            found[place] = value
    return found


def _row(table: dict[str, list[float]], place: int) -> dict[str, float]:
    return {name: round(values[place], DIGITS) for name, values in table.items() if values[place] == values[place]}
