"""A suite that lets a share of its cases be errors, through pytest: what is told of them, wherever somebody reads."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from door_suites import kept_run, rows, run, write_suite

from albert_robust.cli import main

CELL, FILE = "data/case.upper[en]", "suite.baseline.jsonl"
TOLD = "1 of 80 cases are errors, at most 5 % may be; example r7: the original: the model raises ValueError: content filter"


def refusing(*towns: int, loud: int = 0) -> str:
    """A model that has no answer about some towns, and is shaken by capitals in those below a number."""
    return f"""
def said(text):
    town = int(text.lower().split("town ")[1].split()[0])
    if town in {[*towns]}:
        return ValueError("content filter")
    return "loud" if text.isupper() and town < {loud} else "calm"

def predict(batch):
    return [said(one["text"]) for one in batch]
"""


def write(folder: Path, model: str, extra: str = "max_errors: 0.05\n") -> None:
    """A suite of one cell of 80 examples; another model has another version."""
    path = write_suite(folder, "case.upper", gate="consistency >= 0.6", examples=rows(80), model=model, extra=extra)
    path.write_text(path.read_text().replace('version: "1"', f'version: "{len(model)}"'))


def compared(folder: Path) -> dict[str, str]:
    """How the cell of the run in a folder stands beside its baseline."""
    (found,) = [cell["comparison"] for cell in kept_run(folder)["cells"] if cell["cell"] == CELL]
    assert isinstance(found, dict)
    return found


def test_a_cell_with_few_errors_passes_and_they_are_told(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    write(pytester.path, refusing(7))
    result = run(pytester, "--junitxml=junit.xml")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "warning *suite: 1 of 80 cases are errors, few enough for a verdict, such as 'r7': the original: *content filter",
            "1 cell: 1 passed; 79 cases tested; *",
        ]
    )
    found = {one.attrib["name"]: one.attrib["value"] for one in ElementTree.parse("junit.xml").iter("property")}
    assert (found["verdict"], found["errors"], found["tested"]) == ("passed", "1", "79")
    page = Path("robustness-report/index.html").read_text()
    assert "<summary>1 error</summary>" in page
    assert '<p class="message"><bdi>the original: the model raises ValueError: content filter</bdi></p>' in page
    capsys.readouterr()
    assert main(["report", "robustness-report", "--json"]) == 0
    (cell,) = json.loads(capsys.readouterr().out)["cells"]
    assert (cell["errors"], cell["reason"].partition("; ")[2]) == (1, TOLD)


def test_more_errors_are_a_failure_with_their_messages_first(pytester: pytest.Pytester) -> None:
    write(pytester.path, refusing(1, 2, 3, 4, 5, loud=20))
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*5 of 80 cases are errors, at most 5 % may be; example r1: *",
            "  r1 (en)  the original: the model raises ValueError: content filter",
        ]
    )


def test_without_the_key_one_error_is_one_too_many(pytester: pytest.Pytester) -> None:
    write(pytester.path, refusing(7), extra="")
    run(pytester).assert_outcomes(failed=1)


def test_a_failure_shows_what_speaks_against_the_model_before_its_errors(pytester: pytest.Pytester) -> None:
    write(pytester.path, refusing(7, loud=60))
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*consistency 0.25 *", "  r0 (en)", "  r1 (en)", "  r2 (en)", "again: *"])


def test_a_baseline_is_compared_without_the_examples_that_are_errors(pytester: pytest.Pytester) -> None:
    write(pytester.path, refusing(7))
    run(pytester, "--robust-baseline-update").stdout.fnmatch_lines([f"baseline: {FILE}: 1 line, 1 new"])
    (written,) = [row for row in map(json.loads, Path(FILE).read_text().splitlines()) if "cell" in row]
    assert sorted(set(written["values"])) == ["!", "1"]
    write(pytester.path, refusing(8, 9))
    run(pytester).assert_outcomes(passed=2)
    assert compared(pytester.path)["verdict"] == "same"
    assert compared(pytester.path)["reason"].endswith("; 3 examples not compared: errors")
    write(pytester.path, refusing(8, 9, loud=20))
    run(pytester)
    assert compared(pytester.path)["verdict"] == "regressed"
    write(pytester.path, refusing(1, 2, 3, 4, 5))
    run(pytester, "--robust-baseline-update").stdout.fnmatch_lines(["*1 line, 1 passed over because of errors"])


def test_two_runs_are_compared_likewise(pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]) -> None:
    for name, model in (("one", refusing(7)), ("two", refusing(8, 9))):
        write(pytester.path, model)
        run(pytester, f"--robust-report={name}")
    capsys.readouterr()
    assert main(["compare", "one", "two", "--json"]) == 0
    (cell,) = json.loads(capsys.readouterr().out)["cells"]
    assert cell["reason"].endswith("; 3 examples not compared: errors")
