"""What befalls a run from outside: it is killed, or what it writes cannot be written. One clear line, and no answer is lost."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from door_suites import LOGGING, run, verdicts, write_suite
from pyarrow import parquet

from benchmarks.faults import Bench, flipped_byte, kills


def test_a_killed_run_goes_on_where_it_was_and_leaves_the_bytes_of_one_that_was_not(tmp_path: Path) -> None:
    bench = Bench(tmp_path, examples=40)
    found = kills(bench, [0.6, 0.9])
    assert found["fine"], found
    assert found["inputs"] == 5 * 40
    after_a_flipped_byte = flipped_byte(bench)
    assert (after_a_flipped_byte["fine"], after_a_flipped_byte["asked"]) == (True, 1), after_a_flipped_byte


def full(*_: Any, **__: Any) -> None:
    raise OSError(28, "what pyarrow says of it")


def no_outcomes(pytester: pytest.Pytester, patch: pytest.MonkeyPatch) -> list[str]:
    patch.setattr(parquet.ParquetWriter, "write_table", full)
    return []


def no_temporary_folder(pytester: pytest.Pytester, patch: pytest.MonkeyPatch) -> list[str]:
    patch.setattr(tempfile, "tempdir", str(pytester.path / "none"))
    return ["--capture=no"]


def no_run_folder(pytester: pytest.Pytester, patch: pytest.MonkeyPatch) -> list[str]:
    (pytester.path / "a file").touch()
    return ["--robust-report=a file/below"]


def no_baseline(pytester: pytest.Pytester, patch: pytest.MonkeyPatch) -> list[str]:
    (pytester.path / "suite.baseline.jsonl").mkdir()
    return ["--robust-baseline-update"]


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (no_outcomes, "*/outcomes.parquet: cannot be written: No space left on device"),
        (no_temporary_folder, "none: cannot be written: No such file or directory"),
        (no_run_folder, "a file/below: cannot be written: Not a directory"),
        (no_baseline, "suite.baseline.jsonl: cannot be written: Is a directory"),
    ],
)
def test_what_cannot_be_written_is_one_clear_line_and_no_answer_is_lost(
    pytester: pytest.Pytester, fault: Any, line: str
) -> None:
    write_suite(pytester.path, "typos.swap", model=LOGGING)
    with pytest.MonkeyPatch.context() as patch:
        result = run(pytester, *fault(pytester, patch))
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([line])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("INTERNALERROR*")
    log = pytester.path / "asked.jsonl"
    asked = log.read_text() if log.exists() else ""
    for folder in pytester.path.glob("*.baseline.jsonl"):
        folder.rmdir()
    assert run(pytester).ret == pytest.ExitCode.OK
    assert asked in {"", log.read_text()}


def test_what_cannot_be_written_spares_what_can(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap")
    (pytester.path / "suite.baseline.jsonl").mkdir()
    run(pytester, "--robust-baseline-update").stdout.fnmatch_lines(["1 cell: 1 passed*", "report: robustness-report/*"])
    assert verdicts(pytester.path) == {"data/typos.swap@2[en]": "passed"}
