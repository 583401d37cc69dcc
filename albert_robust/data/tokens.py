"""Joins the tokens that corpora of named entities keep, and finds the range of each tag in the text."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from albert_robust.errors import Mistake
from albert_robust.text.languages import UNSPACED, base

Place = tuple[int, int]  # from where to where, in code points


class Tokens(NamedTuple):
    """A text that was joined from tokens, and the range of each."""

    text: str
    places: tuple[Place, ...] = ()


def are_texts(value: Any) -> bool:
    """Return whether a cell holds a list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def joined(tokens: Sequence[str], language: str) -> Tokens:
    """Return the text of tokens, with blanks between them.

    In a language without blanks they stand only between two words of Latin letters, and not between single characters, such
    as `2`, `0`, `0`, `5` and `年`.
    """
    spaced = base(language) not in UNSPACED
    text, places, last = "", list[Place](), ""
    for token in tokens:
        words = len(last + token) > 2 and (last[-1:] + token[:1]).isascii()
        text += " " if text and (spaced or words) else ""
        places.append((len(text), len(text) + len(token)))
        text += token  # in place: it may be a whole book
        last = token
    return Tokens(text, tuple(places))


def tagged(places: Sequence[Place], tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return the ranges of tokens whose tag is not `O`, each with its tag.

    Raises:
        Mistake: There are more or fewer tags than tokens.
    """
    if len(places) != len(tags):
        raise Mistake(f"{len(tags)} tags for {len(places)} tokens")
    return [(*place, tag) for place, tag in zip(places, tags, strict=True) if tag != "O"]
