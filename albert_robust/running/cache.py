"""Predictions and scores that need not be made again, in one SQLite file, by content. JSON values, no pickle."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from albert_robust.errors import complaint_at

CHUNK = 500


def key(*parts: Any) -> str:
    """Return the name of a value: a SHA-256 over all that decides it."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


class Cache:
    """A table of JSON values. Several processes may share the file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise complaint_at(path, f"damaged: {error}", "delete it: all in it can be made anew") from None
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
        )

    def get(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return the values that are there. A damaged one counts as absent."""
        found: dict[str, Any] = {}
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            marks = ",".join("?" * len(chunk))
            for name, value in self._connection.execute(f"SELECT key, value FROM kept WHERE key IN ({marks})", chunk):
                try:
                    found[name] = json.loads(value)
                except ValueError:
                    continue
        return found

    def put(self, values: Iterable[tuple[str, Any]]) -> None:
        """Keep values, all or none."""
        rows = [(name, json.dumps(value)) for name, value in values]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
