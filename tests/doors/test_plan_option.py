"""`--robust-plan`: what would be asked, and nothing is asked."""

from pathlib import Path

import pytest
from door_suites import LOGGING, asked, loaded_by, python, run, write_suite

PLAN = "--robust-plan"
PLANNED = "suite: 2 cells, 24 cases, 36 unique inputs, 36 to ask in 1 batch, time unknown before a first run"


def write_priced(folder: Path) -> None:
    path = write_suite(folder, model=LOGGING)
    path.write_text(path.read_text().replace('version: "1"', 'version: "1", price: 0.25, batch: 10'))


def test_a_plan_is_a_line_a_suite_and_runs_nothing(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, model=LOGGING)
    (pytester.path / "test_own.py").write_text("def test_own(): raise RuntimeError\n")
    result = run(pytester, PLAN)
    assert PLANNED in result.outlines
    assert (result.ret, result.parseoutcomes()) == (pytest.ExitCode.OK, {})
    assert len(asked(pytester.path)) == 0
    assert not (pytester.path / "robustness-report").exists()


def test_a_plan_imports_no_model(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, model="raise RuntimeError('imported')")
    result = run(pytester, PLAN)
    assert PLANNED in result.outlines
    assert result.ret == pytest.ExitCode.OK


def test_after_a_run_a_plan_has_its_pace_and_what_is_left(pytester: pytest.Pytester) -> None:
    write_priced(pytester.path)
    foreseen = "suite: 2 cells, 24 cases, 36 unique inputs, 36 to ask in 4 batches, time unknown before a first run, price 9.00"
    assert foreseen in run(pytester, PLAN).outlines
    run(pytester, "-k", "swap")
    assert len(asked(pytester.path)) == 24
    left = "suite: 2 cells, 24 cases, 36 unique inputs, 12 to ask in 2 batches, about * s, price 3.00"
    run(pytester, PLAN).stdout.fnmatch_lines([left])
    run(pytester)
    assert "suite: 2 cells, 24 cases, 36 unique inputs, 0 to ask" in run(pytester, PLAN).outlines


def test_a_run_says_what_its_answers_did_cost_and_kept_ones_cost_nothing(pytester: pytest.Pytester) -> None:
    write_priced(pytester.path)
    run(pytester, "-k", "swap").stdout.fnmatch_lines(["*24 inputs predicted, 0 from the cache, price 6.00"])
    run(pytester).stdout.fnmatch_lines(["*12 inputs predicted, 24 from the cache, price 3.00"])
    html = (pytester.path / "robustness-report" / "index.html").read_text(encoding="utf-8")
    assert '<dt>price</dt><dd class="number">3.00</dd>' in html


def test_a_plan_is_of_the_cells_that_are_selected(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, model=LOGGING, extra="marks:\n  - {cells: '*swap*', skip: 'too slow'}\n")
    run(pytester, PLAN).stdout.fnmatch_lines(["suite: 1 cell, 12 cases, 24 unique inputs, 24 to ask *"])
    write_suite(pytester.path, "typos.swap, case.upper, typos.delete", model=LOGGING)
    run(pytester, PLAN, "-k", "upper or delete").stdout.fnmatch_lines(["suite: 2 cells, 24 cases, 36 unique inputs, *"])


def test_several_suites_have_a_sum(pytester: pytest.Pytester) -> None:
    for name in ("one", "two"):
        write_suite(pytester.path / name, model=LOGGING)
    run(pytester, PLAN).stdout.fnmatch_lines(
        ["one/suite: 2 cells, *", "two/suite: 2 cells, *", "all: 4 cells, 48 cases, 72 unique inputs, 72 to ask in 2 *"]
    )


def test_a_suite_that_stops_early_is_planned_at_most(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, model=LOGGING, extra="early_stop: true\n")
    run(pytester, PLAN).stdout.fnmatch_lines(["suite: *, at most 36 to ask in 1 batch, *"])
    (pytester.path / "suite.baseline.jsonl").write_text('{"schema": 2}\n')  # beside a baseline all is asked
    run(pytester, PLAN).stdout.fnmatch_lines(["suite: *, 36 unique inputs, 36 to ask in 1 batch, *"])


@pytest.mark.parametrize("arguments", [[PLAN, "-n", "2"], ["-n", "2"]], ids=["option", "ini"])
def test_one_process_plans_for_all(pytester: pytest.Pytester, arguments: list[str]) -> None:
    write_suite(pytester.path, model=LOGGING)
    if PLAN not in arguments:
        pytester.makeini("[pytest]\nrobust_plan = true\n")
    done = python(pytester.path, "-m", "pytest", *arguments)
    assert done.stdout.count("suite: 2 cells") == done.stdout.count(PLANNED) == 1, done.stdout
    assert done.returncode == 0
    assert len(asked(pytester.path)) == 0


def test_a_broken_model_file_is_told_before_anything_is_asked(pytester: pytest.Pytester) -> None:
    path = write_suite(pytester.path)
    path.write_text(path.read_text().replace('{python: "model:predict", version: "1"}', "{finetuned: data.jsonl}"))
    (pytester.path / "data.safetensors").write_bytes(b"no weights")
    result = run(pytester, PLAN)
    assert result.ret != pytest.ExitCode.OK
    assert any("data.safetensors:1:1: damaged" in line for line in [*result.outlines, *result.errlines])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_model_that_cannot_be_loaded_is_told_at_its_place_and_the_other_suites_are_planned(
    pytester: pytest.Pytester,
) -> None:
    for name in ("one", "two", "zoo"):
        path = write_suite(pytester.path / name, model=LOGGING)
    path.write_text(path.read_text().replace('{python: "model:predict", version: "1"}', "{finetuned: data.jsonl}"))
    path.with_name("data.safetensors").write_bytes(b"no weights")
    result = run(pytester, PLAN)
    result.stdout.fnmatch_lines(
        [
            "one/suite: 2 cells, *",
            "two/suite: 2 cells, *",
            "all: 4 cells, *",
            "zoo/data.safetensors:1:1: damaged: *",
        ]
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_plan_loads_no_model_and_no_torch(pytester: pytest.Pytester) -> None:
    stories = [{"id": str(n), "document": f"A cat sat. Dog {n} barked.", "summary": "A cat."} for n in range(3)]
    path = write_suite(pytester.path, "typos.swap", examples=[*stories])
    text = path.read_text().replace("text-classification", "summarization").replace("languages: [en]", "language: en")
    path.write_text(text.replace('python: "model:predict", version: "1"', "extractive: builtin"))
    statement = "import pytest\nassert pytest.main(['-p', 'no:randomly', '--robust-plan']) == 0"
    loaded, out = loaded_by(pytester.path, statement)
    assert "suite: 1 cell, 3 cases, 6 unique inputs, 6 to ask" in out
    assert not loaded & {"torch", "transformers"}
