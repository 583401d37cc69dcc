"""`early_stop: true` through pytest: fewer questions, the same bytes in any process, and never beside a baseline."""

import json
from pathlib import Path

import pytest
from door_suites import LOGGING, asked, kept_run, python, rows, run, verdicts, write_suite

from albert_robust.api import run as run_suite
from albert_robust.results.folder import open_run
from albert_robust.suite.load import load_suite

EARLY = "early_stop: true\n"
SWAP, UPPER = "data/typos.swap@2[en]", "data/case.upper[en]"
LONG = rows(200, text="the weather in town {} was lovely and nobody complained")
CALM = """
def predict(batch):
    return ["loud" if one["text"].isupper() else "calm" for one in batch]
"""
UPDATE = "--robust-baseline-update"


def write(folder: Path, extra: str = EARLY, **settings: str) -> Path:
    return write_suite(folder, examples=LONG, model=LOGGING, extra=extra, **settings)


def test_a_run_asks_until_its_verdicts_are_certain_and_tells_what_it_spared(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    result = run(pytester, "-v")
    result.assert_outcomes(passed=2)
    cells, cost = (kept_run(pytester.path)[name] for name in ("cells", "cost"))
    spared = sum(cell["counts"]["spared"] for cell in cells)
    assert 0 < spared == cost["spared"]
    assert len(asked(pytester.path)) == cost["predicted"] < 600 - spared
    for cell in cells:
        counts = cell["counts"]
        assert counts["tested"] + counts["spared"] == counts["selected"] == 200
        assert cell["reason"].endswith(f"; certain after {counts['tested']} of 200 cases")
    result.stdout.fnmatch_lines([f"*, {spared} cases spared: their verdicts were certain"])
    html = (pytester.path / "robustness-report" / "index.html").read_text(encoding="utf-8")
    assert f"certain after {cells[0]['counts']['tested']} of 200 cases" in html


def test_without_the_key_all_is_asked(pytester: pytest.Pytester) -> None:
    write(pytester.path, extra="")
    result = run(pytester)
    assert len(asked(pytester.path)) == 600
    assert kept_run(pytester.path)["cost"]["spared"] == 0
    result.stdout.no_fnmatch_line("*spared*")


def test_the_same_bytes_come_of_workers_of_another_hash_seed_and_of_python(pytester: pytest.Pytester) -> None:
    path = write(pytester.path)
    run(pytester)
    one = kept_run(pytester.path)
    bytes_of_one = (pytester.path / "robustness-report" / "outcomes.parquet").read_bytes()
    made = run_suite(load_suite(path), workspace=pytester.path / "workspace")
    assert made.cells == open_run(pytester.path / "robustness-report").cells
    python(pytester.path, "-m", "pytest", "-n", "2", "--robust-workspace=fresh", PYTHONHASHSEED="7")
    two = kept_run(pytester.path)
    assert two["cells"] == one["cells"]
    assert two["cost"]["spared"] == one["cost"]["spared"]
    assert (pytester.path / "robustness-report" / "outcomes.parquet").read_bytes() == bytes_of_one


def test_another_seed_looks_at_other_examples_first(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    first = []
    for seed in ("0", "1"):
        run(pytester, f"--robust-seed={seed}", "-k", "upper")
        first.append([outcome.example for outcome in open_run(pytester.path / "robustness-report").outcomes])
    assert first[0] != first[1]


def test_a_cell_alone_stops_where_it_does_among_others(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    run(pytester)
    whole = kept_run(pytester.path)["cells"]
    run(pytester, "-k", "upper")
    assert kept_run(pytester.path)["cells"] == [cell for cell in whole if cell["cell"] == UPPER]


@pytest.mark.parametrize("arguments", [[UPDATE], [f"{UPDATE}=new"], []], ids=["all", "new", "beside one"])
def test_a_baseline_is_of_all_examples_and_so_is_what_is_compared_with_it(
    pytester: pytest.Pytester, arguments: list[str]
) -> None:
    path = write(pytester.path)
    if not arguments:
        run(pytester, UPDATE)
        path.write_text(path.read_text().replace('version: "1"', 'version: "2"'))
    run(pytester, *arguments)
    assert [cell["counts"]["spared"] for cell in kept_run(pytester.path)["cells"]] == [0, 0]
    found = [json.loads(line) for line in (pytester.path / "suite.baseline.jsonl").read_text().splitlines()]
    assert [len(row["values"]) for row in found if "cell" in row] == [200, 200]
    if not arguments:
        assert {cell["comparison"]["verdict"] for cell in kept_run(pytester.path)["cells"]} == {"same"}
        made = run_suite(load_suite(path), workspace=pytester.path / "workspace")
        assert [cell.counts.spared for cell in made.cells] == [0, 0]


def test_a_known_failure_is_certain_early_too(pytester: pytest.Pytester) -> None:
    marks = "marks:\n  - {cells: '*upper*', xfail: 'case matters'}\n"
    write(pytester.path, extra=EARLY + marks)
    (pytester.path / "model.py").write_text(CALM)
    run(pytester).assert_outcomes(passed=1, xfailed=1)
    found = kept_run(pytester.path)["cells"]
    assert verdicts(pytester.path)[UPPER] == "known failure"
    assert all("; certain after " in cell["reason"] for cell in found)
