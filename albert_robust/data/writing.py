"""Writes rows to a data file, in the formats that people edit and train on: what `rows.py` reads of it is what was written."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from albert_robust.atomic import write_whole
from albert_robust.data.cells import held
from albert_robust.data.rows import DELIMITERS, TAG, UTF8, delimiter_of, has_tabs
from albert_robust.errors import WritingError, writing

Rows = Sequence[Mapping[str, Any]]
_BLANK = re.compile(r"[ \t\r\n]")


class _Csv(csv.Dialect):
    delimiter, quotechar, doublequote, lineterminator, quoting = ",", '"', True, "\n", csv.QUOTE_MINIMAL


class _Tsv(csv.Dialect):
    delimiter, quotechar, lineterminator, quoting = "\t", None, "\n", csv.QUOTE_NONE


def write_rows(path: Path, rows: Rows, like: Path | None = None, encoding: str = UTF8) -> None:
    """Write rows to a file, as UTF-8, whole or not at all.

    Args:
        path: Its ending says the format.
        rows: Of a table all with the same columns.
        like: The file that they are from: if it is of the same format, its cells are parted alike.
        encoding: Of that file.

    Raises:
        WritingError: The format is none that is written here, it cannot hold the rows, or the file cannot be written.
    """
    check_writable(path)
    ending = path.suffix.lower()
    plain = [
        {name: held(cell) for name, cell in row.items()} for row in rows
    ]  # NaN is nothing, and no number of any format
    between = BETWEEN.get(ending, "")
    if like is not None and like.suffix.lower() == ending and between:
        between = delimiter_of(like, encoding) if ending in DELIMITERS else "\t" if has_tabs(like, encoding) else " "
    text = WRITERS[ending](plain, between)
    with writing(path, "make room there, or name another file"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode(errors="backslashreplace"))  # of half a character, as JSON escapes it


def check_writable(path: Path) -> None:
    """Refuse a file whose ending says no format that is written here.

    Raises:
        WritingError: It does.
    """
    if path.suffix.lower() not in WRITERS:
        raise WritingError(f"{path.name!r}: no format that is written here", f"known: {', '.join(WRITERS)}")


def _json_lines(rows: Rows, between: str) -> str:
    return "".join(f"{json.dumps(row, ensure_ascii=False, default=str)}\n" for row in rows)


def _json(rows: Rows, between: str) -> str:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, default=str) for row in rows)
    return f"[\n{lines}\n]\n"


def _table(dialect: type[csv.Dialect], rows: Rows, between: str) -> str:
    written = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([_cell(row.get(name)) for name in columns] for row in rows)]
    try:
        csv.writer(written, dialect, delimiter=between, quoting=_quoting(dialect, lines)).writerows(lines)
        written.getvalue().encode()
    except csv.Error:
        what = "a cell holds a tab or a line break, which no .tsv file can"
        raise WritingError(what, "write .csv or .jsonl") from None
    except UnicodeEncodeError:
        raise WritingError("a cell holds half a character, which no table can", "write .jsonl") from None
    return written.getvalue()


def _quoting(dialect: type[csv.Dialect], lines: Sequence[Sequence[Any]]) -> Any:
    """Return which cells stand in quotes: all where Python would leave bare what ends a line, or may seem to part the cells."""
    returns = any("\r" in str(cell) for line in lines for cell in line)
    if dialect.quoting == csv.QUOTE_NONE and returns:
        raise csv.Error
    others = any(sign in name for name in lines[0] for sign in DELIMITERS[".csv"])
    return csv.QUOTE_ALL if dialect.quoting == csv.QUOTE_MINIMAL and (returns or others) else dialect.quoting


def _cell(value: Any) -> Any:
    """Return a value as a table's cell: a list or an object as JSON."""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else value


def _conll(rows: Rows, between: str) -> str:
    return "\n".join(_sentence(row.values(), between) for row in rows)


def _sentence(columns: Iterable[Any], between: str) -> str:
    listed = list(columns)
    if len(listed) != 2 or not all(isinstance(column, list) and column for column in listed):
        what = "a row is no list of tokens with one of tags, which is all that CoNLL holds"
        raise WritingError(what, "write .jsonl")
    tokens, tags = sorted(listed, key=lambda column: all(map(TAG.fullmatch, column)))
    if odd := [word for word in (*tokens, *tags) if not word or _BLANK.search(word)]:
        raise WritingError(f"the token {odd[0]!r:.40} is none that CoNLL holds", "write .jsonl")
    return "".join(f"{between.join(pair)}\n" for pair in zip(tokens, tags, strict=True))


CONLL = (".conll", ".bio", ".iob", ".iob2")
BETWEEN = {
    ".csv": ",",
    ".tsv": "\t",
    **dict.fromkeys(CONLL, " "),
}  # the cells of a row, unless they are parted as elsewhere
WRITERS: dict[str, Callable[[Rows, str], str]] = {
    ".jsonl": _json_lines,
    ".json": _json,
    ".csv": partial(_table, _Csv),
    ".tsv": partial(_table, _Tsv),
    **dict.fromkeys(CONLL, _conll),
}
