"""Tables that lie beside code: tab-separated files with a header."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def read_rows(path: Path) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a tab-separated file with a header, as text without quoting."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
