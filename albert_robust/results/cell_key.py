"""What tells a cell from all others: its suite and its id, `reviews/typos.keyboard@2[zh]`."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

REFERENCE = "reference"  # stands in ids where nothing is applied
CellKey = tuple[str, str]  # its suite and its id there


class Keyed(Protocol):
    """A cell or its record."""

    @property
    def key(self) -> CellKey:
        """Which cell it is."""
        ...


AnyKeyed = TypeVar("AnyKeyed", bound=Keyed)


def by_suite(cells: Iterable[AnyKeyed]) -> dict[str, list[AnyKeyed]]:
    """Return cells, or their records, by the name of their suite, in the order that they come in."""
    found: dict[str, list[AnyKeyed]] = {}
    for cell in cells:
        suite, _ = cell.key
        found.setdefault(suite, []).append(cell)
    return found


def parts_of(cell: str) -> tuple[str, str, str, str]:
    """Return what a cell's id is made of: the name of its check, its dataset, perturbation and language, where it has them.

    Of a cell that is gone from its suite a baseline has the id alone.
    """
    where, _, language = cell.removesuffix("]").rpartition("[")
    check, dataset, applied = ["", "", *where.split("/")][-3:]
    return check, dataset, "" if applied == REFERENCE else applied.replace("+", " | "), language
