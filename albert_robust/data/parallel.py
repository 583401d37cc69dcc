"""Parallel text from disk: tab separated rows of language 1, language 2, text 1, text 2, plain or xz."""

import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

COLUMNS = 4


class ParallelRow(NamedTuple):
    """A text in two languages."""

    language: str
    other_language: str
    text: str
    other_text: str


def files_of(patterns: list[str], folder: Path) -> list[Path]:
    """Return the files that glob patterns name, relative to a folder or absolute, sorted."""
    return sorted({path for pattern in patterns for path in _expand(folder, pattern)})


def _expand(folder: Path, pattern: str) -> Iterator[Path]:
    absolute = Path(pattern)
    if absolute.is_absolute():
        return absolute.parent.glob(absolute.name)
    return folder.glob(pattern)


def stem(path: Path) -> str:
    """Return a file's name without its endings: what a source is called."""
    return path.name.split(".")[0]


def open_text(path: Path) -> BinaryIO:
    """Open a text file as bytes, unpacked where it is an xz file."""
    return cast("BinaryIO", lzma.open(path)) if path.suffix == ".xz" else path.open("rb")


def parallel_rows(path: Path) -> Iterator[ParallelRow | str]:
    """Yield the rows of a file; a line that is none comes as a string that names it: file, line and what is wrong."""
    with open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                cells = line.decode("utf-8").rstrip("\n").split("\t")
                what = f"{len(cells)} columns, expected {COLUMNS}, none empty"
            except UnicodeDecodeError:
                cells, what = [], "not UTF-8 text"
            if len(cells) != COLUMNS or not all(cell.strip() for cell in cells):
                yield f"{path.name}:{number}: {what}"
            else:
                yield ParallelRow(*cells)
