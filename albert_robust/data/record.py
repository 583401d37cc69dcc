"""Reads a row of a data file as a record: the fields and the references of a task."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from math import isfinite
from pathlib import Path
from typing import Any

from albert_robust.data.cells import held, is_empty, is_squad, language_of, text_of, unfolded, whole
from albert_robust.data.conversation import BEFORE, Conversation, conversation, is_conversation
from albert_robust.data.options import CHOICES, Options, options
from albert_robust.data.passages import are_passages, numbered
from albert_robust.data.rows import DELIMITED, Unreadable
from albert_robust.data.source import Source
from albert_robust.data.templates import slot_of
from albert_robust.data.tokens import Tokens, are_texts, joined, tagged
from albert_robust.errors import InputError, mistake_of
from albert_robust.quick_json import dumps
from albert_robust.shown import suggest
from albert_robust.text.languages import base, is_tag

SKIP = "`on_bad_rows: skip` leaves such rows out"
MAX_CHARACTERS = 200_000  # in one field; a book chapter has about 30,000
BEGINNING, DIGEST = 24, 3  # characters and bytes in the id of a row without one
_HALF = re.compile("[\ud800-\udfff]")  # of a character


@dataclass(frozen=True, slots=True)
class Record:
    """What a row says.

    Attributes:
        path: The row's file.
        line: The row's line in that file; the number of one that stands in a suite.
        id: The row's own, or else how its text begins and a digest of its fields; for templates, the fields that they made.
        language: BCP 47 tag, as the row or the source writes it.
        fields: The inputs of a model, by the task's field names.
        references: See `Example`.
        named: Whether the row has an id of its own.
        slices: See `Example`.
        beside: See `Example`.
    """

    path: Path
    line: int
    id: str
    language: str
    fields: dict[str, str]
    references: tuple[str, ...]
    named: bool
    slices: Mapping[str, str]
    beside: Mapping[str, str]


def read_record(
    source: Source,
    path: Path,
    language: str | None,
    line: int,
    row: Mapping[str, Any],
    inputs: tuple[str, ...],
    reference: str,
) -> Record:
    """Return the record of a row of a file.

    Args:
        source: The file's dataset.
        path: The file.
        language: The language of all rows of the file; None if each row says its own.
        line: The row's line, or its number.
        row: The row's cells, by column.
        inputs: The task's field names.
        reference: The task's reference column.

    Raises:
        InputError: A column is missing, or a cell is unfit.
    """
    return _Row(source, path, line, row).record(language, inputs, reference)


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of one row, and where it stands."""

    source: Source
    path: Path
    line: int
    cells: Mapping[str, Any]

    def record(self, language: str | None, inputs: tuple[str, ...], reference: str) -> Record:
        source = self.source
        language = language_of(self.cell("language")) if language is None else self.agreed(language)
        talk, fields, tokens = Conversation(""), dict[str, str](), Tokens("")
        offered = self.options()
        for name in inputs:
            value = str(offered) if offered and name == CHOICES else self.value(name)
            column, listed = source.column(name), self.unfolded(value)
            if is_conversation(listed):
                talk = self.conversation(column, listed)
                value = talk.last
            elif source.annotation and name == source.annotation.field and are_texts(listed):
                tokens = joined(listed, language)
                value = tokens.text
            elif (name == source.passages_field or name in source.added) and are_passages(listed):
                value = self.passages(name, listed)
            fields[name] = self.text(column, value)
        if offered and CHOICES not in inputs:
            fields[inputs[0]] = self.text(source.column(inputs[0]), f"{fields[inputs[0]]}\n{offered}")
        references = self.references(reference, offered, talk, fields, tokens)
        identifier = self.given(self.cells.get(source.column("id")))
        unnamed, column = identifier is None, source.column("id")
        return Record(
            path=self.path,
            line=self.line,
            id=self.unnamed(fields, talk.before) if unnamed else self.text(column, str(whole(identifier))),
            language=language,
            fields={BEFORE: talk.before, **fields} if talk.before else fields,
            references=references,
            named=not unnamed,
            slices=dict(self.sliced()),
            beside={name: self.read(source.column(name), self.cell(name)) for name in source.beside},
        )

    def sliced(self) -> Iterator[tuple[str, str]]:
        """Yield the columns by whose values results are told apart, each with the row's value if it has one."""
        for column in self.source.slices:
            cells, slot = self.cells, slot_of(column)
            cell = cells.get(slot, cells.get(column)) if self.source.templates else self.cell(column, column)
            if not is_empty(cell):
                yield column, text_of(cell if isinstance(cell, bool) else self.text(column, cell))

    def read(self, column: str, cell: Any) -> str:
        """Return what a measure reads of a cell: its text, empty for an empty cell; lists and objects as JSON."""
        if isinstance(cell, list | dict):
            cell = json.dumps(cell, ensure_ascii=False, default=str)
        return self.text(column, text_of(cell) if isinstance(cell, bool) else cell) if not is_empty(cell) else ""

    def unnamed(self, fields: Mapping[str, str], before: str) -> str:
        """Return the id of a row that has none: its content, so that it stays the same wherever the row moves.

        Of templates it is the fields that they made, of other rows how the shortest field begins, to be found by, and a digest.
        """
        own = [value for name, value in fields.items() if self.source.added.get(name) is None]
        if self.source.templates is not None:
            return " ".join(own)
        begins = " ".join(min(filter(str.strip, own), key=len, default="").split())[:BEGINNING]
        digest = blake2b(dumps([before, *own]), digest_size=DIGEST).hexdigest()
        return f"{begins} #{digest}".strip()

    @property
    def in_table(self) -> bool:
        """Whether the row is one of a table, whose cells hold text alone."""
        return self.path.suffix.lower() in DELIMITED

    def wrong(self, what: str, mend: str = "", line: int = 0) -> InputError:
        """Return a complaint about the row."""
        return self.source.complaint(self.path, what, mend, line or self.line)

    @contextmanager
    def told(self, what: str) -> Iterator[None]:
        """Turn a mistake into a complaint about the row, with `what` before its message."""
        try:
            yield
        except ValueError as error:
            mistake = mistake_of(error)
            raise self.wrong(f"{what} {mistake.what}".strip(), mistake.mend) from None

    def cell(self, name: str, column: str = "") -> Any:
        """Return the cell of one of our columns, or of another that holds a part of it."""
        column = column or self.source.column(name)
        if column in self.cells:
            return self.cells[column]
        known = [key for key in self.cells if isinstance(key, str)]
        mends = [self.source.mapping.replace("NAME", name), suggest(column, known) if known else ""]
        reader = f", which {self.source.beside[name]} reads" if name in self.source.beside else ""
        what = f"the column {column!r} is missing{reader}"
        raise self.wrong(what, "; ".join(filter(None, mends)), int(self.in_table))

    def value(self, name: str) -> Any:
        """Return the value of a field: a cell, or the text that it has in all rows; None if the cell is empty."""
        source, fixed = self.source, self.source.added.get(name)
        if name in source.together:
            cells = [self.cell(name, column) for column in source.together[name]]
            compared = name != source.passages_field  # then a label may be a number of theirs
            return cells if compared else [cell for cell in cells if not is_empty(cell)]
        cell = self.given(self.cell(name)) if fixed is None else fixed
        return "" if name in source.added and cell is None else cell

    def given(self, cell: Any) -> Any:
        """Return the value of a cell; None if it has none, which a table cannot say otherwise than by an empty text."""
        return None if is_empty(cell) and self.in_table else held(cell)

    def unfolded(self, cell: Any, choices: bool = False) -> Any:
        """Return the list or object that a table's cell holds as text; cells of other files stay as they are."""
        return unfolded(cell, choices) if self.in_table else cell

    def agreed(self, language: str) -> str:
        """Return the language of all rows; complain if this row says another one, by whose rules it should be perturbed."""
        own = self.cells.get(self.source.column("language"))
        if isinstance(own, str) and is_tag(own) and base(own) != base(language):
            what = f"the row's language is {own!r}, that of all rows is said to be {language!r}"
            raise self.wrong(what, f"write `languages: [{language}]`: only rows in it are read then")
        return language

    def conversation(self, column: str, turns: list[Any]) -> Conversation:
        with self.told(f"{column!r} holds a conversation:"):
            talk = conversation(turns)
        return talk._replace(before=self.text(column, talk.before))

    def passages(self, name: str, listed: Any) -> str:
        columns = " and ".join(self.source.together.get(name, [self.source.column(name)]))
        with self.told(f"{columns!r} holds"):
            return numbered(listed)

    def options(self) -> Options | None:
        """Return the choices of the row; None if its source has none."""
        columns = self.source.choices
        if not columns:
            return None
        cells = [self.unfolded(self.cell(CHOICES, column), choices=True) for column in columns]
        with self.told(f"{' and '.join(map(repr, columns))} hold{'s' * (len(cells) == 1)}"):
            return options(cells, columns)

    def references(
        self, name: str, offered: Options | None, talk: Conversation, fields: Mapping[str, str], tokens: Tokens
    ) -> tuple[str, ...]:
        """Return the references of the row, from its own column, or from the end of its conversation."""
        source = self.source
        column, answer = source.column(name), held(self.cells.get(source.column(name)))
        if source.annotation or source.reference_type == "list":
            answer = self.unfolded(answer)
        if offered:
            answer = self.letter(column, offered, answer)
        if source.annotation and source.annotation.marked and name in source.together:
            with self.told(""):
                answer = source.annotation.marked({one: self.cell(name, one) for one in source.together[name]})
        if source.annotation:
            return self.annotated(column, answer, tokens._replace(text=fields[source.annotation.field]))
        return self.plain(column, talk.answer if answer is None else answer)

    def letter(self, column: str, offered: Options, answer: Any) -> str | None:
        """Return the letter of an answer, None for an empty one."""
        if is_empty(answer):
            return None
        with self.told(f"{column!r} holds"):
            return offered.letter(answer)

    def plain(self, column: str, value: Any) -> tuple[str, ...]:
        """Return references that are texts or numbers."""
        if isinstance(value, str) and not value.strip() and self.in_table:
            return ()  # a table has no other way to say that there is none
        if is_squad(value):
            value = value["text"]
        many = [held(self.reference(one)) for one in (value if isinstance(value, list) else [value])]
        texts = tuple(self.text(column, one).strip() for one in many if one is not None)
        for text in texts if self.source.reference_type == "number" else ():
            self.check_number(column, text)
        return texts

    def reference(self, value: Any) -> Any:
        """Return a truth value, or an object if references may be objects, as text; any other value as it is."""
        if isinstance(value, dict) and self.source.reference_type == "object":
            return json.dumps(value, ensure_ascii=False, default=str)
        return text_of(value) if isinstance(value, bool) else value

    def annotated(self, column: str, value: Any, tokens: Tokens) -> tuple[str, ...]:
        """Return the one reference that holds all annotations of a text; none if the row has no cell for it."""
        annotation = self.source.annotation
        assert annotation is not None
        if value is None or (value == "" and self.in_table):
            return ()
        with self.told(f"{column!r}:"):
            if tokens.places and are_texts(value):
                value = tagged(tokens.places, value)
            found = annotation.read(value, tokens.text)
        if found is None:
            raise self.wrong(f"{column!r} holds {value!r:.40}, expected {annotation.what}", annotation.form)
        if lacking := annotation.lacking(found):
            what = f"{column!r} holds {lacking[0]!r:.60}, which does not stand in the text"
            raise self.wrong(what, "write it as it stands there, or take it out: no answer could match it")
        return (self.sound(column, found),)

    def check_number(self, column: str, text: str) -> None:
        """Complain of a reference that is no number."""
        try:
            finite = isfinite(float(text))
        except ValueError:
            finite = False
        if not finite:
            raise self.wrong(f"{column!r} holds {text!r:.40}, expected a finite number")

    def text(self, column: str, value: Any) -> str:
        """Return a cell's text; complain of a cell that holds none, or one that no model or report can hold."""
        text = value if isinstance(value, str) else self.number(column, value)
        if len(text) > MAX_CHARACTERS:
            what = f"{column!r} holds {len(text):,} characters, more than {MAX_CHARACTERS:,}"
            raise self.wrong(what, "cut the text into examples")
        return self.sound(column, text)

    def sound(self, column: str, text: str) -> str:
        """Return a text; complain of characters that no model or report can hold."""
        if "\0" in text:
            raise self.wrong(f"{column!r} holds a NUL character", "take it out: models and reports cannot hold it")
        if not text.isascii() and _HALF.search(text):
            raise self.wrong(f"{column!r} holds a lone surrogate", "it is half a character: encode the file anew")
        return text

    def number(self, column: str, value: Any) -> str:
        """Return a number as text, and complain of anything else."""
        if held(value) is None:
            raise self.wrong(f"{column!r} holds nothing, expected text", f"fill it in, or take the row out; {SKIP}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            listed = isinstance(value, list | dict)
            mend = "are they choices? `columns: {choices: NAME}`" if listed else "write it as text"
            what = value if isinstance(value, Unreadable) else type(value).__name__
            raise self.wrong(f"{column!r} holds {what}, expected text", mend)
        if isinstance(value, float) and not isfinite(value):
            raise self.wrong(f"{column!r} holds the number {value}, expected text")
        return str(whole(value))
