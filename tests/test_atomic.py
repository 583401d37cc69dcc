"""What is written is there whole, or what was there before still is."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from albert_robust.atomic import whole, write_whole


def test_a_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        write_whole(tmp_path / "file", data)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"two")]


def test_a_folder_takes_the_place_of_none_or_of_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        with whole(tmp_path / name) as part:
            part.mkdir()
            (part / "file").write_text("x")
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "empty",
        "empty/file",
        "new",
        "new/file",
    ]


def test_a_folder_does_not_take_the_place_of_one_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").write_text("x")
    with pytest.raises(OSError, match="folder"), whole(tmp_path / "folder") as part:
        part.mkdir()
    assert [path.name for path in tmp_path.rglob("*")] == ["folder", "kept"]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640)])
def test_what_is_written_can_be_read_by_all_whom_the_umask_lets(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        with whole(tmp_path / "folder") as part:
            part.mkdir()
            (part / "private").touch(0o600)
        with whole(tmp_path / "file") as part:
            part.touch(0o600)
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "folder" / "private", tmp_path / "file")] == [mode] * 2


@pytest.mark.parametrize("alone", [False, True])
def test_what_failed_leaves_what_was_there_and_nothing_else(tmp_path: Path, alone: bool) -> None:
    write_whole(tmp_path / "file", b"before")
    with suppress(RuntimeError), whole(tmp_path / "file", alone=alone) as part:
        part.write_bytes(b"hal")
        raise RuntimeError
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"before")]


def test_what_a_killed_process_left_is_no_part_of_what_the_next_one_writes(tmp_path: Path) -> None:
    (tmp_path / "folder.part").mkdir()
    (tmp_path / "folder.part" / "left").write_text("x")
    with whole(tmp_path / "folder", alone=True) as part:
        part.mkdir()
    assert list(tmp_path.rglob("*")) == [tmp_path / "folder"]


def test_two_processes_write_to_names_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with whole(tmp_path / "file") as one:
        monkeypatch.setattr("os.getpid", lambda: -1)
        with whole(tmp_path / "file") as other:
            assert one != other
            one.write_bytes(b"one")
            other.write_bytes(b"other")
    assert (tmp_path / "file").read_bytes() == b"one"
