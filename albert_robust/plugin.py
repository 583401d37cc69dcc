"""The pytest plugin: a `*.robust.yaml` file is a test file, each of its cells an item.

Imported by every pytest run in the environment: nothing heavy is loaded until a suite is met.
"""

from __future__ import annotations

import shutil
from argparse import ArgumentTypeError
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from albert_robust.file_names import MISNAMED_SUITE, SUITE
from albert_robust.options import OPTIONS, RECORD, SESSION, SHARED, SWITCHES, UPDATES, twin

if TYPE_CHECKING:
    from collections.abc import Generator

    from albert_robust.handwritten import Robust
    from albert_robust.session import RobustSession


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, each with an ini twin."""
    group = parser.getgroup("robust", "robustness suites")
    for name, metavar, text in OPTIONS:
        bare: dict[str, Any] = {}
        ini: dict[str, Any] = {"default": ""}
        if name == "baseline-update":
            bare = {"nargs": "?", "const": UPDATES[0], "type": _update}
        if name == "note":
            bare, ini = {"action": "append"}, {"type": "linelist", "default": []}
        group.addoption(f"--robust-{name}", metavar=metavar, default=None, help=text, **bare)
        parser.addini(twin(name), text, **ini)
    for name, text in SWITCHES:
        group.addoption(f"--robust-{name}", action="store_true", default=None, help=text)
        parser.addini(twin(name), text, type="bool", default=False)


def _update(value: str) -> str:
    """Return what is to be written. A path that stands behind the option would else be taken for it in silence."""
    if value not in UPDATES:
        raise ArgumentTypeError(f"{value!r} is neither all nor new: before a path write --robust-baseline-update=all")
    return value


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that every cell carries."""
    config.addinivalue_line("markers", "robust: a cell of a robustness suite")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a suite's file."""
    if not file_path.name.endswith((SUITE, MISNAMED_SUITE)):
        return None
    from albert_robust.items import RobustFile
    from albert_robust.shown import printable_name

    file: pytest.Collector = RobustFile.from_parent(parent, path=file_path)
    if (node := printable_name(file.nodeid)) != file.nodeid:  # pytest prints it as it is
        file = RobustFile.from_parent(parent, path=file_path, nodeid=node)
    return file


@pytest.fixture
def robust(request: pytest.FixtureRequest) -> Robust:
    """Checks for hand-written tests: `robust.check(predict, texts, "typos.swap", language="en")`."""
    from albert_robust.file_names import PACK
    from albert_robust.handwritten import Robust
    from albert_robust.settings import Settings

    beside = (request.path.parent / PACK, request.config.rootpath / PACK)
    packs = tuple(folder for folder in beside if folder.is_dir())
    return Robust(request.node.nodeid, Settings(request.config).switch("shrink"), packs)


STATUS = {
    "warned": ("warned", "w", "WARNED"),
    "inconclusive": ("inconclusive", "?", "INCONCLUSIVE"),
    "not tested": ("not tested", "o", "NOT TESTED"),
    "not applicable": ("not applicable", "-", "N/A"),
}


def _session(config: pytest.Config) -> RobustSession | None:
    """Return the state of this pytest session's suites, if it met any."""
    return config.stash.get(SESSION, None)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Plan in this process alone: worker processes of xdist would each plan the whole."""
    planned = config.getoption("--robust-plan") or config.getini("robust_plan")
    if planned and hasattr(config.option, "numprocesses"):
        config.option.numprocesses, config.option.dist, config.option.tx = None, "no", []


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Tell the session's state which cells are left after selection."""
    state = _session(session.config)
    if state is not None:
        state.select(session.items)
        if state.settings.switch("plan"):
            state.print_forecast()
            session.items.clear()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Carry a cell's verdict in its report, through xdist too."""
    report = yield
    record = item.stash.get(RECORD, None)
    if record is not None:
        report.robust_verdict = record.verdict  # type: ignore[attr-defined]  # reports take and carry plain attributes
        report.robust_cell = record.suite, record.cell  # type: ignore[attr-defined]
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Count undecided and not applicable cells apart from passed and skipped ones."""
    verdict = getattr(report, "robust_verdict", None)
    if verdict is None or report.when != "call" or not report.skipped or hasattr(report, "wasxfail"):
        return None
    return STATUS.get(verdict)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the run folder and the report, before pytest writes its XML; a session that tested nothing has failed."""
    state = _session(session.config)
    if state is not None:
        state.finish(session)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the worst cells and where the report is."""
    state = _session(config)
    if state is not None:
        state.print_summary(terminalreporter)


@dataclass(frozen=True)
class Told:
    """What a failing item says. pytest's short summary shows the first line: of a plain text it shows all where `CI` is set."""

    text: str

    def __str__(self) -> str:
        return self.text

    def toterminal(self, out: Any) -> None:
        """Print it, as pytest asks of what is no text."""
        out.line(self.text)

    @property
    def reprcrash(self) -> SimpleNamespace:
        """Where pytest looks for a message of one line."""
        return SimpleNamespace(message=self.text.partition("\n")[0])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Have a failing item told in one line where pytest sums up; note, in xdist's controller, that a worker judged a cell."""
    if report.failed and isinstance(report.longrepr, str) and f"{SUITE}::" in report.nodeid:
        report.longrepr = Told(report.longrepr)  # type: ignore[assignment]  # pytest takes what has `toterminal`
    node, cell = getattr(report, "node", None), getattr(report, "robust_cell", None)
    if node is not None and cell is not None:
        from albert_robust.session import robust_session

        suite, name = cell
        robust_session(node.config).reached.add((suite, name))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist of the folder that all of them share: a worker may keep temporary files in a place of its own."""
    folder = node.config.stash.setdefault(SHARED, Path(gettempdir()) / f"albert-robust-{uuid4().hex}")
    node.workerinput["albert_robust"] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that folder when all workers have ended, however they did."""
    if SHARED in config.stash:
        shutil.rmtree(config.stash[SHARED], ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker left besides its verdicts, in xdist's controller. One that died left nothing."""
    output = getattr(node, "workeroutput", None)
    if output is not None and "albert_robust" in output:
        from albert_robust.session import robust_session

        robust_session(node.config).take_over(output["albert_robust"])
