"""The end of a session: its run is completed and written, with its report, and decides the exit status."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from albert_robust.baselines import SessionBaselines
from albert_robust.errors import writing
from albert_robust.gate.side_by_side import all_cells_beside_first
from albert_robust.notes import Notes
from albert_robust.results.cell_key import CellKey
from albert_robust.results.folder import MEND_REPORT, keep, only
from albert_robust.results.records import CellRecord
from albert_robust.results.run import Run, tested_in
from albert_robust.running.alignments import plan_order
from albert_robust.settings import Settings
from albert_robust.shared import SharedFolder

FINISHED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a session.

    Attributes:
        run: The items that were judged, and why suites could not be run.
        report: The page; None if it was not written.
        baselines: A line per baseline that was written.
    """

    run: Run
    report: Path | None
    baselines: Sequence[str]


def run_of_workers(shared: SharedFolder, keys: Set[CellKey], notes: Notes) -> Run | None:
    """Return the run of the items that workers judged; None if there are none, or their run is gone.

    Args:
        shared: Where a worker left its run.
        keys: The items that pytest reported.
        notes: Are told what is wrong with suites: a worker that died could not.
    """
    run = shared.find()
    if run is None:
        if keys and not notes.unwritten:
            notes.unwritten.append(f"{shared.folder}: the run that a worker left here is gone: there is no report")
        return None
    notes.broken = {**run.mistakes, **notes.broken}
    if not keys:
        return None
    part = only(run, keys)
    return replace(part, pooled=all_cells_beside_first(part.suites, part.cells, part.tallies))


def ended(run: Run | None, notes: Notes, baselines: SessionBaselines, settings: Settings, status: int) -> Ended:
    """Complete the run of a session, write it with its report, and the baselines if that was asked for.

    Args:
        run: The items that were judged; None if none was, since all suites are broken.
        notes: What was noted; are told what cannot be written.
        baselines: Those of the session's suites.
        settings: Where the report goes, if it is wanted.
        status: pytest's exit status so far: an interrupted session writes no baselines.
    """
    whole = replace(_completed(run or Run((), ()), notes, baselines.absent), notes=settings.notes)
    if run is not None and status in FINISHED:
        with notes.deferred():
            baselines.write(whole)
    report = None
    if not settings.switch("no-report"):
        with notes.deferred():
            report = _written(whole, settings.report)
    return Ended(whole, report, baselines.written)


def exit_status(status: int, run: Run | None, notes: Notes) -> int:
    """Return a session's exit status: pytest's own, unless a suite is broken or a run that tested too little would pass.

    Args:
        status: pytest's.
        run: The session's; None if nothing was judged.
        notes: What was noted.
    """
    if notes.broken or notes.unwritten:
        return pytest.ExitCode.INTERRUPTED
    unfinished = notes.skipped if run is None else notes.untested or not tested_in(run.cells)
    return pytest.ExitCode.TESTS_FAILED if unfinished and status == pytest.ExitCode.OK else status


def _completed(run: Run, notes: Notes, absent: list[CellRecord]) -> Run:
    """Return a run with the cells that only a baseline has, why suites could not be run, and how many items were left out."""
    judged = Counter(cell.suite for cell in run.cells)
    left = {name: count - judged[name] for name, count in sorted(notes.whole.items()) if name not in notes.broken}
    return replace(
        run,
        cells=tuple(sorted([*run.cells, *absent], key=plan_order)),
        mistakes=dict(sorted(notes.broken.items())),
        left_out={name: count for name, count in left.items() if count > 0},
    )


def _written(run: Run, folder: Path) -> Path:
    from albert_robust.report.render import write_report

    keep(run, folder)
    with writing(folder, MEND_REPORT):
        return write_report(run, folder)
