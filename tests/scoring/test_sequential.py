"""Bounds that hold at all looks together: by exact enumeration, against a slow direct implementation, and as laws."""

from fractions import Fraction
from itertools import accumulate, product
from operator import mul

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust.scoring.sequential import capital, looks, sequential_drop, sequential_mean
from albert_robust.scoring.statistics import Floats, mean_in_unit

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)
BETS = [Fraction(1, 2**halvings) for halvings in range(7)]
ROUNDING = 1e-9


def slow_capital(values: Floats, mean: float) -> list[Fraction]:
    """The capital after each value, in whole numbers and their ratios."""
    wins = [Fraction(float(value)) / Fraction(mean) - 1 for value in values]
    players = [accumulate([1 + bet * win for win in wins], mul) for bet in BETS]
    return [sum(each, Fraction(0)) / len(BETS) for each in zip(*players, strict=True)]


@pytest.mark.parametrize("mean", [0.25, 0.5, 0.9375])
def test_at_the_true_mean_bets_are_fair_and_few_grow_rich_at_any_look(mean: float) -> None:
    # All sequences of ten yes-no outcomes, each with its own chance: no simulation.
    sequences = [np.array(bits, dtype=float) for bits in product([0, 1], repeat=10)]
    chances = [mean ** values.sum() * (1 - mean) ** (10 - values.sum()) for values in sequences]
    capitals = np.array([capital(values, mean) for values in sequences])
    assert np.array(chances) @ capitals == pytest.approx(np.ones(10))
    for times in (2, 5, 20):
        assert np.array(chances) @ (capitals.max(axis=1) >= times) <= 1 / times


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.01, 1))
def test_the_capital_is_that_of_a_slow_direct_implementation(values: list[float], mean: float) -> None:
    found = capital(np.array(values), mean)
    assert found == pytest.approx([float(one) for one in slow_capital(np.array(values), mean)])


def test_the_bounds_of_one_value_are_those_worked_out_by_hand() -> None:
    # The capital is 1 - s + s / m with s, the mean bet, 127/64 / 7; at a confidence of 0.9 it must reach 20.
    share = 127 / 64 / 7
    found = sequential_mean(np.array([1.0]), 0.9)
    assert (found.value, found.high, found.clusters) == (1, 1, 1)
    assert found.low == pytest.approx(share / (19 + share), abs=1e-6)


def test_the_lower_bound_of_values_that_all_are_1_is_the_mean_against_which_they_grow_rich() -> None:
    found = sequential_mean(np.ones(60), 0.9)
    assert (
        float(slow_capital(np.ones(60), found.low)[-1]) >= 20 > float(slow_capital(np.ones(60), found.low + 1e-6)[-1])
    )


def test_a_bound_is_of_the_best_look_and_not_of_the_last() -> None:
    falling = np.array([1.0] * 60 + [0.0] * 4)
    best = max(range(1, 65), key=lambda asked: sequential_mean(falling[:asked]).low)
    assert best == 60
    assert sequential_mean(falling).low == sequential_mean(falling[:best]).low


@pytest.mark.parametrize(("truth", "graded"), [(0.5, False), (0.9, False), (0.98, False), (0.9, True)])
def test_the_truth_lies_in_the_bounds_at_all_looks_together(truth: float, graded: bool) -> None:
    # 400 samples; each side may be wrong in 5 %, give or take two standard errors.
    rng = np.random.default_rng(1)
    shape = 400, 500
    drawn = rng.beta(2 * truth, 2 - 2 * truth, shape) if graded else (rng.random(shape) < truth).astype(float)
    too_high = [capital(values, truth).max() >= 20 for values in drawn]
    too_low = [capital(1 - values, 1 - truth).max() >= 20 for values in drawn]
    assert max(np.mean(too_high), np.mean(too_low)) <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5


def test_after_many_values_they_are_not_much_wider_than_bounds_of_one_look() -> None:
    values = (np.random.default_rng(0).random(2000) < 0.9).astype(float)
    always, once = sequential_mean(values), mean_in_unit(values)
    assert once.high - once.low < always.high - always.low < 1.6 * (once.high - once.low)


@settings(max_examples=50)
@given(VALUES, VALUES, st.floats(0.5, 0.99))
def test_a_mean_lies_in_its_bounds_and_more_values_take_back_no_bound_but_for_their_mean(
    values: list[float], more: list[float], confidence: float
) -> None:
    first, then = (sequential_mean(np.array(seen), confidence) for seen in (values, values + more))
    for found in (first, then):
        assert 0 <= found.low <= found.value <= found.high <= 1
    assert then.low >= min(first.low, then.value)
    assert then.high <= max(first.high, then.value)


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.01, 0.99), st.floats(0, 1))
def test_the_more_is_asked_for_the_less_capital_there_is(values: list[float], mean: float, between: float) -> None:
    greater = mean + (1 - mean) * between
    assert (capital(np.array(values), greater) <= capital(np.array(values), mean) * (1 + ROUNDING)).all()


@settings(max_examples=50)
@given(st.data(), VALUES)
def test_the_capital_at_a_look_does_not_depend_on_the_order_before_it(data: st.DataObject, values: list[float]) -> None:
    other = data.draw(st.permutations(values))
    assert capital(np.array(values), 0.6)[-1] == pytest.approx(capital(np.array(other), 0.6)[-1])


@settings(max_examples=50)
@given(VALUES, st.floats(0.5, 0.99))
def test_values_turned_round_have_their_bounds_turned_round(values: list[float], confidence: float) -> None:
    there, back = (sequential_mean(one, confidence) for one in (np.array(values), 1 - np.array(values)))
    ends = (1 - back.value, 1 - back.high, 1 - back.low)
    assert (there.value, there.low, there.high) == pytest.approx(ends, abs=2e-6)


def test_a_drop_is_the_mean_difference_with_bounds_in_minus_1_to_1() -> None:
    before, after = np.ones(200), np.array(([1.0] * 19 + [0.0]) * 10)
    found = sequential_drop(before - after, 0.9)
    assert found.value == pytest.approx(0.05)
    assert found.clusters == 200
    assert -0.02 < found.low < 0.05 < found.high < 0.2
    turned = sequential_drop(after - before, 0.9)
    assert (turned.low, turned.high) == (-found.high, -found.low)


def test_looks_are_a_quarter_further_apart_each_time_and_the_last_is_of_all() -> None:
    assert list(looks(100)) == [32, 40, 50, 63, 79, 99, 100]
    assert list(looks(32)) == [32]
    assert list(looks(7)) == [7]
    assert list(looks(0)) == []


def test_no_values_measure_nothing() -> None:
    none = np.array([])
    assert not sequential_mean(none).measured
    assert not sequential_drop(none).measured


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_value_outside_0_to_1_is_an_error(value: float) -> None:
    with pytest.raises(ValueError, match=r"a value lies outside \[0, 1\]"):
        sequential_mean(np.array([value]))


@pytest.mark.parametrize("drop", [-1.1, 1.1])
def test_a_drop_outside_minus_1_to_1_is_an_error(drop: float) -> None:
    with pytest.raises(ValueError, match=r"a value lies outside \[-1, 1\]"):
        sequential_drop(np.array([drop]))
