"""How an endpoint is asked: answers as they come, fewer requests at a time where it says so, and nothing more after the end."""

import time
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from signal import SIGINT, default_int_handler, signal
from threading import Barrier, BrokenBarrierError, Event
from threading import enumerate as enumerate_threads

import pytest
from chatting import Time
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.errors import TransientError
from albert_robust.models.pace import SILENT, BusyError, GoneError, Pace, StoppedError, as_they_come


def paced(at_once: int = 1, retries: int = 3) -> tuple[Pace, Time]:
    clock = Time()
    pace = Pace(at_once, retries, sleep=clock.sleep, clock=clock.clock)
    pace.begin()
    return pace, clock


def test_answers_come_when_they_are_there() -> None:
    late = Event()

    def call(number: int) -> int:
        if number == 0:
            late.wait(60)
        return -number

    found = as_they_come(call, range(6), 2)
    first = [next(found) for _ in range(5)]
    late.set()
    assert first == [(number, -number) for number in range(1, 6)]
    assert list(found) == [(0, 0)]


@given(st.lists(st.integers(-3, 3), max_size=12), st.integers(1, 5))
def test_each_item_is_answered_once_with_what_is_made_of_it_or_raised(items: list[int], at_once: int) -> None:
    found = dict(as_they_come(lambda one: 6 // one, items, at_once))
    assert {place: one for place, one in found.items() if not isinstance(one, Exception)} == {
        place: 6 // item for place, item in enumerate(items) if item
    }
    assert sorted(found) == list(range(len(items)))


def test_an_item_is_taken_when_a_call_can_begin() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    first, over = Event(), Event()
    first.set()
    found = as_they_come(lambda number: first.wait(60) if number == 0 else over.wait(60), items(), 3)
    assert next(found) == (0, True)
    while len(taken) < 4:
        time.sleep(0.001)
    time.sleep(0.05)  # in which another would be taken, if one were
    assert taken == [0, 1, 2, 3]
    over.set()
    assert len(list(found)) == 19


def test_nothing_more_is_taken_once_nobody_waits_for_it() -> None:
    taken: list[int] = []

    def call(number: int) -> None:
        taken.append(number)
        time.sleep(0.01)

    others = {*enumerate_threads()}
    found = as_they_come(call, iter(range(1000)), 2)
    next(found)
    callers = {*enumerate_threads()} - others
    found.close()  # type: ignore[attr-defined]  # a generator
    for one in callers:
        one.join()
    assert 0 < len(taken) < 1000


def test_what_is_wrong_with_the_items_ends_the_calls() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise KeyError("items")

    with pytest.raises(KeyError, match="items"):
        list(as_they_come(abs, items(), 2))


def test_an_interrupt_waits_for_no_call_begins_no_other_and_leaves_what_came_before() -> None:
    begun: list[int] = []
    over = Event()

    def call(number: int) -> int:
        begun.append(number)
        if len(begun) == 3:
            interrupt_main()
        return number if number == 0 else over.wait(60)

    found: list[tuple[int, int | bool | Exception]] = []
    was = signal(SIGINT, default_int_handler)  # what runs in the background ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            found += as_they_come(call, range(50), 2)
    finally:
        signal(SIGINT, was)
    over.set()
    time.sleep(0.05)
    assert len(begun) == 3


def test_a_request_that_fails_for_a_while_is_made_again() -> None:
    pace, clock = paced()
    left = iter([TransientError("busy"), ConnectionError("reset")])

    def request() -> str:
        if (error := next(left, None)) is not None:
            raise error
        return "answer"

    assert pace.ask(request) == "answer"
    assert [0.5 <= clock.waits[0] <= 1, 1 <= clock.waits[1] <= 2] == [True, True]
    assert pace.usage.retries == 2


def test_other_errors_are_not_waited_out() -> None:
    pace, clock = paced()
    with pytest.raises(ValueError, match="too long"):
        pace.ask(lambda: int("too long"))
    assert clock.waits == []


def test_an_endpoint_may_say_how_long_to_wait() -> None:
    pace, clock = paced()
    left = iter([TransientError("down", retry_after=17)])

    def request() -> str:
        if (error := next(left, None)) is not None:
            raise error
        return "answer"

    pace.ask(request)
    assert clock.waits == [17]


def test_an_endpoint_that_is_asked_too_often_is_asked_by_half_as_many_and_later_by_more() -> None:
    pace, _ = paced(at_once=8)
    busy = iter([True])

    def asked(request: Callable[[], object], count: int) -> list[object]:
        return [answer for _, answer in as_they_come(lambda _: pace.ask(request), range(count), 8)]

    def request() -> str:
        if next(busy, False):
            raise BusyError("too many", retry_after=1)
        return "answer"

    assert asked(request, 1) == ["answer"]
    assert 4 < pace._allowed < 5
    few = Barrier(5, timeout=0.2)  # which five do not reach together while four may go
    assert all(isinstance(answer, BrokenBarrierError) for answer in asked(few.wait, 5))
    assert asked(request, 60) == ["answer"] * 60
    together = Barrier(8, timeout=60)
    assert sorted(asked(together.wait, 8), key=str) == [*range(8)]


def test_requests_that_are_refused_together_halve_once() -> None:
    pace, _ = paced(at_once=8)
    together, made = Barrier(2, timeout=60), count()

    def request() -> str:
        if next(made) < 2:
            together.wait()
            raise BusyError("too many", retry_after=1)
        return "answer"

    with ThreadPoolExecutor(2) as pool:
        assert [one.result() for one in [pool.submit(pace.ask, request) for _ in range(2)]] == ["answer"] * 2
    assert 4 <= pace._allowed < 5


def test_turns_are_taken_in_the_order_in_which_they_are_asked_for_and_what_is_refused_asks_anew() -> None:
    pace, _ = paced()
    made: list[str] = []

    def refused_once() -> str:
        made.append("first")
        if len(made) > 1:
            return "answer"
        while len(pace._waiting) < 2:
            time.sleep(0.001)
        raise BusyError("too many")

    def other() -> str:
        made.append("other")
        return "answer"

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(pace.ask, refused_once)
        while not made:
            time.sleep(0.001)
        others = [pool.submit(pace.ask, other) for _ in range(2)]
        assert [one.result() for one in [first, *others]] == ["answer"] * 3
    assert made == ["first", "other", "other", "first"]


def test_an_answer_ends_a_row_of_pauses() -> None:
    pace, clock = paced(retries=1)
    busy = iter([True, False] * 5)

    def request() -> str:
        if next(busy):
            raise BusyError("too many", retry_after=2)
        return "answer"

    assert [pace.ask(request) for _ in range(5)] == ["answer"] * 5
    assert clock.waits == [2] * 5


def test_a_wait_ends_where_the_requests_are_stopped() -> None:
    pace = Pace(1, 3)
    pace.begin()

    def request() -> str:
        pace.stop()
        raise BusyError("too many", retry_after=100)

    begun = time.monotonic()
    with pytest.raises(StoppedError):
        pace.ask(request)
    assert time.monotonic() - begun < 60


def test_an_endpoint_that_refuses_all_is_given_up_without_retries_too() -> None:
    pace, clock = paced(retries=0)

    def busy() -> str:
        raise BusyError("too many")

    for _ in range(1 + SILENT):
        with pytest.raises(BusyError, match=r"^too many$"):
            pace.ask(busy)
    with pytest.raises(GoneError):
        pace.ask(busy)
    assert clock.waits == []


def test_an_endpoint_that_was_given_up_is_asked_anew_in_the_next_batch() -> None:
    pace, _ = paced(retries=0)

    def down() -> str:
        raise TransientError("down")

    for _ in range(SILENT):
        with pytest.raises(TransientError, match="down"):
            pace.ask(down)
    with pytest.raises(GoneError, match="not asked: the endpoint had stopped answering"):
        pace.ask(lambda: "answer")
    pace.begin()
    assert pace.ask(lambda: "answer") == "answer"


def test_what_was_stopped_asks_nothing_beside_the_next_batch() -> None:
    pace, _ = paced()

    def request() -> str:
        pace.stop()
        pace.begin()
        raise TransientError("busy")

    with pytest.raises(StoppedError):
        pace.ask(request)
