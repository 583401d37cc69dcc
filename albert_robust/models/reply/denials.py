"""Denials in a reply: what `denials.tsv` lists."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import regex

from albert_robust.models.reply.plain import BEGINS, ENDS
from albert_robust.tables import read_rows
from albert_robust.text.languages import UNSPACED

_CLAUSE_ENDS = regex.compile(r"[,;،、–—]|\([^)]*$")  # a denial in brackets is of what stands in them


class Named(NamedTuple):
    """An answer that a sentence names, and from where to where."""

    value: Any
    start: int
    end: int


def denied(sentence: str, named: Sequence[Named]) -> bool:
    """Return whether one of the answers that a plain sentence names is denied there, before it or in the rest of its clause."""
    if not named:
        return False
    denies, denies_after = denials()
    first = denies.search(sentence)
    if first and first.end() <= named[-1].start:
        return True
    last = max((one.start() for one in denies_after.finditer(sentence)), default=0)
    return any(one.end <= last and not _CLAUSE_ENDS.search(sentence, one.end, last) for one in named)


@cache
def denials() -> "tuple[regex.Pattern[str], regex.Pattern[str]]":
    """Return what denies what comes after it, and what denies what came before it."""
    rows = read_rows(Path(__file__).with_name("denials.tsv"))
    return _any_of(rows, "before"), _any_of(rows, "after")


def _any_of(rows: Iterable[Mapping[str, str]], column: str) -> "regex.Pattern[str]":
    """Return a pattern of all that a column has: as words, but in scripts without spaces."""
    words = "|".join(row[column] for row in rows if row[column] and row["language"] not in UNSPACED)
    others = "|".join(row[column] for row in rows if row[column] and row["language"] in UNSPACED)
    return regex.compile(rf"{BEGINS}(?:{words}){ENDS}|{others}", regex.V1 | regex.I)
