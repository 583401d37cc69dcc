"""Typos to learn from: letters swapped, left out, doubled or taken from elsewhere in the text. For any script."""

from random import Random

import regex

WORDS_A_TYPO = 6  # one typo in so many words, and at least one
_WORD = regex.compile(r"[\p{L}\p{M}]{4,}")
_LETTER = regex.compile(r"\p{L}\p{M}*")


def with_typo(text: str, rng: Random) -> str:
    """Return the text with a typo in about a sixth of its words, never in a word's first letter."""
    words = list(_WORD.finditer(text))
    chosen = rng.sample(words, max(1, len(words) // WORDS_A_TYPO)) if words else []
    for word in sorted(chosen, key=lambda found: -found.start()):
        letters = _LETTER.findall(word.group())
        if len(letters) > 2:
            text = text[: word.start()] + "".join(_edited(letters, text, rng)) + text[word.end() :]
    return text


def _edited(letters: list[str], text: str, rng: Random) -> list[str]:
    place = rng.randrange(1, len(letters) - 1)
    before, letter, following = letters[:place], letters[place], letters[place + 1 :]
    kind = rng.randrange(4)
    if kind == 0:
        return [*before, following[0], letter, *following[1:]]
    if kind == 1:
        return [*before, *following]
    if kind == 2:
        return [*before, letter, letter, *following]
    return [*before, rng.choice(_LETTER.findall(text)), *following]
