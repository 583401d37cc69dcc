"""Series: one number per case, beside the example that the case belongs to."""

from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from albert_robust.scoring.statistics import Floats


class Series:
    """Numbers of cases, in the order in which the cases came."""

    def __init__(self, owners: Iterable[int] = (), values: Iterable[float] = ()) -> None:
        """Begin with some cases.

        Args:
            owners: The index of each case's example.
            values: The number of each case.
        """
        self._owners = array("q", owners)
        self._values = array("d", values)

    def add(self, cases: Sequence[tuple[int, float]]) -> None:
        """Take cases: the index of each one's example, and its number."""
        self._owners.extend([owner for owner, _ in cases])
        self._values.extend([value for _, value in cases])

    def beside(self, owners: Iterable[int], value: float) -> "Series":
        """Return the series with one more case of each of these examples, all with the same number."""
        longer = Series(self._owners, self._values)
        longer.add([(owner, value) for owner in owners])
        return longer

    def complement(self) -> "Series":
        """Return the series with 1 - x in place of each number x."""
        return Series(self._owners, (1 - self.values).tolist())

    def at_least(self, bound: float) -> "Series":
        """Return the series with 1 in place of each number from `bound` on, and 0 in place of the others."""
        return Series(self._owners, (self.values >= bound).astype(np.float64).tolist())

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> Floats:
        """The number of each case, shape (cases,)."""
        return np.array(self._values, dtype=np.float64)

    @property
    def _examples(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(self._owners, dtype=np.int64)

    def means(self) -> Floats:
        """Return the mean over the cases of each example that has any, shape (examples,)."""
        sums, counts = self.sums()
        return sums / counts

    def lows(self) -> Floats:
        """Return the lowest number of the cases of each example that has any, shape (examples,)."""
        examples = self._examples
        lowest = np.full(examples.max(initial=-1) + 1, np.inf)
        np.minimum.at(lowest, examples, self.values)
        return lowest[np.isfinite(lowest)]

    def sums(self) -> tuple[Floats, Floats]:
        """Return the sum over the cases of each example that has any, and their number, both of shape (examples,)."""
        examples = self._examples
        counts = np.bincount(examples).astype(np.float64)
        there = counts > 0
        sums = np.bincount(examples, weights=self.values).astype(np.float64)
        return sums[there], counts[there]

    def by_example(self, names: Sequence[str]) -> dict[str, float]:
        """Return the means by example.

        Args:
            names: Of all examples, by index.
        """
        there = np.unique(self._examples).tolist()
        return dict(zip((names[index] for index in there), self.means().tolist(), strict=True))
