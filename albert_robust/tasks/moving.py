"""Moves what data say of places in a text to where these are in a variant: entities, and tokens with their tags.

`read_back` of `entities.py` goes the other way: from what a model says of a variant to the original.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from albert_robust.data.tokens import Place
from albert_robust.errors import Mistake
from albert_robust.tasks.entities import ENDS, LABELS, OUTSIDE, STARTS, STRINGS, TAG, Entity, placed, trimmed

Image = Callable[[int, int], tuple[int, int]]  # from a range of a text to that of its variant
FORMS = "a list of {start: 0, end: 4, label: PER}, of {text: Anna, label: PER}, of [0, 4, PER], or a tag for each token"
_TOKEN, _SINGLE = re.compile(r"[^ \t\r\n]+"), re.compile(r"[^ \t\r\n]")


class Scheme(NamedTuple):
    """How tags say where an entity begins and ends: the prefix of its first token, of those within, its last, or its only one."""

    first: str = "B"
    within: str = "I"
    last: str = "I"
    only: str = "B"

    @classmethod
    def of(cls, sequences: Iterable[Sequence[str]]) -> Self | None:
        """Return the scheme of some sequences of tags: IOB1, IOB2, BIOES, BILOU or BMES; None for labels without prefixes."""
        letters, after_outside = set[str](), set[str]()
        for tags in sequences:
            found = [TAG.fullmatch(tag) for tag in tags]
            letters |= {one[1] for one in found if one}
            after_outside |= {
                one[1] for before, one in zip([None, *found], found, strict=False) if one and before is None
            }
        if not letters:
            return None
        within = "M" if "M" in letters else "I"
        if letters & {"L", "U"}:
            return cls("B", within, "L", "U")
        if letters & {"E", "S"}:
            return cls("B", within, "E", "S")
        first = "I" if "I" in after_outside else "B"
        return cls(first, "I", "I", first)

    def tag(self, label: str, place: int, count: int) -> str:
        """Return the tag of one of an entity's tokens."""
        prefix = (
            self.only if count == 1 else self.first if place == 0 else self.last if place == count - 1 else self.within
        )
        return f"{prefix}-{label}"


def tags_of(places: Sequence[Place], entities: Iterable[Entity], scheme: Scheme | None) -> list[str]:
    """Return a tag for each token, by where tokens and entities are. A token in two entities is the first one's."""
    tags, last = [OUTSIDE] * len(places), ""
    ended = -1
    for one in sorted(entities):
        within = [
            number
            for number, (start, end) in enumerate(places)
            if start < one.end and one.start < end and tags[number] == OUTSIDE
        ]
        for place, number in enumerate(within):
            tags[number] = one.label if scheme is None else scheme.tag(one.label, place, len(within))
        if within and scheme and (last, ended) == (one.label, within[0] - 1) and tags[within[0]].startswith("I-"):
            tags[within[0]] = f"B-{one.label}"  # IOB1 says so where one entity follows another of its label
        if within:
            last, ended = one.label, within[-1]
    return tags


def tokens_of(variant: str, places: Sequence[Place], image: Image, *, spaced: bool) -> list[Place]:
    """Return the tokens of a variant, by their places.

    Args:
        variant: The text.
        places: Those of the original's tokens.
        image: From the original to the variant.
        spaced: Whether blanks part tokens, and other spaces that now stand between them; marks that were put in beside a word are
            tokens of their own. Else tokens end where the original's do, and of what was put in each character is one.
    """
    images = [image(*place) for place in places]
    if spaced:
        kept = {at for start, end in images for at in range(start, end)}
        parted = "".join(" " if sign.isspace() and at not in kept else sign for at, sign in enumerate(variant))
        return [place for found in _TOKEN.finditer(parted) for place in _parted(variant, *found.span(), kept)]
    made, done = list[Place](), 0
    for start, end in images:
        start = max(start, done)
        if start < end:
            made += [found.span() for found in _SINGLE.finditer(variant, done, start)]
            made += [found.span() for found in _TOKEN.finditer(variant, start, end)]
            done = end
    return made + [found.span() for found in _SINGLE.finditer(variant, done)]


def _parted(variant: str, start: int, end: int, kept: Container[int]) -> Iterator[Place]:
    """Yield a token without the marks at its borders that were put in, and these."""
    opens, closes = start, end
    while opens < end and opens not in kept and not variant[opens].isalnum():
        opens += 1
    while closes > opens and closes - 1 not in kept and not variant[closes - 1].isalnum():
        closes -= 1
    yield from ((one, other) for one, other in ((start, opens), (opens, closes), (closes, end)) if one < other)


def moved(entities: Sequence[Any], text: str, variant: str, image: Image) -> list[Any]:
    """Return the entities of a text in the form in which they are given, with their places, or their strings, in a variant.

    Those that nothing is left of are left out.

    Raises:
        Mistake: They are in another form.
        ValueError: As `annotated` has it.
    """
    for one in entities:
        if not isinstance(one, Mapping) and not (isinstance(one, Sequence) and len(one) == 3):
            raise Mistake(f"{one!r:.40} is no entity that can be moved", f"write {FORMS}")
    made = []
    for given, one in zip(entities, placed(entities, text), strict=True):
        start, end = trimmed(*image(one.start, one.end), variant) if one.start >= 0 else (0, 0)
        if start < end:
            made.append(_at(given, start, end, variant[start:end]))
    return made


def _at(given: Any, start: int, end: int, string: str) -> Any:
    """Return an entity in the form in which it is given, at another place."""
    if not isinstance(given, Mapping):
        return [start, end, given[2]]
    label = _first(given, LABELS)
    new = {_first(given, STARTS): start, _first(given, ENDS): end, _first(given, STRINGS, label): string}
    return {name: new.get(name, held) for name, held in given.items()}


def _first(given: Mapping[str, Any], names: Iterable[str], other: str = "") -> str:
    """Return the first of some names under which an entity has something; empty where it has none."""
    return next((name for name in names if name != other and given.get(name) is not None), "")
