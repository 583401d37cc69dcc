"""Reads the examples of a dataset from its rows: draws a seeded sample, and joins translations by id."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from pathlib import Path
from typing import Any

from albert_robust.data.cells import text_of
from albert_robust.data.example import Example
from albert_robust.data.record import SKIP, Record, read_record
from albert_robust.data.rows import Row
from albert_robust.data.source import Source
from albert_robust.errors import Complaint, InputError
from albert_robust.shown import SHOWN_CHOICES, suggest


@dataclass
class LeftOut:
    """The rows of a dataset that are none of its examples.

    Attributes:
        others: How many are in each other language; `und` for rows that say none.
        bad: What is wrong with each bad row, if the source leaves such rows out.
    """

    others: Counter[str] = field(default_factory=Counter)
    bad: list[Complaint] = field(default_factory=list)


class Examples(list[Example]):
    """The examples of a dataset, and the rows that are none."""

    def __init__(self, examples: Iterable[Example], left_out: LeftOut) -> None:
        super().__init__(examples)
        self.left_out = left_out


def read_examples(source: Source, inputs: tuple[str, ...], reference: str) -> Examples:
    """Return the examples of a dataset, parallel ones joined by id, ordered by language and file.

    Args:
        source: The dataset.
        inputs: The task's field names.
        reference: The task's reference column; rows may lack it. A blank cell of a table is no reference.

    Raises:
        InputError: A file is missing or broken, a column is missing, an id stands twice, a field is unfit, a language is empty.
    """
    kept = _sampled(source, inputs, reference)
    left_out = LeftOut()
    rows = [row for row in _wanted(source, inputs, reference, left_out) if kept is None or row.id in kept]
    translations: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        if row.named:  # a line number says nothing of what stands in that line of another file
            translations.setdefault(row.id, {})[row.language] = row.fields
    for language in source.languages:
        if not any(row.language == language for row in rows):
            found = ", ".join(
                sorted({row.language for row in _rows(source, inputs, reference, LeftOut())})[:SHOWN_CHOICES]
            )
            what = f"no example in language {language!r}"
            raise source.complaint(source.files()[0][0], what, f"rows are in: {found}; mend `languages` or add some")
    examples = (
        Example(
            row.id,
            row.language,
            row.fields,
            row.references,
            translations.get(row.id, {}),
            slices=row.slices,
            beside=row.beside,
            line=row.line,
        )
        for language in source.languages
        for row in rows
        if row.language == language
    )
    return Examples(examples, left_out)


def check_header(source: Source, inputs: tuple[str, ...], reference: str) -> None:
    """Read the first row of each file, no more; the first good one, where bad rows are left out.

    Raises:
        InputError: A file is missing or empty, its first row is broken, or a column is missing.
    """
    everywhere = replace(source, where={})
    for path, language in source.files():
        next(_of_file(everywhere, path, language, inputs, reference, LeftOut()))


def _sampled(source: Source, inputs: tuple[str, ...], reference: str) -> set[str] | None:
    """Return the ids of the sample. They have the smallest keyed hashes, so that order and slices do not matter."""
    if source.limit is None:
        return None
    ids = {row.id for row in _wanted(source, inputs, reference, LeftOut())}
    return set(
        nsmallest(source.limit, ids, key=lambda name: hashlib.sha256(f"{source.seed}\n{name}".encode()).digest())
    )


def _wanted(source: Source, inputs: tuple[str, ...], reference: str, left_out: LeftOut) -> Iterator[Record]:
    """Yield the rows in the languages of a source, each row with the tag as the source spells it; take note of the others."""
    spelling = {language.casefold(): language for language in source.languages}  # tags are the same in any case
    seen: dict[tuple[str, str], Record] = {}
    alike: Counter[tuple[str, str]] = Counter()  # of rows without an id that hold the same
    for row in _rows(source, inputs, reference, left_out):
        language = spelling.get(row.language.casefold())
        if language is None:
            left_out.others[row.language] += 1
            continue
        if not (row.named or source.templates):
            alike[row.id, language] += 1
            if (times := alike[row.id, language]) > 1:
                row = replace(row, id=f"{row.id}-{times}")
        first = seen.setdefault((row.id, language), row)
        if first is not row:
            what = f"the id {row.id!r:.60} is here twice in language {language}"
            before = source.place(first.line).within(first.path.name).removesuffix(":1")
            mend = f"first in {before}: ids are unique in a language; {SKIP}"
            if source.templates and not row.named:
                what, mend = f"{row.id!r:.60} is made twice", f"first in {before}: take one out"
            error = source.complaint(row.path, what, mend, row.line)
            if not source.skips_bad:
                raise error
            left_out.bad += error.complaints
            continue
        yield row if row.language == language else replace(row, language=language)


def _rows(source: Source, inputs: tuple[str, ...], reference: str, left_out: LeftOut) -> Iterator[Record]:
    for path, language in source.files():
        yield from _of_file(source, path, language, inputs, reference, left_out)


def _of_file(
    source: Source, path: Path, language: str | None, inputs: tuple[str, ...], reference: str, left_out: LeftOut
) -> Iterator[Record]:
    """Yield the rows of a file; if all of them are bad, the first is an error, whatever the source says."""
    good, first_bad = False, None
    for line, row in _fitting(source, path):
        try:
            record = read_record(source, path, language, line, row, inputs, reference)
        except InputError as error:
            if not source.skips_bad:
                raise
            first_bad = first_bad or error
            left_out.bad += error.complaints
            continue
        good = True
        yield record
    if first_bad and not good:
        raise first_bad


def _fitting(source: Source, path: Path) -> Iterator[Row]:
    """Yield the rows of a file that are as `where` says."""
    held: dict[str, set[str]] = {column: set() for column in source.where}
    fits, row = False, None
    for line, row in source.rows(path):
        cells = {column: text_of(row.get(column)) for column in held}
        if all(cells[column] in values for column, values in source.where.items()):
            fits = True
            yield line, row
        elif not fits:
            for column, cell in cells.items():
                held[column].add(cell)
    if row is None:
        raise source.complaint(path, "the dataset is empty", "a gate cannot pass on nothing: add examples")
    if not fits:
        raise _none_fits(source, path, held, row)


def _none_fits(source: Source, path: Path, held: Mapping[str, set[str]], last: Mapping[str, Any]) -> InputError:
    """Return the complaint that `where` leaves no row of a file."""
    for column, values in source.where.items():
        if not any(held[column]):
            return source.complaint(
                path, f"`where` names the column {column!r}, which no row has", suggest(column, list(last))
            )
        if held[column].isdisjoint(values):
            what = f"no row has {' or '.join(map(repr, values))} in {column!r}"
            return source.complaint(path, what, suggest(values[0], sorted(held[column] - {""})))
    return source.complaint(
        path, f"no row is as `where` says: {source.shown}", "each column has such rows, no row has all"
    )
