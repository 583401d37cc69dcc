"""Encoders of every architecture: one layer is read, those above never run, and nothing of a long text is lost."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from architectures import KINDS, saved

from albert_robust.scoring.linear import PACKED_CAPABILITY, pack
from albert_robust.scoring.load import load_encoder, read_encoder
from albert_robust.scoring.scorer import Scorer

TEXT, OTHER = "The ferry leaves at nine.", "The boat goes at 9."
NORMS_LAST = ("ModernBert", "T5")  # the last layer that runs, whichever it is
Make = Callable[[str], Path]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, byte_tokenizer: Any) -> Make:
    """Return a function that saves a tiny untrained model of a kind."""
    return lambda kind: saved(kind, tmp_path_factory.mktemp(kind), byte_tokenizer)


def by_transformers(folder: Path, layer: int) -> Any:
    """The hidden states of a layer of the whole model, special tokens left out."""
    transformers = importlib.import_module("transformers")
    kind = transformers.AutoConfig.from_pretrained(folder).model_type
    auto = transformers.T5EncoderModel if kind == "t5" else transformers.AutoModel
    model, tokenizer = auto.from_pretrained(folder).eval(), transformers.AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(TEXT, return_tensors="pt")["input_ids"]
    return model(input_ids=ids, output_hidden_states=True).hidden_states[layer][0, 1:-1].detach().numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_its_layer_is_the_one_that_transformers_computes(make: Make, kind: str) -> None:
    folder = make(kind)
    whole = load_encoder(str(folder))
    [(_, hidden)] = whole.read(whole.ids([TEXT]))
    assert (whole.layer, whole.layers) == (3, 3)
    assert hidden == pytest.approx(by_transformers(folder, 3), abs=1e-5)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NORMS_LAST])
@pytest.mark.parametrize("layer", [0, 2])
def test_the_layers_above_never_run(make: Make, kind: str, layer: int) -> None:
    folder = make(kind)
    cut = load_encoder(str(folder), layer)
    [(_, hidden)] = cut.read(cut.ids([TEXT]))
    assert hidden == pytest.approx(by_transformers(folder, layer), abs=1e-5)
    assert cut.model.config.num_hidden_layers == (max(layer, 1) if kind == "DebertaV2" else layer)


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_text_is_read_whole(make: Make, kind: str) -> None:
    scorer = Scorer(str(make(kind)), calibration="none")
    long = " ".join(f"Sentence {number}." for number in range(120))
    ids = scorer.encoder.ids([long, f"{long} end"])
    assert all(len(tokens) > scorer.encoder.limit for tokens in ids)
    assert [len(hidden) for _, hidden in scorer.encoder.read(ids)] == [len(tokens) for tokens in ids]
    assert scorer.score([f"{long} end"], [long]).f[0] < 1


@pytest.mark.parametrize(
    ("size", "batches"), [(None, [(3, 11), (1, 30), (2, 61)]), (2, [(2, 10), (1, 11), (1, 30), (2, 61)])]
)
def test_few_texts_of_all_lengths_are_hardly_padded(
    make: Make, size: int | None, batches: list[tuple[int, int]]
) -> None:
    encoder = replace(load_encoder(str(make("Bert"))), batch_size=size)
    ids = [[5] * length for length in (10, 60, 11, 30, 61, 10)]
    shapes: list[tuple[int, int]] = []
    seen = encoder.model.register_forward_pre_hook(
        lambda _, __, inputs: shapes.append(tuple(inputs["input_ids"].shape)), with_kwargs=True
    )
    assert [len(hidden) for _, hidden in encoder.read(ids)] == [10, 10, 11, 30, 60, 61]
    seen.remove()
    specials = sum(map(len, encoder.specials))
    assert shapes == [(texts, longest + specials) for texts, longest in batches]


def test_packed_layers_compute_the_same(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, packed = (read_encoder(str(make("Bert"))) for _ in range(2))
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: PACKED_CAPABILITY)
    if not pack(packed.model):
        pytest.skip("this torch has no packed layers")
    for (_, one), (_, other) in zip(
        plain.read(plain.ids([TEXT, OTHER])), packed.read(packed.ids([TEXT, OTHER])), strict=True
    ):
        assert np.abs(one - other).max() < 1e-5


def test_bf16_is_named_and_near(make: Make) -> None:
    folder = str(make("Bert"))
    full, half = (Scorer(folder, calibration="none", precision=precision) for precision in ("fp32", "bf16"))
    one, other = (scorer.score([TEXT], [OTHER]) for scorer in (full, half))
    assert one.f == pytest.approx(other.f, abs=0.02)
    assert "|prec:fp32|" in one.signature
    assert "|prec:bf16|" in other.signature
