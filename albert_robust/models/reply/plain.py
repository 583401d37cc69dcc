"""Texts without what makes no difference, and what a whole word is."""

import unicodedata

import regex

from albert_robust.text.scripts import UNSPACED_IN_ANSWERS

LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{UNSPACED_IN_ANSWERS}]]"
BEGINS, ENDS = rf"(?<!{LETTER}[-_/']?)", rf"(?![-_/']?{LETTER})"  # a whole word
_SAME = str.maketrans({"’": "'", "ʼ": "'", "−": "-", "‐": "-", "٫": ".", "⁄": "/"})
CORE = regex.compile(r"[\p{L}\p{N}](?:.*[\p{L}\p{M}\p{N}])?", regex.DOTALL)  # all between the punctuation around it


def plain_of(text: str) -> str:
    """Return a text without what makes no difference: width, the shapes of signs."""
    return unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)


def bare(text: str) -> str:
    """Return a plain text in small letters, without the punctuation around it; nothing of what has no letter."""
    core = CORE.search(text)
    plain = CORE.search(plain_of(core[0])) if core else None
    return plain[0].casefold() if plain else ""
