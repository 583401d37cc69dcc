"""Marks: the cells that a suite skips, and those that it knows to fail, with or without a last day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase

from albert_robust.errors import Place


@dataclass(frozen=True, slots=True)
class Mark:
    """A pytest mark for the cells whose id matches a pattern.

    Attributes:
        cells: The pattern; brackets in it are taken literally.
        skip: Why the cells are skipped; None for a known failure.
        xfail: Why the cells fail; None if they are skipped.
        until: The last day of a known failure; None if it has none.
        place: Where it stands in the suite.
    """

    cells: str
    skip: str | None
    xfail: str | None
    until: date | None
    place: Place

    def fits(self, cell: str) -> bool:
        """Return whether the pattern matches a cell's id."""
        return fnmatchcase(cell, self.cells.replace("[", "[[]"))

    def expired(self, today: date) -> bool:
        """Return whether the failure is no longer a known one."""
        return self.until is not None and today > self.until


def utc_today() -> date:
    """Return the day in Greenwich: a suite expires on all machines at once."""
    return datetime.now(UTC).date()
