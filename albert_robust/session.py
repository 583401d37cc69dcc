"""The state of one pytest session: which items were selected, who judges them, and what is noted on the way."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cached_property
from typing import Any

import pytest

from albert_robust.baselines import SessionBaselines, session_baselines
from albert_robust.ci.junit import tell_run
from albert_robust.ending import Ended, ended, exit_status, run_of_workers
from albert_robust.errors import WritingError
from albert_robust.fault import Fault
from albert_robust.gate import certain
from albert_robust.judged import Judged, JudgedByWorker, JudgedHere
from albert_robust.notes import Notes
from albert_robust.options import SESSION
from albert_robust.results.cell_key import CellKey
from albert_robust.results.records import CellRecord
from albert_robust.results.run import Run
from albert_robust.running.cell import Item, cells_of
from albert_robust.running.execute import execute
from albert_robust.running.plan import Plan
from albert_robust.settings import Settings
from albert_robust.shared import SharedFolder
from albert_robust.terminal import print_forecast, print_summary, progress


def robust_session(config: pytest.Config) -> "RobustSession":
    """Return the session's state, made at the first call."""
    state: RobustSession | None = config.stash.get(SESSION, None)
    if state is None:
        state = config.stash[SESSION] = RobustSession(config)
    return state


class RobustSession:
    """Runs the selected items together at the first one that pytest reaches, then hands out verdicts.

    Attributes:
        config: pytest's.
        settings: What pytest was told about suites.
        shared: What the workers of xdist share, in each of them and in their controller; else None.
        notes: What is noted beside the verdicts.
        selected: The items that pytest kept and that no mark skips.
        reached: The items that were judged: by this process or, as pytest reports them, by workers.
        traced: The ids of the exceptions whose traceback was told.
        ended: What became of the session; None before its end, and if nothing was judged and no suite is broken.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.settings = Settings(config)
        self.shared = SharedFolder(self.settings.shared) if self.settings.shared else None
        self.notes = Notes()
        self.selected: list[Item] = []
        self.reached: set[CellKey] = set()
        self.traced: set[int] = set()
        self.ended: Ended | None = None
        self._ran: JudgedHere | Fault | None = None
        self._started = time.monotonic()

    @cached_property
    def baselines(self) -> SessionBaselines:
        """The baselines of the session's suites.

        Raises:
            pytest.UsageError: An option has a value that is none.
        """
        return session_baselines(
            self.settings.option("baseline-update"),
            self.settings.option("baseline-correction"),
            self.settings.switch("warn-stale"),
        )

    def meet(self, plan: Plan) -> None:
        """Take a suite into the session.

        Raises:
            pytest.UsageError: An option has a value that is none.
            InputError: The suite's baseline is damaged.
        """
        _ = self.settings.workspace, self.settings.notes  # a mistake in an option is told at collection
        self.baselines.meet(plan.suite, plan.cells)
        self.notes.whole[plan.suite.name] = len(plan.unskipped)

    def select(self, items: Sequence[pytest.Item]) -> None:
        """Remember which items pytest kept. A model is asked nothing for those that a mark skips."""
        chosen = [(cell, item) for item in items if isinstance(cell := getattr(item, "cell", None), Item)]
        self.selected = [cell for cell, item in chosen if item.get_closest_marker("skip") is None]
        self.notes.skipped = bool(chosen) and not self.selected and not self.settings.lists

    def print_forecast(self) -> None:
        """Print what the selected items would ask."""
        print_forecast(self.config, self.selected, self.settings.workspace, self.notes)

    def record(self, item: Item) -> CellRecord:
        """Return an item's verdict.

        Raises:
            Exception: As `Judged.record` has it.
        """
        record = self.judged.record(item)
        self.reached.add(item.key)
        if record.verdict == "not tested" and record.must_be_tested:
            self.notes.untested.add(item.key)
        return record

    @cached_property
    def judged(self) -> Judged:
        """What came of the selected items. Of several workers the first to get here runs them, and the others read its run.

        Raises:
            InputError: Another worker's run is damaged.
            Exception: What ended the run.
        """
        if self.shared is not None:
            # If the shared folder cannot be written, this process runs by itself and reports the error there.
            with suppress(WritingError), self.shared.turn():
                run = self.shared.find()
                if run is not None:
                    return JudgedByWorker(run)
                self._leave_run(self.shared)
        here = self._run_here()
        if isinstance(here, Fault):
            raise here.again()
        return here

    def _run_here(self) -> JudgedHere | Fault:
        """Run the selected items in this process, once: a fault is not repeated for every item."""
        if self._ran is None:
            self._ran = self._executed()
        return self._ran

    def _executed(self) -> JudgedHere | Fault:
        cells = sorted(cells_of(self.selected), key=lambda cell: cell.key)
        told = progress(self.config) if self.settings.worker is None else None
        try:
            execution = execute(cells, self.settings.workspace, certain, told)
        except BaseException as error:
            fault = Fault.of(error)
            self.notes.broken |= {cell.suite.name: str(fault) for cell in cells}
            return fault
        shrinks = self.settings.switch("shrink")
        here = JudgedHere(execution, self.selected, self.baselines, shrinks=shrinks, started=self._started)
        self.notes.broken |= {name: str(fault) for name, fault in here.faults.items()}
        return here

    def _leave_run(self, shared: SharedFolder) -> None:
        """Run all selected items, and leave the run to the other workers."""
        here = self._run_here()
        if isinstance(here, JudgedHere):
            with self.notes.deferred():
                shared.leave(here.run({item.key for item in here.items}, self.notes))

    def finish(self, session: pytest.Session) -> None:
        """Hand over to the controller, or write the run and its report and see to it that nothing tested is no pass."""
        if self.settings.worker is not None:
            self._hand_over()
        else:
            self._end(session)
        if isinstance(self._ran, JudgedHere):
            self._ran.execution.cache.close()

    def _end(self, session: pytest.Session) -> None:
        run = None
        with self.notes.deferred():
            run = self._reached_run()
        if run is not None or (self.notes.broken and not self.settings.lists):
            self.ended = ended(run, self.notes, self.baselines, self.settings, session.exitstatus)
            run = self.ended.run
            tell_run(self.config, run)
        session.exitstatus = exit_status(session.exitstatus, run, self.notes)

    def _reached_run(self) -> Run | None:
        """Return the run of the items that were judged; None if none was."""
        if self.shared is not None:
            return run_of_workers(self.shared, self.reached, self.notes)
        if isinstance(self._ran, JudgedHere) and self.reached:
            return self._ran.run(self.reached, self.notes)
        return None

    def _hand_over(self) -> None:
        """Leave to the controller what is no verdict."""
        output: dict[str, Any] = self.config.workeroutput  # type: ignore[attr-defined]  # xdist adds it to a worker's config
        baselines = self.baselines.hand_over() if self.notes.whole else None
        output["albert_robust"] = {"notes": asdict(self.notes), "baselines": baselines}

    def take_over(self, output: dict[str, Any]) -> None:
        """Take what a worker left."""
        self.notes.take(Notes(**output["notes"]))
        if output["baselines"] is not None:
            self.baselines.take_over(output["baselines"])

    def print_summary(self, terminal: pytest.TerminalReporter) -> None:
        """Print what became of the session; workers leave that to their controller."""
        if self.settings.worker is None:
            print_summary(terminal, self.ended, self.notes)
