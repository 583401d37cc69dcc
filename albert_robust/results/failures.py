"""Failures: which cells and cases a reader looks at."""

import shlex
from collections.abc import Sequence

from albert_robust.results.evidence import WORST
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord, Verdict
from albert_robust.results.tally import Tally
from albert_robust.tasks import TASKS

MOVES = 5  # of answers from one label to another
ERRORS = 3  # of a cell that is none: they hide nothing that speaks against the model
ATTENTION: tuple[Verdict, ...] = ("error", "failed", "warned", "inconclusive", "not tested", "known failure")


def failures(cell: CellRecord, tally: Tally | None) -> Sequence[Outcome]:
    """Return the first few cases that speak against the model, the worst first, then in order; then a few errors.

    Where the cell is an error they come first. A cell that passed or does not apply has errors alone.
    """
    if tally is None:
        return ()
    if cell.verdict == "error":
        return [*tally.evidence.errors, *tally.evidence.worst][:WORST]
    errors = tally.evidence.errors[:ERRORS]
    return [*(tally.evidence.worst[: WORST - len(errors)] if cell.verdict in ATTENTION else ()), *errors]


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
