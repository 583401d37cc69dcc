"""Reads the examples of a dataset from its rows: draws a seeded sample, and joins translations by id."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from heapq import nsmallest
from pathlib import Path
from typing import Any

from albert_robust.data.cells import text_of
from albert_robust.data.example import Example
from albert_robust.data.record import Record, read_record
from albert_robust.data.source import Source
from albert_robust.errors import InputError, complaint_at
from albert_robust.shown import SHOWN_CHOICES, suggest


class Examples(list[Example]):
    """The examples of a dataset. `others` counts the rows in other languages, by language: `und` for rows that say none."""

    def __init__(self, examples: Iterable[Example], others: Mapping[str, int]) -> None:
        super().__init__(examples)
        self.others = others


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
    others = Counter[str]()
    rows = [row for row in _wanted(source, inputs, reference, others) if kept is None or row.id in kept]
    translations: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        if row.named:  # a line number says nothing of what stands in that line of another file
            translations.setdefault(row.id, {})[row.language] = row.fields
    for language in source.languages:
        if not any(row.language == language for row in rows):
            found = ", ".join(sorted({row.language for row in _rows(source, inputs, reference)})[:SHOWN_CHOICES])
            what = f"no example in language {language!r}"
            raise complaint_at(source.files()[0][0], what, f"rows are in: {found}; mend `languages` or add some")
    examples = (
        Example(row.id, row.language, row.fields, row.references, translations.get(row.id, {}))
        for language in source.languages
        for row in rows
        if row.language == language
    )
    return Examples(examples, others)


def check_header(source: Source, inputs: tuple[str, ...], reference: str) -> None:
    """Read the first row of each file, no more.

    Raises:
        InputError: A file is missing or empty, its first row is broken, or a column is missing.
    """
    for path, language in source.files():
        first = next(source.rows(path), None)
        if first is None:
            raise complaint_at(path, "the dataset is empty", "a gate cannot pass on nothing: add examples")
        read_record(source, path, language, *first, inputs, reference)


def _sampled(source: Source, inputs: tuple[str, ...], reference: str) -> set[str] | None:
    """Return the ids of the sample. They have the smallest keyed hashes, so that order and slices do not matter."""
    if source.limit is None:
        return None
    ids = {row.id for row in _wanted(source, inputs, reference, Counter())}
    return set(
        nsmallest(source.limit, ids, key=lambda name: hashlib.sha256(f"{source.seed}\n{name}".encode()).digest())
    )


def _wanted(source: Source, inputs: tuple[str, ...], reference: str, others: Counter[str]) -> Iterator[Record]:
    """Yield the rows in the languages of a source, each row with the tag as the source spells it; count the others."""
    spelling = {language.casefold(): language for language in source.languages}  # tags are the same in any case
    seen: dict[tuple[str, str], Record] = {}
    for row in _rows(source, inputs, reference):
        language = spelling.get(row.language.casefold())
        if language is None:
            others[row.language] += 1
            continue
        first = seen.setdefault((row.id, language), row)
        if first is not row:
            what = f"the id {row.id!r:.60} is here twice in language {language}"
            mend = f"first in {first.path.name}:{first.line}: ids are unique in a language"
            if source.templates and not row.named:
                what, mend = f"{row.id!r:.60} is made twice", f"first in line {first.line}: take one out"
            raise complaint_at(row.path, what, mend, row.line)
        yield row if row.language == language else replace(row, language=language)


def _rows(source: Source, inputs: tuple[str, ...], reference: str) -> Iterator[Record]:
    for path, language in source.files():
        held: dict[str, set[str]] = {column: set() for column in source.where}
        fits, row = False, None
        for line, row in source.rows(path):
            cells = {column: text_of(row.get(column)) for column in held}
            if all(cells[column] in values for column, values in source.where.items()):
                fits = True
                yield read_record(source, path, language, line, row, inputs, reference)
            elif not fits:
                for column, cell in cells.items():
                    held[column].add(cell)
        if row is None:
            raise complaint_at(path, "the dataset is empty", "a gate cannot pass on nothing: add examples")
        if not fits:
            raise _none_fits(source, path, held, row)


def _none_fits(source: Source, path: Path, held: Mapping[str, set[str]], last: Mapping[str, Any]) -> InputError:
    """Return the complaint that `where` leaves no row of a file."""
    for column, values in source.where.items():
        if not any(held[column]):
            return complaint_at(
                path, f"`where` names the column {column!r}, which no row has", suggest(column, list(last))
            )
        if held[column].isdisjoint(values):
            what = f"no row has {' or '.join(map(repr, values))} in {column!r}"
            return complaint_at(path, what, suggest(values[0], sorted(held[column] - {""})))
    return complaint_at(path, f"no row is as `where` says: {source.shown}", "each column has such rows, no row has all")
