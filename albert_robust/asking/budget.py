"""Budget: how much a run may ask of its models, all of its processes together."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import floor, inf

from albert_robust.asking.cache import Cache, key
from albert_robust.errors import UsageError

CENT = 1e-9  # of an input: sums of prices are not exact


@dataclass
class Budget:
    """What is left to ask for. What cannot be asked is not tested.

    Attributes:
        inputs: At most so many; None for no limit.
        seconds: From the first suite on; None for no limit.
        clock: Tells seconds.
        asked: Inputs so far.
        price: What they may cost; None for no limit.
        spent: What they cost so far.
    """

    inputs: int | None = None
    seconds: float | None = None
    clock: Callable[[], float] = time.monotonic
    asked: int = 0
    price: float | None = None
    spent: float = 0.0
    _begun: float | None = None

    def begin(self, cache: Cache, run: str) -> None:
        """Go on where other processes of the run stopped."""
        self.asked, seconds, self.spent = self._kept(cache, run)
        self._begun = self.clock() - seconds

    def end(self, cache: Cache, run: str) -> None:
        """Leave the rest to other processes of the run."""
        if self._begun is not None and self.limited:
            cache.put([(_name(run), [self.asked, self.clock() - self._begun, self.spent])])

    def _kept(self, cache: Cache, run: str) -> tuple[int, float, float]:
        if not self.limited:
            return 0, 0.0, 0.0
        asked, seconds, spent = cache.get([_name(run)]).get(_name(run), (0, 0.0, 0.0))
        return asked, seconds, spent

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return (self.inputs, self.seconds, self.price) != (None, None, None)

    @property
    def room(self) -> int | None:
        """How many inputs may still be asked; None for any number."""
        if self.seconds is not None and self._begun is not None and self.clock() - self._begun >= self.seconds:
            return 0
        return None if self.inputs is None else max(0, self.inputs - self.asked)

    def room_at(self, each: float | None, unpaid: int = 0) -> int | None:
        """Return how many inputs may still be asked at a price; None for any number.

        Args:
            each: What an input costs; None if it has no price.
            unpaid: Inputs whose answers are under way.
        """
        room = self.room
        if self.price is None or not each:
            return room
        afforded = max(0, floor((self.price - self.spent) / each + CENT) - unpaid)
        return afforded if room is None else min(room, afforded)


def budget(inputs: int | None, seconds: float | None, price: float | None = None) -> Budget:
    """Return a new budget.

    Raises:
        UsageError: A limit is below 0, or none.
    """
    if (inputs or 0) < 0 or not (0 <= (seconds or 0) < inf and 0 <= (price or 0) < inf):
        raise UsageError("the budget is a number of inputs, one of seconds, and a price, none below 0")
    return Budget(inputs, seconds, price=price)


def _name(run: str) -> str:
    return key("budget", run)
