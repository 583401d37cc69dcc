"""Progress: a line that changes on a terminal, a new one now and then in a log."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.asking.ask import Cost
from albert_robust.asking.progress import OFTEN, SELDOM, Progress, duration


@dataclass
class Told:
    """A terminal or a log that keeps what is written to it, and a clock."""

    width: int | None = None
    now: float = 0.0
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.progress = Progress(self.written.append, self.width, lambda: self.now)

    @property
    def shown(self) -> str:
        """What a terminal shows in the end: a carriage return begins the line anew, over what stands there."""
        line: list[str] = []
        for part in "".join(self.written).split("\r"):
            line[: len(part)] = part
        return "".join(line)


def cost(predicted: int = 0, from_cache: int = 0) -> Cost:
    return Cost(predicted=predicted, from_cache=from_cache)


def test_a_log_gets_a_line_every_ten_seconds_and_no_more() -> None:
    told = Told()
    told.progress.begin("suite", 1000, cost())
    for second in range(35):
        told.now = second
        told.progress.reach(10 * second, cost(20 * second))
    told.progress.end()
    assert told.written == [
        "suite: 100 of 1,000 cases, 20 inputs a second, about 90 s left\n".replace("90 s", "2 min"),
        "suite: 200 of 1,000 cases, 20 inputs a second, about 80 s left\n",
        "suite: 300 of 1,000 cases, 20 inputs a second, about 70 s left\n",
    ]


def test_a_terminal_has_one_line_that_is_taken_away_in_the_end() -> None:
    told = Told(width=80)
    told.progress.begin("suite", 1000, cost())
    for step in range(1, 49):
        told.now = step / 8
        told.progress.reach(10 * step, cost(20 * step))
    assert told.shown.strip() == "suite: 480 of 1,000 cases, 160 inputs a second, about 6 s left"
    told.progress.end()
    assert told.shown.strip() == ""
    assert "\n" not in "".join(told.written)
    assert len(told.written) <= 6 / OFTEN


def test_a_run_that_is_over_at_once_writes_nothing() -> None:
    for told in (Told(), Told(width=80)):
        told.progress.begin("suite", 10, cost())
        told.progress.reach(10, cost(10))
        told.progress.end()
        assert told.written == []


def test_each_suite_counts_from_its_own_beginning() -> None:
    told = Told()
    told.progress.begin("one", 10, cost())
    told.now = 100
    told.progress.begin("two", 40, cost(500, 300))
    told.now = 110
    told.progress.reach(10, cost(520, 330))
    assert told.written == ["two: 10 of 40 cases, 2 inputs a second, 30 from the cache, about 30 s left\n"]


def test_a_slow_model_is_told_by_how_many_it_answered() -> None:
    told = Told()
    told.progress.begin("suite", 10, cost())
    told.now = 60
    told.progress.reach(0.5, cost(1))
    assert told.written == ["suite: 0 of 10 cases, 1 inputs asked, about 19 min left\n"]


@given(
    st.integers(2, 200),
    st.text(max_size=30),
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=9),
)
def test_no_line_is_wider_than_the_terminal(width: int, suite: str, steps: list[tuple[float, float, int, int]]) -> None:
    told = Told(width)
    for wait, cases, predicted, cached in steps:
        told.progress.begin(suite, 1000, cost())
        told.now += wait
        told.progress.reach(cases, cost(predicted, cached))
    told.progress.end()
    assert all(len(part) < width for text in told.written for part in text.split("\r"))


def test_a_log_is_told_at_the_very_moment_of_a_beginning_without_a_pace() -> None:
    told = Told(now=0)
    told.now = SELDOM
    told.progress.begin("suite", 10, cost())
    told.progress.reach(1, cost(4))
    assert told.written == ["suite: 1 of 10 cases, 4 inputs asked, about 0 s left\n"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (89.4, "89 s"), (90, "2 min"), (5399, "90 min"), (5400, "1.5 h"), (86400, "24.0 h")],
)
def test_a_time_is_said_as_a_person_says_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words
