"""Makes the rows of variants, in the form of the data's own: the same columns, and the label of the original."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from albert_robust.data import Source
from albert_robust.data.cells import held, unfolded
from albert_robust.data.record import Record, read_record
from albert_robust.data.rows import DELIMITED
from albert_robust.data.rows import Row as Numbered
from albert_robust.data.tokens import are_texts, joined
from albert_robust.errors import InputError, complaint_at, mistake_of
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
    """Return why the entities of a variant cannot be told: a word of one now stands outside of all; empty where they can be."""
    if not (task.has_spans and case.status == "tested"):
        return ""
    before = entities_of("".join(case.references))
    image, field = _image(task, case), task.inputs[0]
    words = _LETTERS[_spaced(case)]
    now = [place for one in before if (place := image(one.start, one.end)) and place[0] < place[1]]
    outside = [
        Counter(
            found[0]
            for found in words.finditer(text)
            if not any(start < found.end() and found.start() < end for start, end in places)
        )
        for text, places in (
            (case.original[field], [(one.start, one.end) for one in before]),
            (case.variant[field], now),
        )
    ]
    strayed = (outside[1] - outside[0]).keys() & {word for one in before for word in words.findall(one.string)}
    return f"{min(strayed)!r:.60} now stands outside of what it is labelled as a part of" if strayed else ""


def _spaced(case: Outcome) -> bool:
    return base(case.language) not in UNSPACED


def _image(task: Task, case: Outcome) -> Image:
    """Return what maps a place in the annotated text to that in the variant."""
    field = task.inputs[0]
    edits = [Edit(*change[1:]) for change in case.changes if change.field == field]
    return image_of(case.original[field], edits, case.variant[field], case.language)


class VariantRows:
    """The rows of a dataset in one file, and those of variants.

    Attributes:
        rows: The dataset's own, each with its line.
    """

    def __init__(self, task: Task, source: Source, rows: Sequence[Numbered]) -> None:
        self._task, self._source = task, source
        self.rows = rows
        ((self._path, self._language),) = source.files()
        self._in_table = self._path.suffix.lower() in DELIMITED
        answers = (self._unfolded(row.get(source.column(task.reference))) for _, row in rows) if task.has_spans else ()
        self._scheme = Scheme.of(tags for one in answers if (tags := _tags_in(one)))
        self._id = self._ids()

    def named(self, line: int, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return the id and the language of a row; empty ones where it is no example."""
        try:
            record = self._record(line, row)
        except InputError:
            return "", ""
        return record.id, next(
            (one for one in self._source.languages if one.casefold() == record.language.casefold()), ""
        )

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
        if held(row.get(identifier)) is not None:
            made[identifier] = self._id(row[identifier], called)
        if case.variant_language and language in row:
            made[language] = case.variant_language
        return made

    def _ids(self) -> Callable[[Any, str], Any]:
        """Return what gives a variant its id, from that of its row and what it is called: whole numbers go on being such."""
        column = self._source.column("id")
        known = [value for _, row in self.rows if (value := held(row.get(column))) is not None]
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
        return {column: variant}

    def _annotated(self, line: int, row: Mapping[str, Any], case: Outcome, field: str) -> Row:
        """Return the cells of a text and of what it is annotated with."""
        column, about = self._source.column(field), self._source.column(self._task.reference)
        original, variant, image = case.original[field], case.variant[field], _image(self._task, case)
        cell, answer = self._unfolded(row[column]), self._unfolded(row.get(about))
        tags, made = _tags_in(answer), Row()
        entities = [_moved(one, image) for one in entities_of("".join(case.references))]
        if are_texts(cell):
            places = tokens_of(variant, joined(cell, case.language).places, image, spaced=_spaced(case))
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

    def _record(self, line: int, row: Mapping[str, Any]) -> Record:
        source, task = self._source, self._task
        return read_record(source, self._path, self._language, line, row, task.inputs, task.reference)

    def _unfolded(self, cell: Any) -> Any:
        return unfolded(cell) if self._in_table else cell

    def _wrong(self, line: int, what: str, mend: str) -> InputError:
        return complaint_at(self._path, what, mend, line)


def _tags_in(answer: Any) -> list[str]:
    """Return the tags of tokens that a cell holds, as a list or in a row; none where it holds anything else."""
    listed = answer.split() if isinstance(answer, str) else answer
    if not are_texts(listed):
        return []
    return listed if isinstance(answer, list) or are_tags(listed) else []


def _folded(listed: list[Any], cell: Any) -> Any:
    """Return a list as a cell holds it: as JSON, or in a row, where that is a text."""
    if not isinstance(cell, str):
        return listed
    return json.dumps(listed, ensure_ascii=False) if cell.startswith("[") else " ".join(listed)


def _moved(one: Entity, image: Image) -> Entity | None:
    """Return an entity where it is in a variant; None where nothing is left of it."""
    start, end = image(one.start, one.end)
    return one._replace(start=start, end=end) if start < end else None
