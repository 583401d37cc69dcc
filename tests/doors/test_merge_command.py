"""`albert-robust merge`: the runs of several jobs make one, which all other commands take."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from door_suites import rows, run, write_suite

from albert_robust.cli import main
from albert_robust.results.folder import open_run

Captured = pytest.CaptureFixture[str]
SHARDS = (("swap", "typos.swap"), ("upper", "case.upper"))


@pytest.fixture
def shards(pytester: pytest.Pytester, capsys: Captured) -> list[str]:
    """The folders of two runs of a cell each, and beside them of one of both."""
    write_suite(pytester.path, examples=rows(60))
    for folder, words in (*SHARDS, ("whole", "")):
        run(pytester, "-k", words, f"--robust-report={folder}")
    capsys.readouterr()
    return [folder for folder, _ in SHARDS]


def kept(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return found


def test_shards_make_the_run_that_one_session_makes(
    capsys: Captured, shards: list[str], pytester: pytest.Pytester
) -> None:
    assert main(["merge", *shards, "--out", "all"]) == 1
    found, whole = kept(pytester.path / "all"), kept(pytester.path / "whole")
    assert (found["cells"], found["suites"]) == (whole["cells"], whole["suites"])
    assert list(open_run("all").outcomes) == list(open_run("whole").outcomes)
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("failed       suite::data/case.upper[en]  consistency 0.00")
    assert told[-2].startswith("2 cells: 1 failed, 1 passed; 120 cases tested; ")
    assert told[-1] == "report: all/index.html"


def test_what_they_make_is_reported_and_compared_as_any_run(capsys: Captured, shards: list[str]) -> None:
    main(["merge", *shards, "--out", "all"])
    capsys.readouterr()
    assert main(["compare", "whole", "all"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 same"
    assert main(["report", "all", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["answer"], len(found["cells"]), found["merged"]) == ("no", 2, 2)
    page = Path("all/index.html").read_text(encoding="utf-8")
    assert "<dt>merged</dt><dd><bdi>of 2 runs</bdi></dd>" in page


def test_it_ends_well_where_no_cell_failed(capsys: Captured, shards: list[str]) -> None:
    assert main(["merge", "swap", "--out", "all"]) == 0
    assert kept(Path("all"))["merged"] == 1


def test_it_is_no_pass_where_nothing_was_tested_or_a_suite_is_broken(
    capsys: Captured, shards: list[str], pytester: pytest.Pytester
) -> None:
    (pytester.path / "model.py").write_text("def predict(batch): return []\n", encoding="utf-8")
    run(pytester, "--robust-report=broken")
    assert main(["merge", "swap", "broken", "--out", "all"]) == 1
    assert "1 suite could not be run: suite" in capsys.readouterr().out


def test_p_values_beside_a_baseline_are_said_to_be_of_one_run_each(
    capsys: Captured, shards: list[str], pytester: pytest.Pytester
) -> None:
    run(pytester, "--robust-baseline-update")
    for folder, words in SHARDS:
        run(pytester, "-k", words, f"--robust-report={folder}")
    main(["merge", *shards, "--out", "all"])
    main(["report", "all", "--markdown", "all.md"])
    family = "p-values are adjusted for all cells that were compared in the same one of the 2 runs."
    for path in ("all/index.html", "all.md"):
        assert family in Path(path).read_text(encoding="utf-8")


def test_a_report_is_of_one_run_and_says_how_several_become_one(capsys: Captured, shards: list[str]) -> None:
    assert main(["report", *shards]) == 2
    mend = "`albert-robust merge swap upper --out DIR` makes one of several"
    assert capsys.readouterr().err == f"a report is of one run: {mend}\n"


def test_runs_of_another_seed_are_one_clear_error(
    capsys: Captured, shards: list[str], pytester: pytest.Pytester
) -> None:
    run(pytester, "-k", "upper", "--robust-report=upper", "--robust-seed=1")
    capsys.readouterr()
    assert main(["merge", *shards, "--out", "all"]) == 2
    what = "swap and upper cannot be merged: suite has the seed 0 in the first, 1 in the second"
    assert capsys.readouterr().err == f"{what}\n  merge runs of the same suite, model, data and seed\n"
    assert not Path("all").exists()


def test_none_of_the_runs_is_written_over(capsys: Captured, shards: list[str]) -> None:
    before = Path("swap/run.json").read_bytes()
    assert main(["merge", *shards, "--out", "./swap/"]) == 2
    assert capsys.readouterr().err == "--out swap: that is one of the runs; name another folder: --out DIR\n"
    assert Path("swap/run.json").read_bytes() == before


def test_a_folder_without_a_run_is_named(capsys: Captured, shards: list[str]) -> None:
    shutil.rmtree("upper")
    assert main(["merge", *shards, "--out", "all"]) == 2
    assert capsys.readouterr().err.startswith("upper/run.json:1:1: no run here")
