"""What is left of a language in the neutral space, on vectors made up with known means and directions."""

from typing import Any

import numpy as np
import pytest

from albert_robust.scoring.neutral import NeutralSpace, fit_space

LANGUAGES = ("de", "en", "zh")
WIDTH = 8
RNG = np.random.default_rng(0)
MEANS = RNG.normal(size=(3, WIDTH))
MIXING = RNG.normal(size=(WIDTH, WIDTH))
COVARIANCE = MIXING @ MIXING.T


def space(lsar: int = 0, abtt: int = 0, white: int = 0, one_mean: bool = False) -> NeutralSpace:
    covariances = np.array([COVARIANCE] * 3)
    return fit_space(MEANS, covariances, LANGUAGES, one_mean=one_mean, lsar=lsar, abtt=abtt, white=white)


def test_centring_alone_leaves_directions_as_they_are() -> None:
    tokens = RNG.normal(size=(5, WIDTH)).astype(np.float32)
    vectors, lengths = space().apply((MEANS[1] + tokens).astype(np.float32), "en")
    assert lengths == pytest.approx(np.linalg.norm(tokens, axis=1), rel=1e-5)
    assert vectors == pytest.approx(tokens / lengths[:, None], abs=1e-5)


def test_the_directions_in_which_the_means_differ_are_gone() -> None:
    projected = (MEANS - MEANS.mean(axis=0)) @ space(lsar=2).projector.T  # three means differ in two directions
    assert projected == pytest.approx(0, abs=1e-5)
    assert np.abs((MEANS - MEANS.mean(axis=0)) @ space(lsar=1).projector.T).max() > 0.1


def test_one_mean_for_all_keeps_what_tells_languages_apart_until_its_directions_are_taken_out() -> None:
    there, gone = (space(lsar=lsar, one_mean=True) for lsar in (0, 2))
    assert there.means == pytest.approx(np.tile(MEANS.mean(axis=0), (3, 1)), abs=1e-6)
    assert there.apply(MEANS[:1].astype(np.float32), "de")[1] > 0.1
    assert gone.projector == pytest.approx(space(lsar=2).projector)


def test_the_most_common_direction_is_gone() -> None:
    common = np.linalg.eigh(COVARIANCE)[1][:, -1]
    assert space(abtt=1).projector @ common == pytest.approx(0, abs=1e-5)


def test_whitened_tokens_vary_alike_but_for_a_tenth_of_the_mean_variance() -> None:
    projector = space(white=4).projector.astype(np.float64)
    assert projector.shape == (4, WIDTH)
    largest = np.linalg.eigvalsh(COVARIANCE)[:3:-1]
    evened = np.diag(largest / (largest + 0.1 * COVARIANCE.trace() / WIDTH))
    assert projector @ COVARIANCE @ projector.T == pytest.approx(evened, abs=1e-4)


def test_its_name_says_how_it_was_made() -> None:
    assert space().name == "center"
    assert space(lsar=2, abtt=1, white=4).name == "center+lsar2+abtt1+white4"
    assert space(abtt=1, one_mean=True).name == "onemean+abtt1"


@pytest.mark.parametrize(
    "choice", [{"lsar": 3}, {"lsar": -1}, {"abtt": WIDTH}, {"white": WIDTH + 1}, {"lsar": 1, "white": WIDTH}]
)
def test_more_directions_than_there_are_is_an_error(choice: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"do not fit 3 languages of width 8"):
        space(**choice)
