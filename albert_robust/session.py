"""The state of one pytest session: its suites, what was selected, and what came of it."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from traceback import format_exception
from types import TracebackType
from typing import Any

import pytest

from albert_robust.asking.progress import Progress
from albert_robust.baselines import SessionBaselines, session_baselines
from albert_robust.ci.junit import tell_cost
from albert_robust.conclude import Verdicts, run_of, shrunk_of
from albert_robust.errors import InputError, WritingError, fault_of, raised, shown_path, writing
from albert_robust.gate import certain
from albert_robust.gate.decide import mended_failures
from albert_robust.options import SESSION
from albert_robust.report.figures import counted
from albert_robust.results.cell_key import CellKey, by_suite
from albert_robust.results.failures import failures
from albert_robust.results.folder import MEND_REPORT, keep, only
from albert_robust.results.outcomes import OutcomeFile
from albert_robust.results.records import CellRecord, Outcome, Run, Shrunk, tested_in
from albert_robust.results.tally import Tally
from albert_robust.running.alignments import plan_order
from albert_robust.running.cell import Cell, Item, cells_of
from albert_robust.running.execute import Execution, execute
from albert_robust.running.forecast import Forecast, forecast
from albert_robust.running.plan import Plan
from albert_robust.settings import Settings
from albert_robust.shared import SharedRun
from albert_robust.show import describe_forecasts, describe_run
from albert_robust.suite.suite import Suite

NOTHING = "nothing was tested: that is no pass"
UNTESTED = (
    "the budget had no room, and that is no pass. The next run goes on from here; `on_inconclusive: pass` lets it be"
)
WORST_SHOWN = 10
FINISHED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


def robust_session(config: pytest.Config) -> "RobustSession":
    """Return the session's state, made at the first call."""
    state: RobustSession | None = config.stash.get(SESSION, None)
    if state is None:
        state = config.stash[SESSION] = RobustSession(config)
    return state


def _said(mistake: Exception, *, in_full: bool = False) -> str:
    """Return what a mistake in a suite says, one of ours on one line with its type, or in full with its traceback."""
    if isinstance(mistake, InputError | WritingError):
        return str(mistake)
    return "".join(format_exception(mistake)) if in_full else raised(mistake)


class ToldError(Exception):
    """What is wrong with a suite, as another worker told it."""


class RobustSession:
    """Runs the selected cells together at the first one that pytest reaches, then hands out verdicts."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.settings = Settings(config)
        self.suites: dict[str, Suite] = {}
        self.whole: dict[str, int] = {}  # by suite, how many cells it has that no mark skips
        self.selected: list[Item] = []
        self.records: dict[CellKey, CellRecord] = {}
        self.shared = SharedRun(self.settings.shared) if self.settings.shared else None
        self.judged: set[CellKey] = set()  # by workers, as pytest reports
        self.untested: set[CellKey] = set()  # for want of budget, where no check lets that be
        self.broken: dict[str, str] = {}  # suites that cannot be run, by name, and why
        self.skipped = False  # whether marks skip all cells that were chosen
        self.unwritten: list[str] = []
        self.mended_failures: list[str] = []  # marks of known failures that can go
        self.report: Path | None = None
        self.run: Run | None = None
        self.started = time.monotonic()

    @cached_property
    def baselines(self) -> SessionBaselines:
        """The baselines that the session met.

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
        _ = self.settings.workspace  # reads its options: a mistake in one is told at collection
        self.baselines.meet(plan.suite, plan.cells)
        self.suites[plan.suite.name] = plan.suite
        self.whole[plan.suite.name] = len(plan.unskipped)

    def select(self, items: list[pytest.Item]) -> None:
        """Remember which cells pytest kept. A model is asked nothing for those that a mark skips."""
        cells = [(cell, item) for item in items if isinstance(cell := getattr(item, "cell", None), Item)]
        self.selected = [cell for cell, item in cells if item.get_closest_marker("skip") is None]
        self.skipped = bool(cells) and not self.selected and not self._listed

    @property
    def _listed(self) -> bool:
        """Whether cells are only listed, and none is run."""
        return self.config.option.collectonly or self.settings.switch("plan")

    @property
    def execution(self) -> Execution:
        """What came of the selected cells, and of those that selected comparisons need.

        Raises:
            WritingError: There is no place for temporary files.
        """
        if isinstance(self._executed, Execution):
            return self._executed
        error, trace = self._executed
        raise error.with_traceback(trace)  # each raise would else add to it

    @cached_property
    def _executed(self) -> Execution | tuple[Exception, TracebackType | None]:
        """That, or why there is nothing: what went wrong once is not tried again for each cell."""
        cells = sorted(cells_of(self.selected), key=lambda cell: cell.key)
        try:
            return execute(cells, self.settings.workspace, certain, self._progress())
        except BaseException as error:
            fault = fault_of(error)
            self.broken |= dict.fromkeys({cell.suite.name for cell in cells}, raised(fault))
            return fault, fault.__traceback__

    @cached_property
    def _traces(self) -> dict[str, TracebackType | None]:
        """Where the mistakes of suites come from: each raise adds to what they say of that."""
        return {name: mistake.__traceback__ for name, mistake in self.execution.mistakes.items()}

    def _progress(self) -> Progress | None:
        """Return what tells of progress: the terminal, where there is one and it is to hold more than a few signs."""
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        capture = self.config.pluginmanager.get_plugin("capturemanager")
        if self.settings.worker is not None or terminal is None or terminal.verbosity < 0:
            return None

        def write(text: str) -> None:
            with capture.global_and_fixture_disabled() if capture else nullcontext():
                terminal.ensure_newline()  # pytest says which file it is at anew
                terminal.write(text, flush=True)

        return Progress(write, shutil.get_terminal_size().columns if terminal.isatty else None)

    @cached_property
    def _found(self) -> Run | None:
        """The run that another worker found; None where there is no other, or this one is the first: it finds it for all."""
        if self.shared is None:
            return None
        found = None
        # What has no place for temporary files cannot run either, and says so.
        with suppress(WritingError), self.shared.turn():
            found = self.shared.find()
            if found is None and isinstance(self._executed, Execution):
                with self._told():
                    self.shared.leave(self._whole())
        return found

    def _whole(self) -> Run:
        """Return the run of all selected cells, with what is wrong with suites in full."""
        told = {name: _said(mistake, in_full=True) for name, mistake in self.execution.mistakes.items()}
        cells = self._verdicts.items
        return replace(self._run(cells, [self._verdicts.of(cell) for cell in cells]), mistakes=told)

    def worst(self, cell: Cell, record: CellRecord) -> Sequence[Outcome]:
        """Return the cases that speak against the model, the worst first; of a cell that regressed those that became worse."""
        found = failures(record, self.tally(cell))
        lost = record.comparison.worse if record.comparison and record.comparison.verdict == "regressed" else ()
        if not lost:
            return found
        cases = self._cases(cell)
        first = [case for name in lost for case in cases if case.example == name and case.status == "tested"]
        return [*first, *(case for case in found if case.example not in lost)]

    def shrunk(self, cell: Cell, record: CellRecord) -> Sequence[Shrunk]:
        """Return which edits are enough, of a cell's worst cases; nothing unless that was asked for."""
        if not self.settings.switch("shrink"):
            return ()
        if self._found is not None:
            return [one for one in self._found.shrunk if (one.suite, one.cell) == cell.key]
        return shrunk_of(self.execution, cell, record)

    def _cases(self, cell: Cell) -> list[Outcome]:
        file = self._found.outcomes if self._found else self.execution.outcomes([cell])
        assert isinstance(file, OutcomeFile)
        return file.of(*cell.key)

    def tally(self, cell: Cell) -> Tally:
        """Return what a cell's outcomes come to."""
        if self._found is None:
            return self.execution.tallies[cell.key]
        tally = Tally(cell.check.expectation, [gate.measure for gate in cell.check.gates])
        tally.add(self._cases(cell))
        return tally

    def record(self, cell: Item) -> CellRecord:
        """Return a cell's verdict.

        Raises:
            InputError: The suite's data or model are unfit.
            WritingError: The outcomes cannot be written.
            ToldError: Either, or a mistake of ours, in another worker.
            Exception: A mistake of ours.
        """
        name = cell.suite.name
        if self._found is not None:
            if name in self._found.mistakes:
                raise ToldError(self._found.mistakes[name])
            return self._noted(cell, self._records[cell.key])
        traces, mistake = self._traces, self.execution.mistakes.get(name)
        if mistake is not None:
            raise mistake.with_traceback(traces[name])
        record = self.records[cell.key] = self._verdicts.of(cell)
        return self._noted(cell, record)

    def _noted(self, cell: Item, record: CellRecord) -> CellRecord:
        """Take note of a cell that the budget left untested: a run that was not done is no pass, unless its check says so."""
        if record.verdict == "not tested" and cell.check.on_inconclusive != "pass":
            self.untested.add(cell.key)
        return record

    @cached_property
    def _records(self) -> dict[CellKey, CellRecord]:
        """What another worker found, by suite and cell."""
        return {record.key: record for record in self._found.cells} if self._found else {}

    @cached_property
    def _verdicts(self) -> Verdicts:
        """Those on all that was selected, but for suites with a mistake."""
        items = [cell for cell in self.selected if cell.suite.name not in self.execution.mistakes]
        kept = self.baselines
        return Verdicts(self.execution, items, kept.known, kept.correction, kept.lenient)

    def plan(self) -> None:
        """Print what the selected cells would ask, and the mistakes of suites that cannot be run."""
        found: list[Forecast] = []
        for name, cells in sorted(by_suite(cells_of(self.selected)).items()):
            try:
                found.append(forecast(cells, self.settings.workspace))
            except Exception as error:
                self.broken[name] = _said(error)
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            terminal.write_line("\n".join(["", *describe_forecasts(found), *self.broken.values()]))

    def finish(self, session: pytest.Session) -> None:
        """Write the run folder and the report, and see to it that nothing tested is no pass."""
        executed = self.__dict__.get("_executed")
        done = executed if isinstance(executed, Execution) else None
        if done is not None:
            self.broken |= {name: _said(mistake) for name, mistake in done.mistakes.items()}
        if self.settings.worker is not None:
            self._hand_over()
        else:
            self._end(session)
        if done is not None:
            done.cache.close()

    def _end(self, session: pytest.Session) -> None:
        found = None
        with self._told():
            found = self._all()
        if found is not None or (self.broken and not self._listed):
            self._conclude(session, found)
        elif self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.broken or self.unwritten:
            session.exitstatus = pytest.ExitCode.INTERRUPTED

    def _all(self) -> Run | None:
        """Return the run of the cells that were judged, by this process or by workers; None where none was."""
        if self.records:
            cells = [cell for cell in self.selected if cell.key in self.records]
            return self._run(cells, [self.records[cell.key] for cell in cells])
        if self.shared is None:
            return None
        shared = self.shared.find()
        if shared is None:
            if self.judged and not self.unwritten:
                self.unwritten.append(
                    f"{self.shared.folder}: the run that a worker left here is gone: there is no report"
                )
            return None
        self.broken = {**shared.mistakes, **self.broken}  # a worker that died told none
        return only(shared, self.judged) if self.judged else None

    def _conclude(self, session: pytest.Session, found: Run | None) -> None:
        run = found or Run((), ())
        cells = sorted([*run.cells, *self.baselines.absent], key=plan_order)
        mistakes = dict(sorted(self.broken.items()))
        self.run = replace(run, cells=tuple(cells), mistakes=mistakes, left_out=self._left_out(run))
        tell_cost(self.config, self.run.cost)
        if found is not None and session.exitstatus in FINISHED:
            with self._told():
                self.baselines.write(self.run)
        if not self.settings.switch("no-report"):
            with self._told():
                self._write()
        unfinished = self.untested or not tested_in(self.run.cells)
        if unfinished and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _left_out(self, run: Run) -> dict[str, int]:
        """Return how many cells of each suite were not selected, or not reached; a suite that cannot be run says so itself."""
        judged = Counter(cell.suite for cell in run.cells)
        left = {name: count - judged[name] for name, count in sorted(self.whole.items()) if name not in self.broken}
        return {name: count for name, count in left.items() if count > 0}

    def _write(self) -> None:
        from albert_robust.report.render import write_report

        assert self.run is not None
        folder = self.settings.report
        keep(self.run, folder)
        with writing(folder, MEND_REPORT):
            self.report = write_report(self.run, folder)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Keep what cannot be written for the end of the session.

        So is a mistake of ours: xdist would swallow it, and a run without its report would look like one that passed.
        """
        try:
            yield
        except WritingError as error:
            self.unwritten.append(str(error))
        except Exception as error:
            self.unwritten.append("".join(format_exception(error)))

    def _hand_over(self) -> None:
        """Leave to the controller what is no verdict."""
        output: dict[str, Any] = self.config.workeroutput  # type: ignore[attr-defined]  # xdist adds it to a worker's config
        output["albert_robust"] = {
            "broken": self.broken,
            "skipped": self.skipped,
            "whole": self.whole,
            "untested": sorted(self.untested),
            "unwritten": self.unwritten,
            "mended_failures": self.mended_failures,
            "baselines": self.baselines.hand_over() if self.suites else None,
        }

    def take_over(self, output: dict[str, Any]) -> None:
        """Take what a worker left."""
        self.broken |= output["broken"]
        self.whole |= output["whole"]
        self.untested |= {(suite, cell) for suite, cell in output["untested"]}
        self.skipped = self.skipped or output["skipped"]
        self.unwritten += output["unwritten"]
        self.mended_failures += output["mended_failures"]
        if output["baselines"] is not None:
            self.baselines.take_over(output["baselines"])

    def _run(self, cells: Sequence[Item], records: Sequence[CellRecord]) -> Run:
        self.mended_failures = list(mended_failures(cells, records))
        shrinks = self.settings.switch("shrink")
        return run_of(self.execution, cells, records, time.monotonic() - self.started, shrinks)

    def print_summary(self, terminal: pytest.TerminalReporter) -> None:
        """Print the worst cells first and where the report is."""
        from albert_robust.ci.github import tell

        if self.settings.worker is not None:
            return
        for line in dict.fromkeys(self.unwritten):
            terminal.write_line(line, red=True)
        if self.run is None:
            if self.skipped:
                terminal.write_line(NOTHING, red=True)
            tell(terminal, None, None, mistaken=bool(self.broken or terminal.stats.get("error")))
            return
        terminal.write_sep("=", "robustness")
        shown = WORST_SHOWN if terminal.verbosity >= -1 else 0
        for line in (*describe_run(self.run, shown), *dict.fromkeys(self.mended_failures), *self.baselines.written):
            terminal.write_line(line)
        if not tested_in(self.run.cells):
            terminal.write_line(NOTHING, red=True)
        elif self.untested:
            terminal.write_line(f"{counted(len(self.untested), 'cell')} not tested: {UNTESTED}", red=True)
        if self.report is not None:
            terminal.write_line(f"report: {shown_path(self.report)}")
        tell(terminal, self.run, self.report, bool(self.broken))
