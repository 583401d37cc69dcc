"""What scoring returns."""

import json
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
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
        empty: How many pairs had an empty text, or nothing in common with one that the tokenizer cannot read, and so score 0.
        signature: All that shaped the numbers, in one line: two scores compare when their signatures agree.
        calibration_error: The standard error that the calibration gives the mean. All texts of the same languages share it, so
            it matters beside other languages alone; see `compare_languages`.
        unread: How many pairs have a text of which the tokenizer knows no token: they are compared by letters alone.
        unknown_languages: Tags that the profile has no language for; their texts were taken as `und`.
        against: Eight hex digits of SHA-256 over the references, in their order.
        clusters: What each pair belongs to; None where each stands alone.
        index: Of the candidates, where they came as a pandas column.
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
    unread: int = 0
    unknown_languages: tuple[str, ...] = ()
    against: str = ""
    clusters: Sequence[Hashable] | None = None
    index: Any = None

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.f)

    def __iter__(self) -> Iterator[Floats]:
        """Precision, recall and F, to be unpacked as those of bert_score are."""
        return iter((self.precision, self.recall, self.f))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        rows = {name: _rounded(getattr(self, name)) for name in ("precision", "recall", "f")}
        return {
            **rows,
            "raw_f": _rounded(self.raw[:, 2]),
            "winners": self.winners.tolist(),
            "corpus": self.corpus.as_dict(),
            "calibration_error": round(self.calibration_error, DIGITS),
            "empty": self.empty,
            "unread": self.unread,
            "signature": self.signature,
        }

    def frame(self) -> Any:
        """Return a pandas data frame, a row a pair, with the index of the column that the candidates were.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        from albert_robust.errors import need

        need("pandas", "pandas", "a data frame of scores")
        import pandas

        columns = {"precision": self.precision, "recall": self.recall, "f": self.f, "raw_f": self.raw[:, 2]}
        return pandas.DataFrame({**columns, "winner": self.winners}, index=self.index)


def index_of(candidates: Any) -> Any:
    """Return the index of a pandas column; None of all else, such as a list, whose `index` is a method."""
    index = getattr(candidates, "index", None)
    return None if callable(index) else index


def digest_of(references: Sequence[Sequence[str]]) -> str:
    """Return what names the references that pairs were scored against, in their order."""
    return sha256(json.dumps(references).encode()).hexdigest()[:8]


def unmatched(raw: Floats) -> int:
    """Return how many pairs had one empty text: only they are matched with 0 in all three numbers."""
    return int((~raw.any(axis=1)).sum())


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), DIGITS) for value in values]
