"""What a session prints on pytest's terminal: how far it is, what it would ask, and what became of it."""

import shutil
from collections.abc import Sequence
from contextlib import nullcontext

import pytest

from albert_robust.asking.progress import Progress
from albert_robust.asking.workspace import Workspace
from albert_robust.ci.github import tell
from albert_robust.ending import Ended
from albert_robust.fault import Fault
from albert_robust.notes import Notes
from albert_robust.results.cell_key import by_suite
from albert_robust.results.run import tested_in
from albert_robust.running.cell import Item, cells_of
from albert_robust.running.forecast import Forecast, forecast
from albert_robust.show import describe_forecasts, describe_run
from albert_robust.shown import counted, shown_path

NOTHING_TESTED = "nothing was tested, so the run fails"
UNTESTED = "the budget ran out, so the run fails. Run again to continue from the cache, or set `on_inconclusive: pass`"
WORST_SHOWN = 10


def progress(config: pytest.Config) -> Progress | None:
    """Return what tells of progress on the terminal; None if there is no terminal, or it should stay quiet."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if terminal is None or terminal.verbosity < 0:
        return None

    def write(text: str) -> None:
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            terminal.ensure_newline()  # pytest then prints the name of the file again
            terminal.write(text, flush=True)

    return Progress(write, shutil.get_terminal_size().columns if terminal.isatty else None)


def print_forecast(config: pytest.Config, items: Sequence[Item], workspace: Workspace, notes: Notes) -> None:
    """Print what items would ask, and what is wrong with suites that cannot be run.

    Args:
        config: pytest's.
        items: Of any number of suites.
        workspace: Where answers are kept.
        notes: Are told what is wrong with suites.
    """
    forecasts: list[Forecast] = []
    for name, cells in sorted(by_suite(cells_of(items)).items()):
        try:
            forecasts.append(forecast(cells, workspace))
        except Exception as error:
            notes.broken[name] = str(Fault.of(error))
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        terminal.write_line("\n".join(["", *describe_forecasts(forecasts), *notes.broken.values()]))


def print_summary(terminal: pytest.TerminalReporter, ended: Ended | None, notes: Notes) -> None:
    """Print what could not be written, the worst cells, what counts against the run, and where the report is.

    Args:
        terminal: pytest's.
        ended: What became of the session; None if nothing was judged and no suite is broken.
        notes: What was noted.
    """
    for line in dict.fromkeys(notes.unwritten):
        terminal.write_line(line, red=True)
    if ended is None:
        if notes.skipped:
            terminal.write_line(NOTHING_TESTED, red=True)
        tell(terminal, None, None, mistaken=bool(notes.broken or terminal.stats.get("error")))
        return
    run, report = ended.run, ended.report
    terminal.write_sep("=", "robustness")
    shown = WORST_SHOWN if terminal.verbosity >= -1 else 0
    for line in (*describe_run(run, shown), *dict.fromkeys(notes.mended), *ended.baselines):
        terminal.write_line(line)
    if not tested_in(run.cells):
        terminal.write_line(NOTHING_TESTED, red=True)
    if notes.untested:
        terminal.write_line(f"{counted(len(notes.untested), 'cell')} not tested: {UNTESTED}", red=True)
    if report is not None:
        terminal.write_line(f"report: {shown_path(report)}")
    tell(terminal, run, report, mistaken=bool(notes.broken))
