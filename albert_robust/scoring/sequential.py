"""Means with bounds that hold however often one looks: a cell may stop as soon as its gate is decided.

A confidence sequence by betting (Waudby-Smith and Ramdas, 2024, doi:10.1093/jrsssb/qkad009): who bets at fair odds that the
mean is greater than m seldom grows rich if it is not, so the lower bound is the greatest m against which the capital ever
reached 1 / alpha (Ville, 1939). The capital is the mean of a few players', each of whom always bets the same share of what
the worst outcome would cost; the paper's own players learn their bet as they go. Ours stop earlier where a mean lies five
points from its gate: `benchmarks/early_stopping.py` has both.

The bounds are of what `statistics.mean_in_unit` bounds: the mean of the distribution that the examples come from, not that of
the dataset at hand. Examples of a dataset in random order are independent draws from it, so nothing is corrected for drawing
without replacement, and where all examples were asked there is still an interval. The order must not depend on the answers.
"""

from collections.abc import Iterator
from math import fsum

import numpy as np

from albert_robust.scoring.statistics import NOTHING, Estimate, Floats

# Shares of the capital that a 0 would cost: 1 for means near 1, 1/64 for a mean half a point off.
BETS = 0.5 ** np.arange(7)
FIRST = 32  # examples before the first look
STEPS = 1_000_000  # bounds are whole millionths: the last digits, in which machines differ, do not show


def looks(examples: int) -> Iterator[int]:
    """Yield how many examples have been asked at each look: 32, then a quarter more each time, at last all.

    Args:
        examples: How many there are; of none there is no look.
    """
    asked = FIRST
    while asked < examples:
        yield asked
        asked += -(-asked // 4)
    if examples:
        yield examples


def sequential_mean(values: Floats, confidence: float = 0.95) -> Estimate:
    """Return the mean of independent numbers in [0, 1], with bounds that hold at all looks together.

    A bound once reached is kept: that of more values is never wider, but where it must be to hold their mean.

    Args:
        values: Shape (examples,), one number an example (of several variants their mean), in the order they were asked.
        confidence: Two-sided coverage in (0, 1): each bound is left with half of the rest.

    Returns:
        The estimate; `NOTHING` for no values. Of a sample that stopped because it was good, the mean is a little too good.

    Raises:
        ValueError: A value lies outside [0, 1].
    """
    if len(values) and (values.min() < 0 or values.max() > 1):
        raise ValueError("a value lies outside [0, 1]")
    low, high = _bounds(values, confidence)
    return _estimate(values, low / STEPS, high / STEPS)


def sequential_drop(drops: Floats, confidence: float = 0.95) -> Estimate:
    """Return the mean of independent numbers in [-1, 1], with bounds that hold at all looks together.

    Args:
        drops: Shape (examples,), the number before less that after, in the order they were asked.
        confidence: Two-sided coverage in (0, 1).

    Raises:
        ValueError: A value lies outside [-1, 1].
    """
    if len(drops) and (drops.min() < -1 or drops.max() > 1):
        raise ValueError("a value lies outside [-1, 1]")
    low, high = _bounds((1 + drops) / 2, confidence)
    return _estimate(drops, (2 * low - STEPS) / STEPS, (2 * high - STEPS) / STEPS)


def capital(values: Floats, mean: float) -> Floats:
    """Return the capital after each value, at first 1, of bets that the true mean is greater than `mean`.

    Where it is not, the capital ever reaches 1 / alpha with a probability of alpha at most. The smaller `mean` is, the
    greater is the capital.

    Args:
        values: Shape (examples,), each in [0, 1].
        mean: In (0, 1].

    Returns:
        Shape (examples,); infinite where it is too great for a number.
    """
    with np.errstate(divide="ignore", over="ignore"):  # who bets all may lose all
        grown = np.cumsum(np.log1p(np.outer(BETS, values / mean - 1)), axis=1)
        found: Floats = np.exp(grown).mean(axis=0)
    return found


def _estimate(values: Floats, low: float, high: float) -> Estimate:
    if len(values) == 0:
        return NOTHING
    value = fsum(values) / len(values)
    return Estimate(value, min(low, value), max(high, value), len(values))


def _bounds(values: Floats, confidence: float) -> tuple[int, int]:
    """Return the lower and the upper bound of a mean, in steps."""
    rich = 2 / (1 - confidence)
    return _ruled_out(values, rich), STEPS - _ruled_out(1 - values, rich)


def _ruled_out(values: Floats, rich: float) -> int:
    """Return the greatest mean, in steps, against which the capital ever reached `rich`; 0 for none."""
    ruled_out, possible = 0, STEPS
    while possible - ruled_out > 1:
        middle = (ruled_out + possible) // 2
        if capital(values, middle / STEPS).max(initial=1.0) >= rich:
            ruled_out = middle
        else:
            possible = middle
    return ruled_out
