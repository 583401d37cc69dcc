"""Ceilings of translations: what few texts say is held against what their languages say."""

import numpy as np
import pytest

from albert_robust.calibrating.ceiling import clustered_error, shrunk_ceilings

LANGUAGES = 14
EFFECTS = np.linspace(-0.4, 0.4, LANGUAGES)
TRUE = np.exp(-1.5 + EFFECTS[:, None] + EFFECTS)


def noisy(spread: float, seed: int = 0) -> np.ndarray:
    """Ceilings that are true but for noise, symmetric."""
    noise = np.triu(np.random.default_rng(seed).normal(0, spread, TRUE.shape), 1)
    return np.asarray(TRUE * np.exp(noise + noise.T))


def off_diagonal(table: np.ndarray) -> np.ndarray:
    return np.asarray(table[~np.eye(LANGUAGES, dtype=bool)])


def test_sure_means_stay_as_they_are() -> None:
    measured = noisy(0.3)
    found = shrunk_ceilings(measured, np.full_like(measured, 1e-6))
    assert off_diagonal(found) == pytest.approx(off_diagonal(measured), rel=1e-3)


def test_unsure_means_come_nearer_to_the_truth() -> None:
    measured = noisy(0.3)
    found = shrunk_ceilings(measured, 0.3 * measured)
    before, after = (np.abs(np.log(off_diagonal(table) / off_diagonal(TRUE))).mean() for table in (measured, found))
    assert after < 0.7 * before


def test_a_pair_without_translations_has_what_its_languages_say() -> None:
    measured = noisy(0.0)
    measured[1, 4] = measured[4, 1] = np.nan
    found = shrunk_ceilings(measured, 0.01 * measured)
    assert found[1, 4] == found[4, 1] == pytest.approx(TRUE[1, 4], rel=0.01)


def test_a_language_without_translations_stays_unknown() -> None:
    measured = noisy(0.0)
    measured[2, :] = measured[:, 2] = np.nan
    found = shrunk_ceilings(measured, 0.01 * measured)
    assert np.isnan(found[2, [0, 1, 3, 4, 5]]).all()
    assert np.isfinite(found[0, [1, 3, 4, 5]]).all()
    assert np.isnan(shrunk_ceilings(np.full((3, 3), np.nan), np.full((3, 3), np.nan))).all()


def test_the_texts_of_one_source_err_together() -> None:
    values = np.array([1.0, 1.0, 3.0, 3.0])
    # Two sources, each two off the mean of 2 by 1: sqrt(2^2 + 2^2) / 4; as single values 1 / sqrt(4).
    assert clustered_error(values, ["a", "a", "b", "b"]) == pytest.approx(np.sqrt(8) / 4)
    assert clustered_error(values, ["a", "b", "a", "b"]) == pytest.approx(0.5)
