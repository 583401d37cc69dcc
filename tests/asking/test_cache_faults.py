"""What can befall the cache's file: never a traceback, never a wrong value, one warning, and the run goes on."""

import os
import shutil
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from albert_robust.asking import store
from albert_robust.asking.cache import Cache, key
from albert_robust.asking.store import Store

KINDS = ("prediction", "labs")
ROWS: dict[str, Any] = {key(kind, number): {"output": f"{kind} {number}" * 3} for kind in KINDS for number in range(60)}
ROWS[key("variants")] = ["a long value, over several pages"] * 400
NOBODY = 65534


def told(step: Callable[[], Any]) -> list[str]:
    """The warnings that a step gives, each one line; what earlier tests left to the collector is none of them."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)
        step()
    lines = [str(one.message) for one in found]
    assert all("\n" not in line for line in lines)
    return lines


def used(path: Path) -> None:
    """Use a cache as a run does: look up, and make what is absent. What is found is right."""
    cache = Cache(path)
    names = list(ROWS)
    for start in range(0, len(names), 50):
        part = names[start : start + 50]
        found = cache.get(part)
        assert found.items() <= ROWS.items()
        cache.put((name, ROWS[name]) for name in part if name not in found)
    cache.close()


def holds_all(path: Path) -> bool:
    cache = Cache(path)
    found = cache.get(list(ROWS))
    cache.close()
    return found == ROWS


def whole(path: Path) -> bool:
    """Whether a check of the file finds nothing. A byte of an index may hide a row again and again; no value is wrong for it."""
    opened = Store(path)
    try:
        return opened.damaged() == 0
    except sqlite3.DatabaseError:
        return False
    finally:
        opened.abandon()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that holds all rows, and that is not to be changed."""
    path = tmp_path_factory.mktemp("sound") / "cache.sqlite"
    assert told(lambda: used(path)) == []
    return path


@pytest.fixture
def path(tmp_path: Path, sound: Path) -> Path:
    """A file that holds all rows."""
    return Path(shutil.copy(sound, tmp_path))


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody for a while: root may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
@settings(max_examples=100)
def test_a_flipped_byte_anywhere_is_never_taken_for_a_value(
    tmp_path_factory: pytest.TempPathFactory, sound: Path, place: float, flip: int
) -> None:
    assert_survives(tmp_path_factory, sound, [(int(place * sound.stat().st_size), flip)])


@given(place=st.integers(0, 600), flip=st.integers(1, 255))
@settings(max_examples=100)
def test_a_flipped_byte_of_the_header_or_the_schema_costs_the_file_at_most(
    tmp_path_factory: pytest.TempPathFactory, sound: Path, place: int, flip: int
) -> None:
    schema_is_at_the_end_of_the_first_page = 8192 - place if place > 100 else place
    assert_survives(tmp_path_factory, sound, [(schema_is_at_the_end_of_the_first_page, flip)])


@given(st.lists(st.tuples(st.integers(100, 40_000), st.integers(1, 255)), min_size=20, max_size=40))
@settings(max_examples=30, phases=[Phase.generate])
def test_many_flipped_bytes_do_no_more(
    tmp_path_factory: pytest.TempPathFactory, sound: Path, flips: Sequence[tuple[int, int]]
) -> None:
    assert_survives(tmp_path_factory, sound, flips)


def assert_survives(tmp_path_factory: pytest.TempPathFactory, sound: Path, flips: Sequence[tuple[int, int]]) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    path, content = folder / "cache.sqlite", bytearray(sound.read_bytes())
    for place, flip in flips:
        content[place] ^= flip
    path.write_bytes(content)
    for _ in range(4):  # what the first use does not come across, a later one may
        assert len(told(lambda: used(path))) <= 1
    assert holds_all(path) or not whole(path)
    shutil.rmtree(folder)


def test_a_row_under_the_key_of_another_counts_as_absent_and_is_made_anew(path: Path) -> None:
    one, other = list(ROWS)[:2]
    file = sqlite3.connect(path)
    copied = "UPDATE kept SET (checksum, value) = (SELECT checksum, value FROM kept WHERE key = ?) WHERE key = ?"
    file.execute(copied, [bytes.fromhex(name.partition(".")[0]) for name in (one, other)])
    file.commit()
    file.close()
    cache = Cache(path)
    assert cache.get([one, other]) == {one: ROWS[one]}
    cache.put([(other, ROWS[other])])
    assert cache.get([one, other]) == {one: ROWS[one], other: ROWS[other]}
    cache.close()


@pytest.mark.parametrize("content", [b"nothing that SQLite knows" * 100, b"SQLite format 3\0", b"\0" * 8192])
def test_a_file_that_is_no_cache_is_set_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(content)
    (line,) = told(lambda: used(path))
    assert line == f"{path}: damaged (file is not a database): set aside as cache.sqlite.damaged, a new one is begun"
    assert (tmp_path / "cache.sqlite.damaged").read_bytes() == content
    assert told(lambda: used(path)) == []


def test_a_file_that_is_damaged_in_the_middle_of_a_run_is_set_aside_and_the_run_goes_on(path: Path) -> None:
    cache = Cache(path)
    names = list(ROWS)
    assert cache.get(names[:1]) == {names[0]: ROWS[names[0]]}
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 60_000)
    put = told(lambda: cache.put(ROWS.items()))
    assert len(put) == 1
    assert "damaged (database disk image is malformed): set aside as cache.sqlite.damaged" in put[0]
    assert cache.get(names) == ROWS
    cache.close()
    assert told(lambda: used(path)) == []


def test_a_file_that_another_process_has_renewed_is_not_set_aside_again(path: Path) -> None:
    caches = [Cache(path), Cache(path)]
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 60_000)
    (line,) = told(lambda: caches[0].put([(key("row", 0), 0)]))
    assert "set aside" in line
    assert told(lambda: caches[1].put([(key("row", 1), 1)])) == []
    for cache in caches:
        assert cache.get([key("row", 0), key("row", 1)]) == {key("row", 0): 0, key("row", 1): 1}
        cache.close()


def test_a_cut_file_is_survived(path: Path, sound: Path) -> None:
    whole = sound.read_bytes()
    for length in (1, 100, 4096, 5000, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert len(told(lambda: used(path))) <= 1


def test_a_full_disk_is_told_once_and_what_is_made_is_kept_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "SETTINGS", (*store.SETTINGS, "max_page_count = 1"))  # as it is: no page more
    cache = Cache(path)
    made = {key("new", number): "x" * 500 for number in range(100)}
    (line,) = told(lambda: cache.put(made.items()))
    full = "cannot be used (database or disk is full): what this run makes is kept in memory alone"
    assert line == f"{path}: {full}"
    assert told(lambda: cache.put([(key("more"), 1)])) == []
    assert cache.get([*ROWS, *made, key("more")]) == {**ROWS, **made, key("more"): 1}
    assert told(cache.close) == []


LIMITED = """
import sys, warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from resource import RLIMIT_FSIZE, setrlimit
from albert_robust.asking.cache import Cache, key
setrlimit(RLIMIT_FSIZE, (200_000, 200_000))
warnings.showwarning = lambda message, *_: print(message, file=sys.stderr)
cache = Cache(Path(sys.argv[1]))
for batch in range(20):
    cache.put((key("row", batch, row), "x" * 100) for row in range(100))
names = [key("row", batch, row) for batch in range(20) for row in range(100)]
assert cache.get(names) == dict.fromkeys(names, "x" * 100)
cache.close()
"""


def test_a_file_that_may_not_grow_is_a_full_disk_too(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    done = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("cannot be used") == 1
    assert "Traceback" not in done.stderr
    cache = Cache(path)
    assert cache.get([key("row", 0, 0)]) == {key("row", 0, 0): "x" * 100}
    cache.close()


@pytest.mark.parametrize("below", ["a file", "/proc"])
def test_a_folder_that_cannot_be_made_is_told_once(tmp_path: Path, below: str) -> None:
    (tmp_path / "a file").touch()
    path = tmp_path / below / "workspace" / "cache.sqlite"
    (line,) = told(lambda: used(path))
    assert line.startswith(f"{path}: cannot be used (N")  # "Not a directory", "No such file or directory"
    assert line.endswith("): what this run makes is kept in memory alone")


@pytest.mark.parametrize(("folder", "file"), [(0o777, 0o444), (0o555, 0o666), (0o555, 0o444)])
def test_what_may_only_be_read_is_read(sound: Path, folder: int, file: int) -> None:
    name, new = next(iter(ROWS)), key("new")
    found: dict[str, Any] = {}

    def use(path: Path) -> None:
        cache = Cache(path)
        cache.put([(new, 1)])
        found.update(cache.get([name, new]))
        cache.close()

    with TemporaryDirectory() as made:  # pytest's own folders are closed to all but their owner
        path = Path(shutil.copy(sound, made))
        path.chmod(file)
        path.parent.chmod(folder)
        with unprivileged():
            (line,) = told(lambda: use(path))
        path.parent.chmod(0o777)
    assert "cannot be used (" in line
    assert found == {name: ROWS[name], new: 1}


def test_a_file_that_another_process_holds_is_waited_for_and_then_done_without(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PATIENCE", 0.1)
    cache, other = Cache(path), sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    (line,) = told(lambda: cache.put([(key("new"), 1)]))
    assert "cannot be used (database is locked)" in line
    assert cache.get([*ROWS, key("new")]) == {**ROWS, key("new"): 1}
    other.close()
    assert told(cache.close) == []


@pytest.mark.parametrize("code", [sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_IOERR_LOCK])
def test_a_file_system_without_locks_is_told_once(path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("locking protocol")
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr(Store, "put", refuse)
    monkeypatch.setattr(Store, "get", refuse)
    path.unlink()
    (line,) = told(lambda: used(path))
    assert "cannot be used (locking protocol)" in line
