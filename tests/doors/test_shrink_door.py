"""`--robust-shrink`: a failing cell says which edits are enough, in the terminal, the report and the run folder."""

from pathlib import Path

import pytest
from door_suites import asked, kept_run, python, run, write_suite

from albert_robust import load_suite
from albert_robust import run as run_suite

LOVELY = """
import json, pathlib

def predict(batch):
    with pathlib.Path(__file__).with_name("asked.jsonl").open("a") as log:
        log.writelines(json.dumps(one["text"]) + "\\n" for one in batch)
    return ["calm" if "lovely" in one["text"] else "loud" for one in batch]
"""
ENOUGH = [
    "  variant      -> loud",
    "  1 of * edits is enough:",
    "  text         the weather in town * was *[[]-*-]{+*+}*",
    "  variant      -> loud",
]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Path:
    """A suite whose model gives way to a slip in one word."""
    return write_suite(pytester.path, "typos.swap@5", gate="consistency >= 0.95", model=LOVELY)


def test_a_failure_says_which_edits_are_enough(pytester: pytest.Pytester, suite: Path) -> None:
    result = run(pytester, "--robust-shrink")
    assert result.ret == 1
    result.stdout.fnmatch_lines(ENOUGH)
    found = kept_run(pytester.path)["shrunk"]
    assert [len(one["changes"]) for one in found] == [1, 1, 1]
    page = (pytester.path / "robustness-report" / "index.html").read_text(encoding="utf-8")
    assert page.count("edits is enough") == 3


def test_nothing_more_is_asked_unless_that_was_wanted(pytester: pytest.Pytester, suite: Path) -> None:
    run(pytester)
    before = len(asked(pytester.path))
    assert kept_run(pytester.path)["shrunk"] == []
    run(pytester, "--robust-shrink")
    once = asked(pytester.path)
    assert before < len(once) == len(set(once))
    run(pytester, "--robust-shrink")
    assert asked(pytester.path) == once


def test_several_workers_find_what_one_process_finds(pytester: pytest.Pytester, suite: Path) -> None:
    run(pytester, "--robust-shrink")
    alone = kept_run(pytester.path)
    done = python(pytester.path, "-m", "pytest", "-n", "2", "--robust-shrink")
    assert "edits is enough:" in done.stdout
    assert kept_run(pytester.path)["shrunk"] == alone["shrunk"]


def test_a_hand_written_test_says_it_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def lovely(batch):
            return ["calm" if "lovely" in one["text"] else "loud" for one in batch]

        def test_weather(robust):
            texts = [f"the weather in town {number} was lovely" for number in range(40)]
            robust.check(lovely, texts, "typos.swap@5", language="en")
        """
    )
    result = run(pytester, "--robust-shrink")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E * {line.strip()}" for line in ENOUGH[:2]])


def test_python_asks_for_it_by_an_argument(suite: Path, tmp_path: Path) -> None:
    found = run_suite(load_suite(suite), workspace=tmp_path / "kept", shrink=True)
    assert {len(one.changes) for one in found.shrunk} == {1}
    assert run_suite(load_suite(suite), workspace=tmp_path / "kept").shrunk == ()
