"""The beta distribution, as far as exact intervals of shares need it.

The distribution function is the continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions, evaluated by
Lentz's method; the quantile is found between two bounds that close in. Tests compare both with scipy.
"""

from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist

CLOSE, SETTLED = 1e-15, 1e-12  # relative: of a term of the fraction, and of a step of the quantile
TINY = 1e-300
STEEP = 700.0  # the greatest logarithm of a slope
MOST = 100_000  # steps; a share of a million examples takes some hundred


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return how likely a beta variable with parameters a and b, both positive, is at most x.

    Args:
        x: In [0, 1].
        a: Positive.
        b: Positive.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b))
    if x > (a + 1) / (a + b + 2):  # the fraction of the other side converges sooner
        return 1 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or TINY)  # what is nearer to 0 than 1e-16 is 0
    value = d
    for m in range(1, MOST):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + step * d or TINY)
            c = 1 + step / c or TINY
            value *= c * d
        if abs(c * d - 1) < CLOSE:
            break
    return value


@lru_cache(maxsize=4096)
def beta_quantile(share: float, a: float, b: float) -> float:
    """Return the x that a beta variable is at most with a probability of `share`.

    Args:
        share: In (0, 1).
        a: Positive.
        b: Positive.
    """
    low, high = 0.0, 1.0
    mean = a / (a + b)
    x = mean + NormalDist().inv_cdf(share) * sqrt(mean * (1 - mean) / (a + b + 1))
    if not low < x < high:  # so far from normal that its mean is a better beginning
        x = mean
    density = lgamma(a + b) - lgamma(a) - lgamma(b)
    while high - low > CLOSE * high and TINY < x < 1:
        miss = beta_cdf(x, a, b) - share
        low, high = (low, x) if miss > 0 else (x, high)
        slope = exp(min(STEEP, density + (a - 1) * log(x) + (b - 1) * log1p(-x)))
        guess = x - miss / slope if slope else low  # Newton's, where it stays between the bounds
        following = guess if low < guess < high else (low + high) / 2
        if abs(following - x) <= SETTLED * x:  # Newton's next step would be its square
            return following
        x = following
    return x
