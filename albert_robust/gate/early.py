"""Stop early: a cell whose gates are all decided needs no more examples."""

from albert_robust.gate.decide import too_many_errors
from albert_robust.gate.judge import judged_gates
from albert_robust.results.tally import Tally
from albert_robust.running.cell import Cell


def certain(cell: Cell, tally: Tally) -> bool:
    """Return whether a cell was tested on enough cases, and each of its gates is certainly met or missed."""
    counts = tally.counts
    if counts.tested < cell.check.min_tested:
        return False
    if cell.suite.max_errors and too_many_errors(cell, counts):  # of more cases they may be few enough
        return False
    return all(gate.verdict != "inconclusive" for gate in judged_gates(cell, tally))
