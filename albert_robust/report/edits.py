"""Edits as a reader sees them: a text in parts that were kept, deleted or inserted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from albert_robust.report.display import clip, clip_end, shorten
from albert_robust.results.outcome import Change
from albert_robust.text.graphemes import graphemes
from albert_robust.text.lookalikes import telling

CONTEXT = 50  # graphemes around an edit in a shortened text
LONG_EDIT = 160  # graphemes of one edit in a shortened text
SHORT = 320  # code points: shorter texts are shown whole, and twice as much of two sides
Kind = Literal["kept", "deleted", "inserted", "gap"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a text; a gap stands for what is not shown. `named`: its characters that look like those it stands for."""

    kind: Kind
    text: str
    named: frozenset[str] = frozenset()


GAP = Segment("gap", "\u2026")


def segments(original: str, variant: str, changes: Sequence[Change]) -> tuple[Segment, ...]:
    """Return the parts of an edited text, in order. Edits with nothing but white space between them are shown as one.

    Args:
        original: The text before.
        variant: The text after.
        changes: Edits in graphemes of the original. Where they do not lead to the variant, as in a damaged record, all
            of the original counts as deleted.
    """
    characters = graphemes(original)
    found: list[Segment] = []
    done, deleted, inserted = 0, "", ""
    for change in sorted(changes, key=lambda change: (change.start, change.end)):
        between = "".join(characters[done : change.start])
        if between.strip() or not (deleted or inserted):
            found += _parts(deleted, inserted, between)
            between = deleted = inserted = ""
        deleted += between + "".join(characters[change.start : change.end])
        inserted += between + change.replacement
        done = change.end
    found += _parts(deleted, inserted, "".join(characters[done:]))
    if side(found, "deleted") != original or side(found, "inserted") != variant:
        found = _parts(original, variant, "")
    return tuple(found)


def _parts(deleted: str, inserted: str, kept: str) -> list[Segment]:
    named = telling(deleted, inserted)
    made = (Segment("deleted", deleted, named), Segment("inserted", inserted, named), Segment("kept", kept))
    return [segment for segment in made if segment.text]


def side(parts: Sequence[Segment], change: Kind) -> str:
    """Return the text before (`deleted`) or after (`inserted`) the edits."""
    return "".join(part.text for part in parts if part.kind in ("kept", change))


def shortened(parts: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the parts around the edits, or all of them if they are short. Without an edit: the start."""
    if sum(len(part.text) for part in parts) <= SHORT:
        return tuple(parts)
    if len(parts) == 1 and parts[0].kind == "kept":
        return (Segment("kept", clip(parts[0].text, SHORT)), GAP)
    found: list[Segment] = []
    for place in range(len(parts)):
        found += _piece(parts, place)
        if sum(len(part.text) for part in found) > 2 * SHORT and place < len(parts) - 1:
            return (*found, *(() if found[-1] == GAP else (GAP,)))
    return tuple(found)


def _piece(parts: Sequence[Segment], place: int) -> Iterator[Segment]:
    part = parts[place]
    if part.kind != "kept":
        yield Segment(part.kind, shorten(part.text, LONG_EDIT), part.named)
        return
    head = clip(part.text, CONTEXT) if place > 0 else ""
    tail = clip_end(part.text, CONTEXT) if place < len(parts) - 1 else ""
    if len(head) + len(tail) >= len(part.text):
        yield part
        return
    yield from (piece for piece in (Segment("kept", head), GAP, Segment("kept", tail)) if piece.text)
