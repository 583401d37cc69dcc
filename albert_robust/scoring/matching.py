"""Greedy matching: each token with the nearest of the other text.

Zhang et al. (2020), arXiv:1904.09675, equations 1 to 3. Departs from it: a match counts less where the neighbours do not match,
so that the same words in another order are not the same text; it counts by the root of its similarity; within a language the
letters that two texts share count too, since a small encoder sees neither capitals nor rare spellings; special tokens take no
part, a batch has no influence (there is no padding to match), and weights belong to the token's own text and language, not to
the call.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from albert_robust.scoring.encoder import Vectors
from albert_robust.scoring.letters import BYTES_A_CHARACTER, Letters, shared, shared_longest

Floats = NDArray[np.float64]
Likeness = Callable[[Vectors, Vectors, int, int], Vectors]
BLOCK_CELLS = 2**24  # similarities that are held at once
LEAST_COSINE = 0.001  # what is less counts as that: the root of almost nothing is noise
NEIGHBOURS = 0.25  # share of a match that the tokens before and after decide
LETTERS_SHARE = 0.2  # of the score that letters decide, where both texts are of one language


@dataclass(frozen=True)
class Encoded:
    """A text as it is matched: token ids, unit vectors of shape (tokens, k), weights of shape (tokens,), and the text as the
    encoder spells it.
    """

    ids: NDArray[np.int32]
    vectors: Vectors
    weights: Vectors
    text: str = ""

    @cached_property
    def letters(self) -> Letters:
        """The text's letters, counted when they are first asked for: against another language they never are."""
        return Letters.of(self.text)

    @property
    def size(self) -> int:
        """Bytes that it takes at most."""
        return self.ids.nbytes + self.vectors.nbytes + self.weights.nbytes + BYTES_A_CHARACTER * len(self.text)


def in_one_thread() -> AbstractContextManager[object]:
    """Return a context in which NumPy multiplies matrices in one thread.

    Those of two texts are too small to share: on a busy machine the wait for another thread takes fifty times as long.
    """
    limits: AbstractContextManager[object] = _products().limit(limits=1)
    return limits


@cache
def _products() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")


def cosines(one: Vectors, other: Vectors, start: int, stop: int) -> Vectors:
    """Return the cosines of two texts' tokens, as BERTScore matches them; arguments and shape are those of `matches`."""
    found: Vectors = one[start:stop] @ other.T
    return found


def matches(one: Vectors, other: Vectors, start: int, stop: int) -> Vectors:
    """Return how well tokens of two texts match: the root of their cosine, less of it where their neighbours do not match.

    A border matches whatever is beside it, so that a text is whole in one that it is a part of.

    Args:
        one: Unit vectors of one text's tokens, shape (n, k).
        other: Of the other's, shape (m, k).
        start: The first token of `one` that is asked for.
        stop: The token after the last.

    Returns:
        Shape (stop - start, m), above 0 and at most 1.
    """
    first, last = max(0, start - 1), min(len(one), stop + 1)
    around = np.ones((stop - start + 2, len(other) + 2), dtype=np.float32)
    around[first - start + 1 : last - start + 1, 1:-1] = one[first:last] @ other.T
    beside = (around[:-2, :-2] + around[2:, 2:]) / 2
    cosine = np.maximum(around[1:-1, 1:-1], LEAST_COSINE)
    found: Vectors = np.sqrt(cosine * (1 - NEIGHBOURS * (1 - beside)))
    return found


def alike(candidate: Encoded, reference: Encoded, one_language: bool) -> tuple[float, float, float]:
    """Return precision, recall and F of two texts that have tokens: by their tokens, and in one language by their letters."""
    precision, recall, f = greedy(candidate, reference)
    if not one_language:
        return precision, recall, f
    precision, recall = (
        (1 - LETTERS_SHARE) * tokens + LETTERS_SHARE * letters
        for tokens, letters in zip((precision, recall), shared(candidate.letters, reference.letters), strict=True)
    )
    return precision, recall, f_measure(precision, recall)


def alike_unread(candidate: Encoded, reference: Encoded, one_language: bool) -> tuple[float, float, float]:
    """Return precision, recall and F of two texts of which one has no tokens that the encoder knows: by their letters alone."""
    if not one_language:
        return 0.0, 0.0, 0.0
    precision, recall = shared_longest(candidate.letters, reference.letters)
    return precision, recall, f_measure(precision, recall)


def greedy(candidate: Encoded, reference: Encoded, likeness: Likeness = matches) -> tuple[float, float, float]:
    """Return precision, recall and F of two texts that have tokens, each in [-1, 1]."""
    rows, columns = _nearest(candidate.vectors, reference.vectors, likeness)
    precision, recall = weighted(rows, candidate.weights), weighted(columns, reference.weights)
    return precision, recall, f_measure(precision, recall)


def _nearest(one: Vectors, other: Vectors, likeness: Likeness) -> tuple[Vectors, Vectors]:
    """Return how near the nearest of the other is to each, a block of rows at a time: two books fit into memory."""
    rows = np.empty(len(one), dtype=np.float32)
    columns = np.full(len(other), -np.inf, dtype=np.float32)
    step = max(1, BLOCK_CELLS // len(other))
    for start in range(0, len(one), step):
        similarity = likeness(one, other, start, min(start + step, len(one)))
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
