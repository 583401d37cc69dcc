"""Greedy matching: each token with the nearest of the other text.

Zhang et al. (2020), arXiv:1904.09675, equations 1 to 3. Departs from it: special tokens take no part, a batch has no
influence (there is no padding to match), and weights belong to the token's own text and language, not to the call.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from albert_robust.scoring.encoder import Vectors

Floats = NDArray[np.float64]
BLOCK_CELLS = 2**24  # similarities that are held at once


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as it is matched: token ids, unit vectors of shape (tokens, k), and weights of shape (tokens,)."""

    ids: NDArray[np.int32]
    vectors: Vectors
    weights: Vectors

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return self.ids.nbytes + self.vectors.nbytes + self.weights.nbytes


def in_one_thread() -> AbstractContextManager[object]:
    """Return a context in which NumPy multiplies matrices in one thread.

    Those of two texts are too small to share: on a busy machine the wait for another thread takes fifty times as long.
    """
    limits: AbstractContextManager[object] = _products().limit(limits=1)
    return limits


@cache
def _products() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")


def greedy(candidate: Encoded, reference: Encoded) -> tuple[float, float, float]:
    """Return precision, recall and F of two texts that have tokens, each in [-1, 1]."""
    rows, columns = _nearest(candidate.vectors, reference.vectors)
    precision, recall = weighted(rows, candidate.weights), weighted(columns, reference.weights)
    return precision, recall, f_measure(precision, recall)


def _nearest(one: Vectors, other: Vectors) -> tuple[Vectors, Vectors]:
    """Return how near the nearest of the other is to each, a block of rows at a time: two books fit into memory."""
    rows = np.empty(len(one), dtype=np.float32)
    columns = np.full(len(other), -np.inf, dtype=np.float32)
    step = max(1, BLOCK_CELLS // len(other))
    for start in range(0, len(one), step):
        similarity = one[start : start + step] @ other.T
        rows[start : start + step] = similarity.max(axis=1)
        np.maximum(columns, similarity.max(axis=0), out=columns)
    return rows, columns


def f_measure(precision: float, recall: float) -> float:
    """Return the harmonic mean; of two numbers that are not both positive, the lesser."""
    if precision <= 0 or recall <= 0:
        return min(precision, recall)
    return 2 * precision * recall / (precision + recall)


def weighted(values: Vectors, weights: Vectors) -> float:
    """Return the weighted mean; where all weights are 0 (only punctuation left, say), the plain one."""
    total = float(weights.sum(dtype=np.float64))
    if total <= 0:
        return float(values.mean(dtype=np.float64))
    return float(values.astype(np.float64) @ weights.astype(np.float64) / total)
