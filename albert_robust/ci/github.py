"""GitHub Actions: what did not pass beside its check in the suite, the summary of the job, and outputs for later steps.

A workflow command is a line that a job prints, so a text that held a line break could give commands of its own. The escapes are
those of GitHub's own `@actions/core`, `command.ts`. Nothing happens where the variables are not set.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import pytest

from albert_robust.file_names import APART, MISNAMED_SUITE, SUITE
from albert_robust.gate.comparing import STALE
from albert_robust.report.cells import worst_first
from albert_robust.report.display import plain, shorten
from albert_robust.report.render import render_markdown
from albert_robust.report.view import banner
from albert_robust.results.records import CellRecord, Verdict
from albert_robust.results.run import Run
from albert_robust.shown import shown_path

Level = Literal["error", "warning"]
Reports = Mapping[str, pytest.TestReport]
Told = Sequence[tuple[Level, CellRecord]]
LEVELS: dict[Verdict, Level] = {
    "error": "error",
    "failed": "error",
    "warned": "warning",
    "inconclusive": "warning",
    "not tested": "warning",
}
SHOWN = 10  # annotations of a level that GitHub shows of a step
LONG = 1000  # graphemes of a message
SUMMARY_BYTES = 1 << 20  # that GitHub takes of a step
MISTAKE = re.compile(r"(?P<file>.+?):(?P<line>\d+):(?P<col>\d+): (?P<what>.*(?:\n  .*)*)")  # as a complaint is written
CUT = b"\n\nCut here: a job summary holds 1 MiB.\n"


def tell(terminal: pytest.TerminalReporter, run: Run | None, page: Path | None, mistaken: bool) -> None:
    """Tell GitHub what came of a session, as far as its variables ask for it.

    Args:
        terminal: Where commands are printed. Its reports know where checks are, and what a suite makes of undecided cells.
        run: What was judged; None where nothing was.
        page: The report, if it was written.
        mistaken: Whether a suite, its data or its model was broken.
    """
    reports = {_place(report.nodeid): report for report in _called(terminal)}
    cells = worst_first(run.cells) if run is not None else []
    told = [(level, cell) for cell in cells if (level := _level(cell, reports.get(_node(cell))))]
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in (*mistakes(terminal), *annotations(told, reports, terminal.config.rootpath)):
            terminal.write_line(line)
    if os.environ.get("GITHUB_STEP_SUMMARY") and run is not None:
        _append("GITHUB_STEP_SUMMARY", render_markdown(run), terminal, SUMMARY_BYTES)
    if os.environ.get("GITHUB_OUTPUT") and (run is not None or mistaken):
        _append("GITHUB_OUTPUT", _outputs(run or Run((), ()), told, page, mistaken), terminal)


def mistakes(terminal: pytest.TerminalReporter) -> Iterator[str]:
    """Yield the commands that show what is wrong with suites, their data and their models, where it stands; ten at most."""
    reports = [one for reports in terminal.stats.values() for one in reports]
    found = dict.fromkeys(place for report in reports for place in _mistaken(report))
    for file, line, column, what in list(found)[:SHOWN]:
        place = {"file": _in_repository(Path(file)), "line": line, "col": column, "title": "broken suite"}
        yield command("error", place, shorten(what, LONG))


def _mistaken(report: object) -> list[tuple[str, ...]]:
    """Return file, line, column and text of what keeps a suite from being collected, or its cells from being judged."""
    if isinstance(report, pytest.CollectReport) and report.failed and report.nodeid.endswith((SUITE, MISNAMED_SUITE)):
        return _complaints(report) or [(report.nodeid, "1", "1", str(report.longrepr))]
    if isinstance(report, pytest.TestReport) and report.failed and f"{SUITE}::" in report.nodeid:
        return [] if hasattr(report, "robust_verdict") else _complaints(report)
    return []


def _complaints(report: pytest.CollectReport | pytest.TestReport) -> list[tuple[str, ...]]:
    text = str(report.longrepr)  # in `longreprtext` a line on xdist's worker stands before it
    return [match.groups() for match in MISTAKE.finditer(text)] if MISTAKE.match(text) else []


def annotations(told: Told, reports: Reports, root: Path) -> Iterator[str]:
    """Yield the commands that show cells beside their checks: ten of a level, and a line that counts the rest.

    Args:
        told: Levels and cells, the worst first.
        reports: By item, for the lines of checks; a cell without one is told of on the first line.
        root: The folder that suites are named from.
    """
    count = Counter[Level]()
    for level, cell in told:
        count[level] += 1
        if count[level] > SHOWN:
            continue
        report = reports.get(_node(cell))
        file, _, _ = cell.suite.partition(APART)
        place = {"file": _in_repository(root / f"{file}{SUITE}"), "line": _line(report), "title": _title(cell)}
        yield command(level, place, shorten(cell.reason, LONG))
    rest = [f"{number - SHOWN} more {level}s" for level, number in sorted(count.items()) if number > SHOWN]
    if rest:
        yield command("notice", {"title": "robustness"}, f"{' and '.join(rest)}: the report has them all")


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """Return a workflow command as one line, whatever its texts hold; hidden characters are written out."""
    written = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{name} {written}::{_escaped(message)}"


def _escaped(text: str, others: str = "") -> str:
    for character in f"%\r\n{others}":
        text = text.replace(character, f"%{ord(character):02X}")
    return plain(text)


def _called(terminal: pytest.TerminalReporter) -> list[pytest.TestReport]:
    return [one for reports in terminal.stats.values() for one in reports if getattr(one, "when", None) == "call"]


def _node(cell: CellRecord) -> str:
    file, apart, model = cell.suite.partition(APART)
    return f"{file}{SUITE}{apart}{model}::{cell.cell}"


def _place(node: str) -> str:
    """Return an item's id without the name of its suite, which `--dist loadgroup` appends."""
    file, _, inside = node.partition(SUITE)
    model, apart, _ = inside.removeprefix(APART).partition(APART)
    return node.removesuffix(f"@{file}").removesuffix(f"@{file}{APART}{model}" if apart else "")


def _level(cell: CellRecord, report: pytest.TestReport | None) -> Level | None:
    """Return how loudly to tell of a cell; of one that passed, is known to fail or does not apply nothing is told."""
    if report is not None and report.failed:
        return "error"
    if cell.comparison is not None and cell.comparison.verdict in STALE:
        return LEVELS.get(cell.verdict, "warning")
    return None if report is not None and report.passed else LEVELS.get(cell.verdict)


def _line(report: pytest.TestReport | None) -> str:
    return str(((report.location[1] if report else None) or 0) + 1)


def _title(cell: CellRecord) -> str:
    return f"{cell.verdict} {cell.suite}::{cell.cell}"


def _in_repository(path: Path) -> str:
    """Return a path as GitHub names it: from the root of the repository, where it lies below that."""
    workspace = Path(os.environ.get("GITHUB_WORKSPACE", ""))
    try:
        return path.resolve().relative_to(workspace.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _outputs(run: Run, told: Told, page: Path | None, mistaken: bool) -> str:
    failed = sum(level == "error" for level, _ in told)
    passed = sum(cell.verdict == "passed" for cell in run.cells)
    found = banner(run.cells, run.mistakes, run.cells_left_out)
    verdict = "error" if mistaken else "failed" if failed else found.style
    report = "" if page is None else " ".join(plain(shown_path(page)).splitlines())
    return f"verdict={verdict}\npassed={passed}\nfailed={failed}\nreport={report}\n"


def _append(variable: str, text: str, terminal: pytest.TerminalReporter, limit: int | None = None) -> None:
    """Append to the file that a variable names, up to a size; a file that cannot be written is told of, and no more."""
    path, data = Path(os.environ[variable]), text.encode("utf-8", "backslashreplace")
    try:
        with path.open("ab") as file:
            file.write(data if limit is None else bounded(data, limit - file.tell()))
    except OSError as error:
        terminal.write_line(f"{variable}: cannot write {plain(str(path))}: {error.strerror or error}", yellow=True)


def bounded(data: bytes, room: int) -> bytes:
    """Return as many whole lines as there is room for; if not all, the last line says so."""
    if len(data) <= room:
        return data
    lines = data[: max(0, room - len(CUT))].rpartition(b"\n")[0]
    return lines + CUT if len(CUT) <= room else b""
