"""The texts that `albert-robust score` reads: from files of lines, or from a table with one pair per row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from albert_robust.cli.lines import lines_of
from albert_robust.data.cells import held, is_empty, text_of, unfolded
from albert_robust.data.rows import DELIMITED, UTF8, check_encoding, read_rows
from albert_robust.errors import InputError, UsageError, complaint_at
from albert_robust.scoring.texts import checked_language
from albert_robust.shown import shown_path, suggest
from albert_robust.text.languages import UNKNOWN

T = TypeVar("T")
COLUMNS = ("candidate", "reference", "language", "reference_language", "cluster")


@dataclass(frozen=True)
class Pairs:
    """Texts to compare, in their order.

    Attributes:
        candidates: A text per pair.
        references: The texts of each pair.
        files: For each of them the number of its file, or its place in its cell, from 0.
        systems: The candidates of other systems, by the name of their file or column.
        clusters: A label per pair, or None.
        languages: A tag per pair, or one for all, or None.
        reference_languages: The same of the references.
    """

    candidates: list[str]
    references: list[list[str]]
    files: list[list[int]]
    systems: Mapping[str, list[str]] = field(default_factory=dict)
    clusters: list[str] | None = None
    languages: list[str] | str | None = None
    reference_languages: list[str] | str | None = None

    @property
    def several(self) -> bool:
        """Whether a pair may have several references."""
        return any(number for numbers in self.files for number in numbers)

    def languages_of(self, place: int) -> tuple[str, str | None]:
        """Return the languages of a pair's candidate and references."""
        own, other = (
            tags[place] if isinstance(tags, list) else tags for tags in (self.languages, self.reference_languages)
        )
        return own or UNKNOWN, other

    @property
    def spoken(self) -> list[str]:
        """The language of each pair, or both: `de`, `de-en`."""
        both = map(self.languages_of, range(len(self.candidates)))
        return [own if other in (None, own) else f"{own}-{other}" for own, other in both]


def pairs_of_lines(
    candidates: Path,
    references: Sequence[Path],
    others: Sequence[Path],
    clusters: Path | None,
    language: str | None,
    reference_language: str | None,
) -> Pairs:
    """Return the pairs of files with one text per line, in one language each.

    Raises:
        InputError: A file cannot be read, or is not UTF-8.
        UsageError: There are no candidates, or files differ in their number of lines.
    """
    texts = lines_of(candidates)
    if not texts:
        raise UsageError(f"{shown_path(candidates)} is empty: there is nothing to score")

    def fitting(path: Path) -> list[str]:
        lines = lines_of(path)
        if len(lines) == len(texts):
            return lines
        counts = f"{len(lines)} for the {len(texts)} of {shown_path(candidates)}"
        raise UsageError(f"{shown_path(path)} has another number of lines: {counts}")

    rows = [_present(row) for row in zip(*map(fitting, references), strict=True)]
    return Pairs(
        texts,
        references=[[text for _, text in row] for row in rows],
        files=[[number for number, _ in row] for row in rows],
        systems={str(path): fitting(path) for path in others},
        clusters=fitting(clusters) if clusters else None,
        languages=language,
        reference_languages=reference_language,
    )


def _present(row: Sequence[str]) -> list[tuple[int, str]]:
    """The references of one pair with the numbers of their files; where all are empty, one."""
    numbered = list(enumerate(row))
    return [(number, text) for number, text in numbered if text.strip()] or numbered[:1]


def pairs_of_table(
    path: Path,
    columns: Mapping[str, str],
    others: Sequence[str],
    language: str | None,
    reference_language: str | None,
    encoding: str = UTF8,
) -> Pairs:
    """Return the pairs of a table: JSON Lines, JSON, CSV, TSV or Parquet.

    Args:
        path: The table.
        columns: How the table names those of `COLUMNS` that it names otherwise.
        others: The columns of other systems' candidates.
        language: Of rows that state none.
        reference_language: The same; None for the language of the row.
        encoding: Of a table of text, as Python names it.

    Raises:
        InputError: The table cannot be read, a column is missing, or a cell is unfit.
        Mistake: Python knows no such encoding.
        UsageError: It has no rows, or `columns` names one that is none.
    """
    check_encoding(encoding)
    for name in columns:
        if name not in COLUMNS:
            raise UsageError(f"--column {name}=...: {suggest(name, COLUMNS)}")
    rows = [*read_rows(path, encoding=encoding)]
    if not rows:
        raise UsageError(f"{shown_path(path)} has no rows: there is nothing to score")

    def column(name: str) -> list[_Cell]:
        return [_Cell(path, line, name, columns.get(name, name), row) for line, row in rows]

    def cells(name: str, read: Callable[[_Cell], T]) -> list[T]:
        return [*map(read, column(name))]

    has = {name for name in COLUMNS if any(cell.exists for cell in column(name))}
    for name in filter(lambda name: name not in has, columns):
        raise column(name)[0].missing()
    references = cells("reference", _Cell.texts)
    own: list[str] | str | None = language
    if "language" in has:
        own = [tag or language or UNKNOWN for tag in cells("language", _Cell.language)]
    other: list[str] | str | None = reference_language
    if "reference_language" in has:
        usual = own if isinstance(own, list) else [own or UNKNOWN] * len(rows)
        stated = cells("reference_language", _Cell.language)
        other = [tag or reference_language or same for tag, same in zip(stated, usual, strict=True)]
    return Pairs(
        cells("candidate", _Cell.text),
        references=references,
        files=[list(range(len(group))) for group in references],
        systems={name: cells(name, _Cell.text) for name in others},
        clusters=cells("cluster", _Cell.label) if "cluster" in has else None,
        languages=own,
        reference_languages=other,
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell of a table: where it stands, what it is for, and its row."""

    path: Path
    line: int
    name: str
    column: str
    row: Mapping[str, Any]

    @property
    def in_table(self) -> bool:
        return self.path.suffix.lower() in DELIMITED

    def wrong(self, what: str, mend: str, line: int = 0) -> InputError:
        return complaint_at(self.path, what, mend, line or self.line)

    def missing(self) -> InputError:
        ours = f"name it with --column {self.name}=COLUMN" if self.name in COLUMNS else ""
        mends = filter(None, (ours, suggest(self.column, [*self.row])))
        return self.wrong(f"the column {self.column!r} is missing", "; ".join(mends), int(self.in_table))

    @property
    def exists(self) -> bool:
        return self.column in self.row

    @property
    def value(self) -> Any:
        """The value; None if the cell is empty."""
        if not self.exists:
            raise self.missing()
        return held(self.row[self.column])

    def text(self) -> str:
        value = self.value
        if not isinstance(value, str):
            raise self.wrong(
                f"{self.column!r}: expected a text, got {value!r:.60}", 'write "" where a system said nothing'
            )
        return value

    def texts(self) -> list[str]:
        """Return the references of a pair: one text, or a list."""
        value = unfolded(self.value) if self.in_table else self.value
        group = value if isinstance(value, list) else [value]
        if not group or not all(isinstance(one, str) for one in group):
            raise self.wrong(f"{self.column!r}: expected a text or several, got {value!r:.60}", "write a list of texts")
        return group

    def language(self) -> str:
        """Return the tag of a language; empty if the cell is."""
        try:
            tag = self.row.get(self.column)
            return "" if is_empty(tag) else checked_language(self.column, tag)
        except UsageError as error:
            raise self.wrong(str(error), "") from None

    def label(self) -> str:
        if is_empty(self.value):
            raise self.wrong(f"{self.column!r} holds nothing", "name the cluster of each pair, or leave the column out")
        return text_of(self.value)
