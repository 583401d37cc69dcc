"""Worst: searches the variants of an example for the one that changes the model's answer most.

The search is hill climbing, as in TextAttack (Morris et al., 2020, doi:10.18653/v1/2020.emnlp-demos.16), with any perturbation.
Each round draws a few variants and asks them together. The variant that lowers the agreement of the answers most, or else the
probability of the old label, is where the next round starts, with its edits; if a check has a `tolerance`, the variant that moves
what it is of farthest. If a model gives labels without probabilities, nothing shows before a label changes, so all variants are
drawn from the original.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

from albert_robust.asking.predict import Answers, Predictor
from albert_robust.data import Example
from albert_robust.perturbing import KeyedRandom
from albert_robust.results.outcome import Outcome
from albert_robust.running.answers import Answered, said_of, take_answers
from albert_robust.running.blocks import Block
from albert_robust.running.cell import Cell
from albert_robust.running.meaning import reject_strays
from albert_robust.running.measure import Made, agree_in
from albert_robust.running.variants import varied
from albert_robust.suite.movement import Moves
from albert_robust.tasks import Prediction, TextScorer
from albert_robust.text import Text

ROUND = 8  # variants of an example
Texts = dict[str, Text]  # by field
Drawn = tuple[Outcome, Texts]  # a variant, and its texts
Level = tuple[
    float, float
]  # how far the answers agree, and what is left of the old one: its probability, or 1 less its movement


def find_worst(
    made: Made, block: Block, answers: Answers, predictor: Predictor, scorer: TextScorer, told: Callable[[], None]
) -> Made:
    """Return the cases, with the worst variant in place of the first in cells with `worst_of`.

    If no variant breaks the answer and the model had no answer to one of them, that one stands for its example: nobody knows
    whether it would have broken the answer.

    Args:
        made: The answered cases of each cell: the first variant of each example.
        block: The cases' examples.
        answers: The answers to the cases.
        predictor: Asks the suite's model.
        scorer: Scores texts for measures that compare them.
        told: Is called after each round.
    """
    searching = {
        cell.id: _searches(cell, group, block) for cell, group in made if cell.check.worst_of > 1 and cell.applies
    }
    if not searching:
        return made
    searches = [search for group in searching.values() for search in group]
    chance = KeyedRandom()
    _begin(searches, answers, scorer, chance)
    while drawn := [(search, found) for search in searches if (found := search.draw(chance))]:
        _ask([(search, case) for search, found in drawn for case, _ in found], predictor, scorer)
        for search, found in drawn:
            search.learn(found)
        told()
    return [
        (cell, [search.found for search in searching[cell.id]] if cell.id in searching else group)
        for cell, group in made
    ]


@dataclass
class _Search:
    """The search of one example.

    Attributes:
        cell: Its cell.
        example: The example.
        worst: The worst case so far; the first one, whatever became of it, where none was tested.
        before: What became of the original; None until it is asked.
        base: The texts that the next variants are made of, where they are not the original's.
        lowest: How far the base shakes the model.
        drawn: How many variants were made.
        seen: What they were, by their hashes: a thousand documents in so many variants would fill the memory.
        unanswered: The first that was to be asked and has no answer.
        silent: Whether a whole round had none: the model is gone, or there is no budget, or no answer to compare with.
    """

    cell: Cell
    example: Example
    worst: Outcome
    before: Answered = None
    base: Texts = field(default_factory=dict)
    lowest: Level = (1.0, 1.0)
    drawn: int = 0
    seen: set[int] = field(default_factory=set)
    unanswered: Outcome | None = None
    silent: bool = False

    @property
    def broken(self) -> bool:
        """Whether nothing worse can be found."""
        return self.worst.agreement is not None and self.worst.agreement <= 0

    @property
    def found(self) -> Outcome:
        """What the search came to."""
        return self.worst if self.broken or self.unanswered is None else self.unanswered

    def compare_with(self, before: Answered) -> None:
        """Take what became of the original, once."""
        if self.before is None:
            self.before = before
            if isinstance(before, Prediction):
                moves = isinstance(self.cell.check.movement, Moves)
                self.lowest = (1.0, 1.0 if moves else before.scores.get(before.output, 0.0))

    def draw(self, chance: KeyedRandom) -> list[Drawn]:
        """Return new variants; none where the search is over."""
        if self.silent or self.broken:
            return []
        found: list[Drawn] = []
        while not found and self.drawn < self.cell.check.worst_of:
            made = [self.vary(chance) for _ in range(min(ROUND, self.cell.check.worst_of - self.drawn))]
            found = [one for one in made if self.is_new(one[0]) and one[0].status != "unchanged"]
        return found

    def vary(self, chance: KeyedRandom) -> Drawn:
        """Return the next variant, whatever it is."""
        read = {(name, True): text for name, text in self.base.items()}  # whose meaning is to stay
        case, texts = varied(self.cell, self.example, self.drawn, read, chance)
        self.drawn += 1
        case.replicate = 0  # an example has one
        return case, texts

    def is_new(self, case: Outcome) -> bool:
        """Take note of a variant, and return whether it is the first of its kind."""
        content = hash((case.status, case.variant_language, *case.variant.values()))
        new = content not in self.seen
        self.seen.add(content)
        return new

    def learn(self, drawn: Sequence[Drawn]) -> None:
        """Keep the worst, and go on from there where it shakes the model more than what it was made of."""
        asked = [case.status for case, _ in drawn if case.variant and case.status != "rejected"]
        self.silent = bool(asked) and "tested" not in asked
        for case, texts in drawn:
            if case.status == "tested":
                level = _level(self.cell, case)
                if self.worst.status != "tested" or level < _level(self.cell, self.worst):
                    self.worst = case
                if level < self.lowest:
                    self.base, self.lowest = texts, level
            elif case.status in {"error", "not asked"}:
                self.unanswered = self.unanswered or case


def _level(cell: Cell, case: Outcome) -> Level:
    """Return how far a variant shakes the model; one whose answer cannot be compared less than any other."""
    agreement, movement = inf if case.agreement is None else case.agreement, cell.check.movement
    if isinstance(movement, Moves):
        return agreement, 1 - abs(movement.change(*said_of(case)) or 0.0)
    return agreement, case.scores_after.get(str(case.before), 0.0)


def _searches(cell: Cell, group: Sequence[Outcome], block: Block) -> list[_Search]:
    return [_Search(cell, one, case) for one, case in zip(block[cell.dataset, cell.language], group, strict=True)]


def _begin(searches: Sequence[_Search], answers: Answers, scorer: TextScorer, chance: KeyedRandom) -> None:
    """Take what became of the first variants."""
    _agree([(search, search.worst) for search in searches], scorer)
    for search in searches:
        search.compare_with(answers.of(search.worst.original))
        case, texts = search.vary(chance)
        search.is_new(case)
        search.learn([(search.worst, texts)])
        failed = search.worst.status == "error" and isinstance(search.before, str)
        search.silent = failed or search.worst.status == "not asked"  # one variant without an answer says little


def _ask(trials: Sequence[tuple[_Search, Outcome]], predictor: Predictor, scorer: TextScorer) -> None:
    """Fill in what became of new cases; an original is asked where the first variant gave no reason to."""
    reject_strays([(search.cell, [case]) for search, case in trials], scorer)
    to_ask = [(search, case) for search, case in trials if case.status == "tested"]
    originals = [case.original for search, case in to_ask if search.before is None]
    variants = [case.variant for search, case in to_ask if not isinstance(search.before, str)]
    answers = predictor.predict([*originals, *variants])
    for search, case in to_ask:
        search.compare_with(answers.of(case.original))
        take_answers(search.cell, case, search.before, answers.of(case.variant))
    _agree(trials, scorer)


def _agree(trials: Iterable[tuple[_Search, Outcome]], scorer: TextScorer) -> None:
    by_cell: dict[str, tuple[Cell, list[Outcome]]] = {}
    for search, case in trials:
        if case.status == "tested":
            by_cell.setdefault(search.cell.id, (search.cell, []))[1].append(case)
    for cell, cases in by_cell.values():
        agree_in(cell, cases, scorer)
