"""Baselines through pytest's own door: nothing is written unasked, and what became worse, vanished or changed fails."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from door_suites import kept_run, python, rows, run, verdicts, write_suite

from albert_robust import api
from albert_robust.suite.load import load_suite

SOUND = """
def predict(batch):
    return ["short" if len(one["text"]) < 60 else "long" for one in batch]
"""
WORSE = """
import zlib

def predict(batch):
    return ["loud" if one["text"].isupper() and zlib.crc32(one["text"].encode()) % 4 == 0 else "calm" for one in batch]
"""
FAILING = """
def predict(batch):
    return [RuntimeError("gone") if len(one["text"]) % 2 else "calm" for one in batch]
"""
FILE = "suite.baseline.jsonl"
SWAP, UPPER = "data/typos.swap@2[en]", "data/case.upper[en]"
UPDATE = "--robust-baseline-update"
TAGS = "marks:\n  - {cells: '*/case.upper[en]', skip: 'too slow'}\n"


def write(folder: Path, perturbations: str = "typos.swap, case.upper", model: str = SOUND, **settings: object) -> None:
    """A suite of 80 examples whose gates any of the models meets; another model has another version."""
    given = {"gate": "consistency >= 0.1", "examples": rows(80)} | settings
    path = write_suite(folder, perturbations, model=model, **given)  # type: ignore[arg-type]  # settings of a suite
    path.write_text(path.read_text().replace('version: "1"', f'version: "{len(model)}"'))


def lines(folder: Path) -> dict[str, dict[str, object]]:
    """The cells that the baseline in a folder has lines of."""
    found = [json.loads(text) for text in (folder / FILE).read_text().splitlines()]
    return {row["cell"]: row for row in found if "cell" in row}


def stand(folder: Path) -> dict[str, str]:
    """How the cells of the run in a folder stand beside their baseline."""
    found = {cell["cell"]: cell["comparison"] for cell in kept_run(folder)["cells"]}
    return {cell: comparison["verdict"] for cell, comparison in found.items() if comparison}


def test_nothing_is_written_or_compared_unasked(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    result = run(pytester)
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*baseline*")
    assert not (pytester.path / FILE).exists()
    assert stand(pytester.path) == {}


def test_a_run_from_python_is_compared_as_one_through_pytest_is(worse: pytest.Pytester) -> None:
    made = api.run(load_suite(worse.path / "suite.robust.yaml"), workspace=worse.path / "workspace")
    found = {cell.cell: cell.comparison.verdict for cell in made.cells if cell.comparison}
    assert found == {SWAP: "same", UPPER: "regressed"}


def test_an_update_writes_the_session_beside_its_suite(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    result = run(pytester, UPDATE)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([f"baseline: {FILE}: 2 lines, 2 new"])
    assert {cell: row["values"] for cell, row in lines(pytester.path).items()} == {SWAP: "1" * 80, UPPER: "1" * 80}


def test_a_model_that_is_the_same_passes_and_is_called_the_same(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    run(pytester, UPDATE)
    before = (pytester.path / FILE).read_bytes()
    result = run(pytester)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["beside the baseline: 2 same"])
    assert (pytester.path / FILE).read_bytes() == before
    assert stand(pytester.path) == {SWAP: "same", UPPER: "same"}


@pytest.fixture
def worse(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with the baseline of a sound model and another model now."""
    write(pytester.path)
    run(pytester, UPDATE)
    write(pytester.path, model=WORSE)
    return pytester


def test_a_cell_that_became_worse_fails_though_its_gate_is_met(worse: pytest.Pytester) -> None:
    result = run(worse, "--junitxml=junit.xml")
    result.assert_outcomes(passed=2, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "invariance case.upper *: regressed: consistency 0.*, was 1.000; drop *; worse: *",
            "failed       suite::data/case.upper[[]en]  regressed: *",
            "beside the baseline: 1 regressed, 1 same",
        ]
    )
    assert verdicts(worse.path) == {SWAP: "passed", UPPER: "failed"}
    cases = {case.attrib["name"]: case for case in ElementTree.parse(worse.path / "junit.xml").iter("testcase")}
    assert [name for name, case in cases.items() if case.find("failure") is not None] == [UPPER]
    found = {one.attrib["name"]: one.attrib["value"] for one in cases[UPPER].iter("property")}
    assert found["baseline"] == "regressed"
    drop, low, high, p = (float(found[f"baseline.{name}"]) for name in ("drop", "drop.low", "drop.high", "p"))
    assert low < drop < high
    assert p < 0.05


def test_the_first_case_shown_is_one_that_became_worse(worse: pytest.Pytester) -> None:
    result = run(worse)
    lost = kept_run(worse.path)["cells"][1]["comparison"]["worse"][0]
    result.stdout.fnmatch_lines(
        ["invariance case.upper *", "original -> variant, *", "", f"  {lost} (en)"], consecutive=True
    )


def test_a_known_failure_may_not_become_worse(pytester: pytest.Pytester) -> None:
    marks = "marks:\n  - {cells: '*', xfail: 'known'}\n"
    write(pytester.path, "case.upper", model=WORSE, gate="consistency >= 0.99", extra=marks)
    run(pytester, UPDATE).assert_outcomes(xfailed=1)
    run(pytester).assert_outcomes(xfailed=1, passed=1)
    write(
        pytester.path, "case.upper", model=WORSE.replace("% 4 == 0", "% 4 > 0"), gate="consistency >= 0.99", extra=marks
    )
    result = run(pytester)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*regressed: *; known: consistency 0.*"])


@pytest.mark.parametrize("extra", [[], ["-n", "2"]], ids=["one process", "two workers"])
def test_workers_find_and_write_what_one_process_does(tmp_path: Path, extra: Sequence[str]) -> None:
    write(tmp_path, "typos.swap, case.upper, typos.delete")
    command = ["-m", "pytest", "-p", "no:randomly", *extra]
    python(tmp_path, *command, UPDATE)
    assert (tmp_path / FILE).read_text().count('"values": "' + "1" * 80) == 3
    write(tmp_path, model=WORSE)
    done = python(tmp_path, *command)
    assert "1 failed, 1 passed" not in done.stdout
    assert "2 failed, 1 passed" in done.stdout
    assert stand(tmp_path) == {SWAP: "same", UPPER: "regressed", "data/typos.delete@2[en]": "missing"}


@pytest.mark.parametrize(("arguments", "found"), [([], {SWAP, UPPER}), (["-k", "upper"], {UPPER})])
def test_all_selected_cells_are_one_family(worse: pytest.Pytester, arguments: list[str], found: set[str]) -> None:
    run(worse, *arguments)
    comparisons = {cell["cell"]: cell["comparison"] for cell in kept_run(worse.path)["cells"]}
    assert comparisons.keys() == found
    chance, adjusted = (comparisons[UPPER][name] for name in ("chance", "adjusted"))
    assert adjusted == pytest.approx(chance * len(found))


def test_a_cell_that_is_gone_fails_until_its_line_is(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    run(pytester, UPDATE)
    write(pytester.path, "typos.swap")
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"{UPPER.replace('[', '[[]')}: missing: *", "beside the baseline: 1 missing, 1 same"])
    assert stand(pytester.path) == {SWAP: "same", UPPER: "missing"}
    assert run(pytester, "--robust-warn-stale").parseoutcomes() == {"passed": 2, "warnings": 1}
    run(pytester, UPDATE).stdout.fnmatch_lines([f"baseline: {FILE}: 1 line, 1 taken out"])
    run(pytester).assert_outcomes(passed=2)


def test_a_cell_that_a_mark_skips_is_gone_too(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    run(pytester, UPDATE)
    write(pytester.path, extra=TAGS)
    run(pytester).assert_outcomes(passed=1, skipped=1, failed=1)


@pytest.mark.parametrize("arguments", [["-k", "swap"], ["--deselect", f"suite.robust.yaml::{UPPER}"]])
def test_cells_that_were_not_selected_are_not_missing(pytester: pytest.Pytester, arguments: list[str]) -> None:
    write(pytester.path)
    run(pytester, UPDATE)
    assert run(pytester, *arguments).ret == pytest.ExitCode.OK
    assert "missing" not in stand(pytester.path).values()


def test_the_last_failed_cell_runs_alone_beside_its_baseline(worse: pytest.Pytester) -> None:
    run(worse)
    run(worse, "--lf").assert_outcomes(failed=1)
    assert stand(worse.path) == {UPPER: "regressed"}


def test_a_new_cell_is_told_and_only_new_ones_are_written_on_request(worse: pytest.Pytester) -> None:
    write(worse.path, "typos.swap, case.upper, typos.delete", model=WORSE)
    before = lines(worse.path)
    run(worse).stdout.fnmatch_lines(["beside the baseline: 1 regressed, 1 new, 1 same"])
    run(worse, f"{UPDATE}=new").assert_outcomes(passed=3, failed=1)
    after = lines(worse.path)
    assert {cell: after[cell] for cell in before} == before
    assert after.keys() - before.keys() == {"data/typos.delete@2[en]"}


def test_an_update_of_a_selection_leaves_the_other_lines(worse: pytest.Pytester) -> None:
    before = lines(worse.path)
    run(worse, UPDATE, "-k", "swap")
    assert lines(worse.path) == before
    run(worse, UPDATE, "-k", "upper")
    assert [lines(worse.path)[cell] == before[cell] for cell in (SWAP, UPPER)] == [True, False]


def test_a_row_without_an_id_may_be_put_in_anywhere_and_one_that_is_edited_is_told(pytester: pytest.Pytester) -> None:
    examples = [{name: value for name, value in row.items() if name != "id"} for row in rows(80)]
    added, edited = ({**examples[0], "text": text} for text in ("a new text about the weather", "the weather was cold"))
    write(pytester.path, "typos.swap", examples=examples)
    run(pytester, UPDATE)
    write(pytester.path, "typos.swap", examples=[added, *examples])
    assert run(pytester).ret == pytest.ExitCode.OK
    assert stand(pytester.path) == {SWAP: "same"}
    write(pytester.path, "typos.swap", examples=[edited, *examples[1:]])
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    mend = "rows without an `id` go by their content, and an edited one is another: add a column `id` to know it again"
    assert any(f"other examples: 1 more, 1 fewer; {mend}" in line for line in result.outlines)


@pytest.mark.parametrize(
    ("settings", "arguments", "what"),
    [
        ({}, ["--robust-seed=3"], "other variants of the same examples (seed 3, then 0)"),
        ({"examples": rows(79)}, [], "other examples: 0 more, 1 fewer"),
        ({"examples": rows(80, text="the whether in town {} was fine")}, [], "the dataset's texts or references"),
    ],
    ids=["seed", "examples", "texts"],
)
def test_cells_that_cannot_be_compared_fail_and_say_why(
    pytester: pytest.Pytester, settings: dict[str, Any], arguments: list[str], what: str
) -> None:
    write(pytester.path, "typos.swap")
    run(pytester, UPDATE)
    write(pytester.path, "typos.swap", **settings)
    result = run(pytester, *arguments)
    result.assert_outcomes(passed=1, failed=1)
    assert any(f"incomparable with the baseline: {what}" in line for line in result.outlines)
    run(pytester, "--robust-warn-stale", *arguments).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "",
            "same: consistency 1.000, was 1.000; drop 0.000 [-0.033, 0.033], within 0.05; 3 more examples, which it lacks",
        ),
        ("the whether in town {} was fine", "incomparable with the baseline: the dataset's texts or references"),
    ],
)
def test_where_a_dataset_has_grown_the_examples_that_were_there_are_compared(
    pytester: pytest.Pytester, text: str, what: str
) -> None:
    write(pytester.path, "typos.swap")
    run(pytester, UPDATE)
    write(pytester.path, "typos.swap", examples=rows(83, text=text) if text else rows(83))
    run(pytester)
    (found,) = [cell["comparison"]["reason"] for cell in kept_run(pytester.path)["cells"] if cell["comparison"]]
    assert found.startswith(what)


def test_a_damaged_baseline_is_a_collection_error_of_one_line_that_an_update_mends(pytester: pytest.Pytester) -> None:
    write(pytester.path, "typos.swap")
    (pytester.path / FILE).write_text('{"schema": 2}\n<<<<<<< HEAD\n')
    result = run(pytester)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([f"{FILE}:2:1: a merge left its marks here"])
    result.stdout.no_fnmatch_line("*Traceback*")
    run(pytester, UPDATE).assert_outcomes(passed=1)
    run(pytester).assert_outcomes(passed=2)


def test_cells_that_are_errors_keep_their_lines(pytester: pytest.Pytester) -> None:
    write(pytester.path, "typos.swap")
    run(pytester, UPDATE)
    before = lines(pytester.path)
    write(pytester.path, "typos.swap", model=FAILING)
    run(pytester, UPDATE).stdout.fnmatch_lines([f"baseline: {FILE}: 1 line, 1 passed over because of errors"])
    assert lines(pytester.path) == before


def test_a_first_baseline_counts_no_lines_of_cells_that_are_errors(pytester: pytest.Pytester) -> None:
    write(pytester.path, "typos.swap", model=FAILING)
    run(pytester, UPDATE).stdout.fnmatch_lines([f"baseline: {FILE}: 1 passed over because of errors"])


def test_an_interrupted_session_writes_no_baseline(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "test_stop.py").write_text("def test_stop(): raise KeyboardInterrupt\n")
    done = python(tmp_path, "-m", "pytest", "-p", "no:randomly", f"{UPDATE}=all", "suite.robust.yaml", "test_stop.py")
    assert "KeyboardInterrupt" in done.stdout
    assert not (tmp_path / FILE).exists()


def test_a_suite_says_what_a_regression_is(worse: pytest.Pytester) -> None:
    write(worse.path, model=WORSE, extra="baseline: {floor: 0.9, tolerance: 0.9}\n")
    run(worse).assert_outcomes(passed=3)
    assert stand(worse.path) == {SWAP: "same", UPPER: "same"}


def test_the_correction_is_an_option_with_an_ini_twin(worse: pytest.Pytester) -> None:
    run(worse, "--robust-baseline-correction=benjamini-hochberg").stdout.fnmatch_lines(["*benjamini-hochberg, of 2*"])
    worse.makeini("[pytest]\nrobust_baseline_correction = benjamini-hochberg\n")
    run(worse).stdout.fnmatch_lines(["*benjamini-hochberg, of 2*"])


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([UPDATE, "suite.robust.yaml"], "*'suite.robust.yaml' is neither all nor new: before a path write*=all*"),
        (["--robust-baseline-correction=bonferroni"], "*'bonferroni' is neither holm nor benjamini-hochberg*"),
    ],
)
def test_an_option_that_is_none_is_one_clear_line(pytester: pytest.Pytester, arguments: list[str], what: str) -> None:
    write(pytester.path, "typos.swap")
    result = run(pytester, *arguments)
    assert result.ret != pytest.ExitCode.OK
    assert any(what.strip("*").split("*")[0] in line for line in [*result.outlines, *result.errlines])
    assert not (pytester.path / FILE).exists()
