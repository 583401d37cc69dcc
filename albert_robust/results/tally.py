"""Tally: reduces a cell's outcomes to a few numbers per case, block by block, so that a million cases fit into memory."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from itertools import groupby, islice
from operator import attrgetter

from albert_robust.results.accounting import Accounting
from albert_robust.results.cell_key import CellKey
from albert_robust.results.evidence import Evidence
from albert_robust.results.numbers import Numbers
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import Counts
from albert_robust.results.sample import Sample
from albert_robust.results.series import Series
from albert_robust.suite.measure import AGREEMENT, measure_named
from albert_robust.tasks import Answer

BATCH = 1000  # outcomes of a run that are read and counted at once: one by one takes three times as long


class Tally:
    """What the outcomes of one cell come to.

    Attributes:
        sample: The examples, and what was made of them.
        accounting: How many cases became what.
        numbers: What was measured.
        evidence: The cases that a person looks at first.
    """

    def __init__(self, expectation: str, *, gated: Iterable[str] = (), labels: Iterable[str] = ()) -> None:
        """Begin to count.

        Args:
            expectation: Of the cell's check.
            gated: The measures of its gates, by which cases are ranked first.
            labels: That outputs may be; none if the suite does not name them.
        """
        self._expectation = expectation
        self.sample = Sample()
        self.accounting = Accounting(labels)
        self.numbers = Numbers()
        self.evidence = Evidence(expectation, [measure_named(name) for name in gated])

    def add(self, outcomes: Sequence[Outcome], answers: Sequence[Answer] = ()) -> None:
        """Take cases.

        Args:
            outcomes: In the order of their cell.
            answers: To each of the tested ones, if a measure needs all answers of the cell.
        """
        tested = [outcome for outcome in outcomes if outcome.status == "tested"]
        owners = self.sample.add(outcomes, tested)
        owners_tested = [owner for owner, outcome in zip(owners, outcomes, strict=True) if outcome.status == "tested"]
        self.accounting.add(outcomes, tested)
        self.numbers.add(tested, owners_tested)
        if answers:
            self.numbers.add_answers(tested, answers)
        self.evidence.add(outcomes, owners)

    def spare(self, cases: int) -> None:
        """Take note of cases that need not be made."""
        self.accounting.spared += cases

    def repeated(self, example: str, agreement: float) -> None:
        """Take how far two answers agree that the model gave to the same original."""
        self.numbers.noise.add([(self.sample.index(example), agreement)])

    @property
    def counts(self) -> Counts:
        """The accounting of the cases."""
        return self.accounting.counts

    @property
    def examples(self) -> list[str]:
        """The ids of the examples, in order of appearance."""
        return self.sample.examples

    @property
    def failed(self) -> set[str]:
        """The ids of the examples with an error."""
        examples = self.examples
        return {examples[owner] for owner in self.evidence.failed}

    @property
    def qualities(self) -> Mapping[str, Series]:
        """Those that gates are on, by name: of the answers to originals in a reference check, else of those to variants.

        The latter have drops, too.
        """
        if self._expectation == "reference":
            return self.numbers.before
        return {**self.numbers.after, **self.numbers.drops}

    def series(self, measure: str) -> Series:
        """Return the number of each case by a measure of one cell: of agreement, a quality or its drop."""
        if measure == "consistency":
            return self.numbers.agreement
        if measure in AGREEMENT:
            return self.numbers.agreement.complement()
        return self.qualities.get(measure, Series())

    def sliced(self, measure: str) -> dict[str, dict[str, dict[str, float]]]:
        """Return the number of each example by a measure of one cell, by column and by value in it."""
        names = self.examples
        numbers = self.series(measure).by_example(names)
        return {
            column: {
                value: {names[index]: numbers[names[index]] for index in indices if names[index] in numbers}
                for value, indices in sorted(values.items())
            }
            for column, values in self.sample.slices.items()
        }

    def answered(self, end: float) -> "Tally":
        """Return what cases come to if each error is an answer at one end of all measures, 0 or 1.

        Its drops are at the other end. Measures of a whole cell are not known, because errors have no answers.
        """
        tally = copy(self)
        first = end if self._expectation == "reference" else 1 - end
        tally.numbers = self.numbers.answered(self.evidence.failed, first, end)
        return tally


def tallied(outcomes: Iterable[Outcome], tallies: Mapping[CellKey, Tally]) -> Mapping[CellKey, Tally]:
    """Return tallies, by suite and cell, that have taken the outcomes of a run, in its order; others are passed over."""
    rest = iter(outcomes)
    while batch := list(islice(rest, BATCH)):
        for cell, group in groupby(batch, key=attrgetter("suite", "cell")):
            if cell in tallies:
                tallies[cell].add(list(group))
    return tallies
