"""Stop early: a cell whose gates are all decided needs no more examples."""

from albert_robust.gate.judge import judged_gates
from albert_robust.running.cell import Cell
from albert_robust.running.tally import Tally


def certain(cell: Cell, tally: Tally) -> bool:
    """Return whether each gate of a cell that may stop early is met or missed for sure, on enough cases."""
    if tally.counts.tested < cell.check.min_tested:
        return False
    return all(gate.verdict != "inconclusive" for gate in judged_gates(cell, tally))
