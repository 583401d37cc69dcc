"""Progress: how far a run is. One line that changes on a terminal; in a log a new line now and then."""

import time
from collections.abc import Callable

from albert_robust.asking.ask import Cost

OFTEN, SELDOM = 0.2, 10.0  # seconds between two looks, on a terminal and in a log


class Progress:
    """Tells how many cases are done, how fast the model answers, what the cache saves, and how long it may take."""

    def __init__(
        self, write: Callable[[str], None], width: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin.

        Args:
            write: Prints a string as it is.
            width: Of a terminal, where a line can be written over; None for a log.
            clock: Tells seconds.
        """
        self._write, self._width, self._clock = write, width, clock
        self._suite, self._total, self._done = "", 0, 0.0
        self._begun = self._told = clock()
        self._before = Cost()
        self._open = False

    def begin(self, suite: str, cases: int, cost: Cost) -> None:
        """Go on to a suite.

        Args:
            suite: Its name.
            cases: How many it has.
            cost: So far.
        """
        self._suite, self._total, self._done = suite, cases, 0.0
        self._begun = self._clock()
        self._before = Cost(predicted=cost.predicted, from_cache=cost.from_cache)

    def reach(self, cases: float, cost: Cost) -> None:
        """Take note of how many cases of the suite are done, parts of them included, and of the cost so far."""
        self._done = cases
        now = self._clock()
        if now - self._told >= (OFTEN if self._width else SELDOM):
            self._told = now
            self._tell(self._line(now - self._begun, cost))

    def end(self) -> None:
        """Take the line away."""
        if self._open:
            self._over("")
            self._write("\r")
            self._open = False

    def _line(self, seconds: float, cost: Cost) -> str:
        asked, saved = cost.predicted - self._before.predicted, cost.from_cache - self._before.from_cache
        parts = [f"{self._suite}: {self._done:,.0f} of {self._total:,} cases"]
        if asked:
            fast = asked >= seconds > 0
            parts.append(f"{asked / seconds:,.0f} inputs a second" if fast else f"{asked:,} inputs asked")
        if saved:
            parts.append(f"{saved:,} from the cache")
        if 0 < self._done < self._total:
            parts.append(f"about {duration(seconds * (self._total - self._done) / self._done)} left")
        return ", ".join(parts)

    def _tell(self, line: str) -> None:
        if self._width:
            self._over(line)
            self._open = True
        else:
            self._write(line + "\n")

    def _over(self, line: str) -> None:
        """Write over the line; the last column stays empty, or some terminals would begin a new one."""
        assert self._width is not None
        self._write("\r" + line[: self._width - 1].ljust(self._width - 1))


def duration(seconds: float) -> str:
    """Return a time as a person says it: 40 s, 3 min, 2.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
