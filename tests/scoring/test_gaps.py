"""The gap between the best and the worst of several groups: bounds that hold although both are picked by their values."""

from math import comb, hypot, sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust.scoring.gaps import Values, gap
from albert_robust.scoring.statistics import Estimate, mean_in_unit

GROUPS = st.lists(
    st.dictionaries(st.integers(0, 9), st.sampled_from([0.0, 0.3, 1.0]), min_size=1), min_size=2, max_size=5
)


def group(*values: float, start: int = 0) -> Values:
    return dict(enumerate(values, start))


def bounds(hits: int, of: int) -> Estimate:
    return mean_in_unit(np.array([1.0] * hits + [0.0] * (of - hits)))


def test_the_upper_bound_of_two_groups_of_the_same_examples_is_newcombes_of_exact_bounds() -> None:
    # 36 right in both, 12 in the first alone, 2 in the second alone: ad - bc is -24, and a negative correlation is not corrected.
    found = gap([group(*[1.0] * 48, *[0.0] * 2), group(*[1.0] * 36, *[0.0] * 12, *[1.0] * 2)])
    first, second, r = bounds(48, 50), bounds(38, 50), -24 / sqrt(48 * 2 * 38 * 12)
    up, down = first.high - 0.96, 0.76 - second.low
    assert (found.value, found.high) == pytest.approx((0.2, 0.2 + sqrt(up**2 - 2 * r * up * down + down**2)))
    assert found.clusters == 50
    assert 0 < found.low < 0.0569  # Newcombe's own lower bound, of Wilson's intervals and of one pair alone


def test_the_upper_bound_of_two_groups_without_common_examples_is_that_of_independent_shares() -> None:
    first, second = group(*[1.0] * 56, *[0.0] * 14), group(*[1.0] * 48, *[0.0] * 32, start=100)
    found = gap([first, second])
    one, other = bounds(56, 70), bounds(48, 80)
    assert (found.value, found.high) == pytest.approx((0.2, 0.2 + hypot(one.high - 0.8, 0.6 - other.low)))
    assert found.clusters == 150


def test_a_small_group_is_not_found_to_be_worse_more_often_than_the_bound_allows() -> None:
    """Counted, not drawn: of ten two are wrong in 9 % of samples, which Wilson's bounds took for proof of a gap above 0.04."""
    large = group(*[1.0] * 990, *[0.0] * 10, start=100)
    chances = [comb(10, wrong) * 0.05**wrong * 0.95 ** (10 - wrong) for wrong in range(11)]
    found = [gap([large, group(*[0.0] * wrong, *[1.0] * (10 - wrong))], 0.9) for wrong in range(11)]
    assert sum(chance for chance, one in zip(chances, found, strict=True) if one.low > 0.04) <= 0.05


def test_translations_of_the_same_examples_say_more_than_other_examples() -> None:
    values = [1.0, 0.0] * 20
    same, apart = gap([group(*values), group(*values)]), gap([group(*values), group(*values, start=100)])
    assert same.value == apart.value == 0
    assert same.high < apart.high / 3


def test_a_few_perfect_examples_do_not_prove_that_there_is_no_gap() -> None:
    found = gap([group(*[1.0] * 10)] * 8)
    assert (found.value, found.low) == (0, 0)
    assert found.high > 0.2


def test_the_more_groups_the_less_one_pair_proves() -> None:
    first, second = group(*[1.0] * 40), group(*[1.0] * 24, *[0.0] * 16)
    lows = [gap([first, second, *[first] * more]).low for more in (0, 5, 20)]
    assert lows[0] > lows[1] > lows[2] > 0


def test_equal_groups_are_not_found_to_differ_more_often_than_the_bound_allows() -> None:
    # A percentile bootstrap of the greatest difference has its lower bound above 0 in every one of these samples.
    rng = np.random.default_rng(1)
    samples = [(rng.random((8, 60)) < 0.8).astype(float) for _ in range(120)]
    lows = [gap([group(*values) for values in sample], 0.9).low for sample in samples]
    assert np.mean(np.array(lows) > 0) <= 0.05 + 2 * (0.05 * 0.95 / 120) ** 0.5


@settings(max_examples=50)
@given(GROUPS, st.randoms(use_true_random=False))
def test_a_gap_lies_in_its_bounds_and_does_not_depend_on_the_order_of_groups(
    groups: list[dict[int, float]], random: Random
) -> None:
    found = gap(groups)
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1
    random.shuffle(groups)
    other = gap(groups)
    assert (other.value, other.low, other.high) == pytest.approx((found.value, found.low, found.high))


@pytest.mark.parametrize("groups", [[], [{1: 1.0}], [{1: 1.0}, {}]])
def test_fewer_than_two_groups_with_examples_have_no_gap(groups: list[Values]) -> None:
    assert not gap(groups).measured


def test_a_value_that_is_no_share_is_an_error() -> None:
    with pytest.raises(ValueError, match="outside"):
        gap([{1: 1.2}, {1: 0.0}])
