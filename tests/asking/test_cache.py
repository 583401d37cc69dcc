"""The cache: JSON in, the same JSON out, in this process or another, and nothing of a file from another version."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.asking.cache import Cache, key
from albert_robust.asking.store import Store

TEXT = st.text(st.characters())  # lone surrogates among them
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=12)
PUTS = """
import sys
from pathlib import Path
from albert_robust.asking.cache import Cache, key
path, writer, batches = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
cache = Cache(path)
for batch in range(batches):
    cache.put((key("row", writer, batch, row), [writer, batch, row]) for row in range(50))
    print(batch, flush=True)
cache.close()
"""


def put_elsewhere(path: Path, writer: str, batches: int) -> "subprocess.Popen[str]":
    """Start a process that puts batches of 50 rows and says the number of each when it is kept."""
    command = [sys.executable, "-W", "error", "-c", PUTS, str(path), writer, str(batches)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def rows_of(writer: str, batches: int) -> dict[str, Any]:
    return {key("row", writer, batch, row): [writer, batch, row] for batch in range(batches) for row in range(50)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workspace" / "cache.sqlite"


@pytest.fixture
def cache(path: Path) -> Iterator[Cache]:
    made = Cache(path)
    yield made
    made.close()


def test_a_key_is_the_sha_256_of_its_parts_as_json_and_says_their_kind() -> None:
    # printf '["labs", "e", {"a": 1, "b": "\\u00e9"}]' | sha256sum (coreutils 9.1)
    digest = "79493ccb3c553b5f8e0f34b5bcdcb4eec661289e046264d0e89dd7e4d2170e5c"
    assert key("labs", "e", {"b": "é", "a": 1}) == f"{digest}.labs"
    assert key("labs", "e") != key("labs", ["e"]) != key("label", ["e"])


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """One cache for all examples of a law."""
    made = Cache(tmp_path_factory.mktemp("filled") / "cache.sqlite")
    yield made
    made.close()


@given(st.dictionaries(st.integers(0, 50), VALUES, max_size=5))
def test_a_value_comes_back_as_json_would_give_it(filled: Cache, values: dict[int, Any]) -> None:
    named = {key("any", number): value for number, value in values.items()}
    filled.put(named.items())
    found = filled.get([*named, key("any", "absent")])
    expected = {name: json.loads(json.dumps(value)) for name, value in named.items()}
    assert repr(sorted(found.items())) == repr(sorted(expected.items()))  # NaN is not equal to itself


@pytest.mark.parametrize("depth", [100, 300])
def test_a_value_may_be_nested_deep(cache: Cache, depth: int) -> None:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    cache.put([(key("deep"), value)])
    assert cache.get([key("deep")]) == {key("deep"): value}


def test_the_last_value_of_a_key_counts(path: Path, cache: Cache) -> None:
    name = key("row")
    cache.put([(name, 1), (name, 2)])
    assert cache.get([name]) == {name: 2}
    cache.put([(name, 0)])
    assert cache.get([name, name]) == {name: 0}


def test_there_may_be_more_keys_than_a_query_takes(cache: Cache) -> None:
    rows = {key("row", number): number for number in range(2500)}
    cache.put(rows.items())
    assert cache.get([*rows, key("absent")]) == rows
    assert cache.get([]) == {}


def test_a_put_that_fails_midway_keeps_nothing(cache: Cache) -> None:
    with pytest.raises(TypeError):
        cache.put([(key("row", 1), 1), (key("row", 2), object())])
    assert cache.get([key("row", 1)]) == {}


def test_a_call_after_close_is_a_mistake(cache: Cache, path: Path) -> None:
    other = Cache(path)
    other.close()
    with pytest.raises(sqlite3.ProgrammingError):
        other.get([key("row")])


def test_what_one_process_keeps_another_finds_at_once(cache: Cache, path: Path) -> None:
    other = Cache(path)
    for writer, reader in ((cache, other), (other, cache)):
        name = key("row", id(writer))
        writer.put([(name, "é\ud800")])
        assert reader.get([name]) == {name: "é\ud800"}
    other.close()


def test_processes_that_begin_and_write_one_file_at_once_lose_nothing(path: Path) -> None:
    writers = [put_elsewhere(path, name, 20) for name in "abc"]
    assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [("", 0)] * 3
    cache = Cache(path)
    expected = rows_of("a", 20) | rows_of("b", 20) | rows_of("c", 20)
    assert cache.get(list(expected)) == expected
    cache.close()


def test_what_was_put_before_a_kill_is_there(path: Path) -> None:
    writer = put_elsewhere(path, "a", 100_000)
    assert writer.stdout is not None
    said = [int(writer.stdout.readline()) for _ in range(8)]
    writer.send_signal(signal.SIGKILL)
    said += map(int, writer.communicate()[0].split())
    expected = rows_of("a", said[-1] + 1)
    cache = Cache(path)
    assert cache.get(list(expected)) == expected
    cache.close()
    store = Store(path)
    assert store.damaged() == 0
    store.abandon()


@pytest.mark.parametrize("version", [0, 1, 2, 999])
@pytest.mark.filterwarnings("error")
def test_a_file_of_another_version_is_begun_anew_and_can_shrink(path: Path, version: int) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE kept (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    other.executemany("INSERT INTO kept VALUES (?, ?)", [(key("row", number), "x" * 999) for number in range(500)])
    other.execute(f"PRAGMA user_version = {version}")
    other.commit()
    other.close()
    cache = Cache(path)
    assert cache.get([key("row", 0)]) == {}
    cache.put([(key("row", 0), 0)])
    assert cache.get([key("row", 0)]) == {key("row", 0): 0}
    cache.close()
    assert path.stat().st_size < 50_000
