"""What outcomes come to, for tests that make them by hand or want to see them all."""

from collections.abc import Iterable
from dataclasses import replace

from albert_robust.running.answers import answer_of
from albert_robust.running.execute import Execution
from albert_robust.running.outcomes import OutcomeFile, Part, Place
from albert_robust.running.plan import Cell
from albert_robust.running.records import Outcome, Run
from albert_robust.running.tally import Tally


def tally_of(cell: Cell, outcomes: Iterable[Outcome]) -> Tally:
    """Return what the outcomes of a cell come to."""
    found = Tally(cell.check.expectation, keep_answers=True)
    for outcome in outcomes:
        found.add(outcome, answer_of(cell, outcome, "after") if outcome.status == "tested" else None)
    return found


def outcomes_of(execution: Execution) -> dict[Place, list[Outcome]]:
    """Return the outcomes of each executed cell."""
    found: dict[Place, list[Outcome]] = {place: [] for place in execution.tallies}
    for outcome in OutcomeFile([Part(execution.path)], {}):
        found[outcome.suite, outcome.cell].append(outcome)
    return found


def in_memory(run: Run) -> Run:
    """Return a run with its outcomes as a tuple, so that two of them compare."""
    return replace(run, outcomes=tuple(run.outcomes))
