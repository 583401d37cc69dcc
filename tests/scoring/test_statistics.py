"""Intervals, against published tables."""

from collections.abc import Sequence
from math import comb, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust.scoring.statistics import (
    Floats,
    bootstrap,
    bootstrap_with_one_more,
    compare_systems,
    mean_drop,
    mean_in_unit,
    mean_of_clusters,
)

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 5.
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0000, 0.1684),
        (1, 29, 0.0009, 0.1776),
        # At the ends the lower bound is 0.025 ^ (1 / n).
        (0, 10, 0.0000, 0.3085),
        (10, 10, 0.6915, 1.0000),
    ],
)
def test_the_exact_interval_is_that_of_the_table(hits: int, of: int, low: float, high: float) -> None:
    found = mean_in_unit(np.array([1.0] * hits + [0.0] * (of - hits)))
    assert found.clusters == of
    assert (found.value, found.low, found.high) == pytest.approx((hits / of, low, high), abs=6e-5)


def drops(worse: int, better: int, same: int) -> Floats:
    """Return the drops of outcomes of which so many became worse or better."""
    return np.repeat([1.0, -1.0, 0.0], [worse, better, same])


@pytest.mark.parametrize(("worse", "better"), [(0, 0), (1, 0), (2, 0), (12, 2), (2, 12)])
def test_a_drop_is_bounded_as_the_mean_of_numbers_in_0_to_1(worse: int, better: int) -> None:
    found = mean_drop(drops(worse, better, 36))
    unit = mean_in_unit(np.array([1.0] * worse + [0.0] * better + [0.5] * 36))
    assert found.value == pytest.approx((worse - better) / found.clusters)
    assert (found.low, found.high) == pytest.approx((2 * unit.low - 1, 2 * unit.high - 1))


@pytest.mark.parametrize(("examples", "drop"), [(10, 0.2), (20, 0.1), (40, 0.05)])
def test_a_drop_is_not_ruled_out_more_often_than_the_bound_allows(examples: int, drop: float) -> None:
    """Counted, not drawn. Newcombe's interval for paired shares rules out each of these in 11 to 13 % of samples."""
    wrong = 0.0
    for worse in range(examples + 1):
        found = mean_drop(drops(worse, 0, examples - worse), 0.9)
        wrong += comb(examples, worse) * drop**worse * (1 - drop) ** (examples - worse) * (found.high < drop)
    assert wrong <= 0.05


def test_of_many_examples_a_drop_has_nearly_the_normal_interval() -> None:
    # 100 of 2,000 worse, 20 better: 0.04 +- 1.96 * sqrt((0.06 - 0.0016) / 2000) = 0.0294 to 0.0506.
    found = mean_drop(drops(100, 20, 1880))
    assert (found.value, found.low, found.high) == pytest.approx((0.04, 0.0294, 0.0506), abs=5e-4)


@given(SHARES, st.floats(0.5, 0.99))
def test_a_mean_lies_in_its_interval_and_that_in_0_to_1(values: list[float], confidence: float) -> None:
    found = mean_in_unit(np.array(values), confidence)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_a_drop_turned_round_is_its_negative(pairs: list[tuple[float, float]]) -> None:
    before, after = np.array(pairs).T
    there, back = mean_drop(before - after), mean_drop(after - before)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low), abs=1e-9)
    assert there.low - 1e-9 <= there.value <= there.high + 1e-9


def means(sums: Floats) -> Floats:
    mean: Floats = sums[:, 0] / sums[:, 1]
    return mean


def vectors(values: Sequence[float]) -> Floats:
    return np.array([[value, 1.0] for value in values])


def test_the_bootstrap_of_a_mean_is_near_the_normal_interval() -> None:
    # 100 of 400: 0.25 +- 1.96 * sqrt(0.25 * 0.75 / 400) = 0.2076 to 0.2924.
    found = bootstrap(vectors([1.0] * 100 + [0.0] * 300), means)
    assert (found.value, found.low, found.high) == pytest.approx((0.25, 0.2076, 0.2924), abs=0.005)


def test_where_nothing_varied_the_bootstrap_falls_back_on_the_exact_interval() -> None:
    found = bootstrap(vectors([1.0] * 10), means)
    assert (found.value, found.low) == pytest.approx((1, 0.6915), abs=6e-5)


@pytest.mark.parametrize(("hits", "count"), [(0, 20), (13, 20), (20, 20), (57, 60)])
def test_with_one_more_a_share_has_clopper_and_pearson_s_interval(hits: int, count: int) -> None:
    values = [1.0] * hits + [0.0] * (count - hits)
    miss, hit = np.array([0.0, 1.0]), np.array([1.0, 1.0])
    found, exact = bootstrap_with_one_more(vectors(values), miss, hit, means), mean_in_unit(np.array(values))
    assert found.value == exact.value
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=0.02)


def test_a_bootstrap_is_the_same_each_time_and_of_no_clusters_nothing() -> None:
    values = vectors([0.1, 0.9, 0.4, 0.3])
    assert bootstrap(values, means) == bootstrap(values, means)
    assert not bootstrap(np.zeros((0, 2)), means).measured


def test_no_values_measure_nothing() -> None:
    none = np.array([])
    assert not mean_in_unit(none).measured
    assert not mean_drop(none).measured


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_value_outside_0_to_1_is_an_error(value: float) -> None:
    with pytest.raises(ValueError, match=r"a value lies outside \[0, 1\]"):
        mean_in_unit(np.array([value]))


def test_lengths_that_differ_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 values for 1 clusters"):
        mean_of_clusters(np.array([1.0, 0.0]), ["a"])


# Darwin's cross- and self-fertilised maize (The Effects of Cross and Self Fertilisation, 1876), differences in eighths of
# an inch, as Fisher has them (The Design of Experiments, 1935, sections 17 and 21).
MAIZE = np.array([49.0, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])
PAIRS_OF_ROWS = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 6]
SAME = np.zeros(15)


@pytest.mark.parametrize(
    ("clusters", "low", "high", "within"),
    [
        # scipy 1.17.1, stats.bootstrap of the mean, or of sum(sums) / sum(counts) with paired=True for clusters:
        # method="percentile", n_resamples=200000, rng=1.
        (None, 1.4, 38.2, 2),
        (PAIRS_OF_ROWS, 9.06, 30.71, 1.5),
    ],
)
def test_the_interval_of_a_mean_of_clusters_is_that_of_scipy(
    clusters: list[int] | None, low: float, high: float, within: float
) -> None:
    found = mean_of_clusters(MAIZE, clusters)
    assert found.value == pytest.approx(314 / 15)
    assert found.clusters == (7 if clusters else 15)
    assert (found.low, found.high) == pytest.approx((low, high), abs=within)


def test_two_systems_are_compared_as_elsewhere() -> None:
    found = compare_systems(MAIZE, SAME)
    assert found.difference == mean_of_clusters(MAIZE)
    # Fisher counts 1726 of the 32768 ways to sign the differences; sacrebleu 2.6.0's _paired_ar_test gives 0.0515.
    assert found.randomisation == pytest.approx(1726 / 32768, abs=0.015)
    # scipy 1.17.1: 0.0260 of the bootstrap distribution above is as far from its centre as 0 is; the z-test's p is 0.0262.
    assert found.bootstrap == pytest.approx(0.026, abs=0.01)


def test_five_cases_in_one_direction_are_one_of_sixteen() -> None:
    # Two of the 2 ** 5 ways to sign them are as far out.
    found = compare_systems(np.array([0.1, 0.2, 0.3, 0.4, 0.5]), np.zeros(5))
    assert found.randomisation == pytest.approx(2 / 32, abs=0.02)


def test_of_equal_systems_few_differ() -> None:
    rng = np.random.default_rng(1)
    systems = rng.normal(size=(200, 2, 50))
    values = [compare_systems(one, other) for one, other in systems]
    for found in ([value.bootstrap for value in values], [value.randomisation for value in values]):
        # Uniform: a mean of 1/2 with a standard error of sqrt(1/12 / 200) = 0.020, and 5 % below 0.05, +- 1.5 %.
        assert np.mean(found) == pytest.approx(0.5, abs=0.06)
        assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=0.045)


def test_a_system_does_not_differ_from_itself() -> None:
    found = compare_systems(MAIZE, MAIZE)
    assert (found.difference.value, found.difference.low, found.difference.high) == (0, 0, 0)
    assert (found.bootstrap, found.randomisation) == (1, 1)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2), st.integers(0, 3)), min_size=2, max_size=12))
def test_systems_exchanged_turn_the_difference_round(rows: list[tuple[float, float, int]]) -> None:
    one, other = np.array([row[:2] for row in rows]).T
    clusters = [row[2] for row in rows]
    there, back = compare_systems(one, other, clusters), compare_systems(other, one, clusters)
    ends = (back.difference.value, back.difference.high, back.difference.low)
    assert (there.difference.value, there.difference.low, there.difference.high) == pytest.approx(
        [-end for end in ends], abs=1e-9, nan_ok=True
    )
    assert (there.bootstrap, there.randomisation) == (back.bootstrap, back.randomisation)


def test_copies_of_a_case_in_its_cluster_add_no_evidence() -> None:
    alone = mean_of_clusters(MAIZE)
    copied, clusters = np.repeat(MAIZE, 4), [place // 4 for place in range(60)]
    assert mean_of_clusters(copied, clusters).low == pytest.approx(alone.low)
    assert mean_of_clusters(copied, clusters).high == pytest.approx(alone.high)
    apart = mean_of_clusters(copied)
    # Four times the cases, half the width.
    assert (apart.high - apart.low) / (alone.high - alone.low) == pytest.approx(0.5, abs=0.07)
    assert compare_systems(copied, np.zeros(60)).bootstrap < compare_systems(copied, np.zeros(60), clusters).bootstrap


def test_one_cluster_does_not_say_how_much_it_varies() -> None:
    for values, clusters in ((np.array([0.3]), None), (np.array([0.2, 0.4]), ["a", "a"])):
        found = mean_of_clusters(values, clusters)
        assert found.clusters == 1
        assert found.value == pytest.approx(0.3)
        assert isnan(found.low)
        assert isnan(found.high)
        assert compare_systems(values, values * 0, clusters).bootstrap == 1


def test_of_no_segments_nothing_is_compared() -> None:
    found = compare_systems(np.array([]), np.array([]))
    assert not found.difference.measured
    assert isnan(found.bootstrap)
    assert isnan(found.randomisation)


def test_systems_on_other_segments_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 scores of one system for 1 of the other"):
        compare_systems(np.array([1.0, 0.0]), np.array([1.0]))
    with pytest.raises(ValueError, match="2 values for 1 clusters"):
        compare_systems(np.array([1.0, 0.0]), np.array([1.0, 0.0]), ["a"])


def test_many_clusters_are_drawn_in_blocks_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = mean_of_clusters(MAIZE, PAIRS_OF_ROWS), compare_systems(MAIZE, SAME, PAIRS_OF_ROWS)
    monkeypatch.setattr("albert_robust.scoring.statistics.DRAW_CELLS", 100)
    parts = mean_of_clusters(MAIZE, PAIRS_OF_ROWS), compare_systems(MAIZE, SAME, PAIRS_OF_ROWS)
    assert parts == whole
