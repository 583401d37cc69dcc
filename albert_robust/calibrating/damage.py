"""Damage of a known size: a share of a text replaced by pieces of another.

A text is cut into 16 chunks of equal length, at spaces where it has them and else between the encoder's tokens: cut inside
a token, a text would lose more than the share that is replaced. docs/labs.md says why 16.
"""

from collections.abc import Sequence
from random import Random

CHUNKS = 16
LONGEST_WORD = 16  # characters: a text with fewer spaces is written without them


def is_spaced(text: str) -> bool:
    """Return whether a text sets its words off by spaces."""
    return (text.count(" ") + 1) * LONGEST_WORD >= len(text)


def chunks(text: str, starts: Sequence[int] | None = None) -> list[str]:
    """Return a text in up to 16 pieces of about equal length; joined they are the text.

    Args:
        text: The text.
        starts: Where its tokens start: where a text without spaces may be cut; None for anywhere.
    """
    if not text:
        return []
    if is_spaced(text):
        allowed = [place for place in range(1, len(text)) if text[place] == " "]
    else:
        allowed = list(range(1, len(text))) if starts is None else [start for start in starts if start > 0]
    step = len(text) / CHUNKS
    cuts = [0]
    for number in range(1, CHUNKS):
        wanted = number * step
        cut = min(allowed, key=lambda place: abs(place - wanted), default=0)
        if cut > cuts[-1] and abs(cut - wanted) <= max(1.0, step / 2):
            cuts.append(cut)
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def damaged(own: Sequence[str], other: Sequence[str], share: float, rng: Random) -> str:
    """Return a text of which a share is replaced by another text.

    Args:
        own: The text's chunks.
        other: The chunks of an unrelated text of the same language.
        share: Of the chunks, in [0, 1]; in the mean over texts exactly so many are replaced.
        rng: Decides which chunks, and by what.
    """
    pieces = list(own)
    others = rng.sample(list(other), len(other))
    for number, place in enumerate(rng.sample(range(len(own)), int(share * len(own) + rng.random()))):
        pieces[place] = others[number % len(others)] if others else pieces[place]
    text = "".join(own)
    return " ".join(piece.strip() for piece in pieces) if is_spaced(text) else "".join(pieces)
