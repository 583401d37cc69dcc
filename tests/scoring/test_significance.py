"""Tests on the same examples and corrections for many of them, against scipy and numbers worked out by hand."""

from collections.abc import Sequence
from itertools import product
from math import exp, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from albert_robust.scoring import significance
from albert_robust.scoring.significance import benjamini_hochberg, drop_on_pairs, holm, mcnemar, sign_flip

CHANCES = st.lists(st.floats(0, 1), max_size=12)


@pytest.mark.parametrize(
    ("worse", "better", "chance"),
    [
        # Sums of binomial coefficients over powers of two, by hand.
        (0, 0, 1),
        (0, 5, 1),
        (5, 0, 1 / 32),
        (7, 2, (36 + 9 + 1) / 512),
        (3, 3, (20 + 15 + 6 + 1) / 64),
        # scipy 1.17.1, stats.binomtest(k, n, alternative="greater").pvalue
        (75, 25, 2.818141017102701e-07),
        (3000, 2900, 0.09871951242178835),
    ],
)
def test_mcnemars_test_is_the_sign_test_of_what_changed(worse: int, better: int, chance: float) -> None:
    assert mcnemar(worse, better) == pytest.approx(chance, rel=1e-9)


@pytest.mark.parametrize("counts", [(0, 1), (12, 3), (200, 180)])
def test_mcnemars_test_is_scipys(counts: tuple[int, int]) -> None:
    stats = pytest.importorskip("scipy.stats")
    found = stats.binomtest(counts[0], sum(counts), alternative="greater").pvalue
    assert mcnemar(*counts) == pytest.approx(found, rel=1e-9)


def test_counts_below_zero_are_no_counts() -> None:
    with pytest.raises(ValueError, match="-1 worse and 2 better: a count is below 0"):
        mcnemar(-1, 2)


@pytest.mark.parametrize(
    ("differences", "chance"),
    [
        ([], 1),
        ([0.0, 0.0], 1),
        # Of the eight flips of 0.1, 0.2 and 0.3 one reaches 0.6; 0.6, 0.4, 0.2 and two times 0 reach 0; all reach -0.6.
        ([0.1, 0.2, 0.3], 1 / 8),
        ([0.3, -0.2, -0.1], 5 / 8),
        ([-0.1, -0.2, -0.3], 1),
        ([1.0, 1.0, 1.0, -1.0, 0.0], 5 / 16),
    ],
)
def test_signs_are_flipped_in_all_ways(differences: Sequence[float], chance: float) -> None:
    assert sign_flip(np.array(differences)) == pytest.approx(chance, rel=1e-9)


@given(st.lists(st.integers(-40, 40), max_size=9))
def test_counting_sums_finds_what_trying_all_flips_finds(units: list[int]) -> None:
    sums = [
        sum(sign * unit for sign, unit in zip(signs, units, strict=True))
        for signs in product((1, -1), repeat=len(units))
    ]
    chance = sum(one >= sum(units) for one in sums) / len(sums)
    assert sign_flip(np.array(units) / 1000) == pytest.approx(chance, rel=1e-9)


def test_flipping_signs_is_scipys_exact_permutation_test() -> None:
    stats = pytest.importorskip("scipy.stats")
    differences = np.round(np.random.default_rng(5).normal(0.05, 0.2, 12), 3)
    found = stats.permutation_test(
        (differences,),
        lambda values, axis: values.mean(axis=axis),
        permutation_type="samples",
        alternative="greater",
        n_resamples=np.inf,
    )
    assert sign_flip(differences) == pytest.approx(found.pvalue, rel=1e-9)


@given(st.integers(0, 40), st.integers(0, 40))
def test_of_zeros_and_ones_it_is_mcnemars_test(worse: int, better: int) -> None:
    assert sign_flip(np.array([1.0] * worse + [-1.0] * better)) == pytest.approx(mcnemar(worse, better), rel=1e-9)


def test_draws_stand_for_counting_where_examples_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    differences = np.round(np.random.default_rng(7).normal(0.01, 0.1, 200), 3)
    counted = sign_flip(differences)
    monkeypatch.setattr(significance, "MOST_STEPS", 0)
    drawn = sign_flip(differences)
    assert drawn == sign_flip(differences) != counted
    assert drawn == pytest.approx(counted, abs=4 * sqrt(counted * (1 - counted) / significance.DRAWS))


@pytest.mark.parametrize(
    ("differences", "chance"), [([0.5] * 8, 2**-8), ([0.5] * 20, 1 / 20_000), ([0.5] * 100, exp(-50))]
)
def test_what_no_draw_reaches_is_as_rare_as_draws_or_a_bound_say(
    monkeypatch: pytest.MonkeyPatch, differences: list[float], chance: float
) -> None:
    # Hoeffding's bound of 100 equal differences is exp(-100 / 2); the truth is 2^-100.
    monkeypatch.setattr(significance, "MOST_STEPS", 0)
    assert sign_flip(np.array(differences)) == pytest.approx(chance, rel=0.5)


def test_a_cell_of_thousands_that_became_worse_for_sure_is_found_by_draws_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(significance, "MOST_STEPS", 0)
    assert holm([sign_flip(np.full(100, 0.5)), *[1.0] * 2000])[0] < 0.05


Z = NormalDist().inv_cdf(0.95)


@pytest.mark.parametrize("count", [1, 20, 60, 1000])
def test_equal_outcomes_have_the_bound_of_no_changes_in_so_many(count: int) -> None:
    # Without changes Tango's statistic of a drop d is -sqrt(n d / (1 - d)), which is -z at z^2 / (n + z^2).
    found = drop_on_pairs(np.ones(count), np.ones(count), 0.9)
    assert (found.value, found.clusters) == (0, count)
    assert (found.low, found.high) == pytest.approx((-Z * Z / (count + Z * Z), Z * Z / (count + Z * Z)), abs=1e-9)


def pairs(worse: int, better: int, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rest = count - worse - better
    return np.array([1.0] * worse + [0.0] * better + [1.0] * rest), np.array([0.0] * worse + [1.0] * (better + rest))


@pytest.mark.parametrize(("worse", "better", "count"), [(12, 2, 50), (3, 0, 40), (0, 5, 30), (75, 25, 1000)])
def test_a_bound_is_where_the_score_test_gives_way(worse: int, better: int, count: int) -> None:
    """The share that rose is found by trying, not by Tango's formula: the likeliest one under the drop that is supposed."""
    drop = drop_on_pairs(*pairs(worse, better, count), 0.9).high
    shares = np.linspace(max(0.0, -drop), (1 - drop) / 2, 400_001)[1:-1]
    likely = worse * np.log(shares + drop) + (count - worse - better) * np.log(1 - 2 * shares - drop)
    likely += better * np.log(shares) if better else 0.0
    rose = shares[np.argmax(likely)]
    statistic = (worse - better - count * drop) / sqrt(count * (2 * rose + drop * (1 - drop)))
    assert statistic == pytest.approx(-Z, abs=1e-3)


def test_bounds_turn_round_with_the_systems() -> None:
    before, after = pairs(12, 2, 50)
    one, other = drop_on_pairs(before, after), drop_on_pairs(after, before)
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))


def test_numbers_between_have_bounds_no_narrower_than_outcomes_of_the_same_sums() -> None:
    whole = drop_on_pairs(*pairs(4, 2, 40))
    halves = drop_on_pairs(np.array([0.5] * 12 + [1.0] * 28), np.array([0.0] * 8 + [1.0] * 4 + [1.0] * 28))
    assert (halves.low, halves.high) == pytest.approx((whole.low, whole.high))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_bounds_hold_the_drop_and_stay_in_range(values: list[tuple[float, float]]) -> None:
    before, after = (np.array(column) for column in zip(*values, strict=True))
    found = drop_on_pairs(before, after)
    assert -1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1


def test_values_that_do_not_pair_are_refused() -> None:
    assert not drop_on_pairs(np.array([]), np.array([])).measured
    with pytest.raises(ValueError, match="2 values before for 1 after"):
        drop_on_pairs(np.ones(2), np.ones(1))
    with pytest.raises(ValueError, match="a value lies outside"):
        drop_on_pairs(np.array([1.5]), np.ones(1))


# Worked out by hand: sorted .01 .02 .03 .04; Holm 4 * .01, 3 * .02, 2 * .03, 1 * .04 and their running maximum;
# Benjamini and Hochberg 4/1 * .01, 4/2 * .02, 4/3 * .03, 4/4 * .04 and their running minimum from the end.
BY_HAND = [0.04, 0.01, 0.03, 0.02]


def test_holm_goes_down_step_by_step() -> None:
    assert holm(BY_HAND) == pytest.approx([0.06, 0.04, 0.06, 0.06], rel=1e-12)
    assert holm([0.001, 0.8, 0.03]) == pytest.approx([0.003, 0.8, 0.06], rel=1e-12)
    assert holm([]) == []


def test_benjamini_and_hochberg_go_up_step_by_step() -> None:
    assert benjamini_hochberg(BY_HAND) == pytest.approx([0.04] * 4, rel=1e-12)
    assert benjamini_hochberg([0.001, 0.8, 0.03]) == pytest.approx([0.003, 0.8, 0.045], rel=1e-12)
    assert benjamini_hochberg([]) == []


def test_benjamini_and_hochbergs_is_scipys() -> None:
    stats = pytest.importorskip("scipy.stats")
    chances = np.random.default_rng(2).random(50) ** 2
    assert benjamini_hochberg(list(chances)) == pytest.approx(list(stats.false_discovery_control(chances)), rel=1e-9)


@given(CHANCES)
def test_corrections_only_ever_make_less_of_a_claim_and_holm_the_least(chances: list[float]) -> None:
    strict, loose = holm(chances), benjamini_hochberg(chances)
    for one, step_down, step_up in zip(chances, strict, loose, strict=True):
        assert one <= step_up + 1e-12 <= step_down + 2e-12 <= 1 + 3e-12
