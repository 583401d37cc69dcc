"""How near an exported encoder stays to the one it was made from: token vectors of the same texts, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from albert_robust.scoring.encoder import Encoder, Vectors, unit

# What every export is tried on: several scripts, one token and many, so that a batch is padded.
PROBE = (
    "a",
    "The ferry leaves at nine.",
    "今天天气很好,我们去公园散步吧。",
    "Die Katze sitzt auf der Matte und schaut aus dem Fenster.",
    "Поезд опаздывает на двадцать минут.",
    "مرحبا، كيف حالك اليوم؟",
    "आज मौसम बहुत अच्छा है।",
    "¿Dónde está la estación más cercana?",
    "Three hundred and twelve people signed the petition before it reached the council on Monday. " * 4,
)


@dataclass(frozen=True, slots=True)
class Closeness:
    """How near the token vectors of two encoders are.

    Attributes:
        largest: Largest difference of two numbers.
        scale: Largest of the first encoder's numbers, without sign.
        mean: Mean cosine of two vectors of one token.
        worst: Least of these cosines.
    """

    largest: float
    scale: float
    mean: float
    worst: float


def closeness(one: Encoder, other: Encoder, texts: Sequence[str] = PROBE) -> Closeness:
    """Return how near the token vectors of two encoders with one tokenizer are.

    Raises:
        ValueError: The texts have no tokens.
    """
    ids = one.ids(texts)
    ours, theirs = (token_vectors(encoder, ids) for encoder in (one, other))
    cosines = (unit(ours) * unit(theirs)).sum(axis=1)
    return Closeness(
        float(np.abs(ours - theirs).max()), float(np.abs(ours).max()), float(cosines.mean()), float(cosines.min())
    )


def token_vectors(encoder: Encoder, ids: Sequence[Sequence[int]]) -> Vectors:
    """Return the vectors of all tokens, text by text, shape (tokens, width)."""
    return np.concatenate([hidden for _, hidden in sorted(encoder.read(ids), key=lambda found: found[0])])
