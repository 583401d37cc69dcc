"""Accounting: how many of a cell's cases became what."""

from collections import Counter
from collections.abc import Iterable, Sequence

from albert_robust.results.outcome import Outcome
from albert_robust.results.records import Counts


class Accounting:
    """The cases of a cell, counted.

    Attributes:
        spared: How many need not be made, because the verdict was certain without them.
        stray: The first output that is none of the labels; empty if there is none.
    """

    def __init__(self, labels: Iterable[str]) -> None:
        self.spared = 0
        self.stray = ""
        self._labels = frozenset(labels)
        self._statuses: Counter[str] = Counter()
        self._flipped = 0
        self._no_label = 0
        self._cut = 0
        self._not_judged = 0

    def add(self, outcomes: Sequence[Outcome], tested: Sequence[Outcome]) -> None:
        """Take cases, and those of them that were tested."""
        self._statuses.update([outcome.status for outcome in outcomes])
        self._flipped += sum([outcome.agreement is not None and outcome.agreement < 1 for outcome in tested])
        self._not_judged += sum([outcome.status == "not asked" and outcome.before is not None for outcome in outcomes])
        self._cut += sum([outcome.cut > 0 for outcome in tested])
        if self._labels:
            self._add_outputs(tested)

    def _add_outputs(self, tested: Sequence[Outcome]) -> None:
        for outcome in tested:
            outputs = (outcome.before, outcome.after)
            strays = [output for output in outputs if output is not None and output not in self._labels]
            self._no_label += bool(strays)
            self.stray = self.stray or "".join(strays[:1])

    @property
    def counts(self) -> Counts:
        """How many cases became what."""
        statuses = self._statuses
        return Counts(
            selected=sum(statuses.values()) + self.spared,
            not_applicable=statuses["not applicable"],
            unchanged=statuses["unchanged"],
            rejected=statuses["rejected"],
            error=statuses["error"],
            tested=statuses["tested"],
            flipped=self._flipped,
            not_asked=statuses["not asked"],
            spared=self.spared,
            no_label=self._no_label,
            cut=self._cut,
            not_judged=self._not_judged,
        )
