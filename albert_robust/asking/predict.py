"""Predict: each unique input is asked once, in large batches, sorted by length, through the cache."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from albert_robust.asking.ask import LIMITS, Asker, Cost, Failure, Limits
from albert_robust.asking.budget import Budget
from albert_robust.asking.cache import Cache, key
from albert_robust.asking.memory_first import Kept, MemoryFirst
from albert_robust.asking.price import Price
from albert_robust.models import Inputs, Model, Streaming, Usage
from albert_robust.quick_json import dumps
from albert_robust.tasks import Prediction, Task

NEIGHBOURS = 8  # batches whose inputs are sorted by length among themselves
SELDOM = ("said", "cut")  # of a prediction: kept only if there is something to say
KEEPING = 0.5  # seconds of answers that a killed run loses at most, beside the batch that it was at
Watch = Callable[[float], None]  # is told the share of the inputs that is done
Settle = Callable[[str, Prediction | Failure], None]  # is told what an input came to


@dataclass(frozen=True)
class Answers:
    """What the model made of each unique input: a prediction or the reason why there is none.

    Attributes:
        predictions: By what tells inputs apart.
        failures: Likewise.
        keys: What tells inputs apart, by the address of the objects that were asked for: for these it need not be made again.
            They come with it, since an address says something only as long as its object lives.
    """

    predictions: dict[str, Prediction] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    keys: Mapping[int, tuple[str, Inputs]] = field(default_factory=dict, compare=False)

    def of(self, inputs: Inputs) -> Prediction | str | None:
        """Return the prediction for an input, or why there is none; None if it was not asked."""
        known = self.keys.get(id(inputs))
        name = known[0] if known else input_key(inputs)
        return self.predictions.get(name) or self.failures.get(name)


def input_key(inputs: Inputs) -> str:
    """Return what tells one input from another."""
    return dumps(sorted(inputs.items())).decode()


@dataclass(frozen=True)
class Found:
    """Inputs looked up in the cache.

    Attributes:
        answers: Those that are there, and failures of this very run.
        inputs: All of them, repeats apart, by what tells them apart.
        names: Under which their answers are kept.
    """

    answers: Answers
    inputs: Mapping[str, Inputs]
    names: Mapping[str, str]

    @property
    def missing(self) -> list[str]:
        """What has no answer, in the order of the inputs."""
        known = self.answers
        return [one for one in self.inputs if one not in known.predictions and one not in known.failures]


@dataclass(frozen=True)
class Predictor:
    """A model through the cache, within a budget.

    Attributes:
        model: The model.
        task: Says how answers are read.
        cache: Where answers are looked up and kept that later runs or other processes of this one can use.
        suite: Of the model.
        run: With the suite it stands for the identity of a model that has none: its answers are kept for this run alone.
        batch: Inputs a call, at most.
        limits: How long and how often the model is asked.
        cost: Is added to.
        budget: What may be asked in all.
        alone: Whether no other process takes part in the run.
        price: Of what is asked.
        unanswered: The inputs that were asked and got no answer, each as often as that happened.
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
    unanswered: list[str] = field(default_factory=list)

    @cached_property
    def _kept(self) -> Kept:
        return MemoryFirst(self.cache) if self.alone and not self.model.identity else self.cache

    def look_up(self, inputs: Iterable[Inputs], replicate: int = 0) -> Found:
        """Return what the cache has.

        Args:
            inputs: In any order, repeats allowed.
            replicate: Which answer of several to the same input.
        """
        once = {id(one): one for one in inputs}
        keys = {place: (input_key(one), one) for place, one in once.items()}
        unique = dict(keys.values())
        parts = [self.model.identity or f"{self.run} {self.suite}", self.task.name]
        names = {one: key("prediction", *parts, one, *([replicate] if replicate else ())) for one in unique}
        kept = self._kept.get(list(names.values()))
        answers = Answers(keys=keys)
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
            inputs: In any order, repeats allowed; what there is no room for are the last ones.
            replicate: Which answer of several to the same input.
            watch: Is told of progress.
        """
        found = self.look_up(inputs, replicate)
        answers, names = found.answers, found.names
        self.cost.unique_inputs += len(names)
        self.cost.from_cache += len(answers.predictions)
        order = self._order(found.missing[: self.budget.room])
        if not order:
            return answers
        asker = Asker(self.model, self.task, self.limits, self.cost, replicate=replicate)
        before, told, begun = self.cost.predicted, replace(self.cost.usage), time.monotonic()
        settled: list[str] = []  # and not kept yet
        kept_at = begun

        def settle(one: str, made: Prediction | Failure) -> None:
            if isinstance(made, Failure):
                answers.failures[one] = made.message
                if made.asked:
                    self.unanswered.append(one)
            else:
                answers.predictions[one] = made
            settled.append(one)

        streams = isinstance(self.model, Streaming)
        ask = self._as_they_come if streams else self._by_batch
        try:
            for done in ask(asker, order, found.inputs, settle):
                # The next answer of a stream may be long in coming: each is kept.
                if streams or time.monotonic() - kept_at >= KEEPING:
                    self._keep(settled, answers, names)
                    settled.clear()
                    kept_at = time.monotonic()
                if watch is not None:
                    watch(done / len(order))
        finally:
            self._keep(settled, answers, names)
            self._pay(self.cost.predicted - before, self.cost.usage - told)
        self.cost.asking += time.monotonic() - begun
        return answers

    def _by_batch(
        self, asker: Asker, order: Sequence[str], inputs: Mapping[str, Inputs], settle: Settle
    ) -> Iterator[int]:
        """Ask a batch after the other; yield how many inputs are done. What was answered before an interrupt is answered."""
        for start in range(0, len(order), self.batch):
            if self.budget.room == 0:
                return
            chunk = order[start : start + self.batch]
            self._count(len(chunk))
            try:
                asker.ask([inputs[one] for one in chunk])
            finally:
                for one, made in zip(chunk, asker.found, strict=False):
                    settle(one, made)
            yield start + len(chunk)

    def _as_they_come(
        self, asker: Asker, order: Sequence[str], inputs: Mapping[str, Inputs], settle: Settle
    ) -> Iterator[int]:
        """Ask many inputs at a time, and settle each when it has its answer; yield how many are done."""

        def fed() -> Iterator[Inputs]:
            for one in order:
                if self.budget.room == 0:
                    return
                self._count(1)
                yield inputs[one]

        for done, (place, made) in enumerate(asker.stream(fed()), start=1):
            if isinstance(made, Failure) and not made.asked:
                self._count(-1)
            settle(order[place], made)
            yield done

    def _count(self, inputs: int) -> None:
        self.cost.predicted += inputs
        self.budget.asked += inputs

    def _pay(self, inputs: int, usage: Usage) -> None:
        paid = self.price.of(inputs, usage)
        if paid is not None:
            self.cost.price = (self.cost.price or 0.0) + paid

    def _order(self, missing: Sequence[str]) -> list[str]:
        """Return inputs by length, which saves padding; where time may run out only among neighbours: first cells come first."""
        reach = max(1, len(missing)) if self.budget.seconds is None else NEIGHBOURS * self.batch
        slices = [missing[start : start + reach] for start in range(0, len(missing), reach)]
        return [one for part in slices for one in sorted(sorted(part), key=len)]

    @property
    def seconds_an_input(self) -> float | None:
        """What an answer took in earlier runs of the model; None where there was none."""
        asked, seconds, *_ = self._earlier
        return seconds / asked if asked else None

    def price_of(self, inputs: int) -> float | None:
        """Return what inputs may cost, tokens by what they were in earlier runs; None where that is not known."""
        asked, _, *tokens = self._earlier
        paid = self.price.of(asked or inputs, Usage(*tokens))
        return paid if paid is None or not asked else paid / asked * inputs

    def timed(self, asked: int, seconds: float, usage: Usage) -> None:
        """Keep what the answers of a run took, for forecasts: the last run that asked for something counts."""
        if asked:
            self.cache.put([(self._pace, [asked, round(seconds, 3), usage.prompt, usage.completion])])

    @property
    def _earlier(self) -> Sequence[Any]:
        """How many inputs the last run asked, and the seconds and tokens that they took."""
        found: Sequence[Any] = self.cache.get([self._pace]).get(self._pace, (0, 0.0))
        return found

    @property
    def _pace(self) -> str:
        """The name under which the model's speed is kept; one without an identity goes by its suite."""
        return key("pace", self.model.identity or self.suite, self.task.name)

    def _keep(self, asked: Sequence[str], answers: Answers, names: Mapping[str, str]) -> None:
        """Keep answers; failures too, but for this run alone: its other processes ask nothing again."""
        made = {names[one]: kept_form(answers.predictions[one]) for one in asked if one in answers.predictions}
        failed = {names[one]: answers.failures[one] for one in asked if one in answers.failures}
        answered = self._kept.get(list(failed))  # by another run, in the meantime: that stays
        made |= {
            name: {"failure": message, "run": self.run}
            for name, message in failed.items()
            if _read(answered.get(name)) is None
        }
        self._kept.put(made.items())

    def _failure(self, kept: Any) -> str | None:
        """Return why this run has no answer; what failed in another run counts for nothing."""
        ours = isinstance(kept, dict) and kept.keys() == {"failure", "run"} and kept["run"] == self.run
        return kept["failure"] if ours else None


def kept_form(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as the cache keeps it."""
    kept = {"output": prediction.output, "scores": dict(prediction.scores)}
    return kept | {name: held for name in SELDOM if (held := getattr(prediction, name))}


def _read(kept: Any) -> Prediction | None:
    return Prediction(**kept) if isinstance(kept, dict) and kept.keys() - {*SELDOM} == {"output", "scores"} else None
