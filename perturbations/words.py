"""Words that a writer leaves out, writes in the wrong order, or writes twice.

Sources: Wei and Zou (2019), EDA, D19-1670, for random deletion and swap; TextAttack's word deletion and nlpaug's RandomWordAug.
WALS, chapter 27 (Rubino), for languages in which a doubled word is a form of its own, a plural in Indonesian: in these nothing is
written twice.

Departures: what denies (`denials.tsv`), numbers and small numbers in words stay, and in a swap so do the words beside them,
which are denied or counted. A swap is of words with one blank between them, in scripts without spaces of two characters, and
never of the capital that opens a sentence. The answer may hang on a word that is left out. EDA keeps the label all the same;
here the content is altered, and a check of invariance has to say that it ignores that. One word at least is left, and so is
what follows a number, lest two become one.
"""

from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import regex

from albert_robust import Example, Text, Word, perturbation, read_rows
from albert_robust.packs import ACCENTED, base, is_capitalized, opens_sentence, pattern_of, share_of_words

_DENIALS, _NUMERALS = (Path(__file__).with_name(f"{name}.tsv") for name in ("denials", "numeral"))
_EUROPEAN = ACCENTED - {"tr"} | {"be", "bg", "el", "en", "mk", "nl", "ru", "sr", "uk"}
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]", regex.V1)
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_BEFORE = regex.compile(r"(?:^|[\s\p{Ps}\p{Pi}¿¡–—]|(?<!\p{Hebrew})\")$")
_PART_OF_MORE = regex.compile(r"['’&/\u05be-]|[\"\u05f4]\p{Hebrew}|\.\p{L}")  # un po', AT&T, e.g.
_SHORTENED = regex.compile(r"(?:\p{L}\p{M}*){1,3}\.[^\S\n]+\S")  # what may be no end of a sentence: Dr. Smith, z. B. so


@cache
def _numerals(language: str) -> frozenset[str]:
    return frozenset(row["word"] for row in read_rows(_NUMERALS) if row["language"] == language)


def _kept(text: Text) -> set[int]:
    """Return the places of graphemes that deny or count."""
    denials = text.find(pattern_of(_DENIALS, base(text.language)))
    return {place for word in (*denials, *_numbers(text)) for place in range(word.start, word.end)}


def _numbers(text: Text) -> list[Word]:
    numerals = _numerals(base(text.language))
    return [word for word in text.words() if any(map(str.isnumeric, word.string)) or word.string.casefold() in numerals]


def _free(text: Text, kept: set[int]) -> list[Word]:
    """Return the words of a text that neither deny nor count and are no part of a longer one."""
    return [word for word in text.words() if kept.isdisjoint(range(word.start, word.end)) and _whole(text, word)]


def _whole(text: Text, word: Word) -> bool:
    before, after = text.around(word, 3)
    is_part = _PART_OF_MORE.match(after) or _SHORTENED.fullmatch(word.string + after)
    return (_BEFORE.search(before) is not None and is_part is None) or _UNSPACED.match(word.string) is not None


@perturbation(
    "words.delete",
    alters="content",
    version=2,
    examples=[
        Example("The weather is lovely today.", "The weather is today."),
        Example("Das Wetter ist heute sehr schön.", "Das Wetter ist sehr schön.", "de"),
        Example("Le vin était très bon.", "Le était très bon.", "fr", seed=1),
        Example("Погода была очень хорошая.", "Погода была очень.", "ru"),
        Example("الطقس جميل جدا اليوم", "الطقس جميل جدا", "ar"),
        Example("मौसम आज बहुत अच्छा है", "मौसम आज बहुत है", "hi"),
        Example("今天天气很好", "今天天很好", "zh", why="in scripts without spaces a character"),
        Example(
            "We do not like it, e.g. two rooms and 3 beds",
            "not, e.g. two rooms 3 beds",
            severity=5,
            why="denials and numbers stay, and abbreviations",
        ),
        Example("5月3日", "5月3日", "ja", severity=5, why="and not 53"),
        Example("Un po' caro", "po'", "it", severity=5),
        Example(
            "Ask Anna at https://a.org", "Ask Anna https://a.org", protect=("Anna",), why="what is protected stays"
        ),
        Example("cafe\u0301 👍🏽 yes", "cafe\u0301 👍🏽"),
        Example("a", "a", why="a word is left"),
        Example("", "", why="nothing to perturb"),
    ],
)
def delete(text: Text, rng: Random, severity: int) -> Text:
    """Leave out words; the severity sets their share."""
    ends = {number.end for number in _numbers(text)}
    free = [
        word
        for word in _free(text, _kept(text))
        if ends.isdisjoint((word.start - 1, word.start)) and not _makes_denial(text, word, "")
    ]
    count = min(share_of_words(severity, text), len(text.words()) - 1, len(free))
    changes: list[tuple[int, int, str]] = []
    for start, end, _ in sorted(rng.sample(free, max(count, 0))):
        done = changes[-1][1] if changes else 0
        before, after = text.graphemes[max(done, start - 1) : start], text.graphemes[end : end + 1]
        if not any(map(_LETTER.match, before + after)):  # beside a character that stays, a blank parts it from others
            if before == (" ",):
                start -= 1
            elif after == (" ",):
                end += 1
        changes.append((start, end, ""))
    return text.replace_each(changes, "delete")


@perturbation(
    "words.swap",
    preserves="meaning",
    version=2,
    examples=[
        Example("The weather is lovely today.", "The weather lovely is today."),
        Example("Das Wetter ist heute sehr schön.", "Das Wetter heute ist sehr schön.", "de", seed=1),
        Example("Le vin était très bon.", "Le vin très était bon.", "fr"),
        Example("Погода была очень хорошая.", "Погода очень была хорошая.", "ru", seed=1),
        Example("الطقس جميل جدا اليوم", "الطقس جدا جميل اليوم", "ar"),
        Example("मौसम आज बहुत अच्छा है", "मौसम बहुत आज अच्छा है", "hi", seed=1),
        Example("今天天气很好", "今天天气好很", "zh", why="in scripts without spaces two characters"),
        Example("We do not like it", "We do not like it", severity=5, why="what is denied stays"),
        Example("Two rooms, 3 beds", "Two rooms, 3 beds", severity=5, why="and what is counted"),
        Example("warm, dry", "warm, dry", severity=5, why="no blank alone between them"),
        Example("Hello you", "Hello you", severity=5, why="the capital of a sentence stays in its place"),
        Example("see Anna there", "see Anna there", severity=5, protect=("Anna",), why="what is protected stays"),
        Example("cafe\u0301 noir 👍🏽", "noir cafe\u0301 👍🏽"),
        Example("a", "a", why="one word"),
        Example("", "", why="nothing to perturb"),
    ],
)
def swap(text: Text, rng: Random, severity: int) -> Text:
    """Write some words in each other's place with the word that follows."""
    pairs = _pairs(text)
    wanted, taken = share_of_words(severity, text), set[int]()
    changes: list[tuple[int, int, str]] = []
    for first, second in rng.sample(pairs, len(pairs)):
        reach = range(first.start, second.end)
        if len(changes) < wanted and taken.isdisjoint(reach):
            taken.update(reach)
            between = "".join(text.graphemes[first.end : second.start])
            changes.append((reach.start, reach.stop, second.string + between + first.string))
    return text.replace_each(sorted(changes), "swap")


def _pairs(text: Text) -> list[tuple[Word, Word]]:
    """Return the neighbouring words that may change places."""
    kept = _kept(text)
    reach = kept.union(*((place - 2, place - 1, place + 1, place + 2) for place in kept))  # with the words beside
    return [
        (first, second)
        for first, second in pairwise(_free(text, reach))
        if first.string != second.string
        and _touch(text, first, second)
        and not _makes_denial(text, Word(first.start, second.end, first.string), second.string + first.string)
        and not (is_capitalized(first) and opens_sentence(text, first.start))
    ]


def _makes_denial(text: Text, place: Word, instead: str) -> bool:
    """Return whether something else in a place makes what denies of its neighbours: of 特别, very, 别, do not."""
    if not _UNSPACED.match(place.string):
        return False
    before, after = text.around(place, 1)
    stood = "".join(text.graphemes[place.start : place.end])
    denies = pattern_of(_DENIALS, base(text.language)).search
    return denies(before + instead + after) is not None and denies(before + stood + after) is None


def _touch(text: Text, first: Word, second: Word) -> bool:
    """Return whether one blank parts two words, or none two characters of a script without spaces."""
    between = "".join(text.graphemes[first.end : second.start])
    return between == " " or (not between and all(_UNSPACED.match(word.string) for word in (first, second)))


@perturbation(
    "words.repeat",
    preserves="meaning",
    languages=_EUROPEAN,
    version=2,
    examples=[
        Example("The weather is lovely today.", "The weather weather is lovely today.", seed=1),
        Example("Das Wetter ist heute sehr schön.", "Das Wetter ist heute heute sehr schön.", "de"),
        Example("Le vin était bon.", "Le Le vin était bon.", "fr", seed=2),
        Example("Погода была очень хорошая.", "Погода была была очень хорошая.", "ru", seed=1),
        Example(
            "I do not, e.g. 3 or two", "I I do do not, e.g. 3 or or two", severity=5, why="denials and numbers stay"
        ),
        Example("Ask Anna", "Ask Ask Anna", severity=5, protect=("Anna",), why="what is protected stays"),
        Example("cafe\u0301 👍🏽", "cafe\u0301 cafe\u0301 👍🏽"),
        Example("a", "a a", why="one word"),
        Example("", "", why="nothing to perturb"),
    ],
)
def repeat(text: Text, rng: Random, severity: int) -> Text:
    """Write some words twice, as writers do where a line ends or a sentence was changed."""
    free = _free(text, _kept(text))
    drawn = sorted(rng.sample(free, min(share_of_words(severity, text), len(free))))
    return text.replace_each([(word.end, word.end, f" {word.string}") for word in drawn], "repeat")
