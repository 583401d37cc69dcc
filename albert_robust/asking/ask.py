"""Ask: asks a model that may raise, hang, fail for a while, or return an unreadable answer.

A batch that raises, or that has no answer in time, is halved until the input that is to blame is alone. That input is a
failure, and the others are answered. Temporary errors are retried first, after longer waits each time. If a model returns an
error in place of an answer, the error belongs to that input alone, and only temporary ones are asked again.

A batch with a time-out is asked in a thread, which is left behind when the time is over: a signal cannot end every call (a
library may wait in its own code), does not reach a thread of the caller's, and other plugins use the same alarm. A thread that
is left behind may run beside the next call. It ends with the process, which does not wait for it. Code that waits without
giving up the interpreter's lock stops the clock, too: only its own time-out can end it.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence, Set, Sized
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, fields, replace
from functools import partial, reduce
from inspect import isawaitable
from itertools import islice
from operator import add, sub
from random import Random
from threading import Thread
from typing import Any, TypeVar

from albert_robust.asking.cache import key
from albert_robust.errors import InputError, MissingExtraError, TransientError, UsageError
from albert_robust.foreign import raise_if_ending, raised, said
from albert_robust.imports import place_of, raised_there
from albert_robust.models import Answering, Inputs, Stream, Usage
from albert_robust.models.pace import FIRST_WAIT, LONGEST_WAIT, TRANSIENT, GoneError
from albert_robust.scoring.statistics import DIGITS
from albert_robust.tasks import Prediction, Task
from albert_robust.tasks.task import NO_INPUTS

LONGEST_OUTPUT = 4 * 2**20  # characters of an output: as much as is read of an endpoint's reply
ALIKE = 64  # inputs, the first ones of a run, for each of which the model raises the same
SILENT = 3  # inputs in a row, each asked alone, that had no answer: the model is gone
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often a model is asked.

    Attributes:
        timeout: Seconds per call; None for no limit.
        retries: How often a batch, with all its parts, is asked again after temporary errors.
    """

    timeout: float | None = None
    retries: int = 3


LIMITS = Limits()


@dataclass
class Cost:
    """What a run asked for: `predicted` inputs, of which some are `unanswered`.

    `asking` is the seconds that its models took, `price` what their predictions cost, if known.
    """

    unique_inputs: int = 0
    predicted: int = 0
    unanswered: int = 0
    from_cache: int = 0
    calls: int = 0
    retries: int = 0
    timeouts: int = 0
    spared: int = 0
    asking: float = 0.0
    price: float | None = None
    usage: Usage = field(default_factory=Usage)

    def copy(self) -> "Cost":
        """Return the cost as it is now, to be subtracted later."""
        return replace(self, usage=replace(self.usage))

    def __add__(self, other: "Cost") -> "Cost":
        return self._with(other, add)

    def __sub__(self, other: "Cost") -> "Cost":
        return self._with(other, sub)

    def _with(self, other: "Cost", operate: Callable[[Any, Any], Any]) -> "Cost":
        """Return both costs together or apart; a price that only one has is the price."""
        pairs = {one.name: (getattr(self, one.name), getattr(other, one.name)) for one in fields(self)}
        known = {name: [value for value in pair if value is not None] for name, pair in pairs.items()}
        both: dict[str, Any] = {name: reduce(operate, values) for name, values in known.items() if values}
        return Cost(**both)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an input has no prediction.

    Attributes:
        message: One line.
        transient: Whether the same question may have an answer at another time.
        asked: Whether the model was asked at all.
    """

    message: str
    transient: bool = False
    asked: bool = True


class ModelContractError(ValueError):
    """The model does not answer as models must; no example of it can be trusted."""

    mend = "return one output for each input, in order"


class ModelFaultError(ModelContractError):
    """The model has answered nothing yet, and raises the same for one input after the other: the fault is its own."""

    mend = "it is asked no more: mend it, and run again"


def fault_in(error: Exception) -> BaseException | None:
    """Return what a model raised for all inputs; None if the error is another one."""
    return error.__cause__ if isinstance(error, ModelFaultError) else None


class _NoAnswerError(Exception):
    """A call has not ended in time."""


Settling = Generator[Prediction | Failure, None, bool]
NOT_TO_BE_HAD = (InputError, MissingExtraError, UsageError, ModelContractError)  # errors of the model, of no example


@dataclass
class Asker:
    """Asks one model. Of a model that has stopped answering it asks nothing more.

    Attributes:
        model: The model.
        task: Says how answers are read.
        limits: How long and how often it is asked.
        cost: Is added to.
        sleep: Waits for some seconds.
        replicate: Which of several answers to the same input is asked for.
        untried: Whether the model has answered nothing so far. One that then raises the same for each of `ALIKE` inputs is asked
            nothing more.
    """

    model: Answering
    task: Task
    limits: Limits = LIMITS
    cost: Cost = field(default_factory=Cost)
    sleep: Callable[[float], None] = time.sleep
    replicate: int = 0
    untried: bool = False
    _raised: list[BaseException] = field(default_factory=list, init=False)
    _silent: int = field(default=0, init=False)
    _retried: int = field(default=0, init=False)

    def ask(self, batch: Sequence[Inputs]) -> Iterator[Prediction | Failure]:
        """Yield what the model made of each input, in order: what was answered before an error or an interrupt, too.

        Args:
            batch: One input or more.

        Raises:
            InputError: The model cannot be had at all, for a mistake in a file; `UsageError` and `MissingExtraError` likewise.
            ModelContractError: It returned another number of outputs than it was given inputs.
            ModelFaultError: It raises the same for all inputs.
        """
        self._retried = 0
        yield from self._settle(batch)

    def stream(self, stream: Stream, inputs: Iterable[Inputs]) -> Iterator[tuple[int, Prediction | Failure]]:
        """Yield the index of an input and what the model made of it, as they come.

        Args:
            stream: The model's own.
            inputs: They are taken when they can be asked.

        Raises:
            UsageError: The model cannot be had at all; `MissingExtraError` likewise.
        """
        taken: list[Inputs] = []

        def noted() -> Iterator[Inputs]:
            for one in inputs:
                taken.append(one)
                self.cost.calls += 1
                yield one

        for place, output in stream(noted(), self.replicate):
            if isinstance(output, UsageError):
                raise output
            if isinstance(output, GoneError):
                self.cost.calls -= 1
                yield place, Failure(str(output), transient=True, asked=False)
                continue
            self.cost.timeouts += isinstance(output, TimeoutError)
            yield place, self._made(output, taken[place])

    def _settle(self, batch: Sequence[Inputs]) -> Settling:
        """Yield what becomes of each input; return whether the model took the batch."""
        if self._silent == SILENT:
            gone = f"not asked: the model had stopped answering, {SILENT} inputs in a row had no answer"
            yield from (Failure(gone, transient=True) for _ in batch)
            return False
        outputs = self._outputs(batch)
        if not isinstance(outputs, Failure):
            self.untried = False
            try:
                for one in outputs:
                    if isinstance(one, KeyboardInterrupt | UsageError):
                        raise one
                self._ask_again(batch, outputs)
            finally:
                yield from self._read(batch, outputs)
            return True
        if len(batch) > 1:
            yield from self._halve(batch)
        else:
            self._silent = self._silent + 1 if outputs.transient else 0
            yield outputs
            self._end_if_hopeless(outputs)
        return False

    def _end_if_hopeless(self, failure: Failure) -> None:
        """Raise where the model has raised the same, at the same place, for each of the first inputs."""
        self.untried = self.untried and not failure.transient and len({*map(place_of, self._raised)}) == 1
        if self.untried and len(self._raised) == ALIKE:
            last = self._raised[-1]
            raise ModelFaultError(f"{failure.message} for each of the first {ALIKE} inputs") from last

    def _ask_again(self, batch: Sequence[Inputs], outputs: list[Any]) -> None:
        """Ask the inputs with temporary errors again, and replace the errors by what comes of that."""
        places = [place for place, output in enumerate(outputs) if isinstance(output, TRANSIENT)]
        self.cost.timeouts += sum(isinstance(outputs[place], TimeoutError) for place in places)
        if len(places) < len(batch):
            self._silent = 0
        if places and self._retried < self.limits.retries:
            rest = [batch[place] for place in places]
            self._wait(rest, [outputs[place] for place in places])
            for made, place in zip(self._settle(rest), places, strict=True):
                outputs[place] = made
        elif len(places) == len(batch):
            self._silent = min(SILENT, self._silent + len(batch))
        if len(places) < len(batch):
            self._silent = 0  # others were answered, though these may have had no answer again

    def _read(self, batch: Sequence[Inputs], outputs: list[Any]) -> Iterator[Prediction | Failure]:
        """Yield the prediction in each output. An output of several inputs is read once, if the inputs do not matter for it."""
        common = set() if self.task.annotation else {one for one in outputs if type(one) is str}
        made = {one: self._made(one) for one in common}
        for inputs, one in zip(batch, outputs, strict=True):
            yield made[one] if type(one) is str and made else self._made(one, inputs)

    def _made(self, output: Any, inputs: Inputs = NO_INPUTS) -> Prediction | Failure:
        if isinstance(output, Prediction | Failure):
            return output  # asked again, and read then
        if isinstance(output, BaseException):
            return self._raises(output)
        made = read_output(self.task, output, inputs)
        return Failure(made) if isinstance(made, str) else made

    def _raises(self, error: BaseException) -> Failure:
        transient = isinstance(error, TRANSIENT)
        after = f", after {self._retried} of {self.limits.retries} retries" if transient and self._retried else ""
        return Failure(f"the model raises {raised_there(error)}{after}", transient)

    def _halve(self, batch: Sequence[Inputs]) -> Iterator[Prediction | Failure]:
        """Settle a batch that failed as a whole."""
        middle = len(batch) // 2
        left, right = batch[:middle], batch[middle:]
        took = yield from self._settle(left)
        if took and len(right) > 1:
            yield from self._halve(right)  # the fault lies there: asked as a whole, it would fail again
        else:
            yield from self._settle(right)

    def _outputs(self, batch: Sequence[Inputs]) -> list[Any] | Failure:
        """Return an output for each input, or why there are none; wait out what passes."""
        while True:
            self.cost.calls += 1
            try:
                return _within(self.limits.timeout, partial(_predicted, self.model, batch, self.replicate))
            except NOT_TO_BE_HAD:
                raise
            except _NoAnswerError:
                self.cost.timeouts += 1
                return Failure(f"no answer within {self.limits.timeout:g} s", transient=True)
            except TRANSIENT as error:
                self.cost.timeouts += isinstance(error, TimeoutError)
                if self._retried == self.limits.retries:
                    return self._raises(error)
                self._wait(batch, [error])
            except BaseException as error:
                raise_if_ending(error)
                if self.untried and len(batch) == 1:
                    self._raised.append(error)
                return self._raises(error)

    def _wait(self, batch: Sequence[Inputs], errors: Sequence[Exception]) -> None:
        """Wait until a batch may be asked again."""
        asked = [error.retry_after or 0.0 for error in errors if isinstance(error, TransientError)]
        seconds = waiting(batch, self._retried, max(asked, default=None))
        self._retried += 1
        self.cost.retries += 1
        self.sleep(seconds)


def read_output(task: Task, output: Any, inputs: Inputs = NO_INPUTS) -> Prediction | str:
    """Return what a model gave for one input as a prediction, or why it is none; it may be anything."""
    try:
        prediction = task.read(output, inputs)
    except ValueError as error:
        return said(error)
    except BaseException as error:
        raise_if_ending(error)
        return f"the model returned what cannot be read: {raised(error)}"
    if (length := len(prediction.output)) > LONGEST_OUTPUT:
        return f"the model returned {length:,} characters, more than {LONGEST_OUTPUT:,}"
    if not prediction.scores:
        return prediction
    scores = {label: round(value, DIGITS) for label, value in sorted(prediction.scores.items())}
    return replace(prediction, scores=scores)


def waiting(batch: Sequence[Inputs], retried: int, retry_after: float | None = None) -> float:
    """Return the seconds before a batch is asked again: twice as many each time, and drawn, so that askers do not meet.

    Args:
        batch: Decides the draw: the same batch waits equally long in every run.
        retried: How often it was asked again before.
        retry_after: What the model asked for; never waited for less, unless it is more than `LONGEST_WAIT`.
    """
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2**retried)
    drawn = Random(key("waiting", retried, [dict(inputs) for inputs in batch])).uniform(longest / 2, longest)
    return min(LONGEST_WAIT, max(drawn, retry_after or 0.0))


def _predicted(model: Answering, batch: Sequence[Inputs], replicate: int) -> list[Any]:
    """Return an output for each input, from a list, an array, a column of a data frame or a generator."""
    results: Any = model.predict(batch, replicate)
    if isawaitable(results):
        raise ModelContractError(
            "the model returned an awaitable: it is an async function, and is called as a plain one"
        )
    if not isinstance(results, Iterable) or isinstance(results, str | bytes | Mapping | Set):
        raise ModelContractError(f"the model returned {type(results).__name__} for {len(batch)} inputs")
    outputs = list(results if isinstance(results, Sized) else islice(results, len(batch) + 1))
    if len(outputs) != len(batch):
        raise ModelContractError(f"the model returned {len(outputs)} outputs for {len(batch)} inputs")
    return list(map(_classed, outputs))


def _classed(output: Any) -> Any:
    """Return an output; in its place what it raises when asked for its class, as `isinstance` does before anything is read."""
    try:
        _ = output.__class__
    except BaseException as error:
        raise_if_ending(error)
        return error
    return output


def _within(seconds: float | None, call: Callable[[], T]) -> T:
    """Return what a call returns, or raise what it raises; a call that takes longer is left behind.

    Raises:
        _NoAnswerError: It has not ended in time.
    """
    if seconds is None:
        return call()
    ending: Future[T] = Future()

    def run() -> None:
        try:
            ending.set_result(call())
        except BaseException as error:  # whatever it is, it belongs to the caller
            ending.set_exception(error)

    Thread(target=run, name="albert-robust model", daemon=True).start()
    if not wait([ending], seconds).done:
        raise _NoAnswerError
    return ending.result()
