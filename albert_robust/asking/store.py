"""The file behind the cache: rows by content in SQLite, bounded in size. What goes wrong with the file is raised as it is.

Rows are appended; the index beside them holds 60 bits of each key and not all 256: keys come in no order, so a put of many
rows writes much of the index anew, and a smaller one is quicker by half. Two keys that agree in 60 bits push each other out.
"""

import sqlite3
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any
from zlib import crc32

from filelock import FileLock

SCHEMA = 3  # raise it when rows are written another way: a file of another version is begun anew
BOUND = 2 * 2**30  # bytes
DAY = 86_400  # seconds: how exact the time of the last use is, so that most reads write nothing
PATIENCE = 60.0  # seconds that a locked file is waited for
ROW = 104  # bytes that a row takes beside its value, index included: measured on 1,000,000 rows
SLACK = 1.25  # a run may outgrow the bound by this until it ends
KEPT = 0.9  # share of the bound that is left after rows were dropped, so that not every run drops some
STEP = 0.02  # share of the file that is dropped at once, at least: half-empty pages free nothing
FIRST_SETTINGS = (  # a file that has pages keeps what it has
    "page_size = 8192",  # a put of 10,000 rows costs a fifth less than with 4096, one of 64 the same
    "auto_vacuum = INCREMENTAL",
    "journal_mode = WAL",
)
SETTINGS = (
    "synchronous = NORMAL",
    "secure_delete = OFF",
    "cache_size = -32000",  # KiB: the index of a million rows
    "wal_autocheckpoint = 8000",  # pages: those of the index that several puts change are written back once
)
TABLE = """CREATE TABLE kept (
    id INTEGER NOT NULL UNIQUE, key BLOB NOT NULL, kind TEXT NOT NULL,
    used INTEGER NOT NULL, checksum INTEGER NOT NULL, value BLOB NOT NULL)"""
OLDEST = """DELETE FROM kept WHERE rowid IN (
    SELECT place FROM (
        SELECT rowid AS place, sum(length(value) + :row) OVER (
            ORDER BY used, rowid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM kept WHERE used IS NOT :spared)
    WHERE before IS NULL OR before < :excess)"""


def lock(path: Path) -> FileLock:
    """Return the lock that is held while a file is begun or put out of the way."""
    return FileLock(f"{path}.lock")


def now() -> int:
    """Return the time in seconds since 1970."""
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Usage:
    """The rows of one kind.

    Attributes:
        kind: What was kept: `prediction`, `labs`, `variants` ...
        rows: How many.
        bytes: What they take in the file, nearly.
        oldest: Last use of the least recently used row: Unix time, exact to a day.
        newest: Last use of the most recently used row.
    """

    kind: str
    rows: int
    bytes: int
    oldest: int
    newest: int


class Store:
    """An open file. Several processes may share it; a connection is of one thread."""

    def __init__(self, path: Path, bound: int = BOUND, *, writable: bool = True, anew: bool = True) -> None:
        """Open a file, made where there is none.

        Args:
            path: The file.
            bound: Bytes that it may grow to. Only what this process neither wrote nor read is dropped for it.
            writable: Else nothing beside the file is needed either: it may lie in a folder that cannot be written.
            anew: Whether a file of another version is begun anew. Else it stays as it is, and is an error.

        Raises:
            sqlite3.Error: The file is damaged, locked, cannot be written, or is of another version and stays.
        """
        self.bound, self.writable = bound, writable
        self._opened = now()
        self._limit = bound * SLACK
        self._fresh, self._stale = array("q"), array("q")
        place = path.resolve().as_uri() + ("" if writable else "?immutable=1")
        self._connection = sqlite3.connect(place, timeout=PATIENCE, isolation_level=None, uri=True)
        self._connection.text_factory = bytes  # a flipped byte may make text that is none
        try:
            self._prepare(path, anew and writable)
        except BaseException:
            self._connection.close()
            raise

    def get(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return the values that are there, by name. A row whose checksum is not that of name and value counts as absent.

        Args:
            names: As `key` makes them; at most 30,000.
        """
        ids = {_id(name): name for name in names}
        query = f"""SELECT id, checksum, value, used BETWEEN ? AND ? FROM kept
            WHERE id IN ({",".join("?" * len(ids))})"""
        found: dict[str, bytes] = {}
        for row, checksum, value, fresh in self._connection.execute(
            query, [self._opened - DAY, self._opened, *sorted(ids)]
        ):
            name = ids.get(row)
            if name is not None and type(value) is bytes and _checksum(name, value) == checksum:
                found[name] = value
                (self._fresh if fresh else self._stale).append(row)
        return found

    def put(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Keep rows, all or none. One of a name that is there replaces it."""
        made = sorted((self._row(name, value) for name, value in rows), key=itemgetter(0))
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?, ?)", made)
        if self.size() > self._limit:
            self.drop_oldest(int(self.bound * KEPT))
            self._limit = max(self.bound, self.size()) * SLACK

    def size(self) -> int:
        """Return the bytes of the file that are in use."""
        return (self._pragma("page_count") - self._pragma("freelist_count")) * self._pragma("page_size")

    def drop_oldest(self, size: int, *, spare_own: bool = True) -> int:
        """Drop the rows that were not used for the longest time until the file is no larger than `size`. Return how many.

        Times that lie in the future count as now: a clock that went wrong once spares nothing for ever.

        Args:
            size: In bytes.
            spare_own: Whether what was written or read since the file was opened stays. So does what was used in the very second
                in which it was opened: the workers of one run begin together.
        """
        spared = self._opened if spare_own else None
        before = self._rows()
        with self._transaction():
            self._stamp(self._stale, self._fresh)
            self._connection.execute(
                "UPDATE kept SET used = :opened - 1 WHERE used > :opened", {"opened": self._opened}
            )
            while (excess := self.size() - size) > 0:
                step = {"row": ROW, "spared": spared, "excess": max(excess, STEP * self.size())}
                if not self._connection.execute(OLDEST, step).rowcount:
                    break
        self._shrink()
        return before - self._rows()

    def drop_unused(self, seconds: int) -> int:
        """Drop the rows that were not used for some seconds, and return how many."""
        return self._drop("used < ?", self._opened - seconds)

    def drop_kind(self, kind: str) -> int:
        """Drop the rows of one kind, and return how many."""
        return self._drop("kind = ?", kind)

    def usage(self) -> list[Usage]:
        """Return what there is, the largest kind first."""
        used = "CAST(max(0, min(used, :opened)) AS INTEGER)"
        query = f"""SELECT kind, count(*), CAST(total(length(value) + :row) AS INTEGER) AS bytes, min({used}), max({used})
            FROM kept GROUP BY kind ORDER BY bytes DESC, kind"""
        rows = self._connection.execute(query, {"opened": self._opened, "row": ROW})
        return [Usage(_text(kind), *numbers) for kind, *numbers in rows]

    def damaged(self) -> int:
        """Return how many rows are damaged. All are read.

        Raises:
            sqlite3.DatabaseError: The file is damaged beside its rows.
        """
        ((verdict,),) = self._connection.execute("PRAGMA integrity_check(1)")
        if verdict != b"ok":
            raise sqlite3.DatabaseError(f"damaged: {_text(verdict).splitlines()[-1]}")
        rows = self._connection.execute("SELECT id, key, kind, checksum, value FROM kept")
        return sum(not _sound(*row) for row in rows)

    def close(self) -> int:
        """Note what was used, drop what makes the file too large, and close it. Return its size."""
        try:
            if self.writable and self.size() > self.bound:
                self.drop_oldest(int(self.bound * KEPT))
            elif self.writable and self._stale:
                with self._transaction():
                    self._stamp(self._stale)
            return self.size()
        finally:
            self._connection.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._connection.close()

    def _prepare(self, path: Path, anew: bool) -> None:
        if self._pragma("user_version") != SCHEMA:
            if not anew:
                raise sqlite3.DatabaseError("written by another version")
            with lock(path):
                self._begin_anew()
        for setting in SETTINGS:
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.execute("SELECT 1 FROM kept").fetchone()  # notices what another process has just begun anew

    def _begin_anew(self) -> None:
        """Make the table. What another version kept is dropped: it can be made anew."""
        for setting in FIRST_SETTINGS:
            self._connection.execute(f"PRAGMA {setting}")
        with self._transaction():
            if self._pragma("user_version") != SCHEMA:  # another process may have been quicker
                self._connection.execute("DROP TABLE IF EXISTS kept")
                self._connection.execute(TABLE)
                self._connection.execute(f"PRAGMA user_version = {SCHEMA}")
        if self._pragma("auto_vacuum") == 0:
            self._connection.execute("VACUUM")  # else a file of the first version could not shrink

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:  # a full disk has ended it already
                self._connection.execute("ROLLBACK")

    def _row(self, name: str, value: bytes) -> tuple[int, bytes, str, int, int, bytes]:
        digest, _, kind = name.partition(".")
        return _id(name), bytes.fromhex(digest), kind, self._opened, _checksum(name, value), value

    def _stamp(self, *read: "array[int]") -> None:
        rows = ((self._opened, row) for row in sorted(chain(*read)))
        self._connection.executemany("UPDATE kept SET used = ? WHERE id = ?", rows)
        for ids in read:
            del ids[:]

    def _drop(self, which: str, value: int | str) -> int:
        with self._transaction():
            dropped = self._connection.execute(f"DELETE FROM kept WHERE {which}", [value]).rowcount
        self._shrink()
        return dropped

    def _shrink(self) -> None:
        """Give back the pages that are free. `execute` would step once, which is one page."""
        self._connection.executescript("PRAGMA incremental_vacuum")

    def _rows(self) -> int:
        ((count,),) = self._connection.execute("SELECT count(*) FROM kept")
        return int(count)

    def _pragma(self, name: str) -> int:
        ((value,),) = self._connection.execute(f"PRAGMA {name}")
        return int(value)


def _id(name: str) -> int:
    return int(name[:15], 16)


def _checksum(name: str, value: bytes) -> int:
    """Of the value and of the name that it is kept under. A CRC finds any flipped byte, and costs a third of a short hash."""
    return crc32(value, crc32(name.encode()))


def _sound(row: Any, key: Any, kind: Any, checksum: Any, value: Any) -> bool:
    if not (isinstance(key, bytes) and isinstance(kind, bytes) and isinstance(value, bytes)):
        return False
    name = f"{key.hex()}.{_text(kind)}"
    return bool(key) and (row, checksum) == (_id(name), _checksum(name, value))


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
