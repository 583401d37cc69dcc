"""Look-alikes: two pieces of text that a reader cannot tell apart, and the characters by which they differ."""

import unicodedata

from albert_robust.text.graphemes import graphemes


def telling(one: str, other: str) -> frozenset[str]:
    """Return the characters whose code points tell two look-alikes apart; of pieces that look different, none.

    Alike look the same letters composed in another way, told by their marks, and two cased letters of two scripts, such as a
    Latin and a Cyrillic `a`, told by themselves.
    """
    characters = frozenset(one + other)
    if one != other and unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other):
        return frozenset(filter(unicodedata.combining, characters))
    single = len(graphemes(one)) == len(graphemes(other)) == 1
    return characters if single and _cased(one) and _cased(other) and _script(one) != _script(other) else frozenset()


def _cased(letter: str) -> bool:
    return unicodedata.category(letter[0]) in {"Lu", "Ll"}


def _script(letter: str) -> str:
    return unicodedata.name(letter[0], "").partition(" ")[0]
