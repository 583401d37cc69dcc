"""`albert-robust cache`: what is kept, in rows and bytes, and what of it to drop; 0 fine, 2 wrong usage."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from door_suites import run, write_suite

from albert_robust.asking import store
from albert_robust.asking.cache import Cache, key
from albert_robust.asking.store import DAY
from albert_robust.cli import main

Captured = pytest.CaptureFixture[str]
COUNTS = {"prediction": 300, "labs": 100, "variants": 2}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with rows of three kinds, those of a kind first used 10 days before those of the next, and a model."""
    folder = tmp_path / ".albert_robust"
    start = store.now()
    for age, (kind, count) in zip((20, 10, 0), COUNTS.items(), strict=True):
        monkeypatch.setattr(store, "now", lambda age=age: start - age * DAY)
        cache = Cache(folder / "cache.sqlite")
        cache.put((key(kind, number), "x" * 400) for number in range(count))
        cache.close()
    (folder / "models" / "classifier").mkdir(parents=True)
    (folder / "models" / "classifier" / "weights").write_bytes(b"0" * 5000)
    monkeypatch.chdir(tmp_path)
    return folder


def shown(capsys: Captured, *arguments: str) -> dict[str, Any]:
    """What a command prints as JSON."""
    assert main(["cache", *arguments, "--json"]) == 0
    out, error = capsys.readouterr()
    assert error == ""
    found: dict[str, Any] = json.loads(out)
    return found


def rows(found: dict[str, Any]) -> dict[str, int]:
    return {one["kind"]: one["rows"] for one in found["kinds"]}


def test_show_counts_rows_and_bytes_by_kind(capsys: Captured, workspace: Path) -> None:
    found = shown(capsys)
    size = (workspace / "cache.sqlite").stat().st_size
    assert (found["schema"], found["file"], found["bytes"]) == (1, ".albert_robust/cache.sqlite", size)
    assert list(rows(found).items()) == list(COUNTS.items())
    assert sum(one["bytes"] for one in found["kinds"]) == pytest.approx(size, rel=0.2)
    ages = [round((store.now() - one["oldest"]) / DAY) for one in found["kinds"]]
    assert (ages, found["models"], found["set_aside"]) == ([20, 10, 0], 5000, 0)


def test_the_workspace_is_that_of_pytest_from_any_folder(
    capsys: Captured, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.parent / "suites").mkdir()
    (workspace.parent / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(workspace.parent / "suites")
    assert rows(shown(capsys)) == COUNTS
    (workspace.parent / "pytest.ini").write_text("[pytest]\nrobust_workspace = elsewhere\n")
    assert rows(shown(capsys)) == {}
    assert rows(shown(capsys, "--workspace", str(workspace))) == COUNTS


def test_show_is_what_the_bare_command_does_and_is_a_table(capsys: Captured, workspace: Path) -> None:
    assert main(["cache"]) == main(["cache", "show"]) == 0
    once, again = capsys.readouterr().out.split("kind ")[1:]
    assert once == again
    lines = once.splitlines()
    assert lines[0].split() == ["rows", "size", "used", "first", "used", "last"]
    assert [line.split()[:2] for line in lines[1:4]] == [["prediction", "300"], ["labs", "100"], ["variants", "2"]]
    assert lines[-1] == "fine-tuned models beside it: 4.9 KiB"


def test_check_counts_damaged_rows(capsys: Captured, workspace: Path) -> None:
    assert shown(capsys, "--check")["damaged"] == 0
    file = sqlite3.connect(workspace / "cache.sqlite")
    file.execute("UPDATE kept SET value = CAST('\"y\"' AS BLOB) WHERE kind = 'labs'")
    file.execute("UPDATE kept SET kind = 'other' WHERE kind = 'variants'")
    file.commit()
    file.close()
    assert shown(capsys, "--check")["damaged"] == 102
    assert main(["cache", "--check"]) == 0
    assert "102 rows damaged: they count as absent, and are made anew" in capsys.readouterr().out


def test_check_finds_what_is_damaged_beside_the_rows(capsys: Captured, workspace: Path) -> None:
    file = sqlite3.connect(workspace / "cache.sqlite")
    file.execute("PRAGMA writable_schema = ON")
    file.execute("UPDATE sqlite_schema SET rootpage = (SELECT max(rootpage) FROM sqlite_schema)")
    file.commit()
    file.close()
    assert main(["cache", "--check"]) == 2
    line, mend = capsys.readouterr().err.splitlines()
    assert line.startswith(".albert_robust/cache.sqlite:1:1: cannot be used: ")
    assert mend == "  `albert-robust cache clear` removes it"


def test_prune_drops_what_was_not_used_for_so_long(capsys: Captured, workspace: Path) -> None:
    found = shown(capsys, "prune", "--older-than", "15d")
    assert (found["dropped"], rows(found)) == (300, {"labs": 100, "variants": 2})
    assert shown(capsys, "prune", "--older-than", "15d")["dropped"] == 0
    assert rows(shown(capsys, "prune", "--older-than", "1w")) == {"variants": 2}


def test_prune_drops_the_oldest_until_the_file_is_no_larger(capsys: Captured, workspace: Path) -> None:
    found = shown(capsys, "prune", "--size", "100kB")
    assert rows(found)["labs"] == 100
    assert 0 < rows(found)["prediction"] < 300
    assert found["dropped"] == 300 - rows(found)["prediction"]
    assert (workspace / "cache.sqlite").stat().st_size == found["bytes"] <= 100_000
    assert shown(capsys, "prune", "--size", "0")["kinds"] == []


def test_clear_drops_a_kind_or_all_but_no_models(capsys: Captured, workspace: Path) -> None:
    found = shown(capsys, "clear", "--kind", "prediction")
    assert (found["dropped"], rows(found)) == (300, {"labs": 100, "variants": 2})
    found = shown(capsys, "clear")
    assert (found["kinds"], found["bytes"], found["models"]) == ([], 0, 5000)
    assert [path.name for path in workspace.iterdir()] == ["models"]


@pytest.mark.parametrize("action", [["show"], ["prune", "--size", "1MB"], ["clear"], ["clear", "--kind", "labs"]])
def test_a_workspace_that_keeps_nothing_yet_stays_as_it_is(capsys: Captured, tmp_path: Path, action: list[str]) -> None:
    found = shown(capsys, *action, "--workspace", str(tmp_path / "new"))
    assert (found["kinds"], found["bytes"]) == ([], 0)
    assert not (tmp_path / "new").exists()


def test_a_damaged_file_is_one_complaint_and_clear_removes_it(capsys: Captured, workspace: Path) -> None:
    path = workspace / "cache.sqlite"
    path.write_bytes(b"nothing that SQLite knows" * 100)
    assert main(["cache"]) == 2
    out, error = capsys.readouterr()
    assert (out, error.splitlines()) == (
        "",
        [
            ".albert_robust/cache.sqlite:1:1: cannot be used: file is not a database",
            "  `albert-robust cache clear` removes it",
        ],
    )
    assert main(["cache", "clear"]) == 0
    assert not path.exists()


@pytest.mark.parametrize(
    "action", [["show"], ["show", "--check"], ["prune", "--size", "1GB"], ["clear", "--kind", "labs"]]
)
def test_a_file_of_another_version_stays_as_it_is(capsys: Captured, workspace: Path, action: list[str]) -> None:
    file = sqlite3.connect(workspace / "cache.sqlite")
    file.execute(f"PRAGMA user_version = {store.SCHEMA + 1}")
    assert main(["cache", *action]) == 2
    assert capsys.readouterr().err.splitlines() == [
        ".albert_robust/cache.sqlite:1:1: cannot be used: written by another version",
        "  `albert-robust cache clear` removes it",
    ]
    assert file.execute("SELECT count(*) FROM kept").fetchone() == (sum(COUNTS.values()),)
    file.close()


@pytest.mark.parametrize("action", [["show"], ["prune", "--size", "1GB"], ["clear"], ["clear", "--kind", "labs"]])
def test_a_folder_in_the_place_of_the_file_is_one_line(capsys: Captured, tmp_path: Path, action: list[str]) -> None:
    path = tmp_path / "cache.sqlite"
    path.mkdir()
    assert main(["cache", *action, "--workspace", str(tmp_path)]) == 2
    assert capsys.readouterr() == ("", f"{path} is a folder, expected a file: move it out of the way\n")


def test_a_file_that_is_empty_keeps_nothing(capsys: Captured, workspace: Path) -> None:
    (workspace / "cache.sqlite").write_bytes(b"")
    assert (shown(capsys)["kinds"], shown(capsys, "prune", "--size", "1MB")["kinds"]) == ([], [])


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["prune"], "prune what? give --size 500MB, --older-than 30d, or both"),
        (["prune", "--size", "much"], "'much' is no size: write one as 500MB or 2GiB"),
        (["prune", "--older-than", "30"], "'30' is no age: write one as 12h, 30d or 2w"),
        (["show", "--kind", "labs"], "--kind is for clear, not for show"),
        (["clear", "--older-than", "1d"], "--older-than is for prune, not for clear"),
        (["--workspace", "a-file"], "--workspace: a-file is no folder"),
    ],
)
def test_what_makes_no_sense_is_one_line(capsys: Captured, workspace: Path, arguments: list[str], what: str) -> None:
    Path("a-file").touch()
    assert main(["cache", *arguments]) == 2
    out, error = capsys.readouterr()
    assert (out, error) == ("", f"{what}\n")
    assert len(shown(capsys)["kinds"]) == 3


def test_a_suite_s_run_is_shown_by_kind(capsys: Captured, pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap")
    run(pytester)
    capsys.readouterr()
    assert rows(shown(capsys)) == {"prediction": 24, "pace": 1}
