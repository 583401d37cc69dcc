"""Writes rows to a data file, in the formats that people edit and train on: what `rows.py` reads of it is what was written."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from albert_robust.atomic import write_whole
from albert_robust.data.rows import delimiter_of, has_tabs
from albert_robust.errors import WritingError, writing

Rows = Sequence[Mapping[str, Any]]


class _Csv(csv.Dialect):
    delimiter, quotechar, doublequote, lineterminator, quoting = ",", '"', True, "\n", csv.QUOTE_MINIMAL


class _Tsv(csv.Dialect):
    delimiter, quotechar, lineterminator, quoting = "\t", None, "\n", csv.QUOTE_NONE


def write_rows(path: Path, rows: Rows, like: Path | None = None) -> None:
    """Write rows to a file, whole or not at all.

    Args:
        path: Its ending says the format.
        rows: Of a table all with the same columns.
        like: The file that they are from: if it is of the same format, its cells are parted alike.

    Raises:
        WritingError: The format is none that is written here, it cannot hold the rows, or the file cannot be written.
    """
    check_writable(path)
    ending = path.suffix.lower()
    text = WRITERS[ending](rows, like if like is not None and like.suffix.lower() == ending else None)
    with writing(path, "make room there, or name another file"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())


def check_writable(path: Path) -> None:
    """Refuse a file whose ending says no format that is written here.

    Raises:
        WritingError: It does.
    """
    if path.suffix.lower() not in WRITERS:
        raise WritingError(f"{path.name!r}: no format that is written here", f"known: {', '.join(WRITERS)}")


def _json_lines(rows: Rows, like: Path | None) -> str:
    return "".join(f"{json.dumps(row, ensure_ascii=False, default=str)}\n" for row in rows)


def _json(rows: Rows, like: Path | None) -> str:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, default=str) for row in rows)
    return f"[\n{lines}\n]\n"


def _table(dialect: type[csv.Dialect], rows: Rows, like: Path | None) -> str:
    written = io.StringIO()
    writer = csv.writer(written, dialect, delimiter=dialect.delimiter if like is None else delimiter_of(like))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    try:
        writer.writerow(columns)
        writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    except csv.Error:
        what = "a cell holds a tab or a line break, which no .tsv file can"
        raise WritingError(what, "write .csv or .jsonl") from None
    return written.getvalue()


def _cell(value: Any) -> Any:
    """Return a value as a table's cell: a list or an object as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _conll(rows: Rows, like: Path | None) -> str:
    between = "\t" if like is not None and has_tabs(like) else " "
    return "\n".join(_sentence(row.values(), between) for row in rows)


def _sentence(columns: Iterable[Any], between: str) -> str:
    listed = list(columns)
    if len(listed) != 2 or not all(isinstance(column, list) and column for column in listed):
        what = "a row is no list of tokens with one of tags, which is all that CoNLL holds"
        raise WritingError(what, "write .jsonl")
    return "".join(f"{between.join(pair)}\n" for pair in zip(*listed, strict=True))


WRITERS: dict[str, Callable[[Rows, Path | None], str]] = {
    ".jsonl": _json_lines,
    ".json": _json,
    ".csv": partial(_table, _Csv),
    ".tsv": partial(_table, _Tsv),
    **dict.fromkeys((".conll", ".bio", ".iob", ".iob2"), _conll),
}
