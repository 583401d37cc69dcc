"""The numbers of benchmarks/labs, against scipy 1.17.1, scikit-learn 1.9.1 and sums done by hand."""

from random import Random

import numpy as np
import pytest

from benchmarks.labs import measures
from benchmarks.labs.summary import agreement, plain
from benchmarks.labs.texts import chunks, damaged, unrelated

LEFT = np.array([1.0, 2, 2, 4, 5, 3, 3])
RIGHT = np.array([2.0, 1, 2, 4, 4, 4, 0])
SCORES, LABELS = [0.1, 0.4, 0.35, 0.8, 0.4, 0.9, 0.2], [0, 0, 1, 1, 1, 1, 0]
XQ_MEVAL = {  # chrF x 100 of translations with 1 to 5 errors, dev side
    "de": [91.0, 83.1, 76.3, 72.0, 66.5],
    "es": [90.4, 82.3, 75.5, 71.0, 68.5],
    "ja": [87.5, 75.9, 66.1, 59.4, 53.1],
    "lo": [90.8, 83.0, 76.5, 70.0, 65.0],
    "zh": [85.9, 72.9, 62.3, 53.2, 45.9],
}


def test_correlations_with_ties_are_scipys() -> None:
    assert measures.tau_b(LEFT, RIGHT) == pytest.approx(0.38949041885226)
    assert measures.spearman(LEFT, RIGHT) == pytest.approx(0.5621342513004457)
    assert measures.pearson(LEFT, RIGHT) == pytest.approx(0.5687222310377492)
    assert measures.ranks(RIGHT).tolist() == [3.5, 2.0, 3.5, 6.0, 6.0, 6.0, 1.0]


def test_a_side_that_does_not_vary_has_no_correlation() -> None:
    for statistic in (measures.tau_b, measures.spearman, measures.pearson):
        assert np.isnan(statistic(LEFT, np.ones(7)))


def test_area_and_rates_are_scikit_learns() -> None:
    assert measures.auc(SCORES, LABELS) == pytest.approx(0.875)
    assert measures.tpr_at_fpr(SCORES, LABELS, 0.01) == 0.5
    assert measures.tpr_at_fpr(SCORES, LABELS, 0.34) == 1.0
    assert measures.balanced_accuracy(SCORES, LABELS, 0.3) == pytest.approx(0.8333333333333333)


def test_the_best_threshold_lies_between_two_scores() -> None:
    assert measures.best_threshold(SCORES, LABELS) == pytest.approx(0.275)
    assert measures.best_threshold([0.0, 1.0], [0, 1]) == 0.5


def test_consistency_is_the_spread_of_translations_in_units_of_the_range() -> None:
    assert measures.consistency([0.8, 0.6], [0.1, 0.3]) == pytest.approx(0.1 / (0.7 - 0.2))
    assert measures.consistency([0.2, 0.2], [0.3, 0.3]) == float("inf")


@pytest.mark.parametrize(("languages", "ratio"), [("de es ja lo zh", 0.778), ("de es ja zh", 0.786)])
def test_the_bias_ratio_is_the_one_published_for_chrf(languages: str, ratio: float) -> None:
    table = np.array([XQ_MEVAL[language] for language in languages.split()]).T
    assert measures.bias_ratio(table) == pytest.approx(ratio, abs=0.001)


def test_spread_compares_group_means_with_all_values() -> None:
    assert measures.spread([[0.0, 2.0], [1.0, 3.0]]) == pytest.approx(0.5 / np.sqrt(1.25))
    assert measures.spread([[0.0, 2.0], [2.0, 0.0]]) == 0.0


def test_noise_of_one_mean_is_a_folded_normal() -> None:
    assert measures.noise_maximum([0.01], draws=200_000) == pytest.approx(0.01 * np.sqrt(2 / np.pi), rel=0.01)


def test_sampling_error_is_taken_off_the_distance_from_zero() -> None:
    assert measures.true_rms([0.3, -0.5], [0.1, 0.3]) == pytest.approx(np.sqrt((0.09 + 0.25) / 2 - (0.01 + 0.09) / 2))
    assert measures.true_rms([0.1], [0.2]) == 0.0


def test_what_a_line_adds_to_every_pair_is_no_noise() -> None:
    assert measures.line_noise([[0.1, 0.5, 0.9], [0.2, 0.6, 1.0]]) == pytest.approx(0.0)
    assert measures.line_noise([[1.0, 0.0], [0.0, 1.0]]) == pytest.approx(np.sqrt(0.5 / 2))


def test_a_standard_error_divides_by_n_minus_one() -> None:
    assert measures.standard_error([1.0, 3.0]) == pytest.approx(1.0)


def test_groups_without_a_value_are_left_out_or_counted() -> None:
    groups, gold = ["a", "a", "b", "b"], np.array([1.0, 2.0, 5.0, 5.0])
    scores = np.array([0.1, 0.2, 0.3, 0.4])
    assert measures.grouped(measures.tau_b, scores, gold, groups) == 1.0
    assert measures.grouped(measures.tau_b, scores, gold, groups, undefined=0.0) == 0.5


def test_pairwise_accuracy_wants_ties_to_be_ties() -> None:
    assert measures.pairwise_accuracy(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0])) == pytest.approx(2 / 3)
    assert np.isnan(measures.pairwise_accuracy(np.array([1.0]), np.array([1.0])))


def test_a_tie_is_half_a_win() -> None:
    assert measures.wins([0.5, 0.5, 0.5], [0.4, 0.5, 0.6]).tolist() == [1.0, 0.5, 0.0]


def test_centred_values_have_no_group_means() -> None:
    assert measures.centred(np.array([1.0, 3.0, 10.0]), ["a", "a", "b"]).tolist() == [-1.0, 1.0, 0.0]


def test_one_pool_tells_translations_from_the_own_language() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0.98, 0.2], [0.5, 0.87]], dtype=np.float32)  # two lines in two languages
    assert measures.nearest(vectors).tolist() == [2, 3, 0, 1]
    found = measures.one_pool(np.array([2, 0, 0, 1]), [0, 1, 0, 1], [0, 0, 1, 1])
    assert list(found) == pytest.approx([0.75, 0.25, 1 / 3])


def test_retrieval_is_the_mean_of_both_directions() -> None:
    left = np.eye(2, dtype=np.float32)
    right = np.array([[1, 0], [0.9, 0.5]], dtype=np.float32)  # its second row is nearer to left's first
    assert measures.retrieval(left, left) == 1.0
    assert measures.retrieval(left, right) == 0.75


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("text", ["", "a", "two words", "the quick brown fox jumps over the lazy dog again and again"])
def test_chunks_join_to_the_text(text: str, language: str) -> None:
    found = chunks(text, language)
    assert "".join(found) == text
    assert len(found) <= 16


def test_chunks_are_cut_at_spaces_where_the_script_has_them() -> None:
    assert chunks("one two seventeen", "en", 2) == ["one two ", "seventeen"]
    assert chunks("一二三四", "zh", 2) == ["一二", "三四"]


def test_damage_goes_from_nothing_to_everything() -> None:
    text, other = "one two three four", "uno dos tres cuatro"
    assert damaged(text, other, "en", 0.0, Random(0)) == text
    assert not set(damaged(text, other, "en", 1.0, Random(0)).split()) & set(text.split())
    kept = [len(set(damaged(text, other, "en", 0.5, Random(seed)).split()) & set(text.split())) for seed in range(50)]
    assert np.mean(kept) == pytest.approx(2.0)


def test_unrelated_partners_never_share_a_key() -> None:
    keys = ["a", "a", "a", "b", "b", "c", "d"]
    for seed in range(20):
        partner = unrelated(keys, seed)
        assert sorted(partner) == list(range(7))
        assert all(keys[here] != keys[there] for here, there in enumerate(partner))


def test_agreement_counts_the_sets_below_by_more_than_the_margin() -> None:
    cells = {
        "labs": {"x tau a": 0.50, "x tau b": 0.40, "y auc a": 0.70},
        "bert_score": {"x tau a": 0.50, "x tau b": 0.42, "y auc a": 0.60},
        "chrf": {"x tau a": 0.60, "x tau b": 0.10, "y auc a": 0.80},
    }
    found = agreement(cells)["labs"]
    assert found["sets"]["below_bert_score"] == 1
    assert found["sets"]["mean_difference"] == pytest.approx((-0.01 + 0.10) / 2)
    assert found["sets"]["share_above_chrf"] == 0.5
    assert found["cells"]["share_above_chrf"] == pytest.approx(1 / 3)


def test_a_task_counts_once_by_its_own_measure() -> None:
    cells = {
        "labs": {"evouna_recall auc en": 0.9, "evouna_f auc en": 0.7},
        "chrf": {"evouna_recall auc en": 0.8, "evouna_f auc en": 0.8},
    }
    assert agreement(cells)["labs"]["sets"] == {"count": 1, "share_above_chrf": 1.0}


def test_what_is_no_number_is_null_in_json() -> None:
    assert plain({"a": float("nan"), "b": [1.23456789, "x"]}) == {"a": None, "b": [1.2346, "x"]}
