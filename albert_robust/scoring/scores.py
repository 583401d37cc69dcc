"""What scoring returns."""

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from albert_robust.scoring.statistics import DIGITS, Estimate, Floats


@dataclass(frozen=True)
class Scores:
    """The scores of pairs of texts.

    Attributes:
        precision: How much of the candidate is in the reference, shape (pairs,).
        recall: How much of the reference is in the candidate, shape (pairs,).
        f: Both together, shape (pairs,): the score.
        raw: Precision, recall and F as matched, before calibration, shape (pairs, 3).
        winners: Which reference gave the numbers, shape (pairs,).
        corpus: The mean F with its 95 % bootstrap interval.
        empty: How many pairs had an empty text, or one that the tokenizer cannot read, and so score 0.
        signature: All that shaped the numbers, in one line: two scores compare when their signatures agree.
        calibration_error: The standard error that the calibration gives the mean. All texts of the same languages share it, so
            it matters beside other languages alone; see `compare_languages`.
    """

    precision: Floats
    recall: Floats
    f: Floats
    raw: Floats
    winners: NDArray[np.int64]
    corpus: Estimate
    empty: int
    signature: str
    calibration_error: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        rows = {name: _rounded(getattr(self, name)) for name in ("precision", "recall", "f")}
        corpus = {"mean": self.corpus.value, "low": self.corpus.low, "high": self.corpus.high}
        return {
            **rows,
            "raw_f": _rounded(self.raw[:, 2]),
            "winners": self.winners.tolist(),
            "corpus": {name: None if isnan(value) else round(value, DIGITS) for name, value in corpus.items()},
            "calibration_error": round(self.calibration_error, DIGITS),
            "empty": self.empty,
            "signature": self.signature,
        }

    def frame(self) -> Any:
        """Return a pandas data frame, a row a pair.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        from albert_robust.errors import need

        need("pandas", "pandas", "a data frame of scores")
        import pandas

        columns = {"precision": self.precision, "recall": self.recall, "f": self.f, "raw_f": self.raw[:, 2]}
        return pandas.DataFrame({**columns, "winner": self.winners})


def unmatched(raw: Floats) -> int:
    """Return how many pairs had one empty text: only they are matched with 0 in all three numbers."""
    return int((~raw.any(axis=1)).sum())


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), DIGITS) for value in values]
