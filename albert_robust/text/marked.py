"""Parts of a text that a letter or a number marks, such as choices or passages."""

from collections.abc import Mapping
from typing import NamedTuple

import regex

# Each list of letters in its order.
LETTERS = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "АБВГДЕЖЗ", "ΑΒΓΔΕΖΗΘ", "أبجدهو", "कखगघङच", "アイウエオカ", "가나다라마바")


class Part(NamedTuple):
    """A part of a text.

    Attributes:
        mark: Its letter, a capital one where there are such, or its number.
        start: Where what it says begins, in code points of the text.
        end: Where that ends.
        content: What it says.
    """

    mark: str
    start: int
    end: int
    content: str


def renamed(said: str, mark: str, came: Mapping[str, str]) -> str:
    """Return what names parts with the marks that they had before, several of them in their order.

    Args:
        said: What names them.
        mark: A pattern of their marks.
        came: By mark, the mark before.
    """
    marks = [found[0] for found in regex.finditer(mark, said, flags=regex.V1)]
    before = [came.get(one) or came[one.upper()].lower() for one in marks]
    old = iter(sorted(before, key=lambda one: (len(one), one)))
    return regex.sub(mark, lambda _: next(old), said, flags=regex.V1)
