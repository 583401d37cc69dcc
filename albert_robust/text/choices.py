"""Choices: the lettered answers that a question offers, a line each, and what a letter says of another order of them."""

from collections.abc import Mapping, Sequence

import regex

from albert_robust.text.marked import LETTERS, Part, cited_before, renamed

# Numbers are left out: a numbered list is mostly in the order that it has to have.
CIRCLED = "①②③④⑤⑥⑦⑧"
_MARK = rf"(?:[(（](?P<mark>\p{{L}})[)）]|(?P<mark>\p{{L}})[.．)）:：、]|(?P<mark>[{CIRCLED}]))"
_BOLD = r"(?:\*\*|__)?"
_LINE = regex.compile(
    rf"^[^\S\n]{{0,20}}(?:[-*+•][^\S\n]+)?{_BOLD}{_MARK}{_BOLD}[^\S\n]*(?P<content>[^\s\p{{M}}](?:[^\n]*\S)?)[^\S\n]*$",
    regex.M,
)
_BEFORE = r"(?:[^\n:：]{1,30}[:：])??[\s(（\[*\"]*"  # before the letters of an answer, as in `Answer: (`
_BETWEEN = r"\"?[,;]\s*\"?"
_BEHIND = r"[)）\]*\"]*(?:[.．)）:：、,，。;；]|[^\S\n]*(?:\n|$)|[^\S\n]+(?:is|ist|est|es|è|é)[^\S\n])"


def choices(text: str) -> list[Part]:
    """Return the last list of two or more choices in a text. Their letters run from the first one on, a line each.

    Lists before it are of questions that were shown with their answers.
    """
    runs: list[list[Part]] = [[]]
    for match in _LINE.finditer(text):
        choice = Part(match["mark"].upper(), *match.span("content"), match["content"])
        last = runs[-1]
        if last and _follows([*last, choice]) and not text[last[-1].end : match.start()].strip():
            last.append(choice)
        elif _follows([choice]):
            runs.append([choice])
    return next((run for run in reversed(runs) if len(run) > 1), [])


def _follows(run: Sequence[Part]) -> bool:
    letters = "".join(choice.mark for choice in run)
    return any(order.startswith(letters) for order in (*LETTERS, CIRCLED))


def named_before(answer: str, came: Mapping[str, str]) -> str:
    """Return an answer with the letters that it is, begins with or speaks of as they were in the order before."""
    letter = f"(?i:[{''.join(came)}])"
    first = regex.match(rf"{_BEFORE}\K{letter}(?:{_BETWEEN}{letter})*(?={_BEHIND})", answer) if came else None
    if first is None:
        return cited_before(answer, came)
    return answer[: first.start()] + renamed(first[0], letter, came) + cited_before(answer[first.end() :], came)
