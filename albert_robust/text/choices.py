"""Choices: the lettered answers that a question offers, a line each, and where they went when they were put in another order."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import regex

# Each list of letters in its order; numbers are left out: a numbered list is mostly in the order that it has to have.
LETTERS = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "АБВГДЕЖЗ", "ΑΒΓΔΕΖΗΘ", "أبجدهو", "कखगघङच", "アイウエオカ", "가나다라마바")
COMPARED = 200  # characters of choices that are not the same
CIRCLED = "①②③④⑤⑥⑦⑧"
_MARK = rf"(?:[(（](?P<mark>\p{{L}})[)）]|(?P<mark>\p{{L}})[.．)）:：、]|(?P<mark>[{CIRCLED}]))"
_LINE = regex.compile(rf"^[^\S\n]{{0,20}}{_MARK}[^\S\n]*(?P<content>[^\s\p{{M}}](?:[^\n]*\S)?)[^\S\n]*$", regex.M)
_BEFORE = r"(?:[^\n:：]{1,30}[:：])??[\s(（\[*\"]*"  # before the letters of an answer, as in `Answer: (`
_BETWEEN = r"\"?[,;]\s*\"?"
_BEHIND = r"[)）\]*\"]*(?:[.．)）:：、,，。;；]|[^\S\n]*(?:\n|$))"


class Choice(NamedTuple):
    """One of the answers that a question offers.

    Attributes:
        mark: Its letter, a capital one where there are such.
        start: Where what it says begins, in code points of the text.
        end: Where that ends.
        content: What it says.
    """

    mark: str
    start: int
    end: int
    content: str


def choices(text: str) -> list[Choice]:
    """Return the last list of two or more choices in a text. Their letters run from the first one on, a line each.

    Lists before it are of questions that were shown with their answers.
    """
    runs: list[list[Choice]] = [[]]
    for match in _LINE.finditer(text):
        choice = Choice(match["mark"].upper(), *match.span("content"), match["content"])
        last = runs[-1]
        if last and _follows([*last, choice]) and not text[last[-1].end : match.start()].strip():
            last.append(choice)
        elif _follows([choice]):
            runs.append([choice])
    return next((run for run in reversed(runs) if len(run) > 1), [])


def _follows(run: Sequence[Choice]) -> bool:
    letters = "".join(choice.mark for choice in run)
    return any(order.startswith(letters) for order in (*LETTERS, CIRCLED))


def came_from(before: str, after: str) -> dict[str, str]:
    """Return the letter that each choice of a text had in another order of them; nothing where that cannot be told.

    Choices are the same that are most alike, for a text may have been changed in other ways too.
    """
    old, new = choices(before), choices(after)
    same = {one.content: one for one in old}
    found = {one.mark: (same.get(one.content) or _nearest(one, old)).mark for one in new} if old else {}
    return found if sorted(found) == sorted(found.values()) == sorted(choice.mark for choice in old) else {}


def _nearest(choice: Choice, others: Sequence[Choice]) -> Choice:
    def alike(other: Choice) -> float:
        its, mine = (one.content[:COMPARED].casefold() for one in (other, choice))
        return SequenceMatcher(None, its, mine, autojunk=False).ratio()

    return max(others, key=alike)


def named_before(answer: str, came: dict[str, str]) -> str:
    """Return an answer with the letters that it is, or the one that it begins with, as they were in the order before."""
    letter = f"[{''.join(came)}]"
    pattern = rf"(?i){_BEFORE}\K{letter}(?:{_BETWEEN}{letter})*(?={_BEHIND})"
    found = regex.match(pattern, answer) if came else None
    if found is None:
        return answer
    said = regex.findall(rf"(?i){letter}", found.group())
    old = iter(sorted(came[one.upper()].lower() if one.islower() else came[one.upper()] for one in said))
    named = regex.sub(rf"(?i){letter}", lambda _: next(old), found.group())
    return answer[: found.start()] + named + answer[found.end() :]
