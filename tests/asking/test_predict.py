"""Predictions: each unique input once, through the cache, a failure alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from albert_robust.asking.ask import ALIKE, Cost, ModelContractError, ModelFaultError
from albert_robust.asking.budget import Budget
from albert_robust.asking.cache import Cache
from albert_robust.asking.predict import Answers, Predictor, input_key
from albert_robust.errors import UsageError
from albert_robust.models import Inputs
from albert_robust.tasks import TASKS, Prediction

TASK = TASKS["text-classification"]


@dataclass
class Recorder:
    """A model that notes what it is asked."""

    function: Callable[[str], Any] = str.upper
    identity: str | None = "recorder@1"
    stream: ClassVar[Any] = None
    batches: list[list[str]] = field(default_factory=list)

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        self.batches.append([inputs["text"] for inputs in batch])
        return [self.function(inputs["text"]) for inputs in batch]

    @property
    def asked(self) -> list[str]:
        return [text for batch in self.batches for text in batch]


@dataclass
class Stream(Recorder):
    """A model that answers each input when it can: the last of three that it has taken first."""

    def stream(self, inputs: Iterable[Inputs], replicate: int = 0) -> Iterator[tuple[int, Any]]:
        taken: list[tuple[int, str]] = []
        for place, one in enumerate(inputs):
            self.batches.append([one["text"]])
            taken.append((place, one["text"]))
            if len(taken) == 3:
                yield from ((place, self.function(text)) for place, text in reversed(taken))
                taken = []
        yield from ((place, self.function(text)) for place, text in taken)


def ask(model: Any, texts: Sequence[str], cache: Cache, scope: str = "run", batch: int = 64) -> tuple[Answers, Cost]:
    cost = Cost()
    predictor = Predictor(model, TASK, cache, "s", scope, batch, cost=cost)
    return predictor.predict([{"text": text} for text in texts]), cost


def output(answers: Answers, text: str) -> str:
    return answers.predictions[input_key({"text": text})].output


def test_each_unique_input_is_asked_once(cache: Cache) -> None:
    model = Recorder()
    answers, cost = ask(model, ["b", "a", "b", "a", "b"], cache)
    assert sorted(model.asked) == ["a", "b"]
    assert [output(answers, "a"), output(answers, "b")] == ["A", "B"]
    assert (cost.unique_inputs, cost.predicted, cost.calls) == (2, 2, 1)


@pytest.mark.parametrize("ending", [KeyboardInterrupt, UsageError])
def test_what_came_before_the_end_is_not_asked_again(cache: Cache, ending: type[BaseException]) -> None:
    with pytest.raises(ending):
        ask(Recorder(lambda text: ending() if text == "b" else text), "abc", cache)
    model = Recorder()
    ask(model, "abc", cache, scope="later")
    assert model.asked == ["b"]


def test_batches_are_full_and_of_like_length(cache: Cache) -> None:
    model = Recorder()
    ask(model, ["x" * length for length in (5, 1, 4, 2, 3)], cache, batch=2)
    assert [[len(text) for text in batch] for batch in model.batches] == [[1, 2], [3, 4], [5]]


def test_inputs_that_nobody_holds_are_told_apart(cache: Cache) -> None:
    predictor = Predictor(Recorder(), TASK, cache, "s", "run", batch=64)
    answers = predictor.predict({"text": text} for text in "aabcd")
    assert [answers.of({"text": text}) for text in "abcd"] == [Prediction(output=text) for text in "ABCD"]


def test_a_second_run_asks_nothing(cache: Cache) -> None:
    first, _ = ask(Recorder(), ["a", "b"], cache, "run 1")
    model = Recorder()
    second, cost = ask(model, ["a", "b"], cache, "run 2")
    assert (model.asked, cost.from_cache, cost.predicted) == ([], 2, 0)
    assert second == first


def test_another_version_is_asked_anew(cache: Cache) -> None:
    ask(Recorder(), ["a"], cache)
    model = Recorder(identity="recorder@2")
    ask(model, ["a"], cache)
    assert model.asked == ["a"]


def test_answers_of_a_model_without_identity_are_kept_within_a_run_alone(cache: Cache) -> None:
    models = [Recorder(identity=None) for _ in range(3)]
    for model, scope in zip(models, ["run 1", "run 1", "run 2"], strict=True):
        ask(model, ["a"], cache, scope)
    assert [model.asked for model in models] == [["a"], [], ["a"]]


def fails_on(bad: str) -> Callable[[str], str]:
    def function(text: str) -> str:
        if bad in text:
            raise RuntimeError(f"cannot read {text}")
        return text.upper()

    return function


def test_a_batch_that_raises_is_halved_until_the_bad_input_is_alone(cache: Cache) -> None:
    model = Recorder(fails_on("!"))
    answers, _ = ask(model, ["a", "b!", "c", "d", "e", "f", "g"], cache)
    assert answers.failures == {input_key({"text": "b!"}): "the model raises RuntimeError: cannot read b!"}
    assert {output(answers, text) for text in "acdefg"} == set("ACDEFG")


def test_a_failure_is_not_kept_between_runs(cache: Cache) -> None:
    ask(Recorder(fails_on("b")), ["a", "b"], cache)
    model = Recorder()
    answers, _ = ask(model, ["a", "b"], cache, "another run")
    assert (model.asked, output(answers, "b")) == (["b"], "B")


@pytest.mark.parametrize("identity", ["recorder@1", None])
def test_what_failed_is_not_asked_again_in_its_run(cache: Cache, identity: str | None) -> None:
    first, _ = ask(Recorder(fails_on("b"), identity), ["a", "b"], cache)
    model = Recorder(identity=identity)
    second, cost = ask(model, ["a", "b"], cache)
    assert model.asked == []
    assert second == first
    assert (cost.unique_inputs, cost.predicted, cost.from_cache) == (2, 0, 1)


def test_a_failure_never_takes_the_place_of_an_answer_that_another_run_got_meanwhile(cache: Cache) -> None:
    def fails_while_another_run_is_answered(text: str) -> str:
        ask(Recorder(), [text], cache, "another run")
        raise RuntimeError

    answers, _ = ask(Recorder(fails_while_another_run_is_answered), ["a"], cache)
    assert len(answers.failures) == 1
    model = Recorder()
    ask(model, ["a"], cache, "a third run")
    assert model.asked == []


@dataclass
class Fixed:
    """A model that returns what it is told to, whatever it is asked."""

    answer: Any
    identity: str | None = None
    stream: ClassVar[Any] = None

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Any:
        return self.answer


@pytest.mark.parametrize(("answer", "count"), [(["A"], "1"), (["A"] * 3, "3"), ([], "0")])
def test_a_wrong_number_of_outputs_breaks_the_contract(cache: Cache, answer: list[str], count: str) -> None:
    with pytest.raises(ModelContractError, match=f"returned {count} outputs for 2 inputs"):
        ask(Fixed(answer), ["a", "b"], cache)


@pytest.mark.parametrize("probability", [float("nan"), float("inf"), -0.5, 1.5])
def test_a_probability_that_is_none_is_an_error_of_that_example_alone(cache: Cache, probability: float) -> None:
    model = Recorder(lambda text: {"scores": {"good": probability if text == "b" else 1.0}})
    answers, _ = ask(model, ["a", "b"], cache)
    assert list(answers.failures) == [input_key({"text": "b"})]
    assert f"the probability of 'good' is {probability}" in answers.failures[input_key({"text": "b"})]
    assert output(answers, "a") == "good"


@pytest.mark.parametrize("answer", [None, 3.5, True, {"answer": "x"}, {"label": None}, ["good"], {"scores": {}}])
def test_an_answer_of_another_shape_is_an_error_of_that_example(cache: Cache, answer: Any) -> None:
    answers, _ = ask(Recorder(lambda text: answer), ["a"], cache)
    assert "expected a string or {'label': string}" in next(iter(answers.failures.values()))


def test_the_label_of_the_highest_probability_is_the_output(cache: Cache) -> None:
    answers, _ = ask(Recorder(lambda text: {"scores": {"bad": 0.2, "good": 0.8}}), ["a"], cache)
    assert next(iter(answers.predictions.values())) == Prediction("good", {"bad": 0.2, "good": 0.8})


def test_a_stream_of_answers_is_settled_as_it_comes(cache: Cache) -> None:
    model = Stream()
    answers, cost = ask(model, ["bb", "a", "ccc", "a", "dd"], cache)
    assert [output(answers, text) for text in ("a", "bb", "ccc", "dd")] == ["A", "BB", "CCC", "DD"]
    assert (cost.unique_inputs, cost.predicted, cost.calls) == (4, 4, 4)
    assert ask(Stream(), ["a", "bb"], cache, scope="later")[1].predicted == 0


def test_an_error_in_a_stream_is_its_input_s_alone_and_a_time_out_is_counted(cache: Cache) -> None:
    answers, cost = ask(Stream(lambda text: TimeoutError("late") if text == "b" else text), "abc", cache)
    assert answers.failures == {input_key({"text": "b"}): "the model raises TimeoutError: late"}
    assert (len(answers.predictions), cost.timeouts) == (2, 1)


def test_a_stream_takes_no_more_than_the_budget_has_room_for(cache: Cache) -> None:
    model = Stream()
    predictor = Predictor(model, TASK, cache, "s", "run", 64, budget=Budget(inputs=4))
    answers = predictor.predict([{"text": text} for text in "abcdef"])
    assert model.asked == list("abcd")
    assert len(answers.predictions) == 4


@pytest.mark.parametrize("ending", [KeyboardInterrupt, UsageError])
def test_what_a_stream_answered_before_the_end_is_kept(cache: Cache, ending: type[BaseException]) -> None:
    def function(text: str) -> Any:
        if text == "d":
            raise ending
        return text

    with pytest.raises(ending):
        ask(Stream(function), "abcd", cache)
    again = Stream()
    ask(again, "abcd", cache, scope="later")
    assert again.asked == ["d"]


def test_a_model_that_cannot_be_had_ends_a_stream(cache: Cache) -> None:
    with pytest.raises(UsageError, match="says 401"):
        ask(Stream(lambda text: UsageError("the endpoint says 401")), "abc", cache)


def broken(text: str) -> str:
    return str(int(text))


TEXTS = [f"text {number:03}" for number in range(300)]


@pytest.mark.parametrize("batch", [64, 7, 1, 4096])
def test_a_model_that_raises_the_same_for_each_of_the_first_inputs_is_asked_no_more(cache: Cache, batch: int) -> None:
    model, cost = Recorder(broken), Cost()
    predictor = Predictor(model, TASK, cache, "s", "run", batch, cost=cost)
    with pytest.raises(ModelFaultError, match=rf"raises ValueError: .* for each of the first {ALIKE} inputs") as error:
        predictor.predict([{"text": text} for text in TEXTS])
    assert isinstance(error.value.__cause__, ValueError)
    assert (cost.predicted, cost.unanswered) == (ALIKE, ALIKE)
    assert len(model.batches) < 2 * ALIKE + 13


@pytest.mark.parametrize("well", [0, ALIKE // 2, ALIKE - 1])
def test_one_that_answered_anything_is_asked_to_the_end(cache: Cache, well: int) -> None:
    def function(text: str) -> str:
        return text if text == TEXTS[well] else broken(text)

    answers, cost = ask(Recorder(function), TEXTS, cache)
    assert (len(answers.predictions), cost.unanswered) == (1, len(TEXTS) - 1)


def test_so_is_one_that_raises_for_various_reasons(cache: Cache) -> None:
    def function(text: str) -> str:
        raise (KeyError if text.endswith("9") else ValueError)(text)

    answers, _ = ask(Recorder(function), TEXTS, cache)
    assert len(answers.failures) == len(TEXTS)


def test_so_is_one_that_answered_in_an_earlier_run(cache: Cache) -> None:
    ask(Recorder(), ["fine"], cache, "first")
    answers, _ = ask(Recorder(broken), ["fine", *TEXTS], cache, "second")
    assert (len(answers.predictions), len(answers.failures)) == (1, len(TEXTS))


def test_so_is_one_that_answered_before_in_this_run(cache: Cache) -> None:
    predictor = Predictor(Recorder(lambda text: text if text == "fine" else broken(text)), TASK, cache, "s", "run", 64)
    predictor.predict([{"text": "fine"}])
    assert len(predictor.predict([{"text": text} for text in TEXTS]).failures) == len(TEXTS)
