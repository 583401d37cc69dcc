"""Typing slips: what hurried fingers do to a word, on the keyboard of the language.

Source: Damerau (1964), doi:10.1145/363958.363994, for the four single-character edits. Chinese is typed by sound: there a slip is
another character of the same syllable (`pinyin.tsv`, in order of use). Japanese kana are typed in Latin letters (`romaji.tsv`):
one is mistyped as another where a neighbouring key makes it, `ni` as `no`; what a kana is typed with (きゃ, った) and what has
become kanji stays. What takes several keys in other languages, as `é` or Vietnamese `ế`, stays, too.

Departures: numbers and words with a digit stay, and so do Chinese numerals. What denies (`denials.tsv`) is neither mistyped, as
`not` to `hot`, nor made, as `on` to `no`; to buy (买) never becomes to sell (卖). A word's first letter is never lost: few errors
are made there (Yannakoudakis & Fawthrop, 1983, The rules of spelling errors, Information Processing & Management 19(2)).
"""

import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

import regex

from albert_robust import Example, Text, Word, perturbation, read_rows, share
from albert_robust.packs import KEYBOARDS, UNSPACED_SCRIPTS, base, neighbours, pattern_of, to_lower, to_upper

OFFERED = 6  # candidates that an input method shows before one must scroll
UNMISTAKABLE = frozenset("不没沒未无無别別非勿莫否两兩半ไ")
_DENIALS = Path(__file__).with_name("denials.tsv")
_PINYIN = Path(__file__).with_name("pinyin.tsv")
_ROMAJI = Path(__file__).with_name("romaji.tsv")
_KATAKANA = {code: chr(code + 0x60) for code in range(ord("ぁ"), ord("ゖ") + 1)}
_TYPED_BEFORE, _TYPED_AFTER = frozenset("っッ"), frozenset("ゃゅょぁぃぅぇぉャュョァィゥェォ")  # as one with a kana
_NEAR = 4  # characters on either side of a kana that can make it part of a denial
_JOINERS = "\u200c\u200d"
VOCABULARY = 1 << 16  # words that are looked at once; texts hardly use more
LETTERS = 1 << 12
_UNSPACED = regex.compile(f"[{UNSPACED_SCRIPTS}]", regex.V1)

Keys = dict[str, tuple[str, ...]]
Graphemes = str | tuple[str, ...]  # of a word: its string, where each is one code point
Slip = tuple[int, int, str]  # graphemes [start, end), counted from the start of a word, and what they would become
Draw = Callable[[Random, Graphemes], Slip | None]  # a slip of a word; None where it allows none
Spelling = Callable[[Text, Word, Graphemes], Graphemes]  # a word with what of its neighbour may slip; empty: it stays
T = TypeVar("T")


class Words(NamedTuple):
    """The words of a text that may slip, each with its graphemes."""

    words: list[tuple[Word, Graphemes]]
    size: int  # how many they are, where a character of a script without spaces is half a word


def _alone(text: Text, word: Word, spelt: Graphemes) -> Graphemes:
    return spelt


def _slipped(
    text: Text, rng: Random, severity: int, kind: str, draw: Draw, spelling: Spelling = _alone, near: int = 0
) -> Text:
    """Return the text with a share of its words slipped once each; where a slip would make a denial, another word slips.

    A denial may be made of the word and of what stands `near`, so many characters before it and after; in a script without
    spaces, of its neighbours (特别, 别).
    """
    words, size = _words(text)
    wanted = share(severity, size)
    changes: list[tuple[int, int, str]] = []
    taken: set[int] = set()  # a slip may reach over its word
    for word, alone in _shuffled(rng, words):
        spelt = spelling(text, word, alone)
        slip = draw(rng, spelt) if spelt else None
        if slip is None:
            continue
        first, end, replacement = slip
        reach = range(word.start + first, word.start + end)
        made = _string(spelt[:first]) + replacement + _string(spelt[end:])
        if taken.isdisjoint(reach) and not _makes_denial(text, word, spelt, made, near):
            taken.update(reach)
            changes.append((reach.start, reach.stop, replacement))
            if len(changes) == wanted:
                break
    return text.replace_each(sorted(changes), kind)


def _makes_denial(text: Text, word: Word, spelt: Graphemes, made: str, near: int) -> bool:
    """Return whether there is a denial where a word becomes another; of neighbours alone, whether there was none before."""
    denies = pattern_of(_DENIALS, base(text.language)).search
    if not near and not _unspaced(spelt[0]):
        return denies(made) is not None
    end, reach = word.start + len(spelt), near or 1
    before, after = (
        "".join(text.graphemes[max(0, word.start - reach) : word.start]),
        "".join(text.graphemes[end : end + reach]),
    )
    was_there = not near and denies(before + _string(spelt) + after) is not None
    return not was_there and denies(before + made + after) is not None


def _shuffled(rng: Random, items: Iterable[T]) -> Iterator[T]:
    """Yield items in random order, each drawn when it is asked for."""
    left = list(items)
    while left:
        place = int(rng.random() * len(left))
        left[place], left[-1] = left[-1], left[place]
        yield left.pop()


def _one_of(rng: Random, items: Sequence[T]) -> T:
    """Return one of some items, in half the time that `choice` takes."""
    return items[int(rng.random() * len(items))]


@lru_cache(maxsize=256)
def _words(text: Text) -> Words:
    """Return the words of a text that may slip; of the texts of late, as one is given to several perturbations."""
    denying = _denying(text)
    found: list[tuple[Word, Graphemes]] = [
        (word, word.string if len(word.string) == word.end - word.start else text.graphemes[word.start : word.end])
        for word in text.words()
        if not (_has_number(word.string) or (denying and denying.intersection(range(word.start, word.end))))
    ]
    unspaced = sum(_unspaced(spelt[0]) for _, spelt in found)
    return Words(found, math.ceil(len(found) - unspaced / 2))


@lru_cache(maxsize=256)
def _denying(text: Text) -> frozenset[int]:
    """Return the places of graphemes that deny: of words such as `not`, and of what is more than a word, as Japanese ません."""
    return frozenset(
        place
        for denial in text.find(pattern_of(_DENIALS, base(text.language)))
        for place in range(denial.start, denial.end)
    )


def _run(text: Text, word: Word, spelt: Graphemes) -> Graphemes:
    """Return a word; in a script without spaces, with the character that follows, if that may be edited and denies nothing."""
    if not _unspaced(spelt[0]):
        return spelt
    following = text.graphemes[word.end : word.end + 1]
    runs_on = following and _unspaced(following[0]) and word.end not in _denying(text)
    return _joined(spelt, following[0]) if runs_on and text.editable(word.end, word.end + 1) else spelt


def _typed_alone(text: Text, word: Word, spelt: Graphemes) -> Graphemes:
    """Return a Japanese word; nothing where it is a kana that is typed as one with its neighbour, as in きゃ, or has a mark."""
    before, after = text.around(word, 1)
    is_one = before in _TYPED_BEFORE or after in _TYPED_AFTER or len(_string(spelt)) > 1
    return "" if is_one and _unspaced(spelt[0]) else spelt


def _inner(text: Text, word: Word, spelt: Graphemes) -> Graphemes:
    """Return a word; nothing where it is the first character of a run in a script without spaces, which stays."""
    opens = _unspaced(spelt[0]) and (word.start == 0 or not _unspaced(text[word.start - 1]))
    return "" if opens else spelt


def _spaced(text: Text, word: Word, spelt: Graphemes) -> Graphemes:
    """Return a word with the character that follows, as `_run` does, or a blank before a letter that is not of a denial."""
    beside = text.graphemes[word.end - 1 : word.end + 2]
    joins = len(beside) == 3 and beside[1] == " " and _letter(beside[0]) and _letter(beside[2])
    joins = joins and word.end + 1 not in _denying(text) and text.editable(word.end, word.end + 2)
    return _joined(spelt, " ") if joins else _run(text, word, spelt)


def _string(spelt: Graphemes) -> str:
    return spelt if isinstance(spelt, str) else "".join(spelt)


def _joined(spelt: Graphemes, grapheme: str) -> Graphemes:
    return spelt + grapheme if isinstance(spelt, str) and len(grapheme) == 1 else (*spelt, grapheme)


@lru_cache(maxsize=VOCABULARY)
def _has_number(word: str) -> bool:
    return any(character.isnumeric() for character in word)


@lru_cache(maxsize=LETTERS)
def _unspaced(grapheme: str) -> bool:
    return _UNSPACED.match(grapheme) is not None


@lru_cache(maxsize=LETTERS)
def _letter(grapheme: str) -> bool:
    """Return whether a grapheme starts with a letter whose change leaves the meaning guessable."""
    first = grapheme[:1]
    return first.isalpha() and not first.isnumeric() and first not in UNMISTAKABLE


@lru_cache(maxsize=VOCABULARY >> 3)
def _letters(word: Graphemes) -> tuple[int, ...]:
    return tuple([place for place, grapheme in enumerate(word) if _letter(grapheme)])


@lru_cache(maxsize=VOCABULARY >> 3)
def _pairs(run: Graphemes) -> tuple[int, ...]:
    """Return the first places of two neighbouring letters."""
    return tuple([place for place, following in pairwise(_letters(run)) if following == place + 1])


@lru_cache(maxsize=LETTERS)
def _like(new: str, old: str, language: str) -> str:
    """Return letters in the case of others, where that keeps their number."""
    cased = to_upper(new, language) if old[:1].isupper() else to_lower(new, language) if old[:1].islower() else new
    return cased if len(cased) == len(new) else new


@cache
def _homophones() -> Keys:
    """Return, for a Han character, the others of its syllable that an input method offers first."""
    found: dict[str, tuple[str, ...]] = {}
    for row in read_rows(_PINYIN):
        usable = [character for character in row["characters"] if _letter(character)]
        for character in usable:
            others = [other for other in usable if other != character][:OFFERED]
            found[character] = (*found.get(character, ()), *others)
    return found


@cache
def _kana() -> Keys:
    """Return, for a kana, those that are typed as it is but for one key, which lies beside it."""
    beside = neighbours("en")
    kana = {keys: row["kana"] for row in read_rows(_ROMAJI) for keys in row["keys"].split(" ")}
    found: dict[str, tuple[str, ...]] = {}
    for keys, letter in kana.items():
        slips = [keys[:place] + other + keys[place + 1 :] for place, key in enumerate(keys) for other in beside[key]]
        found[letter] = (*found.get(letter, ()), *(kana[slip] for slip in slips if slip in kana))
    return {
        letter.translate(script): tuple(other.translate(script) for other in dict.fromkeys(others))
        for letter, others in found.items()
        for script in ({}, _KATAKANA)
    }


@cache
def _mistakable(language: str) -> Keys:
    if language == "ja":
        return neighbours("en") | _kana()
    return {**neighbours(language), **(_homophones() if language == "zh" else {})}


@lru_cache(maxsize=LETTERS)
def _mistyped(grapheme: str, language: str) -> list[str]:
    """Return a grapheme with a code point, in Korean a letter of it, from a neighbouring key, in all ways; the others stay."""
    typed = unicodedata.normalize("NFD", grapheme) if language == "ko" else grapheme
    made = [
        typed[:place] + _like(other, character, language) + typed[place + 1 :]
        for place, character in enumerate(typed)
        for other in _mistakable(language).get(to_lower(character, language), ())
    ]
    return [unicodedata.normalize("NFC", slip) for slip in made] if language == "ko" else made


@perturbation(
    "typos.keyboard",
    preserves="meaning",
    languages=KEYBOARDS | {"ja"},
    version=3,
    examples=[
        Example("The weather is lovely today.", "The weather is lovely todwy."),
        Example("La comida estaba muy rica.", "La comida estaba muy ricw.", "es"),
        Example("Le vin était très bon.", "Le vin était très boj.", "fr"),
        Example("Die Küche war schön.", "Die Küche war schün.", "de", severity=3),
        Example("Сегодня хорошая погода.", "Сегодня хорошая погола.", "ru"),
        Example("الطقس جميل اليوم", "الطقس جميل اليمم", "ar", severity=3),
        Example(
            "मौसम आज अच्छा है",
            "मैसम आज अच्छा है",
            "hi",
            seed=4,
            severity=3,
            why="a vowel sign gives way to a vowel sign, a consonant to a consonant",
        ),
        Example(
            "我在公司做事",
            "我再公司作事",
            "zh",
            seed=118,
            severity=5,
            why="pinyin gives another character of the same sound",
        ),
        Example("他不去", "他不取", "zh", seed=2, severity=5, why="a negation stays"),
        Example("买", "埋", "zh", why="and never 卖, to sell"),
        Example("ありがとうございます", "ありがとうごさいます", "ja", seed=5, why="`za` becomes `sa`: s is beside z"),
        Example("コーヒー", "コージー", "ja", why="`hi` becomes `ji`, in its own script"),
        Example("きゃっと", "きゃっと", "ja", severity=5, why="what is typed as one stays"),
        Example("動かすに", "動かしに", "ja", seed=5, severity=5, why="and not 動かずに, without moving"),
        Example("La cena è ottima.", "La cena è ottija.", "it"),
        Example("O almoço demorou.", "O almopo demorou.", "pt", seed=1),
        Example("ILIK SU", "ILIK SI", "tr", why="in Turkish the capital of `ı` is `I`"),
        Example("Смачна їжа", "Смачна їжв", "uk"),
        Example("Καλό φαγητό", "Καοό φαγητό", "el", seed=1),
        Example("אוכל טעים", "אוכל טעיפ", "he", why="a final letter has a key of its own"),
        Example("Maten är väldigt god.", "Maten är väldigt goe.", "sv"),
        Example("আজ আবহাওয়া ভালো", "আচ আবহাওয়া ভালো", "bn", seed=1),
        Example("음식이 맛있다", "음식애 맛있다", "ko", seed=1, why="a letter of a syllable, vowel for vowel"),
        Example("อาหารอร่อย", "อาหารอต่อย", "th", seed=1, why="the tone stays with its letter"),
        Example("rất ngon", "rấg ngon", "vi", seed=1, why="what takes several keys stays"),
        Example("QUIET", "QUIWT", seed=43, why="the case is kept"),
        Example("I", "I", why="a word of one letter stays"),
        Example("", "", why="nothing to perturb"),
        Example("cafe\u0301", "cafw\u0301", seed=2, why="a combining mark stays with its letter"),
        Example("2024 B2B", "2024 B2B", severity=5, why="digits stay, and words with digits"),
        Example("👍🏽 ok 👨\u200d👩\u200d👧", "👍🏽 oi 👨\u200d👩\u200d👧", seed=2, why="an emoji is no key"),
        Example(
            "Ask Anna at https://a.org",
            "Ask Anna ar https://a.org",
            seed=2,
            severity=5,
            protect=("Anna",),
            why="what is protected stays",
        ),
    ],
)
def keyboard(text: Text, rng: Random, severity: int) -> Text:
    """Hit a neighbouring key on the language's own keyboard; in Chinese, use another character with the same sound."""
    draw = partial(_mistyping, base(text.language))
    if base(text.language) == "ja":
        return _slipped(text, rng, severity, "keyboard", draw, _typed_alone, _NEAR)
    return _slipped(text, rng, severity, "keyboard", draw)


def _mistyping(language: str, rng: Random, word: Graphemes) -> Slip | None:
    if len(word) > 1 or _unspaced(word[0]):
        for place in _shuffled(rng, _letters(word)):
            if others := _mistyped(word[place], language):
                return place, place + 1, _one_of(rng, others)
    return None


@perturbation(
    "typos.swap",
    preserves="meaning",
    version=3,
    examples=[
        Example("The weather is lovely today.", "The weather is lovely todya."),
        Example("Das Wetter ist heute schön.", "Das Wetter ist heute schnö.", "de", severity=3),
        Example("L'été était très chaud.", "L'été était très chadu.", "fr", severity=3),
        Example("Погода была хорошая.", "Погода была хороашя.", "ru", severity=3),
        Example("El tiempo es bueno.", "El tiempo es bueon.", "es", severity=3),
        Example("الطقس جميل اليوم", "الطقس جميل اليمو", "ar"),
        Example(
            "मौसम आज अच्छा है",
            "समौम आज अच्छा है",
            "hi",
            seed=4,
            severity=3,
            why="syllables swap whole, with their vowel signs",
        ),
        Example("今天天气很好", "今天天气好很", "zh", seed=2, severity=3, why="neighbouring characters"),
        Example("三十二", "三十二", "zh", severity=5, why="numerals stay: 三十 is 30 and 十三 is 13"),
        Example("It", "Ti", why="the case stays in its place"),
        Example("Işık", "Şıık", "tr", seed=4, why="in Turkish the capital of `ı` is `I`"),
        Example("oo", "oo", why="two letters alike"),
        Example("a", "a", why="one character has no neighbour"),
        Example("", "", why="nothing to perturb"),
        Example("e\u0301a", "ae\u0301", why="a combining mark goes with its letter"),
        Example("می\u200cروم", "یم\u200cروم", "fa", seed=4, why="a joiner stays in its place"),
        Example("👍🏽🎉", "👍🏽🎉", why="emoji are no letters"),
        Example("{name} 1984", "{name} 1984", severity=5, why="a placeholder and a number stay"),
    ],
)
def swap(text: Text, rng: Random, severity: int) -> Text:
    """Swap two neighbouring letters inside a word; in scripts without spaces, swap two neighbouring characters."""
    return _slipped(text, rng, severity, "swap", partial(_swap, base(text.language)), _run)


def _swap(language: str, rng: Random, run: Graphemes) -> Slip | None:
    for place in _shuffled(rng, _pairs(run)):
        swapped = _swapped(run[place], run[place + 1], language)
        if swapped != run[place] + run[place + 1]:
            return place, place + 2, swapped
    return None


def _swapped(first: str, second: str, language: str) -> str:
    """Return two letters in the other order; case stays in its place, and so does a joiner after either."""
    letter, other = first.rstrip(_JOINERS), second.rstrip(_JOINERS)
    cased, other_cased = _like(other, letter, language), _like(letter, other, language)
    return cased + first[len(letter) :] + other_cased + second[len(other) :]


@perturbation(
    "typos.delete",
    preserves="meaning",
    version=3,
    examples=[
        Example("The weather is lovely today.", "The weather is lovely toda."),
        Example("Das Wetter ist heute schön.", "Das Wetter ist heute schö.", "de", severity=3),
        Example("La météo est bonne.", "La météo est bonn.", "fr", severity=3),
        Example("Погода была хорошая.", "Погода была хорошя.", "ru", severity=3),
        Example("El tiempo es bueno.", "El tiempo es buen.", "es", severity=3),
        Example("الطقس جميل اليوم", "الطقس جميل اليو", "ar"),
        Example(
            "हमारी किताब अच्छी है",
            "हमारी किब अच्छी है",
            "hi",
            seed=7,
            severity=3,
            why="a syllable goes whole: no stray vowel sign",
        ),
        Example("今天天气很好", "今天天气很", "zh", severity=3),
        Example("好", "好", "zh", severity=5, why="one character alone stays"),
        Example("我不去", "我不", "zh", severity=5, why="a negation stays"),
        Example("我沒無別", "我沒無別", "zh", severity=5, why="in traditional characters, too"),
        Example("is it", "is it", severity=5, why="short words stay"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
        Example("nai\u0308ve", "nave", seed=9, why="a letter goes with its combining mark"),
        Example("yes 👍🏽", "ys 👍🏽", seed=4, why="an emoji stays whole"),
        Example(
            "call Anna 112",
            "cll Anna 112",
            seed=4,
            severity=5,
            protect=("Anna",),
            why="what is protected stays, and so does a number",
        ),
    ],
)
def delete(text: Text, rng: Random, severity: int) -> Text:
    """Drop a letter of a word of three or more, never the first; in scripts without spaces, drop a character of a run."""
    return _slipped(text, rng, severity, "delete", _deletion, _inner)


def _deletion(rng: Random, word: Graphemes) -> Slip | None:
    unspaced = _unspaced(word[0])
    places = [place for place in _letters(word) if place or unspaced] if unspaced or len(word) > 2 else []
    if not places:
        return None
    place = _one_of(rng, places)
    return place, place + 1, ""


@perturbation(
    "typos.insert",
    preserves="meaning",
    version=4,
    examples=[
        Example("The weather is lovely today.", "The weather is lovely todawy."),
        Example("Das Wetter ist heute schön.", "Das Wetter ist heute schöün.", "de", severity=3),
        Example("La météo est bonne.", "La météo est bonnhe.", "fr", severity=3),
        Example("Погода была хорошая.", "Погода была хорошаея.", "ru", severity=3),
        Example("El tiempo es bueno.", "El tiempo es buenjo.", "es", severity=3),
        Example("الطقس جميل اليوم", "الطقس جميل اليومم", "ar"),
        Example(
            "हमारी किताब है",
            "हमारी किताताब है",
            "hi",
            seed=10,
            severity=3,
            why="a doubled syllable keeps its vowel sign",
        ),
        Example("今天天气很好", "今天天气很好好", "zh", severity=3),
        Example("გამარჯობა", "გამარჯობბა", "ka", seed=1, why="without a known keyboard, a doubled letter"),
        Example("The", "Thhe", seed=10, why="the case of the letter that follows"),
        Example("I", "I", why="II is a number"),
        Example("", "", why="nothing to perturb"),
        Example("cafe\u0301", "cafe\u0301e\u0301", seed=1, why="a letter doubles with its combining mark"),
        Example("👍🏽", "👍🏽", why="an emoji is no letter"),
        Example("{name} 1984", "{name} 1984", severity=5, why="a placeholder and a number stay"),
    ],
)
def insert(text: Text, rng: Random, severity: int) -> Text:
    """Type a letter twice, or hit a neighbouring key along with it."""
    return _slipped(text, rng, severity, "insert", partial(_insertion, base(text.language)))


def _insertion(language: str, rng: Random, word: Graphemes) -> Slip | None:
    """Return a letter after a letter, in the case of the one that follows: the same again or, half of the time, a neighbour."""
    places = _letters(word) if len(word) > 1 or _unspaced(word[0]) else ()
    if not places:
        return None
    place = _one_of(rng, places)
    letter, following = word[place], word[place + 1] if place + 1 < len(word) else word[place]
    beside = neighbours(language).get(to_lower(letter[0], language), ())
    typed = _one_of(rng, beside) if beside and rng.random() < 0.5 else letter
    return place + 1, place + 1, _like(typed, following, language)


@perturbation(
    "typos.spacing",
    preserves="meaning",
    version=3,
    examples=[
        Example("The weather is lovely today.", "The weather is lovely toda y."),
        Example("Das Wetter ist heute schön.", "Das Wetter ist heute schö n.", "de", severity=3),
        Example("La météo est bonne.", "La météo est bonn e.", "fr", severity=3),
        Example("Погода была хорошая.", "Погодабыла хорошая.", "ru", seed=1, severity=3),
        Example("El tiempo es bueno.", "Eltiempo es bueno.", "es", seed=1, severity=3),
        Example("الطقس جميل اليوم", "الطقس جميل اليو م", "ar"),
        Example(
            "हमारी किताब अच्छी है",
            "हमारी किता ब अच्छी है",
            "hi",
            seed=7,
            severity=3,
            why="a word parts between syllables",
        ),
        Example("今天天气很好", "今天天气 很好", "zh", severity=3, why="a blank between two characters"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
        Example("3 400 10", "3 400 10", severity=5, why="numbers never join"),
        Example("I do not", "Ido not", severity=5, why="nothing joins a denial"),
        Example("e\u0301te\u0301", "e\u0301 te\u0301", "fr", seed=4, why="no blank before a combining mark"),
        Example("hi 👍🏽", "hi 👍🏽", severity=5, why="no join with an emoji"),
        Example(
            "see {name}",
            "see {name}",
            severity=5,
            protect=("see",),
            why="what is protected stays apart",
        ),
    ],
)
def spacing(text: Text, rng: Random, severity: int) -> Text:
    """Drop the blank after a word, or put one inside it; in scripts without spaces, put one between two characters."""
    return _slipped(text, rng, severity, "spacing", _spacing, _spaced)


def _spacing(rng: Random, run: Graphemes) -> Slip | None:
    blank = run[-1] == " "
    word = run[:-1] if blank else run
    places = _pairs(word) if _unspaced(word[0]) or len(word) > 2 else ()
    if blank and not (places and rng.random() < 0.5):
        return len(word), len(run), ""
    if not places:
        return None
    place = _one_of(rng, places)
    return place + 1, place + 1, " "
