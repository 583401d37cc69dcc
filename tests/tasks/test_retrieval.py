"""Retrieval: how a ranking is read, measured and compared, with numbers worked by hand."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.tasks import TASKS, Answer, Prediction
from albert_robust.tasks.retrieval import documents_of, overlap, plain, same_first
from albert_robust.tasks.task import Compared, Measured, TextScorer

TASK = TASKS["retrieval"]
DOCUMENTS = st.lists(st.text(min_size=1).filter(plain), max_size=7)


def ranked(*documents: str) -> str:
    return TASK.read(list(documents)).output


def measured(output: str, *relevant: str) -> dict[str, Measured]:
    answer = Answer(output, relevant)
    return {name: quality.measure([answer], NoScorer())[0] for name, quality in TASK.qualities.items()}


class NoScorer(TextScorer):
    """Retrieval needs no encoder to be measured."""

    def scores(self, pairs: Any) -> Any:
        raise AssertionError("LABS was asked")


@pytest.mark.parametrize(
    "answer", [["a b", "c"], ("a b", "c"), {"documents": ["a b", "c"]}, ["a\n b ", "c"], np.array(["a b", "c"])]
)
def test_a_ranking_comes_as_a_list_or_under_documents(answer: Any) -> None:
    assert documents_of(TASK.read(answer).output) == ["a b", "c"]


def test_a_string_is_one_document() -> None:
    assert documents_of(TASK.read("a\nb").output) == ["a b"]
    assert TASK.read(Prediction("a b")) == Prediction("a b")


@pytest.mark.parametrize("answer", [[], "", {"documents": []}])
def test_nothing_found_is_an_answer_and_a_wrong_one(answer: Any) -> None:
    output = TASK.read(answer).output
    assert measured(output, "a") == {"accuracy": 0, "recall at 5": 0, "mrr": 0}


@pytest.mark.parametrize(
    "answer", [None, 3, b"a", ["a", None], np.array([1]), {"document": ["a"]}, {"documents": [1]}, {"a"}]
)
def test_what_is_no_ranking_is_told(answer: Any) -> None:
    with pytest.raises(ValueError, match=r"expected a list of strings or {'documents': list of strings}"):
        TASK.read(answer)


def test_a_blank_document_is_told_with_its_place() -> None:
    with pytest.raises(ValueError, match="document 2 of 3 in the answer is blank"):
        TASK.read(["a", " \n", "b"])


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (1, {"accuracy": 1, "recall at 5": 1, "mrr": 1}),
        (2, {"accuracy": 0, "recall at 5": 1, "mrr": 1 / 2}),
        (5, {"accuracy": 0, "recall at 5": 1, "mrr": 1 / 5}),
        (6, {"accuracy": 0, "recall at 5": 0, "mrr": 1 / 6}),
        (9, {"accuracy": 0, "recall at 5": 0, "mrr": 0}),
    ],
)
def test_quality_is_where_the_relevant_document_stands(place: int, values: dict[str, float]) -> None:
    ranking = [f"other {number}" for number in range(8)]
    if place <= len(ranking):
        ranking[place - 1] = "wanted"
    assert measured(ranked(*ranking), "wanted") == values


def test_of_several_relevant_documents_the_best_ranked_counts_and_recall_counts_them_all() -> None:
    found = measured(ranked("x", "b", "c", "y", "z", "a"), "a", "b", "c", "d")
    assert found == {"accuracy": 0, "recall at 5": 1 / 2, "mrr": 1 / 2}


def test_white_space_and_composition_make_no_other_document() -> None:
    assert measured(ranked("un  cafe\u0301\n noir"), "un caf\u00e9 noir")["accuracy"] == 1


def test_answers_agree_if_their_first_documents_are_the_same() -> None:
    pairs = [Compared(ranked(*one), ranked(*two)) for one, two in (("ab", "ac"), ("ab", "ba"), ("a", ""), ("", ""))]
    assert TASK.agreements["same first"](pairs, NoScorer()) == [1, 0, 0, 1]


def test_or_by_the_share_of_the_first_five_that_they_have_in_common() -> None:
    pairs = [("abcdef", "edcbaf"), ("abcde", "abxyz"), ("abcd", "a"), ("a", "b"), ("", ""), ("a", "")]
    compared = [Compared(ranked(*one), ranked(*two)) for one, two in pairs]
    assert TASK.agreements["overlap at 5"](compared, NoScorer()) == [1, 2 / 5, 1 / 4, 0, 1, 0]


@given(DOCUMENTS, DOCUMENTS)
def test_agreement_is_symmetric_in_the_unit_and_1_for_the_same(one: list[str], two: list[str]) -> None:
    first, second = ranked(*one), ranked(*two)
    for agreement in (same_first, overlap):
        assert agreement(first, first) == 1
        assert 0 <= agreement(first, second) == agreement(second, first) <= 1


@given(DOCUMENTS)
def test_no_document_is_lost_or_split_whatever_is_in_it(documents: list[str]) -> None:
    assert documents_of(ranked(*documents)) == [plain(document) for document in documents]
