"""Estimates with intervals. Variants of one example are not independent: every interval is over whole examples.

Wilson (1927), doi:10.1080/01621459.1927.10502953, for a mean of numbers in [0, 1]: for a given mean such numbers vary at
most as yes-no outcomes do, so the interval is never too short. Newcombe (1998), doi:10.1002/(SICI)1097-0258(19981130)
17:22<2635::AID-SIM954>3.0.CO;2-C, method 10, for a paired difference. Percentile bootstrap (Efron, 1979) for the rest.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import isnan, nan, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS = 1000
TINY = 1e-12  # a spread below it is rounding
SEED = 12345  # sacrebleu's, so that intervals compare


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval. `clusters` is how many independent examples it rests on."""

    value: float
    low: float
    high: float
    clusters: int

    @property
    def measured(self) -> bool:
        """Whether there was anything to measure."""
        return not isnan(self.value)


NOTHING = Estimate(nan, nan, nan, 0)


def cluster_means(values: Sequence[float], clusters: Sequence[Hashable]) -> Floats:
    """Return the mean of the values of each cluster, shape (clusters,), in order of first appearance.

    Raises:
        ValueError: The lengths differ.
    """
    if len(values) != len(clusters):
        raise ValueError(f"{len(values)} values for {len(clusters)} clusters")
    places: dict[Hashable, int] = {}
    index = np.array([places.setdefault(cluster, len(places)) for cluster in clusters], dtype=np.int64)
    totals = np.bincount(index, weights=np.asarray(values, dtype=np.float64), minlength=len(places))
    return totals / np.maximum(1, np.bincount(index, minlength=len(places)))


def mean_in_unit(values: Floats, confidence: float = 0.95) -> Estimate:
    """Return the mean of independent numbers in [0, 1] with Wilson's two-sided interval.

    Args:
        values: Shape (examples,), one number an example.
        confidence: Two-sided coverage in (0, 1).

    Returns:
        The estimate; `NOTHING` for no values.

    Raises:
        ValueError: A value lies outside [0, 1].
    """
    n = len(values)
    if n == 0:
        return NOTHING
    if values.min() < 0 or values.max() > 1:
        raise ValueError("a value lies outside [0, 1]")
    mean = float(values.mean())
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = (mean + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(mean * (1 - mean) / n + z * z / (4 * n * n))
    # At the ends the formula gives 0 and 1 but for rounding, which would fail a gate at 1 that nothing speaks against.
    low = 0.0 if mean == 0 else max(0.0, centre - half)
    high = 1.0 if mean == 1 else min(1.0, centre + half)
    return Estimate(mean, low, high, n)


def paired_drop(before: Floats, after: Floats, confidence: float = 0.95) -> Estimate:
    """Return the mean of `before - after` with Newcombe's interval for paired shares.

    Args:
        before: Shape (examples,), each in [0, 1].
        after: The same examples, shape (examples,).
        confidence: Two-sided coverage in (0, 1).

    Raises:
        ValueError: The lengths differ, or a value lies outside [0, 1].
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} values before for {len(after)} after")
    if len(before) == 0:
        return NOTHING
    first, second = mean_in_unit(before, confidence), mean_in_unit(after, confidence)
    together = _correlation(before, after)
    value = first.value - second.value

    def reach(left: float, right: float) -> float:
        return sqrt(max(0.0, left * left - 2 * together * left * right + right * right))

    low = value - reach(first.value - first.low, second.high - second.value)
    high = value + reach(first.high - first.value, second.value - second.low)
    return Estimate(value, max(-1.0, low), min(1.0, high), len(before))


def _correlation(left: Floats, right: Floats) -> float:
    """Return the correlation, a positive one with method 10's continuity correction: n/2 off ad - bc."""
    spread = float(left.std() * right.std())
    if spread < TINY:
        return 0.0
    together = float(np.mean((left - left.mean()) * (right - right.mean())))
    if together > 0:
        together = max(0.0, together - 1 / (2 * len(left)))
    return together / spread


def bootstrap(
    vectors: Floats, value: Callable[[Floats], Floats], confidence: float = 0.95, seed: int = SEED
) -> Estimate:
    """Return a statistic of sums with its percentile interval from resampling whole clusters.

    Args:
        vectors: What each cluster adds to the sums, shape (clusters, k).
        value: From sums, shape (draws, k), to values in [0, 1], shape (draws,).
        confidence: Two-sided coverage in (0, 1).
        seed: Of the draws.

    Returns:
        The estimate. Where all draws agree (nothing varied in a small sample) the interval is Wilson's for that mean.
    """
    clusters = len(vectors)
    if clusters == 0:
        return NOTHING
    found = float(value(vectors.sum(axis=0, keepdims=True))[0])
    times = np.random.default_rng(seed).multinomial(clusters, np.full(clusters, 1 / clusters), DRAWS)
    values = value(times @ vectors)
    if np.ptp(values) == 0:
        wilson = mean_in_unit(np.full(clusters, min(1.0, max(0.0, found))), confidence)
        return Estimate(found, wilson.low, wilson.high, clusters)
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Estimate(found, float(low), float(high), clusters)
