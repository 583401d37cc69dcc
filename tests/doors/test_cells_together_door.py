"""Comparisons of cells, warnings and days that have passed, through pytest's own door."""

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest
from door_suites import LOGGING, kept_run, python, rows, run, verdicts, write_suite

from albert_robust.api import run as run_suite
from albert_robust.suite.load import load_suite

# Capitals change every answer, in English alone.
LANGUAGES = [*rows(), *rows(language="de", text="Das Wetter in Ort {} war schön")]
FOREIGN = """
def predict(batch):
    return ["loud" if one["text"].isupper() and "WEATHER" in one["text"] else "calm" for one in batch]
"""
GAP = "data/case.upper/language-gap"
GATE = "language gap <= 0.3"


def write_gap(folder: Path, gate: str = GATE, *, model: str = FOREIGN, extra: str = "") -> Path:
    """Write a suite whose languages are far apart."""
    return write_suite(
        folder, "case.upper", gate=gate, languages="en, de", examples=LANGUAGES, model=model, extra=extra
    )


def test_a_gap_is_an_item_after_its_cells_and_fails_with_each_of_them(pytester: pytest.Pytester) -> None:
    write_gap(pytester.path)
    result = run(pytester, "-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "suite.robust.yaml::data/case.upper[[]en] PASSED*",
            "suite.robust.yaml::data/case.upper[[]de] PASSED*",
            f"suite.robust.yaml::{GAP} FAILED*",
            "invariance case.upper language gap: language gap 1.00 [[]0.??, 1.00], gate <= 0.30; *best de 1.00, worst en 0.00*",
            "  en           consistency 0.00 [[]0.00, 0.22], 12 examples",
            "  de           consistency 1.00 [[]0.78, 1.00], 12 examples",
            f'again: pytest "suite.robust.yaml::{GAP}" --robust-seed 0',
        ]
    )


def test_the_command_that_a_failing_gap_prints_repeats_its_failure_alone(pytester: pytest.Pytester) -> None:
    write_gap(pytester.path)
    again = next(line for line in run(pytester).outlines if line.startswith("again: pytest "))
    result = run(pytester, *shlex.split(again)[2:])
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["1 of 3 cells: 1 failed; 24 cases tested; *"])
    assert verdicts(pytester.path) == {GAP: "failed"}


def test_a_member_of_which_nothing_was_tested_has_no_number(pytester: pytest.Pytester) -> None:
    spoken = [*rows(), *rows(language="de", text="DAS WETTER IN ORT {} WAR SCHÖN")]
    write_suite(pytester.path, "case.upper", gate=GATE, languages="en, de", examples=spoken, model=FOREIGN)
    run(pytester).stdout.fnmatch_lines(
        [
            "invariance case.upper language gap: *[[]de]: 0 of 12 cases could be tested, fewer than 1: 12 unchanged*",
            "  de           consistency not measured: no case was tested",
        ]
    )


def test_selecting_a_member_alone_asks_the_model_nothing_about_the_others(pytester: pytest.Pytester) -> None:
    write_gap(pytester.path, model=LOGGING)
    run(pytester, "-k", "de").assert_outcomes(passed=1)
    asked = [json.loads(line) for line in (pytester.path / "asked.jsonl").read_text().splitlines()]
    assert asked
    assert not any("weather" in text.casefold() for text in asked)


def test_cases_of_compared_cells_are_counted_once(pytester: pytest.Pytester) -> None:
    write_gap(pytester.path)
    run(pytester).stdout.fnmatch_lines(["3 cells: 1 failed, 2 measured; 24 cases tested; *"])


def test_a_kept_run_has_the_gap_with_its_members_and_the_report_shows_it(pytester: pytest.Pytester) -> None:
    write_gap(pytester.path)
    run(pytester)
    kept = next(cell for cell in kept_run(pytester.path)["cells"] if cell["cell"] == GAP)
    assert (kept["across"], kept["measures"]["language gap"]["value"]) == ("language gap", 1)
    assert [(one["name"], one["estimate"]["value"], one["tested"]) for one in kept["members"]] == [
        ("en", 0, 12),
        ("de", 1, 12),
    ]
    html = (pytester.path / "robustness-report" / "index.html").read_text(encoding="utf-8")
    section = html[html.index('id="across"') : html.index('id="cells"')]
    assert f'<bdi class="id">{GAP}</bdi>' in section
    assert "consistency: best de 1.00, worst en 0.00, of 2" in section


def test_members_without_a_gate_of_their_own_are_measured_and_have_no_tick_in_the_report(
    pytester: pytest.Pytester,
) -> None:
    write_gap(pytester.path)
    run(pytester)
    html = (pytester.path / "robustness-report" / "index.html").read_text(encoding="utf-8")
    assert "1 failed of 1 cell with gates." in html
    matrix = html[html.index('<table class="matrix">') : html.index('id="across"')]
    assert matrix.count('data-verdict="measured"') == 2
    assert "✓" not in matrix


def test_every_worker_may_judge_a_gap(pytester: pytest.Pytester) -> None:
    write_gap(pytester.path)
    done = python(pytester.path, "-m", "pytest", "-n", "2", "-p", "no:randomly")
    assert "1 failed, 2 passed" in done.stdout, done.stdout
    assert verdicts(pytester.path) == {
        "data/case.upper[en]": "measured",
        "data/case.upper[de]": "measured",
        GAP: "failed",
    }


def test_the_python_door_judges_gaps_too(tmp_path: Path) -> None:
    made = run_suite(load_suite(write_gap(tmp_path)), workspace=tmp_path / "work")
    assert [(cell.cell, cell.verdict) for cell in made.cells][-1] == (GAP, "failed")


def test_junit_gets_the_numbers_of_a_gap(pytester: pytest.Pytester) -> None:
    write_gap(pytester.path)
    run(pytester, "--junitxml=junit.xml")
    cases = {case.attrib["name"]: case for case in ElementTree.parse(pytester.path / "junit.xml").iter("testcase")}
    found = {one.attrib["name"]: one.attrib["value"] for one in cases[GAP].iter("property")}
    assert [float(found[name]) for name in ("tested", "language_gap", "language_gap.at_most")] == [24, 1, 0.3]
    assert "language" not in found


WARN = "    on_failure: warn\n"


def test_a_check_that_warns_never_fails_the_run_and_is_listed_apart(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, extra=WARN)
    result = run(pytester, "--junitxml=junit.xml")
    assert (result.parseoutcomes(), result.ret) == ({"passed": 1, "warned": 1}, pytest.ExitCode.OK)
    result.stdout.fnmatch_lines(
        ["warned       suite::data/case.upper[[]en]  consistency 0.00*", "2 cells: 1 warned, 1 passed; *"]
    )
    skipped = next(ElementTree.parse(pytester.path / "junit.xml").iter("skipped"))
    assert skipped.attrib["message"].startswith("warned: consistency 0.00")
    html = (pytester.path / "robustness-report" / "index.html").read_text(encoding="utf-8")
    assert "Yes: every gate that can fail the run is met" in html
    assert "1 of 2 cells that apply passed; 1 missed a gate that only warns." in html


def test_an_undecided_cell_of_a_check_that_warns_fails_nothing_either(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap", gate="consistency >= 0.9", extra=f"{WARN}on_inconclusive: fail\n")
    assert run(pytester).parseoutcomes() == {"warned": 1}


def test_an_undecided_cell_that_fails_is_a_known_failure_where_a_mark_says_so(pytester: pytest.Pytester) -> None:
    extra = "on_inconclusive: fail\nmarks:\n  - {cells: '*', xfail: hard}\n"
    write_suite(pytester.path, "typos.swap", gate="consistency >= 0.9", extra=extra)
    assert run(pytester).parseoutcomes() == {"xfailed": 1}


def test_a_model_that_raises_fails_a_check_that_warns(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap", model="def predict(batch):\n    raise ValueError\n", extra=WARN)
    run(pytester).assert_outcomes(failed=1)


@pytest.mark.parametrize(("day", "outcome"), [("9999-12-31", "xfailed"), ("2020-01-01", "failed")])
def test_a_known_failure_past_its_last_day_fails_and_says_so(pytester: pytest.Pytester, day: str, outcome: str) -> None:
    write_suite(pytester.path, "case.upper", extra=f"marks:\n  - {{cells: '*', xfail: hard, until: {day}}}\n")
    result = run(pytester)
    assert result.parseoutcomes() == {outcome: 1}
    if outcome == "failed":
        told = "known failure until 2020-01-01, which is over (hard): consistency 0.00 *"
        result.stdout.fnmatch_lines([f"invariance case.upper [[]en]: {told}"])


def test_a_mark_that_fits_no_cell_is_a_collection_error(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, extra="marks:\n  - {cells: '*/case.uper[en]', xfail: hard}\n")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        ["suite.robust.yaml:10:6: no cell fits '*/case.uper[[]en]'", "  did you mean 'data/case.upper[[]en]'?"]
    )
