"""`albert-robust compare`: two runs, the same examples; 0 fine, 1 worse, 2 nothing to read."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from door_suites import rows, run, write_suite

from albert_robust.cli import main
from albert_robust.results.folder import SCHEMA

Captured = pytest.CaptureFixture[str]
WORSE = """
def predict(batch):
    return ["loud" if one["text"].isupper() and one["text"][21] in "13579" else "calm" for one in batch]
"""
SOUND = WORSE.replace("13579", "")


@pytest.fixture
def runs(pytester: pytest.Pytester, capsys: Captured) -> tuple[str, str]:
    """The folders of a run of a sound model and of one of another that is worse in capitals."""
    folders = []
    for number, model in enumerate((SOUND.replace(' in ""', ' == ""'), WORSE)):
        path = write_suite(pytester.path, gate="consistency >= 0.1", examples=rows(60), model=model)
        path.write_text(path.read_text().replace('version: "1"', f'version: "{number}"'))
        folders.append(str(pytester.path / f"run{number}"))
        run(pytester, f"--robust-report=run{number}").assert_outcomes(passed=2)
    capsys.readouterr()
    return folders[0], folders[1]


def test_a_regression_is_a_line_of_the_table_and_exit_code_1(capsys: Captured, runs: tuple[str, str]) -> None:
    assert main(["compare", *runs]) == 1
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["cell", "measure", "before", "after", "drop", "bounds", "adjusted", "p"]
    assert table[1].split()[:4] == ["regressed", "suite::data/case.upper[en]", "consistency", "1.000"]
    assert table[2].split()[:2] == ["same", "suite::data/typos.swap@2[en]"]
    assert table[3].startswith("suite::data/case.upper[en]: regressed: ")
    assert table[-1] == "1 regressed, 1 same"


def test_the_other_way_round_it_is_an_improvement(capsys: Captured, runs: tuple[str, str]) -> None:
    assert main(["compare", *runs[::-1]]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 improved, 1 same"


def test_a_run_is_the_same_as_itself(capsys: Captured, runs: tuple[str, str]) -> None:
    assert main(["compare", runs[0], runs[0], "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["failed"], [cell["verdict"] for cell in found["cells"]]) == (False, ["same", "same"])
    assert found["cells"][0]["drop"]["value"] == 0


def test_runs_of_suites_of_other_names_are_told_to_have_no_cell_in_common(
    capsys: Captured, runs: tuple[str, str], pytester: pytest.Pytester
) -> None:
    (pytester.path / "suite.robust.yaml").rename(pytester.path / "other.robust.yaml")
    run(pytester, "--robust-report=other")
    capsys.readouterr()
    assert main(["compare", runs[0], str(pytester.path / "other")]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "2 missing, 2 new",
        "no cell is in both runs: cells are known by their suite, so name both models in one file",
    ]


def test_limits_are_options(capsys: Captured, runs: tuple[str, str]) -> None:
    assert main(["compare", *runs, "--floor", "0.9", "--tolerance", "0.9"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 same"


def test_a_run_that_stopped_early_is_said_to_compare_with_none(capsys: Captured, pytester: pytest.Pytester) -> None:
    for name, extra in (("whole", ""), ("early", "early_stop: true\n")):
        write_suite(pytester.path, "typos.swap", examples=rows(200), extra=extra)
        run(pytester, f"--robust-report={name}")
    for pair in (("early", "whole"), ("whole", "early"), ("early", "early")):
        capsys.readouterr()
        assert main(["compare", *pair]) == 1
        *_, note, counted = capsys.readouterr().out.splitlines()
        what = "incomparable: stopped early: run it without early_stop to compare"
        assert (note, counted) == (f"suite::data/typos.swap@2[en]: {what}", "1 incomparable")
    assert main(["compare", "early", "whole", "--warn-stale"]) == 0


def test_a_cell_that_the_later_run_lacks_is_missing(
    capsys: Captured, runs: tuple[str, str], pytester: pytest.Pytester
) -> None:
    run(pytester, "-k", "swap", "--robust-report=part")
    capsys.readouterr()
    part = str(pytester.path / "part")
    assert main(["compare", runs[0], part]) == 1
    assert "missing: the earlier run has it, the later one has not" in capsys.readouterr().out
    assert main(["compare", runs[0], part, "--warn-stale"]) == 0
    assert main(["compare", part, runs[0]]) == 0


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ({}, "no run here"),
        ({"run.json": "{", "outcomes.parquet": ""}, "damaged: not JSON"),
        ({"run.json": "[]", "outcomes.parquet": ""}, "written by another version"),
        ({"run.json": f'{{"schema": {SCHEMA}}}', "outcomes.parquet": ""}, "does not belong to run.json"),
        (
            {
                "run.json": f'{{"schema": {SCHEMA}, "outcomes": "{sha256().hexdigest()}"}}',
                "outcomes.parquet": "",
            },
            "damaged: not what a run writes",
        ),
    ],
    ids=["absent", "no JSON", "no object", "another file", "no cells"],
)
def test_a_folder_that_holds_no_whole_run_is_one_clear_line(
    capsys: Captured, runs: tuple[str, str], tmp_path: Path, damage: dict[str, str], what: str
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for name, content in damage.items():
        (broken / name).write_text(content)
    for pair in ((runs[0], str(broken)), (str(broken), runs[0])):
        assert main(["compare", *pair]) == 2
        out, error = capsys.readouterr()
        assert (out, what in error.splitlines()[0], len(error.splitlines()) <= 2) == ("", True, True)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--correction", "bonferroni"], "'bonferroni' is neither holm nor benjamini-hochberg"),
        (["--floor", "7"], "--floor and --tolerance are drops: numbers from 0 to 1"),
        (["--tolerance", "nan"], "--floor and --tolerance are drops: numbers from 0 to 1"),
    ],
)
def test_options_that_are_none_are_refused(
    capsys: Captured, runs: tuple[str, str], arguments: list[str], what: str
) -> None:
    assert main(["compare", *runs, *arguments]) == 2
    assert what in capsys.readouterr().err


def test_the_comparison_is_a_report_in_which_what_became_worse_comes_first(
    capsys: Captured, runs: tuple[str, str], tmp_path: Path
) -> None:
    html, markdown = tmp_path / "c.html", tmp_path / "c.md"
    assert main(["compare", *runs, "--html", str(html), "--markdown", str(markdown)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 regressed, 1 same"
    page, brief = html.read_text(), markdown.read_text()
    assert 'Beside <a href="#baseline">the earlier run</a>: 1 regressed, 1 same.' in page
    assert '<span class="badge">new</span>' in page
    assert brief.startswith("## Robustness: No")
    assert re.search(r"consistency 0\.\d\d, was 1\.00 in the earlier run", brief)
    assert "examples that fall short are new: not so in the earlier run." in brief
    assert "--robust-baseline-update" not in brief + page


def test_a_cell_that_only_the_earlier_run_has_is_missing_in_the_report(
    runs: tuple[str, str], pytester: pytest.Pytester, capsys: Captured
) -> None:
    run(pytester, "-k", "swap", "--robust-report=part")
    capsys.readouterr()
    part, markdown = str(pytester.path / "part"), pytester.path / "c.md"
    assert main(["compare", runs[1], part, "--markdown", str(markdown)]) == 1
    assert "missing: the earlier run has it, the later one has not" in markdown.read_text()


@pytest.mark.parametrize("option", ["--html", "--markdown"])
def test_a_comparison_that_cannot_be_written_is_one_clear_line(
    capsys: Captured, runs: tuple[str, str], option: str, tmp_path: Path
) -> None:
    assert main(["compare", *runs, option, str(tmp_path)]) == 2
    assert f"name another file: {option} FILE" in capsys.readouterr().err
