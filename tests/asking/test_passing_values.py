"""Passing values, which nobody else can use: in memory while they are few, then where all others are."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust.asking.cache import ENTRY, Cache, key
from albert_robust.asking.predict import Predictor
from albert_robust.asking.store import Store
from albert_robust.tasks import TASKS

NAMES = [key("prediction", letter) for letter in "abcdefgh"]
VALUES = st.dictionaries(st.text(st.characters()), st.text(st.characters()), max_size=2)
PUTS = st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5), max_size=6)


class Echo:
    """A model without an identity."""

    identity = None
    stream = None

    def predict(self, batch: Sequence[Any], replicate: int = 0) -> Sequence[str]:
        return [inputs["text"] for inputs in batch]


def kept_in(path: Path) -> list[str]:
    """The kinds of the values in a cache's file."""
    return [usage.kind for usage in Store(path).usage()]


@settings(deadline=None)
@given(PUTS, st.integers(0, 2000))
def test_what_was_put_last_is_found_however_much_memory_there_is(puts: list[dict[str, Any]], room: int) -> None:
    with TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "cache.sqlite", room=room)
        expected: dict[str, Any] = {}
        for values in puts:
            cache.put(values.items(), passing=True)
            expected |= values
            assert cache.get(NAMES, passing=True) == expected
            assert cache.get(NAMES[-1:], passing=True) == {
                name: expected[name] for name in NAMES[-1:] if name in expected
            }
        cache.close()


def test_what_memory_has_no_room_for_goes_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    cache = Cache(path, room=2 * ENTRY + 100)
    cache.put(zip(NAMES[:2], "xy", strict=True), passing=True)
    assert kept_in(path) == []
    cache.put(zip(NAMES[2:3], "z", strict=True), passing=True)
    assert cache.get(NAMES, passing=True) == dict(zip(NAMES, "xyz", strict=False))
    assert kept_in(path) == ["prediction"]


def test_equal_values_take_room_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.sqlite", room=100 * ENTRY + 1000)
    cache.put(((key("prediction", number), "x" * 900) for number in range(100)), passing=True)
    assert kept_in(tmp_path / "cache.sqlite") == []


@pytest.mark.parametrize(("alone", "kinds"), [(True, []), (False, ["prediction"])])
def test_a_file_keeps_answers_without_identity_for_other_processes_alone(
    tmp_path: Path, alone: bool, kinds: list[str]
) -> None:
    cache = Cache(tmp_path / "cache.sqlite")
    predictor = Predictor(Echo(), TASKS["text-classification"], cache, "s", "run", batch=2, alone=alone)
    predictor.predict([{"text": "a"}, {"text": "b"}])
    assert predictor.look_up([{"text": "a"}]).missing == []
    cache.close()
    assert kept_in(tmp_path / "cache.sqlite") == kinds
