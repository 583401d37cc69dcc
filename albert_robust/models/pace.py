"""Pace: how many requests go to an endpoint at a time, when a request is made again, and when the endpoint is given up.

A request with a temporary error is made again while others go on. If the endpoint says that it is asked too often, half as
many requests go at a time, and each answer then allows a little more, as TCP does (Jacobson, 1988, doi:10.1145/52325.52356).
If it says so again before any answer, all requests pause. Turns are taken in the order in which they are asked for, and what
was refused asks anew, so that a request that is refused again and again keeps no other from its turn. A limit of requests per
minute thus costs time, but no answer.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from random import Random
from threading import Condition, Event, Lock, Thread
from typing import TypeVar

from albert_robust.errors import TransientError
from albert_robust.models.model import Usage

FIRST_WAIT, LONGEST_WAIT = 1.0, 120.0  # seconds
MOST_REFUSED = 10  # refusals of one request per retry, while others are answered
SILENT = 3  # requests in a row that were given up: the endpoint is gone
TRANSIENT = (TransientError, ConnectionError, TimeoutError)
T = TypeVar("T")
R = TypeVar("R")


class BusyError(TransientError):
    """The endpoint is asked too often."""


class GoneError(TransientError):
    """The endpoint has stopped answering: the request was not made."""


class StoppedError(Exception):
    """The stream was interrupted or closed: nothing more is asked."""


@dataclass
class Pace:
    """The pace of all requests to an endpoint, from any thread.

    Attributes:
        at_once: The most requests at a time.
        retries: How often a request is made again, and how many pauses in a row may bring no answer at all.
        usage: Counts requests that are made again, and time-outs.
        sleep: Waits for some seconds; None for a wait that ends when the requests are stopped.
        clock: Tells seconds.
    """

    at_once: int
    retries: int
    usage: Usage = field(default_factory=Usage)
    sleep: Callable[[float], object] | None = None
    clock: Callable[[], float] = time.monotonic
    _freed: Condition = field(default_factory=Condition, init=False, repr=False)
    _stopped: Event = field(default_factory=Event, init=False, repr=False)
    _allowed: float = field(default=0.0, init=False)  # requests at a time, at the moment
    _waiting: list[object] = field(default_factory=list, init=False, repr=False)  # for a turn, the first to come first
    _under_way: int = field(default=0, init=False)  # requests without an answer yet
    _resumes: float = field(default=0.0, init=False)  # when the next request may go
    _slowed: float = field(default=-1.0, init=False)  # when fewer were last allowed
    _paused: float = field(default=-1.0, init=False)  # when the last pause began
    _refused: int = field(default=0, init=False)  # refusals since the last answer
    _pauses: int = field(default=0, init=False)  # pauses since the last answer, or since a request was last given up
    _given_up: int = field(default=0, init=False)  # refused requests that were given up since the last answer
    _failures: int = field(default=0, init=False)  # failures since the last answer
    _gone: bool = field(default=False, init=False)  # whether the endpoint is given up

    def begin(self) -> None:
        """Begin a stream: an endpoint that was given up is asked again, with as many requests at a time as it took before."""
        self._stopped = Event()
        self._allowed = self._allowed or self.at_once
        self._forget()
        self._gone = False

    def stop(self) -> None:
        """Let no request be made that has not been made yet."""
        self._stopped.set()
        with self._freed:
            self._freed.notify_all()

    def ask(self, request: Callable[[], R]) -> R:
        """Make a request when its turn comes, and again after temporary errors; return its answer.

        Raises:
            GoneError: The endpoint has been given up.
            TransientError, ConnectionError, TimeoutError: The request still fails after all retries.
            StoppedError: Nothing more may be asked.
            Exception: Whatever else the request raises.
        """
        failed = 0
        refused = 0
        stopped = self._stopped  # of this stream: the next one has its own
        while True:
            with self._turn(stopped) as begun:
                try:
                    answer = request()
                except BusyError as error:
                    refused += 1
                    wait = self._slow_down(error, begun, refused)
                except TRANSIENT as error:
                    failed += 1
                    wait = self._after(error, failed)
                except Exception:
                    self._answered()
                    raise
                else:
                    self._answered()
                    return answer
            self._wait(wait, stopped)

    @contextmanager
    def _turn(self, stopped: Event) -> Iterator[float]:
        """Wait for a request's turn, count it as under way, and give the time at which it begins."""
        self._take_turn(stopped)
        try:
            yield self.clock()
        finally:
            with self._freed:
                self._under_way -= 1
                self._freed.notify_all()

    def _take_turn(self, stopped: Event) -> None:
        turn = object()
        with self._freed:
            self._waiting.append(turn)
        try:
            while True:
                self._wait(self._resumes - self.clock(), stopped)
                with self._freed:
                    self._freed.wait_for(lambda: stopped.is_set() or (self._waiting[0] is turn and self._has_room()))
                    if stopped.is_set():
                        raise StoppedError
                    if self._gone:
                        raise GoneError("not asked: the endpoint had stopped answering")
                    if self._resumes <= self.clock():
                        self._under_way += 1
                        return
        finally:
            with self._freed:
                self._waiting.remove(turn)
                self._freed.notify_all()

    def _has_room(self) -> bool:
        return self._under_way < max(1, int(self._allowed))

    def _wait(self, seconds: float, stopped: Event) -> None:
        if seconds > 0:
            (self.sleep or stopped.wait)(seconds)

    def _answered(self) -> None:
        with self._freed:
            self._forget()
            self._allowed = min(self.at_once, self._allowed + 1 / self._allowed)

    def _forget(self) -> None:
        self._refused = self._pauses = self._given_up = self._failures = 0

    def _slow_down(self, error: BusyError, begun: float, refused: int) -> float:
        """Allow half as many requests at a time, and return how long this one waits by itself; raise if it is given up.

        A second refusal with no answer in between lets all requests pause. Refusals of requests that began before the last
        slow-down or pause are ignored. A request that keeps being refused while others are answered is probably too large: it
        alone is given up.
        """
        with self._freed:
            self._refused += 1
            now = self.clock()
            if begun > self._slowed:
                self._allowed, self._slowed = max(1.0, self._allowed / 2), now
            seconds = min(LONGEST_WAIT, max(error.retry_after or 0.0, FIRST_WAIT * 2.0**self._pauses))
            if self._refused > 1 and begun > self._paused:
                if self._pauses == self.retries:
                    self._given_up, self._pauses = self._given_up + 1, 0
                    self._gone = self._given_up >= SILENT
                    raise _with_more(error, f"after {self.retries} pauses without an answer") if self.retries else error
                self._pauses += 1
                self._paused, self._resumes = now, now + seconds
            elif refused > MOST_REFUSED * self.retries:
                raise _with_more(error, f"after {refused - 1} times") if self.retries else error
            self.usage.retries += 1
            return seconds if self._refused == 1 else 0.0

    def _after(self, error: Exception, failed: int) -> float:
        """Return how long a request waits that has failed so often before it is made again; raise if it is given up."""
        with self._freed:
            self._failures += 1
            self._gone = self._gone or self._failures >= max(SILENT, self.at_once) * (self.retries + 1)
            if self._gone or failed > self.retries:
                raise _with_more(error, f"after {failed - 1} of {self.retries} retries") if failed > 1 else error
            self.usage.retries += 1
            self.usage.timeouts += isinstance(error, TimeoutError)
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failed - 1))
        asked = getattr(error, "retry_after", None) or 0.0
        drawn = Random().uniform(longest / 2, longest)  # so that requests do not meet
        return min(LONGEST_WAIT, max(asked, drawn))


def _with_more(error: Exception, more: str) -> Exception:
    """Return an error with more in its message."""
    error.args = (f"{error}, {more}",)
    return error


def as_they_come(function: Callable[[T], R], items: Iterable[T], at_once: int) -> Iterator[tuple[int, R | Exception]]:
    """Call a function on items in threads; yield the index of each item and what the function returns or raises, as it comes.

    An item is taken when a thread is free. If the caller stops before the end, no call is waited for: the threads take nothing
    more, and end with the process.
    """
    left = enumerate(items)
    taking = Lock()
    over = Event()
    came: SimpleQueue[tuple[int, R | Exception] | BaseException | None] = SimpleQueue()

    def take() -> tuple[int, T] | None:
        with taking:
            return None if over.is_set() else next(left, None)

    def work() -> None:
        ending = None
        try:
            while taken := take():
                came.put((taken[0], _outcome(function, taken[1])))
        except BaseException as error:  # of the items, or no fault of the call's
            ending = error
        came.put(ending)

    threads = [Thread(target=work, name="albert-robust endpoint", daemon=True) for _ in range(at_once)]
    at_work = len(threads)
    try:
        for thread in threads:
            thread.start()
        while at_work:
            match came.get():
                case None:
                    at_work -= 1
                case BaseException() as error:
                    raise error
                case answer:
                    yield answer
    finally:
        over.set()


def _outcome(function: Callable[[T], R], item: T) -> R | Exception:
    try:
        return function(item)
    except Exception as error:
        return error
