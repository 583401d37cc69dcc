"""Dates in another notation that the same readers use: `3 May 2026`, `May 3, 2026`, `2026-05-03`.

Idea: the date formats of NL-Augmenter (Dhole et al., 2021, arXiv:2112.02721), which are read by a library, in any order of
day and month. Departures: eleven languages, in the notations of each (`dates.tsv`), and only a date that can be read in one
way: with its year, of a day that there is, and no end of a range (`from 3 to 5 May 2026`). All dates of a text become alike.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import regex

from albert_robust import Example, Text, Word, perturbation, read_rows
from albert_robust.packs import UNSPACED, base, read_languages

_DATES = Path(__file__).with_name("dates.tsv")
_NEAR = 30  # characters on either side of a date that say whether it is one
_FIELD = regex.compile(r"\\\{(\w+)\\\}")
_LEAP_YEAR = 2000  # of a date without a year
# The other end of a range or a list, which has no month of its own: 3 to 5 May.
_RANGE = regex.compile(
    r"(?<![\p{Nd}./-])\p{Nd}{1,2}\.?\s*(?:[-–—/,]|(?:and|to|or|until|through|bis|und|oder|au|et|ou|y|e|o|al?|até|по|и|или|до|إلى|و|और|से|या|至|到|和))"
    r"\s*(?:the\s+|le\s+|el\s+|den\s+)?$",
    regex.I,
)


class _Notations(NamedTuple):
    """Notations of which one may stand for another, each with a pattern that reads it; and what stands around such a date."""

    patterns: dict[str, regex.Pattern[str]]
    months: tuple[str, ...]
    before: regex.Pattern[str]
    after: regex.Pattern[str]


class _Dated(NamedTuple):
    """A date of a text."""

    word: Word
    notation: str
    day: date


@cache
def _notations(language: str) -> tuple[_Notations, ...]:
    made = []
    for row in read_rows(_DATES):
        if row["language"] == language:
            months = tuple(row["months"].split())
            patterns = {notation: _reading(notation, months, language) for notation in row["notations"].split("|")}
            made.append(
                _Notations(patterns, months, regex.compile(row["before"], regex.I), regex.compile(row["after"]))
            )
    return tuple(made)


def _reading(notation: str, months: tuple[str, ...], language: str) -> regex.Pattern[str]:
    """Return a pattern for a notation such as `{d} {Month} {yyyy}`."""
    day = r"(?P<day>[0-9]{1,2})" + ("(?:er)?" if language == "fr" else "")
    fields = {
        "d": day,
        "dd": day,
        "m": "(?P<number>[0-9]{1,2})",
        "mm": "(?P<number>[0-9]{1,2})",
        "Month": f"(?P<month>{'|'.join(months)})",
        "yyyy": "(?P<year>[12][0-9]{3})",
    }
    touching = r"\p{N}A-Za-z" if language in UNSPACED else r"\p{N}\p{L}\p{M}"
    read = _FIELD.sub(lambda field: fields[field[1]], regex.escape(notation)).replace(r"\ ", r"[ \u00a0]")
    return regex.compile(rf"(?<![{touching}_/.:-]){read}(?![{touching}_/:-]|[.,]\p{{N}})")


def _dates(text: Text, notations: _Notations) -> Iterator[_Dated]:
    for notation, pattern in notations.patterns.items():
        for word in text.find(pattern):
            before, after = text.around(word, _NEAR)
            day = _day(pattern, word.string, notations.months)
            fits = notations.before.search(before) and notations.after.match(after) and not _RANGE.search(before)
            if day and fits:
                yield _Dated(word, notation, day)


def _day(pattern: regex.Pattern[str], written: str, months: tuple[str, ...]) -> date | None:
    """Return the day that is written, or None where there is no such day."""
    match = pattern.fullmatch(written)
    read = match.groupdict() if match else {}
    month = months.index(read["month"]) + 1 if read.get("month") else int(read.get("number") or 0)
    try:
        return date(int(read.get("year") or _LEAP_YEAR), month, int(read.get("day") or 0))
    except ValueError:
        return None


def _written(day: date, notation: str, months: tuple[str, ...], language: str) -> str:
    first = "1er" if language == "fr" and day.day == 1 else str(day.day)
    name = months[day.month - 1]
    return notation.format(
        d=first, dd=f"{day.day:02}", m=day.month, mm=f"{day.month:02}", Month=name, yyyy=f"{day.year:04}"
    )


@perturbation(
    "spelling.date",
    preserves="meaning",
    languages=read_languages(_DATES),
    severities=1,
    examples=[
        Example("It opened on 3 May 2026.", "It opened on May 3, 2026.", seed=1),
        Example("It opened on May 3, 2026.", "It opened on 2026-05-03.", seed=0),
        Example(
            "Closed 2026-05-03, open 4 May 2026", "Closed May 3, 2026, open May 4, 2026", why="all of a text alike"
        ),
        Example("On Saturday, 17 May we met.", "On Saturday, May 17 we met.", why="a day of a week is a date"),
        Example("In May 20 people came, my top 3 March songs", "In May 20 people came, my top 3 March songs"),
        Example(
            "From 3 to 5 May 2026, 03/05/2026", "From 3 to 5 May 2026, 03/05/2026", why="a range; two ways to read it"
        ),
        Example("31 February 2026", "31 February 2026", why="there is no such day"),
        Example("Am 3. Mai 2026", "Am 03.05.2026", "de"),
        Example("Seit dem 24.12.2025.", "Seit dem 24. Dezember 2025.", "de"),
        Example("Le 1er mai 2026", "Le 01/05/2026", "fr"),
        Example("El 3 de mayo de 2026", "El 03/05/2026", "es"),
        Example("Em 3 de maio de 2026", "Em 03/05/2026", "pt"),
        Example("Il 03/05/2026", "Il 3 maggio 2026", "it"),
        Example("Открылся 3 мая 2026 года.", "Открылся 03.05.2026.", "ru"),
        Example("他2026年5月3日来的", "他2026-05-03来的", "zh", seed=1),
        Example("2026年5月3日(日)に", "2026-05-03(日)に", "ja", seed=1),
        Example("في 3 مايو 2026", "في 03/05/2026", "ar", why="right to left"),
        Example("3 मई 2026 को", "03/05/2026 को", "hi"),
        Example("On 3 May 2026 and 4 May 2026", "On 3 May 2026 and 2026-05-04", protect=("3 May 2026",)),
        Example("3 May 2026 🎉", "2026-05-03 🎉"),
        Example("3", "3", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def notation(text: Text, rng: Random, severity: int) -> Text:
    """Write dates in another notation that the same readers use: `3 May 2026` as `May 3, 2026` or `2026-05-03`."""
    language = base(text.language)
    changes: list[tuple[int, int, str]] = []
    for notations in _notations(language):
        dates = sorted(_dates(text, notations))
        others = [other for other in notations.patterns if not dates or other != dates[0].notation]
        other = rng.choice(others)
        changes += [(*word[:2], _written(day, other, notations.months, language)) for word, _, day in dates]
    return text.replace_each(sorted(changes), "date")
