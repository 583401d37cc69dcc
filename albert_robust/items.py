"""What pytest sees of a suite: a file, its models and an item for each of its cells."""

from collections.abc import Iterator
from typing import Any

import pytest

from albert_robust.ci.junit import properties
from albert_robust.data.dataset import check_header
from albert_robust.errors import InputError, MissingExtraError, WritingError, complaint_at
from albert_robust.file_names import SUITE
from albert_robust.foreign import raised
from albert_robust.gate.baseline import ownerless
from albert_robust.gate.family import whole_beside_baseline
from albert_robust.imports import trace_of
from albert_robust.judged import WorkerError, worst
from albert_robust.options import RECORD
from albert_robust.report.cells import BASELINE
from albert_robust.results.failures import moves, rerun_command
from albert_robust.results.records import CellRecord
from albert_robust.running.blocks import examples_of
from albert_robust.running.cell import Cell, Item
from albert_robust.running.plan import Plan, plan
from albert_robust.session import RobustSession, robust_session
from albert_robust.show import describe, describe_across
from albert_robust.suite.load import load_suites
from albert_robust.suite.suite import Suite


class CellFailedError(Exception):
    """A cell has failed; the message says why, shows the worst cases, and how to run the cell again."""


class KnownFailureError(CellFailedError):
    """A cell has failed, as a mark of its suite says it does. An error is never a known failure."""


class RobustFile(pytest.File):
    """A `*.robust.yaml` file."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield the items of the file's model, or a collector for each of its models.

        A broken suite is a collection error, with one clear line per mistake.
        """
        state = robust_session(self.config)
        try:
            if not self.name.endswith(SUITE):
                raise complaint_at(self.path, f"a suite's name ends in {SUITE}", "rename it")
            plans = self._plans(state)
        except (InputError, MissingExtraError, pytest.UsageError) as error:
            state.notes.broken[self.nodeid.removesuffix(SUITE)] = str(error)
            raise self.CollectError(str(error)) from None
        except Exception as error:
            state.notes.broken[self.nodeid.removesuffix(SUITE)] = raised(error)
            raise
        for planned in plans:
            if name := planned.suite.model_name:
                yield RobustModel.from_parent(self, name=name, planned=planned)
            else:
                yield from _items(self, planned)

    def _plans(self, state: RobustSession) -> list[Plan]:
        """Return the plans of the file's suites, one per model; the session takes each of them in."""
        root = self.config.rootpath
        suites = load_suites(self.path, seed=state.settings.seed, root=root)
        for baseline in ownerless(suites):
            raise complaint_at(
                baseline, f"the baseline of a model that {self.name} does not name", "rename or delete it"
            )
        making = bool(state.baselines.updating)
        plans = [plan(whole_beside_baseline(suite, making)) for suite in suites]
        for planned in plans:
            self._check_data(planned.suite)
            state.meet(planned)
        return plans

    def _check_data(self, suite: Suite) -> None:
        """Read the data: all of them before a run, only the first rows if cells are only listed."""
        if not self.config.option.collectonly:
            examples_of(suite, sorted(suite.datasets))
            return
        for source in suite.datasets.values():
            check_header(source, suite.task.inputs, suite.task.reference)


class RobustModel(pytest.Collector):
    """One of several models of a file: `reviews.robust.yaml::small`."""

    def __init__(self, *, planned: Plan, **options: Any) -> None:
        super().__init__(**options)
        self.planned = planned

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the model's items."""
        return _items(self, self.planned)


def _items(parent: pytest.Collector, planned: Plan) -> Iterator[pytest.Item]:
    """Yield pytest's item for each cell and comparison of a plan, and one for the suite's baseline."""
    for cell in planned.items:
        # Since 9.2 pytest reads the brackets of an id but not those of a name, and --lf compares the two.
        yield RobustItem.from_parent(parent, name=cell.id, nodeid=f"{parent.nodeid}::{cell.id}", cell=cell)
    if planned.suite.name in robust_session(parent.config).baselines.known:
        yield BaselineItem.from_parent(parent, name=BASELINE, suite=planned.suite)


class _SuiteItem(pytest.Item):
    """An item of a suite. `--dist loadgroup` gives all items of a suite to one worker."""

    def __init__(self, *, suite: Suite, **options: Any) -> None:
        super().__init__(**options)
        self.suite = suite
        self.add_marker("robust")
        if self.config.pluginmanager.hasplugin("xdist"):
            self.add_marker(pytest.mark.xdist_group(suite.name))
        self.extra_keyword_matches.update({suite.task.name, *suite.tags})

    @property
    def state(self) -> RobustSession:
        """The state of this pytest session's suites."""
        return robust_session(self.config)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the message alone of a failing cell or of a user's mistake, and a bug of ours with its traceback.

        What a model raised for all inputs has its traceback once.
        """
        cause = excinfo.value.__cause__
        if isinstance(excinfo.value, InputError) and cause is not None and id(cause) not in self.state.traced:
            self.state.traced.add(id(cause))
            return f"{excinfo.value}\n\n{trace_of(cause)}"
        if isinstance(excinfo.value, CellFailedError | InputError | WorkerError | WritingError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, "short")  # longer styles call `repr` of foreign values


class RobustItem(_SuiteItem):
    """A cell, or a comparison of cells."""

    def __init__(self, *, cell: Item, **options: Any) -> None:
        super().__init__(suite=cell.suite, **options)
        self.cell = cell
        self.extra_keyword_matches.update(filter(None, {cell.check.expectation, cell.language}))
        mark = cell.mark
        if mark is not None and mark.skip:
            self.add_marker(pytest.mark.skip(reason=mark.skip))
        elif mark is not None and mark.xfail and not mark.expired(cell.suite.today):
            self.add_marker(pytest.mark.xfail(reason=mark.xfail, raises=KnownFailureError))

    def runtest(self) -> None:
        """Judge the cell. A failure raises; an undecided or inapplicable cell is reported as such."""
        record = self.state.record(self.cell)
        self.stash[RECORD] = record
        self.user_properties += [one for one in properties(record) if one not in self.user_properties]  # of a rerun
        verdict = record.verdict
        if verdict in {"failed", "error", "known failure"}:
            kind = KnownFailureError if verdict == "known failure" else CellFailedError
            command = rerun_command(f"{self.suite.node}::{self.cell.id}", self.suite.seed)
            raise kind(self._described(record, command))
        if verdict not in {"passed", "measured"}:
            pytest.skip(f"{verdict}: {record.reason}")

    def _described(self, record: CellRecord, command: str) -> str:
        if isinstance(self.cell, Cell):
            judged, cell = self.state.judged, self.cell
            tally = judged.tally(cell)
            cases, often = worst(judged, cell, record, tally), moves(record, tally)
            return describe(cell, record, cases, command, judged.shrunk(cell, record), often)
        return describe_across(self.cell, record, command)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return the place of the cell's check in its suite."""
        return self.path, self.cell.check.place.line - 1, f"{self.cell.check.expectation} {self.name}"


class BaselineItem(_SuiteItem):
    """Checks that all cells of a suite's baseline still exist. How each of them compares is said by its own item."""

    def runtest(self) -> None:
        """Fail if cells are missing, or only warn if that was asked for."""
        baselines = self.state.baselines
        gone = baselines.missing_of(self.suite)
        message = "\n".join(f"{record.cell}: {record.reason}" for record in gone)
        if gone and not baselines.lenient:
            raise CellFailedError(message)
        if gone:
            self.warn(pytest.PytestWarning(message))

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return the suite's place."""
        return self.path, 0, f"{self.suite.name} {self.name}"
