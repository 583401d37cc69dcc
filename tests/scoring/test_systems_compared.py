"""Two systems are compared on the pairs and the clusters that both were scored with, or not at all."""

from typing import Any

import pytest

from albert_robust import Scorer, compare, score
from albert_robust.errors import UsageError

REFERENCES = ["A dog sleeps.", "It rained all night.", "Tea, please.", "We left late."]
ONE = ["The dog sleeps.", "Rain all night.", "Coffee, please.", "We went early."]
OTHER = ["A dog.", "It rained.", "Tea.", "We left."]
DOCUMENTS = ["a", "a", "b", "b"]


@pytest.mark.parametrize("raw", [False, True])
def test_systems_are_compared_by_the_clusters_that_they_were_scored_with(tiny_encoder: str, raw: bool) -> None:
    options: dict[str, Any] = {"encoder": tiny_encoder, "raw": True} if raw else {}
    first, second = (score(texts, REFERENCES, clusters=DOCUMENTS, **options) for texts in (ONE, OTHER))
    found = compare(first, second)
    assert found.difference.clusters == 2
    assert found == compare(first, second, clusters=DOCUMENTS)


def test_other_clusters_may_be_given(tiny_scorer: Scorer) -> None:
    first, second = (tiny_scorer.score(texts, REFERENCES, clusters=DOCUMENTS) for texts in (ONE, OTHER))
    assert compare(first, second, clusters=["a", "b", "c", "c"]).difference.clusters == 3


def test_scores_of_different_clusters_do_not_compare_unless_it_is_said_which_count(tiny_scorer: Scorer) -> None:
    first, second = tiny_scorer.score(ONE, REFERENCES, clusters=DOCUMENTS), tiny_scorer.score(OTHER, REFERENCES)
    with pytest.raises(UsageError, match="made with different clusters: say which count"):
        compare(first, second)
    assert compare(first, second, clusters=DOCUMENTS).difference.clusters == 2


@pytest.mark.parametrize("references", [REFERENCES[::-1], [*REFERENCES[:3], "We left early."]])
@pytest.mark.parametrize("raw", [False, True])
def test_scores_against_other_references_do_not_compare(tiny_encoder: str, references: list[str], raw: bool) -> None:
    options: dict[str, Any] = {"encoder": tiny_encoder, "raw": True} if raw else {}
    with pytest.raises(UsageError, match="not against the same references in the same order"):
        compare(score(ONE, REFERENCES, **options), score(OTHER, references, **options))


def test_one_reference_is_the_same_alone_and_in_a_list(tiny_scorer: Scorer) -> None:
    first = tiny_scorer.score(ONE, REFERENCES)
    second = tiny_scorer.score(OTHER, [[reference] for reference in REFERENCES])
    assert compare(first, second).difference.clusters == 4


@pytest.mark.parametrize("other", [[0.1, 0.2], None])
def test_what_are_no_scores_is_told(tiny_scorer: Scorer, other: Any) -> None:
    with pytest.raises(UsageError, match=f"expected what `score` returns, got {type(other).__name__}"):
        compare(tiny_scorer.score(ONE, REFERENCES), other)


def test_scores_are_unpacked_like_those_of_bert_score(tiny_scorer: Scorer) -> None:
    found = tiny_scorer.score(ONE, REFERENCES)
    precision, recall, f = found
    assert len(found) == 4
    assert (precision.tolist(), recall.tolist(), f.tolist()) == tuple(
        column.tolist() for column in (found.precision, found.recall, found.f)
    )


def test_a_frame_has_the_index_of_the_candidates(tiny_scorer: Scorer) -> None:
    pandas = pytest.importorskip("pandas")
    column = pandas.Series(ONE, index=["w", "x", "y", "z"])
    assert list(tiny_scorer.score(column, REFERENCES).frame().index) == ["w", "x", "y", "z"]
    assert list(tiny_scorer.score(ONE, REFERENCES).frame().index) == [0, 1, 2, 3]
