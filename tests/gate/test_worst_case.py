"""The worst case over an example's variants, and how likely k of them all agree."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from counted import record_of, tally_of

from albert_robust.errors import InputError
from albert_robust.gate import judge as judged
from albert_robust.gate.decide import NOISE
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord
from albert_robust.running.cell import Cell
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite

SUITE = """
task: text-classification
model: {{python: "m:f"}}
datasets: {{d: {{path: d.jsonl, language: en}}}}
checks: [{{expect: invariance, perturbations: [typos.swap], {more}gates: [{gate}]}}]
"""
OUTCOME = Outcome("s", "c", "1", "en", 0, "tested", {"text": "a"}, {"text": "b"}, before="x", after="x")


@pytest.fixture
def cell(write: Callable[..., Path]) -> Callable[..., Cell]:
    """Return a function from a gate to a cell that has it."""

    def made(gate: str, more: str = "") -> Cell:
        text = SUITE.format(gate=gate, more=more)
        return plan(load_suite(write(d_dot_jsonl='{"text": "a"}', s_dot_robust_dot_yaml=text))).cells[0]

    return made


def cases(*agreements: Sequence[float]) -> list[Outcome]:
    """Return tested outcomes: a sequence an example, a number a variant."""
    return [
        replace(OUTCOME, example=str(number), replicate=replicate, agreement=value)
        for number, values in enumerate(agreements)
        for replicate, value in enumerate(values)
    ]


def test_one_broken_variant_breaks_its_example(cell: Callable[..., Cell]) -> None:
    measures = record_of(cell("worst case >= 0.7"), cases([1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 1, 1])).measures
    assert (measures["worst case"].value, measures["worst case"].clusters) == (0.5, 4)
    assert measures["consistency"].value == pytest.approx(8 / 12)


def test_an_example_with_one_variant_is_as_consistent_as_its_worst_case(cell: Callable[..., Cell]) -> None:
    measures = record_of(cell("worst case >= 0.7"), cases([1], [0], [1])).measures
    assert measures["worst case"] == measures["consistency"]


def test_outputs_that_are_nearly_alike_break_nothing_from_the_agreement_that_the_check_names(
    cell: Callable[..., Cell],
) -> None:
    outcomes = cases([0.8, 0.9], [0.8, 0.79])
    values = [
        record_of(cell("worst case >= 0.7", more), outcomes).measures["worst case"].value
        for more in ("", "agrees_at: 0.8, ", "agrees_at: 0.79, ")
    ]
    assert values == [0, 0.5, 1]


def test_an_undecided_worst_case_says_how_many_examples_would_decide(cell: Callable[..., Cell]) -> None:
    record = record_of(cell("worst case >= 0.7"), cases(*[[1, 1]] * 8, [1, 0], [0, 1]))
    assert record.verdict == "inconclusive"
    assert record.reason.startswith("worst case 0.80 [0.49, 0.96], gate >= 0.70: 10 examples do not decide it, about ")


def test_the_chance_that_k_variants_all_agree_is_counted_over_all_ways_to_draw_them(cell: Callable[..., Cell]) -> None:
    # Of 4 variants 3 agree: 3 of the 6 pairs hold no other. Of 2 agreeing 1 of 6. Too few variants measure nothing.
    checked = cell("consistency at 2 >= 0.5, consistency at 1 >= 0.1", "variants: 4, ")
    measures = record_of(checked, cases([1, 1, 1, 0], [1, 0, 1, 0], [1])).measures
    assert measures["consistency at 2"].value == pytest.approx((3 / 6 + 1 / 6) / 2)
    assert (measures["consistency at 2"].clusters, measures["consistency at 1"].clusters) == (2, 3)


def test_at_all_variants_it_is_the_worst_case(cell: Callable[..., Cell]) -> None:
    checked = cell("consistency at 3 >= 0.5, worst case >= 0.5", "variants: 3, ")
    measures = record_of(checked, cases([1, 1, 1], [1, 0, 1], [1, 1, 1])).measures
    assert measures["consistency at 3"] == measures["worst case"]


def test_more_variants_than_the_check_makes_are_a_mistake(cell: Callable[..., Cell]) -> None:
    message = (
        r":5:81: consistency at 3 needs 3 variants an example, the check makes 2\n  add `variants: 3` to the check"
    )
    with pytest.raises(InputError, match=message):
        cell("consistency at 3 >= 0.5", "variants: 2, ")


def test_a_cell_of_single_variants_measures_no_worst_case_that_nobody_asked_for(cell: Callable[..., Cell]) -> None:
    assert "worst case" not in record_of(cell("consistency >= 0.5"), cases([1], [0])).measures
    assert "worst case" in record_of(cell("consistency >= 0.5", "variants: 2, "), cases([1, 1], [0, 0])).measures


def asked_again(cell: Cell, outcomes: Sequence[Outcome], *pairs: Sequence[float]) -> CellRecord:
    """Return the verdict on a model whose answers to each original agree so far, two by two: one pair of two, three of three."""
    replicates = {1: 2, 3: 3, 10: 5}[len(pairs[0])]
    model = cell.suite.model.model_copy(update={"replicates": replicates})
    cell = replace(cell, suite=replace(cell.suite, model=model))
    tally = tally_of(cell, outcomes)
    for example, values in zip(tally.examples, pairs, strict=True):
        for value in values:
            tally.repeated(example, value)
    return judged(cell, tally)


def test_answers_that_agree_well_enough_break_no_variant(cell: Callable[..., Cell]) -> None:
    """Asked again, the model says the same in other words: by itself it would meet the gate, and it is missed."""
    made = cell("worst case >= 0.9", "agrees_at: 0.5, ")
    assert asked_again(made, cases(*[[0.0]] * 40), *[[0.6]] * 40).verdict == "failed"


def test_a_model_that_seldom_agrees_with_itself_all_five_times_misses_no_worst_case(cell: Callable[..., Cell]) -> None:
    """One answer of five is another in four originals of ten: four pairs of ten. Two by two the answers agree in 0.84."""
    made = cell("worst case >= 0.8", "variants: 5, ")
    broken = cases(*[[1, 1, 1, 1, 0]] * 40, *[[1] * 5] * 60)
    apart, alike = [0.0] * 4 + [1.0] * 6, [1.0] * 10
    record = asked_again(made, broken, *[apart] * 40, *[alike] * 60)
    assert record.measures[NOISE].value == pytest.approx(0.84)
    assert (record.verdict, "the model agrees with itself in 0.60" in record.reason) == ("inconclusive", True)


def test_a_single_variant_has_to_agree_no_oftener_than_two_answers_do(cell: Callable[..., Cell]) -> None:
    apart, alike = [0.0] * 4 + [1.0] * 6, [1.0] * 10
    record = asked_again(cell("worst case >= 0.8"), cases(*[[0.0]] * 100), *[apart] * 40, *[alike] * 60)
    assert record.verdict == "failed"
