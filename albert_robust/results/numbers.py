"""Numbers: what was measured of a cell's tested cases, from which its measures are made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from albert_robust.results.outcome import Outcome
from albert_robust.results.series import Series
from albert_robust.suite.measure import DROP
from albert_robust.tasks import Answer


class Numbers:
    """Some numbers per case.

    Attributes:
        agreement: Of the outputs for variants with those for originals.
        before: Qualities of the outputs for originals, by name.
        after: Qualities of the outputs for variants, by name.
        drops: What variants cost of a quality, `accuracy drop`, of the cases in which it was measured before and after.
        noise: Agreement of each two answers to the same original, if a model is asked for it again.
        answers: Those with references, each beside its example, for measures of a whole cell.
    """

    def __init__(self) -> None:
        self.agreement = Series()
        self.before: Mapping[str, Series] = defaultdict(Series)
        self.after: Mapping[str, Series] = defaultdict(Series)
        self.drops: Mapping[str, Series] = defaultdict(Series)
        self.noise = Series()
        self.answers: list[tuple[str, Answer]] = []

    def add(self, tested: Sequence[Outcome], owners: Sequence[int]) -> None:
        """Take tested cases, with the index of each one's example."""
        self.agreement.add(
            [
                (owner, outcome.agreement)
                for owner, outcome in zip(owners, tested, strict=True)
                if outcome.agreement is not None
            ]
        )
        _add(self.before, [outcome.quality_before for outcome in tested], owners)
        _add(self.after, [outcome.quality_after for outcome in tested], owners)
        _add(self.drops, [_dropped(outcome) for outcome in tested], owners)

    def add_answers(self, tested: Sequence[Outcome], answers: Sequence[Answer]) -> None:
        """Take the answers to tested cases."""
        pairs = zip(tested, answers, strict=True)
        self.answers += [(outcome.example, answer) for outcome, answer in pairs if answer.references]

    def answered(self, failed: Iterable[int], first: float, end: float) -> "Numbers":
        """Return the numbers if errors had been answers.

        Args:
            failed: The index of each error's example.
            first: Their quality before.
            end: Their agreement, and their quality after.
        """
        numbers = Numbers()
        numbers.agreement = self.agreement.beside(failed, end)
        numbers.before = {name: series.beside(failed, first) for name, series in self.before.items()}
        numbers.after = {name: series.beside(failed, end) for name, series in self.after.items()}
        numbers.drops = {name: series.beside(failed, first - end) for name, series in self.drops.items()}
        numbers.noise = self.noise
        return numbers


def _dropped(outcome: Outcome) -> dict[str, float]:
    before = outcome.quality_before
    return {f"{name}{DROP}": before[name] - value for name, value in outcome.quality_after.items() if name in before}


def _add(qualities: Mapping[str, Series], rows: Sequence[Mapping[str, float]], owners: Sequence[int]) -> None:
    for name in dict.fromkeys(chain.from_iterable(rows)):
        qualities[name].add([(owner, row[name]) for owner, row in zip(owners, rows, strict=True) if name in row])
