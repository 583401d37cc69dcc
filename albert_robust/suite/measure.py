"""Measures that gates bound, read from their names: `consistency`, `accuracy drop`, `language gap`, `severity area`.

Most measures are of one cell. The others are over the cells of a check, by a measure that each cell has: `language gap` is over
the check's main measure, `token f1 language gap` over another. `gap by product` is within one cell, over the values of a column.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["agreement", "worst case", "consistency at k", "quality", "drop", "aggregate"]
Over = Literal["", "language gap", "dataset gap", "severity area", "severity worst case"]
Axis = Literal["", "language", "dataset", "severity"]

AGREEMENT = ("consistency", "flip rate", "sensitivity", "right direction")
WORST_CASE = "worst case"
CONSISTENCY_AT = "consistency at "  # and a number of variants
DROP = " drop"
GAP_BY = "gap by "  # and a column
GAPS: tuple[Over, Over] = ("language gap", "dataset gap")
CURVES: tuple[Over, Over] = ("severity area", "severity worst case")
_AXES: Mapping[Over, Axis] = {
    "": "",
    "language gap": "language",
    "dataset gap": "dataset",
    "severity area": "severity",
    "severity worst case": "severity",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What a gate bounds; `measure_named` makes it.

    Attributes:
        name: As it is printed.
        kind: Of the measure of one cell.
        base: The measure of one cell: `accuracy` in `accuracy drop` and in `accuracy language gap`.
        k: How many variants of an example `consistency at k` draws; 0 for all other measures.
        over: What it says of several cells; empty for a measure of one cell.
        by: The column between whose values it is a gap in one cell, as gates spell it; empty for all other measures.
    """

    name: str
    kind: Kind
    base: str
    k: int = 0
    over: Over = ""
    by: str = ""

    @property
    def is_gap(self) -> bool:
        """Whether it is the distance between the best and the worst of several cells, or of a cell's slices."""
        return self.over in GAPS or bool(self.by)

    @property
    def is_loss(self) -> bool:
        """Whether less of it is better than more, so that a gate bounds it from above."""
        return self.is_gap or self.kind == "drop"

    @property
    def compares_outputs(self) -> bool:
        """Whether it rests on the agreement of outputs, and so needs no references."""
        return self.kind in ("agreement", "worst case", "consistency at k")

    @property
    def axis(self) -> Axis:
        """In what the cells differ that it is over; empty for a measure of one cell."""
        return _AXES[self.over]


def spelled(column: str) -> str:
    """Return the name of a column as gates spell it: in small letters, with blanks for other marks between words."""
    return " ".join(column.lower().replace("_", " ").replace("-", " ").split())


def measure_named(name: str, main: str = "", aggregates: Collection[str] = ()) -> Measure:
    """Return the measure that a name stands for; a name of no other kind is a quality's.

    Args:
        name: As it is printed.
        main: The measure of one cell of those over cells that name none.
        aggregates: The task's measures of a whole cell.
    """
    head, gap_by, by = name.partition(GAP_BY)
    if gap_by:
        return replace(measure_named(head.strip() or main, aggregates=aggregates), name=name, by=by)
    over: Over = next((over for over in (*GAPS, *CURVES) if name.endswith(over)), "")
    of_cell = name.removesuffix(over).strip() or main if over else name
    count = of_cell.removeprefix(CONSISTENCY_AT)
    if of_cell in AGREEMENT:
        return Measure(name, "agreement", of_cell, over=over)
    if of_cell == WORST_CASE:
        return Measure(name, "worst case", of_cell, over=over)
    if count != of_cell:
        return Measure(name, "consistency at k", of_cell, k=int(count) if count.isdecimal() else 0, over=over)
    if of_cell.endswith(DROP):
        return Measure(name, "drop", of_cell.removesuffix(DROP), over=over)
    return Measure(name, "aggregate" if of_cell in aggregates else "quality", of_cell, over=over)
