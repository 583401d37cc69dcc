"""The cache's bound: what was not used for the longest time goes first, what a run uses never, whatever its clock does."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.asking import store
from albert_robust.asking.cache import Cache, key
from albert_robust.asking.sizes import bytes_in, seconds_in, shown_bytes
from albert_robust.asking.store import DAY, Store
from albert_robust.errors import UsageError

BOUND = 400_000
START = 1_800_000_000
Clock = Callable[[float], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a function that sets the clock to some days after a start."""

    def set_clock(days: float) -> None:
        monkeypatch.setattr(store, "now", lambda: START + int(days * DAY))

    set_clock(0)
    return set_clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.sqlite"


def run_with(path: Path, put: Iterable[str] = (), get: Iterable[str] = (), bound: int = BOUND) -> None:
    """What a run does: rows of some groups are looked up, those of others are kept. A group is about 100 kB."""
    cache = Cache(path, bound)
    for group in get:
        assert len(cache.get(names(group))) == 100, group
    for group in put:
        cache.put((name, "x" * 900) for name in names(group))
    cache.close()


def names(group: str) -> list[str]:
    return [key(group, number) for number in range(100)]


def held(path: Path) -> dict[str, int]:
    """How many rows of each group a file holds."""
    opened = Store(path)
    found = {one.kind: one.rows for one in opened.usage()}
    opened.abandon()
    return found


def test_a_file_below_its_bound_loses_nothing(path: Path, at: Clock) -> None:
    for day, group in enumerate("abc"):
        at(day * 1000)
        run_with(path, put=group)
    assert held(path) == {"a": 100, "b": 100, "c": 100}


def test_what_was_not_used_for_the_longest_time_goes_first_and_the_file_shrinks(path: Path, at: Clock) -> None:
    for day, group in enumerate("abcd"):
        at(day)
        run_with(path, put=group, bound=2**30)
    assert path.stat().st_size > BOUND
    at(5)
    run_with(path, get="a")
    assert path.stat().st_size <= BOUND
    found = held(path)
    assert (found["a"], found["c"], found["d"]) == (100, 100, 100)
    assert 0 < found["b"] < 100


def test_a_long_run_does_not_outgrow_the_bound_by_much(path: Path, at: Clock) -> None:
    run_with(path, put="abcd", bound=2**30)
    at(1)
    cache = Cache(path, BOUND)
    for group in "efg":
        cache.put((name, "x" * 900) for name in names(group))
        assert path.stat().st_size <= 1.5 * BOUND
    assert cache.get(names("g"))
    cache.close()


@pytest.mark.parametrize("days", [-1000, -1, 1, 1000])
def test_what_a_run_uses_stays_whatever_the_clock_does_before_it(path: Path, at: Clock, days: int) -> None:
    run_with(path, put="abcd", bound=2**30)
    at(days)
    run_with(path, get="b", put="ef")
    found = held(path)
    assert (found["b"], found["e"], found["f"]) == (100, 100, 100)
    assert sum(found.values()) < 400


@pytest.mark.parametrize("days", [-1000, 1000])
def test_what_a_run_uses_stays_when_the_clock_jumps_under_it(path: Path, at: Clock, days: int) -> None:
    run_with(path, put="abcd", bound=2**30)
    at(1)
    cache = Cache(path, BOUND)
    assert len(cache.get(names("b"))) == 100
    at(days)
    for group in "ef":
        cache.put((name, "x" * 900) for name in names(group))
    cache.close()
    found = held(path)
    assert (found["b"], found["e"], found["f"]) == (100, 100, 100)


def test_a_clock_that_was_wrong_once_spares_nothing_for_ever(path: Path, at: Clock) -> None:
    at(100_000)
    run_with(path, put="ab")
    at(0)
    run_with(path, put="cd", bound=250_000)
    assert held(path).keys() >= {"c", "d"}
    at(1)
    run_with(path, put="ef", bound=250_000)
    found = held(path)
    assert (found["e"], found["f"], "a" in found, "b" in found) == (100, 100, False, False)


def test_a_run_that_uses_more_than_the_bound_keeps_it_and_says_so(path: Path, at: Clock) -> None:
    with pytest.warns(
        UserWarning, match=r"the cache holds 4\d\d\.\d KiB, more than 97\.7 KiB, and what a run uses is never"
    ):
        run_with(path, put="abcd", bound=100_000)
    assert held(path) == {"a": 100, "b": 100, "c": 100, "d": 100}


def test_a_read_writes_nothing_within_a_day(path: Path, at: Clock) -> None:
    run_with(path, put="ab")
    before = path.read_bytes()
    at(0.9)
    run_with(path, get="a")
    assert path.read_bytes() == before
    at(1.1)
    run_with(path, get="a")
    opened = Store(path)
    assert {one.kind: one.newest - START for one in opened.usage()} == {"a": int(1.1 * DAY), "b": 0}
    opened.abandon()


def test_rows_of_very_different_sizes_go_by_their_bytes(path: Path, at: Clock) -> None:
    cache = Cache(path, 2**30)
    cache.put([(key("large", number), "x" * 100_000) for number in range(10)])
    cache.close()
    at(2)
    run_with(path, put="abc")
    assert held(path) == {"a": 100, "b": 100, "c": 100}


@pytest.mark.parametrize("power", range(5))
@given(number=st.integers(0, 999_999))
def test_a_size_is_read_in_any_case_with_or_without_a_blank(power: int, number: int) -> None:
    letter = ["", "k", "M", "G", "T"][power]
    assert bytes_in(f"{number}{letter}B") == bytes_in(f" {number} {letter}b ") == number * 1000**power
    if power:
        assert bytes_in(f"{number}{letter}iB") == bytes_in(f"{number}{letter.lower()}ib") == number * 1024**power


def test_sizes_and_ages_as_people_write_them() -> None:
    assert [bytes_in(one) for one in ("0", "1.5GB", "2GiB")] == [0, 1_500_000_000, 2**31]
    assert [seconds_in(one) for one in ("0d", "12h", "30d", "2w")] == [0, 12 * 3600, 30 * DAY, 14 * DAY]
    assert [shown_bytes(one) for one in (0, 1023, 1024, 2**31)] == ["0 B", "1023 B", "1.0 KiB", "2.0 GiB"]


@pytest.mark.parametrize("wrong", ["", "MB", "-1MB", "1e9", "5 megabytes", "٣MB", "1.MB", "9" * 99])
def test_what_is_no_size_is_told(wrong: str) -> None:
    with pytest.raises(UsageError, match=r"is no size: write one as 500MB or 2GiB$"):
        bytes_in(wrong)


@pytest.mark.parametrize("wrong", ["", "30", "d", "30 days", "-1d"])
def test_what_is_no_age_is_told(wrong: str) -> None:
    with pytest.raises(UsageError, match=r"is no age: write one as 12h, 30d or 2w$"):
        seconds_in(wrong)
