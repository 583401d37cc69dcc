"""A budget: what there is no room for is not asked, and what was not asked whole has no verdict."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pytest
from counted import asked, planned, ran, records_of
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.asking.ask import Cost
from albert_robust.asking.budget import Budget
from albert_robust.asking.cache import Cache
from albert_robust.asking.predict import Predictor
from albert_robust.asking.price import Price
from albert_robust.gate import judge_across
from albert_robust.models import Inputs, TokenPrice, Usage
from albert_robust.running.across import across
from albert_robust.tasks import TASKS

TASK = TASKS["text-classification"]
TEXTS = st.lists(st.sampled_from("abcdefgh"))
CHECKS = """
- {expect: invariance, perturbations: [case.upper, typos.swap], gates: [consistency >= 0.7]}
- {expect: reference, gates: [accuracy >= 0.5]}
"""


class Clock:
    """Tells the time that it is given."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Model:
    """A model that notes what it is asked; a call takes a second."""

    clock: Clock = field(default_factory=Clock)
    identity: str | None = "model@1"
    stream: None = None
    asked: list[str] = field(default_factory=list)

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> list[str]:
        self.clock.now += 1
        self.asked += [inputs["text"] for inputs in batch]
        return ["good"] * len(batch)


class Memory(Cache):
    """A cache in memory alone."""

    def __init__(self) -> None:
        self.kept: dict[str, object] = {}

    def get(self, keys: Sequence[str], *, passing: bool = False) -> dict[str, object]:
        return {name: self.kept[name] for name in keys if name in self.kept}

    def put(self, values: object, *, passing: bool = False) -> None:
        self.kept.update(dict(values))  # type: ignore[call-overload]  # pairs


def predictor(model: Model, cache: Cache, budget: Budget, batch: int = 3) -> Predictor:
    return Predictor(model, TASK, cache, "s", "run", batch, cost=Cost(), budget=budget)


def inputs(texts: Sequence[str]) -> list[Inputs]:
    return [{"text": text} for text in texts]


@given(TEXTS, TEXTS, st.integers(0, 9))
def test_the_first_inputs_that_have_no_answer_are_asked_as_far_as_there_is_room(
    known: list[str], texts: list[str], room: int
) -> None:
    cache, model, budget = Memory(), Model(), Budget(room)
    predictor(Model(), cache, Budget()).predict(inputs(known))
    answers = predictor(model, cache, budget).predict(inputs(texts))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    assert sorted(model.asked) == sorted(missing[:room])
    assert budget.asked == len(model.asked)
    for text in texts:
        assert (answers.of({"text": text}) is None) == (text in missing[room:])


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=5), st.integers(0, 20))
def test_several_processes_of_a_run_ask_no_more_than_one(parts: list[list[str]], room: int) -> None:
    cache, asked_in_all = Memory(), 0
    for number, texts in enumerate(parts):
        model, budget = Model(identity=f"model@{number}"), Budget(room)
        budget.begin(cache, "run")
        predictor(model, cache, budget).predict(inputs(texts))
        budget.end(cache, "run")
        asked_in_all += len(model.asked)
    assert asked_in_all == min(room, sum(map(len, parts)))


def test_another_run_has_a_budget_of_its_own(cache: Cache) -> None:
    first, other = Budget(5, asked=0), Budget(5)
    first.begin(cache, "a")
    first.asked = 5
    first.end(cache, "a")
    other.begin(cache, "b")
    assert (first.room, other.room) == (0, 5)


def test_time_that_one_process_took_is_gone_for_the_next(cache: Cache) -> None:
    clock = Clock()
    one, two = Budget(seconds=10, clock=clock), Budget(seconds=10, clock=clock)
    one.begin(cache, "run")
    clock.now = 7
    one.end(cache, "run")
    clock.now = 100
    two.begin(cache, "run")
    assert two.room is None
    clock.now = 103
    assert two.room == 0


def test_a_batch_that_has_begun_is_the_last_when_the_time_is_over(cache: Cache) -> None:
    clock = Clock()
    model, budget = Model(clock), Budget(seconds=2, clock=clock)
    budget.begin(cache, "run")
    predictor(model, cache, budget).predict(inputs("abcdefghi"))
    assert len(model.asked) == 6


def test_without_limits_there_is_always_room_and_nothing_is_kept(cache: Cache) -> None:
    budget = Budget()
    budget.begin(cache, "run")
    budget.asked = 10**9
    budget.end(cache, "run")
    assert budget.room is None
    other = Budget(3)
    other.begin(cache, "run")
    assert other.room == 3


@pytest.mark.parametrize("room", [0, 1, 12, 23, 24, 30, 36, 99])
def test_cells_that_were_asked_whole_have_the_verdict_of_a_whole_run_and_no_other_has_one(
    tmp_path: Path, room: int
) -> None:
    cells = planned(tmp_path, CHECKS)
    whole = records_of(ran(cells, tmp_path / "whole"), cells)
    (tmp_path / "asked.jsonl").unlink()
    found = records_of(ran(cells, tmp_path / "part", Budget(room)), cells)
    assert len(asked(tmp_path)) == min(room, 36)
    for name, record in found.items():
        counts = record.counts
        assert counts.tested + counts.not_asked == counts.selected == 12
        if counts.not_asked:
            what = f"{counts.not_asked} of 12 cases were not asked: the budget had no room"
            assert (record.verdict, record.reason) == ("not tested", what)
        else:
            assert record == whole[name]
    # Case by case: the first cell needs 12 originals and 12 variants, the second 12 variants more, the last nothing more.
    tested = {name: record.verdict != "not tested" for name, record in found.items()}
    assert list(tested.values()) == [room >= 24, room >= 36, room >= 23]


def test_what_an_earlier_run_has_asked_needs_no_room(tmp_path: Path) -> None:
    cells = planned(tmp_path, CHECKS)
    whole = records_of(ran(cells, tmp_path, run="a"), cells)
    assert records_of(ran(cells, tmp_path, Budget(0), run="b"), cells) == whole


def test_runs_within_a_budget_come_to_the_whole_in_the_end(tmp_path: Path) -> None:
    cells = planned(tmp_path, CHECKS)
    verdicts = [set[str]()]
    for number in range(8):
        found = records_of(ran(cells, tmp_path, Budget(7), run=str(number)), cells)
        verdicts.append({name for name, record in found.items() if record.verdict != "not tested"})
        assert verdicts[-2] <= verdicts[-1]
    assert len(asked(tmp_path)) == 36
    assert len(verdicts[-1]) == 3


def test_an_error_is_one_though_other_cases_were_not_asked(tmp_path: Path) -> None:
    broken = "\ndef answer(text):\n    raise ValueError('gone')\n"
    cells = planned(tmp_path, "- {expect: reference, gates: [accuracy >= 0.5]}", answer=broken)
    found = records_of(ran(cells, tmp_path, Budget(3)), cells)[cells[0].id]
    assert (found.verdict, found.counts.error, found.counts.not_asked) == ("error", 3, 9)


def test_cells_together_are_not_tested_where_one_of_them_is_not(tmp_path: Path) -> None:
    check = "- {expect: invariance, perturbations: [typos.swap], severities: [1, 5], gates: [severity area >= 0.5]}"
    cells = planned(tmp_path, check)
    item = across(cells)[0]
    for room, verdict in ((24, "not tested"), (36, "passed")):
        execution = ran(cells, tmp_path / str(room), Budget(room))
        record = judge_across(item, {cell.id: execution.tallies["s", cell.id] for cell in cells})
        assert record.verdict == verdict
        if verdict == "not tested":
            assert record.reason.startswith("d/typos.swap@5[en]: 12 of 12 cases were not asked: the budget had no room")


def test_a_cell_whose_originals_were_not_asked_often_enough_is_not_tested(tmp_path: Path) -> None:
    check = "- {expect: invariance, perturbations: [case.upper], gates: [consistency >= 0.7]}"
    cells = planned(tmp_path, check, model=", replicates: 3")
    for room in (24, 36, 47, 48):
        record = records_of(ran(cells, tmp_path / str(room), Budget(room)), cells)[cells[0].id]
        assert record.counts.not_asked == (0 if room == 48 else 48 - room if room > 36 else 12)
        assert (record.verdict == "not tested") == (room < 48)


@pytest.mark.parametrize("budget", [Budget(99), Budget(seconds=600.0)])
def test_within_a_budget_cells_are_asked_one_after_the_other(tmp_path: Path, budget: Budget) -> None:
    cells = planned(tmp_path, CHECKS)
    ran(cells, tmp_path, budget)
    within = asked(tmp_path)
    (tmp_path / "asked.jsonl").unlink()
    ran(cells[:1], tmp_path / "first")
    first = asked(tmp_path)
    assert (within[: len(first)], len(within)) == (first, 36)


@given(st.integers(0, 40), st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=5))
def test_no_more_is_asked_than_may_be_paid_for(cents: int, parts: list[list[str]]) -> None:
    cache, budget, asked = Memory(), Budget(price=cents / 100), list[str]()
    for number, texts in enumerate(parts):
        model = Model(identity=f"model@{number}", asked=asked)
        replace(predictor(model, cache, budget), price=Price(0.05)).predict(inputs(texts))
    assert len(asked) == min(cents // 5, sum(map(len, parts)))


def test_what_was_spent_is_spent_for_the_next_process_of_the_run(cache: Cache) -> None:
    for asked_now in (3, 0):
        budget, model = Budget(price=0.3), Model(identity=f"model@{asked_now}")
        budget.begin(cache, "run")
        replace(predictor(model, cache, budget), price=Price(0.1)).predict(inputs("abcde"))
        budget.end(cache, "run")
        assert len(model.asked) == asked_now


@dataclass
class Endpoint:
    """A model behind an endpoint that asks a few inputs at a time, and tells their tokens with each answer."""

    usage: Usage
    identity: str | None = "model@1"
    asked: int = 0

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> list[str]:
        return [answer for _, answer in self.stream(batch)]

    def stream(self, inputs: Iterable[Inputs], replicate: int = 0) -> Iterator[tuple[int, str]]:
        coming = enumerate(inputs)
        while few := list(islice(coming, 2)):
            for place, _ in few:
                self.asked += 1
                self.usage.prompt += 1000
                self.usage.completion += 500
                yield place, "good"


@pytest.mark.parametrize(("most", "asked"), [(0.0, 0), (5.0, 2), (100.0, 40)])
def test_tokens_are_paid_for_as_they_are_told(cache: Cache, most: float, asked: int) -> None:
    cost, budget = Cost(), Budget(price=most)
    model = Endpoint(cost.usage)  # an answer costs 2
    price = Price(TokenPrice(input=1000, output=2000), answer=500)
    texts = inputs([f"{number}" for number in range(40)])
    asking = Predictor(model, TASK, cache, "s", "run", 3, cost=cost, budget=budget, price=price)
    asking.predict(texts)
    assert (model.asked, budget.spent, cost.price or 0.0) == (asked, 2.0 * asked, 2.0 * asked)
