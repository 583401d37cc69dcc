"""The forms that evaluation loops know give what `Scorer` gives."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.errors import UsageError
from albert_robust.scoring.interop import EvaluateLabs
from albert_robust.scoring.scorer import Scorer

CANDIDATES = ["A dog sleeps.", "It rained all night.", "", "Tea, please."]
REFERENCES = ["The dog sleeps.", ["It was sunny.", "There was rain all night."], "No.", ["Coffee, please."]]


@pytest.fixture(scope="module")
def scorer(tiny: Callable[..., Path]) -> Scorer:
    return Scorer(str(tiny(max_position_embeddings=128)), calibration="none")


def test_a_computed_metric_is_what_the_scorer_gives(scorer: Scorer) -> None:
    clusters = ["a", "a", "b", "b"]
    expected = scorer.score(CANDIDATES, REFERENCES, languages="en", clusters=clusters)
    found = EvaluateLabs(scorer).compute(
        predictions=CANDIDATES, references=REFERENCES, lang="en", reference_lang="en", clusters=clusters
    )
    assert found == {
        "precision": expected.precision.tolist(),
        "recall": expected.recall.tolist(),
        "f1": expected.f.tolist(),
        "corpus": {"mean": expected.corpus.value, "low": expected.corpus.low, "high": expected.corpus.high},
        "hashcode": expected.signature,
    }


def test_pairs_added_before_are_computed_together_and_once(scorer: Scorer) -> None:
    metric = EvaluateLabs(scorer)
    metric.add(prediction=CANDIDATES[0], reference=REFERENCES[0])
    metric.add_batch(predictions=CANDIDATES[1:3], references=REFERENCES[1:3])
    found = metric.compute(predictions=CANDIDATES[3:], references=REFERENCES[3:])
    assert found["f1"] == pytest.approx(scorer.score(CANDIDATES, REFERENCES).f, abs=1e-6)
    assert metric.compute()["f1"] == []


def test_pairs_that_could_not_be_computed_are_kept(scorer: Scorer) -> None:
    metric = EvaluateLabs(scorer)
    metric.add(prediction="a", reference="b")
    with pytest.raises(UsageError, match="'english!' is no language tag"):
        metric.compute(lang="english!")
    assert len(metric.compute(lang="en")["f1"]) == 1


def test_one_pair_has_no_interval_and_is_valid_json(scorer: Scorer) -> None:
    found = EvaluateLabs(scorer).compute(predictions=["a"], references=["b"], lang="en")
    assert (found["corpus"]["low"], found["corpus"]["high"]) == (None, None)
    json.dumps(found, allow_nan=False)


def test_predictions_without_references_are_told(scorer: Scorer) -> None:
    with pytest.raises(UsageError, match="predictions and references come together"):
        EvaluateLabs(scorer).compute(predictions=["a"])


def test_a_scorer_loads_anew_in_another_process(scorer: Scorer) -> None:
    sent = pickle.loads(pickle.dumps(scorer))  # noqa: S301  # our own
    one, other = (found.score(CANDIDATES, REFERENCES, languages="en") for found in (scorer, sent))
    assert (other.f.tolist(), other.signature) == (one.f.tolist(), one.signature)
