"""Agreement of two sets of entities or labels: F1, recall, and the counts from which micro F1 of a whole cell is made."""

from collections.abc import Iterable, Set
from math import nan

import numpy as np

from albert_robust.scoring.statistics import Floats

SetPair = tuple[Set[object], Set[object]]


def f1(one: Set[object], two: Set[object]) -> float:
    """Return F1 of two sets; 1 if both are empty."""
    return 2 * len(one & two) / (len(one) + len(two)) if one or two else 1.0


def recall(one: Set[object], two: Set[object]) -> float:
    """Return the share of the second set that is in the first; nan where it is empty."""
    return len(one & two) / len(two) if two else nan


def counts_of(pairs: Iterable[SetPair]) -> Floats:
    """Return what each pair of an output and a reference adds to four counts, shape (pairs, 4).

    The counts: what is in both, in the output, in the reference; and the square of how much is in either, in the mean.
    """
    rows = [(len(one & two), len(one), len(two), (len(one) / 2 + len(two) / 2) ** 2) for one, two in pairs]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def micro_f1(counts: Floats) -> Floats:
    """Return F1 over all members from summed counts, shape (draws, 4); nan where there are none."""
    both = counts[..., 1] + counts[..., 2]
    found: Floats = np.divide(2 * counts[..., 0], both, out=np.full_like(both, nan), where=both > 0)
    return found


def one_more_text(sums: Floats) -> tuple[Floats, Floats]:
    """Return the counts that one additional text would add, first if its output were all wrong, then if it were all right.

    The text is as large as the text in which a typical member stands, not as a typical text: if a few texts hold most members,
    one more of those could tip the balance. `benchmarks/interval_coverage.py` measures what the bounds are worth.

    Args:
        sums: Over all answers, shape (4,), as `counts_of` has them; not of texts that hold nothing alone.
    """
    usual = max(1.0, 2 * sums[3] / (sums[1] + sums[2]))
    more = np.array([usual, usual, usual, usual**2])
    return more * [0, 1, 1, 1], more
