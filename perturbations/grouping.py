"""Numbers of four digits and more, with their thousands marked in another way that the same readers use.

Sources: CLDR, `numbers/symbols/group`, for the mark of a language; ISO 80000-1 for a small blank in all of them. Departures: only
a number whose thousands are marked is written otherwise, since without a mark it may be a year, a code or a telephone number.
Where regions of a language mark them in other ways, as Swiss `1’000` or Mexican `1,000`, the text of such a region is left alone.
"""

from functools import cache
from random import Random

import regex

from albert_robust import Example, Text, perturbation
from albert_robust.packs import NUMBER, base

_BLANKS = " \u00a0\u202f"
_MARKS = {
    **dict.fromkeys(("en", "he", "hi", "ja", "ko", "th", "ur", "zh"), ","),
    **dict.fromkeys(("ca", "da", "de", "el", "es", "gl", "hr", "id", "it", "nl", "pt", "ro", "sl", "tr", "vi"), "."),
    **dict.fromkeys(
        ("bg", "cs", "et", "fi", "fr", "hu", "lt", "lv", "nb", "nn", "no", "pl", "ru", "sk", "sv", "uk"), _BLANKS
    ),
    "ar": "٬",
}
_DECIMALS = {",": ".", ".": ",", _BLANKS: ",", "٬": "٫"}
_HOME = {"de": "DE", "es": "ES", "it": "IT", "pt": "BR"}  # in other regions the mark may be another one
_REGION = regex.compile("[A-Z]{2}")
FORMS = ("", "\u00a0", "\u202f")


@perturbation(
    "spelling.grouping",
    preserves="meaning",
    languages=_MARKS,
    version=2,
    examples=[
        Example("It has 1,250 rooms.", "It has 1250 rooms.", seed=1),
        Example("1,250,500.75 of 12,500", "1\u00a0250\u00a0500.75 of 12\u00a0500", why="all of them, and no decimals"),
        Example("In 2024, 12500 or 3,45", "In 2024, 12500 or 3,45", why="a year or a code is not counted, nor is this"),
        Example("Es kostet 1.250,50 Euro.", "Es kostet 1250,50 Euro.", "de", seed=1),
        Example("Es kostet 1.250 Franken.", "Es kostet 1.250 Franken.", "de-CH", why="the Swiss have another mark"),
        Example("Il y a 10 000 habitants.", "Il y a 10000 habitants.", "fr", seed=1),
        Example("Hay 1.250 mesas", "Hay 1250 mesas", "es", seed=1),
        Example("Там 12 500 рублей", "Там 12\u00a0500 рублей", "ru"),
        Example("共有1,250个房间", "共有1250个房间", "zh", seed=1),
        Example("السعر ١٬٢٥٠٫٥٠ ريال", "السعر ١٢٥٠٫٥٠ ريال", "ar", seed=1),
        Example("यहाँ 1,25,000 लोग", "यहाँ 1,25,000 लोग", "hi", why="a blank does not mark hundreds of thousands"),
        Example(
            "1,250 for {name}, 2,500",
            "1,250 for {name}, 2500",
            seed=1,
            protect=("1,250",),
            why="what is protected stays",
        ),
        Example("12,500 👍🏽", "12500 👍🏽", seed=1),
        Example("7", "7", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
    severities=1,
)
def grouping(text: Text, rng: Random, severity: int) -> Text:
    """Write numbers such as `1,250` without the mark of their thousands, or with a blank: `1250`, `1 250`."""
    mark = _mark(text.language)
    if not mark:
        return text
    numbers = [number for number in text.find(NUMBER) if _grouped(mark).fullmatch(number.string)]
    used = "".join(number.string for number in numbers)
    form = rng.choice([form for form in FORMS if not form or form not in used])
    changes = [(start, end, regex.sub(f"[{mark}]", form, number)) for start, end, number in numbers]
    return text.replace_each(changes, "grouping")


def _mark(language: str) -> str:
    """Return what marks thousands in a language, as a set of characters; nothing where regions differ in it."""
    own = base(language)
    away = own in _HOME and any(map(_REGION.fullmatch, set(language.split("-")) - {_HOME[own]}))
    return "" if away or language == "en-ZA" else _MARKS[own]


@cache
def _grouped(mark: str) -> regex.Pattern[str]:
    """Return a pattern for a number whose thousands are marked."""
    return regex.compile(rf"\p{{Nd}}{{1,3}}(?:[{mark}]\p{{Nd}}{{3}})+(?:[{_DECIMALS[mark]}]\p{{Nd}}+)?")
