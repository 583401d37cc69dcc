"""Suites through pytest's own door: selection, marks, reports and exit codes are those that its users know."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from door_suites import LOGGING, LOUD, kept_run, loaded_by, python, rows, run, verdicts, write_suite

import albert_robust.session
from albert_robust.report.render import render_html, render_json, render_markdown
from albert_robust.results.folder import open_run
from albert_robust.running.measure import measure
from albert_robust.running.plan import Plan, plan
from albert_robust.suite.suite import Suite

BOTH = [*rows(), *rows(language="zh", text="镇{}的天气非常好，我们很喜欢")]
SWAP, UPPER = "suite.robust.yaml::data/typos.swap@2[en]", "suite.robust.yaml::data/case.upper[en]"


def listed(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    """The ids that pytest collects."""
    result = run(pytester, "--collect-only", "-q", *arguments)
    return [line for line in result.outlines if "::" in line]


def test_every_cell_is_an_item_with_an_ascii_id_in_the_order_of_the_suite(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, languages="en, zh", examples=BOTH)
    cells = ["typos.swap@2[en]", "typos.swap@2[zh]", "case.upper[en]", "case.upper[zh]"]
    assert listed(pytester) == [f"suite.robust.yaml::data/{cell}" for cell in cells]


@pytest.mark.parametrize(
    ("arguments", "cells"),
    [
        (["-k", "typos.swap"], {"typos.swap@2[en]", "typos.swap@2[zh]"}),
        (["-k", "case"], {"case.upper[en]", "case.upper[zh]"}),
        (["-k", "zh"], {"typos.swap@2[zh]", "case.upper[zh]"}),
        (["-k", "[zh] and not upper"], {"typos.swap@2[zh]"}),
        (["-k", "nightly"], {"typos.swap@2[en]", "typos.swap@2[zh]", "case.upper[en]", "case.upper[zh]"}),
        (["-m", "robust"], {"typos.swap@2[en]", "typos.swap@2[zh]", "case.upper[en]", "case.upper[zh]"}),
        (["-m", "not robust"], set()),
        (["suite.robust.yaml::data/case.upper[zh]"], {"case.upper[zh]"}),
        (["--deselect", "suite.robust.yaml::data/case"], {"typos.swap@2[en]", "typos.swap@2[zh]"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_pytest_selects_cells_as_it_selects_tests(
    pytester: pytest.Pytester, arguments: list[str], cells: set[str]
) -> None:
    write_suite(pytester.path, languages="en, zh", examples=BOTH, extra="tags: [nightly]\n")
    assert set(listed(pytester, *arguments)) == {f"suite.robust.yaml::data/{cell}" for cell in cells}


def test_a_cell_that_is_not_selected_asks_the_model_nothing(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, model=LOGGING)
    run(pytester, SWAP).assert_outcomes(passed=1)
    assert not any(text.isupper() for text in (pytester.path / "asked.jsonl").read_text().splitlines())
    assert list(verdicts(pytester.path)) == ["data/typos.swap@2[en]"]


@pytest.mark.parametrize("processes", ["0", "2"])
@pytest.mark.parametrize(
    "selection", [["-k", "swap"], [SWAP], ["--deselect", UPPER]], ids=["by name", "by id", "but for one"]
)
def test_of_some_cells_the_answer_is_no_yes_to_all(tmp_path: Path, selection: list[str], processes: str) -> None:
    write_suite(tmp_path)
    printed = python(tmp_path, "-m", "pytest", "-p", "no:randomly", "-n", processes, *selection).stdout
    assert "1 of 2 cells: 1 passed; 12 cases tested; " in printed
    found = open_run(tmp_path / "robustness-report")
    told = json.loads(render_json(found))
    assert (told["answer"], told["left_out"], told["suites"][0]["answer"]) == ("partial", 1, "partial")
    headline = "Yes, as far as it was run: 1 of 2 cells"
    assert headline in render_html(found)
    assert render_markdown(found).startswith(
        f"## Robustness: {headline}\n\nThe one cell that applies passed. 1 cell was not"
    )


def test_of_some_cells_a_no_stays_a_no(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path)
    run(pytester, "-k", "upper")
    markdown = render_markdown(open_run(pytester.path / "robustness-report"))
    assert markdown.startswith("## Robustness: No\n\n1 failed of 1 cell that applies. 1 cell was not run. ")


def test_a_session_that_stops_says_what_it_did_not_reach(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "case.upper, typos.swap")
    run(pytester, "-x").stdout.fnmatch_lines(["1 of 2 cells: 1 failed; *"])


def test_a_cell_that_a_mark_skips_is_not_left_out(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, extra="marks:\n  - {cells: '*upper*', skip: 'none of ours'}\n")
    run(pytester)
    assert json.loads(render_json(open_run(pytester.path / "robustness-report")))["answer"] == "yes"


def test_rows_in_no_language_of_their_dataset_are_told(pytester: pytest.Pytester) -> None:
    languages = ["en"] * 12 + ["", "de", "de", "en-GB", "EN"]
    examples = [{**one, "language": language} for one, language in zip(rows(17), languages, strict=True)]
    write_suite(pytester.path, "typos.swap", examples=examples)
    run(pytester).stdout.fnmatch_lines(
        [
            "warning      suite: 1 row of 'data' left out: in 'en-GB', and `languages` names 'en'. Name it too, *",
            "warning      suite: 1 row of 'data' left out: no language is said there. Fill in their `language`.",
            "1 cell: 1 passed; 13 cases tested; *",
        ]
    )
    found = open_run(pytester.path / "robustness-report")
    data = found.suites[0].data["data"]
    assert (data.examples, data.different) == (13, 13)
    told = f"data.jsonl; 13 examples, {data.digest}; 4 rows left out: 2 in de, 1 in en-GB, 1 without a language"
    assert told in render_html(found)
    told = json.loads(render_json(found))["suites"][0]["rows_left_out"]
    assert told == {"data": {"de": 2, "en-GB": 1, "und": 1}}


def test_the_last_failed_cell_runs_alone(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path)
    run(pytester).assert_outcomes(passed=1, failed=1)
    run(pytester, "--lf").assert_outcomes(failed=1)


def test_a_session_stops_at_the_first_failing_cell(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "case.upper, typos.swap")
    run(pytester, "-x").assert_outcomes(failed=1)
    assert verdicts(pytester.path) == {"data/case.upper[en]": "failed"}


def test_an_input_without_an_answer_is_not_one_that_was_predicted(pytester: pytest.Pytester) -> None:
    shy = LOUD.replace(
        "    return", "    if any('town 3' in one['text'] for one in batch): raise ValueError\n    return"
    )
    write_suite(pytester.path, "typos.swap", model=shy, examples=rows(4))
    told = run(pytester).stdout
    told.fnmatch_lines(["*; 6 inputs predicted, 0 from the cache, 2 without an answer"])


def test_cells_need_no_cache_of_pytest(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap")
    assert run(pytester, "-p", "no:cacheprovider").ret == pytest.ExitCode.OK


def test_listing_cells_asks_no_model_and_leaves_no_file(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, model="raise RuntimeError")
    before = sorted(pytester.path.iterdir())
    assert listed(pytester, "-p", "no:cacheprovider") == [SWAP, UPPER]
    assert [path for path in sorted(pytester.path.iterdir()) if path.name != "__pycache__"] == before


def test_without_a_suite_the_plugin_is_silent_and_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    # pytest-randomly would import numpy
    loaded, printed = loaded_by(tmp_path, "import pytest; pytest.main(['-q', '-p', 'no:randomly'])")
    assert loaded == set()
    assert "robust" not in printed
    assert {path.name for path in tmp_path.iterdir()} <= {"test_own.py", "__pycache__", ".pytest_cache"}


def test_collecting_a_suite_and_running_a_light_model_never_loads_torch(tmp_path: Path) -> None:
    write_suite(tmp_path, "typos.swap")
    loaded, printed = loaded_by(
        tmp_path, "import pytest; pytest.main(['--collect-only', '-q']); pytest.main(['-p', 'no:randomly'])"
    )
    assert loaded == {"numpy", "pydantic", "yaml"}
    assert "1 passed" in printed


def test_a_failing_cell_prints_an_example_its_marked_edit_and_both_outputs(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "case.upper", examples=rows(text="it is so {}"))
    run(pytester).stdout.fnmatch_lines(
        [
            "invariance case.upper [[]en]: consistency 0.00 [[]0.00, 0.??], gate >= 0.70",
            "  r0 (en)",
            "  text         [[]-it-]{+IT+} [[]-is-]{+IS+} [[]-so-]{+SO+} 0",
            "  original     -> calm",
            "  variant      -> loud",
        ],
        consecutive=False,
    )


@pytest.mark.parametrize("arguments", [[], ["--robust-seed=7"]], ids=["own seed", "given seed"])
def test_the_command_that_a_failing_cell_prints_repeats_its_failure(
    pytester: pytest.Pytester, arguments: list[str]
) -> None:
    write_suite(pytester.path, "typos.swap", model=ECHO)
    first = run(pytester, *arguments)
    again = next(line for line in first.outlines if line.startswith("again: pytest "))
    second = run(pytester, *shlex.split(again)[2:])
    assert second.ret == pytest.ExitCode.TESTS_FAILED
    assert _message(second) == _message(first)


ECHO = """
def predict(batch):
    return [one["text"] for one in batch]
"""


def _message(result: pytest.RunResult) -> list[str]:
    start = next(number for number, line in enumerate(result.outlines) if line.startswith("invariance "))
    return result.outlines[start : result.outlines.index("=" * 34 + " robustness " + "=" * 34)]


def test_the_terminal_section_shows_the_worst_cells_first(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap, typos.delete, case.upper", gate="consistency >= 0.9")
    lines = run(pytester).outlines
    section = lines[lines.index("=" * 34 + " robustness " + "=" * 34) + 1 :]
    assert section[0].startswith("failed       suite::data/case.upper[en]  consistency 0.00")
    assert section[1].startswith("inconclusive suite::data/typos.swap@2[en]")
    assert section[3].startswith(
        "3 cells: 1 failed, 2 inconclusive; 36 cases tested; 48 inputs predicted, 0 from the c"
    )
    assert section[4] == "report: robustness-report/index.html"


def test_a_quiet_session_names_what_pytest_s_own_summary_does_not(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap", gate="consistency >= 0.9")
    run(pytester, "-q").stdout.fnmatch_lines(["inconclusive suite::data/typos.swap@2[[]en] *"])


def test_a_very_quiet_session_prints_the_counts_alone(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path)
    result = run(pytester, "-qq")
    result.stdout.fnmatch_lines(["2 cells: 1 failed, 1 passed; *"])
    result.stdout.no_fnmatch_line("failed       suite::*")


def test_undecided_cells_are_counted_apart_and_do_not_fail(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap", gate="consistency >= 0.9")
    result = run(pytester)
    assert result.parseoutcomes() == {"inconclusive": 1}
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize(("choice", "outcome"), [("fail", "failed"), ("pass", "passed"), ("warn", "inconclusive")])
def test_a_suite_says_what_an_undecided_cell_is(pytester: pytest.Pytester, choice: str, outcome: str) -> None:
    extra = f"on_inconclusive: {choice}\n"
    write_suite(pytester.path, "typos.swap", gate="consistency >= 0.9", extra=extra)
    assert run(pytester).parseoutcomes() == {outcome: 1}


def report(folder: Path) -> str:
    return (folder / "robustness-report" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_report_never_says_yes_where_a_suite_could_not_be_run(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    write_suite(pytester.path, "typos.swap")
    write_suite(pytester.path / "other", "typos.swap", model="def predict(batch): return []")
    result = pytester.runpytest_subprocess(*workers)
    result.stdout.fnmatch_lines(["1 suite could not be run: other/suite"])
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "<title>No" in report(pytester.path)
    assert "0 outputs for" in report(pytester.path)
    assert list(kept_run(pytester.path)["mistakes"]) == ["other/suite"]


def test_a_suite_that_cannot_be_collected_takes_the_place_of_an_older_yes(pytester: pytest.Pytester) -> None:
    path = write_suite(pytester.path, "typos.swap")
    run(pytester)
    assert "<title>Yes" in report(pytester.path)
    path.write_text(path.read_text().replace("typos.swap", "typos.swop"))
    run(pytester, "--collect-only")
    assert "<title>Yes" in report(pytester.path)
    assert run(pytester).ret == pytest.ExitCode.INTERRUPTED
    assert "<title>No" in report(pytester.path)
    assert "unknown perturbation" in report(pytester.path)


def test_two_links_to_one_suite_are_two_suites(pytester: pytest.Pytester) -> None:
    path = write_suite(pytester.path / "shared", "case.upper")
    for name, model in (("a", LOUD), ("b", "def predict(batch): return ['calm' for _ in batch]")):
        write_suite(pytester.path / name, model=model).unlink()
        (pytester.path / name / path.name).symlink_to(path)
    result = run(pytester, "a", "b")
    assert result.parseoutcomes() == {"failed": 1, "passed": 1}
    assert [cell["suite"] for cell in kept_run(pytester.path)["cells"]] == ["a/suite", "b/suite"]


def test_a_mistake_of_ours_is_told_for_each_cell_at_the_same_length(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(albert_robust.session, "execute", broken)
    write_suite(pytester.path, "typos.*")
    result = run(pytester, "--tb=short")
    told = [len(part.splitlines()) for part in result.stdout.str().split("E   RuntimeError: out of memory")[1:-1]]
    assert len(told) == 6
    assert len(set(told)) == 1
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_suite_that_comes_upon_a_mistake_of_ours_fails_alone_with_its_traceback(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(suite: Suite, *rest: Any) -> None:
        if suite.name == "broken/suite":
            raise RuntimeError("out of memory")
        measure(suite, *rest)

    monkeypatch.setattr("albert_robust.running.execute.measure", broken)
    for name in ("broken", "sound"):
        write_suite(pytester.path / name)
    result = run(pytester, "--tb=short")
    assert result.parseoutcomes() == {"failed": 3, "passed": 1}
    told = [len(part.splitlines()) for part in result.stdout.str().split("E   RuntimeError: out of memory")[:-1]]
    assert len(told) == 2
    assert list(verdicts(pytester.path)) == ["data/typos.swap@2[en]", "data/case.upper[en]"]
    assert kept_run(pytester.path)["mistakes"] == {"broken/suite": "RuntimeError: out of memory"}
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_suite_in_which_collection_comes_upon_a_mistake_of_ours_is_in_the_report(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(suite: Suite) -> Plan:
        if suite.name == "broken/suite":
            raise RuntimeError("out of memory")
        return plan(suite)

    monkeypatch.setattr("albert_robust.items.plan", broken)
    for name in ("broken", "sound"):
        write_suite(pytester.path / name, "typos.swap")
    result = run(pytester, "--continue-on-collection-errors")
    assert result.parseoutcomes() == {"errors": 1, "passed": 1}
    assert kept_run(pytester.path)["mistakes"] == {"broken/suite": "RuntimeError: out of memory"}
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_perturbation_that_does_not_apply_is_no_pass_beside_cells_that_pass(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "case.upper, typos.swap", languages="zh", examples=BOTH[12:])
    result = run(pytester)
    result.stdout.fnmatch_lines(["*1 passed, 1 not applicable*"])
    assert verdicts(pytester.path)["data/case.upper[zh]"] == "not applicable"
    assert result.ret == pytest.ExitCode.OK


def test_a_session_that_tests_nothing_has_failed_and_says_why(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "case.upper", languages="zh", examples=BOTH[12:])
    result = run(pytester)
    result.stdout.fnmatch_lines(
        ["not applicable * case.upper does not work in zh", "nothing was tested, so the run fails"]
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_text_that_a_perturbation_leaves_as_it_is_passes_nothing(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "case.lower")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*0 of 12 cases could be tested, fewer than 1*"])


def test_a_known_failure_that_passes_is_told_to_be_none(pytester: pytest.Pytester) -> None:
    marks = "marks:\n  - {cells: '*/typos.swap*', xfail: 'it was so'}\n  - {cells: '*/case.upper[en]', xfail: 'case matters'}\n"
    write_suite(pytester.path, "typos.swap, case.upper", extra=marks)
    ran = run(pytester)
    assert ran.parseoutcomes() == {"xpassed": 1, "xfailed": 1}
    ran.stdout.fnmatch_lines(
        ["suite.robust.yaml:*: no cell of the known failure '[*]/typos.swap[*]' fails any more: its mark can go"]
    )
    assert "case.upper[en]' fails any more" not in ran.stdout.str()


def test_marks_skip_or_expect_failures_with_their_reasons(pytester: pytest.Pytester) -> None:
    marks = "marks:\n  - {cells: '*/case.upper[en]', xfail: 'case matters'}\n  - {cells: '*swap*', skip: 'too slow'}\n"
    write_suite(pytester.path, extra=marks)
    result = run(pytester, "-ra")
    result.assert_outcomes(xfailed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED [[]1] *too slow", f"XFAIL {UPPER.replace('[', '[[]')}*case matters"])
    assert any(line.startswith("known failure suite::data/case.upper[en]  case matters: ") for line in result.outlines)


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_suite_whose_cells_are_all_skipped_has_tested_nothing(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    write_suite(pytester.path, "case.upper", extra="marks:\n  - {cells: '*', skip: 'too slow'}\n")
    done = python(pytester.path, "-m", "pytest", "-p", "no:randomly", *workers)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "nothing was tested, so the run fails" in done.stdout.splitlines()
    assert python(pytester.path, "-m", "pytest", "--collect-only").returncode == pytest.ExitCode.OK


def test_a_cell_is_run_again_from_the_folder_that_one_stands_in(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_suite(pytester.path / "deep", "case.upper")
    (pytester.path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(pytester.path / "deep")
    assert 'again: pytest "suite.robust.yaml::data/case.upper[en]" --robust-seed 0' in run(pytester).outlines


def test_a_mark_that_skips_a_cell_spares_the_model(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "case.upper", model=LOGGING, extra="marks:\n  - {cells: '*', skip: 'too slow'}\n")
    run(pytester).assert_outcomes(skipped=1)
    assert not (pytester.path / "asked.jsonl").exists()


def test_brackets_in_a_mark_stand_for_themselves(pytester: pytest.Pytester) -> None:
    marks = "marks:\n  - {cells: '*[en]', skip: 'English only'}\n"
    write_suite(pytester.path, "typos.swap", languages="en, zh", examples=BOTH, extra=marks)
    run(pytester, "-v").stdout.fnmatch_lines(["*typos.swap@2[[]en] SKIPPED*", "*typos.swap@2[[]zh] PASSED*"])


def test_two_sessions_in_one_process_do_not_meet(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path / "one", "typos.swap")
    write_suite(pytester.path / "two", "case.upper")
    run(pytester, "--rootdir=one", "one").assert_outcomes(passed=1)
    run(pytester, "--rootdir=two", "two").assert_outcomes(failed=1)
    assert verdicts(pytester.path / "one") == {"data/typos.swap@2[en]": "passed"}
    assert verdicts(pytester.path / "two") == {"data/case.upper[en]": "failed"}


def test_models_of_one_name_and_version_in_two_folders_do_not_meet(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path / "one", "case.upper")
    write_suite(pytester.path / "two", "case.upper", model=LOGGING)
    run(pytester).assert_outcomes(failed=1, passed=1)


def test_suites_of_one_file_name_in_two_folders_do_not_meet(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path / "one", "case.upper")
    write_suite(pytester.path / "two", "typos.swap")
    run(pytester).assert_outcomes(failed=1, passed=1)
    found = {(cell["suite"], cell["verdict"]) for cell in kept_run(pytester.path)["cells"]}
    assert found == {("one/suite", "failed"), ("two/suite", "passed")}
