"""Parallel text from disk. Bad lines are counted and named, never fatal."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from albert_robust.data.parallel import ParallelRow, files_of, parallel_rows, stem
from albert_robust.pretrain.recipe import TextSources

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
    files = [path for path in files_of(text.parallel, folder) if stem(path) not in text.exclude]
    if not files:
        raise FileNotFoundError(
            f"no file matches {text.parallel!r} below {folder}; name text files in `text: parallel:`"
        )
    corpus = Corpus()
    rows = []
    for path in files:
        found = list(_rows(path, corpus))
        corpus.sources[stem(path)] = len(found)
        rows += found
    Random(seed).shuffle(rows)
    rows = rows[: text.max_pairs]
    corpus.pairs = [(row.text, row.other_text) for row in rows]
    corpus.languages = [(row.language, row.other_language) for row in rows]
    return corpus


def _rows(path: Path, corpus: Corpus) -> Iterator[ParallelRow]:
    for row in parallel_rows(path):
        if isinstance(row, ParallelRow):
            yield row
            continue
        corpus.bad_lines += 1
        if len(corpus.bad_examples) < SHOWN:
            corpus.bad_examples.append(row)
