"""Outcomes in a Parquet file, written in row groups as they come and read back a few at a time: memory holds no run whole.

Suite by suite, in it by blocks of examples, in those cell by cell.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import islice
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from albert_robust.errors import complaint_at, writing
from albert_robust.foreign import first_line
from albert_robust.quick_json import dumps, loads_all
from albert_robust.results.cell_key import CellKey
from albert_robust.results.outcome import Change, Outcome
from albert_robust.shown import on_one_line

if TYPE_CHECKING:
    from pyarrow import Array, Buffer, DataType, Field, RecordBatch, Schema

ROWS = 20_000  # of a row group
READ = 2_000  # rows at once
LARGEST = 2**31 - 1  # bytes of one array of texts
OUTCOMES = "outcomes.parquet"
MEND_TEMPORARY = "make room there, or choose another place for temporary files: TMPDIR=..."
_TEXT = (
    "suite",
    "cell",
    "example",
    "language",
    "status",
    "before",
    "after",
    "message",
    "variant_language",
    "said_before",
    "said_after",
)
_NUMBERS = {"replicate": "int32", "agreement": "float64", "block": "int32", "cut": "int32"}
_JSON = (
    "original",
    "references",
    "variant",
    "changes",
    "scores_before",
    "scores_after",
    "quality_before",
    "quality_after",
    "slices",
    "beside",
)


class OutcomeWriter:
    """Writes outcomes to a file. As a context it ends the file, without which nobody can read it.

    All it does raises `WritingError` where the file cannot be written.
    """

    def __init__(self, path: Path, mend: str = MEND_TEMPORARY) -> None:
        """Begin a file.

        Args:
            path: Where it lies; its folder exists.
            mend: What to do where it cannot be written.
        """
        from pyarrow import parquet

        self._held: list[Outcome] = []
        self._schema = _schema()
        self._path, self._mend = path, mend
        with writing(path, mend):
            self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Write outcomes after those before."""
        coming = iter(outcomes)
        while some := list(islice(coming, ROWS - len(self._held))):
            self._held += some
            if len(self._held) == ROWS:
                self._write(self._held)
                self._held = []

    def _write(self, outcomes: Sequence[Outcome]) -> None:
        import pyarrow as pa

        columns = [pa.chunked_array(_column(field, outcomes)) for field in self._schema]
        with writing(self._path, self._mend):
            self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema), row_group_size=ROWS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._held and error is None:
            self._write(self._held)
        with writing(self._path, self._mend):
            self._writer.close()


@dataclass(frozen=True)
class OutcomeFile:
    """The outcomes of a run. Going through it reads the file anew.

    Attributes:
        path: The file.
        cells: Those that count; None for all.
        held: A folder that lasts as long as this object.
    """

    path: Path
    cells: frozenset[CellKey] | None = None
    held: TemporaryDirectory[str] | None = field(default=None, compare=False)

    def __iter__(self) -> Iterator[Outcome]:
        from pyarrow import parquet

        with _undamaged(self.path), parquet.ParquetFile(self.path) as file:
            for batch in file.iter_batches(READ):
                yield from map(_outcome, self._mine(batch).to_pylist())

    def _mine(self, batch: "RecordBatch") -> "RecordBatch":
        """Return the rows of cells that count: those of others are not even read, which takes most of the time."""
        if self.cells is None:
            return batch
        places = zip(batch["suite"].to_pylist(), batch["cell"].to_pylist(), strict=True)
        return batch.take(np.flatnonzero([place in self.cells for place in places]))

    def of(self, suite: str, cell: str) -> list[Outcome]:
        """Return the outcomes of one cell."""
        from pyarrow import parquet

        if self.cells is not None and (suite, cell) not in self.cells:
            return []
        with _undamaged(self.path):
            rows = parquet.read_table(self.path, filters=[("suite", "=", suite), ("cell", "=", cell)]).to_pylist()
            return list(map(_outcome, rows))

    def only(self, cells: Set[CellKey]) -> "OutcomeFile":
        """Return those of some cells."""
        return replace(self, cells=frozenset(cells if self.cells is None else self.cells & cells))


@contextmanager
def _undamaged(path: Path) -> Iterator[None]:
    """Tell of a file that does not hold what a run writes: Arrow, JSON and our own records each say so in their own way."""
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, OSError, ValueError, LookupError, TypeError, ArithmeticError) as error:
        what = f"damaged: {on_one_line(first_line(error))}"
        raise complaint_at(path, what, "run the suites again") from error


@dataclass(frozen=True)
class MergedOutcomes:
    """The outcomes of several runs in the order that they have in one of all their cells, a few of each in memory.

    Attributes:
        parts: The outcomes of each; no two have a cell in common.
        order: The place of each cell in its suite's plan.
    """

    parts: tuple[Iterable[Outcome], ...]
    order: Mapping[CellKey, int]

    def __iter__(self) -> Iterator[Outcome]:
        return merge(*self.parts, key=lambda one: (one.suite, one.block, self.order[one.suite, one.cell]))


@dataclass(frozen=True)
class RenamedOutcomes:
    """The outcomes of some suites under other names.

    Attributes:
        outcomes: Those of all suites.
        names: The new name of each suite that counts.
    """

    outcomes: Iterable[Outcome]
    names: Mapping[str, str]

    def __iter__(self) -> Iterator[Outcome]:
        return (replace(one, suite=self.names[one.suite]) for one in self.outcomes if one.suite in self.names)


def _outcome(row: dict[str, Any]) -> Outcome:
    values = {**row, **dict(zip(_JSON, loads_all([row[name].encode() for name in _JSON]), strict=True))}
    values["changes"] = tuple(Change(**change) for change in values["changes"])
    values["references"] = tuple(values["references"])
    return Outcome(**values)


def _schema() -> "Schema":
    import pyarrow as pa

    fields = [(name, pa.string()) for name in _TEXT]
    fields += [(name, pa.type_for_alias(kind)) for name, kind in _NUMBERS.items()]
    return pa.schema([*fields, *((name, pa.string()) for name in _JSON)])


def _column(field: "Field", outcomes: Sequence[Outcome]) -> "list[Array]":
    """Return one attribute of outcomes as a column. What many outcomes have in common is written once."""
    import pyarrow as pa

    values = list(map(attrgetter(field.name), outcomes))
    if field.name in _NUMBERS:
        return [_numbers(values, field.type)]
    places = values if field.name in _TEXT else list(map(id, values))
    write = _encoded if field.name in _TEXT else _changes if field.name == "changes" else dumps
    written = {place: write(value) for place, value in dict(zip(places, values, strict=True)).items()}
    column = list(map(written.get, places))
    if len(written) == 1 and len(column[0] or b"") * len(column) <= LARGEST:
        return [pa.repeat(_texts(column[:1])[0][0], len(column))]
    return _texts(column)


def _encoded(text: str | None) -> bytes | None:
    """Return a text in UTF-8; half characters, which no reader can hold, become visible."""
    return None if text is None else text.encode("utf-8", "backslashreplace")


def _changes(changes: Iterable[Change]) -> bytes:
    """Return changes as JSON, their parts by name: `_asdict` takes twice as long."""
    return dumps(
        [
            {"field": field, "start": start, "end": end, "replacement": replacement, "kind": kind}
            for field, start, end, replacement, kind in changes
        ]
    )


# Arrow's own way from lists to columns imports pandas where it is installed, which takes longer than a small run.


def _numbers(values: Sequence[float | None], kind: "DataType") -> "Array":
    """Return a column of numbers, some of them None."""
    import pyarrow as pa

    bits = _there(values)
    numbers = np.array([0 if value is None else value for value in values] if bits else values, kind.to_pandas_dtype())
    return pa.Array.from_buffers(kind, len(values), [bits, pa.py_buffer(numbers)])


def _texts(values: Sequence[bytes | None]) -> "list[Array]":
    """Return a column of texts in UTF-8, some of them None."""
    import pyarrow as pa

    bits = _there(values)
    filled = [value or b"" for value in values]
    ends = np.cumsum([0, *map(len, filled)])
    if ends[-1] > LARGEST:
        middle = len(values) // 2
        return _texts(values[:middle]) + _texts(values[middle:])
    buffers = [bits, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(b"".join(filled))]
    return [pa.Array.from_buffers(pa.string(), len(values), buffers)]


def _there(values: Sequence[Any]) -> "Buffer | None":
    """Return which of some values there are, as bits; None where all are."""
    import pyarrow as pa

    if None not in values:
        return None
    return pa.py_buffer(np.packbits([value is not None for value in values], bitorder="little"))
