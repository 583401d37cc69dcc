"""Where a dataset lies, and how its columns are read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from albert_robust.data.rows import Row, read_rows
from albert_robust.data.templates import Templates

PLACEHOLDER = "{language}"
ReferenceType = Literal["text", "number", "list", "object"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """References that are one thing of several parts: entities, labels.

    Attributes:
        field: What they are about; data may hold it as a list of tokens.
        read: Returns a reference as it is kept, from what data hold and the text; None where it is none. Raises ValueError.
        labels: Returns the labels in it.
        lacking: Returns those parts of it that the text does not hold, though they are to stand there.
        what: What they are called.
        form: How they are written.
    """

    field: str
    read: Callable[[Any, str], str | None]
    labels: Callable[[str], list[str]]
    lacking: Callable[[str], list[str]]
    what: str
    form: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset lies and how its columns are read.

    Attributes:
        path: A file; with `{language}` in its name, a file a language; of templates, the suite's.
        languages: Those to read, in order, as examples say them. One alone may be the language of all rows.
        per_row: Whether each row says its language in the column `language`.
        columns: From our names (`id`, `language`, a task's fields and reference) to the file's.
        choices: The file's columns that hold the choices of a question; none where there are none. They are set below the first
            field, but where `choices` is a field.
        header: What the columns of a table are called that has no header of its own.
        where: Which rows count: by the file's column, the values of which it holds one, as text.
        limit: At most so many ids, drawn by the seed; None for all.
        seed: Of the draw.
        reference_language: Of the references; empty where each has its row's.
        reference_type: What a reference is: a `text`, a `number`, one of a `list` of several, also where that stands in a table's
            cell, or a text or an `object`, which is kept as JSON.
        mapping: How a missing column is mended; `NAME` stands for ours.
        templates: What makes the rows, in place of a file's.
        annotation: How references are read that point into a field; None for those that are texts.
        passages_field: The task's field that may hold passages, as a list; such a list is set one below the other, numbered.
            Those that are added may, too.
        together: The file's columns of fields whose passages are in several.
        added: The fields beyond the task's own, each with the text that it has in all rows; None where a column has it, and
            an empty cell is no mistake there.
    """

    path: Path
    languages: tuple[str, ...]
    per_row: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int | None = None
    seed: int = 0
    reference_language: str = ""
    reference_type: ReferenceType = "text"
    mapping: str = "map it in the suite: `columns: {NAME: ...}`"
    templates: Templates | None = None
    annotation: Annotation | None = None
    passages_field: str = ""
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    added: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """What a report calls it."""
        chosen = "".join(f", {column}: {' or '.join(values)}" for column, values in self.where.items())
        return self.path.name + chosen if self.templates is None else str(self.templates)

    def files(self) -> list[tuple[Path, str | None]]:
        """Return the files and the language of each; None where the rows say it."""
        if PLACEHOLDER in self.path.name:
            name = self.path.name
            return [(self.path.with_name(name.replace(PLACEHOLDER, language)), language) for language in self.languages]
        return [(self.path, None if self.per_row else self.languages[0])]

    def rows(self, path: Path) -> Iterator[Row]:
        """Return the rows of one of its files."""
        return read_rows(path, self.header) if self.templates is None else self.templates.rows()

    def column(self, name: str) -> str:
        """Return the file's name of one of our columns."""
        return self.columns.get(name, name)
