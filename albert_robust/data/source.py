"""Where a dataset lies, and how its columns are read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from albert_robust.data.rows import UTF8, Row, read_rows
from albert_robust.data.templates import Templates
from albert_robust.errors import Complaint, InputError, Place
from albert_robust.shown import counted, shown_path

PLACEHOLDER = "{language}"
ReferenceType = Literal["text", "number", "list", "object"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """How references are read that consist of parts, such as entities or labels.

    Attributes:
        field: The input that they are about; data may hold it as a list of tokens.
        read: (cell, text) -> the reference as it is kept; None if the cell holds no such reference. Raises ValueError.
        labels: Reference -> the labels in it.
        renamed: (reference, names by label) -> the reference with these names for its labels.
        lacking: Reference -> its parts that should stand in the text and do not.
        what: Their name in messages.
        form: The form in which data have to hold them, for messages.
        marked: Cells by column -> the parts that have a column each, in a form that `read` reads; None if all cells are empty.
            Raises ValueError. None of what cannot have a column each.
    """

    field: str
    read: Callable[[Any, str], str | None]
    labels: Callable[[str], list[str]]
    renamed: Callable[[str, Mapping[str, str]], str]
    lacking: Callable[[str], list[str]]
    what: str
    form: str
    marked: Callable[[Mapping[str, Any]], list[str] | None] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset lies and how its columns are read.

    Attributes:
        path: A file, or one per language with `{language}` in its name; the suite's file for templates and given rows.
        languages: The languages to read, in order. If there is only one, it may be the language of all rows.
        per_row: Whether each row says its language in the column `language`.
        columns: The file's names for ours (`id`, `language`, a task's fields and reference).
        choices: The file's columns that hold the choices of a question. The choices are set below the first field, unless
            `choices` is a field.
        header: The names of the columns of a table without a header.
        encoding: Of the file, as Python names it, if it is one of text.
        skips_bad: Whether rows that are no examples, such as one without a text, are left out; else the first one is an error.
        where: The rows to read: the values that a column of the file may have, as text.
        slices: The file's columns by whose values results are told apart; of templates the names of slots.
        beside: The further columns that measures read, by our names, each with what reads it, for messages.
        limit: The most ids to read, drawn by the seed; None for all.
        seed: The seed of the draw.
        reference_language: The language of the references; empty if each is in its row's.
        reference_type: The type of a reference: a `text`, a `number`, an item of a `list` (which a table's cell may hold as
            text), or a text or an `object`, which is kept as JSON.
        mapping: The advice about a missing column; `NAME` stands for our name.
        templates: The templates that make the rows instead of a file.
        given: The rows themselves, where they are in no file of their own; each goes by its number.
        lines: Where each given row stands in the file at `path`; empty where they are in memory.
        listed: Whether rows are told by their number in a list, `rows[24]`, and not by a line: those of a dictionary.
        annotation: How references that point into a field are read; None if references are texts.
        passages_field: The task's field that may hold a list of passages; they become one numbered text. Added fields may hold
            passages, too.
        together: The file's columns of each field whose passages are in several, and of references with a column for each part.
        added: The fields beyond the task's own, each with the text that it has in all rows; None if a column holds it, which may
            be empty.
    """

    path: Path
    languages: tuple[str, ...]
    per_row: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    encoding: str = UTF8
    skips_bad: bool = False
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slices: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None
    seed: int = 0
    reference_language: str = ""
    reference_type: ReferenceType = "text"
    mapping: str = "map it in the suite: `columns: {NAME: ...}`"
    templates: Templates | None = None
    given: Sequence[dict[str, Any]] | None = None
    lines: Sequence[int] = ()
    listed: bool = False
    annotation: Annotation | None = None
    passages_field: str = ""
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    added: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The name of the source in reports."""
        chosen = "".join(f", {column}: {' or '.join(values)}" for column, values in self.where.items())
        given = self.path.name if self.given is None else counted(len(self.given), "row")
        return given + chosen if self.templates is None else str(self.templates)

    def files(self) -> list[tuple[Path, str | None]]:
        """Return the files, each with its language; None if the rows say it."""
        if PLACEHOLDER in self.path.name:
            name = self.path.name
            return [(self.path.with_name(name.replace(PLACEHOLDER, language)), language) for language in self.languages]
        return [(self.path, None if self.per_row else self.languages[0])]

    def rows(self, path: Path) -> Iterator[Row]:
        """Return the rows of one of the files."""
        if self.given is not None:
            return enumerate(self.given, start=1)
        return read_rows(path, self.header, self.encoding) if self.templates is None else self.templates.rows()

    def place(self, number: int = 0) -> Place:
        """Return the place of a row, by the line or the number that it goes by, or of all rows."""
        if self.listed:
            return Place(number, key=f"[{number - 1}]" if number else "")
        return Place(self.lines[number - 1] if self.lines and number else number or 1)

    def complaint(self, path: Path, what: str, mend: str = "", number: int = 0) -> InputError:
        """Return an error with one complaint about a row of one of the files, or about all rows."""
        return InputError([Complaint(shown_path(path), self.place(number), what, mend)])

    def column(self, name: str) -> str:
        """Return the file's name of one of our columns."""
        return self.columns.get(name, name)
