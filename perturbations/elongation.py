"""Letters drawn out, as people do who write as they speak.

Source: Brody and Diakopoulos (2011), D11-1052, on lengthened words in microblogs. Departures: the letter is a vowel, and not the
first, and there are three of it at least, so that no other word comes out, as `good` of `god`. What denies (`denials.tsv`), words
of one or two letters, those with a digit and abbreviations in capitals stay.
"""

import unicodedata
from pathlib import Path
from random import Random

from albert_robust import Example, Text, perturbation, share
from albert_robust.packs import base, pattern_of

_DENIALS = Path(__file__).with_name("denials.tsv")
VOWELS = frozenset("aeiouyæøœıаеёиіїоуыэюяєαεηιουωاويی")
WITHOUT_MARKS = frozenset("иуاويی")  # with one they are others: й, ў, ئ, and the ending of مرحبًا


@perturbation(
    "spelling.elongation",
    preserves="meaning",
    version=2,
    scripts={"Arabic", "Cyrillic", "Greek", "Latin"},
    examples=[
        Example("The weather is lovely today.", "The weather is lovely todaaay."),
        Example("Das Wetter ist heute sehr schön.", "Das Wetter ist heute seeehr schön.", "de"),
        Example("Le vin était très bon.", "Le vin étaaaait très bon.", "fr", seed=1),
        Example("Погода была хорошая.", "Погода былааа хорошая.", "ru"),
        Example("мой край", "мой крааай", "ru", why="й is no vowel"),
        Example("Καλό φαγητό", "Καλό φαγηηητό", "el"),
        Example("الطقس جميل جدا اليوم", "الطقس جميييل جدا اليوم", "ar", seed=2),
        Example("This is not it", "Thiiis is not it", severity=5, why="a denial stays, and so do short words"),
        Example("USA, B2B, III", "USA, B2B, III", severity=5, why="capitals and words with a digit stay"),
        Example("see Anna", "seeee Anna", severity=5, protect=("Anna",), why="what is protected stays"),
        Example("cafe\u0301 👍🏽", "caaaafe\u0301 👍🏽", seed=1, why="a mark stays with its letter"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def elongation(text: Text, rng: Random, severity: int) -> Text:
    """Draw out a vowel of some words: `looove`, `gooood`."""
    words = text.words()
    denials = text.find(pattern_of(_DENIALS, base(text.language)))
    kept = {place for denial in denials for place in range(denial.start, denial.end)}
    found = [
        (start, vowels)
        for start, end, word in words
        if end - start > 2
        and not (word.isupper() or any(map(str.isnumeric, word)))
        and kept.isdisjoint(range(start, end))
        if (vowels := [place for place in range(start + 1, end) if _is_vowel(text[place])])
    ]
    places = sorted(rng.choice(vowels) for _, vowels in rng.sample(found, min(share(severity, len(words)), len(found))))
    return text.replace_each(
        [(place + 1, place + 1, text[place] * rng.randint(2, 4)) for place in places], "elongation"
    )


def _is_vowel(letter: str) -> bool:
    return letter in VOWELS or unicodedata.normalize("NFD", letter)[0] in VOWELS - WITHOUT_MARKS
