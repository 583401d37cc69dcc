"""Passages: the numbered or lettered parts of a prompt that may stand in any order.

They are documents to answer from, examples that are solved, or answers to compare, each behind a heading: `[1] ...`,
`Document 2: ...`, `### Response A`, `<document index="1">`, `[The Start of Assistant A's Answer]`. The headings are alike but
for their marks, which run on from 1 (or 0, or A).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from albert_robust.text.marked import LETTERS, SPACED, Part, called

_ORDERS = (*LETTERS, "一二三四五六七八九十")
_LETTER = r"[\p{L}\p{M}\p{N}]"
_MARK = rf"(?P<mark>\p{{Nd}}{{1,3}}|(?<!{SPACED})\p{{L}})(?!{_LETTER})"
_WORDS = r"(?P<label>\p{L}[\p{L}\p{M}]{0,30}(?:[^\S\n]\p{L}[\p{L}\p{M}]{0,30}){0,4}?)"
_WHOSE = r"(?:['’]s\s\p{L}{1,20})?"
_HEADING = regex.compile(
    rf"""^[^\S\n]{{0,20}}(?:[\#>*_=-]{{1,6}}[^\S\n]?){{0,2}}
    (?: <(?P<label>\p{{L}}{{1,30}}(?:[_-]\p{{L}}{{1,30}}){{0,3}}?)(?:[_-]|\s\p{{L}}{{1,20}}=["']?){_MARK}["']?>
      | [\[【]{_MARK}[\]】](?!\()[:：]?
      | [\[【]{_WORDS}[^\S\n]?\#?{_MARK}{_WHOSE}[\]】][:：]?
      | {_WORDS}[^\S\n]?[\[(\#]{{0,2}}{_MARK}[\])]?{_WHOSE}[*_]{{0,2}}[^\S\n]?(?:[:：]|(?=\(\p{{L}})|(?=[^\S\n]*$))
    )[*_=-]{{0,6}}""",
    regex.V1 | regex.M | regex.X,
)
_BLANK_LINE = regex.compile(r"\n[^\S\n]*\n")
_LABEL = regex.compile(r"^[^\S\n]{0,20}(?:[#*_]{1,6}[^\S\n]?)?(?:\p{L}[^\n:：]{0,40}[:：]|[#=-]{2,})", regex.M)


class _Heading(NamedTuple):
    """The heading of a passage.

    Attributes:
        mark: Its number or letter.
        shape: The heading without that.
        tag: Its name where it is a tag, as of XML.
        start: Where it begins, in code points of the text.
        end: Where it ends.
    """

    mark: str
    shape: str
    tag: str
    start: int
    end: int


def passages(text: str) -> list[Part]:
    """Return the last two or more passages of a text that are no parts of others."""
    found = list(_headed(text))
    chosen: list[_Heading] = []
    for run in _runs(found):
        if len(run) > 1 and (not chosen or run[0].start > chosen[-1].start):
            chosen = run
    return _parts(text, chosen, found) if chosen else []


def _headed(text: str) -> Iterator[_Heading]:
    for match in _HEADING.finditer(text):
        label, mark = match["label"] or "", match["mark"].upper()
        if _is_known(label) if label else mark.isdecimal():
            written = match.group()
            place = match.start("mark") - match.start()
            shape = " ".join((written[:place] + "#" + written[place + len(mark) :]).casefold().split())
            yield _Heading(_plain(mark), shape, label if "<" in written else "", *match.span())


def _plain(mark: str) -> str:
    return str(int(mark)) if mark.isdecimal() else mark


def _is_known(label: str) -> bool:
    return not called().isdisjoint(regex.split(r"[\s_-]", label.casefold()))


def _runs(headings: Sequence[_Heading]) -> list[list[_Heading]]:
    """Return headings of one shape whose marks run on, in the order in which they begin."""
    runs: list[list[_Heading]] = []
    open_runs: dict[str, list[_Heading]] = {}
    for heading in headings:
        run = open_runs.get(heading.shape)
        if run and heading.mark == _next(run[-1].mark):
            run.append(heading)
        elif heading.mark in {"0", "1", *(order[0] for order in _ORDERS)}:
            runs.append([heading])
            open_runs[heading.shape] = runs[-1]
    return runs


def _next(mark: str) -> str:
    if mark.isdecimal():
        return str(int(mark) + 1)
    order = next((order for order in _ORDERS if mark in order[:-1]), "")
    return order[order.index(mark) + 1] if order else ""


def _parts(text: str, run: Sequence[_Heading], headings: Sequence[_Heading]) -> list[Part]:
    """Return what stands behind the headings of a run; nothing where one has nothing."""
    parts: list[Part] = []
    for heading, limit in zip(run, [*(other.start for other in run[1:]), len(text)], strict=True):
        closes = _closes(text, heading, limit, headings)
        if closes is None:
            closes = limit if heading is not run[-1] else _last_closes(text, heading.end, parts)
        content = text[heading.end : closes].strip()
        if not content:
            return []
        start = text.index(content, heading.end)
        parts.append(Part(heading.mark, start, start + len(content), content))
    return parts


def _closes(text: str, heading: _Heading, limit: int, headings: Sequence[_Heading]) -> int | None:
    """Return where something says that a passage ends: `</document>`, `[The End of Assistant A's Answer]`."""
    if heading.tag:
        end = text.find(f"</{heading.tag}", heading.end, limit)
        return None if end < 0 else end
    other = (one.start for one in headings if heading.end <= one.start < limit and one.mark == heading.mark)
    return next(other, None)


def _last_closes(text: str, start: int, others: Sequence[Part]) -> int:
    """Return where the last passage ends: with its line or paragraph, as the others do, or before a new label.

    Where nobody knows it ends where it begins.
    """
    start += len(text[start:]) - len(text[start:].lstrip())
    line, blank = text.find("\n", start), _BLANK_LINE.search(text, start)
    if line < 0:
        return len(text)
    apart = _BLANK_LINE.search(text, others[0].end, start)
    if not apart and all("\n" not in other.content for other in others):
        return line
    labels = [found for found in _LABEL.finditer(text, line) if all(found[0] not in other.content for other in others)]
    label = labels[0].start() if labels else len(text)
    if blank and not any(_BLANK_LINE.search(other.content) for other in others):
        return blank.start() if blank.start() < label else start
    told = not blank if label == len(text) else _BLANK_LINE.search(text, start, label)
    return label if told else start
