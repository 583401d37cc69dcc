"""Scores from shared words, in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.scoring.overlap import exact_match, rouge_l, token_f1, tokens


@pytest.mark.parametrize(
    ("output", "reference", "exact", "f1"),
    [
        # The cases of the SQuAD metric's page in Hugging Face evaluate: `1976` and `Beyonce` against the answers below.
        ("1976", "1976", 1, 1),
        ("Beyonce", "Beyoncé and Bruno Mars", 0, 0),
        ("climate change", "climate change", 1, 1),
        # SQuAD's normalisation: case and punctuation do not count. Articles do, here: other languages have none to drop.
        ("Saint Bernadette Soubirous.", "saint bernadette soubirous", 1, 1),
        ("the Main Building", "Main Building", 0, 0.8),
        # Two of three and two of four words, F1 = 2 * 2 / (3 + 4).
        ("in Paris France", "Paris, the France of", 0, 4 / 7),
        # CMRC 2018 and MLQA: each Chinese character is a token.
        ("北京市", "北京", 0, 0.8),
        ("在北京。", "北京", 0, 0.8),
        ("ＡＢＣ１", "abc1", 1, 1),
        ("a a b", "a b b", 0, 2 / 3),
        ("", "", 1, 1),
        ("", "a", 0, 0),
        ("a", "", 0, 0),
        ("!", "!", 1, 1),
        ("!", "?", 0, 0),
    ],
)
def test_an_answer_is_compared_by_its_words(output: str, reference: str, exact: float, f1: float) -> None:
    assert exact_match(output, reference) == exact
    assert token_f1(output, reference) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("output", "value"),
    # Lin (2004), ROUGE, section 3.1: S1 is the reference.
    [("police kill the gunman", 3 / 4), ("the gunman kill police", 2 / 4), ("the gunman police killed", 2 / 4)],
)
def test_rouge_l_is_that_of_its_paper(output: str, value: float) -> None:
    assert rouge_l(output, "police killed the gunman") == pytest.approx(value)


def test_rouge_l_reads_scripts_without_spaces() -> None:
    assert rouge_l("我爱北京", "我爱上海") == pytest.approx(0.5)


@given(st.text(max_size=20), st.text(max_size=20))
def test_overlap_lies_between_0_and_1_and_does_not_depend_on_the_side(left: str, right: str) -> None:
    assert 0 <= token_f1(left, right) <= 1
    assert token_f1(left, right) == pytest.approx(token_f1(right, left))
    assert (exact_match(left, right) == 1) <= (token_f1(left, right) == pytest.approx(1))
    assert token_f1(left, left) == exact_match(left, left) == 1


def test_words_are_folded() -> None:
    assert tokens("Die STRASSE, ﬁnal ２") == ["die", "strasse", "final", "2"]
