"""Execute: cells in, outcomes out, a block of examples at a time. Perturb all, predict all, score all; nothing is asked twice.

A block's variants need all of its originals, which are asked once for all cells. Its outcomes are written and counted before
the next block is made: a million of them need no more memory than a block and a few numbers a case.
"""

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from albert_robust.data import Example, read_examples
from albert_robust.errors import Complaint, InputError, UsageError, WritingError, complaint_at, writing
from albert_robust.models import Inputs, Model, load_model
from albert_robust.running.answers import answer_of
from albert_robust.running.ask import Cost, Limits, ModelContractError
from albert_robust.running.budget import Budget
from albert_robust.running.cache import FILE, Cache
from albert_robust.running.measure import Made, measure, self_agreement
from albert_robust.running.outcomes import OUTCOMES, TEMPORARY, OutcomeFile, OutcomeWriter, Part, Place
from albert_robust.running.plan import Cell
from albert_robust.running.predict import Answers, Found, Predictor
from albert_robust.running.progress import Progress
from albert_robust.running.records import Outcome
from albert_robust.running.score import CachedScorer
from albert_robust.running.store import BOUND
from albert_robust.running.tally import Tally
from albert_robust.running.variants import cases
from albert_robust.scoring.sequential import looks
from albert_robust.suite.gates import needs_references
from albert_robust.suite.suite import Suite
from albert_robust.tasks import Prediction

BLOCK = 1000  # examples
Block = Mapping[tuple[str, str], Sequence[Example]]  # by dataset and language
Certain = Callable[[Cell, Tally], bool]


@dataclass(frozen=True)
class Workspace:
    """Where a run keeps what later runs may use.

    Attributes:
        folder: `.albert_robust`, below the project's root.
        run: Names this run; models without an identity share answers within it alone.
        allow_network: Whether a hub may be asked.
        budget: What the models may be asked in all.
        bound: Bytes that the cache may grow to.
    """

    folder: Path
    run: str
    allow_network: bool = False
    budget: Budget = field(default_factory=Budget)
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


def never(cell: Cell, tally: Tally) -> bool:
    """Return that more examples may always change a verdict."""
    return False


class Execution:
    """What came of some cells: what the outcomes of each come to, the outcomes in a file, mistakes, and the cost.

    Attributes:
        cache: Where predictions and scores are kept.
        tallies: By suite and cell.
        mistakes: Of suites whose data or model are unfit; of all where the outcomes could not be written.
        identities: Of the suites' models.
        signatures: Of the scores of each suite.
        scorers: By suite.
        cost: Of all suites.
    """

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.tallies: dict[Place, Tally] = {}
        self.mistakes: dict[str, InputError | WritingError] = {}
        self.identities: dict[str, str | None] = {}
        self.signatures: dict[str, str | None] = {}
        self.scorers: dict[str, CachedScorer] = {}
        self.cost = Cost()
        self.written: set[Place] = set()
        with writing(Path(gettempdir()), TEMPORARY):
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


def execute(
    cells: Sequence[Cell], workspace: Workspace, certain: Certain = never, progress: Progress | None = None
) -> Execution:
    """Run cells of any number of suites.

    A suite whose data or model are unfit gets a mistake and no outcomes; the other suites go on.

    Args:
        cells: What is run.
        workspace: Where answers are kept, and what may be asked.
        certain: Whether more examples cannot change a verdict: asked of cells that may stop early.
        progress: Is told how far the run is.

    Raises:
        WritingError: There is no place for temporary files.
    """
    execution = Execution(workspace.cache)
    by_suite: dict[str, list[Cell]] = {}
    for cell in cells:
        by_suite.setdefault(cell.suite.name, []).append(cell)
    workspace.budget.begin(workspace.cache, workspace.run)
    try:
        with OutcomeWriter(execution.path) as writer:
            for name, group in by_suite.items():
                try:
                    _SuiteRun(group, workspace, execution, certain, progress).run(writer)
                except (InputError, ModelContractError, UsageError, ImportError) as error:
                    execution.mistakes[name] = _mistake(group[0].suite, error)
    except WritingError as error:
        execution.mistakes |= dict.fromkeys(by_suite, error)
    workspace.budget.end(workspace.cache, workspace.run)
    if progress is not None:
        progress.end()
    return execution


def _mistake(suite: Suite, error: Exception) -> InputError:
    """Return what ended a suite's run as a mistake in a file; what is not one already is of the model."""
    if isinstance(error, InputError):
        return error
    line, column = suite.model_place
    mend = "return one output for each input, in order" if isinstance(error, ModelContractError) else ""
    return InputError([Complaint(suite.shown, line, column, str(error), mend)])


class _SuiteRun:
    """The cells of one suite, and what their run needs."""

    def __init__(
        self,
        cells: Sequence[Cell],
        workspace: Workspace,
        execution: Execution,
        certain: Certain,
        progress: Progress | None,
    ) -> None:
        self.suite, self.cells = cells[0].suite, sorted(cells, key=lambda cell: cell.order)
        self.execution, self.cost, self.certain, self.progress = execution, execution.cost, certain, progress
        self.cache, self.done = workspace.cache, 0
        self.asked, self.asking = self.cost.predicted, self.cost.asking
        self.model = workspace.model(self.suite)
        self.predictor = predictor(self.suite, self.model, workspace, execution.cost)
        self.scorer = CachedScorer(self.suite.encoder, workspace.cache, workspace.run, workspace.allow_network)
        self.tallies = {cell.id: Tally(cell.check.expectation, bool(cell.aggregates)) for cell in self.cells}

    def run(self, writer: OutcomeWriter) -> None:
        """Run block after block; a cell whose verdict is certain leaves."""
        suite, execution = self.suite, self.execution
        datasets = examples_of(suite, sorted({cell.dataset for cell in self.cells}))
        totals = {cell.id: _cases(cell, datasets[cell.dataset]) for cell in self.cells}
        if self.progress is not None:
            self.progress.begin(suite.name, sum(totals.values()), self.cost)
        live = list(self.cells)
        for number, block in enumerate(blocks(suite, datasets)):
            with _uncollected():
                made = perturbed(live, block, self.cache)
            self._block(made, number, writer)
            left = [cell for cell in live if cell.stops_early and self.certain(cell, self.tallies[cell.id])]
            for cell in left:
                self._spare(cell, totals[cell.id])
            live = [cell for cell in live if cell not in left]
        execution.tallies |= {(suite.name, name): tally for name, tally in self.tallies.items()}
        execution.identities[suite.name] = self.model.identity
        execution.signatures[suite.name] = self.scorer.signature()
        self.predictor.timed(self.cost.predicted - self.asked, self.cost.asking - self.asking)
        execution.scorers[suite.name] = self.scorer

    def _block(self, made: Made, number: int, writer: OutcomeWriter) -> None:
        cases = sum(len(group) for _, group in made)
        answers = self.predictor.predict(inputs_of(made), watch=lambda share: self._reach(cases * share))
        replicas = self._replicas(made, answers)
        with _uncollected():
            _answer(made, answers, replicas)
            measure(self.suite, made, self.scorer)
        noise = self_agreement(self.suite, made, [answers, *replicas], self.scorer) if replicas else []
        with _uncollected():
            self._count(made, number, writer)
        for cell, example, agreement in noise:
            self.tallies[cell.id].repeated(example, agreement)
        self._reach(cases)
        self.done += cases

    def _count(self, made: Made, number: int, writer: OutcomeWriter) -> None:
        for cell, group in made:
            tally = self.tallies[cell.id]
            for case in group:
                case.block = number
                wanted = tally.answers is not None and case.status == "tested"
                tally.add(case, answer_of(cell, case, "after") if wanted else None)
            writer.add(group)
            self.execution.written.add((self.suite.name, cell.id))

    def _replicas(self, made: Made, answers: Answers) -> list[Answers]:
        """Ask again for the originals that the model answered, as often as the suite says."""
        again = range(1, self.suite.model.replicates)
        originals = list(inputs_of(made, originals=True)) if again else []
        answered = [one for one in originals if isinstance(answers.of(one), Prediction)]
        return [self.predictor.predict(answered, replicate) for replicate in again]

    def _spare(self, cell: Cell, total: int) -> None:
        tally = self.tallies[cell.id]
        spared = total - tally.counts.selected
        tally.spare(spared)
        self.cost.spared += spared
        self.done += spared

    def _reach(self, cases: float) -> None:
        """Tell how far the block is."""
        if self.progress is not None:
            self.progress.reach(self.done + cases, self.cost)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from looking for cycles: the cases of a block hold none, and looking takes a sixth of a run."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def predictor(suite: Suite, model: Model, workspace: Workspace, cost: Cost) -> Predictor:
    """Return a suite's model as it is asked in a workspace."""
    return Predictor(
        model,
        suite.task,
        workspace.cache,
        suite=suite.name,
        run=workspace.run,
        batch=suite.model.batch,
        limits=Limits(suite.model.timeout, suite.model.retries),
        cost=cost,
        budget=workspace.budget,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a block of a suite's examples asks, looked up and not asked.

    Attributes:
        suite: The suite.
        identity: Of its model.
        made: The block's cases.
        replicate: Which of several answers.
        found: The inputs.
        predictor: The model.
    """

    suite: Suite
    identity: str | None
    made: Made
    replicate: int
    found: Found
    predictor: Predictor


def asked(cells: Sequence[Cell], workspace: Workspace) -> Iterator[Asked]:
    """Yield what a run of cells would ask, block by block, suite by suite; no model is loaded.

    Raises:
        InputError: A suite's data or model are unfit.
    """
    ordered = sorted(cells, key=lambda cell: (cell.suite.name, cell.order))
    for _, group in groupby(ordered, key=lambda cell: cell.suite.name):
        own = list(group)
        suite = own[0].suite
        model = workspace.model(suite)
        asking = predictor(suite, model, workspace, Cost())
        for block in blocks(suite, examples_of(suite, sorted({cell.dataset for cell in own}))):
            made = perturbed(own, block, workspace.cache)
            for replicate in range(suite.model.replicates):
                found = asking.look_up(inputs_of(made, originals=replicate > 0), replicate)
                yield Asked(suite, model.identity, made, replicate, found, asking)


def _cases(cell: Cell, examples: Sequence[Example]) -> int:
    own = sum(example.language == cell.language for example in examples)
    return own * (cell.check.variants if cell.spec is not None and cell.applies else 1)


def blocks(suite: Suite, datasets: Mapping[str, Sequence[Example]]) -> Iterator[Block]:
    """Yield the examples of datasets, a thousand at a time.

    Where cells may stop early they come in random order, and as many at a time as `looks` says: the order depends on the
    suite's seed alone.
    """
    if suite.early_stop:
        yield from _looks(suite.seed, datasets)
        return
    rows = ((name, example) for name, examples in datasets.items() for example in examples)
    while some := list(islice(rows, BLOCK)):
        yield _grouped(some)


def _looks(seed: int, datasets: Mapping[str, Sequence[Example]]) -> Iterator[Block]:
    whole = _grouped((name, example) for name, examples in datasets.items() for example in examples)
    shuffled = {place: sorted(group, key=lambda example: _drawn(seed, example.id)) for place, group in whole.items()}
    chunks = {
        place: [group[start:end] for start, end in pairwise([0, *looks(len(group))])]
        for place, group in shuffled.items()
    }
    for number in range(max(map(len, chunks.values()), default=0)):
        yield {place: parts[number] for place, parts in chunks.items() if number < len(parts)}


def _drawn(seed: int, example: str) -> bytes:
    return hashlib.sha256(f"{seed}\nearly stop\n{example}".encode()).digest()


def _grouped(rows: Iterable[tuple[str, Example]]) -> dict[tuple[str, str], list[Example]]:
    found: dict[tuple[str, str], list[Example]] = {}
    for name, example in rows:
        found.setdefault((name, example.language), []).append(example)
    return found


def perturbed(cells: Sequence[Cell], block: Block, cache: Cache) -> Made:
    """Return the cases of each cell that has examples in a block."""
    own: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        own.setdefault((cell.dataset, cell.language), []).append(cell)
    groups = {place: cases(group, block[place], cache) for place, group in own.items() if place in block}
    made = {cell.id: found for place, group in groups.items() for cell, found in zip(own[place], group, strict=True)}
    return [(cell, made[cell.id]) for cell in cells if cell.id in made]


def inputs_of(made: Made, originals: bool = False) -> Iterator[Inputs]:
    """Yield what the model is to be asked, repeats included; the originals of variants alone, if asked for those again."""
    for _, group in made:
        for case in group:
            if case.status == "tested":
                if case.variant or not originals:
                    yield case.original
                if case.variant and not originals:
                    yield case.variant


def _answer(made: Made, answers: Answers, replicas: Sequence[Answers]) -> None:
    """Fill in what the model said; where it said nothing, the case is an error."""
    for _, group in made:
        for case in group:
            if case.status == "tested":
                _answered(case, answers, replicas if case.variant else ())


def _answered(case: Outcome, answers: Answers, replicas: Sequence[Answers]) -> None:
    before = answers.of(case.original)
    after = answers.of(case.variant) if case.variant else before
    for found, which in ((before, "the original"), (after, "the variant")):
        if isinstance(found, str):
            case.status, case.message = "error", f"{which}: {found}"
            return
    whole = all(answers.of(case.original) is not None for answers in replicas)
    if whole and isinstance(before, Prediction) and isinstance(after, Prediction):
        case.before, case.scores_before = before.output, before.scores
        case.after, case.scores_after = after.output, after.scores
    else:
        case.status, case.message = "not asked", "the budget had no room for it"
