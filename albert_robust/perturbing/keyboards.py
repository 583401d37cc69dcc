"""Keyboards: which keys lie beside which, in the languages that type letter by letter.

Layouts (`keyboards.tsv`) are each language's own: QWERTY (ca, da, en, es, fi, id, it, nb, nl, nn, pl, pt, sv, sw, tr, vi; ro by
SR 13392), AZERTY (fr), QWERTZ (cs, de, hu), ЙЦУКЕН (ru, uk), the Greek one, SI 1452 (he), Arabic 101 (ar), ISIRI 9147 (fa),
InScript (bn, hi, mr, ta), Kedmanee (th) and Dubeolsik (ko).
Bulgarian and Urdu have two: here it is the phonetic one, on which people type who did not learn typing, and not БДС or that of
the NLA. A row belongs to a layer, what is typed with or without shift; where a script asks for it, so that no sign stands
astray, a layer holds one kind of letters: Hindi vowel signs, Thai tones, the middle of a Korean syllable.
Chinese has the board on which its sounds are typed. Japanese has none: its kana are typed in Latin letters, on that of English.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from albert_robust.tables import read_rows

ROW_STARTS = {1: 0.0, 2: 1.5, 3: 1.75, 4: 2.25}  # in key widths: ISO/IEC 9995-1, the usual stagger
REACH = 1.0  # key widths, to the side
SLANT = 0.75  # key widths, to the side, on the next row
NO_LETTER = "·"
_ROWS = read_rows(Path(__file__).with_name("keyboards.tsv"))
KEYBOARDS = frozenset(language for row in _ROWS for language in row["languages"].split(" "))


class _Key(NamedTuple):
    """A key: its layer, its row from the top, its place in it in key widths, its letters."""

    layer: str
    row: int
    x: float
    letters: str


@cache
def neighbours(language: str) -> dict[str, tuple[str, ...]]:
    """Return the letters beside each small letter on the keyboard of a language; nothing where it has none here."""
    keys = [
        _Key(row["layer"], int(row["row"]), ROW_STARTS[int(row["row"])] + place, letters)
        for row in _ROWS
        if language in row["languages"].split(" ")
        for place, letters in enumerate(row["keys"].split(" "))
        if letters != NO_LETTER
    ]
    return {key.letters: tuple(other.letters for other in keys if _near(key, other)) for key in keys}


def _near(key: _Key, other: _Key) -> bool:
    aside, rows = abs(key.x - other.x), abs(key.row - other.row)
    touching = (rows == 0 and 0 < aside <= REACH) or (rows == 1 and aside <= SLANT)
    return touching and key.layer == other.layer
