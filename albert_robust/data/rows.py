"""Rows of a data file, streamed, each with the line it came from.

JSON Lines (jsonlines.org), JSON, CSV (RFC 4180; cut by semicolons, too) and TSV, Parquet, CoNLL's columns, and folders that
Hugging Face `datasets` saved.
"""

import csv
import json
import os
import re
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, lookup
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from encodings.aliases import aliases
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from albert_robust.errors import InputError, Mistake, complaint_at, need, reading
from albert_robust.shown import counted, suggest

if TYPE_CHECKING:
    from pyarrow import Array, Scalar

Row = tuple[int, dict[str, Any]]
CSV_LIMIT = 1 << 24
UTF8 = "utf-8"
LINES = "each line is one JSON object"
LISTED = "the file is one list of objects, as in [{...}, {...}], or each line is one"
NAMED = "save the file as UTF-8, or name its encoding: `encoding: {0}` in a suite, `--encoding {0}` in a shell"
DELIMITERS = {".csv": {",": "comma", ";": "semicolon"}, ".tsv": {"\t": "tab"}}
DELIMITED = tuple(DELIMITERS)
BINARY = (".parquet", "")  # a folder has no ending
UNQUOTED = {  # by how what Python's csv says ends
    "unexpected end of data": "a quote opens a cell and nothing closes it",
    "expected after '\"'": "a cell goes on after its closing quote",
}
SAVED = ("state.json", "dataset_dict.json")  # what `datasets` writes into a folder of rows, and of splits
MEND_QUOTES = 'a cell that holds a quote stands in quotes, and its own are doubled: "a ""good"" film"'


class _TwiceError(ValueError):
    """An object of JSON has a key twice."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The value of a cell that Python cannot hold: a time outside its calendar, or a text that is not UTF-8."""

    kind: str

    def __str__(self) -> str:
        return f"{self.kind} that Python cannot hold"


def check_encoding(name: str) -> None:
    """Raise unless Python knows an encoding.

    Raises:
        Mistake: It does not.
    """
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        known = sorted({one.replace("_", "-") for one in aliases.values()})
        raise Mistake(f"{name!r:.40} is no encoding that Python knows", suggest(name, known)) from None


def read_rows(path: Path, header: Sequence[str] = (), encoding: str = UTF8) -> Iterator[Row]:
    """Yield (line, row) for each row of a file. The line is 1 for the first line of the file, a header included.

    Args:
        path: The file.
        header: The names of the columns of a table without a header.
        encoding: Of a file of text, as Python names it.

    Raises:
        InputError: The file is missing, of an unknown kind, or a line of it is broken.
    """
    if not os.path.exists(path):  # what the file system takes for no name is missing, too
        raise complaint_at(path, "the file is missing", "check the path: in a suite it is relative to the suite's file")
    if encoding != UTF8 and path.suffix.lower() in BINARY:
        raise complaint_at(path, "only a file of text has an encoding", "take it out")
    if path.is_dir():
        return _saved_dataset(path)
    if not path.is_file():
        raise complaint_at(path, "a device or a pipe, which may never end", "name a file")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise complaint_at(
            path, f"unknown kind of file {path.suffix!r}", f"known: {', '.join(READERS)}, or a datasets folder"
        )
    how = ({"encoding": encoding} if encoding != UTF8 else {}) | ({"names": header} if header else {})
    return _whole(path, reader(path, **how))


def _whole(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    """Yield the rows of a file; complain of a file that cannot be read to its end."""
    with reading(path):
        yield from rows


def _json_lines(path: Path, mend: str = LINES, encoding: str = UTF8) -> Iterator[Row]:
    for number, line in _lines(path, encoding):
        if line.strip():
            yield number, _object(path, _parsed(path, line.rstrip("\n"), mend, number), mend, number)


def _json(path: Path, encoding: str = UTF8) -> Iterator[Row]:
    """Yield the objects of one list, each with its number; a file that begins otherwise has one object per line."""
    text = "".join(line for _, line in _lines(path, encoding))
    if not text.lstrip().startswith("["):
        yield from _json_lines(path, LISTED, encoding)
        return
    for number, row in enumerate(_parsed(path, text, LISTED, 1), start=1):
        yield number, _object(path, row, LISTED, number)


def _object(path: Path, row: Any, mend: str, number: int) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise complaint_at(path, f"a JSON {type(row).__name__}", mend, number)
    return row


def _parsed(path: Path, text: str, mend: str, number: int) -> Any:
    """Return the value of the JSON that begins in a line."""
    try:
        return _DECODER.decode(text)
    except _TwiceError as error:
        raise complaint_at(path, f"an object has the key {str(error)!r:.60} twice", "take one out", number) from None
    except json.JSONDecodeError as error:
        what = f"broken JSON: {error.msg}"
        raise complaint_at(path, what, mend, number + error.lineno - 1, error.colno) from None
    except RecursionError:
        raise complaint_at(path, "broken JSON: nested too deeply", mend, number) from None
    except ValueError:  # Python reads no longer ones
        what = f"a whole number of more than {sys.get_int_max_str_digits():,} digits"
        raise complaint_at(path, what, "write it as text, between quotes", number) from None


def _apart(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; refuse a key that stands twice, of which Python would silently keep the last value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_apart)


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    marked = lookup(encoding).name == UTF8  # perhaps, by what Excel writes before all text
    with path.open(encoding="utf-8-sig" if marked else encoding, newline="\n") as lines:
        try:
            yield from enumerate(lines, start=1)
        except UnicodeError:
            raise _undecodable(path, encoding) from None


def _undecodable(path: Path, encoding: str) -> InputError:
    """Return the complaint about the first bytes of a file that are no text in its encoding."""
    data = path.read_bytes()
    what, mend = f"not {encoding.upper()} text", NAMED.format("cp1252")
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        mend = f"it begins as UTF-16 does: {NAMED.format('utf-16')}"
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "ignore").split("\n")
        return complaint_at(path, what, mend, len(before), len(before[-1]) + 1)
    except UnicodeError:  # of UTF-16 without its mark
        pass
    return complaint_at(path, what, mend)


def _conll(path: Path, encoding: str = UTF8) -> Iterator[Row]:
    """Yield sentences of tokens with tags: a token a line, its tag behind it, a blank line behind each sentence.

    Columns are parted by tabs where a line has some, else by blanks; a token may hold any other space, as `10\u00a0000` does.
    Lines that open a document (`-DOCSTART-`) or, behind `#` and a blank or tab, say something of the sentence after them are
    left out.
    """
    begun, rows = 0, list[list[str]]()
    for number, line in chain(_lines(path, encoding), [(0, "")]):
        cells = [cell for one in line.split("\t" if "\t" in line else " ") if (cell := one.strip(" \r\n"))]
        if cells and (
            cells[0] == "-DOCSTART-" or (not rows and line.startswith(("# ", "#\t")) and not TAG.fullmatch(cells[-1]))
        ):
            continue
        if len(cells) == 1:
            raise complaint_at(
                path, f"{cells[0]!r:.60} has no tag", "a line is a token and its tag: Anna B-PER", number
            )
        if cells and rows and len(cells) != len(rows[0]):
            what = f"{len(cells)} columns, the lines of this sentence before it have {len(rows[0])}"
            raise complaint_at(path, what, "each line of a sentence has a token, its tag, and the same columns", number)
        if cells:
            begun = begun or number
            rows.append(cells)
        elif rows:
            yield begun, _tagged(rows)
            begun, rows = 0, []


def _tagged(rows: list[list[str]]) -> dict[str, Any]:
    """Return a sentence's tokens and tags: of the columns that hold tags alone the last, or else the last of all.

    A first column that counts the lines holds no tokens, as in CoNLL-U.
    """
    columns = list(zip(*rows, strict=True))
    counts = len(columns) > 2 and columns[0] == tuple(str(place) for place in range(1, len(rows) + 1))
    tagging = [column for column in columns[1:] if all(map(TAG.fullmatch, column))]
    tags = tagging[-1] if tagging else tuple(cells[-1] for cells in rows)
    return {"text": list(columns[1 if counts else 0]), "entities": list(tags)}


TAG = re.compile(r"O|[BIESLUM]-\S+")
_QUOTED = re.compile(r'"(?:[^"]|"")*""(?:[^"]|"")*"')  # as tables are whose cells hold quotes: "said ""hi"""


def _table(
    delimiters: Mapping[str, str],
    quoting: Literal[0, 3],
    path: Path,
    names: Sequence[str] = (),
    encoding: str = UTF8,
) -> Iterator[Row]:
    """Yield the rows of a table, cut by that of these signs, each with its name, of which the first line has most."""
    csv.field_size_limit(CSV_LIMIT)
    lines = (line for _, line in _lines(path, encoding))
    first = next(lines, "")
    delimiter = _cut_by(first, delimiters)
    # Strict: else a cell that opens with a quote and is not closed swallows rows up to the next quote, in silence.
    reader = csv.reader(chain([first], lines), delimiter=delimiter, quoting=quoting, strict=True)
    header = list(names)
    done = 0
    try:
        for cells in reader:
            if not header:
                header = _header(path, cells, reader.line_num)
            elif cells and len(cells) != len(header):
                what = f"{counted(len(cells), 'cell')} under a header of {len(header)}"
                name = delimiters[delimiter]
                more = f"quote cells that hold a {name}" if quoting == csv.QUOTE_MINIMAL else "take tabs out of cells"
                mend = more if len(cells) > len(header) else "leave a cell empty where there is nothing"
                raise complaint_at(path, what, mend, reader.line_num)
            elif quoting == csv.QUOTE_NONE and (cell := next(filter(_QUOTED.fullmatch, cells), "")):
                what = f"the cell {cell!r:.60} is quoted, and a .tsv file has no quotes"
                raise complaint_at(path, what, "write it with csv.QUOTE_NONE, or as .csv", reader.line_num)
            elif cells:
                yield reader.line_num, dict(zip(header, cells, strict=True))
            done = reader.line_num
    except csv.Error as error:
        if "new-line" in str(error):
            what, mend = "a carriage return alone ends a line", "save the file with Unix or Windows line ends"
            raise complaint_at(path, what, mend, reader.line_num) from None
        for end, what in UNQUOTED.items():
            if str(error).endswith(end):
                raise complaint_at(path, what, MEND_QUOTES, done + 1) from None
        raise complaint_at(path, f"broken table: {error}", line=reader.line_num) from None


def _cut_by(first: str, delimiters: Iterable[str]) -> str:
    """Return that of some signs by which a table's first line is cut."""
    return max(delimiters, key=re.sub('"[^"]*"', "", first).count)


def delimiter_of(path: Path, encoding: str = UTF8) -> str:
    """Return the sign that cuts the cells of a table, .csv or .tsv."""
    return _cut_by(next(iter(_lines(path, encoding)), (0, ""))[1], DELIMITERS[path.suffix.lower()])


def has_tabs(path: Path, encoding: str = UTF8) -> bool:
    """Return whether a file has a tab anywhere."""
    return any("\t" in line for _, line in _lines(path, encoding))


def _header(path: Path, cells: list[str], line: int) -> list[str]:
    other = next((sign for sign in ";\t," if len(cells) == 1 and sign in cells[0]), None)
    if other:
        what, mend = (
            f"one column, named {cells[0]!r:.60}",
            "separate cells by commas or semicolons in .csv, by tabs in .tsv",
        )
        raise complaint_at(path, what, mend, line)
    _check_columns(path, filter(None, cells), line)
    return cells


def _check_columns(path: Path, names: Iterable[str], line: int = 1) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise complaint_at(path, f"{count} columns are named {name!r}", "give each column a name of its own", line)


def _parquet(path: Path) -> Iterator[Row]:
    from pyarrow import ArrowInvalid
    from pyarrow.parquet import ParquetFile

    try:
        table = ParquetFile(path)
    except (ArrowInvalid, OSError) as error:
        raise complaint_at(path, f"not a Parquet file: {str(error).splitlines()[0]}") from None
    names = table.schema_arrow.names
    _check_columns(path, names)
    number = 0
    try:
        for batch in table.iter_batches():
            for cells in zip(*map(_cells, batch.columns), strict=True):
                number += 1
                yield number, dict(zip(names, cells, strict=True))
    except (ArrowInvalid, OSError) as error:
        what = f"damaged: {str(error).splitlines()[0]}"
        raise complaint_at(path, what, "write the file anew", number + 1) from None


def _cells(column: "Array") -> list[Any]:
    """Return the values of a column; those that Python cannot hold become `Unreadable`, because nobody may ask for them."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return list(map(_cell, column))


def _cell(value: "Scalar[Any]") -> Any:
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        return Unreadable(str(value.type))


def _saved_dataset(path: Path) -> Iterator[Row]:
    """Yield the rows of a saved dataset, with lists of class numbers, such as tags of tokens, as lists of names."""
    if not any((path / name).is_file() for name in SAVED):
        raise complaint_at(path, "a folder, and none that `datasets` saved", "name a file, such as one in it")
    need("datasets", "datasets", f"the datasets folder {path.name}")
    from datasets import Dataset, load_from_disk

    try:
        loaded = load_from_disk(str(path))
    except (FileNotFoundError, ValueError) as error:
        raise complaint_at(path, f"not a saved dataset: {str(error).splitlines()[0]}") from None
    if not isinstance(loaded, Dataset):
        raise complaint_at(path, f"a set of splits: {', '.join(loaded)}", "name the folder of one split")
    names = {
        column: feature.feature.names
        for column, feature in loaded.features.items()
        if hasattr(getattr(feature, "feature", None), "names")
    }
    for number, row in enumerate(loaded, start=1):
        tags = {column: [known[place] for place in row[column] or ()] for column, known in names.items()}
        yield number, {**row, **tags}


READERS: dict[str, Callable[..., Iterator[Row]]] = {
    ".jsonl": _json_lines,
    ".json": _json,
    ".csv": partial(_table, DELIMITERS[".csv"], csv.QUOTE_MINIMAL),
    ".tsv": partial(_table, DELIMITERS[".tsv"], csv.QUOTE_NONE),
    ".parquet": _parquet,
    ".conll": _conll,
    ".bio": _conll,
    ".iob": _conll,
    ".iob2": _conll,
}
