"""A text that remembers how it was changed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from operator import attrgetter, itemgetter
from typing import NamedTuple
from unicodedata import normalize

import regex

from albert_robust.text.graphemes import graphemes, word_spans
from albert_robust.text.languages import UNKNOWN
from albert_robust.text.reading import Reading, Span, Word, read, spans_at, words_at
from albert_robust.text.scripts import UNSPACED_SCRIPTS

_JOINED = regex.compile(rf"\s|[[\p{{L}}\p{{N}}]--[{UNSPACED_SCRIPTS}]]", regex.V1)
_NO_PARALLELS: Mapping[str, str] = {}  # no proxy: a text can be sent to another process


class Edit(NamedTuple):
    """An atomic change: the graphemes [start, end) of the source became `replacement`."""

    start: int
    end: int
    replacement: str
    kind: str


@dataclass(frozen=True, repr=False)
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
        """Return an unedited text whose links, placeholders and every occurrence of the `protect` strings are protected.

        Strings occur however their letters are composed: `é` may be one code point or two.
        """
        reading = read(source)
        spans = reading.untouchable
        needles = tuple(protect)
        if needles:
            spans = _merged([*spans, *_places(reading.graphemes, needles)])
        return cls(source, language, spans, (), parallels or _NO_PARALLELS)

    def __str__(self) -> str:
        if not self.edits:
            return self.source
        source, offsets = self.source, self._reading.offsets
        pieces: list[str] = []
        done = 0
        for start, end, replacement, _ in self.edits:
            pieces += source[done : offsets[start]], replacement
            done = offsets[end]
        return "".join(pieces) + source[done:]

    def __repr__(self) -> str:
        known = (f"{name}={getattr(self, name)!r}" for name in ("source", "language", "protected", "edits"))
        return f"<Text {str(self)!r}, {', '.join(known)}>"

    def __len__(self) -> int:
        return len(self.graphemes)

    def __getitem__(self, index: int) -> str:
        return self.graphemes[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self.graphemes)

    @property
    def _reading(self) -> Reading:
        return read(self.source)

    @property
    def graphemes(self) -> tuple[str, ...]:
        """The graphemes of the text as it is now."""
        return self._graphemes if self.edits else self._reading.graphemes

    @cached_property
    def _graphemes(self) -> tuple[str, ...]:
        pieces: list[str] = []
        done = 0
        for edit in self.edits:
            pieces += self._reading.graphemes[done : edit.start]
            pieces += graphemes(edit.replacement)
            done = edit.end
        pieces += self._reading.graphemes[done:]
        return tuple(pieces)

    @property
    def changed(self) -> bool:
        """Whether the text now differs from its source."""
        return bool(self.edits) and str(self) != self.source

    def words(self) -> list[Word]:
        """Return the words that may be edited, in order. In scripts without spaces each character is a word."""
        if self.edits:
            string = str(self)
            return self._words_at(string, word_spans(string))
        return self._editable(self._reading.words)

    def around(self, word: Word, length: int) -> tuple[str, str]:
        """Return what stands before a word and after it, up to so many graphemes each."""
        before = self.graphemes[max(0, word.start - length) : word.start]
        return "".join(before), "".join(self.graphemes[word.end : word.end + length])

    def find(self, pattern: regex.Pattern[str]) -> list[Word]:
        """Return what a pattern matches as words that may be edited, in order."""
        string = str(self)
        return self._words_at(string, [match.span() for match in pattern.finditer(string) if match.group()])

    def _words_at(self, string: str, ranges: Sequence[tuple[int, int]]) -> list[Word]:
        return self._editable(words_at(self.graphemes, string, ranges)) if ranges else []

    def _editable(self, words: Iterable[Word]) -> list[Word]:
        return [word for word in words if self.editable(word.start, word.end)] if self.protected else list(words)

    @cached_property
    def _protected_now(self) -> tuple[Span, ...]:
        """Protected ranges in graphemes of the text as it is now; one that was edited before it was protected with its edits."""
        starts, ends = [edit.start for edit in self.edits], [edit.end for edit in self.edits]
        shifts = list(accumulate(map(_growth, self.edits), initial=0))
        return tuple(
            Span(span.start + shifts[bisect_right(ends, span.start)], span.end + shifts[bisect_left(starts, span.end)])
            for span in _merged(self.protected)
        )

    def editable(self, start: int, end: int) -> bool:
        """Return whether graphemes [start, end) lie clear of protected spans. Between two graphemes, start equals end."""
        if not self.protected:
            return True
        spans = self._protected_now
        place = bisect_right(spans, start, key=attrgetter("end"))  # the first that could be in the way
        return place == len(spans) or end <= spans[place].start

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
        return self.replace_each([(start, end, replacement)], kind)

    def replace_each(self, changes: Sequence[tuple[int, int, str]], kind: str) -> "Text":
        """Return the text with several ranges of graphemes replaced, those that are protected left out.

        Args:
            changes: First grapheme, one past the last, and what stands there instead, in order and none overlapping;
                all counted in the text as it is now.
            kind: What the edits are called in reports.

        Raises:
            IndexError: A range lies outside the text, or reaches over the next one.
        """
        if self.edits:
            return self._changed_again(changes, kind)
        source, offsets, protected = self.source, self._reading.offsets, self.protected
        edits: list[Edit] = []
        limit = len(offsets) - 1
        opens = -1  # where the edit after it begins
        for start, end, replacement in reversed(changes):
            if not 0 <= start <= end <= limit:
                what = f"a text of {len(self)}, or over a change that comes later in the list: changes go in the text's order"
                raise IndexError(f"graphemes [{start}, {end}) lie outside {what}")
            limit = start
            if source[offsets[start] : offsets[end]] == replacement or (protected and not self.editable(start, end)):
                continue
            if end == opens and (start == end or end == edits[-1].end):
                _, end, following, _ = edits.pop()
                replacement += following
                if source[offsets[start] : offsets[end]] == replacement:
                    opens = edits[-1].start if edits else -1
                    continue
            edits.append(Edit(start, end, replacement, kind))
            opens = start
        return self._edited(tuple(edits[::-1])) if edits else self

    def movable(self, start: int, end: int) -> bool:
        """Return whether no protected span lies across a border of graphemes [start, end)."""
        return self.editable(start, start) and self.editable(end, end)

    def reordered(self, parts: Sequence[Span], order: Sequence[int], kind: str) -> "Text":
        """Return the text with parts of it in each other's places. What is protected moves along with the part that holds it.

        A part that holds such stays as it is from there on.

        Args:
            parts: Ranges of graphemes, in order and none overlapping, counted in the text as it is now. All of them movable.
            order: For each place which part comes there.
            kind: What the edits are called in reports.
        """
        now, kept, holding = self.graphemes, list[Span](), set[int]()
        for span, here in zip(_merged(self.protected), self._protected_now, strict=True):
            place = bisect_right(parts, here.start, key=attrgetter("start")) - 1  # of the part that may hold it
            if place >= 0 and here.end <= parts[place].end and order[place] != place:
                holding.add(place)
            else:
                kept.append(span)
        changes, fixed, shift = list[tuple[int, int, str]](), list[Span](), 0
        for part, comes in zip(parts, order, strict=True):
            start, end = parts[comes]
            changes.append((part.start, part.end, "".join(now[start:end])))
            if comes in holding:
                fixed.append(Span(part.start + shift, part.start + shift + end - start))
            shift += (end - start) - (part.end - part.start)
        made = replace(self, protected=tuple(kept)).replace_each(changes, kind)
        for piece in made._pieces_now() if fixed else ():
            place = (
                bisect_left(fixed, piece.closes, key=attrgetter("start")) - 1
            )  # of the last that begins before its end
            if place >= 0 and piece.opens < fixed[place].end:
                kept.append(Span(piece.edit.start, piece.edit.end))
        return replace(made, protected=_merged(kept))

    def _changed_again(self, changes: Sequence[tuple[int, int, str]], kind: str) -> "Text":
        """Return an edited text with several ranges replaced: changes and the edits that they touch become one."""
        now, source, done = self.graphemes, self._reading.graphemes, 0
        pieces = self._pieces_now()
        for start, end, replacement in changes:
            if not done <= start <= end <= len(now):
                raise IndexError(f"graphemes [{start}, {end}) lie outside a text of {len(now)} or over a later change")
            done = end
            if "".join(now[start:end]) != replacement and self.editable(start, end):
                pieces.append(_Piece(start, end, Edit(start, end, replacement, kind), new=True))
        edits: list[Edit] = []
        shift = sum(map(_growth, self.edits))
        for group in _joined(pieces):
            after, shift = shift, shift - sum(_growth(piece.edit) for piece in group if not piece.new)
            if any(piece.new for piece in group):
                opens, closes = min(piece.opens for piece in group), max(piece.closes for piece in group)
                whole = list(now[opens:closes])
                for piece in group:
                    if piece.new:
                        whole[piece.opens - opens : piece.closes - opens] = [piece.edit.replacement]
                edit = Edit(opens - shift, closes - after, "".join(whole), kind)
                edits += [edit] if "".join(source[edit.start : edit.end]) != edit.replacement else []
            else:
                edits += [piece.edit for piece in group]
        edits.reverse()
        return self._edited(tuple(edits)) if tuple(edits) != self.edits else self

    def _pieces_now(self) -> "list[_Piece]":
        """Return where the edits stand in the text as it is now."""
        shifts = list(accumulate(map(_growth, self.edits), initial=0))
        return [
            _Piece(one.start + shift, one.end + after, one)
            for one, (shift, after) in zip(self.edits, pairwise(shifts), strict=True)
        ]

    def _edited(self, edits: tuple[Edit, ...]) -> "Text":
        return Text(self.source, self.language, self.protected, edits, self.parallels)

    def rewrite(self, string: str, kind: str = "rewrite", language: str | None = None) -> "Text":
        """Return the text rewritten as a whole. Its edits are a word diff; a change of a protected span is not made.

        Args:
            string: What the text should become.
            kind: What the edits are called in reports.
            language: Of the new text, a BCP 47 tag; None where it is still the old one.
        """
        old, new = _pieces(str(self)), _pieces(string)
        starts = list(accumulate((len(graphemes(piece)) for piece in old), initial=0))
        opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        changes = [
            (starts[old_start], starts[old_end], "".join(new[new_start:new_end]))
            for tag, old_start, old_end, new_start, new_end in opcodes
            if tag != "equal"
        ]
        text = self.replace_each(changes, kind)
        return text if language is None else replace(text, language=language)


class _Piece(NamedTuple):
    """An edit, and the graphemes [opens, closes) of an edited text where it stands or, if new, is to be made."""

    opens: int
    closes: int
    edit: Edit
    new: bool = False

    @property
    def inserts(self) -> bool:
        """Whether nothing of the source, or of the edited text, gives way to it."""
        return self.edit.start == self.edit.end

    def joins(self, group: Sequence["_Piece"], opens: int) -> bool:
        """Return whether it is one with what stands right of it, from `opens` on: beside it only where either inserts."""
        if self.closes != opens:
            return self.closes > opens
        if self.new:
            return self.inserts or all(one.inserts for one in group)
        return any(one.new and one.opens == opens and (self.inserts or one.inserts) for one in group)


def _joined(pieces: Iterable[_Piece]) -> list[list[_Piece]]:
    """Return pieces in groups that become one edit, from the last piece on."""
    groups: list[list[_Piece]] = []
    opens = 0  # the last group
    for piece in sorted(pieces, key=itemgetter(1, 0))[::-1]:
        if groups and piece.joins(groups[-1], opens):
            groups[-1].append(piece)
            opens = min(opens, piece.opens)
        else:
            groups.append([piece])
            opens = piece.opens
    return groups


def _growth(edit: Edit) -> int:
    return len(graphemes(edit.replacement)) - (edit.end - edit.start)


def _pieces(string: str) -> list[str]:
    """Return runs of letters, runs of blanks, and every other grapheme alone; joined, they are the string."""

    def kind(numbered: tuple[int, str]) -> object:
        place, grapheme = numbered
        return grapheme.isspace() if _JOINED.match(grapheme) else place + 2

    return ["".join(grapheme for _, grapheme in run) for _, run in groupby(enumerate(graphemes(string)), key=kind)]


def _places(characters: tuple[str, ...], needles: tuple[str, ...]) -> list[Span]:
    """Return where strings occur among graphemes, as they are written or in composed form."""
    written, composed = (characters, needles), (_composed(characters), _composed(needles))
    places: list[Span] = []
    for letters, sought in (written,) if written == composed else (written, composed):
        string = "".join(letters)
        places += spans_at(letters, string, [place for needle in sought for place in _occurrences(string, needle)])
    return places


def _composed(strings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(string if string.isascii() else normalize("NFC", string) for string in strings)


def _occurrences(string: str, needle: str) -> Iterator[tuple[int, int]]:
    """Yield where a string occurs in another, as code point ranges, which may overlap."""
    start = string.find(needle) if needle else -1
    while start >= 0:
        yield start, start + len(needle)
        start = string.find(needle, start + 1)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that overlap as one. Two that only touch stay two: letters may come between them."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            start, end = merged.pop()
            span = Span(start, max(end, span.end))
        merged.append(span)
    return tuple(merged)
