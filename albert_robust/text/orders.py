"""What a text may have in another order, and how an answer that names its parts by their marks is read then."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal

import regex

from albert_robust.text.choices import choices, named_before
from albert_robust.text.marked import Part, asked_for, cited_before
from albert_robust.text.passages import passages

Order = Literal["choices", "passages", "examples"]
COMPARED = 200  # characters of parts that are not the same
MOST = 60  # parts that are compared, each with each: a hundred would take a second
_CLOSES = regex.compile(r"^\s*(?:\[[^\]\n]*\]|<[^>\n]*>|[=-]{2,}[^\n]*)")  # `[The End of Assistant B's Answer]`
_PLACES = ("first", "second", "third", "fourth", "fifth")
_END = regex.compile(r"(?<!\p{L})(?:\p{L}|first|second|third|fourth|fifth)(?=\W*$)|\p{Nd}+(?=\W*$)", regex.I)
_FIND: dict[Order, Callable[[str], list[Part]]] = {
    "choices": choices,
    "passages": passages,
    "examples": lambda text: [],  # of those that are solved no answer speaks
}


def has_order(order: Order, text: str) -> bool:
    """Return whether a text has such parts."""
    return bool(_FIND[order](text))


def came_from(order: Order, before: str, after: str) -> dict[str, str]:
    """Return the mark that each part of a text had in another order of them; nothing where that cannot be told.

    Parts are the same that are most alike, for a text may have been changed in other ways too.
    """
    old, new = _FIND[order](before), _FIND[order](after)
    if any(part.solved for part in old) or [part.content for part in old] == [part.content for part in new]:
        return {part.mark: part.mark for part in old}
    same = {one.content: one for one in old}
    if len(old) > MOST and any(one.content not in same for one in new):
        return {}
    found = {one.mark: (same.get(one.content) or _nearest(one, old)).mark for one in new} if old else {}
    return found if sorted(found) == sorted(found.values()) == sorted(part.mark for part in old) else {}


def said_in(order: Order, text: str) -> str:
    """Return what such parts of a text say."""
    return "\n".join(part.content for part in _FIND[order](text))


def asks_by_mark(order: Order, text: str, others: Iterable[str], came: Mapping[str, str]) -> bool:
    """Return whether what is asked names a passage by a mark that another has now: `What does document 2 say?`

    What names all of them, `Response A or Response B?`, asks for none.

    Args:
        order: Of what; only passages are asked for.
        text: With the parts, before; what stands behind them counts.
        others: What stands in other texts; not those with passages of their own.
        came: By mark, the mark before.
    """
    found = _FIND[order](text) if order == "passages" else []
    if not found or all(mark == before for mark, before in came.items()):
        return False
    behind = _CLOSES.sub("", text[found[-1].end :], count=1)
    asked = (behind, *(other for other in others if not has_order(order, other)))
    named = set[str]().union(*(asked_for(one, tuple(came), said_in(order, text)) for one in asked))
    return named != came.keys() and any(came[mark] != mark for mark in named)


def label_before(label: str, came: Mapping[str, str], columns: Sequence[str]) -> str | None:
    """Return a label as it names the part that it stands for in the order before; None where it names none by other marks.

    Args:
        label: `second`, or what ends in the letter or number that a column ends in: `model_b` of `answer_b`.
        came: By mark, the mark before, in the order of the parts.
        columns: Those that the parts are from, if they have one each.
    """
    end, marks = _END.search(label), list(came)
    of_columns = [found[0].casefold() for found in map(_END.search, columns) if found]
    for names in (_PLACES[: len(marks)], of_columns):
        if end and len(names) == len(marks) and end[0].casefold() in names:
            before = names[marks.index(came[marks[names.index(end[0].casefold())]])]
            return label[: end.start()] + (before.title() if end[0].istitle() else before) + label[end.end() :]
    return None


def read_back(order: Order, answer: str, came: Mapping[str, str], *, label: bool, quoted: str = "") -> str:
    """Return an answer with the marks that parts had in the order before.

    Args:
        order: Of what.
        answer: What a model said.
        came: By mark, the mark before.
        label: Whether answers are labels: then a number alone is a passage's.
        quoted: What the parts say.
    """
    if order == "choices" or not all(mark.isdecimal() for mark in came):
        return named_before(answer, came)
    return cited_before(answer, came, alone=label, quoted=quoted)


def _nearest(part: Part, others: list[Part]) -> Part:
    def alike(other: Part) -> float:
        its, mine = (one.content[:COMPARED].casefold() for one in (other, part))
        return SequenceMatcher(None, its, mine, autojunk=False).ratio()

    return max(others, key=alike)
