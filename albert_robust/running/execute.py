"""Execute: runs cells, a block of examples at a time: perturb all, predict all, score all. Nothing is asked twice.

A block's originals are asked once for all cells. Its outcomes are written and counted before the next block is made, so that a
million of them need no more memory than one block and a few numbers per case.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from albert_robust.asking.ask import Cost
from albert_robust.asking.cache import Cache
from albert_robust.asking.mistakes import placed
from albert_robust.asking.predict import Answers, Predictor
from albert_robust.asking.progress import Progress
from albert_robust.asking.score import CachedScorer
from albert_robust.asking.workspace import Workspace
from albert_robust.data import Example
from albert_robust.errors import Complaint, InputError, WritingError, writing
from albert_robust.foreign import fault_of
from albert_robust.results.cases import Shrunk
from albert_robust.results.cell_key import CellKey, by_suite
from albert_robust.results.outcomes import MEND_TEMPORARY, OUTCOMES, OutcomeFile, OutcomeWriter
from albert_robust.results.records import DataRecord
from albert_robust.results.tally import Tally
from albert_robust.running.answers import answers_of, take_answers
from albert_robust.running.blocks import (
    Block,
    blocks,
    data_of,
    examples_of,
    inputs_of,
    learnt_by,
    originals_of,
    perturbed,
)
from albert_robust.running.cell import Cell
from albert_robust.running.collecting import not_collecting
from albert_robust.running.meaning import reject_strays
from albert_robust.running.measure import Made, measure, self_agreement
from albert_robust.running.worst import find_worst
from albert_robust.suite.suite import Suite
from albert_robust.tasks import Prediction

Certain = Callable[[Cell, Tally], bool]


def never(cell: Cell, tally: Tally) -> bool:
    """Return False: no verdict is certain before all examples are tested."""
    return False


@dataclass(frozen=True, slots=True)
class SuiteExecution:
    """What the run of a suite leaves beside its outcomes.

    Attributes:
        identity: Of its model; None if it is not known.
        signature: Of its scores; None if there are none.
        rows_left_out: By dataset, how many rows are in each language that the dataset does not name.
        data: What was read of each dataset.
        scorer: Scores its texts.
        predictor: Asks its model on.
    """

    identity: str | None
    signature: str | None
    rows_left_out: Mapping[str, Mapping[str, int]]
    data: Mapping[str, DataRecord]
    scorer: CachedScorer
    predictor: Predictor


class Execution:
    """What came of some cells.

    Attributes:
        cache: Where predictions and scores are kept.
        suites: What the run of each suite leaves, by its name; suites with a mistake leave nothing.
        tallies: What the outcomes of each cell come to.
        mistakes: Why suites were not run, by their names: unfit data, an unfit model, or a mistake of ours. All suites have one
            if the outcomes could not be written.
        shrunk: The smallest sets of edits that break a cell's worst cases, of cells whose models were asked for them.
        cost: Of all suites' models.
        judges: What was asked to judge in all suites, each with its own cost.
        written: The cells that have outcomes in the file.
    """

    def __init__(self, cache: Cache, shared: Path | None = None) -> None:
        self.cache = cache
        self.suites: dict[str, SuiteExecution] = {}
        self.tallies: dict[CellKey, Tally] = {}
        self.mistakes: dict[str, Exception] = {}
        self.shrunk: dict[CellKey, tuple[Shrunk, ...]] = {}
        self.cost = Cost()
        self.judges: list[Predictor] = []
        self.written: set[CellKey] = set()
        with writing(shared or Path(gettempdir()), MEND_TEMPORARY):
            self._folder = TemporaryDirectory(prefix="albert-robust-", dir=shared)

    @property
    def all_costs(self) -> Cost:
        """The cost of models and judges together."""
        return sum((judge.cost for judge in self.judges), self.cost)

    @property
    def path(self) -> Path:
        """The file of all outcomes; those of a suite with a mistake may be in it too."""
        return Path(self._folder.name) / OUTCOMES

    def outcomes(self, cells: Sequence[Cell]) -> OutcomeFile:
        """Return the outcomes of some of the cells."""
        keys = frozenset(cell.key for cell in cells)
        return OutcomeFile(self.path, None if self.written <= keys else keys, self._folder)


def execute(
    cells: Sequence[Cell], workspace: Workspace, certain: Certain = never, progress: Progress | None = None
) -> Execution:
    """Run cells of any number of suites.

    If a suite's data or model are unfit, or a mistake of ours ends it, its error is kept as its mistake and the others go on.

    Args:
        cells: In any order.
        workspace: Where answers are kept, with the budget.
        certain: Whether more examples cannot change a cell's verdict; only cells that may stop early are asked.
        progress: Is told how far the run is.

    Raises:
        WritingError: There is no place for temporary files.
    """
    execution = Execution(workspace.cache, workspace.shared)
    suites = by_suite(cells)
    workspace.budget.begin(workspace.cache, workspace.run)
    try:
        with OutcomeWriter(execution.path) as writer:
            for name, group in suites.items():
                try:
                    with placed(group[0].suite):
                        _SuiteRun(group, workspace, execution, certain, progress).run(writer)
                except WritingError:
                    raise
                except BaseException as error:
                    execution.mistakes[name] = fault_of(error)
    except WritingError as error:
        execution.mistakes |= dict.fromkeys(suites, error)
    finally:
        workspace.budget.end(workspace.cache, workspace.run)
        if progress is not None:
            progress.end()
    return execution


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
        self.suite = cells[0].suite
        if workspace.budget.price is not None:
            _check_prices(self.suite)
        self.cells = sorted(cells, key=lambda cell: cell.order)
        self.cache = workspace.cache
        self.execution = execution
        self.certain = certain
        self.progress = progress
        self.cost = execution.cost
        self.cost_before = self.cost.copy()
        self.done = self.cases = 0
        self.predictor = workspace.predictor(self.suite, self.cost)
        own = workspace.own_measures(self.suite, lambda share: self._reach(self.cases))
        self.judges = [one.predictor for one in own.values() if one.measure.judges]
        execution.judges += self.judges
        self.scorer = CachedScorer(self.suite.encoder, workspace.cache, workspace.run, workspace.allow_network, own)
        self.tallies = {
            cell.id: Tally(
                cell.check.expectation,
                gated=[gate.measure.name for gate in cell.check.gates],
                labels=self.suite.labels,
            )
            for cell in self.cells
        }

    def run(self, writer: OutcomeWriter) -> None:
        """Run block after block; a cell whose verdict is certain leaves.

        A block's cells are asked together, in the largest batches; within a budget one after the other, so that it is spent on
        whole cells, their judges and all.
        """
        suite, execution = self.suite, self.execution
        datasets = examples_of(suite, sorted({cell.dataset for cell in self.cells}))
        learnt = learnt_by(suite)
        totals = {cell.id: _cases(cell, datasets[cell.dataset]) for cell in self.cells}
        if self.progress is not None:
            self.progress.begin(suite.name, sum(totals.values()), execution.all_costs)
        live = list(self.cells)
        for number, block in enumerate(blocks(suite, datasets)):
            self._block(number, block, live, writer)
            left = [cell for cell in live if cell.stops_early and self.certain(cell, self.tallies[cell.id])]
            for cell in left:
                self._spare(cell, totals[cell.id])
            live = [cell for cell in live if cell not in left]
        execution.tallies |= {(suite.name, name): tally for name, tally in self.tallies.items()}
        execution.suites[suite.name] = SuiteExecution(
            identity=self.predictor.model.identity,
            signature=self.scorer.signature(),
            rows_left_out={name: found.left_out.others for name, found in datasets.items() if found.left_out.others},
            data={name: data_of(found, suite.task, learnt) for name, found in datasets.items()},
            scorer=self.scorer,
            predictor=self.predictor,
        )
        spent = self.cost - self.cost_before
        for predictor, cost in ((self.predictor, spent), *((judge, judge.cost) for judge in self.judges)):
            predictor.timed(cost.predicted, cost.asking, cost.usage)

    def _block(self, number: int, block: Block, live: Sequence[Cell], writer: OutcomeWriter) -> None:
        with not_collecting() as collecting:
            made = perturbed(live, block, self.cache)
            for part in [[one] for one in made] if self.predictor.budget.limited else [made]:
                cases = self.cases = sum(len(group) for _, group in part)
                with collecting():
                    whole, noise = self._tested(part, block)
                self._count(whole, number, writer)
                for cell, example, agreement in noise:
                    self.tallies[cell.id].repeated(example, agreement)
                self._reach(cases)
                self.done += cases

    def _tested(self, made: Made, block: Block) -> tuple[Made, Sequence[tuple[Cell, str, float]]]:
        """Return cases with all that is asked about them, and how far repeated answers to the same original agree."""
        reject_strays(made, self.scorer)
        answers = self.predictor.predict(inputs_of(made), watch=lambda share: self._reach(self.cases * share))
        replicas = self._replicas(made, answers)
        _answer(made, answers, replicas)
        made = find_worst(made, block, answers, self.predictor, self.scorer, lambda: self._reach(self.cases))
        measure(self.suite, made, self.scorer)
        return made, self_agreement(self.suite, made, [answers, *replicas], self.scorer) if replicas else ()

    def _count(self, made: Made, number: int, writer: OutcomeWriter) -> None:
        for cell, group in made:
            for case in group:
                case.block = number
            tested = [case for case in group if case.status == "tested"]
            self.tallies[cell.id].add(group, answers_of(cell, tested, "after") if cell.aggregates else ())
            writer.add(group)
            self.execution.written.add(cell.key)

    def _replicas(self, made: Made, answers: Answers) -> list[Answers]:
        """Ask again for the originals that the model answered, as often as the suite says."""
        again = range(1, self.suite.model.replicates)
        originals = list(originals_of(made)) if again else []
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
            self.progress.reach(self.done + cases, self.execution.all_costs)


def _check_prices(suite: Suite) -> None:
    """Complain of endpoints that state no price though a run may cost so much and no more."""
    judges = [(one.place, one.model) for one in suite.own_measures if one.judges]
    for place, model in [(suite.model_place, suite.model), *judges]:
        if model.kind.streams and model.price is None:
            what, mend = (
                "the run may cost so much at most, and the endpoint has no `price:`",
                "add `price: {input: 0.15, output: 0.6}`",
            )
            raise InputError([Complaint(suite.shown, place, what, f"{mend}, what a million tokens cost")])


def _cases(cell: Cell, examples: Sequence[Example]) -> int:
    own = sum(example.language == cell.language for example in examples)
    return own * (cell.check.variants if cell.spec is not None and cell.applies else 1)


def _answer(made: Made, answers: Answers, replicas: Sequence[Answers]) -> None:
    """Fill in the model's answers. A case without an answer is an error."""
    for cell, group in made:
        for case in group:
            if case.status == "tested":
                before, again = answers.of(case.original), replicas if case.variant else ()
                after = answers.of(case.variant) if case.variant else before
                take_answers(cell, case, before, after, [replica.of(case.original) for replica in again])
