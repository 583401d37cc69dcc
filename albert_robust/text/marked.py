"""Parts of a text that a letter or a number marks, such as choices or passages, and what speaks of them by their marks.

What such a part may be called is in `headings.txt`, a line a language: never a step, day, chapter, question or speaker, which
have the order that they have.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import regex

# Each list of letters in its order.
LETTERS = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "АБВГДЕЖЗ", "ΑΒΓΔΕΖΗΘ", "أبجدهو", "कखगघङच", "アイウエオカ", "가나다라마바")
SPACED = r"[[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]]"  # of words that blanks part
_AND = r"\s*[,;&/、和与與及と와과]\s*|\s(?:and|or|und|oder|et|ou|y|o|e|en|of|i|и|или|ve|و)\s?"
_IS = r"(?:[^\S\n](?:is|ist|est|es|è|é)[^\S\n]|[^\S\n]?(?:[:：]|是|为|為|は)[^\S\n]?)?"


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


@cache
def called() -> frozenset[str]:
    """Return what parts are called, in small letters."""
    return frozenset(Path(__file__).with_name("headings.txt").read_text(encoding="utf-8").split())


def cites(text: str, marks: Sequence[str]) -> bool:
    """Return whether a text speaks of a part by its mark: `[2]`, `document 2`, `Response A`."""
    return regex.search(_citation(tuple(marks)), text, flags=regex.V1) is not None


def cited_before(answer: str, came: Mapping[str, str], *, alone: bool = False) -> str:
    """Return an answer with the parts that it speaks of by the marks that they had in the order before.

    Args:
        answer: What a model said.
        came: By mark, the mark before.
        alone: Whether numbers may be all of the answer, as where it is a label; letters always may.
    """
    marks = tuple(came)
    if not marks:
        return answer
    mark = _any_of(marks)
    alone = alone or not marks[0].isdecimal()
    if alone and regex.fullmatch(rf"(?i)\W*{mark}(?:\W+{mark})*\W*", answer, flags=regex.V1):
        return renamed(answer, f"(?i){mark}", came)
    return regex.sub(_citation(marks), lambda said: renamed(said[0], mark, came), answer, flags=regex.V1)


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


def _any_of(marks: Sequence[str]) -> str:
    """Return a pattern of marks; letters are capital ones, or stand in brackets: `a` is a word."""
    listed = "|".join(map(regex.escape, sorted(marks, key=lambda mark: (-len(mark), mark))))
    return rf"(?<!{SPACED})(?:{listed}|(?<=[\[(_])(?i:{listed}))(?!{SPACED})"


@cache
def _citation(marks: tuple[str, ...]) -> str:
    """Return a pattern of what speaks of parts by their marks: `[2]`, `documents 1 and 3`, `the answer is B`."""
    mark = _any_of(marks)
    several = rf"{mark}(?:(?:{_AND})[\[【]?{mark}[\]】]?)*"
    known = "|".join(sorted(called(), key=lambda word: (-len(word), word)))
    link = "" if marks[0].isdecimal() else _IS  # `the answer is 2` speaks of none
    return rf"[\[【]{{1,2}}{several}[\]】]|(?<!{SPACED})(?i:{known})s?{link}[\s_-]?[*\[(\#]{{0,2}}{several}"
