"""Passing values: those that no later run and no other process can use. They need no file, as long as they are few."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from albert_robust.quick_json import dumps, loads_all

ROOM = 256 * 2**20  # bytes
ENTRY = 163  # bytes of one beside its value: its name, and its place in the table; measured on 200,000


class Kept(Protocol):
    """Where JSON values are kept by name."""

    def get(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return the values that are there, by key."""
        ...

    def put(self, values: Iterable[tuple[str, Any]]) -> None:
        """Keep values."""
        ...


class MemoryFirst:
    """JSON values by name, in memory; in another place all those that it has no room for."""

    def __init__(self, beyond: Kept, room: int = ROOM) -> None:
        """Begin with none.

        Args:
            beyond: Where values go when memory holds as many as it may.
            room: Bytes that they may take in memory.
        """
        self._beyond, self._room = beyond, room
        self._held: dict[str, bytes] = {}
        self._texts: dict[bytes, bytes] = {}  # labels are the same for thousands of inputs, and kept once
        self._size, self._moved = 0, False

    def get(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return the values that are there, by key."""
        held = {name: self._held[name] for name in keys if name in self._held}
        found = dict(zip(held, loads_all(held.values()), strict=True))
        return found | self._beyond.get([name for name in keys if name not in found] if self._moved else [])

    def put(self, values: Iterable[tuple[str, Any]]) -> None:
        """Keep values."""
        for name, value in values:
            text = dumps(value)
            self._size += ENTRY + (0 if text in self._texts else len(text))
            self._held[name] = self._texts.setdefault(text, text)
        if self._size > self._room:
            self._beyond.put(zip(self._held, loads_all(self._held.values()), strict=True))
            self._held, self._texts = {}, {}
            self._size, self._moved = 0, True
