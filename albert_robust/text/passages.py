"""Passages: the numbered or lettered parts of a prompt that may stand in any order.

They are documents to answer from, examples that are solved, or answers to compare, each behind a heading: `[1] ...`,
`Document 2: ...`, `### Response A`, `<document index="1">`, `[The Start of Assistant A's Answer]`. The headings are alike but
for their marks, which run on from 1 (or 0, or A). Or they stand side by side in tags, `<document>...</document>`: then their
places are their numbers.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple

import regex

from albert_robust.text.marked import LETTERS, SPACED, Part, called

_ORDERS = (*LETTERS, "一二三四五六七八九十")
_LETTER = r"[\p{L}\p{M}\p{N}]"
_MARK = rf"(?P<mark>\p{{Nd}}{{1,3}}|(?<!{SPACED})\p{{L}})(?!{_LETTER})"
_WORDS = r"(?P<label>\p{L}[\p{L}\p{M}]{0,30}(?:[^\S\n]\p{L}[\p{L}\p{M}]{0,30}){0,4}?)"
_WHOSE = r"(?:['’]s(?:\s\p{L}{1,20}){1,3})?"
_HEADING = regex.compile(
    rf"""^[^\S\n]{{0,20}}(?:[\#>*_=-]{{1,6}}[^\S\n]?){{0,2}}
    (?: <(?P<tag>(?P<label>\p{{L}}{{1,30}}(?:[_-]\p{{L}}{{1,30}}){{0,3}}?)(?:[_-]|\s\p{{L}}{{1,20}}=["']?){_MARK})["']?
        (?:>|(?=\s[^<>]*(?<!/)>))
      | [\[【]{_MARK}[\]】](?!\()[:：]?
      | (?:[\[【]|<\|){_WORDS}[^\S\n]?[\#№]?{_MARK}{_WHOSE}(?:[\]】]|\|>)[:：]?
      | {_WORDS}[^\S\n]?[\[(\#№]{{0,2}}{_MARK}[\])]?{_WHOSE}[*_]{{0,2}}[^\S\n]?(?:[:：]|(?=\(\p{{L}})|(?=[=-]*[^\S\n]*$))
    )[*_=-]{{0,6}}""",
    regex.V1 | regex.M | regex.X,
)
_BLANK_LINE = regex.compile(r"\n(?:[^\S\n]*+\n)++")
_LABEL = regex.compile(r"^[^\S\n]{0,20}(?:[#*_]{1,6}[^\S\n]?)?(?:\p{L}[^\n:：]{0,40}[:：]|[#=-]{2,})", regex.M)
_START = attrgetter("start")


class _Heading(NamedTuple):
    """The heading of a passage, or of something else.

    Attributes:
        mark: Its number or letter.
        shape: The heading without that.
        kind: What it opens with, and the word before the mark.
        tag: What closes it where it is a tag, as of XML.
        known: Whether passages are called so.
        solved: Whether examples are.
        start: Where it begins, in code points of the text.
        end: Where it ends.
    """

    mark: str
    shape: str
    kind: str
    tag: str
    known: bool
    solved: bool
    start: int
    end: int


def passages(text: str) -> list[Part]:
    """Return the last two or more passages of a text that are no parts of others."""
    runs = sorted(filter(None, (_tagged(text), _marked(text))), key=lambda run: run[0].start)
    if not runs:
        return []
    return runs[-1] if runs[-1][0].start >= runs[0][-1].end else runs[0]


def _tagged(text: str) -> list[Part]:
    """Return the last passages that stand side by side in tags of one name, without a word between."""
    runs: list[list[Part]] = [[]]
    tag, end = "", 0
    for match in _tags().finditer(text):
        if match["tag"] != tag or regex.search(r"\w", text[end : match.start()]):
            runs.append([])
        tag, end = match["tag"], match.end()
        runs[-1].append(Part(str(len(runs[-1]) + 1), *match.span("content"), match["content"]))
    return next((run for run in reversed(runs) if len(run) > 1), [])


@cache
def _tags() -> "regex.Pattern[str]":
    names = "|".join(sorted(called() - called("solved")))
    content = r"\s*+(?P<content>(?:(?!\s{0,20}</?(?P=tag)>).)++)\s*+"
    return regex.compile(rf"<(?P<tag>(?i:{names}))>{content}</(?P=tag)>", regex.V1 | regex.S)


def _marked(text: str) -> list[Part]:
    """Return the last passages that have headings with marks."""
    found = list(_headed(text))
    shapes: dict[str, list[_Heading]] = {}
    for heading in found:
        shapes.setdefault(heading.shape, []).append(heading)
    chosen: list[_Heading] = []
    for run in _runs(found):
        if (
            len(run) > 1
            and (not chosen or run[0].start > _over(text, chosen[-1]))
            and not _are_half(run, found, shapes)
        ):
            chosen = run
    return _parts(text, chosen, found) if chosen else []


def _over(text: str, heading: _Heading) -> int:
    """Return where a passage ends that a tag closes, else where its heading begins."""
    return max(heading.start, text.find(heading.tag, heading.end) if heading.tag else 0)


def _headed(text: str) -> Iterator[_Heading]:
    for match in _HEADING.finditer(text):
        label, mark = match["label"] or "", match["mark"].upper()
        if label or mark.isdecimal():
            written = match.group()
            place = match.start("mark") - match.start()
            shape = " ".join((written[:place] + "#" + written[place + len(mark) :]).casefold().split())
            opens = written[: match.start("label" if label else "mark") - match.start()]
            kind = " ".join([*opens.split(), *label.casefold().split()[-1:]])
            tag = f"</{match['tag'].split()[0]}>" if match["tag"] else ""
            known, solved = not label or _has_one_of(called(), label), _has_one_of(called("solved"), label)
            yield _Heading(_plain(mark), shape, kind, tag, known, solved, *match.span())


def _plain(mark: str) -> str:
    return str(int(mark)) if mark.isdecimal() else mark


def _has_one_of(words: frozenset[str], label: str) -> bool:
    return not words.isdisjoint(regex.split(r"[\s_-]", label.casefold()))


def _runs(headings: Sequence[_Heading]) -> list[list[_Heading]]:
    """Return headings of one shape whose marks run on, in the order in which they begin.

    Where a mark stands twice in a row they open something else: each turn of an assistant's, or a footnote.
    """
    runs: list[list[_Heading]] = []
    last: dict[str, list[_Heading]] = {}
    twice: set[str] = set()
    for heading in headings:
        run = last.get(heading.shape)
        if run and heading.mark == run[-1].mark:
            twice.add(heading.shape)
        elif run and heading.mark == _next(run[-1].mark):
            run.append(heading)
        elif heading.known and heading.mark in {"0", "1", *(order[0] for order in _ORDERS)}:
            runs.append([heading])
            last[heading.shape] = runs[-1]
    return [run for run in runs if run[0].shape not in twice]


def _are_half(run: Sequence[_Heading], headings: Sequence[_Heading], shapes: Mapping[str, list[_Heading]]) -> bool:
    """Return whether each passage has another heading of its mark, as in `Input 1: ... Output 1: ...`."""
    marks = [mark for heading in run for mark in 2 * [heading.mark]]
    between = (one for one in _within(headings, run[0].end, run[-1].start) if one.kind != run[0].kind)
    alike = (shapes[shape] for shape in {one.shape for one in between} if len(shapes[shape]) == len(run))
    return any([one.mark for one in sorted([*run, *its], key=_START)] == marks for its in alike)


def _within(headings: Sequence[_Heading], start: int, end: int) -> Sequence[_Heading]:
    first, last = (bisect_left(headings, place, key=_START) for place in (start, end))
    return headings[first:last]


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
            closes = limit if heading is not run[-1] else _last_closes(text, run, parts)
        content = text[heading.end : closes].strip()
        if not content:
            return []
        start = text.index(content, heading.end)
        parts.append(Part(heading.mark, start, start + len(content), content, heading.solved))
    return parts


def _closes(text: str, heading: _Heading, limit: int, headings: Sequence[_Heading]) -> int | None:
    """Return where something says that a passage ends: `</document>`, `[The End of Assistant A's Answer]`."""
    if heading.tag:
        end = text.find(heading.tag, heading.end, limit)
        return None if end < 0 else end
    its = (one for one in _within(headings, heading.end, limit) if one.mark == heading.mark)
    return next((one.start for one in its if one.kind == heading.kind), None)


def _last_closes(text: str, run: Sequence[_Heading], others: Sequence[Part]) -> int:
    """Return where the last passage ends: with its line, paragraph or section, as the others do, or before new labels.

    Where nobody knows it ends where it begins.
    """
    heading = run[-1]
    start = heading.end + len(text[heading.end :]) - len(text[heading.end :].lstrip())
    line, blank = text.find("\n", start), _BLANK_LINE.search(text, start)
    if line < 0:
        return len(text)
    few = len(others) == 1  # which says little: its answer may be the shorter one
    apart = _BLANK_LINE.search(text, others[0].end, start)
    if not apart and all("\n" not in other.content for other in others):
        rest = text[line:].strip()
        return start if few and "\n" in rest and not _LABEL.match(rest) else line
    paragraphs = any(_BLANK_LINE.search(other.content) for other in others)
    level = heading.shape[: len(heading.shape) - len(heading.shape.lstrip("#=-"))]
    section = regex.search(rf"(?m)^{level}(?![#=-])", text, pos=line) if level else None
    if section:
        return section.start()
    labels = (found for found in _LABEL.finditer(text, line) if _is_new(found[0], others))
    label = next((found.start() for found in labels), len(text))
    end = text.rstrip()
    labelled = _labelled_to_the_end(end, start, others) if blank else len(end)
    if blank and not paragraphs:
        told = not few or labelled == blank.end() or not _BLANK_LINE.search(end, blank.end())
        return blank.start() if told and blank.start() < label else start
    if blank:
        return labelled if labelled < len(end) else start
    alone = apart and not text[: run[0].start].strip()  # as data have them
    return len(text) if alone or label == len(text) else start


def _labelled_to_the_end(text: str, start: int, others: Sequence[Part]) -> int:
    """Return from where on all paragraphs open with new labels."""
    begins = len(text)
    for blank in reversed([*_BLANK_LINE.finditer(text, start)]):
        label = _LABEL.match(text, blank.end())
        if not label or not _is_new(label[0], others):
            break
        begins = blank.end()
    return begins


def _is_new(label: str, others: Sequence[Part]) -> bool:
    return all(label not in other.content for other in others)
