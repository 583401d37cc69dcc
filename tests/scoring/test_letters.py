"""Runs of letters that two texts share."""

from collections import Counter
from unittest.mock import MagicMock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.scoring import matching
from albert_robust.scoring.letters import LETTERS, Letters, shared, shared_longest
from albert_robust.scoring.texts import normal

FEW_LETTERS = st.text("ab cA", max_size=20) | st.text(st.characters(max_codepoint=0x10FF), max_size=8).map(normal)


def between(candidate: str, reference: str) -> tuple[float, float]:
    return shared(Letters.of(candidate), Letters.of(reference))


def counted(candidate: str, reference: str) -> tuple[float, float]:
    """Return the same by its definition, a run at a time."""
    sides = ["".join(text.split()) for text in (candidate, reference)]
    found = []
    for order in range(1, min(LETTERS, *map(len, sides)) + 1):
        own, other = (Counter(side[at : at + order] for at in range(len(side) - order + 1)) for side in sides)
        both = (own & other).total()
        found.append((both / own.total(), both / other.total()))
    precision, recall = np.mean(found, axis=0) if found else (0.0, 0.0)
    return float(precision), float(recall)


def test_half_of_a_text_is_all_of_its_half() -> None:
    precision, recall = between("ab", "abcd")
    assert precision == 1
    assert recall == pytest.approx((2 / 4 + 1 / 3) / 2)


def test_letters_are_counted_once_and_only_beside_a_text_of_the_same_language(monkeypatch: pytest.MonkeyPatch) -> None:
    count = MagicMock(side_effect=Letters.of)
    monkeypatch.setattr(Letters, "of", count)
    ids, vectors, weights = np.zeros(1, np.int32), np.ones((1, 1), np.float32), np.ones(1, np.float32)
    one, other, third = (matching.Encoded(ids, vectors, weights, text) for text in ("one", "other", "third"))
    matching.alike(one, other, False)
    assert count.call_count == 0
    matching.alike(one, other, True)
    matching.alike(third, other, True)
    assert [call.args for call in count.call_args_list] == [("one",), ("other",), ("third",)]


def test_the_longest_runs_count_alone_where_it_is_asked_for() -> None:
    assert shared_longest(Letters.of("letters"), Letters.of("better")) == (2 / 4, 2 / 3)
    assert shared_longest(Letters.of("letters"), Letters.of("unknown")) == (0, 0)
    assert shared_longest(Letters.of("ab"), Letters.of("ab")) == (1, 1)
    assert shared_longest(Letters.of(""), Letters.of("ab")) == (0, 0)


def test_white_space_is_not_seen_and_capitals_are() -> None:
    assert between("a b\nc", "abc") == (1, 1)
    assert between("Abc", "abc") < (1, 1)


def test_a_run_counts_as_often_as_both_texts_have_it() -> None:
    assert between("aaaa", "a") == (0.25, 1)


def test_runs_of_chinese_japanese_and_korean_are_of_two_characters() -> None:
    assert between("北京大学", "北京大") == ((3 / 4 + 2 / 3) / 2, 1)
    assert between("대학교의", "대학교") == ((3 / 4 + 2 / 3) / 2, 1)


def test_texts_without_letters_share_nothing() -> None:
    assert between("", "") == between("", "a") == (0, 0)


@given(FEW_LETTERS, FEW_LETTERS)
def test_it_is_what_its_definition_says(candidate: str, reference: str) -> None:
    assert between(candidate, reference) == pytest.approx(counted(candidate, reference))


@given(FEW_LETTERS, FEW_LETTERS)
def test_it_is_chrf_where_precision_and_recall_count_alike(candidate: str, reference: str) -> None:
    sacrebleu = pytest.importorskip("sacrebleu.metrics.chrf")
    precision, recall = between(candidate, reference)
    f = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    assert 100 * f == pytest.approx(
        sacrebleu.CHRF(beta=1, char_order=LETTERS).sentence_score(candidate, [reference]).score, abs=1e-6
    )
