"""BERTScore by its own definition, against the package of that name where it is installed."""

import json
import shutil
import warnings
from multiprocessing.pool import ThreadPool
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust.errors import UsageError
from albert_robust.scoring.encoder import unit
from albert_robust.scoring.labs import score
from albert_robust.scoring.load import load_encoder
from albert_robust.scoring.scores import Scores

CANDIDATES = ["the cat sat", "a dog, indeed", "Straße 狗", "hello", "some much longer text of many words"]
REFERENCES = ["the cat sits here", "the dog", "狗在花园里", "hello", "words"]
GROUPS = [
    [one, *more] for one, more in zip(REFERENCES, (["no"], [], ["狗", "Straße"], ["x"], ["a b", "text"]), strict=True)
]


@pytest.fixture(scope="module")
def encoder(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The tiny encoder with a length in its tokenizer: bert_score fails on one that has none."""
    folder = shutil.copytree(tiny_encoder, tmp_path_factory.mktemp("raw") / "tiny")
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_max_length": 128}))
    return str(folder)


def table(found: Scores) -> Any:
    return np.stack([found.precision, found.recall, found.f], axis=1)


@pytest.mark.parametrize("idf", [False, True])
@pytest.mark.parametrize("references", [REFERENCES, GROUPS], ids=["one reference", "several"])
@pytest.mark.parametrize("layer", [1, 2])
def test_it_is_what_bert_score_computes(
    encoder: str, references: list[Any], idf: bool, layer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bert_score = pytest.importorskip("bert_score")
    monkeypatch.setattr("bert_score.utils.Pool", ThreadPool)  # it forks, and a process with threads may hang by that
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        columns = bert_score.score(
            CANDIDATES, references, model_type=encoder, num_layers=layer, idf=idf, device="cpu", batch_size=2
        )
    expected = np.stack([column.numpy() for column in columns], axis=1)
    found = score(CANDIDATES, references, encoder=encoder, layer=layer, raw=True, idf=idf)
    assert table(found) == pytest.approx(expected, abs=1e-4)


def test_rarity_is_that_of_the_references_of_the_call(encoder: str) -> None:
    # Tokens are letters here. Of three references all have `a`, log(4 / 4), and one has `b`, log(4 / 2): `b` alone counts.
    loaded = load_encoder(encoder)
    vectors = [unit(hidden) for _, hidden in sorted(loaded.read(loaded.ids(["ab", "a"]), specials=True))]
    nearest = float((vectors[0] @ vectors[1].T)[2].max())
    found = score(["ab"] * 3, ["ab", "a", "a"], encoder=encoder, raw=True, idf=True)
    assert found.precision == pytest.approx([1, nearest, nearest], abs=1e-5)
    plain = score(["ab"], ["a"], encoder=encoder, raw=True)
    assert plain.precision[0] != pytest.approx(nearest, abs=1e-4)


def test_where_all_weights_are_0_they_are_1(encoder: str) -> None:
    weighted, plain = (score(["ab"], ["ab"], encoder=encoder, raw=True, idf=idf) for idf in (True, False))
    assert table(weighted) == pytest.approx(table(plain))
    assert table(weighted) == pytest.approx(1, abs=1e-5)


def test_empty_texts_are_as_in_labs(encoder: str) -> None:
    found = score(["", " ", "", "a"], ["", "\n", "a", [" ", ""]], encoder=encoder, raw=True)
    assert table(found).tolist() == [[1] * 3, [1] * 3, [0] * 3, [0] * 3]
    assert found.empty == 2
    assert not score([], [], encoder=encoder, raw=True).corpus.measured


@settings(max_examples=25)
@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), min_size=1, max_size=4), st.booleans())
def test_any_text_has_a_number_whatever_shares_its_batch(
    tiny_encoder: str, pairs: list[tuple[str, str]], idf: bool
) -> None:
    left, right = zip(*pairs, strict=True)
    found = table(score(left, right, encoder=tiny_encoder, raw=True, idf=idf))
    assert np.isfinite(found).all()
    if not idf:
        alone = [table(score([one], [other], encoder=tiny_encoder, raw=True))[0] for one, other in pairs]
        assert found == pytest.approx(np.array(alone), abs=1e-5)


def test_clusters_count_here_too(encoder: str) -> None:
    found = score(CANDIDATES, REFERENCES, encoder=encoder, raw=True, clusters=["a", "a", "a", "b", "b"])
    assert found.corpus.clusters == 2


def test_idf_without_raw_is_told(encoder: str) -> None:
    with pytest.raises(UsageError, match="idf: only with raw=True"):
        score(["a"], ["b"], encoder=encoder, calibration="none", idf=True)


@pytest.mark.parametrize(
    "options",
    [{"languages": "en"}, {"reference_languages": "en"}, {"calibration": "damage"}, {"profile": "labs"}],
    ids=lambda options: str(*options),
)
def test_what_raw_would_pass_over_is_told(encoder: str, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"{next(iter(options))}: not with raw=True"):
        score(["a"], ["b"], encoder=encoder, raw=True, **options)
