"""The one answer in a reply, be it a label or a number: all of it, an object's, a line's, or what its sentences name."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import regex

from albert_robust.models.reply.denials import Named, denials, denied
from albert_robust.models.reply.plain import CORE, plain_of

LONG = 20_000  # characters; in a longer reply no sentence is the answer
T = TypeVar("T", str, float)
_OBJECT = regex.compile(r"\{\s*[\"'}].*\}|\{\s*[\"'].*", regex.DOTALL)
_MARKUP = r"[*_`\"'”)\]}]"
# A dot behind a lone letter or digit ends no sentence: `1. Good.` But for `Score: 4. The text is good.`
_BETWEEN = regex.compile(
    rf"\n+|(?<=(?:\w\w|{_MARKUP})[.!?؟]{_MARKUP}{{0,4}})\s+|(?<=[。।])|(?<=:{_MARKUP}{{0,3}}\s?{_MARKUP}{{0,3}}\d{_MARKUP}{{0,3}}\.)\s+(?=\p{{Lu}})"
)


def one_answer(said: str, whole: Callable[[str], T | None], named: Callable[[str], Iterable[Named]]) -> T | None:
    """Return the one answer that a reply says.

    Args:
        said: The reply.
        whole: Returns the answer that all of a text is.
        named: Returns the answers that a sentence names.
    """
    if (found := whole(said)) is not None:
        return found
    if held := _OBJECT.search(said):
        return _only(map(whole, _values(held[0])))
    if len(said) > LONG:
        return None
    sentences = [one for one in _BETWEEN.split(plain_of(said)) if one and not _asks(one)]
    parts = [one.rpartition(":") for one in sentences]
    alone = [whole(answer) for lead, _, answer in parts if not denials()[0].search(lead)]
    if any(one is not None for one in alone):
        return _only(alone)
    inside = [(sentence, list(named(sentence))) for sentence in sentences]
    if any(denied(sentence, found) for sentence, found in inside):
        return None
    return _only(one.value for _, found in inside for one in found)


def _only(found: Iterable[T | None]) -> T | None:
    """Return the one value that is there; None for none or several."""
    values = set(found) - {None}
    return values.pop() if len(values) == 1 else None


def _values(written: str) -> Iterator[str]:
    """Yield what an object in JSON holds as texts, at any depth; nothing of what is no JSON."""
    try:
        waiting = [json.loads(written)]
    except (ValueError, RecursionError):
        return
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            waiting += one.values() if isinstance(one, dict) else one
        else:
            yield one if isinstance(one, str) else json.dumps(one)


def _asks(sentence: str) -> bool:
    found = CORE.search(sentence)
    return any(mark in sentence[found.end() if found else 0 :] for mark in "?؟")


def last_sentence(said: str) -> str:
    """Return the last sentence of a reply that says something."""
    return next((one for one in reversed(_BETWEEN.split(said)) if CORE.search(one)), "")
