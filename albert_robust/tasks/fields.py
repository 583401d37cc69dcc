"""Field F1: how far two objects in JSON hold the same values in the same places.

Case, punctuation, the order of keys and of lists, and whether a number stands between quotes, say nothing. What is empty, `null`,
`""` or `[]`, is one value.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from albert_robust.scoring.overlap import exact_match, tokens
from albert_robust.tasks.entities import json_in

Place = tuple[str, ...]  # the keys on the way to a value; an empty one for a list


def values_in(held: Any) -> Iterator[tuple[Place, str]]:
    """Yield each value of what JSON holds, as text, with its place."""
    waiting: list[tuple[Place, Any]] = [((), held)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, Mapping) and value:
            waiting += [((*place, str(key)), one) for key, one in value.items()]
        elif isinstance(value, list) and value:
            waiting += [((*place, ""), one) for one in value]
        else:
            yield place, _text(value)


def field_f1(output: str, reference: str) -> float:
    """Return the F1 of the values that two texts hold as JSON, be it in other text; where neither has any, if they match."""
    one, two = _fields(output), _fields(reference)
    if one is None or two is None:
        return exact_match(output, reference) if one is two else 0.0
    return 2 * sum((one & two).values()) / (sum(one.values()) + sum(two.values()))


def _fields(text: str) -> Counter[tuple[Place, tuple[str, ...]]] | None:
    found = json_in(text)
    if isinstance(found, list) and not any(isinstance(one, Mapping) for one in found) and "{" in text:
        found = json_in(text[text.index("{") :]) or found  # `See [1]: {"a": 1}`
    return None if found is None else Counter((place, _said(value)) for place, value in values_in(found))


def _said(value: str) -> tuple[str, ...]:
    """Return what a value says: a number, or its words."""
    try:
        return (repr(float(value)),)
    except ValueError:
        return tuple(tokens(value)) or (value,)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None or value in ([], {}) else str(value).strip()
