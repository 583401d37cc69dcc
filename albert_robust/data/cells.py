"""What a cell holds: JSON, tables and data frames write the same things in different ways."""

import json
import re
from ast import literal_eval
from contextlib import suppress
from math import isnan
from typing import Any

from albert_robust.text.languages import UNKNOWN

_WHOLE = re.compile(r"(-?\d+)\.0")
_STRING = r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\""""
_STRINGS = re.compile(rf"\[\s*+(?:(?:{_STRING})\s*+,?\s*+)*+\]")


def held(cell: Any) -> Any:
    """Return a cell's value, None where it has none: data frames write NaN for that."""
    return None if isinstance(cell, float) and isnan(cell) else cell


def is_empty(cell: Any) -> bool:
    """Return whether a cell holds nothing, or blanks alone."""
    return held(cell) is None or (isinstance(cell, str) and not cell.strip())


def whole(value: Any) -> Any:
    """Return a value, whole numbers without a fraction: data frames keep those of a column with gaps as 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text_of(cell: Any) -> str:
    """Return what a cell holds as text: `1` for 1.0 and `true` for True, as data frames write them in a table, too."""
    value = held(cell)
    text = "" if value is None else str(value).strip()
    number = _WHOLE.fullmatch(text)
    return number[1] if number else text.lower() if text in {"True", "False"} else text


def language_of(cell: Any) -> str:
    """Return the tag that a cell holds, `und` where it holds none; blanks beside it are no part of it."""
    return str(held(cell) or "").strip() or UNKNOWN


def is_squad(value: Any) -> bool:
    """Return whether answers are SQuAD's: their texts, and where each starts."""
    return isinstance(value, dict) and isinstance(value.get("text"), list)


def unfolded(cell: Any, choices: bool = False) -> Any:
    """Return the list of texts or objects, or SQuAD's answers, that a table's cell holds, as JSON or printed; else the cell.

    Choices may be numbers, too, or one object.
    """
    parts = str | dict | int | float if choices else str | dict
    if isinstance(cell, str) and cell.startswith(("[", "{")):
        for read in (json.loads, _printed):
            with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
                found = read(cell)
                listed = isinstance(found, list) and all(isinstance(one, parts) for one in found)
                return found if listed or is_squad(found) or (choices and isinstance(found, dict)) else cell
    return cell


def _printed(cell: str) -> Any:
    """Return what Python printed, or numpy, which sets blanks for commas: Python would read `['a' 'b']` as one text."""
    strings = _STRINGS.fullmatch(cell.strip())
    return [literal_eval(one) for one in re.findall(_STRING, cell)] if strings else literal_eval(cell)
