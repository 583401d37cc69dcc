"""What a task is: the fields a model sees, what it answers, and how answers are compared."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf, isfinite, isnan, nan
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

import numpy as np

from albert_robust.data import Annotation, Example, ReferenceType, Source
from albert_robust.scoring.statistics import DIGITS, NOTHING, Estimate, Floats, bootstrap, bootstrap_with_one_more
from albert_robust.text.languages import UNKNOWN
from albert_robust.text.text import Edit

NO_INPUTS: Mapping[str, str] = {}
NO_SCORES: Mapping[str, float] = {}
ANY = (-inf, inf)
OUTSIDE = ", and scores are from {:g} to {:g}"  # how a message about a number ends that lies outside of its range


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model answered.

    Attributes:
        output: A label, an answer or a text; what is none of these as its task writes it.
        scores: The probability of each label, where the model gives them.
        said: What the model said, where the output was found in it.
        cut: Tokens of its input that the model did not read.
    """

    output: str
    scores: Mapping[str, float] = field(default_factory=dict)
    said: str = ""
    cut: int = 0


Inputs = tuple[tuple[str, str], ...]  # of an example as the dataset has it, by field
Scores = tuple[tuple[str, float], ...]  # the probability of each label


class Compared(NamedTuple):
    """An output beside a text that it should agree with: a reference, another output, or what it was made from.

    Attributes:
        output: What the model said.
        reference: The text beside it.
        language: Of the output, a BCP 47 tag.
        reference_language: Of the other text.
        inputs: Of the example, where a suite has measures of its own: these may look at them.
        row: What the example has in the further columns that such measures read.
        scores: Of the output, where such a measure reads them.
        reference_scores: Of the other text, where that is an output, too.
    """

    output: str
    reference: str
    language: str = UNKNOWN
    reference_language: str = UNKNOWN
    inputs: Inputs = ()
    row: Inputs = ()
    scores: Scores = ()
    reference_scores: Scores = ()


class Score(NamedTuple):
    """What LABS says of a pair."""

    precision: float
    recall: float
    f: float


class Answer(NamedTuple):
    """An output with all that it can be measured by.

    Attributes:
        output: What the model said.
        references: What the dataset accepts; empty where it has none.
        source: The input that the output is about, as the dataset has it.
        language: Of the output, a BCP 47 tag.
        reference_language: Of the references.
        source_language: Of the source.
        inputs: As `Compared` has them; and so are the row and the scores.
        row: Of the example.
        scores: Of the output.
    """

    output: str
    references: tuple[str, ...] = ()
    source: str = ""
    language: str = UNKNOWN
    reference_language: str = UNKNOWN
    source_language: str = UNKNOWN
    inputs: Inputs = ()
    row: Inputs = ()
    scores: Scores = ()

    def beside(self, text: str, language: str, scores: Scores = ()) -> Compared:
        """Return the output beside a text in a language, which may be an output with probabilities of its own."""
        return Compared(self.output, text, self.language, language, self.inputs, self.row, self.scores, scores)


Measured = (
    float | str | None
)  # a number (nan where there is none), why it is not known, or nothing where a judge was not asked


class TextScorer(Protocol):
    """The metric core as tasks see it."""

    def scores(self, pairs: Sequence[Compared]) -> list[Score]:
        """Return the LABS of each pair, not clipped."""
        ...

    def measured(self, name: str, pairs: Sequence[Compared]) -> Sequence[Measured]:
        """Return what a measure of the suite's own says of each pair."""
        raise KeyError(name)


Reader = Callable[[Any], str | None]


class PairMetric(Protocol):
    """Says how good outputs are beside texts, or how alike two outputs are, in [0, 1]."""

    @property
    def needs_encoder(self) -> bool:
        """Whether it asks the scorer for LABS."""
        ...

    @property
    def identity(self) -> str:
        """What tells a suite's own function from others of its name; empty for a metric of a task."""
        ...

    def __call__(self, pairs: Sequence[Compared], scorer: TextScorer) -> Sequence[Measured]:
        """Return the number of each pair."""
        ...


@dataclass(frozen=True)
class Each:
    """A metric that compares pairs one by one, by a function of the output and the text beside it."""

    function: Callable[[str, str], float]
    needs_encoder: ClassVar[bool] = False
    identity: ClassVar[str] = ""

    def __call__(self, pairs: Sequence[Compared], scorer: TextScorer) -> list[float]:
        """Return the number of each pair."""
        return [self.function(pair.output, pair.reference) for pair in pairs]


@dataclass(frozen=True)
class Labs:
    """LABS, clipped to [0, 1].

    Attributes:
        part: `precision` is how much of the output is in the text beside it, `recall` how much of that text is in the output.
    """

    part: Literal["precision", "recall", "f"] = "f"
    needs_encoder: ClassVar[bool] = True
    identity: ClassVar[str] = ""

    def __call__(self, pairs: Sequence[Compared], scorer: TextScorer) -> list[float]:
        """Return the number of each pair."""
        parts = [getattr(score, self.part) for score in scorer.scores(pairs)]
        return [min(1.0, max(0.0, part)) * self.share(pair) for part, pair in zip(parts, pairs, strict=True)]

    def share(self, pair: Compared) -> float:
        """Return which share of a pair's LABS counts."""
        return 1.0


@dataclass(frozen=True, slots=True)
class Quality:
    """How good an output is, in [0, 1].

    Attributes:
        metric: Compares outputs with texts.
        of_source: Whether the text is the output's source; else it is a reference, and the best one counts.
        of_each: Whether all references count alike, by their mean, and not the best one alone.
        on_request: Whether it is measured only in cells with a gate on it.
    """

    metric: PairMetric
    of_source: bool = False
    of_each: bool = False
    on_request: bool = False

    def measure(self, answers: Sequence[Answer], scorer: TextScorer) -> list[Measured]:
        """Return each answer's value; where there is nothing to compare it with, nan."""
        groups = [self.compared(answer) for answer in answers]
        values = iter(self.metric([pair for group in groups for pair in group], scorer))
        return [self._together([next(values) for _ in group]) for group in groups]

    def _together(self, values: Sequence[Measured]) -> Measured:
        numbers = [value for value in values if isinstance(value, float | int)]
        if len(numbers) < len(values):
            return next((value for value in values if isinstance(value, str)), None)
        if not numbers:
            return nan
        return sum(numbers) / len(numbers) if self.of_each else max(numbers)

    def compared(self, answer: Answer) -> list[Compared]:
        """Return an answer beside each text that it is compared with."""
        if self.of_source:
            return [answer.beside(answer.source, answer.source_language)]
        return [answer.beside(reference, answer.reference_language) for reference in answer.references]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A measure from sums over examples.

    Attributes:
        counts: From answers, each with a reference, to what each adds, shape (answers, ...).
        value: From sums, shape (draws, ...), to values in [0, 1], shape (draws,); nan where they say nothing.
        one_more: From sums over all answers, shape (...), to what a bad answer more would add and what a good one would, both of
            that shape; None where that is not known, and bounds are a plain bootstrap's.
    """

    counts: Callable[[Sequence[Answer]], Floats]
    value: Callable[[Floats], Floats]
    one_more: Callable[[Floats], tuple[Floats, Floats]] | None = None

    def measure(self, answers: Sequence[Answer], owners: Sequence[Hashable], confidence: float = 0.95) -> Estimate:
        """Return the measure of all answers together, its interval from resampling whole examples.

        Args:
            answers: Each with a reference.
            owners: The example that each answer belongs to, shape (answers,).
            confidence: Two-sided coverage in (0, 1).

        Returns:
            The estimate; `NOTHING` for no answers, or where they say nothing. A draw that says nothing counts as 0.
        """
        if not answers:
            return NOTHING
        counts = self.counts(answers)
        shape, total = counts.shape[1:], counts.sum(axis=0)
        if isnan(self.value(total[np.newaxis])[0]):
            return NOTHING
        places: dict[Hashable, int] = {}
        rows = [places.setdefault(owner, len(places)) for owner in owners]
        sums = np.zeros((len(places), *shape))
        np.add.at(sums, rows, counts)
        flat = sums.reshape(len(places), -1)

        def value(draws: Floats) -> Floats:
            return np.nan_to_num(self.value(draws.reshape(-1, *shape)))

        if self.one_more is None:
            return bootstrap(flat, value, confidence)
        worse, better = self.one_more(total)
        return bootstrap_with_one_more(flat, worse.ravel(), better.ravel(), value, confidence)


def string(value: Any) -> str | None:
    """Return a string as it is; of anything else None."""
    return value if isinstance(value, str) else None


def nothing(example: Example, name: str) -> tuple[str, ...]:
    """Return no strings: any part of an example may be edited."""
    return ()


def unknown(answer: Any) -> Mapping[str, float]:
    """Return no probabilities."""
    return NO_SCORES


def unmoved(output: str, source: str, edits: Sequence[Edit], known: Iterable[str] = ()) -> str:
    """Return an output as it is: it points to no place that edits could move."""
    return output


@dataclass(frozen=True)
class Task:
    """One shape of work.

    Attributes:
        name: As suites write it.
        inputs: The fields a model sees. An output that is a text is about the first of them, and in its language.
        reference: The dataset's column with the reference.
        perturbed: The fields that are perturbed unless a check says otherwise.
        altered: Those of a direction check, if it is not the same ones: to alter all of them may leave the answer as it was.
        agreements: How alike two outputs are, in [0, 1]; the first is the default.
        qualities: How good an output is, by name.
        output_key: The name under which a model may return its output.
        aggregates: Measures of a whole cell that are no mean over examples, such as macro-F1.
        output_type: What an output is, as messages say it.
        parse: Returns the output that a model gave as the string that is kept; None where it is no output.
        single_label: Whether the output is one of a closed set: then a flip is a changed label.
        translates: Whether the output is in another language than the inputs: in that of the references.
        reference_type: What a reference is in the data, as `Source` has it.
        annotation: How outputs and references are read that have parts, such as labels or spans; None for a task without such.
        probabilities: Returns the probability of each label in an answer that may have several labels.
        map_back: `(output, original, edits, known outputs) -> output`: moves an output's spans from the variant to the original.
        spanless_agreements: The agreements of such outputs that regard no places: texts in two languages have no others.
        shows_inputs: Whether what compares outputs is shown the example's inputs: a suite's own measures are.
        shows_scores: Whether it is shown the probabilities of labels, too.
        passages_field: The input that may be a list of passages; empty where none may.
        protect: Returns the strings of an example that no edit may touch.
        bounds: The least and the highest number that an output may be, where it is one; `5/5` and `100 %` are the highest.
            They are `ANY` if a suite has to say them.
        with_range: Returns the task for numbers from one to another; None where there is but one range, or none.
        searches: Whether outputs are documents that the model has, and an example has not.
        starter_prompt: What a first suite asks a chat model; empty where none can do it.
        starter_gates: Those of a first suite; of quality only where the data have references.
        starter_quality: The gate by which one answer to all does not pass it; empty where the data say what that comes to.
    """

    name: str
    inputs: tuple[str, ...]
    reference: str
    perturbed: tuple[str, ...]
    agreements: Mapping[str, PairMetric]
    qualities: Mapping[str, Quality]
    output_key: str
    altered: tuple[str, ...] = ()
    aggregates: Mapping[str, Aggregate] = field(default_factory=dict)
    output_type: str = "string"
    parse: Reader = string
    single_label: bool = False
    translates: bool = False
    reference_type: ReferenceType = "text"
    annotation: Annotation | None = None
    probabilities: Callable[[Any], Mapping[str, float]] = unknown
    map_back: Callable[[str, str, Sequence[Edit], Iterable[str]], str] = unmoved
    spanless_agreements: tuple[str, ...] = ()
    shows_inputs: bool = False
    shows_scores: bool = False
    passages_field: str = ""
    protect: Callable[[Example, str], tuple[str, ...]] = nothing
    bounds: tuple[float, float] = (-1.0, 1.0)
    with_range: Callable[[float, float], "Task"] | None = None
    searches: bool = False
    starter_prompt: str = ""
    starter_gates: tuple[str, ...] = ("consistency >= 0.8",)
    starter_quality: str = ""

    def perturbed_by(self, expectation: str) -> tuple[str, ...]:
        """Return the fields that a check perturbs unless it says otherwise, by what it expects."""
        return (expectation == "direction" and self.altered) or self.perturbed

    @property
    def has_spans(self) -> bool:
        """Whether outputs point into an input, so that edits move what they say."""
        return self.map_back is not unmoved

    @property
    def multi_label(self) -> bool:
        """Whether the output is any number of a closed set."""
        return self.annotation is not None and not self.has_spans

    @property
    def has_labels(self) -> bool:
        """Whether the output is of a closed set, be it one or any number."""
        return self.single_label or self.multi_label

    @property
    def numeric(self) -> bool:
        """Whether outputs and references are numbers."""
        return self.reference_type == "number"

    @property
    def free_text(self) -> bool:
        """Whether the output is a text, of the model's own words or of the input's."""
        return self.parse is string and self.annotation is None

    @property
    def source_field(self) -> str:
        """The input that an output is about: what qualities of the source compare it with; empty where it is no text."""
        return self.inputs[0] if self.free_text else ""

    @property
    def language_field(self) -> str:
        """The input whose language an output is in; empty where that is the language of the references."""
        return "" if self.translates else self.inputs[0]

    @property
    def needs_range(self) -> bool:
        """Whether a suite has to say from where to where outputs are."""
        return self.bounds == ANY

    @property
    def stands_alone(self) -> bool:
        """Whether texts are all that it needs: it has one input, and no range."""
        return len(self.inputs) == 1 and not self.needs_range

    @property
    def is_prompted(self) -> bool:
        """Whether what it sees is a prompt, which a language model is asked as it is."""
        return self.starter_prompt == f"{{{self.inputs[0]}}}"

    def source(self, path: Path, languages: tuple[str, ...], **more: Any) -> Source:
        """Return where examples of the task lie, read as it has them; `Source` has the rest."""
        return Source(
            path,
            languages,
            reference_type=self.reference_type,
            passages_field=self.passages_field,
            annotation=self.annotation,
            **more,
        )

    def read(self, answer: Any, inputs: Mapping[str, str] = NO_INPUTS) -> Prediction:
        """Return what a model answered for one input.

        Args:
            answer: An output, a string in most tasks, or a mapping with it under the task's key and, for labels, `scores`;
                `said` and `cut` may be there too.
            inputs: What was asked; outputs that do not point into it are read without.

        Raises:
            ValueError: It is neither, or holds a probability that is none.
        """
        said = answer.get("said") if isinstance(answer, Mapping) else None
        said = said if isinstance(said, str) else ""
        cut = answer.get("cut") if isinstance(answer, Mapping) else None
        cut = cut if isinstance(cut, int) and cut > 0 else 0
        if self.single_label and isinstance(answer, Mapping) and "scores" in answer:
            scores = _scores(answer["scores"])
            best = max(scores, key=lambda label: scores[label]) if scores else None
            named = answer.get(self.output_key)
            output = self.parse(best if named is None else named)
            if output is not None:
                return _checked(Prediction(output, scores, said, cut))
        bare = self._bare(answer)
        parts = self.annotation
        output = self.parse(parts.read(bare, inputs.get(parts.field, "")) if parts else bare)
        if output is None:
            what = f"expected a {self.output_type} or {{{self.output_key!r}: {self.output_type}}}"
            raise ValueError(f"the model returned {answer!r:.80}, {what}")
        if isinstance(answer, Prediction):
            return _checked(replace(answer, output=output))
        return _checked(Prediction(output, self._probabilities(answer, bare), said, cut))

    def renamed(self, prediction: Prediction, names: Mapping[str, str]) -> Prediction:
        """Return a prediction in which labels have other names; those without one stay as they are.

        Args:
            prediction: Of the task.
            names: By label. If two have the same name, their probabilities are added; the higher one counts where a text may have
                both.
        """
        scores: dict[str, float] = {}
        for label, value in prediction.scores.items():
            name = names.get(label, label)
            before = scores.get(name, 0.0)
            scores[name] = max(before, value) if self.multi_label else round(before + value, DIGITS)
        output, parts = prediction.output, self.annotation
        output = parts.renamed(output, names) if parts else names.get(output, output)
        return replace(prediction, output=output, scores=scores)

    def _probabilities(self, answer: Any, bare: Any) -> Mapping[str, float]:
        """Return the probabilities of an output with several labels, which stand beside its labels or in their place."""
        if not self.multi_label or isinstance(bare, str):
            return NO_SCORES
        return (
            _scores(answer["scores"])
            if isinstance(answer, Mapping) and "scores" in answer
            else self.probabilities(bare)
        )

    def _bare(self, answer: Any) -> Any:
        if isinstance(answer, Prediction):
            return answer.output
        return answer.get(self.output_key) if isinstance(answer, Mapping) else answer


def _scores(held: Any) -> dict[str, float]:
    """The probability of each label, as a model says it."""
    try:
        return {str(label).strip(): float(value) for label, value in held.items()}
    except (AttributeError, TypeError, ValueError):
        what = "expected a number for each label: {'good': 0.9, 'bad': 0.1}"
        raise ValueError(f"the model returned the scores {held!r:.80}, {what}") from None


def _checked(prediction: Prediction) -> Prediction:
    for label, value in prediction.scores.items():
        if not isfinite(value) or not -1e-6 <= value <= 1 + 1e-6:
            raise ValueError(f"the probability of {label!r} is {value}, expected a number in [0, 1]")
    return prediction
