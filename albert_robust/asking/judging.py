"""Judging: how the measures of a suite's own are asked: as models are, so that what goes wrong with a pair concerns that pair."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from albert_robust.asking.ask import ModelContractError, fault_in
from albert_robust.asking.predict import Predictor, Watch
from albert_robust.errors import Complaint, InputError, UsageError
from albert_robust.models import Inputs
from albert_robust.suite.own_measures import OwnMeasure
from albert_robust.tasks import Prediction
from albert_robust.tasks.task import OUTSIDE, Compared, Measured

FIRST = 3  # pairs that a judge is asked about before all others
THE_MODEL = "the model "  # how messages about what is asked begin


@dataclass
class Judging:
    """One of a suite's own measures, and what is asked for it.

    Attributes:
        measure: The measure.
        predictor: Asks the function or the judge.
        shown: The suite's path as messages print it.
        watch: Is called while many pairs are asked.
    """

    measure: OwnMeasure
    predictor: Predictor
    shown: str
    watch: Watch | None = None
    _tried: bool = False

    def measured(self, pairs: Sequence[Compared]) -> list[Measured]:
        """Return the number of each pair, why it has none, or nothing where the budget had no room.

        Raises:
            InputError: The function or the judge cannot be had, or returned another number of answers than there are pairs.
        """
        asked = [self.measure.seen(pair) for pair in pairs]
        with self._placed():
            self._try(asked[:FIRST])
            answers = self.predictor.predict(asked, watch=self.watch)
        return [self._number(answers.of(one)) for one in asked]

    def _try(self, asked: Sequence[Inputs]) -> None:
        """Ask a judge about its first pairs: if it knows no range, or another one, nobody pays for all of them."""
        if not self.measure.judges or self._tried or not asked:
            return
        self._tried = True
        answers = self.predictor.predict(asked)
        ending = OUTSIDE.format(*self.measure.task.bounds)
        strays = [one for pair in asked if isinstance(one := answers.of(pair), str) and one.endswith(ending)]
        if len(strays) > len(asked) / 2:
            raise UsageError(strays[0], "say from where to where it judges, such as `range: [1, 5]`")

    def missing(self, pairs: Sequence[Compared]) -> set[str]:
        """Return the names under which answers that are not kept yet would be."""
        found = self.predictor.look_up(map(self.measure.seen, pairs))
        return {found.names[one] for one in found.missing}

    def _number(self, answer: Prediction | str | None) -> Measured:
        value = self.measure.number(answer.output) if isinstance(answer, Prediction) else answer
        return self._blamed(value) if isinstance(value, str) else value

    def _blamed(self, what: str) -> str:
        """Return a message about what was asked as one about the measure."""
        own = what.removeprefix(THE_MODEL)
        return f"the measure {self.measure.name}{': ' if own == what else ' '}{own}"

    @contextmanager
    def _placed(self) -> Iterator[None]:
        """Turn an error that concerns all pairs into a complaint at the measure's position in the suite."""
        try:
            yield
        except (ModelContractError, UsageError, ImportError) as error:
            what, mend = (error.what, error.mend) if isinstance(error, UsageError) else (str(error), "")
            raise InputError([Complaint(self.shown, self.measure.place, self._blamed(what), mend)]) from fault_in(error)
