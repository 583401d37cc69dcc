"""Execute: cells in, outcomes out, a block of examples at a time. Perturb all, predict all, score all; nothing is asked twice.

A block's variants need all of its originals, which are asked once for all cells. Its outcomes are written and counted before
the next block is made: a million of them need no more memory than a block and a few numbers a case.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from albert_robust.data import Example, read_examples
from albert_robust.errors import Complaint, InputError, UsageError, complaint_at
from albert_robust.models import Inputs, Model, load_model
from albert_robust.running.answers import answer_of
from albert_robust.running.ask import Cost, Limits, ModelContractError
from albert_robust.running.cache import Cache
from albert_robust.running.measure import Made, measure
from albert_robust.running.outcomes import OUTCOMES, OutcomeFile, OutcomeWriter, Part, Place
from albert_robust.running.plan import Cell
from albert_robust.running.predict import Answers, predict
from albert_robust.running.records import Outcome
from albert_robust.running.score import CachedScorer
from albert_robust.running.tally import Tally
from albert_robust.running.variants import cases
from albert_robust.suite.gates import needs_references
from albert_robust.suite.suite import Suite

BLOCK = 1000  # examples


@dataclass(frozen=True)
class Workspace:
    """Where a run keeps what later runs may use.

    Attributes:
        folder: `.albert_robust`, below the project's root.
        run: Names this run; models without an identity share answers within it alone.
        allow_network: Whether a hub may be asked.
    """

    folder: Path
    run: str
    allow_network: bool = False

    @cached_property
    def cache(self) -> Cache:
        """Predictions and scores."""
        return Cache(self.folder / "cache.sqlite")

    @property
    def models(self) -> Path:
        """Fine-tuned checkpoints."""
        return self.folder / "models"

    def model(self, suite: Suite) -> Model:
        """Return the suite's model, not loaded yet."""
        return load_model(suite.model, suite.path.parent, suite.task, self.models, self.allow_network)


class Execution:
    """What came of some cells: what the outcomes of each come to, the outcomes in a file, mistakes, and the cost.

    Attributes:
        cache: Where predictions and scores are kept.
        tallies: By suite and cell.
        mistakes: Of suites whose data or model are unfit.
        identities: Of the suites' models.
        signatures: Of the scores of each suite.
        scorers: By suite.
        cost: Of all suites.
    """

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.tallies: dict[Place, Tally] = {}
        self.mistakes: dict[str, InputError] = {}
        self.identities: dict[str, str | None] = {}
        self.signatures: dict[str, str | None] = {}
        self.scorers: dict[str, CachedScorer] = {}
        self.cost = Cost()
        self.written: set[Place] = set()
        self._folder = TemporaryDirectory(prefix="albert-robust-")

    @property
    def path(self) -> Path:
        """The file of all outcomes; those of a suite with a mistake may be in it too."""
        return Path(self._folder.name) / OUTCOMES

    def outcomes(self, cells: Sequence[Cell]) -> OutcomeFile:
        """Return the outcomes of some of the cells."""
        order = {(cell.suite.name, cell.id): cell.order for cell in cells}
        part = Part(self.path, None if self.written <= order.keys() else frozenset(order))
        return OutcomeFile([part], order, [self._folder])


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
    with OutcomeWriter(execution.path) as writer:
        for name, group in by_suite.items():
            try:
                _execute_suite(group, workspace, execution, writer)
            except InputError as error:
                execution.mistakes[name] = error
            except (ModelContractError, UsageError, ImportError) as error:
                line, column = group[0].suite.model_place
                mend = "return one output for each input, in order" if isinstance(error, ModelContractError) else ""
                execution.mistakes[name] = InputError([Complaint(group[0].suite.shown, line, column, str(error), mend)])
    return execution


def _execute_suite(cells: Sequence[Cell], workspace: Workspace, execution: Execution, writer: OutcomeWriter) -> None:
    suite, cells = cells[0].suite, sorted(cells, key=lambda cell: cell.order)
    datasets = examples_of(suite, sorted({cell.dataset for cell in cells}))
    model = workspace.model(suite)
    scorer = CachedScorer(suite.encoder, workspace.cache, workspace.run, workspace.allow_network)
    tallies = {cell.id: Tally(cell.check.expectation, bool(cell.aggregates)) for cell in cells}
    for number, block in enumerate(blocks(datasets)):
        made = perturbed(cells, block, workspace.cache)
        answers = predict(
            model,
            suite.task,
            _inputs(made),
            cache=workspace.cache,
            scope=f"{workspace.run} {suite.name}",
            batch=suite.model.batch,
            limits=Limits(suite.model.timeout, suite.model.retries),
            cost=execution.cost,
        )
        _answer(made, answers)
        measure(suite, made, scorer)
        for cell, group in made:
            _count(cell, group, number, tallies[cell.id])
            writer.add(group)
            execution.written.add((suite.name, cell.id))
    execution.tallies |= {(suite.name, name): tally for name, tally in tallies.items()}
    execution.identities[suite.name] = model.identity
    execution.signatures[suite.name] = scorer.signature()
    execution.scorers[suite.name] = scorer


Block = Mapping[tuple[str, str], Sequence[Example]]  # by dataset and language


def blocks(datasets: Mapping[str, Sequence[Example]]) -> Iterator[Block]:
    """Yield the examples of datasets, a thousand at a time."""
    rows = ((name, example) for name, examples in datasets.items() for example in examples)
    while some := list(islice(rows, BLOCK)):
        block: dict[tuple[str, str], list[Example]] = {}
        for name, example in some:
            block.setdefault((name, example.language), []).append(example)
        yield block


def perturbed(cells: Sequence[Cell], block: Block, cache: Cache) -> Made:
    """Return the cases of each cell that has examples in a block."""
    own = [(cell, block.get((cell.dataset, cell.language), ())) for cell in cells]
    return [(cell, cases(cell, examples, cache)) for cell, examples in own if examples]


def _inputs(made: Made) -> Iterator[Inputs]:
    """Yield what the model is to be asked, repeats included."""
    for _, group in made:
        for case in group:
            if case.status == "tested":
                yield case.original
                if case.variant:
                    yield case.variant


def _answer(made: Made, answers: Answers) -> None:
    """Fill in what the model said; where it said nothing, the case is an error."""
    for _, group in made:
        for case in group:
            if case.status == "tested":
                _answered(case, answers)


def _answered(case: Outcome, answers: Answers) -> None:
    before = answers.of(case.original)
    after = answers.of(case.variant) if case.variant else before
    for found, which in ((before, "the original"), (after, "the variant")):
        if isinstance(found, str):
            case.status, case.message = "error", f"{which}: {found}"
            return
        output, scores = found.output, found.scores
        if found is before:
            case.before, case.scores_before = output, scores
        case.after, case.scores_after = output, scores


def _count(cell: Cell, group: Sequence[Outcome], block: int, tally: Tally) -> None:
    for case in group:
        case.block = block
        wanted = tally.answers is not None and case.status == "tested"
        tally.add(case, answer_of(cell, case, "after") if wanted else None)
