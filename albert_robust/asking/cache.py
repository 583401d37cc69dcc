"""Cache: keeps predictions and scores by content, so that they are not made again. JSON values, no pickle.

All values can be made anew, so no fault of the file ends a run. A damaged file is set aside and a new one begun: a run that
ended with "delete this file" would lose what it had made so far. A file that cannot be written is still read, and new values
stay in memory. Each fault is reported once, as a warning.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from warnings import warn

from albert_robust.asking.sizes import shown_bytes
from albert_robust.asking.store import BOUND, Store, lock
from albert_robust.quick_json import dumps, loads_all
from albert_robust.shown import shown_path

FILE = "cache.sqlite"  # in a workspace
ROOM = 256 * 2**20  # bytes of passing values in memory
ENTRY = 163  # bytes of a value in memory beside itself: its name, and its place in the table; measured on 200,000
CHUNK = 1000  # keys a query
DAMAGED = ".damaged"
PARTS = ("-wal", "-shm")  # what SQLite keeps beside a file while it is open
FAULTS = (OSError, sqlite3.Error, UnicodeDecodeError)  # the last: SQLite quotes damaged text in a message
# All others mean that the file does not hold what SQLite and we write: our statements are fixed.
UNUSABLE = {
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
PLAIN = frozenset((str, int))  # of which there is one JSON
_canonical = json.JSONEncoder(sort_keys=True).encode
P = ParamSpec("P")
T = TypeVar("T")


def key(kind: str, *parts: Any) -> str:
    """Return the name of a value: a SHA-256 over all that decides it, in hexadecimal, and after a dot its kind.

    Args:
        kind: What the value is, such as `prediction`: what `albert-robust cache` counts it as.
        parts: All else that decides it; JSON values.
    """
    text = dumps([kind, *parts]) if PLAIN.issuperset(map(type, parts)) else _canonical((kind, *parts)).encode()
    return f"{hashlib.sha256(text).hexdigest()}.{kind}"


class Cache:
    """JSON values by name. Several processes may share the file."""

    def __init__(self, path: Path, bound: int = BOUND, room: int = ROOM) -> None:
        """Open a file, made where there is none.

        Args:
            path: The file.
            bound: Bytes that it may grow to; what was not used for the longest time goes first, what this run uses never.
            room: Bytes of memory for passing values, which no later run and no other process can use.
        """
        self._path = path
        self._bound = bound
        self._room = room
        self._store: Store | None = None
        self._inode = 0
        self._writable, self._renewed = True, False
        self._spare: dict[str, bytes] = {}  # values in memory
        self._texts: dict[bytes, bytes] = {}  # passing ones: labels are the same for thousands of inputs, and held once
        self._size = 0
        self._spilled = False
        self._open()

    def get(self, keys: Sequence[str], *, passing: bool = False) -> dict[str, Any]:
        """Return the values that are there, by key. A damaged one counts as absent.

        Args:
            keys: The names of the values.
            passing: Whether they were put as passing values: the file is read only if it has some of those.
        """
        found: dict[str, Any] = {}
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            kept = {} if passing and not self._spilled else self._through(Store.get, chunk) or {}
            if self._spare:
                kept.update((name, self._spare[name]) for name in chunk if name in self._spare)
            found.update(zip(kept, loads_all(kept.values()), strict=True))
        return found

    def put(self, values: Iterable[tuple[str, Any]], *, passing: bool = False) -> None:
        """Keep values, all or none; in memory where the file takes none.

        Args:
            values: By name.
            passing: Whether no later run and no other process can use them: they stay in memory while it has room.
        """
        rows = [(name, dumps(value)) for name, value in values]
        if passing:
            rows = self._hold(rows)
        if rows and self._writable:
            self._through(Store.put, rows)
        if not self._writable:
            self._spare.update(rows)

    def _hold(self, rows: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """Keep values in memory; if they are more than it has room for, return all of them."""
        for name, text in rows:
            self._size += ENTRY + (0 if text in self._texts else len(text))
            self._spare[name] = self._texts.setdefault(text, text)
        if self._size <= self._room:
            return []
        held = [*self._spare.items()]
        self._spare.clear()
        self._texts.clear()
        self._size = 0
        self._spilled = True
        return held

    @property
    def lasts(self) -> bool:
        """Whether what is put is kept in the file, and not in memory alone."""
        return self._writable

    def close(self) -> None:
        """Note what was used, drop what makes the file too large, and close it."""
        size = self._through(Store.close) or 0
        if size > self._bound:
            held, bound = shown_bytes(size), shown_bytes(self._bound)
            what = f"the cache holds {held}, more than {bound}, and what a run uses is never dropped"
            self._warn(f"{what}: allow it more with --robust-cache-size")

    def _through(self, step: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return what a step gives; None where the file cannot do it. A new file in place of a damaged one gets it again."""
        if self._store is None:
            return None
        try:
            return step(self._store, *args, **kwargs)
        except FAULTS as error:
            if isinstance(error, sqlite3.ProgrammingError):
                raise  # a mistake of ours, such as a call after `close`
            renewed = self._renewed
            self._meet(error)
        return self._through(step, *args, **kwargs) if self._renewed and not renewed else None

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()
            self._inode = self._path.stat().st_ino
            self._store = Store(self._path, self._bound)
        except FAULTS as error:
            self._meet(error)

    def _meet(self, error: Exception) -> None:
        """Begin a new file in place of a damaged one, once; of another that fails, use what can be read as long as it can."""
        if not self._writable:
            self._abandon()
        elif _is_damage(error) and not self._renewed:
            self._renewed = True
            self._abandon()
            self._renew(error)
        else:
            self._writable = False
            self._store = self._store or self._open_to_read()
            if self._store is not None:
                self._store.writable = False  # no use is noted at the end
            self._warn(f"cannot be used ({_reason(error)}): what this run makes is kept in memory alone")

    def _abandon(self) -> None:
        if self._store is not None:
            self._store.abandon()
        self._store = None

    def _renew(self, error: Exception) -> None:
        """Put the damaged file out of the way, unless another process has done so, and open a new one."""
        try:
            with lock(self._path):
                ours = self._path.exists() and self._path.stat().st_ino == self._inode
                for part in PARTS if ours else ():
                    Path(f"{self._path}{part}").unlink(missing_ok=True)
                if ours:
                    self._path.replace(f"{self._path}{DAMAGED}")
        except OSError as failed:
            self._meet(failed)
            return
        self._open()
        if ours:
            self._warn(f"damaged ({_reason(error)}): set aside as {self._path.name}{DAMAGED}, a new one is begun")

    def _open_to_read(self) -> Store | None:
        try:
            return Store(self._path, self._bound, writable=False)
        except FAULTS:
            return None

    def _warn(self, what: str) -> None:
        warn(f"{shown_path(self._path)}: {what}", stacklevel=2)


def remove(path: Path) -> None:
    """Remove a cache, and a damaged one that was set aside."""
    for part in ("", *PARTS, DAMAGED, ".lock"):
        Path(f"{path}{part}").unlink(missing_ok=True)


def _is_damage(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, UnicodeDecodeError) or (code is not None and code & 0xFF not in UNUSABLE)


def _reason(error: Exception) -> str:
    """Return what went wrong in one line; SQLite quotes the file, whatever stands in it."""
    return (error.strerror if isinstance(error, OSError) else None) or " ".join(str(error).split())
