"""A text that remembers how it was changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate, groupby
from types import MappingProxyType

import regex

from albert_robust.text.graphemes import graphemes, untouchable_spans, word_spans
from albert_robust.text.languages import UNKNOWN

_JOINED = regex.compile(r"\s|[[\p{L}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]]", regex.V1)
_NO_PARALLELS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of graphemes."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: its range of graphemes and its letters."""

    start: int
    end: int
    string: str


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """An atomic change: the graphemes [start, end) of the source became `replacement`."""

    start: int
    end: int
    replacement: str
    kind: str


@dataclass(frozen=True)
class Text:
    """An immutable text, indexed by grapheme, with protected spans and the edits that made it from its source.

    Edits are in source order, do not overlap, and count graphemes of the source: any subset of them can be replayed.
    An edit that would touch a protected span is not made.

    Attributes:
        source: The text before any edit.
        language: BCP 47 tag of the text as it is now, `und` if unknown.
        protected: Ranges of source graphemes that stay as they are.
        edits: What was changed, in source order.
        parallels: The same text in other languages, by tag, where the dataset has it.
    """

    source: str
    language: str = UNKNOWN
    protected: tuple[Span, ...] = ()
    edits: tuple[Edit, ...] = ()
    parallels: Mapping[str, str] = field(default_factory=lambda: _NO_PARALLELS, compare=False)

    @classmethod
    def of(
        cls,
        source: str,
        language: str = UNKNOWN,
        *,
        protect: Iterable[str] = (),
        parallels: Mapping[str, str] | None = None,
    ) -> "Text":
        """Return an unedited text whose links, placeholders and every occurrence of the `protect` strings are protected."""
        ranges = untouchable_spans(source)
        for needle in protect:
            start = source.find(needle) if needle else -1
            while start >= 0:
                ranges.append((start, start + len(needle)))
                start = source.find(needle, start + len(needle))
        spans = tuple(sorted(set(_grapheme_spans(graphemes(source), ranges)))) if ranges else ()
        return cls(source, language, spans, (), parallels or _NO_PARALLELS)

    def __str__(self) -> str:
        return "".join(self.graphemes)

    def __len__(self) -> int:
        return len(self.graphemes)

    def __getitem__(self, index: int) -> str:
        return self.graphemes[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self.graphemes)

    @cached_property
    def _source_graphemes(self) -> tuple[str, ...]:
        return graphemes(self.source)

    @cached_property
    def graphemes(self) -> tuple[str, ...]:
        """The graphemes of the text as it is now."""
        if not self.edits:
            return self._source_graphemes
        return self._replayed(self.edits)

    def _replayed(self, edits: Iterable[Edit]) -> tuple[str, ...]:
        pieces: list[str] = []
        done = 0
        for edit in edits:
            pieces += self._source_graphemes[done : edit.start]
            pieces += graphemes(edit.replacement)
            done = edit.end
        pieces += self._source_graphemes[done:]
        return tuple(pieces)

    @property
    def changed(self) -> bool:
        """Whether the text now differs from its source."""
        return bool(self.edits) and str(self) != self.source

    def replay(self, edits: Iterable[Edit]) -> "Text":
        """Return the source with some of the edits alone, in any order."""
        return replace(self, edits=tuple(sorted(edits)))

    def words(self) -> list[Word]:
        """Return the words that may be edited, in order. In scripts without spaces each character is a word."""
        return self._words_at(word_spans(str(self)))

    def find(self, pattern: regex.Pattern[str]) -> list[Word]:
        """Return what a pattern matches as words that may be edited, in order."""
        return self._words_at([match.span() for match in pattern.finditer(str(self)) if match.group()])

    def _words_at(self, ranges: Iterable[tuple[int, int]]) -> list[Word]:
        spans = _grapheme_spans(self.graphemes, ranges)
        # Two ranges may lie in one grapheme, as joiners make them: the first has it.
        apart = [span for last, span in zip([Span(0, 0), *spans], spans, strict=False) if last.end <= span.start]
        words = (Word(span.start, span.end, "".join(self.graphemes[span.start : span.end])) for span in apart)
        return [word for word in words if self.editable(word.start, word.end)]

    @cached_property
    def _protected_now(self) -> tuple[Span, ...]:
        """Protected ranges in graphemes of the text as it is now."""
        moved = []
        for span in self.protected:
            shift = sum(_growth(edit) for edit in self.edits if edit.end <= span.start)
            moved.append(Span(span.start + shift, span.end + shift))
        return tuple(moved)

    def editable(self, start: int, end: int) -> bool:
        """Return whether graphemes [start, end) lie clear of protected spans. Between two graphemes, start equals end."""
        if start == end:
            return not any(span.start < start < span.end for span in self._protected_now)
        return not any(span.start < end and start < span.end for span in self._protected_now)

    def replace(self, start: int, end: int, replacement: str, kind: str) -> "Text":
        """Return the text with graphemes [start, end) replaced.

        Args:
            start: First grapheme, counted in the text as it is now.
            end: One past the last; equal to `start` for an insertion.
            replacement: What stands there instead; empty for a deletion.
            kind: What the edit is called in reports, such as `swap`.

        Returns:
            A new text; the same text if the range is protected or nothing would change.

        Raises:
            IndexError: The range lies outside the text.
        """
        if not 0 <= start <= end <= len(self):
            raise IndexError(f"graphemes [{start}, {end}) lie outside a text of {len(self)}")
        if not self.editable(start, end) or "".join(self.graphemes[start:end]) == replacement:
            return self
        before, touched, after = self._split(start, end)
        shift = sum(_growth(edit) for edit in before)
        first, last = start - shift, end - shift
        if touched:
            inside = sum(_growth(edit) for edit in touched)
            opens, closes = touched[0].start + shift, touched[-1].end + shift + inside
            head = "".join(self.graphemes[min(opens, start) : start])
            tail = "".join(self.graphemes[end : max(closes, end)])
            replacement = head + replacement + tail
            first = min(first, touched[0].start)
            last = max(last - inside, touched[-1].end)
        merged = Edit(first, last, replacement, kind)
        undone = "".join(self._source_graphemes[first:last]) == replacement
        return replace(self, edits=(*before, *(() if undone else (merged,)), *after))

    def _split(self, start: int, end: int) -> tuple[tuple[Edit, ...], tuple[Edit, ...], tuple[Edit, ...]]:
        """Return the edits before, touched by and after a range of the text as it is now."""
        before: list[Edit] = []
        touched: list[Edit] = []
        after: list[Edit] = []
        shift = 0
        for edit in self.edits:
            opens = edit.start + shift
            shift += _growth(edit)
            closes = edit.end + shift
            if closes < start or (closes == start and edit.end > edit.start and not touched and start < end):
                before.append(edit)
            elif opens > end or (opens == end and edit.end > edit.start and start < end):
                after.append(edit)
            else:
                touched.append(edit)
        return tuple(before), tuple(touched), tuple(after)

    def rewrite(self, string: str, kind: str = "rewrite", language: str | None = None) -> "Text":
        """Return the text rewritten as a whole. Its edits are a word diff; a change of a protected span is not made.

        Args:
            string: What the text should become.
            kind: What the edits are called in reports.
            language: Of the new text, a BCP 47 tag; None where it is still the old one.
        """
        old, new = _pieces(str(self)), _pieces(string)
        starts = list(accumulate((len(graphemes(piece)) for piece in old), initial=0))
        text = self
        opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        for tag, old_start, old_end, new_start, new_end in reversed(opcodes):
            if tag != "equal":
                text = text.replace(starts[old_start], starts[old_end], "".join(new[new_start:new_end]), kind)
        return text if language is None else replace(text, language=language)

    def project(self, start: int, end: int) -> tuple[int, int]:
        """Return where source code points [start, end) lie in the text as it is now, widened to whole edits."""
        offsets = list(accumulate(map(len, self._source_graphemes), initial=0))
        moved = [start, end]
        for edit in self.edits:
            edit_start, edit_end = offsets[edit.start], offsets[edit.end]
            growth = len(edit.replacement) - (edit_end - edit_start)
            if edit_end <= start:
                moved[0] += growth
                moved[1] += growth
            elif edit_start < end:
                moved[0] -= max(0, start - edit_start)
                moved[1] += growth + max(0, edit_end - end)
        return moved[0], moved[1]


def _growth(edit: Edit) -> int:
    return len(graphemes(edit.replacement)) - (edit.end - edit.start)


def _pieces(string: str) -> list[str]:
    """Return runs of letters, runs of blanks, and every other grapheme alone; joined, they are the string."""

    def kind(numbered: tuple[int, str]) -> object:
        place, grapheme = numbered
        return grapheme.isspace() if _JOINED.match(grapheme) else place + 2

    return ["".join(grapheme for _, grapheme in run) for _, run in groupby(enumerate(graphemes(string)), key=kind)]


def _grapheme_spans(characters: tuple[str, ...], ranges: Iterable[tuple[int, int]]) -> list[Span]:
    """Return code point ranges as grapheme ranges, widened to whole graphemes."""
    ranges = list(ranges)
    if len(characters) == sum(map(len, characters)):
        return [Span(start, end) for start, end in ranges]
    owner = [index for index, character in enumerate(characters) for _ in character]
    return [Span(owner[start], owner[end - 1] + 1) for start, end in ranges]
