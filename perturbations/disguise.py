"""Text that people read as it was and filters do not: decorated letters, digits for letters, words stored backwards.

Sources: AugLy (Papakipos and Bitton, 2022), arXiv:2201.06494, for fun fonts, similar characters and bidirectional marks; Boucher
et al. (2022), Bad Characters, arXiv:2106.09898, for words stored in another order than they are shown in; UAX 9 for the controls
that do it; Unicode, Mathematical Alphanumeric Symbols and Enclosed Alphanumerics.

Departures: numbers and words with a digit stay, and so do letters with accents, which these alphabets lack. Only alphabets
without gaps are used. Half of the letters of a word at least are no digits, lest `is` become 15. Arabic and Indic letters, which
change their form beside others, are not stored backwards. Letters upside down are left out: few people read them.
"""

import unicodedata
from collections.abc import Callable
from random import Random
from string import ascii_letters

import regex

from albert_robust import Example, Text, perturbation, share

_FIRST_LETTERS = "𝐀𝑨𝓐𝕬𝗔𝘼𝙰Ⓐ"  # bold, bold italic, script, Fraktur, sans-serif, its italic, monospace, in circles
_PLACES = list(enumerate(ascii_letters.swapcase()))  # capitals come first
ALPHABETS = [str.maketrans({letter: chr(ord(first) + place) for place, letter in _PLACES}) for first in _FIRST_LETTERS]
DIGITS = str.maketrans("aeiostAEIOST", "431057431057")
_FORWARD, _END = "\u202e", "\u202c"  # right-to-left override, and the end of it
_LETTERS = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Armenian}\p{Hangul}]{2,}")


def _disguised(text: Text, rng: Random, severity: int, kind: str, change: Callable[[str], str]) -> Text:
    """Return the text with a share of its words changed, of those that have no digit and that the change makes others."""
    words = text.words()
    changes = [
        (start, end, made)
        for start, end, word in words
        if not any(map(str.isnumeric, word)) and (made := change(word)) != word
    ]
    return text.replace_each(sorted(rng.sample(changes, min(share(severity, len(words)), len(changes)))), kind)


@perturbation(
    "disguise.fonts",
    preserves="meaning",
    scripts={"Latin"},
    examples=[
        Example("The weather is lovely today.", "The weather is 𝚕𝚘𝚟𝚎𝚕𝚢 today."),
        Example("Das Wetter ist heute sehr schön.", "Das Wetter ist heute 𝖘𝖊𝖍𝖗 schön.", "de", seed=3, severity=3),
        Example("Le vin était très bon.", "Le vin était 𝚝𝚛è𝚜 bon.", "fr", why="an accented letter has no other form"),
        Example("Maten var väldigt god.", "𝐌𝐚𝐭𝐞𝐧 var väldigt god.", "sv", seed=2),
        Example("B2B is 3", "B2B 𝚒𝚜 3", severity=5, why="a word with a digit stays"),
        Example(
            "Ask Anna at https://a.org",
            "𝓐𝓼𝓴 Anna at https://a.org",
            seed=1,
            protect=("Anna",),
            why="what is protected stays",
        ),
        Example("今天 OK", "今天 𝙾𝙺", "und", why="only Latin letters have other forms"),
        Example("👍🏽", "👍🏽"),
        Example("a", "𝚊", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def fonts(text: Text, rng: Random, severity: int) -> Text:
    """Write words in decorated letters: 𝐛𝐨𝐥𝐝, 𝓼𝓬𝓻𝓲𝓹𝓽, ⓒⓘⓡⓒⓛⓔⓓ; each text has one kind of them."""
    alphabet = rng.choice(ALPHABETS)
    return _disguised(text, rng, severity, "fonts", lambda word: word.translate(alphabet))


@perturbation(
    "disguise.leet",
    preserves="meaning",
    scripts={"Latin"},
    examples=[
        Example("The weather is lovely today.", "The weather is l0v3ly today."),
        Example("Das Wetter ist heute sehr schön.", "Das Wetter ist heute sehr 5chön.", "de"),
        Example("Le vin était très bon.", "Le v1n était très bon.", "fr", seed=1),
        Example("B2B is 3", "B2B is 3", severity=5, why="a word with a digit stays"),
        Example("It is so easy", "It is so easy", severity=5, why="more digits than letters could not be read"),
        Example("cafe\u0301", "cafe\u0301", severity=5, why="no digit has an accent"),
        Example(
            "Ask Anna my food",
            "Ask Anna my f00d",
            severity=5,
            seed=1,
            protect=("Anna",),
            why="what is protected stays",
        ),
        Example("👍🏽", "👍🏽"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def leet(text: Text, rng: Random, severity: int) -> Text:
    """Write digits for the letters that they look like: `l0v3ly`."""
    return _disguised(text, rng, severity, "leet", _leet)


def _leet(word: str) -> str:
    made = word.translate(DIGITS)
    readable = 2 * sum(map(str.isdecimal, made)) <= len(word) and unicodedata.is_normalized("NFC", word)
    return made if readable else word


@perturbation(
    "disguise.bidi",
    preserves="meaning",
    scripts={"Armenian", "Cyrillic", "Greek", "Hangul", "Latin"},
    examples=[
        Example("The weather is lovely today.", "The weather is \u202eylevol\u202c today."),
        Example("Das Wetter ist heute sehr schön.", "Das \u202eretteW\u202c ist heute sehr schön.", "de", seed=1),
        Example("Погода была хорошая.", "\u202eадогоП\u202c была хорошая.", "ru", seed=1),
        Example("음식이 맛있다", "음식이 \u202e다있맛\u202c", "ko"),
        Example("B2B, cafe\u0301 3", "B2B, cafe\u0301 3", severity=5, why="a digit stays, and a mark by its letter"),
        Example("don't, well-known", "don't, well-known", severity=5, why="letters alone go backwards"),
        Example("Ask Anna", "\u202eksA\u202c Anna", protect=("Anna",), why="what is protected stays"),
        Example("مرحبا", "مرحبا", "und", why="Arabic letters change their form beside others"),
        Example("👍🏽", "👍🏽"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def bidi(text: Text, rng: Random, severity: int) -> Text:
    """Store words backwards, between control characters that show them as they were."""
    return _disguised(text, rng, severity, "bidi", _backwards)


def _backwards(word: str) -> str:
    return f"{_FORWARD}{word[::-1]}{_END}" if _LETTERS.fullmatch(word) else word
