"""Predict: each unique input is asked once, in large batches, sorted by length, through the cache."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from albert_robust.asking.ask import LIMITS, Asker, Cost, Failure, Limits, ModelFaultError
from albert_robust.asking.budget import Budget
from albert_robust.asking.cache import Cache, key
from albert_robust.asking.price import Price
from albert_robust.models import Inputs, Model, Stream, TokenPrice, Usage
from albert_robust.quick_json import dumps
from albert_robust.tasks import Prediction, Task

MET = 100_000  # names in memory of what was asked for: enough for a block
SELDOM = ("said", "cut")  # of a prediction: kept only if there is something to say
KEEPING = 0.5  # seconds of answers that a killed run loses at most, beside the batch that it was at
Watch = Callable[[float], None]
Settled = Sequence[tuple[str, Prediction | Failure]]  # inputs, by what tells them apart, and what they came to


def unchanged(prediction: Prediction) -> Prediction:
    """Return a prediction as it is."""
    return prediction


@dataclass(frozen=True)
class Answers:
    """What the model made of each unique input: a prediction or the reason why there is none.

    Attributes:
        predictions: By `input_key`, with labels as the model says them, as the cache keeps them.
        failures: By `input_key`: why there is no prediction.
        renamed: Gives the labels of a prediction the names that the data have for them.
        keys: `input_key` by the `id()` of the inputs that were asked for, so that it is not made again. The inputs are kept, too,
            because an id is unique only while its object lives.
    """

    predictions: dict[str, Prediction] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    renamed: Callable[[Prediction], Prediction] = field(default=unchanged, compare=False)
    keys: Mapping[int, tuple[str, Inputs]] = field(default_factory=dict, compare=False)

    def of(self, inputs: Inputs) -> Prediction | str | None:
        """Return the prediction for an input, or why there is none; None if it was not asked."""
        known = self.keys.get(id(inputs))
        name = known[0] if known else input_key(inputs)
        found = self.predictions.get(name)
        return self.failures.get(name) if found is None else self.renamed(found)


def characters(inputs: Sequence[Inputs]) -> float:
    """Return how many characters inputs have on average."""
    return sum(len(text) for one in inputs for text in one.values()) / max(1, len(inputs))


def input_key(inputs: Inputs) -> str:
    """Return a string that is the same for equal inputs alone."""
    return dumps(sorted(inputs.items())).decode()


@dataclass(frozen=True)
class Found:
    """Inputs looked up in the cache.

    Attributes:
        answers: Those that the cache has, and failures of this very run.
        inputs: All unique inputs, by `input_key`.
        names: The name under which the answer is kept, by `input_key`.
    """

    answers: Answers
    inputs: Mapping[str, Inputs]
    names: Mapping[str, str]

    @property
    def missing(self) -> list[str]:
        """The keys of inputs without an answer, in the order of the inputs."""
        known = self.answers
        return [one for one in self.inputs if one not in known.predictions and one not in known.failures]


@dataclass
class Predictor:
    """A model through the cache, within a budget.

    Attributes:
        model: The model.
        task: Says how answers are read.
        cache: Where answers are looked up and kept.
        suite: The name of the model's suite.
        run: Names the run. With the suite, it stands for the identity of a model that has none: its answers serve this run alone.
        batch: The most inputs per call.
        limits: How long and how often the model is asked.
        cost: Counts what is asked.
        budget: What all models of the run may still be asked.
        alone: Whether no other process takes part in the run.
        price: What an answer costs.
        names: What the data call each label of the model, where that is another name.
    """

    model: Model
    task: Task
    cache: Cache
    suite: str
    run: str
    batch: int
    limits: Limits = LIMITS
    cost: Cost = field(default_factory=Cost)
    budget: Budget = field(default_factory=Budget)
    alone: bool = False
    price: Price = field(default_factory=Price)
    names: Mapping[str, str] = field(default_factory=dict)
    _met: set[str] = field(default_factory=set, init=False, repr=False)  # the names of inputs that were counted
    _answered: bool = field(default=False, init=False)  # in this run or an earlier one

    @property
    def _passing(self) -> bool:
        """Whether no later run and no other process can use the answers."""
        return self.alone and not self.model.identity

    def look_up(self, inputs: Iterable[Inputs], replicate: int = 0) -> Found:
        """Look inputs up in the cache.

        Args:
            inputs: In any order, repeats allowed.
            replicate: Which answer of several to the same input.
        """
        once = {id(one): one for one in inputs}
        keys = {place: (input_key(one), one) for place, one in once.items()}
        unique = dict(keys.values())
        parts = [self.model.identity or f"{self.run} {self.suite}", self.task.name]
        names = {one: key("prediction", *parts, one, *([replicate] if replicate else ())) for one in unique}
        kept = self.cache.get(list(names.values()), passing=self._passing)
        answers = Answers(keys=keys, renamed=partial(self.task.renamed, names=self.names) if self.names else unchanged)
        for text, name in names.items() if kept else ():
            value = kept.get(name)
            if (prediction := _read(value)) is not None:
                answers.predictions[text] = prediction
            elif (failure := self._failure(value)) is not None:
                answers.failures[text] = failure
        return Found(answers, unique, names)

    def predict(self, inputs: Iterable[Inputs], replicate: int = 0, watch: Watch | None = None) -> Answers:
        """Return the model's answers for all inputs that the budget has room for.

        Args:
            inputs: In any order, repeats allowed. If the budget has no room for all, the last ones are not asked.
            replicate: Which answer of several to the same input.
            watch: Is called with the share of the inputs that is done.
        """
        found = self.look_up(inputs, replicate)
        answers = found.answers
        self._meet(found)
        self._answered = self._answered or bool(answers.predictions)
        missing = found.missing
        each = self._each(found) if missing else None
        order = sorted(sorted(missing[: self.budget.room_at(each)]), key=len)  # by length, to save padding
        if not order:
            return answers
        with self._paid(each) as pay, self._keeping(answers, found.names) as keep:
            done = 0
            for group in self._asked(order, found.inputs, replicate, each):
                pay(sum(not isinstance(made, Failure) or made.asked for _, made in group))
                for one, made in group:
                    if isinstance(made, Prediction):
                        answers.predictions[one] = made
                    else:
                        answers.failures[one] = made.message
                        self.cost.unanswered += made.asked
                self._answered = self._answered or bool(answers.predictions)
                keep(one for one, _ in group)
                done += len(group)
                if watch is not None:
                    watch(done / len(order))
        return answers

    def _meet(self, found: Found) -> None:
        """Count inputs, but for those that were met before: an answer that this run asked for is not one that it was spared."""
        new = [one for one, name in found.names.items() if name not in self._met]
        self.cost.unique_inputs += len(new)
        self.cost.from_cache += sum(one in found.answers.predictions for one in new)
        if len(self._met) > MET:
            self._met.clear()
        self._met.update(found.names.values())

    def _asked(
        self, order: Sequence[str], inputs: Mapping[str, Inputs], replicate: int, each: float | None
    ) -> Iterator[Settled]:
        """Yield what inputs come to, while the budget lasts: those of a batch together, those of a stream one by one."""
        asker = Asker(self.model, self.task, self.limits, self.cost, replicate=replicate, untried=not self._answered)
        if self.model.stream is None:
            return self._by_batch(asker, order, inputs)
        return self._as_they_come(asker, self.model.stream, order, inputs, each)

    def _by_batch(self, asker: Asker, order: Sequence[str], inputs: Mapping[str, Inputs]) -> Iterator[Settled]:
        """Ask one batch after the other. What a batch answered before an interrupt is yielded before the interrupt goes on."""
        for start in range(0, len(order), self.batch):
            if self.budget.room == 0:
                return
            chunk = order[start : start + self.batch]
            self._count(len(chunk))
            made: list[Prediction | Failure] = []
            try:
                made.extend(asker.ask([inputs[one] for one in chunk]))
            except ModelFaultError:
                self._count(len(made) - len(chunk))  # the others were not asked by themselves
                raise
            finally:
                yield [*zip(chunk, made, strict=False)]

    def _as_they_come(
        self, asker: Asker, stream: Stream, order: Sequence[str], inputs: Mapping[str, Inputs], each: float | None
    ) -> Iterator[Settled]:
        """Ask many inputs at a time, while the budget has room."""
        under_way = 0

        def fed() -> Iterator[Inputs]:
            nonlocal under_way
            for one in order:
                if self.budget.room_at(each, under_way) == 0:
                    return
                self._count(1)
                under_way += 1
                yield inputs[one]

        for place, made in asker.stream(stream, fed()):
            under_way -= 1
            if isinstance(made, Failure) and not made.asked:
                self._count(-1)
            yield [(order[place], made)]

    @contextmanager
    def _paid(self, each: float | None) -> Iterator[Callable[[int], None]]:
        """Give a function that adds the price of inputs to the cost, and what they may cost to what is spent; add the time."""
        usage, begun = replace(self.cost.usage), time.monotonic()

        def pay(inputs: int) -> None:
            nonlocal usage
            paid = self.price.of(inputs, self.cost.usage - usage)
            usage = replace(self.cost.usage)
            self.budget.spent += (each or 0.0) * inputs if paid is None else paid
            if paid is not None:
                self.cost.price = (self.cost.price or 0.0) + paid

        try:
            yield pay
        finally:
            self.cost.asking += time.monotonic() - begun

    def _each(self, found: Found) -> float | None:
        """Return what an input costs, where there is a budget in money: by this run's tokens, else as a plan has it."""
        if self.budget.price is None:
            return None
        paid = self.price.of(self.cost.predicted, self.cost.usage) if self.cost.predicted else None
        if paid is not None:
            return paid / self.cost.predicted
        return self.price_of(1, characters([found.inputs[one] for one in found.missing]))

    def _count(self, inputs: int) -> None:
        self.cost.predicted += inputs
        self.budget.asked += inputs

    @property
    def seconds_an_input(self) -> float | None:
        """Seconds per answer in the last run that asked the model; None if there was none."""
        asked, seconds, *_ = self._earlier
        return seconds / asked if asked else None

    def price_of(self, inputs: int, characters: float) -> float | None:
        """Return what inputs may cost, with as many tokens per input as in the last run; None if no price is stated.

        Args:
            inputs: How many.
            characters: Of each, on average: before a first run they let guess the tokens.
        """
        asked, _, *tokens = self._earlier
        paid = self.price.of(asked, Usage(*tokens)) if asked else None
        return self.price.guessed(inputs, characters) if paid is None else paid / asked * inputs

    @property
    def guesses_price(self) -> bool:
        """Whether a price is by tokens, and no run has told how many there are."""
        asked, _, *tokens = self._earlier
        return isinstance(self.price.stated, TokenPrice) and not (asked and Usage(*tokens).prompt)

    def timed(self, asked: int, seconds: float, usage: Usage) -> None:
        """Keep the time and the tokens of a run's answers, for forecasts. The last run that asked anything counts."""
        if asked:
            self.cache.put([(self._pace, [asked, round(seconds, 3), usage.prompt, usage.completion])])

    @property
    def _earlier(self) -> Sequence[Any]:
        """The number of inputs that the last run asked, their seconds, and their tokens."""
        found: Sequence[Any] = self.cache.get([self._pace]).get(self._pace, (0, 0.0))
        return found

    @property
    def _pace(self) -> str:
        """The name under which the model's speed is kept; one without an identity goes by its suite."""
        return key("pace", self.model.identity or self.suite, self.task.name)

    @contextmanager
    def _keeping(self, answers: Answers, names: Mapping[str, str]) -> Iterator[Callable[[Iterable[str]], None]]:
        """Give a function that keeps answers: each of a stream, where the next may be long in coming, and others now and then."""
        left: list[str] = []
        kept_at = time.monotonic()

        def keep(settled: Iterable[str]) -> None:
            nonlocal kept_at
            left.extend(settled)
            if self.model.stream or time.monotonic() - kept_at >= KEEPING:
                self._keep(left, answers, names)
                left.clear()
                kept_at = time.monotonic()

        try:
            yield keep
        finally:
            self._keep(left, answers, names)

    def _keep(self, asked: Sequence[str], answers: Answers, names: Mapping[str, str]) -> None:
        """Keep answers, and failures for this run alone, so that its other processes ask nothing again."""
        made = {names[one]: kept_form(answers.predictions[one]) for one in asked if one in answers.predictions}
        failed = {names[one]: answers.failures[one] for one in asked if one in answers.failures}
        answered = self.cache.get(
            list(failed), passing=self._passing
        )  # an answer that another run got in the meantime stays
        made |= {
            name: {"failure": message, "run": self.run}
            for name, message in failed.items()
            if _read(answered.get(name)) is None
        }
        self.cache.put(made.items(), passing=self._passing)

    def _failure(self, kept: Any) -> str | None:
        """Return why this run has no answer; None if there is no failure, or another run's."""
        ours = isinstance(kept, dict) and kept.keys() == {"failure", "run"} and kept["run"] == self.run
        return kept["failure"] if ours else None


def kept_form(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as the cache keeps it."""
    kept = {"output": prediction.output, "scores": dict(prediction.scores)}
    return kept | {name: held for name in SELDOM if (held := getattr(prediction, name))}


def _read(kept: Any) -> Prediction | None:
    return Prediction(**kept) if isinstance(kept, dict) and kept.keys() - {*SELDOM} == {"output", "scores"} else None
