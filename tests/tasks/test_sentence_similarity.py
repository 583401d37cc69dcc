"""Sentence similarity: how a number is read, and how a cell's numbers follow people's scores."""

from collections.abc import Sequence
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.scoring.statistics import Estimate
from albert_robust.tasks import TASKS, Answer, Prediction, sentence_similarity
from albert_robust.tasks.sentence_similarity import closeness, ranks

TASK = TASKS["sentence-similarity"]
SAID = (0.95, 0.9, 0.8, 0.85, 0.6, 0.75, 0.7, 0.3, 0.55, 0.4, 0.45, 0.2, 0.35, 0.1, 0.05, 0.25)
RIGHT = (5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 1, 1, 0, 0, 0)
RESAMPLED = (0.8251, 0.9774)
NUMBERS = st.floats(-1, 1, width=32)


def measured(name: str, said: Sequence[float], right: Sequence[float], confidence: float = 0.95) -> Estimate:
    answers = [Answer(TASK.read(one).output, (str(other),)) for one, other in zip(said, right, strict=True)]
    return TASK.aggregates[name].measure(answers, range(len(answers)), confidence)


@pytest.mark.parametrize("answer", [0.5, {"similarity": 0.5}, np.float32(0.5), np.float64(0.5)])
def test_a_similarity_is_a_number_or_one_under_its_name(answer: Any) -> None:
    assert TASK.read(answer) == Prediction("0.5")


@pytest.mark.parametrize(("answer", "output"), [(1, "1.0"), (-1.0000001, "-1.0"), (-0.0, "0.0"), (1 / 3, "0.333333")])
def test_it_is_kept_to_six_digits(answer: float, output: str) -> None:
    assert TASK.read(answer).output == output


@pytest.mark.parametrize("answer", ["0.5", None, True, [0.5], {"score": 0.5}, {"similarity": "high"}, 1j])
def test_what_is_no_number_is_told(answer: Any) -> None:
    with pytest.raises(ValueError, match=r"expected a number or {'similarity': number}"):
        TASK.read(answer)


@pytest.mark.parametrize("answer", [nan, inf, -inf, 1.01, -2, 85])
def test_a_number_that_is_no_similarity_is_told(answer: float) -> None:
    with pytest.raises(ValueError, match=r"the similarity is .*, expected a number in \[-1, 1\]"):
        TASK.read({"similarity": answer})


@given(NUMBERS, NUMBERS)
def test_two_answers_agree_by_how_near_they_are(one: float, other: float) -> None:
    left, right = (TASK.read(value).output for value in (one, other))
    assert closeness(left, left) == 1
    assert closeness(left, right) == closeness(right, left) == pytest.approx(max(0, 1 - abs(one - other)), abs=2e-6)


@pytest.mark.parametrize(
    ("said", "right", "spearman", "pearson"),
    [
        # scipy 1.17.1, stats.spearmanr and stats.pearsonr; ties on both sides.
        (
            (0.9, 0.7, 0.8, 0.2, 0.4, 0.4, 0.1, -0.2),
            (5, 4, 4.5, 2, 3, 1, 0.5, 1),
            0.8975903614457831,
            0.8891222034311372,
        ),
        ((0.1, 0.2, 0.2, 0.3), (1, 3, 2, 4), 0.9486832980505139, 0.9486832980505138),
    ],
)
def test_quality_is_the_correlation_with_people_s_scores(
    said: Sequence[float], right: Sequence[float], spearman: float, pearson: float
) -> None:
    assert measured("spearman", said, right).value == pytest.approx(spearman, abs=1e-12)
    assert measured("pearson", said, right).value == pytest.approx(pearson, abs=1e-12)


def test_ranks_are_shared_by_equal_values() -> None:
    values = np.array([20.0, 10, 30, 20])
    assert ranks(values, np.ones((1, 4))).tolist() == [[2.5, 1, 4, 2.5]]  # scipy 1.17.1, stats.rankdata


def test_and_by_one_that_stands_several_times_in_a_resample() -> None:
    values, times = np.array([20.0, 10, 30, 20]), np.array([[1.0, 3, 0, 1], [0, 0, 2, 1]])
    found = ranks(values, times)
    assert found[0, [0, 1, 3]].tolist() == [4.5, 2, 4.5]  # the same, of 10 10 10 20 20
    assert found[1, [2, 3]].tolist() == [2.5, 1]  # of 20 30 30


def test_the_interval_of_ranks_is_that_of_examples_ranked_anew_in_each_resample() -> None:
    # The 5 % and 95 % quantiles of 200,000 resamples by np.random.default_rng(0), ranked by stats.rankdata of scipy 1.17.1.
    found = measured("spearman", SAID, RIGHT, 0.9)
    assert (found.low, found.high) == pytest.approx(RESAMPLED, abs=0.02)


def test_of_many_examples_the_sums_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    right = rng.normal(size=400)
    said = list(np.tanh(right + rng.normal(size=400)))
    anew = measured("spearman", said, list(right))
    monkeypatch.setattr(sentence_similarity, "MOST_RANKED", 399)
    sums = measured("spearman", said, list(right))
    assert (sums.value, sums.low, sums.high) == pytest.approx((anew.value, anew.low, anew.high), abs=0.01)
    assert sums.value == pytest.approx(anew.value, abs=1e-12)


@pytest.mark.parametrize("name", ["spearman", "pearson"])
@pytest.mark.parametrize("scale", [1e-9, 1, 1e9])
def test_the_scale_of_the_scores_does_not_matter(name: str, scale: float) -> None:
    said, right = (0.1, 0.5, 0.4, 0.9), (1, 2, 3, 5)
    expected = measured(name, said, right)
    found = measured(name, said, [7 * scale + value * scale for value in right])
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))


@pytest.mark.parametrize("name", ["spearman", "pearson"])
def test_a_model_that_always_says_the_same_is_at_0_and_so_is_one_that_is_worse_than_chance(name: str) -> None:
    constant, inverse = measured(name, [0.7] * 20, range(20)), measured(name, [0.9, 0.5, 0.1], [1, 2, 3])
    assert (constant.value, inverse.value) == (0, 0)
    assert 0 < constant.high < 0.2


@pytest.mark.parametrize("name", ["spearman", "pearson"])
@pytest.mark.parametrize("right", [[], [3], [3, 3, 3]])
def test_scores_that_do_not_vary_measure_nothing(name: str, right: list[float]) -> None:
    assert not measured(name, [0.1, 0.5, 0.9][: len(right)], right).measured


def test_of_several_people_s_scores_the_mean_counts() -> None:
    answers = [Answer(str(said), right) for said, right in ((0.1, ("0", "4")), (0.5, ("1",)), (0.9, ("3", "5")))]
    assert TASK.aggregates["spearman"].measure(answers, range(3)).value == pytest.approx(0.5)  # ranks 2, 1, 3


@given(st.lists(st.tuples(NUMBERS, st.floats(-1e6, 1e6)), max_size=12))
def test_a_correlation_that_is_measured_lies_in_the_unit_with_its_interval(pairs: list[tuple[float, float]]) -> None:
    for name in ("spearman", "pearson"):
        found = measured(name, [said for said, _ in pairs], [right for _, right in pairs])
        assert not found.measured or 0 <= found.low <= found.high <= 1
        assert not found.measured or 0 <= found.value <= 1
