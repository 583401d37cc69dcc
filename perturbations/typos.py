"""Typing slips: what hurried fingers do to a word, in eight languages.

Source: Damerau (1964), doi:10.1145/363958.363994, for the four single-character edits. Layouts (`keyboards.tsv`) are
each language's own: QWERTY (en, es), AZERTY (fr), QWERTZ (de), ЙЦУКЕН (ru), Arabic 101 (ar) and InScript (hi).
Chinese is typed by sound: there a slip is another character of the same syllable (`pinyin.tsv`, in order of use).

Departures: numbers and words with a digit stay, and so do the Chinese numerals and negations, where one character
turns the meaning over. A word's first letter is never lost: few errors are made there (Yannakoudakis & Fawthrop, 1983,
The rules of spelling errors, Information Processing & Management 19(2)).
"""

import math
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import regex

from albert_robust import Example, Text, Word, perturbation, share

KEYBOARDS = ("ar", "de", "en", "es", "fr", "hi", "ru", "zh")
ROW_STARTS = {1: 0.0, 2: 1.5, 3: 1.75, 4: 2.25}  # in key widths: ISO/IEC 9995-1, the usual stagger
REACH = 1.0  # key widths, to the side
SLANT = 0.75  # key widths, to the side, on the next row
OFFERED = 6  # candidates that an input method shows before one must scroll
NO_LETTER = "·"
UNMISTAKABLE = frozenset("不没未无别非勿莫否两半")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]", regex.V1)


class Slip(NamedTuple):
    """One possible slip: graphemes [start, end) would become `replacement`."""

    start: int
    end: int
    replacement: str


class Key(NamedTuple):
    """A key: its layer (plain or with shift), its row from the top, its place in the row in key widths, its letters."""

    layer: str
    row: int
    x: float
    letters: str


Options = Callable[[Text, Word], list[list[Slip]]]
Keys = dict[str, tuple[str, ...]]


def _slipped(text: Text, rng: Random, severity: int, kind: str, options: Options) -> Text:
    """Return the text with a share of its words slipped once each.

    `options` gives the slips a word allows, in groups: a group is drawn first, then a slip of it.
    """
    words = [word for word in text.words() if _spelled(word)]
    open_to_slips = [groups for word in words if (groups := _filled(options(text, word)))]
    chosen = rng.sample(range(len(open_to_slips)), min(share(severity, _size(words)), len(open_to_slips)))
    limit = len(text)  # from the right, so that places stay where they were found; two slips never overlap
    for index in sorted(chosen, reverse=True):
        groups = _filled([[slip for slip in group if slip.end <= limit] for group in open_to_slips[index]])
        if groups:
            slip = rng.choice(rng.choice(groups))
            text = text.replace(*slip, kind)
            limit = slip.start
    return text


def _filled(groups: list[list[Slip]]) -> list[list[Slip]]:
    return [group for group in groups if group]


def _size(words: list[Word]) -> int:
    """Return how many words these are, where a character of a script without spaces is half a word."""
    return math.ceil(sum(0.5 if _unspaced(word.string) else 1 for word in words))


def _spelled(word: Word) -> bool:
    return not any(character.isnumeric() for character in word.string)


def _unspaced(grapheme: str) -> bool:
    return _UNSPACED.match(grapheme) is not None


def _letter(grapheme: str) -> bool:
    """Return whether a grapheme starts with a letter whose change leaves the meaning guessable."""
    first = grapheme[:1]
    return first.isalpha() and not first.isnumeric() and first not in UNMISTAKABLE


def _letters(text: Text, word: Word) -> list[int]:
    return [index for index in range(word.start, word.end) if _letter(text[index])]


def _pairs(text: Text, word: Word) -> list[int]:
    """Return the first places of two neighbouring letters; in a script without spaces, of this and the next one."""
    end = word.end
    if _unspaced(word.string) and end < len(text) and _unspaced(text[end]) and text.editable(end, end + 1):
        end += 1
    return [index for index in range(word.start, end - 1) if _letter(text[index]) and _letter(text[index + 1])]


def _like(new: str, old: str) -> str:
    """Return letters in the case of others, where that keeps their number."""
    cased = new.upper() if old[:1].isupper() else new.lower() if old[:1].islower() else new
    return cased if len(cased) == len(new) else new


@cache
def _table(name: str) -> list[list[str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines[1:]]


@cache
def _keys(language: str) -> Keys:
    """Return the neighbours of each letter on the keyboard of a language; of the same kind, letter or vowel sign."""
    board = "en" if language == "zh" else language
    keys = [key for owner, *row in _table("keyboards.tsv") if owner == board for key in _row(*row)]
    return {key.letters: tuple(other.letters for other in keys if _near(key, other)) for key in keys}


def _row(layer: str, row: str, keys: str) -> list[Key]:
    start = ROW_STARTS[int(row)]
    places = enumerate(keys.split(" "))
    return [Key(layer, int(row), start + place, key) for place, key in places if key != NO_LETTER]


def _near(key: Key, other: Key) -> bool:
    aside, rows = abs(key.x - other.x), abs(key.row - other.row)
    touching = (rows == 0 and 0 < aside <= REACH) or (rows == 1 and aside <= SLANT)
    return touching and key.layer == other.layer and _alike(key.letters, other.letters)


def _alike(key: str, other: str) -> bool:
    """Return whether one may stand for the other: a Hindi vowel sign for a sign, a consonant for a consonant."""
    return _kind(key) == _kind(other)


def _kind(key: str) -> str:
    vowel = "\u0904" <= key[0] <= "\u0914"
    return f"{unicodedata.category(key[0])[0]}{vowel}"


@cache
def _homophones() -> Keys:
    """Return, for a Han character, the others of its syllable that an input method offers first."""
    found: dict[str, tuple[str, ...]] = {}
    for _syllable, characters in _table("pinyin.tsv"):
        usable = [character for character in characters if _letter(character)]
        for character in usable:
            others = [other for other in usable if other != character][:OFFERED]
            found[character] = (*found.get(character, ()), *others)
    return found


def _mistyped(grapheme: str, keys: Keys) -> Iterator[str]:
    """Yield a grapheme with one of its code points from a neighbouring key; the others stay."""
    for place, character in enumerate(grapheme):
        for other in keys.get(character.lower(), ()):
            yield grapheme[:place] + _like(other, character) + grapheme[place + 1 :]


def _spoken(text: Text) -> str:
    return text.language.split("-", 1)[0]


@perturbation(
    "typos.keyboard",
    preserves="meaning",
    languages=KEYBOARDS,
    examples=[
        Example("The weather is lovely today.", "The weather is lovwly today."),
        Example("La comida estaba muy rica.", "La comida estaba myy rica.", "es"),
        Example("Le vin était très bon.", "Le vin était trèz bon.", "fr"),
        Example("Die Küche war schön.", "Die Küche war schpn.", "de", severity=3),
        Example("Сегодня хорошая погода.", "Сегодня хорошаы погода.", "ru"),
        Example("الطقس جميل اليوم", "الطقس جميف اليوم", "ar", severity=3),
        Example(
            "मौसम आज अच्छा है",
            "मैसम आज अच्छा है",
            "hi",
            seed=67,
            severity=3,
            why="a vowel sign gives way to a vowel sign, a consonant to a consonant",
        ),
        Example(
            "我在公司做事",
            "我再公司作事",
            "zh",
            seed=122,
            severity=5,
            why="pinyin gives another character of the same sound",
        ),
        Example("他不去", "他不取", "zh", severity=5, why="a negation stays"),
        Example("QUIET", "QUIWT", why="the case is kept"),
        Example("I", "I", why="a word of one letter stays"),
        Example("", "", why="nothing to perturb"),
        Example("cafe\u0301", "cafw\u0301", seed=31, why="a combining mark stays with its letter"),
        Example("2024 B2B", "2024 B2B", severity=5, why="digits stay, and words with digits"),
        Example("👍🏽 ok 👨\u200d👩\u200d👧", "👍🏽 oi 👨\u200d👩\u200d👧", why="an emoji is no key"),
        Example(
            "Ask Anna at https://a.org",
            "Ask Anna ar https://a.org",
            severity=5,
            protect=("Anna",),
            why="what is protected stays",
        ),
    ],
)
def keyboard(text: Text, rng: Random, severity: int) -> Text:
    """Hit a neighbouring key of the language's own keyboard; in Chinese, take another character of the same sound."""
    language = _spoken(text)
    keys = {**_keys(language), **(_homophones() if language == "zh" else {})}

    def options(text: Text, word: Word) -> list[list[Slip]]:
        if word.end - word.start < 2 and not _unspaced(word.string):
            return []
        return [[Slip(i, i + 1, other) for other in _mistyped(text[i], keys)] for i in _letters(text, word)]

    return _slipped(text, rng, severity, "keyboard", options)


@perturbation(
    "typos.swap",
    preserves="meaning",
    examples=[
        Example("The weather is lovely today.", "The weather is olvely today."),
        Example("Das Wetter ist heute schön.", "Das Wetter ist ehute schön.", "de", severity=3),
        Example("L'été était très chaud.", "L'été était très hcaud.", "fr", severity=3),
        Example("Погода была хорошая.", "Погода ыбла хорошая.", "ru", severity=3),
        Example("El tiempo es bueno.", "El tiempo es ubeno.", "es", severity=3),
        Example("الطقس جميل اليوم", "القطس جميل اليوم", "ar", seed=1),
        Example(
            "मौसम आज अच्छा है",
            "समौम आज अच्छा है",
            "hi",
            seed=2,
            severity=3,
            why="syllables swap whole, with their vowel signs",
        ),
        Example("今天天气很好", "今天天气好很", "zh", severity=3, why="neighbouring characters"),
        Example("三十二", "三十二", "zh", severity=5, why="numerals stay: 三十 is 30 and 十三 is 13"),
        Example("It", "Ti", why="the case stays in its place"),
        Example("oo", "oo", why="two letters alike"),
        Example("a", "a", why="one character has no neighbour"),
        Example("", "", why="nothing to perturb"),
        Example("e\u0301a", "ae\u0301", why="a combining mark goes with its letter"),
        Example("👍🏽🎉", "👍🏽🎉", why="emoji are no letters"),
        Example("{name} 1984", "{name} 1984", severity=5, why="a placeholder and a number stay"),
    ],
)
def swap(text: Text, rng: Random, severity: int) -> Text:
    """Swap two neighbouring letters inside a word; in scripts without spaces, two neighbouring characters."""
    return _slipped(text, rng, severity, "swap", _swaps)


def _swaps(text: Text, word: Word) -> list[list[Slip]]:
    slips = []
    for i in _pairs(text, word):
        first, second = text[i], text[i + 1]
        swapped = _like(second, first) + _like(first, second)
        if swapped != first + second:
            slips.append(Slip(i, i + 2, swapped))
    return [slips]


@perturbation(
    "typos.delete",
    preserves="meaning",
    examples=[
        Example("The weather is lovely today.", "The weather is lovely tday."),
        Example("Das Wetter ist heute schön.", "Das Wetter ist hute schön.", "de", severity=3),
        Example("La météo est bonne.", "La météo et bonne.", "fr", severity=3),
        Example("Погода была хорошая.", "Погода бла хорошая.", "ru", severity=3),
        Example("El tiempo es bueno.", "El tiempo es beno.", "es", severity=3),
        Example("الطقس جميل اليوم", "الطس جميل اليوم", "ar", seed=1),
        Example(
            "हमारी किताब अच्छी है",
            "हमारी किब अच्छी है",
            "hi",
            severity=3,
            why="a syllable goes whole: no stray vowel sign",
        ),
        Example("今天天气很好", "今天气很好", "zh", seed=1, severity=3),
        Example("好", "好", "zh", severity=5, why="one character alone stays"),
        Example("我不去", "我不", "zh", severity=5, why="a negation stays"),
        Example("is it", "is it", severity=5, why="short words stay"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
        Example("nai\u0308ve", "nave", seed=13, why="a letter goes with its combining mark"),
        Example("yes 👍🏽", "ys 👍🏽", why="an emoji stays whole"),
        Example(
            "call Anna 112",
            "cll Anna 112",
            severity=5,
            protect=("Anna",),
            why="what is protected stays, and so does a number",
        ),
    ],
)
def delete(text: Text, rng: Random, severity: int) -> Text:
    """Lose a letter of a word of three or more, never the first; in scripts without spaces, a character of a run."""
    return _slipped(text, rng, severity, "delete", _deletions)


def _deletions(text: Text, word: Word) -> list[list[Slip]]:
    if _unspaced(word.string):
        follows = word.start > 0 and _unspaced(text[word.start - 1])
        return [[Slip(i, i + 1, "") for i in _letters(text, word) if follows]]
    if word.end - word.start < 3:
        return []
    return [[Slip(i, i + 1, "") for i in _letters(text, word) if i > word.start]]


@perturbation(
    "typos.insert",
    preserves="meaning",
    examples=[
        Example("The weather is lovely today.", "The weather is lpovely today."),
        Example("Das Wetter ist heute schön.", "Das Wetter ist hueute schön.", "de", severity=3),
        Example("La météo est bonne.", "La météo est bhonne.", "fr", severity=3),
        Example("Погода была хорошая.", "Поггода была хорошая.", "ru", seed=1, severity=3),
        Example("El tiempo es bueno.", "El tieempo es bueno.", "es", seed=1, severity=3),
        Example("الطقس جميل اليوم", "الططقس جميل اليوم", "ar", seed=1),
        Example(
            "हमारी किताब है",
            "हमारी किताताब है",
            "hi",
            seed=7,
            severity=3,
            why="a doubled syllable keeps its vowel sign",
        ),
        Example("今天天气很好", "今天天气气很好", "zh", severity=3),
        Example("Καλημέρα κόσμε", "Καλημέρα κκόσμε", "el", why="without a known keyboard, a doubled letter"),
        Example("The", "Thhe", seed=7, why="the case of the letter that follows"),
        Example("I", "I", why="II is a number"),
        Example("", "", why="nothing to perturb"),
        Example("cafe\u0301", "cafe\u0301e\u0301", seed=7, why="a letter doubles with its combining mark"),
        Example("👍🏽", "👍🏽", why="an emoji is no letter"),
        Example("{name} 1984", "{name} 1984", severity=5, why="a placeholder and a number stay"),
    ],
)
def insert(text: Text, rng: Random, severity: int) -> Text:
    """Type a letter of a word twice, or hit a neighbouring key along with it."""
    keys = _keys(_spoken(text))

    def options(text: Text, word: Word) -> list[list[Slip]]:
        if word.end - word.start < 2 and not _unspaced(word.string):
            return []
        letters = _letters(text, word)
        doubled = [_inserted(text, word, i, text[i]) for i in letters]
        beside = [_inserted(text, word, i, key) for i in letters for key in keys.get(text[i][0].lower(), ())]
        return [doubled, beside]

    return _slipped(text, rng, severity, "insert", options)


def _inserted(text: Text, word: Word, index: int, letter: str) -> Slip:
    """Return the insertion of a letter after a place, in the case of the letter that follows."""
    following = text[index + 1] if index + 1 < word.end else text[index]
    return Slip(index + 1, index + 1, _like(letter, following))


@perturbation(
    "typos.spacing",
    preserves="meaning",
    examples=[
        Example("The weather is lovely today.", "The weather is l ovely today."),
        Example("Das Wetter ist heute schön.", "Das Wetter ist h eute schön.", "de", severity=3),
        Example("La météo est bonne.", "La météo est b onne.", "fr", severity=3),
        Example("Погода была хорошая.", "Погодабыла хорошая.", "ru", seed=1, severity=3),
        Example("El tiempo es bueno.", "El tiempoes bueno.", "es", seed=1, severity=3),
        Example("الطقس جميل اليوم", "الطقس ج ميل اليوم", "ar"),
        Example(
            "हमारी किताब अच्छी है",
            "हमारी किता ब अच्छी है",
            "hi",
            seed=9,
            severity=3,
            why="a word parts between syllables",
        ),
        Example("今天天气很好", "今天天气 很好", "zh", severity=3, why="a blank between two characters"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
        Example("3 400 10", "3 400 10", severity=5, why="numbers never join"),
        Example("e\u0301te\u0301", "e\u0301 te\u0301", "fr", why="no blank before a combining mark"),
        Example("hi 👍🏽", "hi 👍🏽", severity=5, why="no join with an emoji"),
        Example(
            "see {name}",
            "see {name}",
            seed=2,
            severity=5,
            protect=("see",),
            why="what is protected stays apart",
        ),
    ],
)
def spacing(text: Text, rng: Random, severity: int) -> Text:
    """Lose the blank after a word, or put one inside it; in scripts without spaces, between two characters."""
    return _slipped(text, rng, severity, "spacing", _spacings)


def _spacings(text: Text, word: Word) -> list[list[Slip]]:
    blank, following = word.end, word.end + 1
    joins = following < len(text) and text[blank] == " " and _letter(text[following])
    joins = joins and _letter(text[blank - 1]) and text.editable(blank, following + 1)
    long = _unspaced(word.string) or word.end - word.start > 2
    return [
        [Slip(blank, following, "")] if joins else [],
        [Slip(i + 1, i + 1, " ") for i in _pairs(text, word)] if long else [],
    ]
