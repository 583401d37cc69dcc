"""Text from disk: translations, words and their translations, texts of one language. Bad lines are counted and named."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from albert_robust.data.parallel import ParallelRow, files_of, parallel_rows, stem, text_lines
from albert_robust.errors import UsageError, complaint_at
from albert_robust.pretrain.recipe import TextSources
from albert_robust.pretrain.typos import with_typo
from albert_robust.text.languages import is_tag

SHOWN = 5


@dataclass(slots=True)
class Corpus:
    """Pairs of texts. `languages[i]` are the two languages of `pairs[i]`; the first `prose` pairs are texts as people wrote them.

    A text of one language is a pair with itself: two views of it, each without other tokens, shall be near (SimCSE;
    Gao et al., 2021, arXiv:2104.08821).
    """

    pairs: list[tuple[str, str]] = field(default_factory=list)
    languages: list[tuple[str, str]] = field(default_factory=list)
    prose: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    bad_lines: int = 0
    bad_examples: list[str] = field(default_factory=list)


def read_corpus(text: TextSources, folder: Path, seed: int) -> Corpus:
    """Return all pairs of the files that `text` names, in an order that depends on the seed alone.

    Raises:
        FileNotFoundError: A pattern matches no file, or there are no patterns.
        InputError: A file that is named by its language is not.
        UsageError: No line of the files can be read.
    """
    corpus = Corpus()
    rows: list[tuple[bool, ParallelRow]] = []
    for source in _sources(text, folder):
        found = [(source.prose, row) for row in _good(source.rows(), corpus)]
        corpus.sources[stem(source.path)] = len(found)
        rows += found
    if not rows:
        raise UsageError("\n".join(["the recipe's text holds no line that can be read", *corpus.bad_examples]))
    rng = Random(seed)
    rng.shuffle(rows)
    kept = rows[: text.max_pairs]
    prose, words = ([row for is_prose, row in kept if is_prose is wanted] for wanted in (True, False))
    clean = prose + words
    clean += [_mistyped(clean[rng.randrange(len(clean))], rng) for _ in range(int(text.typos * len(clean)))]
    corpus.pairs = [(row.text, row.other_text) for row in clean]
    corpus.languages = [(row.language, row.other_language) for row in clean]
    corpus.prose = len(prose)
    return corpus


@dataclass(frozen=True, slots=True)
class _Source:
    """A file, how its rows are read, and whether they are texts rather than words."""

    path: Path
    read: Callable[[Path], Iterator[ParallelRow | str]]
    prose: bool

    def rows(self) -> Iterator[ParallelRow | str]:
        return self.read(self.path)


def _sources(text: TextSources, folder: Path) -> list[_Source]:
    readers: list[tuple[list[str], Callable[[Path], Iterator[ParallelRow | str]], bool]] = [
        (text.parallel, parallel_rows, True),
        (text.lexicons, lambda path: _words(path, text.words_held_out), False),
        (text.monolingual, _texts, True),
    ]
    found = []
    for patterns, read, prose in readers:
        paths = [path for path in files_of(patterns, folder) if stem(path) not in text.exclude]
        found += [_Source(path, read, prose) for path in paths]
    if not found:
        raise FileNotFoundError("the recipe names no text: give `parallel`, `lexicons` or `monolingual` in `text:`")
    return found


def held_out(word: str, share: float) -> bool:
    """Whether a word of a lexicon is among those left out. The same words are, in all languages and sessions."""
    digest = hashlib.sha256(word.casefold().encode()).digest()
    return int.from_bytes(digest[:4]) < share * 2**32


def _words(path: Path, share: float) -> Iterator[ParallelRow | str]:
    language, other = _named(path, stem(path).partition("-")[::2], "he-en.tsv")
    for number, line in text_lines(path):
        cells = line.split("\t") if line is not None else []
        if len(cells) < 2 or not all(cell.strip() for cell in cells[:2]):
            yield f"{path.name}:{number}: " + (
                "not UTF-8 text" if line is None else "expected a word and its translation"
            )
        elif not held_out(cells[1], share):
            yield ParallelRow(other, language, cells[1], cells[0])


def _named(path: Path, languages: Sequence[str], example: str) -> Sequence[str]:
    """Return the languages that a file is named by.

    Raises:
        InputError: One is no language tag.
    """
    for one in languages:
        if not is_tag(one):
            mend = f"name the file as {example} is, or leave it out: `exclude: [{stem(path)}]`"
            raise complaint_at(path, f"{one!r} is no language tag", mend)
    return languages


def _texts(path: Path) -> Iterator[ParallelRow | str]:
    (language,) = _named(path, [stem(path)], "he.txt")
    for number, line in text_lines(path):
        if line is None:
            yield f"{path.name}:{number}: not UTF-8 text"
        elif line.strip():
            yield ParallelRow(language, language, line.strip(), line.strip())


def _good(rows: Iterator[ParallelRow | str], corpus: Corpus) -> Iterator[ParallelRow]:
    for row in rows:
        if isinstance(row, ParallelRow):
            yield row
            continue
        corpus.bad_lines += 1
        if len(corpus.bad_examples) < SHOWN:
            corpus.bad_examples.append(row)


def _mistyped(row: ParallelRow, rng: Random) -> ParallelRow:
    if rng.random() < 0.5:
        return row._replace(text=with_typo(row.text, rng))
    return row._replace(other_text=with_typo(row.other_text, rng))
