"""Parts of a text that a letter or a number marks, such as choices or passages, and what speaks of them by their marks.

What such a part may be called is in `headings.txt`, examples in its first line, the others a line a language, before the stroke
what is retrieved, behind it what is answered. It is never a step, day, chapter, question or speaker: these have an order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import regex

from albert_robust.text.scripts import RUN_ON_SCRIPTS

# Each list of letters in its order.
LETTERS = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "АБВГДЕЖЗ", "ΑΒΓΔΕΖΗΘ", "أبجدهو", "कखगघङच", "アイウエオカ", "가나다라마바")
SPACED = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{RUN_ON_SCRIPTS}]]"  # of words that blanks part
_AND = r"\s*(?:[,;&/、和与與及と와과]|[<>=]{1,2})\s*|\s(?:and|or|und|oder|et|ou|y|o|e|en|of|i|и|или|ve|و)\s?"
_THAN = frozenset({"than", "als", "que", "чем"})
_FORM = tuple("([{<\"'`“”‘’«„「『（【")  # what opens what an answer is to look like: "Document 1"
_COMPARED = regex.compile("[<>]")  # `A > B`, `2 > 1 > 3`: in their own order
_JOINED = "[وف]?(?:[بك]|لل?)?"  # Arabic conjunctions and prepositions, written as one with what a part is called
_ENDING = "(?:s|e?n|[аеиуы]|ом|ов|ам|ах|ين|ات)?"  # documents, Dokumenten, документе
_IS = r"(?:[^\S\n](?:is|ist|est|es|è|é)[^\S\n]|[^\S\n]?(?:[:：]|是|为|為|は)[^\S\n]?)?"


class Part(NamedTuple):
    """A part of a text.

    Attributes:
        mark: Its letter, a capital one where there are such, or its number.
        start: Where what it says begins, in code points of the text.
        end: Where that ends.
        content: What it says.
        solved: Whether it is an example that is solved, of which no answer speaks.
    """

    mark: str
    start: int
    end: int
    content: str
    solved: bool = False


@cache
def called(kind: Literal["any", "solved", "retrieved"] = "any") -> frozenset[str]:
    """Return what parts are called, in small letters, or of those what examples are that are solved, or what is retrieved."""
    solved, *others = Path(__file__).with_name("headings.txt").read_text(encoding="utf-8").splitlines()
    retrieved, answered = zip(*(line.split(" / ") for line in others), strict=True)
    lines = {"any": [solved, *retrieved, *answered], "solved": [solved], "retrieved": retrieved}[kind]
    return frozenset(" ".join(lines).split())


def cites(text: str, marks: Sequence[str]) -> bool:
    """Return whether a text speaks of a part by its mark: `[2]`, `document 2`, `Response A`."""
    found = regex.finditer(_citation(_kind(marks), answers=False), text, flags=regex.V1)
    return any(mark in marks for said in found for mark in _marks_in(said[0], marks))


def asked_for(text: str, marks: Sequence[str], quoted: str = "") -> set[str]:
    """Return the marks of the parts that a text names, `document 2`; not as a form, in brackets or quotation marks.

    Args:
        text: What stands beside the parts.
        marks: Of all parts.
        quoted: What the parts say: what is called so there is none of them.
    """
    found = regex.finditer(_citation(_kind(marks), answers=False), text, flags=regex.V1)
    names = (said for said in found if said[0][0].isalpha() and text[: said.start()][-1:] not in _FORM)
    known = quoted.casefold()
    return {mark for said in names if said[0].casefold() not in known for mark in _marks_in(said[0], marks)} & {*marks}


def _marks_in(said: str, marks: Sequence[str]) -> Iterator[str]:
    return (_plain(one[0]) for one in regex.finditer(_any_of(_kind(marks)), said, flags=regex.V1))


def cited_before(answer: str, came: Mapping[str, str], *, alone: bool = False, quoted: str = "") -> str:
    """Return an answer with the parts that it speaks of by the marks that they had in the order before.

    Args:
        answer: What a model said.
        came: By mark, the mark before.
        alone: Whether numbers may be all of the answer, as where it is a label; letters always may.
        quoted: What the parts say: a number that is called so there, as `Article 2` of a law, is none of theirs.
    """
    if not came:
        return answer
    marks = _kind(tuple(came))
    mark = _any_of(marks)
    alone = alone or not marks[0].isdecimal()
    if alone and regex.fullmatch(rf"(?i)\W*{mark}(?:\W+{mark})*\W*", answer, flags=regex.V1):
        return renamed(answer, f"(?i){mark}", came)
    known = quoted.casefold() if marks[0].isdecimal() else ""

    def before(said: regex.Match[str]) -> str:
        return said[0] if said[0][0].isalpha() and said[0].casefold() in known else renamed(said[0], mark, came)

    return regex.sub(_citation(marks, alone=alone), before, answer, flags=regex.V1)


def renamed(said: str, mark: str, came: Mapping[str, str]) -> str:
    """Return what names parts with the marks that they had before, several of them in their order, but for a ranking.

    Args:
        said: What names them.
        mark: A pattern of their marks.
        came: By mark, the mark before.
    """
    before = [_before(found[0], came) for found in regex.finditer(mark, said, flags=regex.V1)]
    old = iter(before if _COMPARED.search(said) else sorted(before, key=lambda one: (len(one), one)))
    return regex.sub(mark, lambda _: next(old), said, flags=regex.V1)


def _before(mark: str, came: Mapping[str, str]) -> str:
    """Return the mark that a part had before, in the case or the digits in which it is written; itself where it is none's."""
    before = came.get(_plain(mark))
    if before is None:
        return mark
    if mark.isdecimal():
        zero = ord(mark[0]) - int(mark[0])
        return "".join(chr(zero + int(digit)) for digit in before)
    return before if mark == _plain(mark) else before.lower()


def _plain(mark: str) -> str:
    return str(int(mark)) if mark.isdecimal() else mark.upper()


def _kind(marks: Sequence[str]) -> tuple[str, ...]:
    """Return marks that stand for others of their kind: all numbers are sought alike."""
    return ("1",) if marks[0].isdecimal() else tuple(marks)


def _any_of(marks: Sequence[str]) -> str:
    """Return a pattern of marks; letters are capital ones, or stand in brackets: `a` is a word."""
    listed = r"\p{Nd}{1,3}" if marks[0].isdecimal() else "|".join(map(regex.escape, marks))
    apart = r"\p{Nd}" if marks[0].isdecimal() else SPACED  # `doc2`
    return rf"(?<!{apart})(?:{listed}|(?<=[\[(_])(?i:{listed}))(?!{SPACED}|[-–.]\p{{Nd}}|,\p{{Nd}}{{3}})"


@cache
def _citation(marks: tuple[str, ...], *, answers: bool = True, alone: bool = False) -> str:
    """Return a pattern of what speaks of parts by their marks: `[2]`, `documents 1 and 3`, of what answers `(B)` too."""
    mark = _any_of(marks)
    known = _one_of(called() if marks[0].isdecimal() else called() | _THAN)
    again = r"(?:(?i:(?P=word))[\s_-]?)?" if marks[0].isdecimal() else ""  # `document 1 and document 3`
    several = rf"{mark}(?:(?:[\]】]?(?:{_AND})[\[【]?|[\]】]\s?[\[【]){again}\^?{mark})*"
    counted = marks[0].isdecimal() and not alone
    link = "" if counted else _IS  # `the answer is 2` speaks of none, but where it is a label
    named = rf"(?<!{SPACED}){_JOINED}(?P<word>(?i:{known}{_ENDING})){link}[\s_-]?[*\[(\#№]{{0,2}}(?<!{SPACED}){several}"
    if marks[0].isdecimal():
        retrieved = rf"(?<!{SPACED})(?i:{_one_of(called('retrieved'))}){_ENDING}"
        listed = rf"{retrieved}[^\S\n]?[:：][^\S\n]*\#?{several}(?=[^\S\n]*(?:[.;)\]）】]|$))"  # `Sources: 1, 3`
        return rf"[\[【](?:\^|(?P<word>(?i:{known})))?{several}(?:†[^\]】\n]{{0,60}})?[\]】]|{named}|(?m:{listed})"
    if not answers:
        return rf"[\[【]{several}[\]】]|{named}"
    return rf"(?:[\[【{{>]|(?<!{SPACED})[(\"“]){several}[\]】}})<\"”]|{named}"


def _one_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(words, key=lambda word: (-len(word), word)))})"
