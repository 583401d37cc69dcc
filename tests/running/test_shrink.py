"""Of many edits those that are enough: found in few questions, and none of them can be left out."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from counted import planned
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.asking.predict import Answers, input_key
from albert_robust.errors import UsageError
from albert_robust.models import Inputs
from albert_robust.results.outcome import Change, Outcome
from albert_robust.running.cell import Cell
from albert_robust.running.plan import plan
from albert_robust.running.shrink import CASES, shrunk
from albert_robust.suite.load import load_suite
from albert_robust.tasks import Prediction
from albert_robust.tasks.entities import Entity, kept
from albert_robust.tasks.task import Score

UPPER = "- {expect: invariance, perturbations: [case.upper], gates: [consistency >= 0.7]}"
LETTERS = "abcdefghijkl"
Breaks = Callable[[frozenset[str]], bool]


class Asked:
    """A model that gives way to certain edits: each puts a letter in capitals. It counts what it is asked."""

    def __init__(self, breaks: Breaks) -> None:
        self.breaks, self.asked, self.rounds = breaks, 0, 0

    def predict(self, inputs: Sequence[Inputs]) -> Answers:
        self.asked += len(inputs)
        self.rounds += 1
        return Answers({input_key(one): Prediction(self.label(one)) for one in inputs})

    def label(self, inputs: Inputs) -> str:
        return "loud" if self.breaks(frozenset(letter for letter in inputs["text"] if letter.isupper())) else "calm"


class NoScorer:
    """Labels are compared without an encoder."""

    def scores(self, pairs: object) -> list[Score]:
        raise AssertionError("LABS was asked")


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Cell:
    return planned(tmp_path_factory.mktemp("suite"), UPPER)[0]


def case(cell: Cell, letters: str = LETTERS, example: str = "e") -> Outcome:
    """A case in which all letters became capitals, and the label with them."""
    changes = tuple(Change("text", place, place + 1, letter.upper(), "x") for place, letter in enumerate(letters))
    made = Outcome("s", cell.id, example, "en", 0, "tested", {"text": letters}, {"text": letters.upper()}, changes)
    made.before, made.after, made.agreement = "calm", "loud", 0.0
    return made


def left(cell: Cell, breaks: Breaks, letters: str = LETTERS) -> tuple[str, Asked]:
    """Return the letters that are left, and the model."""
    model = Asked(breaks)
    (found,) = shrunk(cell, [case(cell, letters)], model, NoScorer())  # type: ignore[arg-type]  # all that it needs of them
    return "".join(change.replacement for change in found.changes), model


@pytest.mark.parametrize("letter", LETTERS)
def test_one_edit_of_twelve_is_found_in_few_questions(cell: Cell, letter: str) -> None:
    found, model = left(cell, lambda capitals: letter.upper() in capitals)
    assert found == letter.upper()
    assert model.asked <= 8


@given(st.sets(st.sampled_from(LETTERS.upper()), min_size=1))
def test_edits_that_are_all_needed_are_found(cell: Cell, needed: set[str]) -> None:
    found, model = left(cell, lambda capitals: capitals >= needed)
    assert set(found) == needed
    assert model.rounds <= len(LETTERS) ** 2


@given(st.sets(st.frozensets(st.sampled_from("ABCDEF")), max_size=30))
def test_no_edit_that_is_left_can_be_left_out(cell: Cell, enough: set[frozenset[str]]) -> None:
    """Whatever it gives way to, and be it less to more edits."""
    enough |= {frozenset("ABCDEF")}
    found, _ = left(cell, lambda capitals: capitals in enough, "abcdef")
    assert frozenset(found) in enough
    assert all(frozenset(found) - {letter} not in enough for letter in found if len(found) > 1)


def test_all_cases_are_asked_together_the_worst_few(cell: Cell) -> None:
    model = Asked(lambda capitals: "A" in capitals)
    found = shrunk(cell, [case(cell, example=str(n)) for n in range(9)], model, NoScorer())  # type: ignore[arg-type]
    assert [one.example for one in found] == ["0", "1", "2"]
    assert (len(found), model.rounds) == (CASES, 4)


def test_what_has_one_edit_or_was_not_tested_asks_for_nothing(cell: Cell) -> None:
    model = Asked(lambda capitals: True)
    error = case(cell)
    error.status, error.agreement = "error", None
    assert shrunk(cell, [case(cell, "a"), error], model, NoScorer()) == ()  # type: ignore[arg-type]
    assert model.asked == 0


def test_an_answer_that_was_as_wrong_before_is_no_edit_s_fault(cell: Cell) -> None:
    model, wrong = Asked(lambda capitals: True), case(cell)
    wrong.before, wrong.agreement = "loud", 1.0
    assert shrunk(cell, [wrong], model, NoScorer()) == ()  # type: ignore[arg-type]
    assert model.asked == 0


def test_a_name_that_is_exchanged_wherever_it_stands_is_no_row_of_edits(tmp_path: Path) -> None:
    names = "- {expect: invariance, perturbations: [entities.name], ignores: [name], gates: [consistency >= 0.7]}"
    (exchanged,) = planned(tmp_path, names)
    model = Asked(lambda capitals: True)
    assert shrunk(exchanged, [case(exchanged)], model, NoScorer()) == ()  # type: ignore[arg-type]
    assert model.asked == 0


def test_a_model_that_runs_elsewhere_is_asked_nothing(write: Callable[..., Path]) -> None:
    (away,) = plan(
        load_suite(write(s_dot_robust_dot_yaml=SUITE.replace('python: "model:predict"', "elsewhere: m")))
    ).cells
    model = Asked(lambda capitals: True)
    assert shrunk(away, [case(away)], model, NoScorer()) == ()  # type: ignore[arg-type]
    assert model.asked == 0


def test_what_a_model_does_not_answer_is_neither_enough_nor_needed(cell: Cell) -> None:
    class Silent(Asked):
        """Answers nothing without an A."""

        def predict(self, inputs: Sequence[Inputs]) -> Answers:
            heard = [one for one in inputs if "A" in one["text"]]
            gone = {input_key(one): "gone" for one in inputs if one not in heard}
            return Answers(super().predict(heard).predictions, gone)

    assert shrunk(cell, [case(cell, "bcd")], Silent(lambda capitals: True), NoScorer()) == ()  # type: ignore[arg-type]
    (found,) = shrunk(cell, [case(cell, "abcd")], Silent(lambda capitals: True), NoScorer())  # type: ignore[arg-type]
    assert [change.replacement for change in found.changes] == ["A"]


def test_a_model_that_cannot_be_asked_on_costs_no_verdict(cell: Cell) -> None:
    class Gone(Asked):
        def predict(self, inputs: Sequence[Inputs]) -> Answers:
            raise UsageError("401: no such key")

    with pytest.warns(UserWarning, match="cannot shrink .*case.upper.*: 401: no such key"):
        assert shrunk(cell, [case(cell)], Gone(lambda capitals: True), NoScorer()) == ()  # type: ignore[arg-type]


def test_where_a_budget_ends_it_that_is_told(cell: Cell) -> None:
    class Spent(Asked):
        def predict(self, inputs: Sequence[Inputs]) -> Answers:
            return Answers()

    with pytest.warns(UserWarning, match="cannot shrink .*case.upper.* any further: the budget had no room"):
        assert shrunk(cell, [case(cell)], Spent(lambda capitals: True), NoScorer()) == ()  # type: ignore[arg-type]


SUITE = """
task: token-classification
model: {python: "model:predict"}
datasets: {d: {language: en, templates: [{text: "ann bob cid dan", entities: []}]}}
checks:
  - {expect: invariance, perturbations: [case.title]}
"""


def test_of_answers_that_agree_in_part_half_of_what_was_lost_is_enough(write: Callable[..., Path]) -> None:
    class Names(Asked):
        """Names each word in small letters."""

        def label(self, inputs: Inputs) -> str:
            words = re.finditer(r"\b[a-z]+", inputs["text"])
            return kept(Entity(word.start(), word.end(), "PER", word[0]) for word in words)

    (graded,) = plan(load_suite(write(s_dot_robust_dot_yaml=SUITE))).cells
    text, model = "ann bob cid dan", Names(lambda capitals: False)
    whole = case(graded, text)
    whole.changes = tuple(Change("text", place, place + 1, text[place].upper(), "x") for place in (0, 4, 8, 12))
    whole.before, whole.after = model.label(whole.original), ""
    (found,) = shrunk(graded, [whole], model, NoScorer())  # type: ignore[arg-type]
    assert (len(found.changes), found.output) == (3, "ann (PER 0-3)")  # F1 is 0.4 with three of them, 0.67 with two


@pytest.mark.parametrize("name", ["layout.examples", "layout.passages", "layout.options"])
def test_of_what_is_in_another_order_a_part_would_say_something_twice(tmp_path: Path, name: str) -> None:
    (reordered,) = planned(tmp_path, UPPER.replace("case.upper", name))
    assert shrunk(reordered, [case(reordered)], Asked(bool), NoScorer()) == ()  # type: ignore[arg-type]
