"""Estimates with intervals. Variants of one example are not independent: every interval is over whole examples.

Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404, for a mean of numbers in [0, 1], at their effective number: for a given
mean such numbers vary at most as yes-no outcomes do. It is exact: a bound is wrong at most as often as it says, where
Wilson's (1927), doi:10.1080/01621459.1927.10502953, is so in the mean over truths. A paired difference is such a mean, too.
What labels come to (macro F1, kappa) has bounds of the same kind, by Rubin's (1981) bootstrap. Percentile bootstrap (Efron, 1979)
for the rest. `benchmarks/interval_coverage.py` measures how often intervals hold the truth.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from albert_robust.scoring.beta import beta_quantile

Floats = NDArray[np.float64]
DIGITS = 6  # of numbers that are kept: a machine's last bits shape neither files nor verdicts
DRAWS = 1000
TINY = 1e-12  # a spread below it is rounding
DRAW_CELLS = 500_000  # numbers that a block of draws holds
SEED = 12345  # sacrebleu's, so that intervals compare
AT_EACH_END = 2  # numbers put to 0 and to 1 in a spread: Agresti and Coull's (1998), doi:10.1080/00031305.1998.10480550


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

    def as_dict(self) -> dict[str, float | None]:
        """Return a mean and its bounds as plain values, fit for JSON: what was not measured is None."""
        values = {"mean": self.value, "low": self.low, "high": self.high}
        return {name: None if isnan(value) else round(value, DIGITS) for name, value in values.items()}


NOTHING = Estimate(nan, nan, nan, 0)


def mean_in_unit(values: Floats, confidence: float = 0.95) -> Estimate:
    """Return the mean of independent numbers in [0, 1] with an exact two-sided interval at their effective number.

    Means of several variants vary less than yes-no outcomes, and are worth as many of those as vary alike: Kish's (1965)
    effective number, in Clopper and Pearson's interval by Korn and Graubard (1998), Survey Methodology 24(2). Yes-no outcomes
    are worth their own number, and no number is ever worth less than one of them.

    Args:
        values: Shape (examples,), one number an example.
        confidence: Two-sided coverage in (0, 1).

    Returns:
        The estimate; `NOTHING` for no values.

    Raises:
        ValueError: A value lies outside [0, 1].
    """
    if len(values) == 0:
        return NOTHING
    if values.min() < 0 or values.max() > 1:
        raise ValueError("a value lies outside [0, 1]")
    mean = float(values.mean())
    return Estimate(mean, *_exact(mean, _effective_number(values), confidence), len(values))


def _exact(mean: float, effective: float, confidence: float) -> tuple[float, float]:
    """Return Clopper and Pearson's bounds of a share of so many yes-no outcomes."""
    hits, tail = mean * effective, (1 - confidence) / 2
    low = 0.0 if mean == 0 else beta_quantile(tail, hits, effective - hits + 1)
    high = 1.0 if mean == 1 else beta_quantile(1 - tail, hits + 1, effective - hits)
    return min(low, mean), max(high, mean)


def _effective_number(values: Floats) -> float:
    """Return how many yes-no outcomes say as much about their mean as the values do.

    The spread of a few values is a poor estimate, and 0 where what happens seldom did not happen. Hence two numbers more at
    each end, our departure from Kish; yes-no outcomes are still worth their own number.
    """
    total = len(values) + 2 * AT_EACH_END
    centre = (float(values.sum()) + AT_EACH_END) / total
    squares = float(((values - centre) ** 2).sum()) + AT_EACH_END * (centre**2 + (1 - centre) ** 2)
    return max(1.0, centre * (1 - centre) * total / squares) * len(values)


def mean_drop(drops: Floats, confidence: float = 0.95) -> Estimate:
    """Return the mean of independent numbers in [-1, 1] with the interval that `mean_in_unit` has for (1 + drop) / 2.

    Differences of paired outcomes vary little, and are worth many yes-no outcomes. Newcombe's (1998) method 10 for paired shares,
    which stood here before, rules out a true drop of 0.05 in 13 % of samples of 40 where it says 5 %.

    Args:
        drops: Shape (examples,), the number before less that after.
        confidence: Two-sided coverage in (0, 1).

    Raises:
        ValueError: A value lies outside [-1, 1].
    """
    if len(drops) == 0:
        return NOTHING
    value = float(drops.mean())
    unit = mean_in_unit((1 + drops) / 2, confidence)
    return Estimate(value, min(2 * unit.low - 1, value), max(2 * unit.high - 1, value), len(drops))


def bootstrap(vectors: Floats, value: Callable[[Floats], Floats], confidence: float = 0.95) -> Estimate:
    """Return a statistic of sums with its percentile interval from resampling whole clusters.

    Args:
        vectors: What each cluster adds to the sums, shape (clusters, k).
        value: From sums, shape (draws, k), to values in [0, 1], shape (draws,).
        confidence: Two-sided coverage in (0, 1).

    Returns:
        The estimate. Where all draws agree (nothing varied in a small sample) the interval is the exact one of that mean.
    """
    clusters = len(vectors)
    if clusters == 0:
        return NOTHING
    found = float(value(vectors.sum(axis=0, keepdims=True))[0])
    rng, alike = np.random.default_rng(SEED), np.full(clusters, 1 / clusters)
    values = value(np.concatenate([rng.multinomial(clusters, alike, rows) @ vectors for rows in _blocks(clusters)]))
    if np.ptp(values) == 0:
        low, high = _exact(min(1.0, max(0.0, found)), clusters, confidence)
        return Estimate(found, min(low, found), max(high, found), clusters)
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Estimate(found, float(low), float(high), clusters)


def bootstrap_with_one_more(
    vectors: Floats,
    worse: Floats,
    better: Floats,
    value: Callable[[Floats], Floats],
    confidence: float = 0.95,
) -> Estimate:
    """Return a statistic of sums with bounds from weighting whole clusters at random, and one more beside them.

    Rubin (1981), doi:10.1214/aos/1176345338. The one more is a bad one for the lower bound and a good one for the upper: it
    stands for what is rare and did not happen, which no draw from the sample holds. Of a share of yes-no outcomes that gives
    Clopper and Pearson's interval.

    Args:
        vectors: What each cluster adds to the sums, shape (clusters, k).
        worse: What a cluster adds that the statistic suffers from, shape (k,).
        better: What one adds that it gains from, shape (k,).
        value: From sums, shape (draws, k), to values, shape (draws,).
        confidence: Two-sided coverage in (0, 1).
    """
    clusters = len(vectors)
    if clusters == 0:
        return NOTHING
    found = float(value(vectors.sum(axis=0, keepdims=True))[0])
    rng = np.random.default_rng(SEED)
    sums = np.concatenate([rng.standard_exponential((rows, clusters)) @ vectors for rows in _blocks(clusters)])
    weights = rng.standard_exponential((DRAWS, 1))
    tail = (1 - confidence) / 2
    low = float(np.quantile(value(sums + weights * worse), tail))
    high = float(np.quantile(value(sums + weights * better), 1 - tail))
    return Estimate(found, min(low, found), max(high, found), clusters)


def mean_of_clusters(values: Floats, clusters: Sequence[Hashable] | None = None) -> Estimate:
    """Return the mean of all values with its 95 % percentile interval from resampling whole clusters.

    The same number of clusters is always drawn the same.

    Args:
        values: Shape (segments,).
        clusters: What each value belongs to, shape (segments,); None where each stands alone.

    Returns:
        The estimate; `NOTHING` for no values. One cluster alone does not say how much it varies: its interval is nan.

    Raises:
        ValueError: The lengths differ.
    """
    sums, counts = _cluster_sums(values, clusters)
    if len(sums) == 0:
        return NOTHING
    if len(sums) == 1:
        return Estimate(float(values.mean()), nan, nan, 1)
    low, high = np.quantile(_resampled(sums, counts), [0.025, 0.975])
    return Estimate(float(values.mean()), float(low), float(high), len(sums))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems on the same segments.

    Attributes:
        difference: The mean of the first minus the second's, with its interval from paired draws.
        bootstrap: How likely such a difference is by paired bootstrap if the systems are equal, two-sided.
        randomisation: The same by approximate randomisation.
    """

    difference: Estimate
    bootstrap: float
    randomisation: float


def compare_systems(first: Floats, second: Floats, clusters: Sequence[Hashable] | None = None) -> Comparison:
    """Return whether two systems differ on the same segments, by paired bootstrap and by approximate randomisation.

    Koehn (2004), https://aclanthology.org/W04-3250, with the draws centred on the observed difference, and Riezler and
    Maxwell (2005), https://aclanthology.org/W05-0908; p = (c + 1) / (draws + 1), as sacrebleu has it.

    Args:
        first: Scores of one system, shape (segments,).
        second: Scores of the other for the same segments.
        clusters: What each segment belongs to; whole clusters are drawn and exchanged.

    Returns:
        The comparison; of no segments nan, and of one cluster no evidence, p = 1.

    Raises:
        ValueError: The lengths differ.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} scores of one system for {len(second)} of the other")
    found = mean_of_clusters(first - second, clusters)
    sums, counts = _cluster_sums(first - second, clusters)
    if len(sums) == 0:
        return Comparison(NOTHING, nan, nan)
    if len(sums) == 1:
        return Comparison(found, 1.0, 1.0)
    drawn = _resampled(sums, counts)
    rng = np.random.default_rng(SEED)
    signs = (rng.choice(np.array([-1.0, 1.0]), (rows, len(sums))) for rows in _blocks(len(sums)))
    exchanged = np.concatenate([sign @ sums for sign in signs]) / len(first)
    least = abs(found.value) - TINY
    by_bootstrap = int((np.abs(drawn - found.value) >= least).sum())
    by_randomisation = int((np.abs(exchanged) >= least).sum())
    return Comparison(found, (by_bootstrap + 1) / (DRAWS + 1), (by_randomisation + 1) / (DRAWS + 1))


def _cluster_sums(values: Floats, clusters: Sequence[Hashable] | None) -> tuple[Floats, Floats]:
    """Return the sum and the count of each cluster's values, both of shape (clusters,)."""
    if clusters is None:
        return np.asarray(values, dtype=np.float64), np.ones(len(values))
    if len(values) != len(clusters):
        raise ValueError(f"{len(values)} values for {len(clusters)} clusters")
    places: dict[Hashable, int] = {}
    index = np.array([places.setdefault(cluster, len(places)) for cluster in clusters], dtype=np.int64)
    counts = np.bincount(index, minlength=len(places)).astype(np.float64)
    sums = np.bincount(index, weights=values, minlength=len(places)).astype(np.float64)
    return sums, counts


def _resampled(sums: Floats, counts: Floats) -> Floats:
    """Return the mean of each draw of whole clusters, shape (DRAWS,)."""
    rng = np.random.default_rng(SEED)
    means = []
    for rows in _blocks(len(sums)):
        drawn = rng.integers(0, len(sums), (rows, len(sums)))
        means.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(means)


def _blocks(clusters: int) -> Iterator[int]:
    """Yield how many draws to make at once, so that many clusters take no more memory than few."""
    rows = max(1, DRAW_CELLS // clusters)
    yield from (min(rows, DRAWS - start) for start in range(0, DRAWS, rows))
