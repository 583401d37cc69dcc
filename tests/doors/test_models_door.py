"""Several models of one file, as a user meets them: in pytest, in the report, and on the command line."""

import json
from pathlib import Path

import pytest
from door_suites import asked, rows, run, write_suite

from albert_robust import api
from albert_robust.cli import main

MODEL = """
import json, pathlib

def calm(batch):
    with pathlib.Path(__file__).with_name("asked.jsonl").open("a") as log:
        log.writelines(json.dumps(one["text"]) + "\\n" for one in batch)
    return ["calm" for one in batch]

def shy(batch):
    return ["loud" if one["text"].isupper() else "calm" for one in batch]
"""
CELLS = ("data/typos.swap@2[en]", "data/case.upper[en]")


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Path:
    path = write_suite(pytester.path, examples=rows(60), model=MODEL)
    models = 'model: {version: "1"}\nmodels: {calm: {python: "model:calm"}, shy: {python: "model:shy"}}'
    path.write_text(path.read_text().replace('model: {python: "model:predict", version: "1"}', models))
    return path


def test_each_model_has_its_cells_and_the_other_is_told_beside_the_first(
    pytester: pytest.Pytester, suite: Path
) -> None:
    found = run(pytester, "-v")
    found.assert_outcomes(passed=3, failed=1)
    found.stdout.fnmatch_lines(
        [
            *[f"suite.robust.yaml::calm::{cell.replace('[', '[[]')} PASSED*" for cell in CELLS],
            f"suite.robust.yaml::shy::{CELLS[0].replace('[', '[[]')} PASSED*",
            f"suite.robust.yaml::shy::{CELLS[1].replace('[', '[[]')} FAILED*",
            'again: pytest "suite.robust.yaml::shy::data/case.upper[[]en]" --robust-seed 0',
            "suite::shy beside calm: 1 worse, 1 undecided",
        ]
    )
    page = (pytester.path / "robustness-report" / "index.html").read_text(encoding="utf-8")
    assert "Models side by side" in page
    assert page.count("worse than the first") == 1


@pytest.mark.parametrize("workers", [False, True], ids=["one process", "two workers"])
def test_what_all_cells_say_together_stands_wherever_a_run_is_told(
    pytester: pytest.Pytester, suite: Path, capsys: pytest.CaptureFixture[str], workers: bool
) -> None:
    if workers:
        pytester.runpytest_subprocess("-n", "2", "--junitxml=found.xml")
    else:
        line = "  consistency of 2 cells together: 0.500 beside 1.000, -0.500 [[]-0.*], adjusted p = *: worse"
        run(pytester, "--junitxml=found.xml").stdout.fnmatch_lines([line])
    folder = pytester.path / "robustness-report"
    xml = (pytester.path / "found.xml").read_text(encoding="utf-8")
    assert xml.count('name="beside_first" value="regressed"') == xml.count('name="beside_first" value="undecided"') == 1
    assert 'name="robust.suite::shy.consistency.beside_first" value="regressed"' in xml
    assert (
        "<td>consistency</td>" in (folder / "index.html").read_text(encoding="utf-8").partition("All cells together")[2]
    )
    capsys.readouterr()
    main(["report", str(folder), "--json", "--csv", "found.csv", "--markdown", "found.md"])
    (pooled,) = json.loads(capsys.readouterr().out)["pooled"]
    assert (pooled["suite"], pooled["cells"], pooled["verdict"]) == ("suite::shy", 2, "regressed")
    last = (pytester.path / "found.csv").read_text(encoding="utf-8").splitlines()[-1].split(",")
    assert last[:3] == ["suite::shy", "shy", ""]
    assert "| `shy` | consistency | 2 | 60 |" in (pytester.path / "found.md").read_text(encoding="utf-8")


def test_one_model_one_cell_or_what_failed_last_is_run_alone(pytester: pytest.Pytester, suite: Path) -> None:
    run(pytester, f"{suite.name}::shy").assert_outcomes(passed=1, failed=1)
    run(pytester, f"{suite.name}::calm::{CELLS[1]}").assert_outcomes(passed=1)
    run(pytester, "-k", "shy", "--lf").assert_outcomes(failed=1)


def test_models_whose_cells_ended_early_are_not_compared_and_why_is_told(
    pytester: pytest.Pytester, suite: Path
) -> None:
    suite.write_text(f"early_stop: true\n{suite.read_text()}")
    run(pytester).stdout.fnmatch_lines(
        ["suite::shy beside calm: nothing to compare: with `early_stop` they are asked of different examples"]
    )


def test_the_second_run_asks_none_of_them_anything(pytester: pytest.Pytester, suite: Path) -> None:
    run(pytester)
    before = asked(pytester.path)
    run(pytester).stdout.fnmatch_lines(["*; 0 inputs predicted, *"])
    assert asked(pytester.path) == before


def test_workers_come_to_the_same(pytester: pytest.Pytester, suite: Path) -> None:
    run(pytester)
    alone = json.loads((pytester.path / "robustness-report" / "run.json").read_text())
    pytester.runpytest_subprocess("-n", "2", "--robust-report=other").assert_outcomes(passed=3, failed=1)
    shared = json.loads((pytester.path / "other" / "run.json").read_text())
    assert shared["cells"] == alone["cells"]
    assert [one["model_name"] for one in shared["suites"]] == ["calm", "shy"]


def test_each_has_its_baseline_and_one_that_is_nobodys_breaks_the_file(pytester: pytest.Pytester, suite: Path) -> None:
    run(pytester, "--robust-baseline-update=all")
    assert sorted(path.name for path in pytester.path.glob("*.baseline.jsonl")) == [
        "suite@calm.baseline.jsonl",
        "suite@shy.baseline.jsonl",
    ]
    run(pytester).assert_outcomes(passed=5, failed=1)  # a baseline is an item of its own
    suite.write_text(suite.read_text().replace("shy:", "bold:"))
    found = run(pytester)
    assert found.ret == pytest.ExitCode.INTERRUPTED
    found.stdout.fnmatch_lines(["*suite@shy.baseline.jsonl:1:1: the baseline of a model that * does not name"])


def test_two_models_of_a_run_are_compared_by_their_names(
    pytester: pytest.Pytester, suite: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(pytester)
    folder = str(pytester.path / "robustness-report")
    capsys.readouterr()
    assert main(["compare", f"{folder}::calm", f"{folder}::shy"]) == 1
    assert "regressed  suite::data/case.upper[en]" in capsys.readouterr().out
    assert main(["compare", f"{folder}::shy", f"{folder}::calm"]) == 0
    assert main(["compare", f"{folder}::shy", f"{folder}::bold"]) == 2
    assert "no model 'bold' in the run: it has calm, shy" in capsys.readouterr().err


def test_models_elsewhere_are_each_asked_for(
    pytester: pytest.Pytester, suite: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite.write_text(suite.read_text().replace('python: "model:calm"', "elsewhere: far"))
    capsys.readouterr()
    assert main(["inputs", str(suite)]) == 0
    asked_of = [json.loads(line)["suite"] for line in capsys.readouterr().out.splitlines()]
    assert {name.rpartition("/")[2] for name in asked_of} == {"suite::calm", "suite::shy"}


def test_python_runs_them_together(pytester: pytest.Pytester, suite: Path) -> None:
    found = api.run(api.load_suites(suite), workspace=pytester.path / "workspace")
    assert [(cell.suite, cell.beside_first and cell.beside_first.verdict) for cell in found.cells] == [
        ("suite::calm", None),
        ("suite::calm", None),
        ("suite::shy", "undecided"),
        ("suite::shy", "regressed"),
    ]
