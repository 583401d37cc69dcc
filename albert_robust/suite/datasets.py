"""Makes the sources of a suite's datasets from its draft, and complains of what is wrong with them."""

import os
from collections.abc import Sequence
from pathlib import Path

from albert_robust.data import Source
from albert_robust.data.cells import text_of
from albert_robust.data.options import CHOICES
from albert_robust.data.rows import BINARY, DELIMITED, UTF8
from albert_robust.data.source import PLACEHOLDER
from albert_robust.data.templates import Fill, Templates, mistakes, unfit, used
from albert_robust.documents.yaml_file import Location
from albert_robust.errors import BESIDE_SUITE, Mistake
from albert_robust.shown import suggest
from albert_robust.suite.complaints import Value
from albert_robust.suite.draft import Draft
from albert_robust.suite.schema import DatasetSpec


def sources(draft: Draft) -> dict[str, Source]:
    """Return the source of each dataset, by its name, and complain of what is wrong with it."""
    by_name = {name: _source(draft, name, dataset) for name, dataset in draft.spec.datasets.items()}
    shared = {
        words for dataset in draft.spec.datasets.values() for words in _used(draft, dataset) - dataset.fill.keys()
    }
    _lists(draft, (), draft.spec.fill, shared)
    return by_name


def _source(draft: Draft, name: str, dataset: DatasetSpec) -> Source:
    document, task = draft.document, draft.task
    languages = tuple(dataset.languages or [dataset.language or ""])
    path = document.path.parent / dataset.path if dataset.path else _home(draft, name, dataset)
    columns = dict(dataset.columns)
    choices = columns.pop(CHOICES, []) if task.single_label else []
    source = task.source(
        path,
        languages,
        per_row=dataset.languages is not None and PLACEHOLDER not in path.name,
        header=tuple(dataset.header),
        columns={ours: theirs for ours, theirs in columns.items() if isinstance(theirs, str)},
        choices=tuple(_listed(choices)),
        encoding=dataset.encoding,
        skips_bad=dataset.on_bad_rows == "skip",
        where={column: tuple(map(text_of, _listed(held))) for column, held in dataset.where.items()},
        slices=tuple(dataset.slices),
        limit=dataset.limit,
        seed=draft.spec.seed,
        reference_language=dataset.reference_language or "",
        together={ours: tuple(theirs) for ours, theirs in columns.items() if isinstance(theirs, list)},
        templates=_templates(draft, name, dataset),
        given=dataset.rows,
        lines=_lines(draft, ("datasets", name, "rows"), dataset.rows or ()),
        listed=document.place(("datasets", name)).key is not None and dataset.path is None,
        added=draft.added,
        beside=draft.beside,
    )
    _check(draft, name, dataset, source)
    return source


def _check(draft: Draft, name: str, dataset: DatasetSpec, source: Source) -> None:
    """Complain of what a dataset lacks, and of missing files and unknown columns."""
    at, task, complain = ("datasets", name), draft.task, draft.complaints.add
    if not task.language_field and dataset.reference_language is None:
        what = f"the dataset {name!r} does not say the language of its {task.reference}s"
        complain(at, what, "add `reference_language: de`, a BCP 47 tag")
    if dataset.header and source.path.suffix.lower() not in DELIMITED:
        complain((*at, "header"), "only a table, .csv or .tsv, may lack its header", "take it out")
    if dataset.encoding != UTF8 and source.path.suffix.lower() in BINARY:
        complain((*at, "encoding"), "only a file of text has an encoding", "take it out")
    if source.templates:
        for number, unknown in source.templates.unknown(dataset.slices):
            draft.complaints.take((*at, "slices", number), unknown)
    for file, _ in source.files() if dataset.path else ():
        if not os.path.exists(file):
            complain((*at, "path"), f"no file {file.name!r} here", BESIDE_SUITE)
    for column, theirs in dataset.columns.items():
        if mistake := _unmapped(draft, column, theirs):
            draft.complaints.take((*at, "columns", column), mistake)


def _unmapped(draft: Draft, column: str, theirs: str | list[str]) -> Mistake | None:
    """Return what is wrong with an entry of `columns:`, which maps a name of ours to the file's; None if nothing is."""
    task, added = draft.task, draft.added
    chooses, known = task.single_label, ["id", "language", *draft.columns, task.reference, *draft.beside]
    if chooses and CHOICES not in known:
        known.append(CHOICES)
    gathers = column == task.passages_field or (column in added and added[column] is None)
    marks = column == task.reference and task.multi_label
    if isinstance(theirs, list) and not (gathers or marks or (chooses and column == CHOICES)):
        mend = (
            f"write `{column}: {theirs[0]}`: only choices of labels, passages, and the labels of a text, may be several"
        )
        return Mistake(f"{column!r} is one column", mend)
    if column in known:
        return None
    if column == CHOICES:
        return Mistake(f"{task.name} has no choices", "write `task: text-classification`: its labels are their letters")
    mend = f"our name comes first: `{theirs}: {column}`" if theirs in known else suggest(column, known)
    return Mistake(f"unknown column {column!r}", mend)


def _templates(draft: Draft, name: str, dataset: DatasetSpec) -> Templates | None:
    """Return the templates of a dataset, or None, and complain of those that cannot be filled."""
    templates, at = dataset.templates, ("datasets", name)
    if templates is None:
        return None
    fill = draft.spec.fill | dataset.fill
    inputs, reference = [*draft.columns, *draft.beside], draft.task.reference
    for location, mistake in mistakes(templates, fill, inputs, reference, dataset.languages or ()):
        draft.complaints.take((*at, *location), mistake)
    _lists(draft, at, dataset.fill, _used(draft, dataset))
    lines = _lines(draft, (*at, "templates"), templates) or range(1, len(templates) + 1)
    return Templates(tuple(templates), tuple(lines), fill)


def _home(draft: Draft, name: str, dataset: DatasetSpec) -> Path:
    """Return what complaints about a dataset's rows or templates name: the suite's file, or where they stand in a dictionary."""
    path, way = draft.document.path, "templates" if dataset.rows is None else "rows"
    place = draft.document.place(("datasets", name, way))
    return path if place.key is None else path.with_name(place.within(path.name))


def _lines(draft: Draft, at: Location, held: Sequence[object]) -> tuple[int, ...]:
    """Return the line of each item of a list; nothing where the suite is a dictionary."""
    places = [draft.document.place((*at, number)) for number in range(len(held))]
    return tuple(place.line for place in places if place.key is None)


def _used(draft: Draft, dataset: DatasetSpec) -> set[str]:
    """Return the names of the lists of words that the templates of a dataset use."""
    fill = draft.spec.fill | dataset.fill
    return {words for template in dataset.templates or () for words in used(template, fill)}


def _lists(draft: Draft, at: Location, fill: Fill, named: set[str]) -> None:
    """Complain of lists of words that are unfit or unused."""
    for location, mistake in unfit(fill):
        draft.complaints.take((*at, "fill", *location), mistake)
    if draft.complaints.found:  # a slot may be misspelt, and its list not idle
        return
    for name in sorted(fill.keys() - named):
        mend = f"write {{{name}}} in one, or take it out"
        draft.complaints.add((*at, "fill", name), f"no template uses {name!r}", mend)


def _listed(held: Value | list[Value]) -> list[Value]:
    return held if isinstance(held, list) else [held]
