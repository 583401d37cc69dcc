"""Letter case: what a reader hardly notices and a model that knows only cased text may stumble over.

Source: Unicode SpecialCasing for Turkish i, Greek sigma and German sharp s; CLDR el-Upper for Greek capitals, which
lose their accent.
"""

import unicodedata
from collections.abc import Callable
from random import Random

import regex

from albert_robust import Example, Text, perturbation
from albert_robust.packs import base, to_lower, to_upper

CASED = {"Armenian", "Cyrillic", "Greek", "Latin"}  # scripts with small letters and capitals, but for rare ones

_DUTCH_CLIPPED = {"s", "t", "n", "k", "m"}  # 's avonds, 't café
_TONOS = "\u0301"
_SPLIT_BY_TONOS = regex.compile(rf"([ΑΕΟ]){_TONOS}([ΙΥ])(?!\p{{M}})")


@perturbation(
    "case.lower",
    preserves="meaning",
    scripts=CASED,
    severities=1,
    examples=[
        Example("The Weather in Paris is GREAT!", "the weather in paris is great!"),
        Example("Das Essen war Großartig.", "das essen war großartig.", "de"),
        Example("Ο ΔΡΟΜΟΣ ΕΙΝΑΙ ΜΕΓΑΛΟΣ", "ο δρομος ειναι μεγαλος", "el", why="final sigma has its own form"),
        Example("IŞIK İyi mi?", "ışık iyi mi?", "tr", why="Turkish has a dotted and a dotless i"),
        Example("Еда была Вкусной", "еда была вкусной", "ru"),
        Example("Åk till Örebro", "åk till örebro", "sv", why="in any language of a script with capitals"),
        Example("Ask Anna about HTTP", "ask Anna about http", protect=("Anna",), why="a protected name stays"),
        Example("A", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
        Example("OK 👍🏽", "ok 👍🏽", why="an emoji has no case"),
    ],
)
def lower(text: Text, rng: Random, severity: int) -> Text:
    """Write everything in lower case."""
    return _each_word(text, to_lower, "lower")


@perturbation(
    "case.upper",
    preserves="meaning",
    scripts=CASED,
    severities=1,
    examples=[
        Example("The weather is great!", "THE WEATHER IS GREAT!"),
        Example("Die Straße ist nass.", "DIE STRASSE IST NASS.", "de", why="sharp s becomes SS"),
        Example("Το μαγαζί είναι ωραίο, ρολόι!", "ΤΟ ΜΑΓΑΖΙ ΕΙΝΑΙ ΩΡΑΙΟ, ΡΟΛΟΪ!", "el", why="no accents"),
        Example("ışık iyi", "IŞIK İYİ", "tr", why="Turkish has a dotted and a dotless i"),
        Example("γάλα ή νερό, η ώρα", "ΓΑΛΑ Ή ΝΕΡΟ, Η ΩΡΑ", "el", why="`or` keeps the accent that tells it from `the`"),
        Example("Où est l'été ?", "OÙ EST L'ÉTÉ ?", "fr"),
        Example("Să mergem, друже", "SĂ MERGEM, ДРУЖЕ", "und", why="by the script where the language is not known"),
        Example("see {name} at https://a.org", "SEE {name} AT https://a.org", why="placeholders and links stay"),
        Example("", "", why="nothing to perturb"),
        Example("مرحبا", "مرحبا", "und", why="Arabic script has no case"),
    ],
)
def upper(text: Text, rng: Random, severity: int) -> Text:
    """Write everything in capitals."""
    return _each_word(text, _upper, "upper")


@perturbation(
    "case.title",
    preserves="meaning",
    scripts=CASED,
    severities=1,
    examples=[
        Example("The weather in Paris is great!", "The Weather In Paris Is Great!"),
        Example("Das Essen war gut.", "Das Essen War Gut.", "de"),
        Example("ısı iyi mi?", "Isı İyi Mi?", "tr", why="Turkish has a dotted and a dotless i"),
        Example("Το έξυπνο παιδί", "Το Έξυπνο Παιδί", "el", why="a capital at the start keeps its accent"),
        Example("Еда была вкусной", "Еда Была Вкусной", "ru"),
        Example("don't ask anna, she's at iHome", "Don't Ask anna, She's At IHome", protect=("anna",)),
        Example("see {name} at https://a.org", "See {name} At https://a.org", why="placeholders and links stay"),
        Example("'s avonds ijs", "'s Avonds IJs", "nl", why="what is cut off stays small, and ij is one letter"),
        Example("3rd", "3rd", why="a digit has no case"),
        Example("a", "A", why="one character"),
        Example("", "", why="nothing to perturb"),
        Example("ok 👍🏽", "Ok 👍🏽"),
    ],
)
def title(text: Text, rng: Random, severity: int) -> Text:
    """Write Each Word With A Capital, as in headlines."""
    return _each_word(text, _title, "title")


def _each_word(text: Text, change: Callable[[str, str], str], kind: str) -> Text:
    language = base(text.language)
    changes = [(start, end, made) for start, end, word in text.words() if (made := change(word, language)) != word]
    return text.replace_each(changes, kind)


def _upper(word: str, language: str) -> str:
    return _greek_upper(word) if language == "el" else to_upper(word, language)


def _title(word: str, language: str) -> str:
    if language == "nl" and word in _DUTCH_CLIPPED:
        return word
    if language == "nl" and word.startswith("ij"):
        return "IJ" + word[2:]
    first = to_upper(word[0], language) if word[0] == "i" else word[0].title()
    return first + word[1:]


def _greek_upper(word: str) -> str:
    """Return a Greek word in capitals: without accent, but a diphthong that the accent parted gets its diaeresis."""
    if unicodedata.normalize("NFC", word) in {"ή", "Ή"}:
        return "Ή"
    capitals = unicodedata.normalize("NFD", word.upper())
    parted = _SPLIT_BY_TONOS.sub("\\1\\2\u0308", capitals)
    return unicodedata.normalize("NFC", parted.replace(_TONOS, ""))
