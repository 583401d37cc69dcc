"""Failures: which cells and cases a reader looks at."""

import shlex
from collections.abc import Iterable, Sequence

from albert_robust.results.evidence import WORST
from albert_robust.results.outcome import Outcome, shortfall
from albert_robust.results.records import CellRecord, ComparisonRecord, Verdict
from albert_robust.results.tally import Tally
from albert_robust.tasks import TASKS

MOVES = 5  # of answers from one label to another
ERRORS = 3  # of a cell that is none: they hide nothing that speaks against the model
ATTENTION: tuple[Verdict, ...] = ("error", "failed", "warned", "inconclusive", "not tested", "known failure")


def setback(cell: CellRecord) -> ComparisonRecord | None:
    """Return beside what a cell became worse: its baseline, or else its file's first model; None where it is beside neither."""
    found = (cell.comparison, cell.beside_first)
    return next((one for one in found if one is not None and one.verdict == "regressed"), None)


def compared_with(cell: CellRecord) -> ComparisonRecord | None:
    """Return how a cell stands beside its baseline, or else its file's first model: beside the one that it became worse than."""
    return setback(cell) or cell.comparison or cell.beside_first


def became_worse(cell: CellRecord, cases: Iterable[Outcome]) -> list[Outcome]:
    """Return the cases by which a cell became worse, the first few: those of the examples that did the most come first.

    Args:
        cell: The cell; one that became worse beside nothing has no such cases.
        cases: Its outcomes, or a part that has them.
    """
    found = setback(cell)
    if found is None:
        return []
    places = {example: place for place, example in enumerate(found.worse[:WORST])}
    short = [
        (places[case.example], -lacking, case)
        for case in cases
        if case.example in places
        and case.status == "tested"
        and (lacking := shortfall(case, cell.expectation, found.measure)) > 0
    ]
    return [case for *_, case in sorted(short, key=lambda entry: entry[:2])[:WORST]]


def failures(cell: CellRecord, tally: Tally | None, first: Sequence[Outcome] = ()) -> Sequence[Outcome]:
    """Return the first few cases that speak against the model, the worst first, then in order; then a few errors.

    Where the cell is an error they come first. A cell that passed or does not apply has errors alone.

    Args:
        cell: The cell.
        tally: What its outcomes come to.
        first: Those by which it became worse, which stand before all others.
    """
    if tally is None:
        return ()
    if cell.verdict == "error":
        return [*tally.evidence.errors, *tally.evidence.worst][:WORST]
    errors = tally.evidence.errors[:ERRORS]
    there = {case.example for case in first}
    against = [*first, *(case for case in tally.evidence.worst if case.example not in there)]
    return [*(against[: WORST - len(errors)] if cell.verdict in ATTENTION else ()), *errors]


def moves(cell: CellRecord, tally: Tally | None) -> list[tuple[str, str, int]]:
    """Return the labels that an answer most often changed from and to, or should have been and was, with how often."""
    task = TASKS.get(cell.task)
    if tally is None or task is None or not task.single_label or cell.verdict not in ATTENTION:
        return []
    often = sorted(tally.evidence.moves.items(), key=lambda move: (-move[1], move[0]))
    return [(*move, count) for move, count in often[:MOVES]]


def rerun_command(place: str, seed: int) -> str:
    """Return the command line that runs a cell again.

    Args:
        place: `path/to/suite.robust.yaml::cell`, from the folder that the command is given in.
        seed: Of the run.
    """
    quoted = shlex.quote(place) if any(character in place for character in '"$`\\!') else f'"{place}"'
    return f"pytest {quoted} --robust-seed {seed}"
