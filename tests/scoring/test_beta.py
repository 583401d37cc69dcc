"""The beta distribution beside scipy's, and the laws of a quantile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta as known  # type: ignore[import-untyped]  # the package has no types

from albert_robust.scoring.beta import beta_cdf, beta_quantile

PARAMETERS = st.floats(0.01, 50_000)


@given(st.floats(0, 1, allow_subnormal=False), PARAMETERS, PARAMETERS)
def test_the_distribution_function_is_scipys(x: float, a: float, b: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(known.cdf(x, a, b), abs=1e-9)


@given(st.sampled_from([0.001, 0.025, 0.05, 0.5, 0.95, 0.975]), st.floats(0.1, 50_000), st.floats(0.1, 50_000))
def test_the_quantile_is_scipys(share: float, a: float, b: float) -> None:
    assert beta_quantile(share, a, b) == pytest.approx(known.ppf(share, a, b), abs=1e-9)


@given(st.floats(0.01, 0.99), PARAMETERS, PARAMETERS)
def test_turned_round_it_is_the_rest(share: float, a: float, b: float) -> None:
    assert beta_quantile(share, a, b) == pytest.approx(1 - beta_quantile(1 - share, b, a), abs=1e-9)
