"""Parallel text from disk. Bad lines are counted and named, never fatal."""

import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import BinaryIO, cast

from albert_robust.pretrain.recipe import TextSources

COLUMNS = 4
SHOWN = 5


@dataclass(slots=True)
class Corpus:
    """Translation pairs, shuffled. `languages[i]` are the two languages of `pairs[i]`."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    languages: list[tuple[str, str]] = field(default_factory=list)
    sources: dict[str, int] = field(default_factory=dict)
    bad_lines: int = 0
    bad_examples: list[str] = field(default_factory=list)


def read_corpus(text: TextSources, folder: Path, seed: int) -> Corpus:
    """Return all pairs of the files that `text` names, in an order that depends on the seed alone.

    Raises:
        FileNotFoundError: No file matches the patterns.
    """
    files = sorted({path for pattern in text.parallel for path in _expand(folder, pattern)})
    files = [path for path in files if path.name.split(".")[0] not in text.exclude]
    if not files:
        raise FileNotFoundError(
            f"no file matches {text.parallel!r} below {folder}; name text files in `text: parallel:`"
        )
    corpus = Corpus()
    rows = []
    for path in files:
        found = list(_rows(path, corpus))
        corpus.sources[path.name.split(".")[0]] = len(found)
        rows += found
    Random(seed).shuffle(rows)
    rows = rows[: text.max_pairs]
    corpus.pairs = [(row[2], row[3]) for row in rows]
    corpus.languages = [(row[0], row[1]) for row in rows]
    return corpus


def _expand(folder: Path, pattern: str) -> Iterator[Path]:
    absolute = Path(pattern)
    if absolute.is_absolute():
        return absolute.parent.glob(absolute.name)
    return folder.glob(pattern)


def _open(path: Path) -> BinaryIO:
    return cast("BinaryIO", lzma.open(path)) if path.suffix == ".xz" else path.open("rb")


def _rows(path: Path, corpus: Corpus) -> Iterator[tuple[str, str, str, str]]:
    with _open(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                cells = line.decode("utf-8").rstrip("\n").split("\t")
                what = f"{len(cells)} columns, expected {COLUMNS}, none empty"
            except UnicodeDecodeError:
                cells, what = [], "not UTF-8 text"
            if len(cells) != COLUMNS or not all(cell.strip() for cell in cells):
                corpus.bad_lines += 1
                if len(corpus.bad_examples) < SHOWN:
                    corpus.bad_examples.append(f"{path.name}:{number}: {what}")
                continue
            yield (cells[0], cells[1], cells[2], cells[3])
