"""Tally: what a cell's outcomes come to, a few numbers a case, counted as they come, so that a million need little memory."""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import lru_cache
from hashlib import blake2b
from heapq import heappush, heappushpop
from itertools import chain

import numpy as np

from albert_robust.quick_json import dumps
from albert_robust.results.records import Counts, Outcome
from albert_robust.scoring.statistics import Floats
from albert_robust.suite.gates import DROP
from albert_robust.tasks import Answer

WORST = 10  # cases of a cell that are kept whole, and as many errors
INPUTS = 100  # that are kept
LENGTH = 12  # hexadecimal digits of a fingerprint
SHARED = 2048  # examples that are remembered: those of a block, which all cells meet
MOVES, SHORT = 1000, 60  # different ones that are counted; characters of an answer that may be a label, at most
FAULT = 80  # characters of what went wrong
_BITS = 128
_WHOSE = re.compile(r"the (original|variant): |the model raises ")
_OF_ONE = re.compile(r"""((?<!\w)'|["{<\[(]|, after \d).*""", re.DOTALL)  # of one message alone


def fault(message: str) -> str:
    """Return what the messages of like errors have in common: `TimeoutError: no answer within 3 s`.

    What they quote, and how often a model was asked again, is left out.
    """
    return _OF_ONE.sub("", _WHOSE.sub("", message))[:FAULT].rstrip(" :,") or message[:FAULT]


class Series:
    """A number a case, beside the example that the case is of."""

    def __init__(self) -> None:
        self._places, self._values = array("q"), array("d")

    def add(self, cases: Sequence[tuple[int, float]]) -> None:
        """Take the place of the example and the number of each of some cases."""
        self._places.extend([place for place, _ in cases])
        self._values.extend([value for _, value in cases])

    def beside(self, places: Iterable[int], value: float) -> "Series":
        """Return the numbers with some more, all of them one and the same."""
        found = Series()
        found._places, found._values = self._places[:], self._values[:]
        found.add([(place, value) for place in places])
        return found

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> Floats:
        """The number of each case, shape (cases,)."""
        return np.array(self._values, dtype=np.float64)

    def means(self, values: Floats | None = None) -> Floats:
        """Return the mean over the cases of each example that has one, shape (examples,).

        Args:
            values: Of the cases, in place of their numbers, shape (cases,).
        """
        sums, counts = self.sums(self.values if values is None else values)
        return sums / counts

    def lows(self) -> Floats:
        """Return the lowest number of the cases of each example that has one, shape (examples,)."""
        places = np.array(self._places, dtype=np.int64)
        found = np.full(places.max(initial=-1) + 1, np.inf)
        np.minimum.at(found, places, self.values)
        return found[np.isfinite(found)]

    def sums(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the sum over the cases of each example that has one, and their number, both of shape (examples,)."""
        places = np.array(self._places, dtype=np.int64)
        counts = np.bincount(places).astype(np.float64)
        there = counts > 0
        sums = np.bincount(places, weights=values).astype(np.float64)
        return sums[there], counts[there]

    def by_example(self, examples: Sequence[str], values: Floats | None = None) -> dict[str, float]:
        """Return those means by example.

        Args:
            examples: By place.
            values: As `means` has them.
        """
        there = np.unique(np.array(self._places, dtype=np.int64)).tolist()
        return dict(zip((examples[place] for place in there), self.means(values).tolist(), strict=True))


class Fingerprint:
    """A digest of rows, whatever their order: the sum of their digests."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, *parts: str) -> None:
        """Take a row."""
        self.take([_digest(parts)])

    def take(self, digests: Iterable[int]) -> None:
        """Take rows by their digests."""
        self._sum += sum(digests)

    def __str__(self) -> str:
        return f"{self._sum % 2**_BITS:0{_BITS // 4}x}"[:LENGTH]


def _digest(parts: tuple[str, ...]) -> int:
    return int.from_bytes(blake2b(dumps(parts), digest_size=_BITS // 8).digest(), "big")


@lru_cache(maxsize=SHARED)
def _met(example: str, texts: tuple[str, ...], references: tuple[str, ...]) -> tuple[int, int]:
    """Return the digests of an example, without its references and with them."""
    return _digest((example, *texts)), _digest((example, *texts, *references))


class Tally:
    """What the outcomes of one cell come to.

    Attributes:
        expectation: Of the cell's check.
        agreement: Of the tested cases.
        before: Qualities of the outputs for originals, by name.
        after: Of those for variants.
        messages: Of the first case that does not apply, and of the first that was rejected, by what became of it.
        errors: The first cases that are errors.
        faults: How often what went wrong, as `fault` has it.
        against: How many tested cases speak against the model.
        answers: Of tested cases with references, each with its example: what measures of a whole cell need, and kept only then.
        several: Whether an example has more than one variant.
        noise: Agreement of the model with itself, asked for the same original again: of each two answers.
        inputs: Fingerprint of the examples.
        references: Fingerprint of the examples with their references.
        variants: Fingerprint of what was made of them.
        outputs: Those for originals; the first two that differ.
        asked: The originals themselves; the first few.
        expected: Their references; the first two that differ.
        stray: The first output that is none of the labels.
        moves: How often a short answer changed from one to another; of a reference check, was another than it should be.
    """

    def __init__(
        self, expectation: str, gated: Sequence[str] = (), keep_answers: bool = False, labels: Iterable[str] = ()
    ) -> None:
        """Begin to count.

        Args:
            expectation: Of the cell's check.
            gated: What its gates measure: by that cases are ranked first.
            keep_answers: Whether `answers` are kept.
            labels: That outputs may be; none where the suite does not name them.
        """
        self.expectation, self._gated = expectation, gated
        self.agreement = Series()
        self.before: dict[str, Series] = defaultdict(Series)
        self.after: dict[str, Series] = defaultdict(Series)
        self.messages = dict[str, str]()
        self.errors: list[Outcome] = []
        self.faults: Counter[str] = Counter()
        self._failed = array("q")  # the example of each error, by place
        self.against = 0
        self.answers: list[tuple[str, Answer]] | None = [] if keep_answers else None
        self.several = False
        self.inputs, self.references, self.variants = Fingerprint(), Fingerprint(), Fingerprint()
        self.outputs: set[str] = set()
        self.asked: set[tuple[str, ...]] = set()
        self.expected: set[tuple[str, ...]] = set()
        self._places: dict[str, int] = {}
        self.noise = Series()
        self._statuses: Counter[str] = Counter()
        self._spared = 0
        self._flipped = 0
        self._labels, self._no_label, self.stray = frozenset(labels), 0, ""
        self._cut = 0
        self.moves: Counter[tuple[str, str]] = Counter()
        self._worst: list[tuple[float, float, int, Outcome]] = []

    def add(self, outcomes: Sequence[Outcome], answers: Sequence[Answer | None] = ()) -> None:
        """Take cases.

        Args:
            outcomes: In the order of their cell.
            answers: To each of them, where answers are kept.
        """
        known = len(self._places)
        for one in outcomes:
            self._places.setdefault(one.example, len(self._places))
        self._meet([one for one in outcomes if self._places[one.example] >= known])
        self.variants.take(
            [
                _digest((one.example, str(one.replicate), one.variant_language, *one.variant.values()))
                for one in outcomes
            ]
        )
        self.several = self.several or any(one.replicate for one in outcomes)
        self._statuses.update([one.status for one in outcomes])
        self._measure([one for one in outcomes if one.status == "tested"])
        for one in outcomes:
            if one.status == "error":
                self._fail(one)
            elif (badness := self._badness(one)) > 0:
                self._rank(badness, one)
        if self.answers is not None:
            pairs = zip(outcomes, answers, strict=False)
            self.answers += [(one.example, answer) for one, answer in pairs if answer is not None and answer.references]
        for status in ("not applicable", "rejected"):
            if self._statuses[status] and status not in self.messages:
                self.messages[status] = next(one.message for one in outcomes if one.status == status)

    def spare(self, cases: int) -> None:
        """Take note of cases that need not be made."""
        self._spared += cases

    def repeated(self, example: str, agreement: float) -> None:
        """Take how far two answers agree that the model gave to the same original."""
        self.noise.add([(self._places[example], agreement)])

    def _meet(self, outcomes: Sequence[Outcome]) -> None:
        """Take what the cases of examples have in common."""
        rows = {one.example: (tuple(one.original.values()), one.references) for one in outcomes}
        met = [_met(example, *row) for example, row in rows.items()]
        self.inputs.take([digest for digest, _ in met])
        self.references.take([digest for _, digest in met])
        for texts, references in rows.values():
            if len(self.asked) < INPUTS:
                self.asked.add(texts)
            if len(self.expected) < 2:
                self.expected.add(references)

    def _measure(self, tested: Sequence[Outcome]) -> None:
        places = [self._places[one.example] for one in tested]
        agreed = [
            (place, one.agreement) for place, one in zip(places, tested, strict=True) if one.agreement is not None
        ]
        self.agreement.add(agreed)
        self._flipped += sum([agreement < 1 for _, agreement in agreed])
        self._cut += sum([one.cut > 0 for one in tested])
        before, after = [one.quality_before for one in tested], [one.quality_after for one in tested]
        for found, rows in ((self.before, before), (self.after, after)):
            for name in dict.fromkeys(chain.from_iterable(rows)):
                found[name].add([(place, row[name]) for place, row in zip(places, rows, strict=True) if name in row])
        for one in tested if self._labels else ():
            strays = [output for output in (one.before, one.after) if output is not None and output not in self._labels]
            self._no_label += bool(strays)
            self.stray = self.stray or "".join(strays[:1])
        for move in filter(None, [self._move(one) for one in tested if one.agreement != 1]):
            if move in self.moves or len(self.moves) < MOVES:
                self.moves[move] += 1
        for output in dict.fromkeys([one.before for one in tested]):
            if output is not None and len(self.outputs) < 2:
                self.outputs.add(output)

    def _move(self, one: Outcome) -> tuple[str, str] | None:
        """Return what an answer should be and what it is; None where that is one, or a long text."""
        if self.expectation == "reference":
            should, found = next(iter(one.references), one.before), one.before
            moved = found not in one.references
        else:
            should, found = one.before, one.after
            moved = self.expectation == "invariance" and one.agreement is not None and one.agreement < 1
        short = moved and should is not None and found is not None and len(should) + len(found) <= 2 * SHORT
        return (str(should), str(found)) if short and should != found else None

    def _fail(self, outcome: Outcome) -> None:
        """Take an error."""
        self._failed.append(self._places[outcome.example])
        if len(self.errors) < WORST:
            self.errors.append(outcome)
        name = fault(outcome.message)
        if name in self.faults or len(self.faults) < MOVES:
            self.faults[name] += 1

    def _rank(self, badness: float, outcome: Outcome) -> None:
        """Keep a case that is among the worst so far; of equally bad ones the first."""
        self.against += 1
        entry = (self._missing(outcome), badness, -self.against, outcome)
        if len(self._worst) < WORST:
            heappush(self._worst, entry)
        else:
            heappushpop(self._worst, entry)

    def _badness(self, outcome: Outcome) -> float:
        """Return how much a case speaks against the model, in [0, 1].

        For invariance an output that changed, for direction one that stayed, for a reference check one below full quality.
        """
        if self.expectation == "reference":
            values = outcome.quality_before.values()
            return 1 - sum(values) / len(values) if values else 0.0
        if outcome.agreement is None:
            return 0.0
        return outcome.agreement if self.expectation == "direction" else 1 - outcome.agreement

    def _missing(self, outcome: Outcome) -> float:
        """Return how much a case misses of the qualities that gates name, or loses of those whose drop they name."""
        before, after = outcome.quality_before, outcome.quality_after or outcome.quality_before
        named = [(measure, measure.removesuffix(DROP)) for measure in self._gated]
        missing = [(before[name] if measure != name else 1) - after[name] for measure, name in named if name in after]
        return max(missing, default=0.0)

    @property
    def examples(self) -> list[str]:
        """The ids of the examples, in order of appearance."""
        return list(self._places)

    @property
    def counts(self) -> Counts:
        """The accounting of the cases."""
        of = self._statuses
        return Counts(
            selected=sum(of.values()) + self._spared,
            not_applicable=of["not applicable"],
            unchanged=of["unchanged"],
            rejected=of["rejected"],
            error=of["error"],
            tested=of["tested"],
            flipped=self._flipped,
            not_asked=of["not asked"],
            spared=self._spared,
            no_label=self._no_label,
            cut=self._cut,
        )

    @property
    def worst(self) -> list[Outcome]:
        """The tested cases that speak against the model, the first few: the worst first, then in order."""
        return [outcome for *_, outcome in sorted(self._worst, key=lambda entry: entry[:3], reverse=True)]

    @property
    def failed(self) -> set[str]:
        """The ids of the examples with an error."""
        examples = self.examples
        return {examples[place] for place in self._failed}

    def answered(self, end: float) -> "Tally":
        """Return what cases come to where each error is an answer at one end of all measures: 0 or 1.

        Its drops are at the other. What measures of a whole cell would be is not known: they have no answers.
        """
        found, first = copy(self), end if self.expectation == "reference" else 1 - end
        found.agreement = self.agreement.beside(self._failed, end)
        found.before = {name: series.beside(self._failed, first) for name, series in self.before.items()}
        found.after = {name: series.beside(self._failed, end) for name, series in self.after.items()}
        found.answers = None
        return found


def tallied(outcomes: Iterable[Outcome], tallies: Mapping[tuple[str, str], Tally]) -> Mapping[tuple[str, str], Tally]:
    """Return tallies, by suite and cell, that have taken the outcomes of a run, in its order; others are passed over."""
    for outcome in outcomes:
        tally = tallies.get((outcome.suite, outcome.cell))
        if tally is not None:
            tally.add([outcome])
    return tallies
