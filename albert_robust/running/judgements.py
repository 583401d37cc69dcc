"""Judgements: counts what a suite's judges would be asked. They see answers, and those that are not known yet count at most."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import nan

from albert_robust.asking.judging import Judging
from albert_robust.asking.predict import Answers, input_key
from albert_robust.results.outcome import Outcome
from albert_robust.running.answers import take_answers
from albert_robust.running.cell import Cell
from albert_robust.running.lookup import Lookup
from albert_robust.running.measure import measure, self_agreement
from albert_robust.tasks import Prediction, TextScorer
from albert_robust.tasks.task import Compared, Score


class _Looking(TextScorer):
    """Notes what a run would ask judges, and measures nothing."""

    def __init__(self, judges: Mapping[str, Judging]) -> None:
        self._judges = judges
        self.missing: dict[str, set[object]] = {name: set() for name in judges}

    def scores(self, pairs: Sequence[Compared]) -> list[Score]:
        """Return any scores."""
        return [Score(1.0, 1.0, 1.0) for _ in pairs]

    def measured(self, name: str, pairs: Sequence[Compared]) -> list[float]:
        """Return nothing measured."""
        if name in self._judges:
            self.missing[name] |= self._judges[name].missing(pairs)
        return [nan for _ in pairs]


class Judgements:
    """What the judges of a suite would be asked.

    Attributes:
        certain: Whether all answers are known that they are to judge.
    """

    def __init__(self, judges: Mapping[str, Judging]) -> None:
        self.certain = True
        self._looking = _Looking(judges)
        self._block: list[Lookup] = []

    @property
    def to_ask(self) -> dict[str, int]:
        """How many pairs each judge would be asked about, at most, by its measure."""
        return {name: len(names) for name, names in self._looking.missing.items()}

    def add(self, lookup: Lookup) -> None:
        """Take the questions of a run one by one. A block is judged with its last replicate."""
        self._block.append(lookup)
        if len(self._block) == lookup.suite.model.replicates:
            if self._looking.missing:
                self._judge(self._block)
            self._block = []

    def _judge(self, block: Sequence[Lookup]) -> None:
        first, *again = block
        made = []
        for cell, group in first.made:
            tested = [case for case in group if case.status == "tested"]
            known = [case for case in tested if _answer(cell, case, first.found.answers)]
            made.append((cell, known))
            for case in tested:
                if case.before is None:
                    self._take(_unanswered(cell, case, first.suite.model.replicates))
            if cell.check.worst_of > 1:
                self._take(_searched(cell, group))
        measure(first.suite, made, self._looking)
        if again:
            self_agreement(first.suite, made, [one.found.answers for one in block], self._looking)

    def _take(self, questions: Iterator[tuple[str, object]]) -> None:
        """Take what may be asked, by the name of its measure; most measures are no judges."""
        for name, question in questions:
            if name in self._looking.missing:
                self._looking.missing[name].add(question)
                self.certain = False


def _answer(cell: Cell, case: Outcome, answers: Answers) -> bool:
    """Fill in the answers of a case, and return whether all are known."""
    before = answers.of(case.original)
    after = answers.of(case.variant) if case.variant else before
    if not (isinstance(before, Prediction) and isinstance(after, Prediction)):
        return False
    take_answers(cell, case, before, after)
    return True


def _searched(cell: Cell, group: Sequence[Outcome]) -> Iterator[tuple[str, object]]:
    """Yield what may be asked about the variants that a search tries beside the first, and about the one that it finds."""
    for case in group:
        tries = cell.check.worst_of - (case.status == "tested")
        yield from ((cell.check.agreement, (cell.id, case.example, number)) for number in range(tries))
        yield from ((name, (cell.id, case.example, other)) for name, other in _compared(cell, case))


def _compared(cell: Cell, case: Outcome) -> Iterator[tuple[str, str]]:
    """Yield the name of each quality of a case with each text that an answer is compared with; that of its source is empty."""
    for name, quality in cell.qualities.items():
        yield from ((name, other) for other in (("",) if quality.of_source else case.references))


def _unanswered(cell: Cell, case: Outcome, replicates: int) -> Iterator[tuple[str, object]]:
    """Yield what may be asked about the answers to a case, by the name of its measure."""
    texts = [input_key(inputs) for inputs in (case.original, case.variant) if inputs]
    for name, other in _compared(cell, case):
        yield from ((name, (text, other)) for text in texts)
    if case.variant:
        yield cell.check.agreement, tuple(texts)
        yield from ((cell.check.agreement, (texts[0], pair)) for pair in combinations(range(replicates), 2))
