"""Pace: how many requests an endpoint takes at a time, when it may be asked again, and when to give it up.

A request that fails for a while is made again by itself, while others go on. Where an endpoint says that it is asked too often,
half as many requests go at a time, and each answer allows a little more, as TCP does with what it sends (Jacobson, 1988,
doi:10.1145/52325.52356); where it says so again, all of them pause. So a limit of requests a minute costs time, but no answer.
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
MOST_REFUSED = 10  # times for each retry, that one request may be refused while others are answered
SILENT = 3  # requests in a row without an answer, made as often as they may be: the endpoint is gone
TRANSIENT = (TransientError, ConnectionError, TimeoutError)
T = TypeVar("T")
R = TypeVar("R")


class BusyError(TransientError):
    """The endpoint is asked too often."""


class GoneError(TransientError):
    """The endpoint has stopped answering: the request was not made."""


class StoppedError(Exception):
    """Those who ask were interrupted: nothing more is asked."""


@dataclass
class Pace:
    """The pace of all requests to an endpoint, from any thread.

    Attributes:
        at_once: Requests at a time, at most.
        retries: How often a request is made again, and how many pauses in a row may bring no answer at all.
        usage: Is added to.
        sleep: Waits for some seconds; None for a wait that ends where the requests are stopped.
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
    _under_way: int = field(default=0, init=False)
    _resumes: float = field(default=0.0, init=False)  # when the next request may go
    _slowed: float = field(default=-1.0, init=False)  # when fewer were last allowed
    _paused: float = field(default=-1.0, init=False)  # when the last pause began
    _refused: int = field(default=0, init=False)  # in a row, without an answer between them
    _pauses: int = field(default=0, init=False)  # likewise, since a request was last given up
    _given_up: int = field(default=0, init=False)  # requests that were refused as often as they were made, likewise
    _failures: int = field(default=0, init=False)  # likewise
    _gone: bool = field(default=False, init=False)

    def begin(self) -> None:
        """Begin with a batch: an endpoint that was given up is asked again, as many at a time as it took before."""
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
        """Return what a request gets, made when its turn comes, and made again after what passes.

        Raises:
            GoneError: The endpoint has been given up.
            TransientError: This is what the request got, as often as it was made.
            ConnectionError, TimeoutError: Likewise.
            StoppedError: Nothing more may be asked.
            Exception: What else the request raises.
        """
        failed, refused, stopped = 0, 0, self._stopped  # that of this batch: the next one has its own
        while True:
            with self._turn(stopped) as begun:
                try:
                    found = request()
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
                    return found
            self._wait(wait, stopped)

    @contextmanager
    def _turn(self, stopped: Event) -> Iterator[float]:
        """Wait for a request's turn, and take one place while it is made."""
        while True:
            self._wait(self._resumes - self.clock(), stopped)
            with self._freed:
                self._freed.wait_for(lambda: stopped.is_set() or self._under_way < max(1, int(self._allowed)))
                if stopped.is_set():
                    raise StoppedError
                if self._gone:
                    raise GoneError("not asked: the endpoint had stopped answering")
                if self._resumes <= self.clock():
                    self._under_way += 1
                    break
        try:
            yield self.clock()
        finally:
            with self._freed:
                self._under_way -= 1
                self._freed.notify_all()

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
        """Return the seconds that a request waits by itself that came too often; raise where waiting brings nothing.

        Half as many requests go at a time then. A second one that is refused, with no answer between them, lets all pause.
        What was under way before that says nothing new. One that is refused again and again while others are answered, being
        larger than a limit, is given up by itself.
        """
        with self._freed:
            self._refused += 1
            now = self.clock()
            if begun > self._slowed:
                self._allowed, self._slowed = max(1.0, self._allowed / 2), now
            seconds = min(LONGEST_WAIT, max(error.retry_after or 0.0, FIRST_WAIT * 2.0**self._pauses))
            if refused > MOST_REFUSED * self.retries:
                raise _told(error, f"after {refused - 1} times")
            if self._refused > 1 and begun > self._paused:
                if self._pauses == self.retries:
                    self._given_up, self._pauses = self._given_up + 1, 0
                    self._gone = self._given_up == SILENT
                    raise _told(error, f"after {self.retries} pauses without an answer")
                self._pauses += 1
                self._paused, self._resumes = now, now + seconds
            self.usage.retries += 1
            return seconds if self._refused == 1 else 0.0

    def _after(self, error: Exception, failed: int) -> float:
        """Return the seconds to wait before a request is made again that failed so often; raise where it is not made again."""
        with self._freed:
            self._failures += 1
            self._gone = self._gone or self._failures >= max(SILENT, self.at_once) * (self.retries + 1)
            if self._gone or failed > self.retries:
                raise _told(error, f"after {failed - 1} of {self.retries} retries") if failed > 1 else error
            self.usage.retries += 1
            self.usage.timeouts += isinstance(error, TimeoutError)
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failed - 1))
        asked = getattr(error, "retry_after", None) or 0.0
        return min(
            LONGEST_WAIT, max(asked, Random().uniform(longest / 2, longest))
        )  # drawn, so that requests do not meet


def _told(error: Exception, more: str) -> Exception:
    """Return an error whose message says more."""
    error.args = (f"{error}, {more}",)
    return error


def as_they_come(function: Callable[[T], R], items: Iterable[T], at_once: int) -> Iterator[tuple[int, R | Exception]]:
    """Yield the place of each item and what a function makes of it, or raises, as it comes; some calls run at a time.

    An item is taken when a call can begin. Whoever stops before the end waits for no call: their threads take nothing more,
    and end with the process.
    """
    left, taking, over = enumerate(items), Lock(), Event()
    found: SimpleQueue[tuple[int, R | Exception] | BaseException | None] = SimpleQueue()

    def taken() -> Iterator[tuple[int, T]]:
        while True:
            with taking:
                one = None if over.is_set() else next(left, None)
            if one is None:
                return
            yield one

    def work() -> None:
        try:
            for place, item in taken():
                try:
                    found.put((place, function(item)))
                except Exception as error:
                    found.put((place, error))
        except BaseException as error:  # of the items, or no fault of the call's
            found.put(error)
        finally:
            found.put(None)

    threads = [Thread(target=work, name="albert-robust endpoint", daemon=True) for _ in range(at_once)]
    at_work = len(threads)
    try:
        for thread in threads:
            thread.start()
        while at_work:
            one = found.get()
            if one is None:
                at_work -= 1
            elif isinstance(one, BaseException):
                raise one
            else:
                yield one
    finally:
        over.set()
