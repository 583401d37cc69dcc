"""Scores from shared words, in every script."""

from importlib.metadata import version

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.scoring.overlap import (
    bleu,
    bleu_counts,
    bleu_signature,
    chrf,
    chrf_signature,
    contains,
    copied,
    exact_match,
    rouge_l,
    token_f1,
    tokens,
)

VERSION = version("sacrebleu")


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
    ("output", "reference", "said"),
    [
        ("It was Saint Bernadette, in 1858.", "saint bernadette", 1),
        ("Bernadette, a saint", "Saint Bernadette", 0),
        ("1858", "185", 0),
        ("在北京。", "北京", 1),
        ("Paris", "Paris, France", 0),
        ("Yes! :-)", ":-)", 0),
        (":-)", ":-)", 1),
        ("a", "", 0),
        ("", "", 1),
        ("", "a", 0),
    ],
)
def test_an_answer_holds_another_s_words_as_they_stand_there(output: str, reference: str, said: float) -> None:
    assert contains(output, reference) == said


@pytest.mark.parametrize(
    ("output", "share"),
    [
        ("a b c d", 1),
        ("A b c, d!", 1),
        ("x a b c d e y z", 5 / 8),
        ("a b c", 0),
        ("a b c x d e f", 0),
        ("d c b a", 0),
        ("", 0),
    ],
)
def test_what_is_copied_stands_in_runs_of_four_words(output: str, share: float) -> None:
    assert copied(output, "a b c d e f") == share


def test_in_scripts_without_spaces_four_characters_are_a_run() -> None:
    assert copied("我爱北京人", "我爱北京") == 0.8


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


@pytest.mark.parametrize(
    ("output", "reference", "value"),
    [
        # sacrebleu's own tests of the orders that are there: neither depends on beta.
        ("a", "a", 1),
        ("", "c", 0),
        ("a b c", "abc", 1),
        ("aa", "ab", 0.25),
        # By hand: precision 1; recall 3/4, 2/3 and 1/2 of one, two and three letters; F2 = 5 P R / (4 P + R).
        ("abc", "abcd", 5 * (23 / 36) / (4 + 23 / 36)),
    ],
)
def test_chrf_is_sacrebleu_s(output: str, reference: str, value: float) -> None:
    assert chrf(output, reference) == pytest.approx(value)


def test_the_counts_of_bleu_are_worked_by_hand() -> None:
    # Three words; the nearer of two references has as many. Of "the cat sat" all is in "the cat sat on" but no fourth word.
    assert bleu_counts("the cat sat", ["the cat sat on", "a dog sat"], "en") == [3, 3, 3, 2, 1, 0, 3, 2, 1, 0]


def test_bleu_adds_up_over_segments() -> None:
    # Precisions 3/4, 2/3, 1/2 and 1/2 of 1 (no match counts as half of one), no brevity penalty: the fourth root.
    sums = np.array([bleu_counts("a b c d", ["a b c e"], "en")], dtype=np.float64)
    assert bleu(sums) == pytest.approx([(3 / 4 * 2 / 3 * 1 / 2 * 1 / 2) ** 0.25])
    assert bleu(sums * 7) == pytest.approx([(3 / 4 * 2 / 3 * 1 / 2 * 1 / (2 * 7)) ** 0.25])


@pytest.mark.parametrize(
    ("language", "tokenizer", "words"), [("zh-Hant", "zh", 4), ("ja", "char", 4), ("ko", "char", 4), ("de", "13a", 1)]
)
def test_bleu_s_words_are_the_language_s(language: str, tokenizer: str, words: int) -> None:
    assert bleu_counts("我爱北京", ["我爱北京"], language)[0] == words
    assert bleu_signature(language) == f"BLEU|nrefs:1|case:mixed|eff:no|tok:{tokenizer}|smooth:exp|version:{VERSION}"


def test_chrf_has_the_signature_of_sacrebleu() -> None:
    assert chrf_signature(2) == f"chrF2|nrefs:2|case:mixed|eff:yes|nc:6|nw:0|space:no|version:{VERSION}"
