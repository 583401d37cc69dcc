"""Sizes and ages as people write them: `500MB`, `2GiB`, `30d`."""

import re

from albert_robust.errors import UsageError

BINARY = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
BYTES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, **BINARY}
SECONDS = {"h": 3_600, "d": 86_400, "w": 604_800}


def bytes_in(size: str) -> int:
    """Return how many bytes a size is, such as `500MB`, `1.5 GiB` or `1000000`.

    Raises:
        UsageError: It is none.
    """
    return _amount(size, {"": 1, **BYTES}, "no size: write one as 500MB or 2GiB")


def seconds_in(age: str) -> int:
    """Return how many seconds an age is, such as `12h`, `30d` or `2w`.

    Raises:
        UsageError: It is none.
    """
    return _amount(age, SECONDS, "no age: write one as 12h, 30d or 2w")


def _amount(written: str, units: dict[str, int], otherwise: str) -> int:
    folded = {unit.lower(): factor for unit, factor in units.items()}
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,12})?) ?([a-z]*)", written.strip().lower(), re.ASCII)
    if found is None or found[2] not in folded:
        raise UsageError(f"{written!r} is {otherwise}")
    return int(float(found[1]) * folded[found[2]])


def shown_bytes(count: int) -> str:
    """Return a number of bytes as a size of three digits or more: `512 B`, `1.5 MiB`."""
    unit = next((unit for unit in reversed(BINARY) if count >= BINARY[unit]), "B")
    return f"{count} B" if unit == "B" else f"{count / BINARY[unit]:.1f} {unit}"
