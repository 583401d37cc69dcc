"""The gap between the best and the worst of several groups: bounds that hold although both are picked by their values."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust.scoring.gaps import Values, gap
from albert_robust.scoring.statistics import paired_drop

GROUPS = st.lists(
    st.dictionaries(st.integers(0, 9), st.sampled_from([0.0, 0.3, 1.0]), min_size=1), min_size=2, max_size=5
)


def group(*values: float, start: int = 0) -> Values:
    return dict(enumerate(values, start))


def test_the_upper_bound_of_two_groups_of_the_same_examples_is_newcombes() -> None:
    # The table of Newcombe (1998) that test_statistics holds paired_drop against: 36, 12, 2, 0.
    before, after = [1.0] * 48 + [0.0] * 2, [1.0] * 36 + [0.0] * 12 + [1.0] * 2
    found, drop = gap([group(*before), group(*after)]), paired_drop(np.array(before), np.array(after))
    assert (found.value, found.high) == pytest.approx((0.2, drop.high))
    assert found.clusters == 50
    assert 0 <= found.low < drop.low


def test_the_upper_bound_of_two_groups_without_common_examples_is_that_of_independent_shares() -> None:
    # Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, table II, method 10: 56/70, 48/80.
    first, second = group(*[1.0] * 56, *[0.0] * 14), group(*[1.0] * 48, *[0.0] * 32, start=100)
    found = gap([first, second])
    assert (found.value, found.high) == pytest.approx((0.2, 0.3339), abs=1e-4)
    assert found.clusters == 150


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
