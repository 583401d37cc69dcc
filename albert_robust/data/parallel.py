"""Reads parallel text: tab-separated rows of language 1, language 2, text 1, text 2, plain or xz."""

import lzma
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from albert_robust.errors import complaint_at, reading
from albert_robust.text.languages import is_tag

COLUMNS = 4


class ParallelRow(NamedTuple):
    """A text in two languages."""

    language: str
    other_language: str
    text: str
    other_text: str


def files_of(patterns: list[str], folder: Path) -> list[Path]:
    """Return the files that glob patterns name, relative to a folder or absolute, sorted.

    Raises:
        FileNotFoundError: A pattern matches no file, or is no pattern.
    """
    found: set[Path] = set()
    for pattern in patterns:
        try:
            files = {path for path in _expand(folder, pattern) if not path.is_dir()}
        except ValueError as error:
            raise FileNotFoundError(f"no file matches {str(folder / pattern)!r}: {error}") from None
        if not files:
            raise FileNotFoundError(f"no file matches {str(folder / pattern)!r}")
        found |= files
    return sorted(found)


def _expand(folder: Path, pattern: str) -> Iterator[Path]:
    wanted = Path(pattern)
    if wanted.is_absolute():
        folder, wanted = Path(wanted.anchor), wanted.relative_to(wanted.anchor)
    return folder.glob(str(wanted)) if wanted.parts else iter(())


def stem(path: Path) -> str:
    """Return the name of a source: its file's name without endings."""
    return path.name.split(".")[0]


def open_text(path: Path) -> BinaryIO:
    """Open a text file as bytes; an xz file is unpacked."""
    return cast("BinaryIO", lzma.open(path)) if path.suffix == ".xz" else path.open("rb")


def text_lines(path: Path) -> Iterator[tuple[int, str | None]]:
    """Yield the lines of a text file with their numbers, unpacked where it is an xz file; None for a line that is not UTF-8.

    A byte order mark and what ends a line are no part of it.

    Raises:
        InputError: The file cannot be read, or is damaged.
    """
    number = 0
    try:
        with reading(path), open_text(path) as lines:
            for number, line in enumerate(lines, start=1):
                content = line.removeprefix(BOM_UTF8) if number == 1 else line
                try:
                    yield number, content.decode("utf-8").rstrip("\r\n")
                except UnicodeDecodeError:
                    yield number, None
    except (EOFError, lzma.LZMAError) as error:
        raise complaint_at(path, f"damaged: {error}", "fetch or pack the file anew", line=number + 1) from None


def parallel_rows(path: Path) -> Iterator[ParallelRow | str]:
    """Yield the rows of a file; a line that is none comes as a string that names it: file, line and what is wrong.

    Raises:
        InputError: The file cannot be read, or is damaged.
    """
    for number, line in text_lines(path):
        cells = [] if line is None else line.split("\t")
        if len(cells) != COLUMNS or not all(cell.strip() for cell in cells):
            what = "not UTF-8 text" if line is None else f"{len(cells)} columns, expected {COLUMNS}, none empty"
            yield f"{path.name}:{number}: {what}"
        elif other := [tag for tag in cells[:2] if not is_tag(tag)]:
            yield f"{path.name}:{number}: {other[0]!r:.60} is no language tag: write a BCP 47 tag such as en"
        else:
            yield ParallelRow(*cells)
