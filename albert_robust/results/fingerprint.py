"""Fingerprints: short digests by which two runs know that they tested the same examples and variants."""

from collections.abc import Iterable
from hashlib import blake2b

from albert_robust.quick_json import dumps

LENGTH = 12  # hexadecimal digits
_BITS = 128


class Fingerprint:
    """A digest of rows, whatever their order: the sum of their digests."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, digests: Iterable[int]) -> None:
        """Take rows by their digests."""
        self._sum += sum(digests)

    def __str__(self) -> str:
        return f"{self._sum % 2**_BITS:0{_BITS // 4}x}"[:LENGTH]


def digest(parts: tuple[str, ...]) -> int:
    """Return the digest of a row."""
    return int.from_bytes(blake2b(dumps(parts), digest_size=_BITS // 8).digest(), "big")
