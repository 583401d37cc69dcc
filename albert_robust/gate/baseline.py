"""A baseline: what the cells of a suite came to when somebody said that it is good. A text file beside the suite.

JSON Lines, sorted, without commas between them: the first says what the file is, then a line a list of examples, named by
its own fingerprint, then a line a cell. Two branches that change different cells merge by themselves, but for neighbours, which
git leaves to a person; what does not fit then is a complaint at its line. The same lines give the same bytes.

    {"schema": 2}
    {"examples": "1f0c52a9d3be", "ids": ["r0", "r1", "r2"]}
    {"cell": "reviews/typos.swap@2[en]", "examples": "1f0c52a9d3be", "measure": "consistency", ..., "values": "1-0"}

Outcomes of 0 and 1 are a string of them, in the order of the ids, `-` where nothing was tested, `!` where there was an error;
others are a list of numbers, with null and "!" there.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import Any

from albert_robust.asking.cache import key
from albert_robust.atomic import write_whole
from albert_robust.errors import Complaint, InputError, Place, complaint_at, writing
from albert_robust.file_names import BASELINE, SUITE
from albert_robust.gate.lines import Line
from albert_robust.results.fingerprint import LENGTH
from albert_robust.shown import shown_path
from albert_robust.suite.suite import Suite

SCHEMA = 2
UNTESTED, ERROR = "-", "!"
MEND = "make it anew: pytest --robust-baseline-update=all"
_TEXTS = ("cell", "measure", "definition", "inputs", "variants")
_KEYS = {*_TEXTS, "seed", "examples", "values"}
Baseline = Mapping[str, Line]
Written = float | str | None  # an example's number, `ERROR` or nothing
_SIGNS: Mapping[str, Written] = {"0": 0.0, "1": 1.0, UNTESTED: None, ERROR: ERROR}


def baseline_path(suite: Suite) -> Path:
    """Return where the baseline of a suite lies: `reviews.baseline.jsonl` beside `reviews.robust.yaml`.

    Each of several models has its own, `reviews@small.baseline.jsonl`.
    """
    name = "@".join(filter(None, [suite.path.name.removesuffix(SUITE), suite.model_name]))
    return suite.path.with_name(name + BASELINE)


def ownerless(suites: Sequence[Suite]) -> list[Path]:
    """Return the baselines beside the suites of a file that are of none of its models, as one that was renamed leaves them."""
    file, owned = suites[0].path, {baseline_path(suite) for suite in suites}
    name = escape(file.name.removesuffix(SUITE))
    found = {*file.parent.glob(f"{name}{BASELINE}"), *file.parent.glob(f"{name}@*{BASELINE}")} - owned
    files = {path: path.with_name(path.name.removesuffix(BASELINE) + SUITE) for path in found}
    return sorted(path for path, other in files.items() if other == file or not other.exists())


def open_baseline(path: Path) -> dict[str, Line] | None:
    """Return the lines of a baseline by cell; None where there is no file.

    Raises:
        InputError: It is no baseline, of another version, or a merge left something that does not fit; every complaint.
    """
    try:
        written = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise complaint_at(path, "not UTF-8 text", MEND) from None
    except OSError as error:
        raise complaint_at(path, f"cannot read the baseline: {error.strerror}", MEND) from None
    return _Reader(path).read(written)


def write_baseline(path: Path, lines: Iterable[Line]) -> None:
    """Write a baseline whole or not at all; without lines there is no file.

    Raises:
        WritingError: It cannot be written.
    """
    rows = list(_rows(lines))
    text = "".join(json.dumps(row, sort_keys=True, allow_nan=False) + "\n" for row in ({"schema": SCHEMA}, *rows))
    with writing(path, "make room there, or see that it may be written"):
        if not rows:
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_bytes() != text.encode():
            write_whole(path, text.encode())


def updated(
    old: Baseline, made: Mapping[str, Line | None], living: Iterable[str], *, only_new: bool = False
) -> dict[str, Line]:
    """Return the lines of a baseline after a run.

    Args:
        old: The lines before.
        made: Of the cells that ran; None takes a cell's line out.
        living: The cells that the suite has and does not skip: lines of others are dropped.
        only_new: Only add lines of cells that have none, and drop nothing.
    """
    fresh = {cell: line for cell, line in made.items() if line is not None}
    if only_new:
        return {**fresh, **old}
    kept = set(living) - set(made)
    return {**{cell: line for cell, line in old.items() if cell in kept}, **fresh}


def _rows(lines: Iterable[Line]) -> Iterable[dict[str, Any]]:
    ordered = [each for line in sorted(lines, key=lambda line: line.cell) for each in (line, *line.others)]
    lists = {_name(list(line.values)): sorted(line.values) for line in ordered}
    yield from ({"examples": name, "ids": lists[name]} for name in sorted(lists))
    for line in ordered:
        texts = {name: getattr(line, name) for name in _TEXTS}
        yield {**texts, "seed": line.seed, "examples": _name(list(line.values)), "values": _packed(line)}


def _name(ids: list[str]) -> str:
    return key("examples", sorted(ids))[:LENGTH]


def _packed(line: Line) -> str | list[Written]:
    values: list[Written] = [
        ERROR if example in line.errors else line.values[example] for example in sorted(line.values)
    ]
    if all(value in _SIGNS.values() for value in values):
        signs = {value: sign for sign, value in _SIGNS.items()}
        return "".join(signs[value] for value in values)
    return values


class _Reader:
    """Reads the lines of one file and gathers complaints."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.complaints: list[Complaint] = []
        self.lists: dict[str, list[str]] = {}
        self.lines: dict[str, Line] = {}

    def read(self, written: list[str]) -> dict[str, Line]:
        """Return the lines by cell, or raise with every complaint."""
        rows = [(number, self._row(number, text)) for number, text in enumerate(written, start=1) if text.strip()]
        found = [(number, row) for number, row in rows if row is not None]
        if not self.complaints:
            self._schema(found)
        for number, row in found[1:]:
            if "ids" in row:
                self._list(number, row)
        for number, row in found[1:]:
            if "ids" not in row:
                self._line(number, row)
        if self.complaints:
            raise InputError(self.complaints)
        return self.lines

    def _row(self, number: int, text: str) -> dict[str, Any] | None:
        if text.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            self._complain(number, "a merge left its marks here", "keep one line of each cell, or " + MEND)
            return None
        try:
            row = json.loads(text)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            self._complain(number, "no line of a baseline", MEND)
            return None
        return row

    def _schema(self, rows: list[tuple[int, dict[str, Any]]]) -> None:
        schema = rows[0][1].get("schema") if rows else None
        if schema != SCHEMA:
            newer = isinstance(schema, int) and schema > SCHEMA
            mend = f"a newer albert-robust wrote it: install that, or {MEND}" if newer else MEND
            self._complain(1, f"no baseline of this version (schema {schema!r}, expected {SCHEMA})", mend)
            raise InputError(self.complaints)

    def _list(self, number: int, row: dict[str, Any]) -> None:
        ids = row["ids"]
        if (
            not isinstance(ids, list)
            or not all(isinstance(one, str) for one in ids)
            or row.get("examples") != _name(ids)
        ):
            self._complain(number, "the ids do not match the fingerprint `examples`", MEND)
            return
        self.lists[row["examples"]] = ids

    def _line(self, number: int, row: dict[str, Any]) -> None:
        if set(row) != _KEYS or not all(isinstance(row[name], str) for name in _TEXTS) or type(row["seed"]) is not int:
            self._complain(number, "no line of a cell", MEND)
            return
        ids = self.lists.get(str(row["examples"]))
        values = _unpacked(row["values"])
        if ids is None or values is None or len(values) != len(ids):
            self._complain(number, f"the values of {row['cell']} do not fit its examples", MEND)
            return
        texts = {name: row[name] for name in _TEXTS}
        found = dict(zip(ids, values, strict=True))
        errors = frozenset(example for example, value in found.items() if value == ERROR)
        numbers = {example: value if isinstance(value, float) else None for example, value in found.items()}
        line = Line(**texts, seed=row["seed"], values=numbers, errors=errors)
        first = self.lines.setdefault(line.cell, line)
        if line.measure not in {first.measure, *(other.measure for other in first.others)}:
            self.lines[line.cell] = replace(first, others=(*first.others, line))
        elif line not in (replace(first, others=()), *first.others):
            self._complain(number, f"a second line of {line.cell}", "keep one of the two, or " + MEND)

    def _complain(self, number: int, what: str, mend: str) -> None:
        self.complaints.append(Complaint(shown_path(self.path), Place(number), what, mend))


def _unpacked(written: object) -> list[Written] | None:
    """Return the values that a line writes; None where they are none."""
    if isinstance(written, str):
        return [_SIGNS[one] for one in written] if set(written) <= _SIGNS.keys() else None
    if not isinstance(written, list):
        return None
    values: list[Written] = [float(one) if type(one) is int else one for one in written]
    fine = all(0 <= one <= 1 if isinstance(one, float) else one in (None, ERROR) for one in values)
    return values if fine else None
