"""What stands below the picture of an alignment: the scores, the key, what is left out, and the signature."""

from collections.abc import Iterator
from dataclasses import dataclass

from albert_robust.report.display import shorten
from albert_robust.report.figures import number
from albert_robust.report.labels import Words, block, blocks
from albert_robust.results.cases import AlignmentRecord, MatchedText
from albert_robust.shown import counted

LETTERS, TINY = 11, 9  # font sizes, in pixels as everything here
LINE, GAP = 17, 4  # a line's height; what else lies between parts
SIGN = 36  # the room before a line of the key, for its sign
LONGEST_SIGNATURE = 400
KEY = (
    ("shades", "similarity from 0, unshaded, to 1"),
    ("row", "nearest to the token of the row: precision"),
    ("column", "nearest to the token of the column: recall"),
    ("bar", "a token's weight; thick, what its match recovers"),
)


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the key: where its sign stands, and what it says."""

    sign: str
    x: float
    y: float
    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Caption:
    """All lines below a picture; `bottom` is where they end."""

    scores: tuple[Words, ...]
    keys: tuple[Key, ...]
    notes: tuple[Words, ...]
    signature: tuple[Words, ...]
    bottom: float


def caption(found: AlignmentRecord, names: tuple[str, str], x: float, y: float, room: float) -> Caption:
    """Return a caption whose first line stands at a place; `names` are what the candidate and the reference are called."""
    scores = blocks(spoken_scores(found), LETTERS, room, x, y)
    y = scores[-1].y + LINE + GAP
    keys = []
    for sign, text in KEY:
        lines = block(text, LETTERS, room - SIGN, x + SIGN, y)
        keys.append(Key(sign, x, y, tuple(lines)))
        y = lines[-1].y + LINE
    notes = blocks(list(_notes(found, names)), LETTERS, room, x, y + GAP)
    y = notes[-1].y + LINE if notes else y
    signature = block(shorten(found.signature, LONGEST_SIGNATURE), TINY, room, x, y + GAP)
    bottom = (signature[-1].y if signature else y) + 2 * GAP
    return Caption(tuple(scores), tuple(keys), tuple(notes), tuple(signature), bottom)


def spoken_scores(found: AlignmentRecord) -> list[str]:
    """Return F, precision and recall in words, as they were before calibration where there is one, and what letters say."""
    name = found.signature.split("|")[0]
    calibrated, matched = (
        f"{f}: precision {precision}, recall {recall}"
        for precision, recall, f in (map(number, found.scores), map(number, found.matched))
    )
    whole = [f"{name} {calibrated}"]
    if found.scores != found.matched:
        whole.append(f"as matched {matched}")
    if found.letters:
        whole.append("of it by letters: precision {}, recall {}".format(*map(number, found.letters)))
    return whole


def _notes(found: AlignmentRecord, names: tuple[str, str]) -> Iterator[str]:
    sides = tuple(zip(names, (found.candidate, found.reference), strict=True))
    yield from (f"There are no tokens in: {name}." for name, side in sides if not side.length)
    cut = [f"the first {len(side.tokens)} of {_tokens(side)} of: {name}" for name, side in sides if _is_cut(side)]
    if cut:
        yield f"Shown are {' and '.join(cut)}. Scores and weights are of the whole; a match that is not shown has no mark."


def _is_cut(side: MatchedText) -> bool:
    return side.length > len(side.tokens)


def _tokens(side: MatchedText) -> str:
    return counted(side.length, "token")
