"""What a task is: the fields a model sees, what it answers, and how answers are compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Protocol

from albert_robust.data import Example
from albert_robust.scoring.statistics import Floats


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model answered.

    Attributes:
        output: A label, an answer or a text.
        scores: The probability of each label, where the model gives them.
    """

    output: str
    scores: Mapping[str, float] = field(default_factory=dict)


class TextScorer(Protocol):
    """The metric core as tasks see it."""

    def f(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the LABS F of (candidate, reference) pairs, each in [0, 1]."""
        ...


PairMetric = Callable[[Sequence[tuple[str, str]], TextScorer], list[float]]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A measure from sums over examples.

    Attributes:
        counts: From (output, reference) pairs to what each adds, shape (pairs, ...).
        value: From sums, shape (draws, ...), to values in [0, 1], shape (draws,).
    """

    counts: Callable[[Sequence[tuple[str, str]]], Floats]
    value: Callable[[Floats], Floats]


@dataclass(frozen=True)
class Task:
    """One shape of work.

    Attributes:
        name: As suites write it.
        inputs: The fields a model sees.
        reference: The dataset's column with the reference.
        perturbed: The fields that are perturbed unless a check says otherwise.
        agreements: How alike two outputs are, in [0, 1]; the first is the default.
        qualities: How good an output is against one reference, in [0, 1]; the best reference counts.
        aggregates: Measures of a whole cell that are no mean over examples, such as macro-F1.
        key: The name under which a model may return its output.
        labels: Whether the output is one of a closed set: then agreement is equality and a flip is a changed label.
        protect: Returns the strings of an example that no edit may touch.
    """

    name: str
    inputs: tuple[str, ...]
    reference: str
    perturbed: tuple[str, ...]
    agreements: Mapping[str, PairMetric]
    qualities: Mapping[str, PairMetric]
    aggregates: Mapping[str, Aggregate]
    key: str
    labels: bool = False
    protect: Callable[[Example, str], tuple[str, ...]] = lambda example, name: ()

    def read(self, answer: Any) -> Prediction:
        """Return what a model answered for one input.

        Args:
            answer: A string, or a mapping with the output under the task's key and, for labels, `scores`.

        Raises:
            ValueError: It is neither, or holds a probability that is none.
        """
        if isinstance(answer, Prediction):
            return _checked(answer)
        if isinstance(answer, str):
            return _checked(Prediction(answer))
        if isinstance(answer, Mapping) and self.labels and "scores" in answer:
            scores = {str(label): float(value) for label, value in answer["scores"].items()}
            output = answer.get(self.key) or (max(scores, key=lambda label: scores[label]) if scores else None)
            if isinstance(output, str):
                return _checked(Prediction(output, scores))
        if isinstance(answer, Mapping) and isinstance(answer.get(self.key), str):
            return _checked(Prediction(answer[self.key]))
        raise ValueError(f"the model returned {answer!r:.80}, expected a string or {{{self.key!r}: string}}")


def _checked(prediction: Prediction) -> Prediction:
    for label, value in prediction.scores.items():
        if not isfinite(value) or not -1e-6 <= value <= 1 + 1e-6:
            raise ValueError(f"the probability of {label!r} is {value}, expected a number in [0, 1]")
    return prediction


def best(
    metric: PairMetric, outputs: Sequence[str], references: Sequence[tuple[str, ...]], scorer: TextScorer
) -> list[float]:
    """Return each output's best value over its references; an output without a reference has none (nan)."""
    pairs = [(output, reference) for output, group in zip(outputs, references, strict=True) for reference in group]
    values = iter(metric(pairs, scorer))
    return [max((next(values) for _ in group), default=float("nan")) for group in references]


def each(function: Callable[[str, str], float]) -> PairMetric:
    """Return a metric that compares pairs one by one and needs no encoder."""
    return lambda pairs, scorer: [function(left, right) for left, right in pairs]


def labs(pairs: Sequence[tuple[str, str]], scorer: TextScorer) -> list[float]:
    """Return the LABS F of pairs, clipped to [0, 1]."""
    return [min(1.0, max(0.0, value)) for value in scorer.f(pairs)]
