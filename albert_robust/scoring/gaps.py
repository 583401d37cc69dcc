"""How far the best of several groups is from the worst, with bounds that hold although both are picked by their values.

The greatest difference of observed means is too large where the groups are alike, and resampling makes it larger still. So
each pair gets an interval of its own, and bounds follow from those. The interval of a pair is Zou and Donner's (2008),
doi:10.1002/sim.3095, from the exact intervals of both means and their correlation, a positive one with the continuity correction
of Newcombe's (1998, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C) method 10: n/2 off ad - bc.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import sqrt
from typing import Any

import numpy as np

from albert_robust.scoring.statistics import NOTHING, TINY, Estimate, Floats, mean_in_unit

Values = Mapping[Any, float]  # by example


@dataclass(frozen=True, slots=True)
class _Mean:
    """A group with its mean at the confidence of one pair, and at that of all pairs together."""

    values: Values
    one: Estimate
    all: Estimate


def gap(groups: Sequence[Values], confidence: float = 0.95) -> Estimate:
    """Return the greatest mean of a group minus the least.

    The upper bound is the greatest of all pairs': the truly best and worst group are one of them. The lower bound is the
    greatest of all pairs', at a confidence at which they hold together (Bonferroni).

    Args:
        groups: By example, a number in [0, 1]. An example in several groups (a translation) is one and the same.
        confidence: Two-sided coverage in (0, 1): each bound is left with half of the rest.

    Returns:
        The estimate in [0, 1], over the examples of all groups; `NOTHING` where a group is empty, or there are not two.

    Raises:
        ValueError: A value lies outside [0, 1].
    """
    if len(groups) < 2 or not all(groups):
        return NOTHING
    together = 1 - (1 - confidence) / (len(groups) * (len(groups) - 1))
    means = [_mean(values, confidence, together) for values in groups]
    ends = [_difference(first, second) for first, second in permutations(means, 2)]
    value = max(mean.one.value for mean in means) - min(mean.one.value for mean in means)
    low, high = (max(side) for side in zip(*ends, strict=True))
    examples = len({example for values in groups for example in values})
    return Estimate(value, max(0.0, low), min(1.0, high), examples)


def widest(low: Sequence[Values], high: Sequence[Values], confidence: float = 0.95) -> list[Estimate]:
    """Return how far each group at its best is from each other one at its worst.

    Args:
        low: The groups at their worst, as in `gap`.
        high: The same groups at their best.
        confidence: As in `gap`.
    """
    pairs = permutations(range(len(low)), 2)
    return [gap([high[one], low[other]], confidence) for one, other in pairs]


def _mean(values: Values, confidence: float, together: float) -> _Mean:
    numbers = np.array(list(values.values()), dtype=np.float64)
    return _Mean(values, mean_in_unit(numbers, confidence), mean_in_unit(numbers, together))


def _difference(first: _Mean, second: _Mean) -> tuple[float, float]:
    """Return the bounds of a mean minus another: the lower one for all pairs together, the upper one for this pair."""
    value = first.one.value - second.one.value
    correlation = _correlation(first.values, second.values)
    down = _reach(first.all.value - first.all.low, second.all.high - second.all.value, correlation)
    up = _reach(first.one.high - first.one.value, second.one.value - second.one.low, correlation)
    return value - down, value + up


def _reach(left: float, right: float, correlation: float) -> float:
    return sqrt(max(0.0, left * left - 2 * correlation * left * right + right * right))


def _correlation(first: Values, second: Values) -> float:
    """Return the correlation of two means: that of their common examples, by how many are common."""
    common = [example for example in first if example in second]
    if not common:
        return 0.0
    left, right = (np.array([values[example] for example in common]) for values in (first, second))
    return _corrected(left, right) * len(common) / sqrt(len(first) * len(second))


def _corrected(left: Floats, right: Floats) -> float:
    """Return the correlation of pairs, corrected for continuity. Where nothing varies it is 0."""
    spread = float(left.std() * right.std())
    if spread < TINY:
        return 0.0
    together = float(np.mean((left - left.mean()) * (right - right.mean())))
    if together > 0:
        together = max(0.0, together - 1 / (2 * len(left)))
    return together / spread
