"""Reads the values of cells, which JSON, tables and data frames write in different ways."""

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
_LIST = rf"\[(?:{_STRING}|[^\[\]'\"])*+\]"
_ARRAY = re.compile(rf"({_STRING})|array\(({_LIST})(?:,\s*dtype=[^()]+)?\)")  # or a text, in which nothing is meant


def held(cell: Any) -> Any:
    """Return a cell's value; None if it has none, for which data frames write NaN."""
    return None if isinstance(cell, float) and isnan(cell) else cell


def is_empty(cell: Any) -> bool:
    """Return whether a cell holds nothing but blanks."""
    return held(cell) is None or (isinstance(cell, str) and not cell.strip())


def whole(value: Any) -> Any:
    """Return a value; 1.0 becomes 1, because data frames keep whole numbers of a column with gaps as fractions."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text_of(cell: Any) -> str:
    """Return a cell's value as text: `1` for 1.0 and `true` for True, as in a table that a data frame wrote."""
    value = held(cell)
    text = "" if value is None else str(value).strip()
    number = _WHOLE.fullmatch(text)
    return number[1] if number else text.lower() if text in {"True", "False"} else text


def language_of(cell: Any) -> str:
    """Return the language tag in a cell, without blanks around it; `und` if the cell is empty."""
    return str(held(cell) or "").strip() or UNKNOWN


def is_squad(value: Any) -> bool:
    """Return whether answers have SQuAD's form: their texts, and where each starts."""
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
    """Return what Python printed, or numpy, which sets blanks for commas: Python would read `['a' 'b']` as one text.

    Within an object numpy prints `array(['a', 'b'], dtype=object)`.
    """
    strings = _STRINGS.fullmatch(cell.strip())
    if strings:
        return [literal_eval(one) for one in re.findall(_STRING, cell)]
    return literal_eval(_ARRAY.sub(lambda found: found[1] or found[2], cell))
