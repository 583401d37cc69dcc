"""Marks: which cells a suite skips, and which it knows to fail, maybe until a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Mark:
    """A pytest mark for the cells whose id matches a pattern.

    Attributes:
        cells: The pattern, in which brackets stand for themselves.
        skip: The reason; None for a known failure.
        xfail: The reason; None for cells that are skipped.
        until: The last day on which the failure is a known one; None for ever.
        place: Line and column in the suite.
    """

    cells: str
    skip: str | None
    xfail: str | None
    until: date | None
    place: tuple[int, int]

    def fits(self, cell: str) -> bool:
        """Return whether the pattern matches a cell's id."""
        return fnmatchcase(cell, self.cells.replace("[", "[[]"))

    def expired(self, today: date) -> bool:
        """Return whether the failure is no longer a known one."""
        return self.until is not None and today > self.until


def utc_today() -> date:
    """Return the day in Greenwich: a suite expires on all machines at once."""
    return datetime.now(UTC).date()
