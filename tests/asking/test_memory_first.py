"""Values that nobody else can use: in memory while they are few, then where all others are."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.asking.cache import Cache
from albert_robust.asking.memory_first import ENTRY, MemoryFirst
from albert_robust.asking.predict import Predictor
from albert_robust.asking.store import Store
from albert_robust.tasks import TASKS

VALUES = st.dictionaries(st.text(st.characters()), st.text(st.characters()), max_size=2)
PUTS = st.lists(st.dictionaries(st.sampled_from("abcdefgh"), VALUES, max_size=5), max_size=6)


class Beyond:
    """Another place, which knows what it was given."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, keys: Sequence[str]) -> dict[str, Any]:
        return {name: self.kept[name] for name in keys if name in self.kept}

    def put(self, values: Iterable[tuple[str, Any]]) -> None:
        self.kept.update(values)


class Echo:
    """A model without an identity."""

    identity = None
    stream = None

    def predict(self, batch: Sequence[Any], replicate: int = 0) -> Sequence[str]:
        return [inputs["text"] for inputs in batch]


@given(PUTS, st.integers(0, 2000))
def test_what_was_put_last_is_found_however_much_memory_there_is(puts: list[dict[str, Any]], room: int) -> None:
    passing = MemoryFirst(Beyond(), room)
    expected: dict[str, Any] = {}
    for values in puts:
        passing.put(values.items())
        expected |= values
        assert passing.get("abcdefgh") == expected
        assert passing.get("ha") == {name: expected[name] for name in "ha" if name in expected}


def test_what_memory_has_no_room_for_goes_beyond() -> None:
    beyond = Beyond()
    passing = MemoryFirst(beyond, room=3 * ENTRY)
    passing.put([("a", "x"), ("b", "y")])
    assert beyond.kept == {}
    passing.put([("c", "z")])
    assert beyond.kept == {"a": "x", "b": "y", "c": "z"}


def test_equal_values_take_room_once() -> None:
    beyond = Beyond()
    passing = MemoryFirst(beyond, room=100 * ENTRY + 1000)
    passing.put((str(number), "x" * 900) for number in range(100))
    assert beyond.kept == {}


@pytest.mark.parametrize(("alone", "kinds"), [(True, []), (False, ["prediction"])])
def test_a_file_keeps_answers_without_identity_for_other_processes_alone(
    tmp_path: Path, alone: bool, kinds: list[str]
) -> None:
    cache = Cache(tmp_path / "cache.sqlite")
    predictor = Predictor(Echo(), TASKS["text-classification"], cache, "s", "run", batch=2, alone=alone)
    predictor.predict([{"text": "a"}, {"text": "b"}])
    assert predictor.look_up([{"text": "a"}]).missing == []
    cache.close()
    assert [usage.kind for usage in Store(tmp_path / "cache.sqlite").usage()] == kinds
