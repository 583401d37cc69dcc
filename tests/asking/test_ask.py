"""A batch is asked: what raises, hangs, fails for a while or answers nonsense costs no other input its answer."""

import itertools
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from counted import outcomes_of
from hanging import hang
from hypothesis import given
from hypothesis import strategies as st

import albert_robust
from albert_robust.asking.ask import (
    LONGEST_OUTPUT,
    SILENT,
    Asker,
    Cost,
    Failure,
    Limits,
    ModelContractError,
    read_output,
    waiting,
)
from albert_robust.asking.workspace import Workspace
from albert_robust.errors import TransientError, UsageError
from albert_robust.models import Inputs, Usage
from albert_robust.models.pace import LONGEST_WAIT
from albert_robust.running.execute import execute
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite
from albert_robust.tasks import TASKS, Prediction

TASK = TASKS["text-classification"]
SHORT = 0.2  # seconds that a call may take here
Found = list[Prediction | Failure]


@dataclass
class Scripted:
    """A model that answers a text by a function, and notes what it is asked."""

    function: Callable[[str], Any] = str.upper
    identity: str | None = None
    batches: list[list[str]] = field(default_factory=list)

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        self.batches.append([inputs["text"] for inputs in batch])
        return [self.function(inputs["text"]) for inputs in batch]


@dataclass
class Slept:
    """Notes how long was to be waited."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def raising(error: BaseException, bad: Callable[[str], bool] = lambda text: True) -> Scripted:
    def function(text: str) -> str:
        if bad(text):
            raise error
        return text.upper()

    return Scripted(function)


def test_an_error_in_place_of_an_answer_is_that_inputs_alone_and_only_what_passes_is_asked_again() -> None:
    busy = iter([TransientError("busy", retry_after=9)])
    answers: dict[str, Callable[[], Any]] = {
        "a": lambda: "x",
        "b": lambda: next(busy, "y"),
        "c": lambda: KeyError("no choices"),
    }
    model, slept = Scripted(lambda text: answers[text]()), Slept()
    found = [*Asker(model, TASK, sleep=slept).ask([{"text": text} for text in "abc"])]
    assert found == [Prediction("x"), Prediction("y"), Failure("the model raises KeyError: 'no choices'")]
    assert (model.batches, slept.seconds) == ([["a", "b", "c"], ["b"]], [9.0])


@pytest.mark.parametrize(("task", "answer"), [("text-regression", 3.5), ("retrieval", ["a; b", "c"])])
def test_an_answer_of_any_kind_is_read_once_also_where_it_was_asked_for_again(task: str, answer: Any) -> None:
    busy = iter([TransientError("busy")])
    model = Scripted(lambda text: next(busy, answer) if text == "b" else answer)
    first, again = Asker(model, TASKS[task], sleep=Slept()).ask([{"text": text} for text in "ab"])
    assert isinstance(first, Prediction)
    assert again == first


def test_an_interrupt_in_place_of_an_answer_is_obeyed_and_leaves_the_others() -> None:
    said = {"a": "a", "b": KeyboardInterrupt(), "c": "c", "d": TransientError("busy")}
    asker = Asker(Scripted(lambda text: said[text]), TASK, sleep=(slept := Slept()))
    found: list[Any] = []
    with pytest.raises(KeyboardInterrupt):
        found.extend(asker.ask([{"text": text} for text in "abcd"]))
    assert [found[0], found[2]] == [Prediction("a"), Prediction("c")]
    assert slept.seconds == []


def test_an_interrupt_while_something_is_waited_out_leaves_what_was_answered() -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    asker = Asker(Scripted(lambda text: TransientError("busy") if text == "b" else text), TASK, sleep=interrupted)
    found: list[Any] = []
    with pytest.raises(KeyboardInterrupt):
        found.extend(asker.ask([{"text": text} for text in "abc"]))
    assert [found[0], found[2]] == [Prediction("a"), Prediction("c")]


def test_what_fails_otherwise_when_asked_again_says_so_and_costs_no_other_its_answer() -> None:
    def function(text: str) -> Any:
        if len(model.batches) > 1 and text == "b":
            raise ValueError("too long")
        return text.upper() if len(model.batches) > 1 or text == "a" else TransientError("busy")

    model = Scripted(function)
    found = [*Asker(model, TASK, sleep=Slept()).ask([{"text": text} for text in "abc"])]
    assert found == [Prediction("A"), Failure("the model raises ValueError: too long"), Prediction("C")]
    assert model.batches == [["a", "b", "c"], ["b", "c"], ["b"], ["c"]]


def test_a_model_whose_answers_are_all_errors_that_pass_is_asked_nothing_more_in_the_end() -> None:
    model = Scripted(lambda text: ConnectionError("refused"))
    asker = Asker(model, TASK, Limits(retries=1), sleep=Slept())
    assert next(asker.ask([{"text": text} for text in "abc"])) == Failure(
        "the model raises ConnectionError: refused, after 1 of 1 retries", True
    )
    list(asker.ask([{"text": "d"}]))
    assert model.batches == [["a", "b", "c"]] * 2


def test_a_model_that_answers_others_of_a_batch_has_not_stopped_answering() -> None:
    model = Scripted(lambda text: TransientError("busy") if text.endswith("!") else text.upper())
    asker = Asker(model, TASK, Limits(retries=1), sleep=Slept())
    list(asker.ask([{"text": text} for text in ["a!", "b!", "c!", "d"]]))
    assert list(asker.ask([{"text": "e"}])) == [Prediction("E")]


def hanging(bad: Callable[[str], bool]) -> Scripted:
    def function(text: str) -> str:
        if bad(text):
            hang()
        return text.upper()

    return Scripted(function)


def failing(times: int, error: Exception) -> Scripted:
    """A model whose first calls fail."""
    left = iter(range(times))

    def function(text: str) -> str:
        if next(left, None) is not None:
            raise error
        return text.upper()

    return Scripted(function)


def ask(model: Any, texts: Sequence[str], limits: Limits = Limits(), sleep: Slept | None = None) -> tuple[Found, Cost]:  # noqa: B008  # frozen
    asker = Asker(model, TASK, limits, sleep=sleep or Slept())
    return [*asker.ask([{"text": text} for text in texts])], asker.cost


def numbered(count: int) -> list[str]:
    return [f"text {number}" for number in range(count)]


# What it returns


@dataclass
class Returning:
    """A model that returns what a function makes of its answers."""

    made: Callable[[list[Any]], Any]
    identity: str | None = None

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Any:
        return self.made([inputs["text"] for inputs in batch])


async def later(answers: list[str]) -> list[str]:
    return answers


@pytest.mark.parametrize("made", [tuple, np.array, iter], ids=["tuple", "array", "generator"])
def test_answers_are_taken_from_whatever_holds_one_for_each_input(made: Callable[[list[str]], Any]) -> None:
    found, _ = ask(Returning(made), "abc")
    assert found == [Prediction("a"), Prediction("b"), Prediction("c")]
    assert all(type(one.output) is str for one in found if isinstance(one, Prediction))


def test_labels_may_be_whole_numbers() -> None:
    found, _ = ask(Returning(lambda answers: np.arange(len(answers))), "abc")
    assert found == [Prediction("0"), Prediction("1"), Prediction("2")]
    [one], _ = ask(Returning(lambda _: [{"label": 0, "scores": {"0": 0.9, "1": 0.1}}]), "a")
    assert one == Prediction("0", {"0": 0.9, "1": 0.1})
    [other], _ = ask(Returning(lambda _: [True]), "a")
    assert isinstance(other, Failure)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda _: None, "the model returned NoneType for 3 inputs"),
        (lambda _: "abc", "the model returned str for 3 inputs"),
        (lambda answers: dict.fromkeys(answers), "the model returned dict for 3 inputs"),
        (lambda answers: set(answers), "the model returned set for 3 inputs"),
        (lambda answers: answers[1:], "the model returned 2 outputs for 3 inputs"),
        (lambda _: itertools.repeat("a"), "the model returned 4 outputs for 3 inputs"),
        (later, "the model returned an awaitable: it is an async function, and is called as a plain one"),
    ],
    ids=["none", "a string", "a mapping", "a set", "too few", "without end", "async"],
)
@pytest.mark.filterwarnings("ignore:coroutine")
def test_what_is_no_answer_for_each_input_is_told_by_its_type(made: Callable[[list[str]], Any], message: str) -> None:
    with pytest.raises(ModelContractError, match=message):
        ask(Returning(made), "abc")


# What raises


@given(st.integers(1, 70), st.sets(st.integers(0, 69)))
def test_whatever_raises_is_alone_and_nothing_is_asked_twice(count: int, bad: set[int]) -> None:
    texts = numbered(count)
    model = raising(ValueError("no"), lambda text: int(text.split()[1]) in bad)
    found, cost = ask(model, texts)
    failure = Failure("the model raises ValueError: no")
    assert found == [failure if place in bad else Prediction(text.upper()) for place, text in enumerate(texts)]
    assert len({tuple(batch) for batch in model.batches}) == len(model.batches) == cost.calls


@pytest.mark.parametrize("bad", range(0, 64, 9))
def test_one_of_64_that_raises_costs_13_calls_at_most(bad: int) -> None:
    _, cost = ask(raising(ValueError(), lambda text: text == f"text {bad}"), numbered(64))
    assert cost.calls <= 13


def test_a_half_that_must_be_to_blame_is_not_asked_as_a_whole() -> None:
    model = raising(ValueError(), lambda text: text == "d")
    ask(model, "abcd")
    assert model.batches == [["a", "b", "c", "d"], ["a", "b"], ["c"], ["d"]]


class LeavingError(Exception):
    """It says nothing, and leaves the program."""

    def __str__(self) -> str:
        raise SystemExit(0)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (SystemExit("bye"), "SystemExit: bye"),
        (GeneratorExit("bye"), "GeneratorExit: bye"),
        (BaseExceptionGroup("both", [SystemExit(0)]), "BaseExceptionGroup: both (1 sub-exception)"),
        (LeavingError(), "LeavingError: (no message: its __str__ raises)"),
        (pytest.skip.Exception("bye"), "Skipped: bye"),
        (pytest.xfail.Exception("bye"), "XFailed: bye"),
        (pytest.fail.Exception("bye"), "Failed: bye"),
        (type("Red\x1b[31m", (Exception,), {})("bye"), "Red<U+001B>[31m: bye"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_whatever_a_model_raises_is_a_failure_of_that_input_alone(error: BaseException, told: str) -> None:
    found, _ = ask(raising(error, lambda text: text == "b"), "abc")
    assert found == [Prediction("A"), Failure(f"the model raises {told}"), Prediction("C")]


@pytest.mark.parametrize(
    "ending",
    [
        KeyboardInterrupt(),
        pytest.exit.Exception("enough"),
        BaseExceptionGroup("both", [OSError(), KeyboardInterrupt()]),
    ],
    ids=lambda ending: type(ending).__name__,
)
@pytest.mark.parametrize("limits", [Limits(), Limits(timeout=60)])
def test_a_person_who_interrupts_is_obeyed_at_once(limits: Limits, ending: BaseException) -> None:
    model = raising(ending)
    with pytest.raises(type(ending)):
        ask(model, "abc", limits)
    assert len(model.batches) == 1


def test_a_time_out_of_the_whole_test_ends_it_though_it_is_raised_in_the_model() -> None:
    alarm: dict[str, Any] = {
        "__name__": "pytest_timeout",
        "pytest": pytest,
    }  # as that plugin does when the time is over
    exec("def ring(text): pytest.fail('Timeout (>1.0s) from pytest-timeout.')", alarm)
    with pytest.raises(pytest.fail.Exception, match="Timeout"):
        ask(Scripted(alarm["ring"]), "abc")


class Lying:
    """An output that raises whatever it is asked for."""

    def __init__(self, error: BaseException) -> None:
        object.__setattr__(self, "error", error)

    def __getattribute__(self, name: str) -> Any:
        raise object.__getattribute__(self, "error")


class Unseen:
    """An output that cannot be shown."""

    def __repr__(self) -> str:
        raise SystemExit(0)


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (Lying(ValueError("no class")), "the model raises ValueError: no class"),
        (Lying(SystemExit(0)), "the model raises SystemExit: 0"),
        (Unseen(), "the model returned what cannot be read: SystemExit: 0"),
        ("x" * (LONGEST_OUTPUT + 1), "the model returned 4,194,305 characters, more than 4,194,304"),
    ],
    ids=["a class that raises", "a class that leaves", "a form that leaves", "too long"],
)
def test_an_output_that_cannot_be_taken_is_a_failure_of_that_input_alone(output: Any, told: str) -> None:
    found, cost = ask(Scripted(lambda text: output if text == "b" else text.upper()), "abc")
    assert found == [Prediction("A"), Failure(told), Prediction("C")]
    assert cost.calls == 1


@pytest.mark.parametrize("limits", [Limits(), Limits(timeout=60)])
def test_a_model_that_cannot_be_had_is_no_failure_of_an_input(limits: Limits) -> None:
    with pytest.raises(UsageError, match="no checkpoint"):
        ask(raising(UsageError("no checkpoint")), "abc", limits)


# What hangs


@pytest.mark.usefixtures("given_up")
@pytest.mark.parametrize("bad", [0, 21, 63])
def test_one_of_64_that_hangs_is_alone_and_the_others_are_answered(bad: int) -> None:
    texts = numbered(64)
    found, cost = ask(hanging(lambda text: text == texts[bad]), texts, Limits(timeout=SHORT))
    failure = Failure("no answer within 0.2 s", transient=True)
    assert found == [failure if place == bad else Prediction(text.upper()) for place, text in enumerate(texts)]
    assert 2 <= cost.timeouts <= 7
    assert cost.retries == 0


@pytest.mark.usefixtures("given_up")
def test_a_batch_that_is_merely_too_long_for_its_time_is_asked_in_parts() -> None:
    model = Scripted(lambda text: hang() if len(model.batches[-1]) > 2 else text.upper())
    found, cost = ask(model, "abcd", Limits(timeout=SHORT))
    assert found == [Prediction(text) for text in "ABCD"]
    assert (model.batches, cost.timeouts) == ([[*"abcd"], [*"ab"], ["c"], ["d"]], 1)


@pytest.mark.usefixtures("given_up")
def test_a_model_that_has_stopped_answering_is_asked_nothing_more() -> None:
    model = hanging(lambda text: True)
    asker = Asker(model, TASK, Limits(timeout=SHORT))
    first, second = ([*asker.ask([{"text": text} for text in numbered(64)])] for _ in range(2))
    assert [one.message for one in first if isinstance(one, Failure)][: SILENT + 1] == [
        *["no answer within 0.2 s"] * SILENT,
        "not asked: the model had stopped answering, 3 inputs in a row had no answer",
    ]
    assert len(model.batches) == asker.cost.calls == 10
    assert all(isinstance(one, Failure) and one.transient for one in first + second)


@pytest.mark.usefixtures("given_up")
def test_one_that_answers_in_between_is_asked_to_the_end() -> None:
    texts = ["a!", "b!", "c", "d!", "e!", "f", "g!", "h!", "i"]
    asker = Asker(hanging(lambda text: "!" in text), TASK, Limits(timeout=SHORT))
    found = [next(asker.ask([{"text": text}])) for text in texts]
    assert [isinstance(one, Failure) for one in found] == ["!" in text for text in texts]


HANGS = """
import os, signal, socket
from albert_robust.models.callable import CallableModel
from albert_robust.asking.ask import Asker, Limits
from albert_robust.tasks import TASKS

ends = socket.socketpair()

def ask(seconds, begun=lambda: None):
    model = CallableModel(lambda batch: begun() or ends[0].recv(1), None)
    return [*Asker(model, TASKS["text-classification"], Limits(timeout=seconds)).ask([{"text": "a"}])]
"""


def script(code: str) -> str:
    """Run a program that may ask a model that waits for a network forever; return what it says."""
    done = subprocess.run([sys.executable, "-c", HANGS + code], capture_output=True, text=True, timeout=600, check=True)
    return done.stdout


def test_what_was_left_behind_does_not_keep_the_program_from_ending() -> None:
    assert "no answer within 0.1 s" in script("print(ask(0.1))")


def test_a_person_need_not_wait_for_a_time_out_to_interrupt() -> None:
    code = """
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is started with none
try:
    ask(3600, begun=lambda: os.kill(os.getpid(), signal.SIGINT))
except KeyboardInterrupt:
    print("interrupted")
"""
    assert script(code) == "interrupted\n"


# What passes by itself


@pytest.mark.parametrize("error", [TransientError("busy"), ConnectionResetError("gone"), TimeoutError("late")])
def test_a_model_that_fails_twice_and_then_answers_has_answered(error: Exception) -> None:
    slept = Slept()
    found, cost = ask(failing(2, error), "abc", sleep=slept)
    assert found == [Prediction(text) for text in "ABC"]
    assert (cost.calls, cost.retries, len(slept.seconds)) == (3, 2, 2)


def test_a_time_out_of_the_model_s_own_is_counted_too() -> None:
    _, cost = ask(failing(2, TimeoutError("late")), "abc")
    assert cost.timeouts == 2


def test_one_that_never_does_is_given_up_and_said_to_be_so() -> None:
    slept = Slept()
    found, cost = ask(raising(TransientError("busy")), ["a"], Limits(retries=5), slept)
    assert found == [Failure("the model raises TransientError: busy, after 5 of 5 retries", transient=True)]
    assert (cost.calls, cost.retries) == (6, 5)
    assert 0.5 * (1 + 2 + 4 + 8 + 16) <= sum(slept.seconds) <= 1 + 2 + 4 + 8 + 16


def test_a_batch_and_its_parts_share_the_retries() -> None:
    model, slept = raising(ConnectionError("reset"), lambda text: text == "b"), Slept()
    found, cost = ask(model, "abcd", Limits(retries=3), slept)
    assert found[1] == Failure("the model raises ConnectionError: reset, after 3 of 3 retries", transient=True)
    assert [one for one in found if isinstance(one, Prediction)] == [Prediction(text) for text in "ACD"]
    assert cost.retries == len(slept.seconds) == 3


def test_the_next_batch_has_retries_of_its_own() -> None:
    slept = Slept()
    asker = Asker(raising(TransientError()), TASK, Limits(retries=1), sleep=slept)
    for text in "ab":
        list(asker.ask([{"text": text}]))
    assert len(slept.seconds) == 2


def test_a_model_may_say_how_long_to_wait() -> None:
    slept = Slept()
    ask(failing(1, TransientError("slow down", retry_after=30)), ["a"], sleep=slept)
    assert slept.seconds == [30]


@given(st.text(), st.integers(0, 20), st.none() | st.floats())
def test_a_wait_is_bounded_and_the_same_in_every_run(text: str, retried: int, retry_after: float | None) -> None:
    batch = [{"text": text}]
    seconds = waiting(batch, retried, retry_after)
    assert seconds == waiting(batch, retried, retry_after)
    assert min(LONGEST_WAIT, 2**retried) / 2 <= seconds <= LONGEST_WAIT


def test_two_batches_do_not_come_back_at_the_same_moment() -> None:
    assert len({waiting([{"text": text}], 0) for text in numbered(20)}) == 20


def test_the_error_is_there_for_users() -> None:
    assert albert_robust.TransientError is TransientError
    assert (TransientError("busy", retry_after=3).retry_after, TransientError().retry_after) == (3.0, None)


# What says too much


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UnspeakableError(), "the model raises UnspeakableError: (no message: its __str__ raises)"),
        (ValueError("a\nb\x1b[2J\u202e\ud800"), "the model raises ValueError: a b<U+001B>[2J<U+202E><U+D800>"),
        (ValueError("x" * 5_000_000), f"the model raises ValueError: {'x' * 300}..."),
        (ValueError("电影 film"), "the model raises ValueError: 电影 film"),
    ],
)
def test_a_message_is_one_short_harmless_line(error: Exception, message: str) -> None:
    assert ask(raising(error), ["a"])[0] == [Failure(message)]


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("nothing to see")


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (Unprintable(), "the model returned what cannot be read: RuntimeError: nothing to see"),
        (
            {"scores": ["good"]},
            "the model returned the scores ['good'], expected a number for each label: {'good': 0.9",
        ),
        ({"label": "a", "scores": None}, "the model returned the scores None, expected a number for each label"),
        (
            {"label": "a", "scores": {"a": None}},
            "the model returned the scores {'a': None}, expected a number for each",
        ),
        (["\x1b" * 100_000], r"the model returned ['\x1b\x1b"),
    ],
)
def test_an_output_that_cannot_be_read_fails_that_input_alone(output: Any, message: str) -> None:
    found, _ = ask(Scripted(lambda text: output if text == "b" else text), "abc")
    assert [found[0], found[2]] == [Prediction("a"), Prediction("c")]
    assert isinstance(found[1], Failure)
    assert found[1].message.startswith(message)
    assert len(found[1].message) < 400


# In a suite


@pytest.mark.usefixtures("given_up")
def test_a_suite_with_a_time_out_says_which_example_had_no_answer(write: Callable[..., Path], tmp_path: Path) -> None:
    write(
        d_dot_jsonl="".join(f'{{"text": "film number {number}", "label": "good"}}\n' for number in range(20)),
        model_dot_py=(
            "from hanging import hang\n"
            "def predict(batch):\n"
            "    if any('number 7' in inputs['text'] for inputs in batch):\n"
            "        hang()\n"
            "    return ['good'] * len(batch)\n"
        ),
    )
    suite = write(
        s_dot_yaml="task: text-classification\n"
        'model: {python: "model:predict", timeout: 0.3, retries: 0}\n'
        "datasets: {films: {path: d.jsonl, language: en}}\n"
        "checks: [{expect: reference, gates: [accuracy >= 0.5]}]\n"
    )
    execution = execute(plan(load_suite(suite)).cells, Workspace(tmp_path / "kept", "run"))
    [outcomes] = outcomes_of(execution).values()
    assert [case.message for case in outcomes if case.status == "error"] == ["the original: no answer within 0.3 s"]
    assert sum(case.status == "tested" for case in outcomes) == 19
    assert execution.cost.timeouts >= 2


@pytest.mark.parametrize("more", [{}, {"scores": {"calm": 0.9, "loud": 0.1}}])
def test_a_function_may_tell_what_was_said_where_it_found_its_answer(more: dict[str, Any]) -> None:
    found = read_output(TASKS["text-classification"], {"label": "calm", "said": "It is calm.", **more})
    assert found == Prediction("calm", more.get("scores", {}), "It is calm.")


@pytest.mark.parametrize("price", [None, 0.5])
def test_a_cost_less_its_earlier_copy_is_what_was_spent_since(price: float | None) -> None:
    cost = Cost(predicted=3, asking=1.5, price=price, usage=Usage(prompt=10, retries=1))
    before = cost.copy()
    cost.predicted += 2
    cost.price = (cost.price or 0.0) + 0.25
    cost.usage.prompt += 7
    assert cost - before == Cost(predicted=2, price=0.25, usage=Usage(prompt=7))
