"""What a run leaves behind: an outcome per variant, a record per cell, and the run that they make. All are plain values."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from albert_robust.file_names import APART
from albert_robust.results.cell_key import CellKey
from albert_robust.scoring.statistics import Estimate
from albert_robust.text import Edit, Text

if TYPE_CHECKING:
    from albert_robust.results.tally import Tally

Status = Literal["tested", "not applicable", "unchanged", "rejected", "error", "not asked"]
Verdict = Literal[  # the worst first
    "error", "failed", "warned", "inconclusive", "not tested", "known failure", "passed", "measured", "not applicable"
]
Answer = Literal["yes", "partial", "no", "undecided", "nothing"]
Against = Literal["original", "reference"]
Standing = Literal["regressed", "improved", "same", "undecided", "new", "missing", "incomparable"]


class Change(NamedTuple):
    """An edit of one field: graphemes [start, end) of the original became `replacement`."""

    field: str
    start: int
    end: int
    replacement: str
    kind: str


def edited(original: Mapping[str, str], changes: Sequence[Change]) -> dict[str, str]:
    """Return the fields of an example with some edits."""
    fields = dict(original)
    for name in {change.field for change in changes}:
        edits = tuple(Edit(*change[1:]) for change in changes if change.field == name)
        fields[name] = str(Text(original[name], edits=edits))
    return fields


class _NoEntries(dict[str, Any]):
    """No entries. Outcomes share one such mapping, since there may be millions of them."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # dataclasses reject unhashable defaults as mutable


NO_ENTRIES = _NoEntries()


@dataclass(slots=True)
class Outcome:
    """One variant of one example (or the example itself, in a reference check) and what the model made of it.

    A run fills it in step by step: the variant, the outputs, the scores. It is written once, and there may be millions.

    Attributes:
        suite: The suite's name.
        cell: The cell's id in its suite.
        example: The example's id.
        language: BCP 47 tag.
        replicate: Which variant of the example.
        status: Only `tested` ones are measured.
        original: The example's fields.
        variant: The variant's fields; empty where there is none.
        variant_language: Of the variant's field whose language the output is in; empty where it is the original's.
        changes: The edits between the two.
        references: What the dataset expects.
        before: The model's output for the original; None where it was not asked or failed.
        after: Its output for the variant; of choices in another order with the letter that its choice had.
        scores_before: Label probabilities, where the model gives them.
        scores_after: Label probabilities.
        agreement: How alike the two outputs are, in [0, 1].
        quality_before: By metric, in [0, 1].
        quality_after: By metric.
        message: Why a case is an error or rejected, or which variant it repeats.
        said_before: What the model said to the original, where the output was found in it.
        said_after: What it said to the variant.
        block: Which block of its suite's examples it was asked in.
        cut: Tokens that the model did not read of the original or of the variant, whichever lost more.
    """

    suite: str
    cell: str
    example: str
    language: str
    replicate: int
    status: Status
    original: Mapping[str, str]
    variant: Mapping[str, str] = NO_ENTRIES
    changes: tuple[Change, ...] = ()
    references: tuple[str, ...] = ()
    before: str | None = None
    after: str | None = None
    scores_before: Mapping[str, float] = NO_ENTRIES
    scores_after: Mapping[str, float] = NO_ENTRIES
    agreement: float | None = None
    quality_before: Mapping[str, float] = NO_ENTRIES
    quality_after: Mapping[str, float] = NO_ENTRIES
    message: str = ""
    variant_language: str = ""
    said_before: str = ""
    said_after: str = ""
    block: int = 0
    cut: int = 0

    @property
    def flipped(self) -> bool:
        """Whether the two outputs differ at all."""
        return self.agreement is not None and self.agreement < 1


def shortfall(outcome: Outcome, expectation: str, quality: str = "") -> float:
    """Return how far a tested case falls short of what its check expects, in [0, 1].

    Args:
        outcome: The case.
        expectation: Under invariance an output that changed falls short, under direction one that stayed, and in a reference
            check one below full quality.
        quality: By which a reference check is compared; without it, the mean of all qualities counts.
    """
    if expectation == "reference":
        qualities = outcome.quality_before
        values = [qualities[quality]] if quality in qualities else qualities.values()
        return 1 - sum(values) / len(values) if values else 0.0
    if outcome.agreement is None:
        return 0.0
    return outcome.agreement if expectation == "direction" else 1 - outcome.agreement


@dataclass(frozen=True, slots=True)
class Counts:
    """Honest accounting: every selected case is in exactly one of the other columns but `flipped`, which is part of `tested`.

    `not_asked` are those for which the budget had no room, `spared` those that a verdict did not need any more. `no_label` are
    part of `tested` too: those with an output that is none of the labels that the suite names. So are `cut`: those with an input
    that the model did not read to its end, being longer than it can.
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
        worse: The examples that became worse, the most so first; the first few.
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

    @property
    def unchanged(self) -> bool:
        """Whether every example is as it was."""
        return self.drop is not None and self.drop.value == 0 and not self.worse


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
class CellRecord:
    """One cell's verdict and all that led to it.

    `definition` says how its outputs were compared, such as `token f1`, and `also` how by the other qualities that its gates
    name; `worst_of` of how many variants each was searched;
    `comparison` is there where a baseline is, `beside_first` where the file names several models and this is not the first.
    Of several cells together `across` says what is compared, `members` has each, and `note` is what it came to. Such a
    record has no outcomes of its own, and its counts are those of all members.
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
    definition: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    worst_of: int = 1
    comparison: ComparisonRecord | None = None
    beside_first: ComparisonRecord | None = None
    across: str = ""
    members: tuple[MemberRecord, ...] = ()
    note: str = ""

    @property
    def key(self) -> CellKey:
        """Which cell it is."""
        return self.suite, self.cell


@dataclass(frozen=True, slots=True)
class DataRecord:
    """What was read of a dataset.

    Attributes:
        examples: How many.
        different: How many differ in their texts or their language.
        digest: Of all that they hold, in whatever order.
    """

    examples: int
    different: int
    digest: str


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


@dataclass(frozen=True, slots=True)
class MatchedText:
    """One text of an alignment, token by token; of a long text the first tokens.

    Attributes:
        tokens: As a person reads them.
        weights: Each token's share of the weight of the whole text.
        nearest: The place in the whole other text of the token that each matched; -1 where that text has none.
        similarity: To that token, in [-1, 1]; 0 where there is none.
        length: How many tokens the whole text has.
    """

    tokens: tuple[str, ...]
    weights: tuple[float, ...]
    nearest: tuple[int, ...]
    similarity: tuple[float, ...]
    length: int


@dataclass(frozen=True, slots=True)
class AlignmentRecord:
    """An alignment in plain values: rounded, and cut to the first tokens of each text.

    Attributes:
        candidate: The candidate's tokens.
        reference: The reference's.
        similarity: Of the kept candidate tokens (rows) to the kept reference tokens, in [-1, 1].
        scores: Precision, recall and F of the whole texts.
        matched: The same before calibration.
        letters: Precision and recall of letters, a part of what was matched; None where they do not count.
        signature: Of the score.
    """

    candidate: MatchedText
    reference: MatchedText
    similarity: tuple[tuple[float, ...], ...]
    scores: tuple[float, float, float]
    matched: tuple[float, float, float]
    letters: tuple[float, float] | None
    signature: str


@dataclass(frozen=True, slots=True)
class CaseAlignment:
    """Which tokens of a case's output matched which of the text it was scored against.

    Attributes:
        suite: The case's suite.
        cell: Its cell.
        example: Its example.
        replicate: Which variant of the example.
        against: The output for the `original`, or the best `reference`.
        alignment: Token by token.
    """

    suite: str
    cell: str
    example: str
    replicate: int
    against: Against
    alignment: AlignmentRecord


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Those edits of a case's variant that are enough against the model: none can be left out, as far as it answered.

    Attributes:
        suite: The case's suite.
        cell: Its cell.
        example: Its example.
        replicate: Which variant of the example.
        changes: The edits.
        output: What the model said to them.
    """

    suite: str
    cell: str
    example: str
    replicate: int
    changes: tuple[Change, ...]
    output: str


CASE = attrgetter("suite", "cell", "example", "replicate")  # names the case of an outcome and of what is said of it


@dataclass(frozen=True, repr=False)
class Run:
    """One execution: suites, cells in plan order, outcomes, and what it cost.

    Outcomes may be many more than memory holds, and are read from their file each time that they are gone through: suite by
    suite, in it by blocks of examples, in those cell by cell in plan order. Alignments are there for some of the worst
    cases, cell by cell in plan order, the worst first, and so is what is `shrunk`, where that was asked for.
    `mistakes` says of suites that could not be run, by name, why; `left_out` how many cells a suite has beside those here:
    a run may be of some of them. `merged` says of how many runs this one is made of.
    """

    suites: tuple[SuiteRecord, ...]
    cells: tuple[CellRecord, ...]
    outcomes: Iterable[Outcome] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    alignments: tuple[CaseAlignment, ...] = ()
    shrunk: tuple[Shrunk, ...] = ()
    counted: "Mapping[CellKey, Tally] | None" = field(default=None, compare=False)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    merged: int = 1

    def __repr__(self) -> str:
        return f"<Run: {counted_verdicts(self.cells) or 'no cells'}; answer {self.answer}>"

    def frame(self) -> Any:
        """Return a pandas data frame: a row per cell and measure, with the columns of `results.table`.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        from albert_robust.errors import need
        from albert_robust.results.table import COLUMNS, rows_of

        need("pandas", "pandas", "a data frame of a run")
        import pandas

        return pandas.DataFrame(rows_of(self), columns=COLUMNS)

    @property
    def answer(self) -> Answer:
        """May the model be shipped? `yes`, `no`, `undecided`, `nothing` where nothing was tested; `partial`: yes, of some cells.

        The report says the same.
        """
        return answer_of(self.cells, self.mistakes, self.cells_left_out)

    @property
    def cells_left_out(self) -> int:
        """How many cells its suites have beside those here."""
        return sum(self.left_out.values())

    @cached_property
    def tallies(self) -> "Mapping[CellKey, Tally]":
        """What the outcomes of each cell come to, by suite and cell; counted now if that was not done as they came."""
        from albert_robust.results.tally import Tally, tallied

        if self.counted is not None:
            return self.counted
        labels = {suite.name: suite.labels for suite in self.suites}
        begun = {
            (cell.suite, cell.cell): Tally(
                cell.expectation, gated=[gate.measure for gate in cell.gates], labels=labels.get(cell.suite, ())
            )
            for cell in self.cells
        }
        return tallied(self.outcomes, begun)


def answer_of(cells: Collection[CellRecord], mistakes: Collection[str] = (), left_out: int = 0) -> Answer:
    """Return the answer to "May I ship this model?": never yes where nothing was tested, or a suite could not be run.

    Args:
        cells: What was judged.
        mistakes: The suites that could not be run.
        left_out: How many cells the suites have beside these: of some cells no answer is a yes to all.
    """
    verdicts = {cell.verdict for cell in cells}
    if mistakes or verdicts & {"failed", "error"}:
        return "no"
    if tested_in(cells) == 0:
        return "nothing"
    gated = any(cell.gates for cell in cells)
    if verdicts & {"inconclusive", "not tested"} or not gated:
        return "undecided"
    return "partial" if left_out else "yes"


def counted_verdicts(cells: Iterable[CellRecord]) -> str:
    """Return how many cells have which verdict, the worst first: `1 failed, 6 passed`."""
    counts = Counter(cell.verdict for cell in cells)
    return ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in get_args(Verdict) if counts[verdict])


def tested_in(cells: Iterable[CellRecord]) -> int:
    """Return how many cases were tested, those of compared cells once."""
    tested: dict[CellKey, int] = {}
    for cell in cells:
        members = [(member.cell, member.tested) for member in cell.members]
        found = members if cell.across else [(cell.cell, cell.counts.tested)]
        tested.update(((cell.suite, name), count) for name, count in found)
    return sum(tested.values())
