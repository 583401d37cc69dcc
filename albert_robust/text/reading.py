"""What a string consists of: its graphemes, its words, and what no edit may touch. A string is read once for many edits."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from albert_robust.text.graphemes import graphemes, untouchable_spans, word_spans

KEPT = 512  # strings: enough for all edits of an example, little beside a model even where they are documents


class Span(NamedTuple):
    """A half-open range of graphemes."""

    start: int
    end: int


class Word(NamedTuple):
    """A word of a text: its range of graphemes and its letters."""

    start: int
    end: int
    string: str


class Reading(NamedTuple):
    """A string as it is read.

    Attributes:
        graphemes: The string, cut into what a reader takes for one character.
        offsets: Where each grapheme begins, in code points, and where the last one ends.
        words: Its words, in order.
        untouchable: Its links, addresses, mentions, hashtags, placeholders, tags and code, in order.
    """

    graphemes: tuple[str, ...]
    offsets: Sequence[int]
    words: tuple[Word, ...]
    untouchable: tuple[Span, ...]


@lru_cache(maxsize=KEPT)
def read(string: str) -> Reading:
    """Return what a string consists of."""
    characters = graphemes(string)
    plain = len(characters) == len(string)
    offsets = range(len(string) + 1) if plain else tuple(accumulate(map(len, characters), initial=0))
    words = words_at(characters, string, word_spans(string))
    untouchable = set(spans_at(characters, string, untouchable_spans(string)))
    return Reading(characters, offsets, tuple(words), tuple(sorted(untouchable)))


def words_at(characters: Sequence[str], string: str, ranges: Iterable[tuple[int, int]]) -> list[Word]:
    """Return code point ranges of a string, in order, as words, widened to whole graphemes."""
    if len(characters) == len(string):
        return [Word(start, end, string[start:end]) for start, end in ranges]
    spans = spans_at(characters, string, ranges)
    # Two ranges may lie in one grapheme, as joiners make them: the first has it.
    apart = [span for last, span in zip([Span(0, 0), *spans], spans, strict=False) if last.end <= span.start]
    return [Word(start, end, "".join(characters[start:end])) for start, end in apart]


def spans_at(characters: Sequence[str], string: str, ranges: Iterable[tuple[int, int]]) -> list[Span]:
    """Return code point ranges of a string as grapheme ranges, widened to whole graphemes."""
    if len(characters) == len(string):
        return [Span(start, end) for start, end in ranges]
    owner = [index for index, character in enumerate(characters) for _ in character]
    return [Span(owner[start], owner[end - 1] + 1) for start, end in ranges]
