"""Sentence similarity: how alike two sentences are in meaning, or how relevant one is to the other: a number for a pair.

Quality is how well the answers of a whole cell follow people's scores, whatever the scale of these: Pearson's correlation,
and Spearman's, which is Pearson's of the ranks, ties sharing theirs. As with kappa, worse than chance is no better than
chance: both are clipped to [0, 1]. A model that always answers the same has no correlation, and its output has nothing to do
with its input: 0, as kappa has it. Scores that are all the same can show nothing: nan.

The interval of Spearman's ranks each resample anew. With the ranks of the whole cell, as sums have them, its lower end is
0.07 too high at 16 examples, and 0.003 at 200; beyond 2,000 these are taken.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite, isnan
from numbers import Real
from typing import Any

import numpy as np

from albert_robust.scoring.statistics import DIGITS, NOTHING, TINY, Estimate, Floats, bootstrap
from albert_robust.tasks.task import Aggregate, Answer, Each, Task

MOST_RANKED = 2000  # examples that a resample is ranked anew for: it takes numbers by their square


def number(answer: Any, low: float = -1.0, high: float = 1.0) -> str | None:
    """Return a similarity as it is kept.

    Args:
        answer: A number.
        low: The lowest that it may be.
        high: The highest.

    Returns:
        The number in decimals; None where the answer is no number.

    Raises:
        ValueError: It is not finite, or lies outside.
    """
    if isinstance(answer, bool) or not isinstance(answer, Real):
        return None
    value = float(answer)
    if not low - 1e-6 <= value <= high + 1e-6:  # nor is nan
        mend = ": `range:` of the model may say another range" if isfinite(value) else ""
        raise ValueError(f"the similarity is {value}, expected a number in [{low:g}, {high:g}]{mend}")
    return repr(round(value, DIGITS) + 0.0)  # -0.0 is 0.0


def closeness(output: str, other: str, width: float = 1.0) -> float:
    """Return 1 less the distance of two numbers, in widths of a range; 0 at least."""
    return max(0.0, 1 - abs(float(output) - float(other)) / width)


def ranks(values: Floats, times: Floats) -> Floats:
    """Return the rank of each value from 1, equal ones sharing the mean of theirs.

    Args:
        values: Shape (values,), one or more.
        times: How often each value stands in each draw, shape (draws, values).

    Returns:
        Shape (draws, values); what stands in a draw no times has a rank of no meaning.
    """
    _, starts, places = np.unique(np.sort(values), return_index=True, return_inverse=True)
    order = np.argsort(values)
    counts = np.add.reduceat(times[:, order], starts, axis=1)
    shared = np.cumsum(counts, axis=1) - (counts - 1) / 2
    found = np.empty_like(times, dtype=np.float64)
    found[:, order] = shared[:, places]
    return found


def _ranked(values: Floats) -> Floats:
    found: Floats = ranks(values, np.ones((1, len(values))))[0]
    return found


def products(answers: Sequence[Answer]) -> Floats:
    """Return what each answer adds to the sums that Pearson's correlation is made from, shape (answers, 6)."""
    return _products(*_columns(answers))


def products_of_ranks(answers: Sequence[Answer]) -> Floats:
    """Return the same of the ranks, for Spearman's."""
    said, right = _columns(answers)
    return _products(_ranked(said), _ranked(right))


def _columns(answers: Sequence[Answer]) -> tuple[Floats, Floats]:
    """Return what the model said and the mean of what people said, both of shape (answers,)."""
    said = [float(answer.output) for answer in answers]
    right = [np.mean([float(reference) for reference in answer.references]) for answer in answers]
    return np.array(said), np.array(right)


def _products(left: Floats, right: Floats) -> Floats:
    one, two = _standard(left), _standard(right)
    return np.stack([np.ones(len(one)), one, two, one * one, two * two, one * two], axis=1)


def _standard(column: Floats) -> Floats:
    """Return a column with mean 0 whose farthest value is at 1 or -1, whatever its scale; zeros where all are the same."""
    apart: Floats = column - column.mean()
    spread = np.abs(apart).max()
    scaled: Floats = apart / spread if spread > TINY * np.abs(column).max() else np.zeros_like(apart)
    return scaled


def correlation(sums: Floats) -> Floats:
    """Return Pearson's correlation from sums.

    Args:
        sums: Shape (draws, 6): of 1, the output, the reference, their squares and their product.

    Returns:
        Numbers in [-1, 1], shape (draws,): 0 where outputs are all the same, nan where references are.
    """
    count, one, two, one_squared, two_squared, together = np.moveaxis(sums, -1, 0)
    spreads = [squared / count - (total / count) ** 2 for squared, total in ((one_squared, one), (two_squared, two))]
    shared = together / count - one * two / count**2
    varied = (spreads[0] > TINY) & (spreads[1] > TINY)
    found = np.divide(shared, np.sqrt(np.abs(spreads[0] * spreads[1])), out=np.zeros_like(shared), where=varied)
    value: Floats = np.where(spreads[1] > TINY, np.clip(found, -1, 1), np.nan)
    return value


def _from_zero(sums: Floats) -> Floats:
    return np.clip(correlation(sums), 0, 1)


def spearman(said: Floats, right: Floats, times: Floats) -> Floats:
    """Return Spearman's correlation of draws, shape (draws,), as `correlation` has it.

    Args:
        said: What the model said, shape (answers,).
        right: What people said, shape (answers,).
        times: How often each answer stands in each draw, shape (draws, answers).
    """
    count = times.sum(axis=1)
    middle = (count[:, None] + 1) / 2
    one, two = ranks(said, times) - middle, ranks(right, times) - middle
    columns = (np.ones_like(one), one, two, one * one, two * two, one * two)
    return correlation(np.stack([(times * column).sum(axis=1) for column in columns], axis=1))


@dataclass(frozen=True, slots=True)
class Ranked(Aggregate):
    """Spearman's correlation. Ranks are no sums over examples; `counts` and `value` stand for them where there are many."""

    def measure(self, answers: Sequence[Answer], owners: Sequence[Hashable], confidence: float = 0.95) -> Estimate:
        """Return the correlation of all answers together, its interval from whole examples; the rest as `Aggregate` has it."""
        places: dict[Hashable, int] = {}
        rows = [places.setdefault(owner, len(places)) for owner in owners]
        if not answers or len(places) > MOST_RANKED:
            return Aggregate.measure(self, answers, owners, confidence)
        said, right = _columns(answers)
        if isnan(spearman(said, right, np.ones((1, len(rows))))[0]):
            return NOTHING

        def value(times: Floats) -> Floats:
            return np.clip(np.nan_to_num(spearman(said, right, times[:, rows])), 0, 1)

        return bootstrap(np.eye(len(places)), value, confidence)


def within(low: float, high: float) -> Task:
    """Return the task for scores between two numbers."""
    near = Each(partial(closeness, width=high - low))
    return replace(TASK, agreements={"closeness": near}, bounds=(low, high), parse=partial(number, low=low, high=high))


AGGREGATES = {"spearman": Ranked(products_of_ranks, _from_zero), "pearson": Aggregate(products, _from_zero)}
TASK = Task(
    name="sentence-similarity",
    inputs=("first", "second"),
    reference="score",
    perturbed=("first",),
    agreements={"closeness": Each(closeness)},
    qualities={},
    aggregates=AGGREGATES,
    output_key="similarity",
    output_type="number",
    parse=number,
    reference_type="number",
    with_range=within,
    starter_prompt=(
        "How alike in meaning are two sentences, from 0 to 1? Answer with a number alone.\n\n{first}\n{second}"
    ),
    starter_quality="spearman >= 0.3",
)
