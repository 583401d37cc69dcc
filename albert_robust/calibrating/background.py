"""Background text: what an encoder is calibrated on, none of it ever scored.

Monolingual text gives means, rarity, floors and damage curves; text in several languages also gives ceilings.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from albert_robust.data.parallel import ParallelRow, files_of, parallel_rows, stem, text_lines
from albert_robust.errors import UsageError
from albert_robust.text.languages import NAMES, is_tag

LEAST_TEXTS = 50  # a language: below it the anchors would be noise
MOST_TEXTS = 4000  # a language: rarity needs no more
ENDINGS = (".txt", ".txt.xz")


@dataclass(frozen=True)
class Translations:
    """One text in several languages, by tag, and the source that it is from."""

    source: str
    texts: Mapping[str, str]


@dataclass
class Background:
    """Background text.

    Attributes:
        texts: By language and source; lines of one source share a domain.
        translations: Texts known in two languages or more.
        bad_lines: Lines that could not be read, named.
        left_out: Files and languages that take no part, with the reason.
    """

    texts: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    translations: list[Translations] = field(default_factory=list)
    bad_lines: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages with enough text, sorted."""
        counts = {tag: sum(map(len, sources.values())) for tag, sources in self.texts.items()}
        return tuple(sorted(tag for tag, count in counts.items() if count >= LEAST_TEXTS))


def read_background(
    folder: Path | None, parallel: Sequence[str], translations: Sequence[str] = (), seed: int = 0
) -> Background:
    """Return what a folder of monolingual text and files of parallel text hold, an even share of each source.

    Args:
        folder: Holds `LANGUAGE.txt`, a text a line, or folders `LANGUAGE/` with a file a source; plain or xz.
        parallel: Glob patterns of tab separated files: language 1, language 2, text 1, text 2.
        translations: Those of the files whose translations are good enough for ceilings; all where none is named.
        seed: Of the sample.

    Raises:
        InputError: A file cannot be read, or is damaged.
        FileNotFoundError: A pattern matches no file.
        UsageError: There is no text, or fewer than 50 texts of any language.
    """
    background = Background()
    pool: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    if folder is not None:
        for tag, source, path in _mono_files(folder, background.left_out):
            pool[tag][source].update(_lines(path, background.bad_lines))
    groups: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    ceilings = set(files_of(list(translations), Path()))
    for path in files_of([*parallel, *translations], Path()):
        for row in parallel_rows(path):
            if not isinstance(row, ParallelRow):
                background.bad_lines.append(row)
                continue
            pool[row.language][stem(path)].add(row.text)
            pool[row.other_language][stem(path)].add(row.other_text)
            if not ceilings or path in ceilings:
                groups[stem(path), row.language, row.text].setdefault(row.other_language, row.other_text)
    background.texts = {tag: _sampled(sources, Random(f"{seed} {tag}")) for tag, sources in sorted(pool.items())}
    background.translations = [
        Translations(source, {tag: text, **others}) for (source, tag, text), others in sorted(groups.items())
    ]
    for tag in sorted(background.texts.keys() - set(background.languages)):
        count = sum(map(len, background.texts[tag].values()))
        background.left_out.append(f"{tag}: {count} texts, a language needs {LEAST_TEXTS}")
    if not background.languages:
        raise UsageError(
            f"no background text: a language needs {LEAST_TEXTS} texts, in LANGUAGE.txt or in parallel files"
        )
    return background


def _mono_files(folder: Path, left_out: list[str]) -> Iterator[tuple[str, str, Path]]:
    if not folder.is_dir():
        raise UsageError(f"no folder {folder}")
    for path in sorted(folder.iterdir()):
        if path.is_dir() and is_tag(path.name):
            yield from ((path.name, stem(file), file) for file in sorted(path.iterdir()) if file.name.endswith(ENDINGS))
        elif path.name.endswith(ENDINGS) and is_tag(stem(path)):
            yield stem(path), stem(path), path
        elif path.is_dir() or path.name.endswith(ENDINGS):
            mend = f": did you mean {tag}?" if (tag := NAMES.get(stem(path).lower())) else ""
            left_out.append(f"{path.name}: its name is no language tag{mend}")


def _lines(path: Path, bad_lines: list[str]) -> Iterator[str]:
    for number, line in text_lines(path):
        if line is None:
            bad_lines.append(f"{path.name}:{number}: not UTF-8 text")
        elif line.strip():
            yield line.strip()


def _sampled(sources: Mapping[str, set[str]], rng: Random) -> dict[str, list[str]]:
    """Return the texts of each source in a seeded order, at most an even share of `MOST_TEXTS` of each."""
    kept: dict[str, list[str]] = {}
    left = MOST_TEXTS
    for done, source in enumerate(sorted(sources, key=lambda name: (len(sources[name]), name))):
        texts = sorted(sources[source])
        share = left // (len(sources) - done)
        kept[source] = rng.sample(texts, min(share, len(texts)))
        left -= len(kept[source])
    return dict(sorted(kept.items()))
