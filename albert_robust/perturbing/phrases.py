"""Tables of phrases: finds the phrases of a data file in a text, and exchanges them without losing the text's capitals."""

import csv
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import regex

from albert_robust.tables import read_rows
from albert_robust.text import Text, Word
from albert_robust.text.case import to_upper
from albert_robust.text.graphemes import graphemes
from albert_robust.text.languages import base
from albert_robust.text.reading import read

V = TypeVar("V")

# Turkish has two letters i. Python folds İ to two code points, which no table would hold.
_FOLD = str.maketrans({"\u0130": "i", "\u0131": "i", "\u2019": "'", "\u02bc": "'"})
_LAST_LETTER = regex.compile(r"(?r)[\p{L}\p{M}\p{N}]")
_SENTENCE_OPENS = regex.compile(r"(?:^|[.!?…\n]|[.!?…]['\"”’)\]])\s*['\"“‘«„(\[¿¡]*$")
_NEAR = 20  # characters on either side of a word that say whether all is in capitals, or whether a name goes on
_NAME_GOES_ON = regex.compile(
    r"[^\S\n]+\p{Lu}\p{M}*\p{Ll}"
)  # neither `I` nor `TV`; the next line is a sentence of its own
_MAY_FOLLOW = regex.compile(r"[\s'\"“‘«„(\[¿¡]+")  # between that and the first word


def read_languages(path: Path) -> set[str]:
    """Return the languages in the column `language` of a table or of rules."""
    return {row["language"] for row in read_rows(path) if not row["language"].startswith("@")}


@cache
def pattern_of(path: Path, language: str) -> regex.Pattern[str]:
    """Return the pattern that a table lists for a language, for letters of any case: one of nothing where it lists none."""
    listed = [row["pattern"] for row in read_rows(path) if row["language"] == language]
    return regex.compile(listed[0] if listed else "(?!)", regex.I)


class Beside(NamedTuple):
    """The patterns in the columns `before` and `after` of a table, which have to match beside a phrase, in any case."""

    before: regex.Pattern[str]
    after: regex.Pattern[str]

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "Beside":
        """Return the patterns of a row."""
        return cls(*(regex.compile(row[side], regex.I) for side in ("before", "after")))

    def holds(self, before: str, after: str) -> bool:
        """Return whether the patterns match, `before` up to the phrase and `after` from its end on."""
        return self.before.search(before) is not None and self.after.match(after) is not None


_NAMED = regex.compile(r"@(\w+)@")


class Rules(NamedTuple):
    """A table of patterns.

    Attributes:
        rows: The rules, by column.
        parts: Patterns that rules share, by name; see `filled`.
    """

    rows: tuple[Mapping[str, str], ...]
    parts: Mapping[str, str]


@cache
def read_rules(path: Path) -> Rules:
    """Return the rules in a tab-separated file with a header, as text without quoting.

    A row that begins with a name such as `@few_words@` is a part: its pattern is in the second cell, and stands wherever rules
    have the name.
    """
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    parts = {line[0].strip("@"): line[1] for line in lines if line[0].startswith("@")}
    rules = [[filled(cell, parts) for cell in line] for line in lines if not line[0].startswith("@")]
    return Rules(tuple(dict(zip(header, rule, strict=True)) for rule in rules), parts)


def filled(pattern: str, parts: Mapping[str, str]) -> str:
    """Return a pattern with the part of that name in place of each `@name@`; parts may name others."""
    while (made := _NAMED.sub(lambda found: parts[found[1]], pattern)) != pattern:
        pattern = made
    return pattern


class PhraseTable(Generic[V]):
    """Phrases, each with a value, to look for in texts.

    The longest phrase wins. In scripts with spaces only whole words are found, and an apostrophe or hyphen does not end
    a word; Chinese, Japanese and Thai phrases are found anywhere. A phrase begins with a letter or digit. Case, the
    shape of an apostrophe and the kind of space do not matter. Of phrases equal but for these, the first counts.
    """

    def __init__(self, phrases: Mapping[str, V]) -> None:
        """Make a table of phrases and their values, none of them None."""
        self._values: dict[str, V] = {}
        for phrase, value in phrases.items():
            if phrase.strip():
                self._values.setdefault(_key(phrase), value)
        self._longest: dict[str, int] = {}  # how many words a phrase has at most, by its first word
        for phrase in self._values:
            words = read(phrase).words
            if words and words[0].start == 0:
                first = _key(words[0].string)
                self._longest[first] = max(len(words), self._longest.get(first, 0))
        self._tails = sorted({len(graphemes(phrase[_tail_of(phrase) :])) for phrase in self._values}, reverse=True)

    def __len__(self) -> int:
        """Return how many phrases there are."""
        return len(self._values)

    def get(self, phrase: str) -> V | None:
        """Return the value of a phrase, or None; it is looked up as `find` does it."""
        return self._values.get(_key(phrase))

    def find(self, text: Text, fits: Callable[[Word, V], bool] = lambda word, value: True) -> list[tuple[Word, V]]:
        """Return the phrases that occur in a text and may be edited, in order, none overlapping another.

        Args:
            text: Where to look.
            fits: Whether a phrase is wanted where it stands; if not, a shorter or a later one may be.
        """
        words = text.words()
        found: list[tuple[Word, V]] = []
        for index, word in enumerate(words):
            if found and word.start < found[-1][0].end:
                continue
            longest = self._longest.get(_key(word.string), 0)
            ends = [last.end for last in words[index : index + longest]]
            matches = (match for match in self._at(text, word.start, ends) if fits(*match))
            found += islice(matches, 1)
        return found

    def _at(self, text: Text, start: int, ends: list[int]) -> Iterator[tuple[Word, V]]:
        """Yield the phrases that begin at a grapheme and end with one of some words or its tail, longest first."""
        for end in (last + tail for last in reversed(ends) for tail in self._tails if last + tail <= len(text)):
            string = "".join(text.graphemes[start:end])
            value = self.get(string)
            if value is not None and text.editable(start, end) and not string[-1].isspace():
                yield Word(start, end, string), value


def in_case(text: Text, word: Word, replacement: str, listed: str = "") -> str:
    """Return a replacement with the capitals that a phrase has in a text.

    Args:
        text: The text, in Turkish or Azerbaijani if `i` shall become `İ`.
        word: The phrase in the text.
        replacement: The phrase that takes its place.
        listed: How the table writes the phrase. Its own capitals (`TV`, `I think`) are not passed on within a sentence.
    """
    if word.string.isupper() and not listed.isupper() and _is_loud(text, word):
        return to_upper(replacement, text.language)
    passed_on = not listed[:1].isupper() or opens_sentence(text, word.start)
    if word.string[:1].isupper() and replacement[:1].islower() and passed_on:
        return to_upper(replacement[:1], text.language) + replacement[1:]
    return replacement


def _is_loud(text: Text, word: Word) -> bool:
    """Return whether capitals are more than those of a name: those of two letters, or of one among others (Italian `È`)."""
    letters = sum(map(str.isalpha, word.string))
    return letters > 1 or "".join(text.around(word, _NEAR)).isupper()


def opens_sentence(text: Text, start: int) -> bool:
    """Return whether a sentence opens at a grapheme: at the start or after closing punctuation."""
    closing = start  # no more is read than decides: a text may be long, and hold many phrases
    while closing > 0 and _MAY_FOLLOW.fullmatch(text[closing - 1]):
        closing -= 1
    return _SENTENCE_OPENS.search("".join(text.graphemes[max(0, closing - 2) : start])) is not None


def with_apostrophe_of(string: str, words: str) -> str:
    """Return words with the apostrophe of printed text if a string has that, or else as they are."""
    return words.replace("'", "\u2019") if "\u2019" in string else words


def is_capitalized(word: Word) -> bool:
    """Return whether a word has the capital of a name or of a sentence's first word, and not capitals throughout."""
    return word.string[:1].isupper() and not (len(word.string) > 1 and word.string.isupper())


def is_name(text: Text, word: Word) -> bool:
    """Return whether a capital within a sentence makes a word a name, or a German word a noun: Pearl Harbor, das Gute."""
    return is_capitalized(word) and not opens_sentence(text, word.start)


def is_in_name(text: Text, word: Word) -> bool:
    """Return whether a word is a name, or opens a sentence and is the first of several: Old Town, Great Britain.

    A word that stands before names as well, as `Maybe` in `Maybe Anna came`, is looked at with `is_name` alone. In German, where
    every noun has a capital, what follows says nothing.
    """
    goes_on = base(text.language) != "de" and _NAME_GOES_ON.match(text.around(word, _NEAR)[1]) is not None
    return is_name(text, word) or (is_capitalized(word) and goes_on)


def _tail_of(phrase: str) -> int:
    """Return the index at which the tail after the last word begins, such as the dot of `etc.`"""
    last = _LAST_LETTER.search(phrase)
    return last.end() if last else 0


@lru_cache(maxsize=1 << 14)
def _key(phrase: str) -> str:
    return " ".join(unicodedata.normalize("NFC", phrase.translate(_FOLD).casefold()).split())
