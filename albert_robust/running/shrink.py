"""Shrink: finds a smallest set of a variant's edits that still changes the answer.

The method is delta debugging (Zeller and Hildebrandt, 2002, doi:10.1109/32.988498) over edits. A part of the edits is left out
if the answer then still lacks half of the agreement that it lacks with all edits; for labels, if it is still another label. In
the end no single edit can be left out. All trials of a round are asked together, through the cache and within the budget. A
trial without an answer counts as not enough, and no claim is made that its case needs all of its edits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from warnings import warn

from albert_robust.asking.ask import NOT_TO_BE_HAD
from albert_robust.asking.predict import Predictor
from albert_robust.foreign import first_line
from albert_robust.results.cases import Shrunk
from albert_robust.results.outcome import NO_ENTRIES, Change, Outcome, edited
from albert_robust.running.cell import Cell
from albert_robust.running.measure import agree_in
from albert_robust.tasks import Prediction, TextScorer

CASES = 3  # a cell
Changes = tuple[Change, ...]


@dataclass
class _Search:
    """What is left of a case's edits, and in how many parts they are cut next."""

    case: Outcome
    left: Changes
    output: str
    parts: int = 2
    answered: bool = True

    @property
    def trials(self) -> list[Changes]:
        """The parts, then the rests without each part; of two parts each is the other's rest."""
        count = len(self.left)
        if self.parts > count or count < 2:
            return []
        cuts = [round(place * count / self.parts) for place in range(self.parts + 1)]
        spans = list(pairwise(cuts))
        rests = [self.left[:start] + self.left[end:] for start, end in spans] if self.parts > 2 else []
        return [*(self.left[start:end] for start, end in spans), *rests]

    def learn(self, tried: Sequence[Outcome]) -> None:
        """Go on with the first trial that is enough, or with smaller parts."""
        assert self.case.agreement is not None
        most = (1 + self.case.agreement) / 2
        self.answered &= all(one.agreement is not None for one in tried)
        enough = next((n for n, one in enumerate(tried) if one.agreement is not None and one.agreement <= most), None)
        if enough is None:
            self.parts = self.parts + 1 if self.parts == len(self.left) else min(2 * self.parts, len(self.left))
        else:
            self.left, self.output = tried[enough].changes, str(tried[enough].after)
            self.parts = 2 if enough < self.parts else max(2, self.parts - 1)


def shrunk(cell: Cell, cases: Sequence[Outcome], predictor: Predictor, scorer: TextScorer) -> tuple[Shrunk, ...]:
    """Return a smallest set of edits for each of a cell's worst cases whose answer changed.

    There is none for a single edit, for a whole text in another language, and for perturbations that replace a name throughout
    or reorder parts: some of their edits alone would mean something else. A model that runs elsewhere cannot be asked further.

    Args:
        cell: Of an invariance check: if an answer should have changed, no edit is to blame.
        cases: The cases that speak against the model, the worst first.
        predictor: Asks the model of the cell's suite.
        scorer: Scores texts for agreements that compare them.
    """
    if cell.exchanges or cell.reorders or not cell.suite.model.kind.answers_here:
        return ()
    searches = [_Search(case, case.changes, str(case.after)) for case in islice(filter(_can_shrink, cases), CASES)]
    try:
        _search(cell, searches, predictor, scorer)
    except NOT_TO_BE_HAD as error:  # verdicts stand without
        warn(f"cannot shrink {cell.id}: {first_line(error)}", stacklevel=2)
        return ()
    return tuple(
        Shrunk(one.suite, one.cell, one.example, one.replicate, search.left, search.output)
        for search in searches
        for one in [search.case]
        if search.answered or search.left != one.changes
    )


def _can_shrink(case: Outcome) -> bool:
    # What is as wrong as before speaks against a model, too, and no edit is to blame.
    changed = case.agreement is not None and case.agreement < 1
    return changed and len(case.changes) > 1 and not case.variant_language


def _search(cell: Cell, searches: Sequence[_Search], predictor: Predictor, scorer: TextScorer) -> None:
    while trials := [(search, search.trials) for search in searches if search.trials]:
        tried = iter(_tried(cell, [(search.case, one) for search, each in trials for one in each], predictor, scorer))
        for search, each in trials:
            search.learn(list(islice(tried, len(each))))


def _tried(
    cell: Cell, trials: Sequence[tuple[Outcome, Changes]], predictor: Predictor, scorer: TextScorer
) -> Iterator[Outcome]:
    """Yield cases with some of their edits, answered; one without an answer has no agreement."""
    made = [
        replace(
            case,
            variant=edited(case.original, changes),
            changes=changes,
            after=None,
            agreement=None,
            scores_after=NO_ENTRIES,
        )
        for case, changes in trials
    ]
    answers = predictor.predict([one.variant for one in made])
    for one in made:
        found = answers.of(one.variant)
        if found is None:
            warn(f"cannot shrink {cell.id} any further: the budget had no room", stacklevel=2)
        if isinstance(found, Prediction):
            one.after, one.scores_after = found.output, found.scores
    answered = [one for one in made if one.after is not None]
    agree_in(cell, answered, scorer)
    yield from made
