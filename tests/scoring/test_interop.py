"""The forms that evaluation loops know give what `Scorer` gives."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from albert_robust.errors import UsageError
from albert_robust.scoring.interop import EvaluateLabs, TorchLabs
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


def columns(found: Any) -> Any:
    return np.stack([found[name].numpy() for name in ("precision", "recall", "f1")], axis=1)


def test_batches_of_a_torch_metric_add_up(scorer: Scorer) -> None:
    metric = TorchLabs(scorer, lang="de", target_lang="en")
    metric.update(CANDIDATES[:3], REFERENCES[:3])
    metric.update(CANDIDATES[3:], REFERENCES[3:])
    expected = scorer.score(CANDIDATES, REFERENCES, languages="de", reference_languages="en")
    table = np.stack([expected.precision, expected.recall, expected.f], axis=1)
    assert columns(metric.compute()) == pytest.approx(table, abs=1e-6)
    assert metric.scores().corpus == expected.corpus
    assert metric.scores().signature == expected.signature
    metric.reset()
    assert columns(metric.compute()).shape == (0, 3)


def test_a_called_torch_metric_gives_the_batch_and_holds_it(scorer: Scorer) -> None:
    metric = TorchLabs(scorer)
    parts = [metric(CANDIDATES[start : start + 2], REFERENCES[start : start + 2]) for start in (0, 2)]
    assert np.concatenate([columns(part) for part in parts]) == pytest.approx(columns(metric.compute()), abs=1e-6)


@pytest.mark.parametrize("add", [lambda metric, *pair: metric.update(*pair), lambda metric, *pair: metric(*pair)])
def test_a_batch_that_is_none_is_refused_at_once_and_not_held(scorer: Scorer, add: Callable[..., Any]) -> None:
    metric = TorchLabs(scorer)
    with pytest.raises(UsageError, match="2 candidates for 1 references"):
        add(metric, ["a", "b"], ["c"])
    with pytest.raises(UsageError, match="expected a list of texts, got str"):
        add(metric, "a", ["c"])
    assert len(metric.scores().f) == 0


def test_a_scorer_loads_anew_in_another_process(scorer: Scorer) -> None:
    sent = pickle.loads(pickle.dumps(scorer))  # noqa: S301  # our own
    one, other = (found.score(CANDIDATES, REFERENCES, languages="en") for found in (scorer, sent))
    assert (other.f.tolist(), other.signature) == (one.f.tolist(), one.signature)
