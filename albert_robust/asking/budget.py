"""Budget: how much a run may ask of its models, all of its processes together."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from albert_robust.asking.cache import Cache, key
from albert_robust.errors import UsageError


@dataclass
class Budget:
    """What is left to ask for. What cannot be asked is not tested.

    Attributes:
        inputs: At most so many; None for no limit.
        seconds: From the first suite on; None for no limit.
        clock: Tells seconds.
        asked: Inputs so far.
    """

    inputs: int | None = None
    seconds: float | None = None
    clock: Callable[[], float] = time.monotonic
    asked: int = 0
    _begun: float | None = None

    def begin(self, cache: Cache, run: str) -> None:
        """Go on where other processes of the run stopped."""
        asked, seconds = self._kept(cache, run)
        self.asked, self._begun = asked, self.clock() - seconds

    def end(self, cache: Cache, run: str) -> None:
        """Leave the rest to other processes of the run."""
        if self._begun is not None and self.limited:
            cache.put([(_name(run), [self.asked, self.clock() - self._begun])])

    def _kept(self, cache: Cache, run: str) -> tuple[int, float]:
        if not self.limited:
            return 0, 0.0
        asked, seconds = cache.get([_name(run)]).get(_name(run), (0, 0.0))
        return asked, seconds

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return (self.inputs, self.seconds) != (None, None)

    @property
    def room(self) -> int | None:
        """How many inputs may still be asked; None for any number."""
        if self.seconds is not None and self._begun is not None and self.clock() - self._begun >= self.seconds:
            return 0
        return None if self.inputs is None else max(0, self.inputs - self.asked)


def budget(inputs: int | None, seconds: float | None) -> Budget:
    """Return a new budget.

    Raises:
        UsageError: A limit is below 0, or none.
    """
    if (inputs or 0) < 0 or not 0 <= (seconds or 0) < inf:
        raise UsageError("the budget is a number of inputs, and one of seconds, neither below 0")
    return Budget(inputs, seconds)


def _name(run: str) -> str:
    return key("budget", run)
