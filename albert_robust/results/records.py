"""What a run says of a cell and of a suite: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from albert_robust.file_names import APART
from albert_robust.results.cell_key import CellKey
from albert_robust.scoring.statistics import Estimate
from albert_robust.suite.expectations import DIRECTED, EXPECTATIONS

Verdict = Literal[  # the worst first
    "error", "failed", "warned", "inconclusive", "not tested", "known failure", "passed", "measured", "not applicable"
]

MCNEMAR = "McNemar"  # the test of examples each of which changed from 0 to 1, from 1 to 0, or not at all
Standing = Literal["regressed", "improved", "same", "undecided", "new", "missing", "incomparable"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Honest accounting: every selected case is in exactly one of the other columns but `flipped`, which is part of `tested`.

    Where a check says how answers should move, `flipped` are those that moved so, whatever they were before.

    `not_asked` are those for which the budget had no room; `not_judged` are part of them: the model answered, and a judge was not
    asked. `spared` are those that a verdict did not need any more. `no_label` are part of `tested` too: those with an output that
    is none of the labels that the suite names. So are `cut`: those with an input that the model did not read to its end, being
    longer than it can.
    """

    selected: int
    not_applicable: int
    unchanged: int
    rejected: int
    error: int
    tested: int
    flipped: int
    not_asked: int = 0
    spared: int = 0
    no_label: int = 0
    cut: int = 0
    not_judged: int = 0


@dataclass(frozen=True, slots=True)
class GateRecord:
    """One gate of a cell: what was measured, and what that decides."""

    gate: str
    measure: str
    at_least: bool
    bound: float
    estimate: Estimate
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class ComparisonRecord:
    """A cell beside what a baseline, or an earlier run, says of it, over the same examples.

    Attributes:
        verdict: What became of it.
        reason: The same in words, with how to mend it.
        measure: What was compared, by its mean over examples; more is better.
        test: What the p-value is of; empty where nothing was tested.
        before: The mean then.
        after: The mean now.
        drop: `before` less `after`, with its bounds, each as sure as the claim.
        chance: The p-value of what the examples speak for: "it became worse", or where the drop is below 0 "it became better".
            One-sided beside a baseline or an earlier run, two-sided beside another model.
        adjusted: The same, adjusted for all cells that were compared together.
        worse: The examples that became worse, the most so first.
        known: How many others are below 1 now, and were no better then.
    """

    verdict: Standing
    reason: str
    measure: str = ""
    test: str = ""
    before: float | None = None
    after: float | None = None
    drop: Estimate | None = None
    chance: float | None = None
    adjusted: float | None = None
    worse: tuple[str, ...] = ()
    known: int = 0

    @property
    def change(self) -> str:
        """What an example that became worse is: `new` where outcomes are 0 or 1, else `worse`."""
        return "new" if self.test.startswith(MCNEMAR) else "worse"

    @property
    def unchanged(self) -> bool:
        """Whether every example is as it was."""
        return self.drop is not None and self.drop.value == 0 and not self.worse

    @property
    def gain(self) -> Estimate | None:
        """`after` less `before`: the drop turned round, and never -0.0."""
        drop = self.drop
        return drop and Estimate(0 - drop.value, 0 - drop.high, 0 - drop.low, drop.clusters)


@dataclass(frozen=True, slots=True)
class PooledRecord:
    """All cells of a model beside those of the first model of its file, by one measure: each example counts once.

    Attributes:
        suite: The model's.
        cells: How many were compared.
        comparison: What they come to together.
    """

    suite: str
    cells: int
    comparison: ComparisonRecord


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One of the cells that are compared with each other.

    Attributes:
        cell: Its id in the suite.
        name: What sets it apart: its language, dataset or severity.
        measure: What is compared.
        estimate: The cell's own, with its two one-sided bounds.
        tested: Its tested cases.
    """

    cell: str
    name: str
    measure: str
    estimate: Estimate
    tested: int


@dataclass(frozen=True, slots=True)
class SliceRecord:
    """The examples of a cell that have the same value in a column.

    Attributes:
        column: The column.
        value: What it holds in all of them.
        measure: What is measured.
        estimate: What it comes to, with its two one-sided bounds.
    """

    column: str
    value: str
    measure: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class CellRecord:
    """One cell's verdict and all that led to it.

    `definitions` say how its outputs were compared, such as `token f1`, by measure: first by the one that the cell stands by
    beside other runs, then by the other qualities that its gates name. `worst_of` says of how many variants each was searched,
    `watched` of which label the probability is compared: it is empty for the label of each original. `becomes` is the label that
    answers should become.
    `comparison` is there where a baseline is, `beside_first` where the file names several models and this is not the first.
    Of several cells together `across` says what is compared, `members` has each, and `note` is what it came to. Such a
    record has no outcomes of its own, and its counts are those of all members. `slices` are parts of a cell, by the columns that
    its dataset names, and by each measure that has a number per example: the cell's main one and those that gates name.
    `must_be_tested` says whether a run that leaves it untested is no pass.
    """

    suite: str
    cell: str
    task: str
    expectation: str
    dataset: str
    perturbation: str
    contract: str
    language: str
    verdict: Verdict
    reason: str
    gates: tuple[GateRecord, ...]
    measures: Mapping[str, Estimate]
    counts: Counts
    order: int = 0
    definitions: Mapping[str, str] = field(default_factory=dict)
    worst_of: int = 1
    comparison: ComparisonRecord | None = None
    beside_first: ComparisonRecord | None = None
    across: str = ""
    members: tuple[MemberRecord, ...] = ()
    note: str = ""
    watched: str | None = None
    becomes: str = ""
    slices: tuple[SliceRecord, ...] = ()
    must_be_tested: bool = True

    @property
    def key(self) -> CellKey:
        """Which cell it is."""
        return self.suite, self.cell

    @property
    def measure(self) -> str:
        """What it is compared by; empty in a reference check, which is compared by a quality."""
        return DIRECTED.measure if DIRECTED.measure in self.measures else EXPECTATIONS[self.expectation].measure


@dataclass(frozen=True, slots=True)
class DataRecord:
    """What was read of a dataset.

    Attributes:
        examples: How many.
        different: How many differ in their texts or their language.
        digest: Of all that they hold, and of why rows were left out, in whatever order.
        learnt: How many have texts, blanks apart, that the model was made from.
        bad: How many rows were left out because they are no examples.
        bad_rows: The first of them: where each stands, and what is wrong with it.
        empty: How many have an empty text.
        labels: How often each label is a reference; nothing where outputs are no labels, or there are very many.
    """

    examples: int
    different: int
    digest: str
    learnt: int = 0
    bad: int = 0
    bad_rows: tuple[str, ...] = ()
    empty: int = 0
    labels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowsLeftOut:
    """Rows of a dataset that are in none of its languages.

    Attributes:
        language: Theirs, `und` where they say none.
        count: How many there are.
        kin: The dataset's language that theirs is a variety of, or the other way round, as `zh` of `zh-CN`; mostly empty.
    """

    language: str
    count: int
    kin: str = ""


@dataclass(frozen=True, slots=True)
class SuiteRecord:
    """What a run says of a suite; of a file with several models each is one, `model_name` says which.

    `settings` is what else the suite says of its model and shapes answers, as text: `prompt`, `system`, `settings`, `dtype`.
    `model_place` is the line and column of its model, by which the models of a file have an order. `rows_left_out` has the rows
    in none of a dataset's languages, by dataset, and `data` what was read of each dataset that was run. `first_model` is the
    model that its file names first.
    """

    name: str
    path: str
    description: str
    task: str
    model: str
    identity: str | None
    seed: int
    confidence: float
    datasets: Mapping[str, str]
    signature: str | None
    labels: tuple[str, ...] = ()
    model_name: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    rows_left_out: Mapping[str, tuple[RowsLeftOut, ...]] = field(default_factory=dict)
    model_place: tuple[int, int] = (1, 1)
    first_model: str = ""
    data: Mapping[str, DataRecord] = field(default_factory=dict)

    @property
    def node(self) -> str:
        """What its cells' ids in pytest begin with."""
        return APART.join(filter(None, [self.path, self.model_name]))
