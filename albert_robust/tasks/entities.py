"""Entities of a text, each with its label and its place: how models and data write them, and how they are kept.

They are kept as a line, `Anna Keller (PER 0-11); Lisbon (LOC 20-26)`: she stands from code point 0 on, and ends before 11.
What names an entity and not its place, as language models do, is looked for in the text; what the text does not hold has no
place, and is the same as its like alone. Tags of tokens become entities by their prefixes: IOB1, IOB2, BIOES and BILOU
(Ramshaw and Marcus, 1995, arXiv:cmp-lg/9505040; Ratinov and Roth, 2009).

What is said of a variant is read back to the places of the original, so that a slip in a name, or another name, moves no
entity; one that lies in what a perturbation put in says nothing of the original, and is left out.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import chain
from operator import index
from typing import Any, NamedTuple
from unicodedata import category, normalize

from albert_robust.data.tokens import Place, tagged
from albert_robust.text.graphemes import graphemes
from albert_robust.text.languages import UNSPACED, base
from albert_robust.text.origins import images, lost, origins
from albert_robust.text.text import Edit

# What models and data call a label, from where to where it is, and what is labelled.
LABELS = ("label", "entity_group", "type", "entity_type", "label_", "tag", "category", "class", "entity")
STARTS = ("start_char", "start_offset", "start_pos", "start")  # spaCy's `start` is a token's
ENDS = ("end_char", "end_offset", "end_pos", "end")
STRINGS = ("text", "word", "name", "span", "value", "entity")
OUTSIDE = "O"
NOWHERE = -1
BETWEEN = "; "
TRIES = 1000  # brackets that open no JSON, before a text is given up
_ENTITY = re.compile(r"(?P<string>.*) \((?P<label>\S+)(?: (?P<start>\d+)-(?P<end>\d+))?\)")
_BEFORE_OBJECT = re.compile(r"[\s,]*(?=\{)")
_WORDS = re.compile(r"[^\s,'\"\[\]]+")  # of a list, be it Python's: ['O', 'B-PER']
_OPENING = re.compile(r"[\[{]")
_SIGNS = str.maketrans("’‘ʼ“”„İı", "'''\"\"\"ii")
TAG = re.compile(r"([BIESLUM])-(.+)")


class Entity(NamedTuple):
    """A part of a text and its label; `start` and `end` are `NOWHERE` where the text does not hold it."""

    start: int
    end: int
    label: str
    string: str

    def __str__(self) -> str:
        return f"{self.string} ({self.label}{'' if self.start == NOWHERE else f' {self.start}-{self.end}'})"

    @property
    def what(self) -> tuple[str, int, int, str]:
        """What makes two entities the same: label and place, or the string where there is none."""
        return self.label, self.start, self.end, self.string if self.start == NOWHERE else ""


def entities_of(output: str) -> list[Entity]:
    """Return the entities of an output, in order."""
    found = map(_ENTITY.fullmatch, output.split(BETWEEN) if output else ())
    return [_read_one(one) for one in found if one]


def names_of(output: str) -> list[str]:
    """Return the labels of the entities of an output."""
    return [entity.label for entity in entities_of(output)]


def renamed(output: str, names: Mapping[str, str]) -> str:
    """Return an output whose labels have other names, as far as these are given."""
    return kept(one._replace(label=_label(names.get(one.label, one.label))) for one in entities_of(output))


def labels_of_tags(tags: Iterable[str]) -> list[str]:
    """Return the labels of the entities that tokens with these tags are parts of."""
    inside = [tag for tag in tags if tag != OUTSIDE]
    prefixed = all(map(TAG.fullmatch, inside)) and any(tag[0] in "BISU" for tag in inside)
    return list(dict.fromkeys(TAG.sub(r"\2", tag) if prefixed else tag for tag in inside))


def unplaced(output: str) -> list[str]:
    """Return the strings of an output that the text does not hold."""
    return [entity.string for entity in entities_of(output) if entity.start == NOWHERE]


def _read_one(one: re.Match[str]) -> Entity:
    start, end = (NOWHERE if one[name] is None else int(one[name]) for name in ("start", "end"))
    return Entity(start, end, one["label"], one["string"])


def annotated(answer: Any, text: str) -> str | None:
    """Return entities as they are kept, in the order of the text; an empty string where there are none.

    Args:
        answer: A list of entities, `{start, end, label}`, `{text, label}` or `(start, end, label)`, which may be tokens with tags
            for labels; or of tags, one for each word between blanks; `{label: [text, ...]}`, or a place there, too, or
            `{text: label}`; any of them as JSON, tags in a row, or entities as they are kept.
        text: What they are about.

    Returns:
        The entities; None where the answer is none of that.

    Raises:
        ValueError: An entity has no label, or lies outside the text; tags are not as many as words; there are more entities
            than characters.
    """
    if isinstance(answer, str):
        answer = _written(answer)
    if isinstance(answer, Mapping) and "entities" in answer:
        answer = answer["entities"] or []
    if isinstance(answer, Mapping):
        answer = list(_by_label(answer, text))
    if hasattr(answer, "tolist"):  # an array
        answer = answer.tolist()
    if not isinstance(answer, Sequence) or isinstance(answer, bytes):
        return None
    if answer and all(isinstance(one, str) for one in answer):
        answer = tagged([found.span() for found in re.finditer(r"\S+", text)], answer)
    found = set[Entity]()
    for one in placed(answer, text):
        if one.label != OUTSIDE:  # a token that a pipeline was told to give, too
            found.add(one)
        if len(found) > len(text):  # as of a model that does not come to an end
            raise ValueError(f"more entities than the text has characters ({len(text)})")
    return kept(_whole(found, text))


def _written(answer: str) -> Any:
    """Return what a string holds: tags, entities as they are kept, none of them where it is empty, or JSON."""
    words = _WORDS.findall(answer)
    if words and are_tags(words):
        return words
    if answer and not all(map(_ENTITY.fullmatch, answer.split(BETWEEN))):
        return json_in(answer)
    return [
        {"text": one.string, "label": one.label} if one.start == NOWHERE else (one.start, one.end, one.label)
        for one in entities_of(answer)
    ]


def are_tags(words: Iterable[str]) -> bool:
    """Return whether all of some words are tags of tokens."""
    return all(word == OUTSIDE or TAG.fullmatch(word) for word in words)


def kept(entities: Iterable[Entity]) -> str:
    """Return entities as they are kept: in order, those without a place last."""
    return BETWEEN.join(map(str, sorted(set(entities), key=lambda one: (one.start == NOWHERE, one))))


def json_in(said: str) -> Any:
    """Return the first list or object that stands in a text as JSON and is whole; None where there is none.

    What opens within one that is broken, or cut where a model's tokens came to an end, is a part of it and no answer.
    """
    place = 0
    for _ in range(TRIES):
        if (opening := _OPENING.search(said, place)) is None:
            break
        try:
            return _json_from(said, opening.start())
        except json.JSONDecodeError as error:
            place = max(error.pos, opening.end())
        except (ValueError, RecursionError):  # a number too long or lists too deep to be meant
            break
    return None


def _json_from(said: str, place: int) -> Any:
    """Return what stands from a place on as JSON; of objects one after another, as JSON Lines have them, a list of all.

    Raises:
        ValueError: One of them is broken.
    """
    decoder = json.JSONDecoder()
    found, end = decoder.raw_decode(said, place)
    several = [found]
    while isinstance(found, dict) and (between := _BEFORE_OBJECT.match(said, end)):
        found, end = decoder.raw_decode(said, between.end())
        several.append(found)
    return several if len(several) > 1 else several[0]


def _by_label(answer: Mapping[Any, Any], text: str) -> Iterator[Any]:
    """Yield the entities that an object holds: itself one, or a list a label, or one list of all, or a label a name."""
    if any(name in answer for name in LABELS[:-1]):
        yield answer
        return
    labels = all(isinstance(held, str) and held and not _found(held, text) for held in answer.values())
    if labels and any(_found(str(name), text) for name in answer):  # the text holds names, and no labels
        yield from ({"text": str(name), "label": label} for name, label in answer.items())
        return
    for label, held in answer.items():
        for one in held if isinstance(held, list) else [held] if held else []:
            one = {"text": one} if isinstance(one, str) else one
            bare = isinstance(one, Mapping) and not any(name in one for name in (*LABELS, "labels"))
            yield {**one, "label": label} if bare else one


def placed(answer: Iterable[Any], text: str) -> Iterator[Entity]:
    """Yield entities where their strings stand; by their places where they have no string, or one that is not in the text.

    Language models count characters badly, and tokenizers write words otherwise: what stands at its place is there. Longer
    strings have their places first: beside a `New York Times`, `New York` is what stands by itself.
    """
    parts = [_parts(one) for one in answer]
    places = [place for place, _, _ in parts]
    sought = {
        number
        for number, (place, _, string) in enumerate(parts)
        if string and (place is None or not _alike(text[slice(*place)], string))
    }
    taken = {place for number, place in enumerate(places) if place and number not in sought}
    for number in sorted(sought, key=lambda number: (-len(parts[number][2]), number)):
        if found := _place(parts[number][2], text, taken):
            places[number] = found
            taken.add(found)
    for place, (_, label, string) in zip(places, parts, strict=True):
        if place is None:
            yield Entity(NOWHERE, NOWHERE, label, _on_one_line(string))
        elif 0 <= place[0] < place[1] <= len(text):
            yield _entity(*trimmed(*place, text), label, text)
        else:
            raise ValueError(_misplaced(*place, text))


def _misplaced(start: int, end: int, text: str) -> str:
    """Return what is wrong with an entity that is in no place of its text: alike of all such, but for what stands in brackets."""
    where = f"({start}-{end} of {len(text)} characters)"
    if start < 0:
        return f"an entity begins before its text {where}"
    if start >= end:
        return f"an entity {'is empty' if start == end else 'ends before it begins'} {where}"
    return f"an entity ends behind its text {where}"


def _parts(one: Any) -> tuple[tuple[int, int] | None, str, str]:
    """Return where an entity stands, if it says so, its label and, if it says so, its string."""
    if isinstance(one, Sequence) and not isinstance(one, str) and len(one) == 3:
        start, end, label = one
        return (_number(start), _number(end)), _label(label), ""
    if not isinstance(one, Mapping):
        what = (
            "expected a tag by its name" if isinstance(one, int) else "expected {'start': 0, 'end': 4, 'label': 'PER'}"
        )
        raise ValueError(f"no entity ({one!r:.60}), {what}")
    key = next((name for name in LABELS if one.get(name) is not None), None)
    label = _label(one.get("labels") if key is None else one[key])
    string = next((one[name] for name in STRINGS if name != key and isinstance(one.get(name), str)), "").strip()
    start, end = (next((one[name] for name in names if one.get(name) is not None), None) for names in (STARTS, ENDS))
    if start is not None and end is not None:
        return (_number(start), _number(end)), label, string
    if not string:
        raise ValueError(f"an entity says neither its `start` and `end` nor its `text`: {one!r:.60}")
    return None, label, string


def _alike(one: str, other: str) -> bool:
    """Return whether two strings are the same but for blanks and capitals."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _number(value: Any) -> int:
    try:
        return index(value)
    except TypeError:
        raise ValueError(f"an entity begins or ends at {value!r:.40}, expected a whole number") from None


def _label(value: Any) -> str:
    if isinstance(value, list) and len(value) == 1:  # as Label Studio writes it
        value = value[0]
    label = "_".join(value.replace(BETWEEN[0], ",").split()) if isinstance(value, str) else ""
    if not label:
        raise ValueError(f"an entity has the label {value!r:.40}, expected text")
    return label


def _place(string: str, text: str, taken: Set[Place]) -> Place | None:
    """Return where a string stands first by itself, or in what is taken, or last; as written and as whole words, if it can.

    None where it stands nowhere.
    """
    found = _found(string, text)
    if not found:
        plain, places = _plain(text)
        found = [(places[start][0], places[end - 1][1]) for start, end in _found(_plain(string)[0], plain)]
    apart = (one for one in found if not any(one[0] < end and start < one[1] for start, end in taken))
    return next(chain(apart, (one for one in found if one not in taken), found[-1:]), None)


def _found(string: str, text: str) -> list[tuple[int, int]]:
    """Return where a string stands in a text, whatever the blanks in it; as whole words if it does so anywhere."""
    pattern = r"\s+".join(map(re.escape, string.split()))
    places = ([one.span() for one in re.finditer(sought, text)] for sought in (rf"(?<!\w){pattern}(?!\w)", pattern))
    return next(filter(None, places), []) if pattern else []


@lru_cache(maxsize=64)
def _plain(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a text without what a model may write otherwise, and the place that each character of it has in the text.

    That is case, width, composition, the shapes of signs, and characters that nobody sees.
    """
    plain, places, end = "", list[tuple[int, int]](), 0
    for one in graphemes(text):
        start, end = end, end + len(one)
        kept = [letter for letter in normalize("NFKC", one.translate(_SIGNS)).casefold() if category(letter) != "Cf"]
        plain += "".join(kept)
        places += [(start, end)] * len(kept)
    return plain, places


def trimmed(start: int, end: int, text: str) -> tuple[int, int]:
    """Return a place without the blanks at its borders; as it is where nothing else is there."""
    held = text[start:end]
    return (start + len(held) - len(held.lstrip()), start + len(held.rstrip())) if held.strip() else (start, end)


def _entity(start: int, end: int, label: str, text: str) -> Entity:
    return Entity(start, end, label, _on_one_line(text[start:end]))


def _on_one_line(string: str) -> str:
    """Return a string with single blanks, and without what stands between entities."""
    return " ".join(string.replace(BETWEEN[0], ",").split())


def _whole(found: Collection[Entity], text: str) -> Collection[Entity]:
    """Return the entities that tagged tokens are parts of; what is no tag is one already, as an `E-mail` that nothing opens."""
    tags = all(TAG.fullmatch(one.label) and one.start != NOWHERE for one in found)
    if not tags or not any(one.label[0] in "BISU" for one in found):
        return found
    made: list[Entity] = []
    closed = True
    for one in sorted(found):
        prefix, label = TAG.findall(one.label)[0]
        last = made[-1] if made else None
        goes_on = last is not None and last.label == label and not text[last.end : one.start].strip()
        if last is not None and goes_on and not closed and prefix not in "BSU":
            made[-1] = _entity(last.start, one.end, label, text)
        else:
            made.append(_entity(one.start, one.end, label, text))
        closed = prefix in "ESLU"
    return made


def image_of(source: str, edits: Sequence[Edit], edited: str, language: str) -> Callable[[int, int], tuple[int, int]]:
    """Return what maps a place in a text to that in its variant, without blanks at its borders; an empty one is gone."""
    image = images(source, edits, edited, spaced=base(language) not in UNSPACED)
    return lambda start, end: trimmed(*image(start, end), edited)


def can_be_told(named: str, source: str, edits: Sequence[Edit], edited: str, language: str) -> bool:
    """Return whether an output about a variant can name what a text names: one that names all of it, where it now is, does.

    It does not where a part of an entity is gone elsewhere, as where two words changed places.

    Args:
        named: The entities of the text.
        source: The text.
        edits: That made the variant from it, in source order.
        edited: The variant.
        language: Of both.
    """
    image = image_of(source, edits, edited, language)
    own = [one for one in entities_of(named) if one.start != NOWHERE]
    now = [_entity(*place, one.label, edited) for one in own if (place := image(one.start, one.end))[0] < place[1]]
    back = entities_of(read_back(kept(now), source, edits, [named]))
    return {one.what for one in back} == {one.what for one in own}


def read_back(output: str, source: str, edits: Sequence[Edit], known: Iterable[str] = ()) -> str:
    """Return what an output about a variant says of the original.

    Args:
        output: About the variant.
        source: The original.
        edits: That made the variant from it, in source order.
        known: Outputs about the original: letters that were lost at a border are part of an entity where they are in these.
    """
    origin, gone = origins(source, edits), lost(source, edits)
    before, after = {closes: opens for opens, closes in gone}, dict(gone)
    before |= {
        trimmed(closes, len(source), source)[0]: opens for opens, closes in gone
    }  # a word with the blank beside it
    after |= {trimmed(0, opens, source)[1]: closes for opens, closes in gone}
    places = sorted({(one.start, one.end) for other in known for one in entities_of(other)}) if gone else []

    def place(one: Entity) -> tuple[int, int]:
        start, end = origin(one.start, one.end)
        first, last = before.get(start, start), after.get(end, end)
        fitting = [found for found in places if first <= found[0] <= start < end <= found[1] <= last]
        return min(fitting, key=lambda found: found[1] - found[0], default=(start, end))

    moved = (one if one.start == NOWHERE else _entity(*place(one), one.label, source) for one in entities_of(output))
    return kept(one for one in moved if one.start == NOWHERE or one.start < one.end)
