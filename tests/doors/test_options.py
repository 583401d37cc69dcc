"""Every option has a twin in the ini file; the command line comes first."""

import sqlite3
from typing import Any, cast

import pytest
from door_suites import kept_run, run, write_suite

from albert_robust import plugin
from albert_robust.asking import store
from albert_robust.cli import main
from albert_robust.options import OPTIONS, SWITCHES


class Declared:
    """Stands for pytest's parser: remembers the names that a plugin declares."""

    def __init__(self) -> None:
        self.options: set[str] = set()
        self.ini: set[str] = set()

    def getgroup(self, *_: str) -> "Declared":
        return self

    def addoption(self, name: str, **_: Any) -> None:
        self.options.add(name)

    def addini(self, name: str, *_: Any, **__: Any) -> None:
        self.ini.add(name)


def test_every_option_is_named_robust_and_has_an_ini_twin() -> None:
    declared = Declared()
    plugin.pytest_addoption(cast("pytest.Parser", declared))
    assert all(name.startswith("--robust-") for name in declared.options)
    assert {name.removeprefix("--").replace("-", "_") for name in declared.options} == declared.ini


def test_the_help_of_pytest_names_every_option(pytester: pytest.Pytester) -> None:
    lines = run(pytester, "--help").outlines
    for name in [name for name, *_ in OPTIONS] + [name for name, _ in SWITCHES]:
        assert any(f"--robust-{name}" in line for line in lines)
        assert any(line.strip().startswith(f"robust_{name.replace('-', '_')} ") for line in lines)


@pytest.mark.parametrize(("arguments", "folder"), [([], "from-ini"), (["--robust-report=from-option"], "from-option")])
def test_the_report_goes_where_the_option_or_the_ini_file_says(
    pytester: pytest.Pytester, arguments: list[str], folder: str
) -> None:
    pytester.makeini("[pytest]\nrobust_report = from-ini\n")
    write_suite(pytester.path, "typos.swap")
    run(pytester, *arguments)
    found = {path.parent.name for path in pytester.path.glob("*/run.json")}
    assert found == {folder}
    assert (pytester.path / folder / "index.html").is_file()


@pytest.mark.parametrize(("arguments", "seed"), [([], 3), (["--robust-seed=0"], 0)], ids=["ini", "option"])
def test_a_seed_given_to_pytest_replaces_those_of_the_suites_and_0_is_a_seed(
    pytester: pytest.Pytester, arguments: list[str], seed: int
) -> None:
    pytester.makeini("[pytest]\nrobust_seed = 3\n")
    write_suite(pytester.path, "typos.swap", extra="seed: 9\n")
    run(pytester, *arguments)
    assert [suite["seed"] for suite in kept_run(pytester.path)["suites"]] == [seed]


@pytest.mark.parametrize(("arguments", "folder"), [([], "of-ini"), (["--robust-workspace=of-option"], "of-option")])
def test_predictions_are_kept_in_the_workspace(pytester: pytest.Pytester, arguments: list[str], folder: str) -> None:
    pytester.makeini("[pytest]\nrobust_workspace = of-ini\n")
    write_suite(pytester.path, "typos.swap")
    run(pytester, *arguments)
    cache = sqlite3.connect(pytester.path / folder / "cache.sqlite")
    kept = cache.execute("SELECT count(*) FROM kept WHERE kind = 'prediction'").fetchone()
    assert kept == (24,)


@pytest.mark.parametrize("ini", [True, False])
def test_a_switch_keeps_a_run_from_writing_its_report(pytester: pytest.Pytester, ini: bool) -> None:
    pytester.makeini(f"[pytest]\nrobust_no_report = {ini}\n")
    write_suite(pytester.path)
    run(pytester, *([] if ini else ["--robust-no-report"])).assert_outcomes(passed=1, failed=1)
    assert not (pytester.path / "robustness-report").exists()


def test_a_seed_that_is_no_number_is_one_clear_line(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path)
    result = run(pytester, "--robust-seed=seven")
    result.stdout.fnmatch_lines(["--robust-seed: 'seven' is no whole number"])
    result.stdout.no_fnmatch_line("*items.py*")
    assert result.ret == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("ini", "arguments", "rows"),
    [("1kB", [], 24), ("", ["--robust-cache-size=1kB"], 24), ("1kB", ["--robust-cache-size=1MB"], 36)],
    ids=["ini", "option", "both"],
)
def test_the_cache_grows_to_its_size_alone(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ini: str, arguments: list[str], rows: int
) -> None:
    pytester.makeini(f"[pytest]\nrobust_cache_size = {ini}\n")
    path = pytester.path / ".albert_robust" / "cache.sqlite"
    monkeypatch.setattr(store, "now", lambda: 1_000_000)
    write_suite(pytester.path, "typos.swap")
    run(pytester)
    monkeypatch.setattr(store, "now", lambda: 2_000_000)
    write_suite(pytester.path, "typos.insert")
    run(pytester, *arguments)
    kept = sqlite3.connect(path).execute("SELECT count(*) FROM kept WHERE kind = 'prediction'").fetchone()
    assert kept == (rows,)


def test_a_size_that_is_none_is_one_clear_line(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path)
    result = run(pytester, "--robust-cache-size=much")
    result.stdout.fnmatch_lines(["--robust-cache-size: 'much' is no size: write one as 500MB or 2GiB"])
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_cache_that_cannot_be_written_is_a_warning_and_no_failure(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap")
    (pytester.path / "taken").touch()
    result = run(pytester, "--robust-workspace=taken")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*taken/cache.sqlite: cannot be used (File exists): what this run makes is kept in*"])


def test_notes_are_kept_and_shown_and_those_of_the_command_line_come_first(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nrobust_note =\n    commit = of ini\n    by=me\n")
    write_suite(pytester.path, "typos.swap")
    run(pytester, "--robust-note", "commit=<1a2b>", "--robust-note=url=a=b", "--junitxml=found.xml")
    assert kept_run(pytester.path)["notes"] == {"commit": "<1a2b>", "by": "me", "url": "a=b"}
    folder = pytester.path / "robustness-report"
    assert "<dt>commit</dt><dd><bdi>&lt;1a2b&gt;</bdi></dd>" in (folder / "index.html").read_text(encoding="utf-8")
    assert main(["report", str(folder), "--markdown", str(pytester.path / "found.md")]) == 0
    assert "\n- `commit`: `<1a2b>`\n" in (pytester.path / "found.md").read_text(encoding="utf-8")
    assert 'name="robust.note.url" value="a=b"' in (pytester.path / "found.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("note", ["commit", "=1a2b", ""])
def test_a_note_without_a_key_is_told_before_anything_is_asked(pytester: pytest.Pytester, note: str) -> None:
    write_suite(pytester.path, "typos.swap")
    found = run(pytester, f"--robust-note={note}")
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([f"ERROR: --robust-note: {note!r} is not KEY=VALUE, such as commit=1a2b3c"])
