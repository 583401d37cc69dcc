"""Two languages side by side: what each one's numbers are calibrated by has an error of its own, which more texts do not mend."""

from dataclasses import replace

import numpy as np
import pytest

from albert_robust import Scorer, compare_languages
from albert_robust.errors import UsageError
from albert_robust.scoring.calibration import Calibration, F, Pairs, error_of_mean
from albert_robust.scoring.comparing import Z
from albert_robust.scoring.scores import Scores
from albert_robust.scoring.statistics import Estimate

ENGLISH = ["The cat sat on the mat.", "A dog barked at the moon.", "We had soup for dinner."]
WORSE = ["The cat lay on a mat.", "The dog barked all night.", "We ate bread for dinner."]
GERMAN = ["Die Katze sitzt auf der Matte.", "Ein Hund bellt den Mond an.", "Es gab Suppe zum Abendessen."]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    """The embedded encoder with its profile."""
    return Scorer()


@pytest.fixture
def anchors(scorer: Scorer) -> Calibration:
    """Its anchors."""
    assert scorer.profile is not None
    return scorer.profile.calibration


def scores(mean: float, half: float, error: float, count: int = 10) -> Scores:
    """The scores of a language by their mean, half their interval and the error of the calibration."""
    values = np.full(count, mean)
    corpus = Estimate(mean, mean - half, mean + half, count)
    raw = np.tile(values[:, None], 3)
    return Scores(values, values, values, raw, np.zeros(count, dtype=np.int64), corpus, 0, "LABS-F|v:1", error)


def test_a_score_goes_with_its_anchors_as_calculus_says(anchors: Calibration) -> None:
    a, b = (np.array([anchors.languages.index(tag)]) for tag in ("de", "en"))
    pairs = Pairs(a, b, np.array([9]), np.array([7]))
    raw = np.array([[0.5, 0.5, 0.5]])
    floor = anchors.floor(F, pairs)
    u = anchors.relative(F, raw[:, 2], pairs) / anchors.ceiling[F, a, b]
    by_factor = -(1 - raw[0, 2]) / (1 - floor) ** 2 * (floor / anchors.factor[F, a, b]) / anchors.ceiling[F, a, b]
    by_ceiling = -u / anchors.ceiling[F, a, b]
    small = replace(anchors, factor_error=anchors.factor_error / 1000, ceiling_error=anchors.ceiling_error / 1000)
    moved = small.moved(raw[:, 2], pairs, "floor+par")[0] * 1000
    assert moved == pytest.approx(
        [(by_factor * anchors.factor_error[a, b])[0], (by_ceiling * anchors.ceiling_error[a, b])[0]], rel=1e-4
    )


def test_identity_and_raw_scores_rest_on_no_anchor(scorer: Scorer, anchors: Calibration) -> None:
    assert scorer.score(ENGLISH, ENGLISH, languages="en").calibration_error == 0
    assert Scorer(calibration="none").score(WORSE, ENGLISH, languages="en").calibration_error == 0
    assert scorer.score(WORSE, ENGLISH, languages="en").calibration_error > 0


def test_across_languages_the_error_is_larger(scorer: Scorer) -> None:
    within = scorer.score(WORSE, ENGLISH, languages="en").calibration_error
    assert scorer.score(GERMAN, ENGLISH, languages="de", reference_languages="en").calibration_error > within


def test_anchors_of_one_pair_of_languages_err_together_and_others_apart() -> None:
    moved = np.array([[0.03, 0.0], [0.03, 0.04]])
    assert error_of_mean(moved, [("de", "en"), ("en", "de")]) == pytest.approx(np.hypot(0.06, 0.04) / 2)
    assert error_of_mean(moved, [("de", "en"), ("en", "fr")]) == pytest.approx(np.hypot(0.03, 0.05) / 2)
    assert error_of_mean(moved[:0], []) == 0


def test_the_calibration_widens_an_interval_however_many_texts_there_are() -> None:
    found = compare_languages(scores(0.8, 0.0, 0.003), scores(0.7, 0.0, 0.004))
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1 - Z * 0.005, 0.1 + Z * 0.005))


def test_without_its_error_the_interval_is_that_of_two_independent_means() -> None:
    found = compare_languages(scores(0.8, 0.03, 0.0), scores(0.7, 0.04, 0.0, count=5))
    assert (found.value, found.low, found.high, found.clusters) == pytest.approx((0.1, 0.05, 0.15, 15))


def test_the_other_way_round_it_is_the_negative(scorer: Scorer) -> None:
    english = scorer.score(WORSE, ENGLISH, languages="en")
    german = scorer.score(list(reversed(GERMAN)), GERMAN, languages="de")
    there, back = compare_languages(english, german), compare_languages(german, english)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))


def test_scores_of_other_definitions_do_not_compare(scorer: Scorer) -> None:
    floor = Scorer(calibration="floor").score(WORSE, ENGLISH, languages="en")
    with pytest.raises(UsageError, match="the scores do not compare: they differ in cal"):
        compare_languages(floor, scorer.score(GERMAN, GERMAN, languages="de"))
