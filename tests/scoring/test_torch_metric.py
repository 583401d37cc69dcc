"""LABS where torchmetrics' metrics go gives what `Scorer` gives."""

import copy
import pickle
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from albert_robust.errors import MissingExtraError, UsageError
from albert_robust.scoring.scorer import Scorer

CANDIDATES = ["A dog sleeps.", "It rained all night.", "", "Tea, please."]
REFERENCES = ["The dog sleeps.", ["It was sunny.", "There was rain all night."], "No.", ["Coffee, please."]]


@pytest.fixture(scope="module")
def scorer(tiny: Callable[..., Path]) -> Scorer:
    return Scorer(str(tiny(max_position_embeddings=128)), calibration="none")


@pytest.fixture(name="made")
def metric_of() -> Any:
    """The class, where torchmetrics is installed."""
    pytest.importorskip("torchmetrics")
    from albert_robust.scoring.interop import TorchLabs

    return TorchLabs


def columns(found: Any) -> Any:
    return np.stack([found[name].numpy() for name in ("precision", "recall", "f1")], axis=1)


def test_batches_add_up(scorer: Scorer, made: Any) -> None:
    metric = made(scorer, lang="de", target_lang="en")
    metric.update(CANDIDATES[:3], REFERENCES[:3])
    metric.update(CANDIDATES[3:], REFERENCES[3:])
    expected = scorer.score(CANDIDATES, REFERENCES, languages="de", reference_languages="en")
    assert columns(metric.compute()) == pytest.approx(np.stack([*expected], axis=1), abs=1e-6)
    assert metric.corpus().value == pytest.approx(expected.corpus.value, abs=1e-6)
    assert (metric.corpus().low, metric.corpus().high) == pytest.approx(
        (expected.corpus.low, expected.corpus.high), abs=1e-6
    )
    assert metric.signature == expected.signature.replace("nrefs:2", "nrefs:1")  # the last batch's
    metric.reset()
    assert isnan(metric.corpus().value)


def test_a_call_gives_the_batch_and_holds_it(scorer: Scorer, made: Any) -> None:
    metric = made(scorer)
    parts = [metric(CANDIDATES[start : start + 2], REFERENCES[start : start + 2]) for start in (0, 2)]
    assert np.concatenate([columns(part) for part in parts]) == pytest.approx(columns(metric.compute()), abs=1e-6)


@pytest.mark.parametrize("add", [lambda metric, *pair: metric.update(*pair), lambda metric, *pair: metric(*pair)])
def test_a_batch_that_is_none_is_refused_and_lets_nothing_go(
    scorer: Scorer, made: Any, add: Callable[..., Any]
) -> None:
    metric = made(scorer)
    metric.update(CANDIDATES[:2], REFERENCES[:2])
    with pytest.raises(UsageError, match="2 candidates for 1 references"):
        add(metric, ["a", "b"], ["c"])
    with pytest.raises(UsageError, match="expected a list of texts, got str"):
        add(metric, "a", ["c"])
    assert len(metric.compute()["f1"]) == 2


@pytest.mark.parametrize("name", ["lang", "target_lang"])
def test_a_language_is_checked_at_once(scorer: Scorer, made: Any, name: str) -> None:
    with pytest.raises(UsageError, match=f"{name}: 'English' is no language tag: did you mean 'en'"):
        made(scorer, **{name: "English"})
    assert made(scorer, lang="detect").lang == "detect"


def test_it_is_moved_copied_sent_and_collected(scorer: Scorer, made: Any) -> None:
    from torchmetrics import MetricCollection

    metric = made(scorer, lang="en")
    metric.update(CANDIDATES, REFERENCES)
    expected = columns(metric.compute())
    for other in (metric.clone(), copy.deepcopy(metric), pickle.loads(pickle.dumps(metric)), metric.to("cpu")):  # noqa: S301  # our own
        assert columns(other.compute()).tolist() == expected.tolist()
    collection = MetricCollection({"labs": made(scorer, lang="en")})
    collection.update(CANDIDATES, REFERENCES)
    assert len(collection.compute()) == 3


def test_over_processes_it_is_the_scores_of_all(scorer: Scorer, made: Any) -> None:
    ours, theirs = made(scorer, lang="en"), made(scorer, lang="en")
    ours.update(CANDIDATES[:3], REFERENCES[:3])
    theirs.update(CANDIDATES[3:], REFERENCES[3:])
    ours.sync(dist_sync_fn=lambda rows, group: [rows, *theirs.rows], distributed_available=lambda: True)
    expected = scorer.score(CANDIDATES, REFERENCES, languages="en")
    assert ours.corpus().value == pytest.approx(expected.corpus.value, abs=1e-6)


def test_without_the_library_one_line_says_what_to_install() -> None:
    from albert_robust.scoring import interop

    with (
        patch("albert_robust.errors.find_spec", return_value=None),
        pytest.raises(
            MissingExtraError, match=r"TorchLabs needs torchmetrics: pip install 'albert-robust\[torchmetrics"
        ),
    ):
        interop.TorchLabs  # noqa: B018  # it is made when it is asked for
