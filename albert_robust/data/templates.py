"""Makes rows from templates: sentences with slots, and lists of words that fill them.

Ribeiro et al. (2020), arXiv:2005.04118, write tests of minimum functionality so. A slot `{thing}` takes each word of the list
`thing`; `{thing2}` takes another word of the same list, `{place.capital}` a field of a word that has fields.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, permutations, product
from math import perm, prod
from typing import Any

from albert_robust.data.rows import Row
from albert_robust.errors import Mistake
from albert_robust.shown import counted, suggest

MOST = 100_000  # examples per dataset: more words say no more about a model, and take long to ask
LITERAL = ("id", "language")  # these have no slots: they are the same in all examples of a template
Word = str | Mapping[str, str]  # with fields, the first one names it
Fill = Mapping[str, Sequence[Word]]
Located = tuple[tuple[int | str, ...], Mistake]  # where in the dataset
_MARK = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<slot>\w+)(?:\.(?P<field>[\w-]+))?\}|\{[^{}]*\}?|\}")


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of one dataset.

    Attributes:
        templates: Each maps a field to a text, a number, or a list or an object of these.
        lines: The line of each template in the suite.
        fill: The lists of words.
    """

    templates: tuple[Mapping[str, Any], ...]
    lines: tuple[int, ...]
    fill: Fill

    def __str__(self) -> str:
        return counted(len(self.templates), "template")

    def rows(self) -> Iterator[Row]:
        """Yield (line, row) for each template and each choice of words; words of one list are never the same twice.

        A row has an id where its template has one: that, and its words in the order of their slots' names, so that the same
        words make the same id in a template of another language. Beside the fields it has the words of its slots.
        """
        for line, template in zip(self.lines, self.templates, strict=True):
            for words in _choices(template, self.fill):
                row = {slot_of(slot): _name(word) for slot, word in words.items()}
                row |= {name: value if name in LITERAL else _filled(value, words) for name, value in template.items()}
                if "id" in template:
                    row["id"] = "/".join([str(template["id"]), *map(_name, words.values())])
                yield line, row

    def unknown(self, columns: Sequence[str]) -> Iterator[tuple[int, Mistake]]:
        """Yield the number of each name that no template has for a slot or a field, and what is wrong with it."""
        slots = [slot for one in self.templates for slots in used(one, self.fill).values() for slot in slots]
        known = list(dict.fromkeys([*slots, *chain.from_iterable(self.templates)]))
        for number, column in enumerate(columns):
            if column not in known:
                yield number, Mistake(f"no template has a slot or a field {column!r}", suggest(column, known))


def slot_of(name: str) -> str:
    """Return what holds the word of a slot in a row: no field is called so."""
    return f"{{{name}}}"


def used(template: Mapping[str, Any], fill: Fill) -> dict[str, list[str]]:
    """Return the names of the lists that a template takes words from, each with the slots that it fills."""
    slots = sorted({mark["slot"] for _, mark in _marks(template) if mark["slot"]})
    found: dict[str, list[str]] = {}
    for slot in slots:
        found.setdefault(_list_of(slot, fill), []).append(slot)
    return found


def mistakes(
    templates: Sequence[Mapping[str, Any]],
    fill: Fill,
    inputs: Sequence[str],
    reference: str,
    languages: Sequence[str] = (),
) -> Iterator[Located]:
    """Yield what is wrong with the templates of a dataset.

    Args:
        templates: The templates.
        fill: All lists that they may use.
        inputs: The task's fields.
        reference: The task's reference.
        languages: The languages of which each template has to say its own; empty if all templates are in one.
    """
    for number, template in enumerate(templates):
        at = ("templates", number)
        found = (_of_fields(template, inputs, reference), _of_slots(template, fill), _of_language(template, languages))
        yield from (((*at, *location), mistake) for location, mistake in chain(*found))
    spoken = {str(template.get("language")).casefold() for template in templates}
    for number, tag in enumerate(languages):
        if tag.casefold() not in spoken:
            yield ("languages", number), Mistake(f"no template is in {tag!r}", "add one, or take the language out")
    counts = [_count(template, fill) for template in templates]
    if sum(counts) > MOST:
        what = f"the templates make {sum(counts):,} examples, {max(counts):,} of them this one"
        yield ("templates", counts.index(max(counts))), Mistake(what, f"{MOST:,} are the most: shorten lists")


def _of_fields(template: Mapping[str, Any], inputs: Sequence[str], reference: str) -> Iterator[Located]:
    """Yield the fields that a template has beside the task's, and those that it lacks."""
    known = [*inputs, reference, *LITERAL]
    for name in template:
        if name not in known:
            yield (name,), Mistake(f"unknown field {name!r}", suggest(name, known))
    for name in inputs:
        if name not in template:
            yield (), Mistake(f"the template has no {name!r}", f'add `{name}: "..."`')


def _of_slots(template: Mapping[str, Any], fill: Fill) -> Iterator[Located]:
    """Yield the slots of a template that no list fills, and the lists that are too short for their slots."""
    for name, mark in _marks(template):
        yield from (((name,), mistake) for mistake in _wrong(mark, fill))
    for name, slots in used(template, fill).items():
        if 0 < len(fill.get(name, ())) < len(slots):
            what = f"{len(slots)} slots take different words of {name!r}, which has {len(fill[name])}"
            yield (), Mistake(what, "add words to the list")


def _of_language(template: Mapping[str, Any], languages: Sequence[str]) -> Iterator[Located]:
    """Yield what is wrong with the language of a template that has to say its own."""
    if languages and "language" not in template:
        yield (), Mistake("the template does not say its language", f"add `language: {languages[0]}`")
    elif languages and str(template["language"]).casefold() not in map(str.casefold, languages):
        mend = suggest(str(template["language"]), languages)
        yield ("language",), Mistake(f"{template['language']!r} is not among the `languages`", mend)


def unfit(fill: Fill) -> Iterator[Located]:
    """Yield what is wrong with lists of words, whoever uses them."""
    for name, words in fill.items():
        if not re.fullmatch(r"\w+", name):
            yield (name,), Mistake(f"a slot cannot name the list {name!r}", "letters, digits and _ make a name")
        if not words:
            yield (name,), Mistake(f"the list {name!r} is empty", "add words, or take it out")
        seen: dict[str, int] = {}
        for place, word in enumerate(words):
            if _fields(word) != _fields(words[0]):
                fields = ", ".join(_fields(words[0])) or "no fields"
                what = f"the word has not the fields of the first of {name!r}"
                yield (name, place), Mistake(what, f"write as there: {fields}")
            elif seen.setdefault(_name(word), place) != place:
                mend = "the first field of a word names it" if _fields(word) else "take one out"
                yield (name, place), Mistake(f"{_name(word)!r:.60} is twice in the list {name!r}", mend)


def _marks(template: Mapping[str, Any]) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield (field, match) for each slot of a template, and for what looks like one."""
    for name, value in template.items():
        for text in () if name in LITERAL else _texts(value):
            if isinstance(text, str):
                yield from ((name, mark) for mark in _MARK.finditer(text) if not mark["brace"])


def _texts(value: Any) -> Iterator[Any]:
    """Yield the texts and other plain values in a value of a template."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if parts is None:
        yield value
    for part in parts or ():
        yield from _texts(part)


def _wrong(mark: re.Match[str], fill: Fill) -> Iterator[Mistake]:
    if not mark["slot"]:
        yield Mistake(f"{mark[0]!r:.40} is no slot", "write `{thing}`, or `{{` and `}}` for the braces themselves")
        return
    name = _list_of(mark["slot"], fill)
    if name not in fill:
        mend = suggest(name, list(fill)) or f"add `fill: {{{name}: [...]}}`"
        yield Mistake(f"no list of words for {mark[0]}", mend)
        return
    fields = _fields(fill[name][0]) if fill[name] else ()
    if mark["field"] and not fields:
        yield Mistake(f"the words of {name!r} have no fields", f"write {{{mark['slot']}}}")
    elif fields and mark["field"] not in fields:
        what = f"no field {mark['field']!r}" if mark["field"] else "fields"
        right = [f"{{{mark['slot']}.{field}}}" for field in fields]
        yield Mistake(f"the words of {name!r} have {what}", f"write {' or '.join(right)}")


def _list_of(slot: str, fill: Fill) -> str:
    return slot if slot in fill else slot.rstrip("0123456789")


def _count(template: Mapping[str, Any], fill: Fill) -> int:
    return prod(perm(len(fill.get(name, ())), len(slots)) for name, slots in used(template, fill).items())


def _choices(template: Mapping[str, Any], fill: Fill) -> Iterator[dict[str, Word]]:
    """Yield each choice of words, by slot; the words of the last list change first."""
    lists = used(template, fill)
    slots = [slot for group in lists.values() for slot in group]
    for chosen in product(*(permutations(fill[name], len(group)) for name, group in lists.items())):
        yield dict(zip(slots, (word for group in chosen for word in group), strict=True))


def _filled(value: Any, words: Mapping[str, Word]) -> Any:
    if isinstance(value, list):
        return [_filled(one, words) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, words) for name, one in value.items()}
    return _MARK.sub(lambda mark: _put(mark, words), value) if isinstance(value, str) else value


def _put(mark: re.Match[str], words: Mapping[str, Word]) -> str:
    if mark["brace"]:
        return mark["brace"][0]
    word = words[mark["slot"]]
    return word if isinstance(word, str) else word[mark["field"]]


def _fields(word: Word) -> tuple[str, ...]:
    return () if isinstance(word, str) else tuple(word)


def _name(word: Word) -> str:
    return word if isinstance(word, str) else next(iter(word.values()))
