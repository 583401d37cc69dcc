"""Evidence: the cases of a cell that a person looks at first, and how often like ones occurred."""

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from heapq import heappush, heappushpop
from typing import TypeVar

from albert_robust.results.outcome import Outcome, shortfall
from albert_robust.suite.measure import Measure

WORST = 10  # cases of a cell that are kept whole, and as many errors
MOVES, SHORT = 1000, 60  # different ones that are counted; characters of an answer that may be a label, at most
FAULT = 80  # characters of what went wrong
Item = TypeVar("Item")
_WHOSE = re.compile(r"the (original|variant): |the model raises ")
_OF_ONE = re.compile(r"""((?<!\w)'|["{<\[(]|, after \d).*""", re.DOTALL)  # of one message alone


def fault(message: str) -> str:
    """Return what the messages of like errors have in common: `TimeoutError: no answer within 3 s`.

    What they quote, and how often a model was asked again, is left out.
    """
    return _OF_ONE.sub("", _WHOSE.sub("", message))[:FAULT].rstrip(" :,") or message[:FAULT]


class Evidence:
    """What speaks against a model, and what went wrong.

    Attributes:
        against: How many tested cases speak against the model.
        errors: The first cases that are errors.
        failed: The index of each error's example.
        faults: How often an error occurred, by `fault`.
        messages: By status (`not applicable`, `rejected`), the message of the first such case.
        moves: How often a short answer changed from one to another; in a reference check, how often it should have been one and
            was another.
    """

    def __init__(self, expectation: str, gated: Sequence[Measure]) -> None:
        self.against = 0
        self.errors: list[Outcome] = []
        self.failed = array("q")
        self.faults: Counter[str] = Counter()
        self.messages: dict[str, str] = {}
        self.moves: Counter[tuple[str, str]] = Counter()
        self._expectation = expectation
        self._gated = gated
        self._worst: list[tuple[float, float, int, Outcome]] = []

    @property
    def worst(self) -> list[Outcome]:
        """The tested cases that speak against the model, the first few: the worst first, then in order."""
        return [outcome for *_, outcome in sorted(self._worst, key=lambda entry: entry[:3], reverse=True)]

    def add(self, outcomes: Sequence[Outcome], owners: Sequence[int]) -> None:
        """Take cases, with the index of each one's example."""
        for outcome, owner in zip(outcomes, owners, strict=True):
            if outcome.status == "tested":
                if (short := shortfall(outcome, self._expectation)) > 0:
                    self._rank(short, outcome)
                if outcome.agreement != 1 and (move := self._move(outcome)):
                    _count(self.moves, move)
            elif outcome.status == "error":
                self._add_error(outcome, owner)
            elif outcome.status in ("not applicable", "rejected"):
                self.messages.setdefault(outcome.status, outcome.message)

    def _add_error(self, outcome: Outcome, owner: int) -> None:
        self.failed.append(owner)
        if len(self.errors) < WORST:
            self.errors.append(outcome)
        _count(self.faults, fault(outcome.message))

    def _rank(self, short: float, outcome: Outcome) -> None:
        """Keep a case that is among the worst so far; of equally bad ones the first."""
        self.against += 1
        entry = (self._missing(outcome), short, -self.against, outcome)
        if len(self._worst) < WORST:
            heappush(self._worst, entry)
        else:
            heappushpop(self._worst, entry)

    def _missing(self, outcome: Outcome) -> float:
        """Return how much a case misses of the qualities that gates name, or loses of those whose drop they name."""
        before, after = outcome.quality_before, outcome.quality_after or outcome.quality_before
        wanted = [(before.get(one.base) if one.kind == "drop" else 1, after.get(one.base)) for one in self._gated]
        missing = [most - value for most, value in wanted if most is not None and value is not None]
        return max(missing, default=0.0)

    def _move(self, outcome: Outcome) -> tuple[str, str] | None:
        """Return what an answer should be and what it is; None if they are the same, or long."""
        if self._expectation == "reference":
            should, said = next(iter(outcome.references), outcome.before), outcome.before
            moved = said not in outcome.references
        else:
            should, said = outcome.before, outcome.after
            moved = self._expectation == "invariance" and outcome.flipped
        short = moved and should is not None and said is not None and len(should) + len(said) <= 2 * SHORT
        return (str(should), str(said)) if short and should != said else None


def _count(counter: Counter[Item], item: Item) -> None:
    """Count an item, if it is known or there is room for another."""
    if item in counter or len(counter) < MOVES:
        counter[item] += 1
