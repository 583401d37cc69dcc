"""The evaluation sets: a folder each, tab-separated or JSON lines, perhaps xz-compressed, of one side (dev, test)."""

import csv
import json
import lzma
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TextIO
from zlib import crc32

from albert_robust.text.languages import SCRIPTS

Row = dict[str, str]
PROJECT = frozenset(SCRIPTS)
OTHERS = frozenset(
    {"bn", "fi", "ha", "ka", "ta"}
)  # of the evaluation sets; no profile of the embedded encoder has them
TAGS = {
    "ara": "ar", "arb": "ar", "ben": "bn", "bul": "bg", "ces": "cs", "cmn": "zh", "deu": "de", "ell": "el", "eng": "en",
    "fas": "fa", "fin": "fi", "fra": "fr", "hau": "ha", "heb": "he", "hin": "hi", "ind": "id", "ita": "it", "jpn": "ja",
    "kat": "ka", "kor": "ko", "nld": "nl", "pes": "fa", "pol": "pl", "por": "pt", "rus": "ru", "spa": "es", "swa": "sw",
    "swh": "sw", "tam": "ta", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur", "vie": "vi", "zho": "zh",
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        lines: Lines a language; a measure takes a multiple of it.
        share: Of the human-rated rows, by what they are grouped by (segment, document, id).
    """

    lines: int = 60
    share: float = 1.0

    def takes(self, key: str) -> bool:
        """Return whether a group is in the share."""
        return crc32(key.encode()) < self.share * 2**32


@dataclass(frozen=True)
class Parallel:
    """Lines that say the same in every language.

    Attributes:
        name: Of the set.
        texts: The lines of each project language, by its tag.
        documents: Which document each line comes from.
    """

    name: str
    texts: dict[str, list[str]]
    documents: list[str]

    @property
    def languages(self) -> list[str]:
        """The tags, sorted."""
        return sorted(self.texts)

    def lines(self, places: Sequence[int]) -> "Parallel":
        """Return these lines only."""
        texts = {language: [texts[place] for place in places] for language, texts in self.texts.items()}
        return Parallel(self.name, texts, [self.documents[place] for place in places])


@dataclass(frozen=True)
class Sets:
    """The folder that holds a folder for each evaluation set."""

    folder: Path

    def rows(self, pattern: str) -> list[Row]:
        """Return the rows of the one file that a pattern such as `sts_multi/sts` begins."""
        return _rows(self._file(pattern))

    def records(self, pattern: str) -> list[dict[str, Any]]:
        """Return the JSON lines of a file."""
        with open_text(self._file(pattern)) as lines:
            return [json.loads(line) for line in lines]

    def parallel(self, name: str, *, unseen: bool = False) -> Parallel:
        """Return the project languages of `ntrex`, `pud`, `sib200` or `xquad` (questions), or with `unseen` all others.

        Of two variants of a language the first is taken. A line that some language lacks is left out.
        """
        pattern, document, prefix = {
            "ntrex": ("ntrex_nway/ntrex", "doc", ""),
            "pud": ("ud_pud/pud", "sent_id", ""),
            "sib200": ("sib200/", "id", ""),
            "xquad": ("xquad_xling/xquad", "par", "q_"),
        }[name]
        rows = self.rows(pattern)
        columns: dict[str, str] = {}
        for column in rows[0]:
            language = tag(column.removeprefix(prefix)) if column.startswith(prefix) else ""
            known = language in PROJECT if not unseen else language in OTHERS
            if known and column != document:
                columns.setdefault(language, column)
        rows = [row for row in rows if all(row[column].strip() for column in columns.values())]
        # The first six signs of a PUD id name its document.
        documents = [row[document][:6] if name == "pud" else row[document] for row in rows]
        return Parallel(name, {tag: [row[column] for row in rows] for tag, column in columns.items()}, documents)

    def _file(self, pattern: str) -> Path:
        found = sorted(self.folder.glob(pattern + "*.*.tsv*")) + sorted(self.folder.glob(pattern + "*.*.jsonl*"))
        if len(found) != 1:
            raise SystemExit(f"{self.folder / pattern}*: expected one file, found {[path.name for path in found]}")
        return found[0]


def tag(column: str) -> str:
    """Return the language tag of a column's or a file's language code: `zho-CN`, `zho_Hans` and `zh` are `zh`."""
    code = column.replace("_", "-").split("-", 1)[0]
    return TAGS.get(code, code)


def open_text(path: Path) -> TextIO:
    """Open a text file, xz-compressed or not. A line ends at a line feed only."""
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8", newline="\n")
    return path.open(encoding="utf-8", newline="\n")


@cache
def _rows(path: Path) -> list[Row]:
    with open_text(path) as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
