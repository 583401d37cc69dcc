"""Tokens and lines in a picture, where nothing wraps by itself: made readable, and short enough for their place.

No font is at hand, so widths are estimates on the generous side. A glyph that is wider still is clipped by the picture.
"""

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from albert_robust.report.display import clip, plain
from albert_robust.text.graphemes import graphemes

NOTHING = "\u2423"  # a token that is the start of a word, before any of its letters
MOST_GRAPHEMES = 24
_PILE = regex.compile(r"(\p{M}{4})\p{M}+")
_WIDE_LETTERS = frozenset("mwMW@%&")


@dataclass(frozen=True, slots=True)
class Words:
    """A text at a place; `title` appears under a pointer."""

    x: float
    y: float
    text: str
    title: str = ""


def readable(token: str) -> str:
    """Return a token of which everything can be seen, on one line: hidden characters written out, piles of marks cut."""
    shown = _PILE.sub(r"\1", plain(token, edited=True)).strip()
    short = clip(shown, MOST_GRAPHEMES)
    return (short if short == shown else f"{short}\u2026") or NOTHING


def width(text: str, size: float) -> float:
    """Return about how wide a text of a font size is, in the size's unit."""
    return size * sum(map(_share, text))


def _share(character: str) -> float:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.9 if character in _WIDE_LETTERS else 0.6


def fitted(text: str, size: float, room: float) -> str:
    """Return a text cut to whole graphemes that fit into a room, with an ellipsis if something was left out."""
    if width(text, size) <= room:
        return text
    found = ""
    for character in graphemes(text):
        if width(f"{found}{character}\u2026", size) > room:
            break
        found += character
    return f"{found}\u2026"


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Return the lines of a text, broken at spaces, or of a signature, broken after its bars."""
    share = 0.62 if "|" in text else 0.54  # a signature stands in a font of fixed width
    lines = textwrap.wrap(text.replace("|", "| "), max(8, int(room / (size * share))))
    return [line.replace("| ", "|") for line in lines]


def block(text: str, size: float, room: float, x: float, y: float) -> list[Words]:
    """Return a text's lines below each other, the first with its foot at `y`."""
    return [Words(x, y + line * (size + 4), part) for line, part in enumerate(wrapped(text, size, room))]


def blocks(texts: Sequence[str], size: float, room: float, x: float, y: float) -> list[Words]:
    """Return the lines of several texts below each other, each on a line of its own."""
    found: list[Words] = []
    for text in texts:
        found += block(text, size, room, x, found[-1].y + size + 4 if found else y)
    return found
