"""Where a check says that answers go: how suites write it, and the laws that hold of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.errors import InputError
from albert_robust.scoring.statistics import DIGITS
from albert_robust.suite.load import load_suite
from albert_robust.suite.movement import LEAST, Moves, movement_of
from albert_robust.suite.schema import CheckSpec
from albert_robust.suite.suite import Check
from albert_robust.tasks import TASKS, Prediction

LABELS = TASKS["text-classification"]
FUNCTION = '{python: "m:predict"}'
PROMPTED = "{transformers: m, prompt: '{text}', labels: [positive, negative]}"
shares = st.floats(0, 1).map(lambda share: round(share, DIGITS))
sizes = st.floats(0, 0.99).map(lambda size: round(size, DIGITS))


def moves(**keys: Any) -> Moves:
    """The movement of a check with these keys."""
    expect = "direction" if {"rises", "falls"} & keys.keys() else "invariance"
    made = movement_of(CheckSpec.model_validate({"expect": expect, "perturbations": ["typos.*"], **keys}), LABELS)
    assert isinstance(made, Moves)
    return made


def said(positive: float) -> Prediction:
    return Prediction("positive", {"positive": positive, "negative": round(1 - positive, DIGITS)})


def holds(before: float, after: float, **keys: Any) -> bool | None:
    """Whether a probability of `positive` moves from one number to another as a check says."""
    return moves(**keys).holds(said(before), said(after))


@pytest.fixture
def loaded(write: Callable[..., Path]) -> Callable[..., Check]:
    """Return a function that loads a suite with one check, and returns that."""

    def check(keys: str, model: str = FUNCTION, task: str = "text-classification", perturbed: str = "") -> Check:
        perturbed = perturbed or ("semantics.negate" if "direction" in keys else "typos.swap")
        lines = [f"task: {task}", f"model: {model}", "datasets: {d: {path: d.csv, language: en}}", "checks:"]
        lines += [f"  - perturbations: [{perturbed}]", *(f"    {line.strip()}" for line in keys.split(";"))]
        path = write(d_dot_csv="text,label\nfine,positive\n", s_dot_robust_dot_yaml="\n".join(lines))
        return load_suite(path).checks[0]

    return check


@pytest.mark.parametrize(
    ("keys", "gate"),
    [
        ("becomes: negative", "right direction >= 0.9"),
        ("falls: positive", "right direction >= 0.9"),
        ("rises: negative, by: 0.2", "right direction >= 0.9"),
        ("falls: label, tolerance: 0", "right direction >= 0.9"),
        ("tolerance: 0.1", "consistency >= 0.9"),
    ],
)
def test_a_movement_is_printed_as_it_is_written_and_has_a_gate_of_its_own(
    loaded: Callable[..., Check], keys: str, gate: str
) -> None:
    expect = "invariance" if keys.startswith("tolerance") else "direction"
    check = loaded(f"expect: {expect}; {keys.replace(', ', ';')}")
    assert (str(check.movement), [str(one) for one in check.gates]) == (keys, [gate])


def test_a_gap_of_such_a_check_is_of_its_own_measure(loaded: Callable[..., Check]) -> None:
    check = loaded("expect: direction; falls: positive; gates: [right direction >= 0.5, language gap <= 0.1]")
    assert [gate.measure.base for gate in check.all_gates] == ["right direction", "right direction"]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("expect: direction; falls: a; rises: b", "5:5: `rises` and `falls` are two expectations"),
        ("expect: invariance; falls: a", "5:5: `falls` says where the answer should move"),
        ("expect: direction; by: 0.1", "5:5: `by` says how far something rises or falls"),
        ("expect: direction; becomes: a; by: 0.1", "5:5: `by` says how far something rises or falls"),
        ("expect: direction; tolerance: 0.1", "5:5: `tolerance` says how far something may move the wrong way"),
        (
            "expect: direction; falls: a; by: 0.1; tolerance: 0.1",
            "5:5: what should move `by` so much has no `tolerance`",
        ),
        ("expect: invariance; tolerance: 0.1; agreement: labs", "5:5: `tolerance` compares answers"),
        ("expect: direction; falls: a; tolerance: 1", "8:5: no probability moves by more than 1"),
        ("expect: direction; falls: a; by: 2", "8:5: no probability moves by more than 1"),
        ("expect: direction; falls: a; gates: [sensitivity >= 0.5]", "8:13: unknown measure 'sensitivity'"),
        ("expect: direction; falls: ''", "7:5: '': string should have at least 1 character"),
        ("expect: direction; gates: [right direction >= 0.5]", "7:13: unknown measure 'right direction'"),
    ],
)
def test_keys_that_do_not_fit_together_are_told_with_their_place(
    loaded: Callable[..., Check], keys: str, told: str
) -> None:
    with pytest.raises(InputError, match=r"s\.robust\.yaml:") as caught:
        loaded(keys)
    assert f":{told}" in str(caught.value)


@pytest.mark.parametrize(
    ("task", "model", "keys", "told"),
    [
        (
            "text-regression",
            FUNCTION[:-1] + ", range: [1, 5]}",
            "becomes: a",
            "7:5: an answer of text-regression is a number",
        ),
        (
            "text-regression",
            FUNCTION[:-1] + ", range: [1, 5]}",
            "rises: rating",
            "7:5: unknown number 'rating'\n  known: score",
        ),
        (
            "text-regression",
            FUNCTION[:-1] + ", range: [1, 5]}",
            "rises: score; by: 4",
            "8:5: no score moves by more than 4",
        ),
        ("summarization", FUNCTION, "falls: a", "7:5: an answer of summarization is neither labels nor a number"),
        (
            "text-classification",
            PROMPTED,
            "falls: positive",
            "7:5: a model that is asked by a prompt gives no probabilities",
        ),
        (
            "text-classification",
            PROMPTED,
            "becomes: positiv",
            "7:5: unknown label 'positiv'\n  did you mean 'positive'?",
        ),
    ],
)
def test_what_answers_of_a_task_or_a_model_cannot_do_is_told(
    loaded: Callable[..., Check], task: str, model: str, keys: str, told: str
) -> None:
    with pytest.raises(InputError) as caught:
        loaded(f"expect: direction; {keys}", model, task)
    assert f":{told}" in str(caught.value)


SEVERAL = "multi-label-classification"
NAMED = FUNCTION[:-1] + ", labels: {a: toxic, b: insult}}"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("becomes: toxic", "7:5: an answer may have several labels, and become no single one\n  write `rises: toxic`"),
        ("falls: labels", "7:5: an answer may have several labels: whose probability should move?"),
        ("falls: toxi", "7:5: unknown label 'toxi'\n  did you mean 'toxic'?"),
    ],
)
def test_where_an_answer_may_have_several_labels_one_is_named(
    loaded: Callable[..., Check], keys: str, told: str
) -> None:
    with pytest.raises(InputError) as caught:
        loaded(f"expect: direction; {keys}", NAMED, SEVERAL)
    assert f":{told}" in str(caught.value)


def test_the_probability_of_one_of_several_labels_moves_and_within_a_tolerance_all_do(
    loaded: Callable[..., Check],
) -> None:
    before, after = (Prediction("toxic", {"toxic": 0.9, "insult": share}) for share in (0.1, 0.4))
    rises = loaded("expect: direction; rises: insult; by: 0.3", NAMED, SEVERAL).movement
    assert rises is not None
    assert (rises.holds(before, after), rises.holds(after, before)) == (True, False)
    stays = loaded("expect: invariance; tolerance: 0.2", NAMED, SEVERAL).movement
    assert isinstance(stays, Moves)
    assert (stays.change(before, after), stays.change(after, before)) == (0.3, -0.3)
    assert (stays.holds(before, after), stays.holds(before, before)) == (False, True)
    bare = Prediction("toxic")
    assert stays.lacks(bare, before).startswith("the model gave no probability of each label: return {'labels': {label")
    assert stays.holds(before, bare) is None


def test_a_prompted_model_may_be_asked_for_a_label_and_a_number_may_stay_within_a_tolerance(
    loaded: Callable[..., Check],
) -> None:
    assert str(loaded("expect: direction; becomes: positive", PROMPTED).movement) == "becomes: positive"
    check = loaded("expect: invariance; tolerance: 0.5", FUNCTION[:-1] + ", range: [1, 5]}", "text-regression")
    assert check.movement is not None
    assert check.movement.holds(Prediction("3.5"), Prediction("4.0"))
    assert not check.movement.holds(Prediction("3.5"), Prediction("4.1"))


@given(shares, shares, sizes, sizes, st.sampled_from([{}, {"rises": "positive"}, {"falls": "positive"}]))
def test_what_holds_within_a_tolerance_holds_within_a_greater_one(
    before: float, after: float, one: float, other: float, way: Mapping[str, str]
) -> None:
    low, high = sorted((one, other))
    assert not holds(before, after, **way, tolerance=low) or holds(before, after, **way, tolerance=high)


@given(shares, shares, sizes.filter(bool), sizes.filter(bool))
def test_what_rises_by_much_rises_by_less_and_what_rises_at_all_does_so_without_tolerance(
    before: float, after: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    chain: list[dict[str, float]] = [{"by": high}, {"by": low}, {}, {"tolerance": 0}, {"tolerance": low}]
    found = [holds(before, after, rises="positive", **keys) for keys in chain]
    assert found == sorted(found, key=bool)


@given(shares, shares, sizes)
def test_a_way_and_its_contrary_mirror_each_other(before: float, after: float, tolerance: float) -> None:
    for keys in ({}, {"tolerance": tolerance}):
        fell = holds(before, after, falls="positive", **keys)
        assert fell == holds(after, before, rises="positive", **keys)
        assert fell == holds(before, after, rises="negative", **keys)


@given(shares, shares, sizes)
def test_what_stays_within_a_tolerance_neither_rises_nor_falls_beyond_it(
    before: float, after: float, tolerance: float
) -> None:
    beyond = [holds(before, after, **{way: "positive"}, tolerance=tolerance) for way in ("rises", "falls")]
    assert holds(before, after, tolerance=tolerance) == all(beyond)


@given(shares)
def test_what_does_not_move_has_not_risen_and_stays_within_any_tolerance(share: float) -> None:
    assert not holds(share, share, rises="label")
    assert holds(share, share, rises="label", tolerance=0)
    assert holds(share, share, tolerance=0)


def test_a_bound_that_is_met_exactly_is_met_whatever_a_machine_s_last_bits_say() -> None:
    assert 0.8 - 0.7 > 0.1
    assert holds(0.7, 0.8, tolerance=0.1)
    assert holds(0.8, 0.7, falls="positive", by=0.1)
    assert holds(0.5, 0.5 + LEAST, rises="positive")


def test_the_answer_s_own_label_is_that_of_the_original() -> None:
    after = Prediction("negative", {"positive": 0.3, "negative": 0.7})
    assert moves(falls="label", by=0.5).holds(said(0.9), after)
    assert not moves(tolerance=0.5).holds(said(0.9), after)


def test_an_answer_without_the_probability_has_nothing_that_moves() -> None:
    alone, other = Prediction("positive"), Prediction("a", {"a": 0.7, "b": 0.3})
    check = moves(falls="positive")
    assert check.holds(said(0.9), alone) is check.holds(other, said(0.9)) is None
    assert check.lacks(said(0.9), said(0.9)) == ""
    assert check.lacks(alone, alone).startswith("the model gave no probability of 'positive': return {'label': ...")
    assert check.lacks(other, other) == "the model gave no probability of 'positive': it gave those of 'a', 'b'"
