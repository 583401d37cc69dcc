"""Whether a system became worse on the same examples, and what many such questions at once may claim.

- One-sided exact McNemar: of the outcomes that changed, as many for the worse as for the better (McNemar, 1947,
  doi:10.1007/BF02295996; the exact form is the sign test of the changed pairs).
- One-sided sign-flip permutation test of example differences (Fisher, 1935; Pitman, 1937). Differences are rounded to three
  digits first, so that the whole distribution can be counted (the shift algorithm of Pagano and Tritchler, 1983,
  doi:10.1080/01621459.1983.10477990): the test of rounded differences is exact, not approximate. Of differences of 0 and 1
  it is McNemar's. Where counting would take too long, seeded draws: p = (c + 1) / (draws + 1), and where none of them reaches the
  sum, Hoeffding's bound (1963, doi:10.1080/01621459.1963.10500830) if it is less.
- Tango's score interval for a paired difference (1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B).
  **Departure**: differences in [-1, 1] stand for counts by their sums, up and down apart. For given sums such numbers vary at
  most as outcomes of 0 and 1 do, so the bounds are not too narrow for them; those of small differences are wider than need be.
- Holm (1979), https://www.jstor.org/stable/4615733, bounds the chance of any false claim, whatever the dependence. Benjamini
  and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x, bound the expected share of false claims among all.
"""

from collections.abc import Sequence
from math import comb, exp, sqrt
from statistics import NormalDist

import numpy as np

from albert_robust.scoring.statistics import NOTHING, SEED, Estimate, Floats

DIFFERENCE_DIGITS = 3  # in the sign-flip test
DRAWS = 19_999
MOST_STEPS = 100_000_000  # additions that counting a distribution may take: about a fifth of a second
DRAW_CELLS = 2_000_000  # numbers that a block of draws holds
HALVINGS = 60


def mcnemar(worse: int, better: int) -> float:
    """Return how likely at least so many of the changed outcomes are for the worse, if either way is as likely.

    Args:
        worse: Examples whose outcome went from 1 to 0.
        better: Examples whose outcome went from 0 to 1.

    Returns:
        The one-sided p-value; 1 where nothing changed.

    Raises:
        ValueError: A count is below 0.
    """
    if worse < 0 or better < 0:
        raise ValueError(f"{worse} worse and {better} better: a count is below 0")
    changed = worse + better
    term, total = comb(changed, worse), 0
    for count in range(worse, changed + 1):
        total += term
        term = term * (changed - count) // (count + 1)
    return total / (1 << changed)


def sign_flip(differences: Floats) -> float:
    """Return how likely a mean at least as large is, if each difference is as likely to have the other sign.

    Args:
        differences: Shape (examples,), each in [-1, 1]; positive speaks for the claim.

    Returns:
        The one-sided p-value; 1 where no difference is other than 0.
    """
    units = np.rint(np.asarray(differences, dtype=np.float64) * 10**DIFFERENCE_DIGITS).astype(np.int64)
    units = units[units != 0]
    if len(units) == 0:
        return 1.0
    units //= np.gcd.reduce(units)
    sizes, reached = np.sort(np.abs(units)), int(units[units > 0].sum())
    if len(sizes) * int(sizes.sum()) <= MOST_STEPS:
        return _counted(sizes, reached)
    return _drawn(sizes.astype(np.float64), reached)


def _counted(sizes: "np.ndarray[tuple[int], np.dtype[np.int64]]", reached: int) -> float:
    """Return the probability that sizes, each taken or left, sum to `reached` or more."""
    chances = np.zeros(int(sizes.sum()) + 1)
    chances[0], top = 1.0, 0
    for size in sizes.tolist():
        half = chances[: top + 1] / 2
        chances[: top + 1] = half
        chances[size : size + top + 1] += half
        top += size
    return min(1.0, float(chances[reached:].sum()))


def _drawn(sizes: Floats, reached: int) -> float:
    """Return the same from draws; of what is rarer than those can show, an upper bound: one cell of thousands may be as sure."""
    rng, hits = np.random.default_rng(SEED), 0
    rows = max(1, DRAW_CELLS // len(sizes))
    for start in range(0, DRAWS, rows):
        taken = rng.random((min(rows, DRAWS - start), len(sizes))) < 0.5
        hits += int((taken @ sizes >= reached).sum())
    above = max(0.0, reached - float(sizes.sum()) / 2)
    bound = 1.0 if hits else exp(-2 * above**2 / float(sizes @ sizes))
    return min((hits + 1) / (DRAWS + 1), bound)


def drop_on_pairs(before: Floats, after: Floats, confidence: float = 0.95) -> Estimate:
    """Return the mean of `before - after` with Tango's score interval.

    Args:
        before: Shape (examples,), each in [0, 1].
        after: The same examples, shape (examples,).
        confidence: Two-sided coverage in (0, 1).

    Returns:
        The estimate; `NOTHING` for no examples. Equal outcomes have an interval too: few examples show little.

    Raises:
        ValueError: The lengths differ, or a value lies outside [0, 1].
    """
    _check_paired(before, after)
    if len(before) == 0:
        return NOTHING
    apart, z = before - after, NormalDist().inv_cdf((1 + confidence) / 2)
    down, up = float(apart[apart > 0].sum()), float(-apart[apart < 0].sum())
    high = _upper(down, up, len(apart), z)
    return Estimate(float(apart.mean()), -_upper(up, down, len(apart), z), high, len(apart))


def _check_paired(before: Floats, after: Floats) -> None:
    if len(before) != len(after):
        raise ValueError(f"{len(before)} values before for {len(after)} after")
    both = np.concatenate([before, after])
    if len(both) and (both.min() < 0 or both.max() > 1):
        raise ValueError("a value lies outside [0, 1]")


def _upper(down: float, up: float, count: int, z: float) -> float:
    """Return the largest drop that the score test does not refuse."""
    low, high = (down - up) / count, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _score(down, up, count, middle) > -z:
            low = middle
        else:
            high = middle
    return high


def _score(down: float, up: float, count: int, drop: float) -> float:
    """Return Tango's statistic of a supposed drop; the share that rose is the likeliest one under that drop."""
    linear = (2 * count - down + up) * drop - down - up
    root = sqrt(max(0.0, linear**2 + 8 * count * up * drop * (1 - drop)))
    rose = (root - linear) / (4 * count)
    spread = count * (2 * rose + drop * (1 - drop))
    missing = down - up - count * drop
    return missing / sqrt(spread) if spread > 0 else float("-inf")


def holm(chances: Sequence[float]) -> list[float]:
    """Return p-values adjusted by Holm's step-down method, in their order.

    Claiming all that are at most alpha makes a false claim with probability alpha at most, whatever the dependence.
    """
    adjusted, most = [1.0] * len(chances), 0.0
    for rank, place in enumerate(_ascending(chances)):
        most = max(most, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = most
    return adjusted


def benjamini_hochberg(chances: Sequence[float]) -> list[float]:
    """Return p-values adjusted by Benjamini and Hochberg's step-up method, in their order.

    Among the claims at most alpha the expected share of false ones is alpha at most, for independent tests and many others.
    """
    adjusted, least = [1.0] * len(chances), 1.0
    for rank, place in reversed(list(enumerate(_ascending(chances), start=1))):
        least = min(least, len(chances) * chances[place] / rank)
        adjusted[place] = least
    return adjusted


def _ascending(chances: Sequence[float]) -> list[int]:
    return sorted(range(len(chances)), key=lambda place: chances[place])


CORRECTIONS = {"holm": holm, "benjamini-hochberg": benjamini_hochberg}
