"""Makes the rows of variants, in the form of the data's own: the same columns, and the label of the original."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from albert_robust.data import Source
from albert_robust.data.cells import is_empty, is_squad, unfolded, whole
from albert_robust.data.rows import DELIMITED
from albert_robust.data.rows import Row as Numbered
from albert_robust.data.tokens import Place, are_texts, joined
from albert_robust.errors import InputError, mistake_of
from albert_robust.results.outcome import Outcome
from albert_robust.tasks import Task
from albert_robust.tasks.entities import Entity, are_tags, entities_of, image_of
from albert_robust.tasks.moving import FORMS, Image, Scheme, moved, tags_of, tokens_of
from albert_robust.text import Edit
from albert_robust.text.languages import UNSPACED, base

Row = dict[str, Any]
_WORD = re.compile(r"\S+")
_LETTERS = {True: re.compile(r"\w+"), False: re.compile(r"\w")}  # of a word, by whether blanks part words


def misplaced(task: Task, case: Outcome) -> str:
    """Return why the entities of a variant cannot be told; empty where they can be.

    A word of one now stands in none, or in one with another label; or one has no word of its own any more.
    """
    if not (task.has_spans and case.status == "tested"):
        return ""
    before, image, field = entities_of("".join(case.references)), _image(task, case), task.inputs[0]
    original, variant, letters = case.original[field], case.variant[field], _LETTERS[_spaced(case)]
    places = [image(one.start, one.end) for one in before]
    was = _owned(original, [(one.start, one.end) for one in before], letters)
    now = _owned(variant, places, letters)
    labels = [*(one.label for one in before), ""]  # the last one of words that stand in none
    gained = Counter((word, labels[owner]) for word, owner in now)
    gained -= Counter((word, labels[owner]) for word, owner in was)
    own = {(word, one.label) for one in before for word in letters.findall(one.string)}
    if strayed := {word for word, label in gained for known, other in own if word == known and label != other}:
        return f"{min(strayed)!r:.60} now stands outside of what it is labelled as a part of"
    lost = {owner for _, owner in was} - {owner for _, owner in now}
    merged = [before[owner].string for owner in sorted(lost) if letters.search(variant[slice(*places[owner])])]
    return f"{merged[0]!r:.60} now has no word of its own" if merged else ""


def _owned(text: str, places: Sequence[Place], letters: re.Pattern[str]) -> list[tuple[str, int]]:
    """Return each word of a text, with the number of the first of some places that it stands in; -1 where it stands in none."""

    def owner(first: int, last: int) -> int:
        return next((number for number, (start, end) in enumerate(places) if start < last and first < end), -1)

    return [(found[0], owner(*found.span())) for found in letters.finditer(text)]


def _spaced(case: Outcome) -> bool:
    return base(case.language) not in UNSPACED


def _image(task: Task, case: Outcome) -> Image:
    """Return what maps a place in the annotated text to that in the variant."""
    field = task.inputs[0]
    edits = [Edit(*change[1:]) for change in case.changes if change.field == field]
    return image_of(case.original[field], edits, case.variant[field], case.language)


class VariantRows:
    """Makes the rows of variants, in the form of a dataset's own."""

    def __init__(self, task: Task, source: Source, rows: Sequence[Numbered]) -> None:
        self._task, self._source = task, source
        self._in_table = source.path.suffix.lower() in DELIMITED
        answers = (self._unfolded(row.get(source.column(task.reference))) for _, row in rows) if task.has_spans else ()
        self._scheme = Scheme.of(tags for one in answers if (tags := _tags_in(one)))
        self._id = self._ids(row for _, row in rows)

    def variant(self, line: int, row: Mapping[str, Any], case: Outcome, called: str) -> Row:
        """Return the row of a variant.

        Args:
            line: Of the original row.
            row: The original row.
            case: The variant.
            called: What sets it apart from other variants of the row.

        Raises:
            InputError: A cell of the row is in a form that cannot be written.
        """
        made = dict(row)
        for field, text in case.variant.items():
            if text != case.original[field]:
                made |= self._changed(line, row, case, field)
        identifier, language = self._source.column("id"), self._source.column("language")
        if not is_empty(row.get(identifier)):
            made[identifier] = self._id(row[identifier], called)
        if case.variant_language and language in row:
            made[language] = case.variant_language
        return made

    def _ids(self, rows: Iterable[Mapping[str, Any]]) -> Callable[[Any, str], Any]:
        """Return what gives a variant its id, from that of its row and what it is called: whole numbers go on being such."""
        column = self._source.column("id")
        known = [whole(value) for row in rows if not is_empty(value := row.get(column))]
        if known and all(str(value).isdecimal() for value in known):
            following = count(max(int(value) for value in known) + 1)
            return lambda value, called: type(value)(next(following))
        return lambda value, called: f"{value}/{called}"

    def _changed(self, line: int, row: Mapping[str, Any], case: Outcome, field: str) -> Row:
        """Return the cells of a row that change with one of its fields."""
        column, variant = self._source.column(field), case.variant[field]
        annotation = self._task.annotation if self._task.has_spans else None
        if annotation is not None and field == annotation.field:
            return self._annotated(line, row, case, field)
        if row[column] != case.original[field]:
            raise self._wrong(
                line, f"{column!r} holds more than one text, which cannot be written back", "write it as text"
            )
        return {column: variant} | (self._answered(row, case) if field == self._task.source_field else {})

    def _answered(self, row: Mapping[str, Any], case: Outcome) -> Row:
        """Return the cell of answers that say where in their text they begin, as SQuAD's do; nothing where they do not."""
        about, field = self._source.column(self._task.reference), self._task.source_field
        answer = self._unfolded(row.get(about))
        if not (is_squad(answer) and isinstance(answer.get("answer_start"), list)):
            return {}
        original, variant, image = case.original[field], case.variant[field], _image(self._task, case)

        def begins(start: Any, text: str) -> Any:
            if not isinstance(start, int) or original[max(start, 0) :][: len(text)] != text:
                return start  # which is no place in the text: nothing moves it
            opens, _ = image(start, start + len(text))
            return max(opens, variant.find(text, opens))

        starts = [*map(begins, answer["answer_start"], answer["text"])]
        return {about: _folded(answer | {"answer_start": starts}, row[about])}

    def _annotated(self, line: int, row: Mapping[str, Any], case: Outcome, field: str) -> Row:
        """Return the cells of a text and of what it is annotated with."""
        column, about = self._source.column(field), self._source.column(self._task.reference)
        original, variant, image = case.original[field], case.variant[field], _image(self._task, case)
        cell, answer = self._unfolded(row[column]), self._unfolded(row.get(about))
        tags, made = _tags_in(answer), Row()
        entities = [_moved(one, image) for one in entities_of("".join(case.references))]
        if are_texts(cell):
            places = tokens_of(variant, joined(cell, case.language).places, image, spaced=_spaced(case))
            made |= dict.fromkeys(self._beside(row, len(cell)) if len(places) != len(cell) else ())
            made[column] = _folded([variant[slice(*place)] for place in places], row[column])
        else:
            places = [found.span() for found in _WORD.finditer(variant)]
            made[column] = variant
        if tags:
            made[about] = _folded(tags_of(places, filter(None, entities), self._scheme), row[about])
        elif isinstance(answer, list) and answer:
            try:
                made[about] = _folded(moved(answer, original, variant, image), row[about])
            except ValueError as error:
                mistake = mistake_of(error)
                raise self._wrong(line, f"{about!r}: {mistake.what}", mistake.mend) from None
        elif answer:
            raise self._wrong(line, f"{about!r} holds {answer!r:.40}, which cannot be moved", f"write {FORMS}")
        return made

    def _beside(self, row: Mapping[str, Any], tokens: int) -> list[str]:
        """Return the columns that have an item for each token, such as parts of speech; nobody knows those of other tokens."""
        lists = {name: self._unfolded(cell) for name, cell in row.items()}
        return [name for name, held in lists.items() if isinstance(held, list) and len(held) == tokens]

    def _unfolded(self, cell: Any) -> Any:
        return unfolded(cell) if self._in_table else cell

    def _wrong(self, line: int, what: str, mend: str) -> InputError:
        return self._source.complaint(self._source.path, what, mend, line)


def _tags_in(answer: Any) -> list[str]:
    """Return the tags of tokens that a cell holds, as a list or in a row; none where it holds anything else."""
    listed = answer.split() if isinstance(answer, str) else answer
    if not are_texts(listed):
        return []
    return listed if isinstance(answer, list) or are_tags(listed) else []


def _folded(made: Any, cell: Any) -> Any:
    """Return a list or an object as a cell holds it: as JSON, or in a row, where that is a text."""
    if not isinstance(cell, str):
        return made
    return json.dumps(made, ensure_ascii=False) if cell.startswith(("[", "{")) else " ".join(made)


def _moved(one: Entity, image: Image) -> Entity | None:
    """Return an entity where it is in a variant; None where nothing is left of it."""
    start, end = image(one.start, one.end)
    return one._replace(start=start, end=end) if start < end else None
