"""Progress in a session: in a log or on a terminal, never where something else is to be read."""

import os
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from door_suites import python, run, write_suite

from albert_robust.asking import progress

EAGER = "from albert_robust.asking import progress\nprogress.OFTEN = progress.SELDOM = 0\n"


@pytest.fixture
def eager(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a suite whose every batch is told of."""
    monkeypatch.setattr(progress, "SELDOM", 0.0)
    path = write_suite(pytester.path)
    path.write_text(path.read_text().replace('version: "1"', "batch: 18"))
    return pytester


def told(lines: list[str]) -> list[str]:
    return [line for line in lines if " of 24 cases" in line]


def test_a_log_has_lines_of_its_own_between_those_of_pytest(eager: pytest.Pytester) -> None:
    lines = run(eager).outlines
    assert [line.split(",")[0] for line in told(lines)] == [f"suite: {count} of 24 cases" for count in (12, 24, 24)]
    place = lines.index(told(lines)[0])
    assert lines[place - 1] == "suite.robust.yaml "
    assert lines[place + 3 : place + 5] == [".", "suite.robust.yaml F" + " " * 54 + "[100%]"]


def test_a_short_run_says_nothing_of_it(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SELDOM", 60 * progress.SELDOM)  # short on a slow machine, too
    write_suite(pytester.path)
    assert told(run(pytester).outlines) == []


@pytest.mark.parametrize("quiet", ["-q", "-qq"])
def test_a_quiet_session_has_none(eager: pytest.Pytester, quiet: str) -> None:
    assert told(run(eager, quiet).outlines) == []


@pytest.mark.parametrize("capture", ["fd", "sys", "no"])
def test_it_is_no_part_of_what_was_captured(eager: pytest.Pytester, capture: str) -> None:
    result = run(eager, f"--capture={capture}", "--junitxml=junit.xml", "-o", "junit_logging=all")
    assert len(told(result.outlines)) == 3
    result.stdout.no_fnmatch_line("*Captured stdout*")
    cases = list(ElementTree.parse(eager.path / "junit.xml").iter("testcase"))
    assert len(cases) == 2
    for case in cases:
        assert " of 24 cases" not in "".join(case.itertext())


def test_what_the_model_prints_is_captured_as_ever(eager: pytest.Pytester) -> None:
    (eager.path / "model.py").write_text("def predict(batch):\n    print('hello')\n    return ['a'] * len(batch)\n")
    result = run(eager, "-rP")
    result.stdout.fnmatch_lines(["*Captured stdout call*", "hello"])
    assert len(told(result.outlines)) == 3


def test_workers_have_none(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path)
    (pytester.path / "conftest.py").write_text(EAGER)
    done = python(pytester.path, "-m", "pytest", "-n", "1")
    assert "1 failed, 1 passed" in done.stdout
    assert " of 24 cases" not in done.stdout + done.stderr


def test_a_terminal_has_one_line_as_wide_as_it_is_and_then_none(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path)
    (pytester.path / "conftest.py").write_text(EAGER)
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly"]
    with subprocess.Popen(command, cwd=pytester.path, stdout=theirs, env={**os.environ, "COLUMNS": "60"}) as process:
        os.close(theirs)
        text = _all(ours)
    assert process.returncode == 1
    shown = next(line for line in text.split("\n") if " of 24 cases" in line)
    parts = shown.split("\r")
    assert all(len(part) == 59 for part in parts if " of 24 cases" in part)
    assert parts[parts.index(next(part for part in reversed(parts) if "cases" in part)) + 1].strip() == ""


def _all(terminal: int) -> str:
    """What a program wrote to its terminal until it ended."""
    found = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux: the other side is closed
            part = b""
        if not part:
            os.close(terminal)
            return found.decode()
        found += part
