"""Alignments as records: plain values, as a run keeps them and a report draws them."""

from collections.abc import Sequence

import numpy as np

from albert_robust.results.cases import AlignmentRecord, MatchedText
from albert_robust.scoring.alignment import Alignment
from albert_robust.scoring.encoder import Vectors
from albert_robust.scoring.statistics import DIGITS

TOKENS = 40  # a text: more columns fit no window
LONGEST = 64  # code points of a token


def recorded(alignment: Alignment) -> AlignmentRecord:
    """Return an alignment as a run keeps it: the first tokens, numbers of two digits, almost 1 never 1."""
    similarity = alignment.similarity.reshape(len(alignment.candidate), len(alignment.reference))
    scores = alignment.scores
    return AlignmentRecord(
        candidate=_text(alignment.candidate, alignment.candidate_weights, similarity),
        reference=_text(alignment.reference, alignment.reference_weights, similarity.T),
        similarity=tuple(tuple(map(_rounded, row)) for row in similarity[:TOKENS, :TOKENS].tolist()),
        scores=(_score(scores.precision[0]), _score(scores.recall[0]), _score(scores.f[0])),
        matched=(_score(scores.raw[0, 0]), _score(scores.raw[0, 1]), _score(scores.raw[0, 2])),
        letters=alignment.letters and (_score(alignment.letters[0]), _score(alignment.letters[1])),
        signature=scores.signature,
    )


def _text(tokens: Sequence[str], weights: Vectors, similarity: Vectors) -> MatchedText:
    """Return a text whose similarities to the other are the rows."""
    total = float(weights.sum(dtype=np.float64))
    shares = weights / total if total > 0 else np.full(len(tokens), 1 / max(1, len(tokens)))
    nearest, best = np.full(len(tokens), -1), np.zeros(len(tokens))
    if similarity.shape[1]:
        nearest, best = similarity.argmax(axis=1), similarity.max(axis=1)
    return MatchedText(
        tokens=tuple(token[:LONGEST] for token in tokens[:TOKENS]),
        weights=tuple(round(float(share), 4) for share in shares[:TOKENS]),
        nearest=tuple(nearest[:TOKENS].tolist()),
        similarity=tuple(map(_rounded, best[:TOKENS].tolist())),
        length=len(tokens),
    )


def _rounded(value: float) -> float:
    found = round(value, 2) + 0.0  # no -0.0
    return 0.99 if found == 1 and value < 1 - 1e-5 else min(1.0, max(-1.0, found))


def _score(value: float) -> float:
    return round(float(value), DIGITS)
