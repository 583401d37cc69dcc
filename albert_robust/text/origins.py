"""Where a part of an edited text was in its source, and the other way round: what is said of places in one holds in the other."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile
from operator import attrgetter
from typing import NamedTuple

from albert_robust.text.graphemes import graphemes
from albert_robust.text.reading import read
from albert_robust.text.text import Edit


class _Piece(NamedTuple):
    """A piece of an edited text and the piece of its source that it comes from, as code point ranges."""

    start: int
    end: int
    source_start: int
    source_end: int
    kept: bool


def origins(source: str, edits: Iterable[Edit]) -> Callable[[int, int], tuple[int, int]]:
    """Return what maps a range of an edited text to the range of its source that it comes from, both in code points.

    A border within what was replaced moves out to the border of what stood there; character by character where as many stand
    there now. Of a range that was put in nothing is left: an empty one.

    Args:
        source: The text before any edit.
        edits: In source order.
    """
    pieces = list(_pieces(source, edits))

    def origin(start: int, end: int) -> tuple[int, int]:
        first, last = (bisect_right(pieces, at, key=attrgetter("start")) for at in (start, end - 1))
        own = pieces[first - 1 : last]
        opens = min(piece.source_start + (max(0, start - piece.start) if piece.kept else 0) for piece in own)
        closes = max(piece.source_end - (max(0, piece.end - end) if piece.kept else 0) for piece in own)
        return opens, max(opens, closes)

    return origin


def images(source: str, edits: Iterable[Edit], edited: str, *, spaced: bool) -> Callable[[int, int], tuple[int, int]]:
    """Return what maps a range of a text to the range that came of it in the edited text, both in code points.

    A border within what was replaced moves out to the border of what stands there now, as in `origins`. Of a range that was
    taken out nothing is left: an empty one.

    Args:
        source: The text before any edit.
        edits: In source order.
        edited: The text after them.
        spaced: Whether blanks part the words of the text: then letters that were put in right behind a range belong to its word.
    """
    pieces = list(_pieces(source, edits))

    def image(start: int, end: int) -> tuple[int, int]:
        own = [place for place, piece in enumerate(pieces) if piece.source_start < end and start < piece.source_end]
        if not own:
            return 0, 0
        first, last = pieces[own[0]], pieces[own[-1]]
        opens = first.start + (max(0, start - first.source_start) if first.kept else 0)
        closes = last.end - (max(0, last.source_end - end) if last.kept else 0)
        after = pieces[own[-1] + 1 : own[-1] + 2] if last.source_end == end else []
        for piece in after if spaced else ():
            if piece.source_start == piece.source_end and edited[piece.start : piece.end].isalnum():
                closes = piece.end
        return opens, closes

    return image


def lost(source: str, edits: Iterable[Edit]) -> list[tuple[int, int]]:
    """Return the ranges of a text, in code points, of which edits leave nothing: nobody knows which side of one a border is."""
    pieces = sorted(_pieces(source, edits), key=attrgetter("source_start", "source_end"))
    ends = [0, *(piece.source_end for piece in pieces)]
    starts = [*(piece.source_start for piece in pieces), len(source)]
    return [(end, start) for end, start in zip(ends, starts, strict=True) if end < start]


def _pieces(source: str, edits: Iterable[Edit]) -> Iterator[_Piece]:
    """Yield the pieces of an edited text that are not empty, in order."""
    characters, offsets, *_ = read(source)
    at = done = 0
    for edit in edits:
        start, end = offsets[edit.start], offsets[edit.end]
        if done < start:
            yield _Piece(at, at + start - done, done, start, True)
            at += start - done
        for letters, first, last in _parts(edit, characters[edit.start : edit.end]):
            yield _Piece(at, at + len(letters), offsets[first], offsets[last], False)
            at += len(letters)
        done = end
    if done < len(source):
        yield _Piece(at, at + len(source) - done, done, len(source), True)


def _parts(edit: Edit, stood: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return what an edit puts in, with the graphemes of the source that each part stands for.

    Two words may have changed places. Or two steps made it, which left a word in another case and put something beside it or into
    it, or took something away.

    Args:
        edit: In source order.
        stood: The graphemes in whose place it is.
    """
    characters = graphemes(edit.replacement)
    if exchanged := _exchanged(characters, stood, edit.start):
        return exchanged
    shared = min(len(characters), len(stood))
    ahead = _alike(characters, stood)
    behind = min(shared - ahead, _alike(characters[::-1], stood[::-1]))
    if len(characters) == len(stood):
        ahead, behind = shared, 0
    elif ahead + behind < shared:
        ahead = behind = 0
    last = len(characters) - behind
    parts = [
        *_one_by_one(characters[:ahead], edit.start),
        ("".join(characters[ahead:last]), edit.start + ahead, edit.end - behind),
        *_one_by_one(characters[last:], edit.end - behind),
    ]
    return [part for part in parts if part[0]]


def _exchanged(characters: Sequence[str], stood: Sequence[str], start: int) -> list[tuple[str, int, int]]:
    """Return the parts of `b a`, put in place of `a b`; none where anything else is put in."""
    blank = stood.index(" ") if " " in stood else 0
    first, second = tuple(stood[:blank]), tuple(stood[blank + 1 :])
    if not blank or tuple(characters) != (*second, " ", *first):
        return []
    after = start + blank
    parts = ((second, after + 1), ((" ",), after), (first, start))
    return [("".join(part), place, place + len(part)) for part, place in parts]


def _one_by_one(characters: Sequence[str], start: int) -> list[tuple[str, int, int]]:
    return [(one, place, place + 1) for place, one in enumerate(characters, start)]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many letters two words begin with that are the same but for their case."""
    pairs = zip(one, other, strict=False)
    return len(list(takewhile(lambda pair: pair[0].casefold() == pair[1].casefold(), pairs)))
