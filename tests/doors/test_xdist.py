"""Several processes, and plugins beside ours: the same run as one process alone, and nothing is asked twice."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from door_suites import asked, kept_run, python, run, verdicts, write_suite

from albert_robust.baselines import SessionBaselines

CELLS = "typos.swap, typos.delete@3, case.upper"
DEFIANT = """
import json, os, pathlib

HERE = pathlib.Path(__file__).parent

def predict(batch):
    with (HERE / "asked.jsonl").open("a") as log:
        log.writelines(json.dumps(one["text"]) + "\\n" for one in batch)
    if (HERE / "deadly").exists():
        (HERE / "deadly").unlink()
        os.kill(os.getpid(), 9)
    if len(batch) == 1 and "town 3" in batch[0]["text"]:
        raise RuntimeError("never heard of it")
    return ["loud" if one["text"].isupper() else "calm" for one in batch]
"""


def write(folder: Path, name: str = "suite", *, versioned: bool = True) -> None:
    """A suite whose model fails on one original: its cells are errors, and each of its inputs is asked alone."""
    path = write_suite(folder, CELLS, model=DEFIANT, name=name)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('version: "1"', 'batch: 1, version: "1"' if versioned else "batch: 1"), encoding="utf-8"
    )


def workers(folder: Path, *arguments: str) -> str:
    """What pytest prints with two workers."""
    done = python(folder, "-m", "pytest", "-p", "no:randomly", "-n", "2", *arguments)
    assert "Traceback" not in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout
    return done.stdout


def without_seconds(found: Mapping[str, Any]) -> dict[str, Any]:
    return {**found, "cost": {name: value for name, value in found["cost"].items() if name != "seconds"}}


def test_what_a_worker_cannot_hand_over_is_told_and_is_no_pass(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap")
    (pytester.path / "conftest.py").write_text(
        "import albert_robust.judged\n\n"
        "def broken(*_): raise RuntimeError('no memory left')\n\n"
        "albert_robust.judged.run_of = broken\n"
    )
    done = python(pytester.path, "-m", "pytest", "-n", "2")
    assert "RuntimeError: no memory left" in done.stdout
    assert done.returncode == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize("versioned", [True, False], ids=["a version", "no version"])
def test_two_workers_ask_each_input_once_and_leave_the_run_of_one_process(
    pytester: pytest.Pytester, versioned: bool
) -> None:
    write(pytester.path, versioned=versioned)
    left = []
    for door in (run, lambda tester: workers(tester.path)):
        for path in pytester.path.glob(".albert_robust/*"):
            path.unlink()
        (pytester.path / "asked.jsonl").write_text("")
        door(pytester)
        once = asked(pytester.path)
        assert len(once) == len(set(once))
        outcomes = (pytester.path / "robustness-report" / "outcomes.parquet").read_bytes()
        left.append((without_seconds(kept_run(pytester.path)), outcomes, sorted(once)))
    assert left[0] == left[1]
    cost = left[0][0]["cost"]
    assert cost["predicted"] + cost["unanswered"] == len(left[0][2])
    assert set(verdicts(pytester.path).values()) == {"error"}


def test_a_worker_that_the_model_kills_costs_one_item(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "deadly").touch()
    printed = workers(tmp_path)
    assert re.search(r"worker 'gw\d' crashed while running", printed)
    assert len(verdicts(tmp_path)) == 2


LAST = """\
import os, time
import pytest

def test_deadly():
    os._exit(9)

@pytest.mark.parametrize("number", range(6))
def test_slow(number):
    time.sleep(1)
"""


def test_what_a_worker_had_judged_before_it_died_another_judges_again(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "test_last.py").write_text(LAST)
    printed = workers(tmp_path, "--dist", "load", "-v")
    assert re.search(r"worker 'gw\d' crashed while running 'test_last.py::test_deadly'", printed)
    judged = set(re.findall(r"\[(gw\d)\].* FAILED suite\.robust\.yaml::(\S+)", printed))
    assert len({worker for worker, _ in judged}) == 2
    assert sorted(verdicts(tmp_path)) == sorted(cell for _, cell in judged)
    assert len(judged) == 3
    assert len(asked(tmp_path)) == len(set(asked(tmp_path)))


def test_a_worker_that_died_costs_no_cell_where_there_is_no_terminal(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "test_last.py").write_text(LAST)
    python(tmp_path, "-m", "pytest", "-p", "no:randomly", "-p", "no:terminal", "-n", "2", "--dist", "load")
    assert len(verdicts(tmp_path)) == 3


def test_what_a_worker_had_judged_is_in_the_report_where_nobody_is_left_to_judge_it(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "test_last.py").write_text(LAST)
    workers(tmp_path, "-n", "1")
    assert len(verdicts(tmp_path)) == 3


PACK = """
import os, pathlib
from albert_robust import perturbation

@perturbation("own.loud", preserves="meaning", severities=1)
def loud(text, rng, severity):
    with open(pathlib.Path(__file__).parents[1] / "perturbed", "a") as log:
        log.write(f"{os.getpid()}\\n")
    return text.rewrite(str(text) + " 2")
"""


def test_one_worker_perturbs_and_scores_for_all(tmp_path: Path) -> None:
    (tmp_path / "perturbations").mkdir()
    (tmp_path / "perturbations" / "own.py").write_text(PACK)
    write_suite(tmp_path, "own.loud, typos.swap, typos.delete, case.lower", gate="consistency >= 0.1")
    printed = workers(tmp_path, "--dist", "load", "-v")
    assert len(set(re.findall(r"\[(gw\d)\].* PASSED suite\.robust\.yaml::", printed))) == 2
    assert len(set((tmp_path / "perturbed").read_text().split())) == 1
    assert len(verdicts(tmp_path)) == 4


def test_a_line_of_a_baseline_that_each_worker_misses_is_missing_once() -> None:
    baselines = SessionBaselines()
    for _ in range(2):
        baselines.take_over({"places": {}, "absent": [["suite", "text-classification", "data/typos.swap@2[en]"]]})
    assert len(baselines.absent) == 1


def test_a_mark_that_can_go_is_told_where_workers_ran_its_cells(tmp_path: Path) -> None:
    marks = "marks:\n  - {cells: '*', xfail: 'it is weak'}\n"
    write_suite(tmp_path, "typos.swap, typos.delete", gate="consistency >= 0.1", extra=marks)
    told = "no cell of the known failure '*' fails any more: its mark can go"
    assert workers(tmp_path, "--dist", "load").count(told) == 1


def test_a_mistake_in_a_suite_is_told_by_every_worker(tmp_path: Path) -> None:
    write_suite(tmp_path, CELLS, model="\ndef predict(batch):\n    return ['calm']\n")
    done = python(tmp_path, "-m", "pytest", "-p", "no:randomly", "-n", "2", "--dist", "load", "-v")
    assert len(set(re.findall(r"\[(gw\d)\].* FAILED suite\.robust\.yaml::", done.stdout))) == 2
    assert done.stdout.count("returned 1 outputs for ") >= 3
    assert done.returncode == pytest.ExitCode.INTERRUPTED


OWN_PLACE = """
import os, tempfile, pathlib

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    tempfile.tempdir = str(pathlib.Path(__file__).parent / worker)
    os.makedirs(tempfile.tempdir, exist_ok=True)
"""


def test_workers_share_a_run_also_where_each_keeps_its_temporary_files_to_itself(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "conftest.py").write_text(OWN_PLACE)
    workers(tmp_path, "--dist", "load")
    assert len(verdicts(tmp_path)) == 3
    assert len(asked(tmp_path)) == len(set(asked(tmp_path)))


def test_a_run_that_is_gone_is_told_and_is_no_pass(tmp_path: Path) -> None:
    write_suite(tmp_path, "typos.swap", gate="consistency >= 0.1")
    (tmp_path / "conftest.py").write_text(
        "import shutil, albert_robust.plugin as plugin\n\n"
        "def pytest_testnodedown(node): shutil.rmtree(node.config.stash[plugin.SHARED])\n"
    )
    done = python(tmp_path, "-m", "pytest", "-n", "1")
    assert "the run that a worker left here is gone: there is no report" in done.stdout
    assert done.returncode == pytest.ExitCode.INTERRUPTED


def test_nothing_is_left_where_temporary_files_are_though_all_workers_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    write(tmp_path)
    (tmp_path / "deadly").touch()
    printed = workers(tmp_path, "-n", "1", "--max-worker-restart", "0")
    assert "crashed while running" in printed
    assert not list((tmp_path / "temporary").glob("albert-robust*"))


def test_nothing_is_left_where_temporary_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    write(tmp_path)
    workers(tmp_path)
    assert not list((tmp_path / "temporary").glob("albert-robust*"))


def test_a_suite_is_a_file_of_one_worker(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path, name)
    printed = workers(tmp_path, "--dist", "loadfile", "-v")
    found = set(re.findall(r"\[(gw\d)\].* FAILED (\w+)\.robust\.yaml::", printed))
    assert sorted(suite for _, suite in found) == ["one", "two"]


def test_a_suite_is_a_group_of_xdist_and_needs_none(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path / "sub", CELLS)
    items, _ = pytester.inline_genitems()
    assert [mark.args for item in items for mark in item.iter_markers("xdist_group")] == [("sub/suite",)] * 3
    assert run(pytester, "-p", "no:xdist", "--strict-markers", "--collect-only").ret == pytest.ExitCode.OK


def test_a_rerun_asks_nothing_and_is_recorded_once(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    result = run(pytester, "--reruns", "2", "--junitxml=junit.xml")
    assert result.parseoutcomes() == {"failed": 3, "rerun": 6}
    assert len(asked(pytester.path)) == len(set(asked(pytester.path)))
    assert len(verdicts(pytester.path)) == 3
    for case in ElementTree.parse(pytester.path / "junit.xml").iter("testcase"):
        names = [one.attrib["name"] for one in case.iter("property")]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "arguments",
    [
        "-x",
        "--ff",
        "--nf",
        "--sw",
        "-p no:terminal",
        "-p no:xdist",
        "-p albert_robust",
        "-p no:rerunfailures",
        "-p randomly",
    ],
)
def test_an_option_changes_no_verdict_of_what_it_lets_run(pytester: pytest.Pytester, arguments: str) -> None:
    write_suite(
        pytester.path, "case.upper, typos.swap", extra="marks:\n  - {cells: '*upper*', xfail: 'case matters'}\n"
    )
    run(pytester, *arguments.split())
    assert verdicts(pytester.path) == {"data/case.upper[en]": "known failure", "data/typos.swap@2[en]": "passed"}
