"""Encoders in other formats: what was written is loaded by whoever loads such files, and gives the encoder's own vectors."""

import importlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from architectures import KINDS, saved

from albert_robust import errors, score
from albert_robust.cli import main
from albert_robust.errors import MissingExtraError, UsageError
from albert_robust.exporting import export as exporting
from albert_robust.exporting.closeness import PROBE, closeness, token_vectors
from albert_robust.exporting.export import FileFormat, Precision, export
from albert_robust.exporting.graph import Graph
from albert_robust.exporting.source import load_source
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.load import EMBEDDED_FOLDER, load_encoder

torch, transformers = importlib.import_module("torch"), importlib.import_module("transformers")

TEXT = "The ferry leaves at nine."
Make = Callable[..., str]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, byte_tokenizer: Any) -> Make:
    """Return a function that saves a tiny untrained model of a kind, once, and returns its folder."""
    made: dict[str, str] = {}

    def one(kind: str, change: Callable[[Any], None] | None = None) -> str:
        if change is not None:
            return str(saved(kind, tmp_path_factory.mktemp(kind), byte_tokenizer, change))
        return made.get(kind) or made.setdefault(kind, str(saved(kind, tmp_path_factory.mktemp(kind), byte_tokenizer)))

    return one


def states(model: Any, encoder: Encoder) -> Any:
    """The last hidden states that a transformers model gives for a text, as float32."""
    with torch.inference_mode():
        ids = encoder.tokenizer(TEXT, return_tensors="pt")["input_ids"]
        return model.eval()(input_ids=ids).last_hidden_state.float().numpy()


def read_graph(folder: Path, encoder: Encoder, layer: int) -> Encoder:
    """The same encoder, computed by ONNX Runtime."""
    return replace(encoder, model=Graph(folder / "model.onnx", encoder.model, layer), layer=layer)


# -- checkpoints ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Albert", "Bert"])
@pytest.mark.parametrize("precision", ["fp32", "fp16", "fp8"])
@pytest.mark.parametrize("dtype", [None, "float32", "float16"])
def test_auto_model_loads_a_checkpoint_with_and_without_a_dtype(
    make: Make, tmp_path: Path, kind: str, precision: Precision, dtype: str | None
) -> None:
    name = make(kind)
    export(name, tmp_path / "out", "safetensors", precision)
    options = {} if dtype is None else {"dtype": dtype}
    model = transformers.AutoModel.from_pretrained(tmp_path / "out", **options)
    assert {weight.dtype for weight in model.parameters()} == {getattr(torch, dtype or "float32")}
    own = load_encoder(name, precision="fp32")
    assert states(model, own) == pytest.approx(states(own.model, own), abs=0.25 if precision == "fp8" else 0.02)


@pytest.mark.parametrize("precision", ["fp16", "fp8"])
def test_a_smaller_checkpoint_holds_the_weights_as_the_precision_rounds_them(
    make: Make, tmp_path: Path, precision: Precision
) -> None:
    made = export(make("Bert"), tmp_path / "out", "safetensors", precision)
    stored = importlib.import_module("safetensors.torch").load_file(tmp_path / "out" / "model.safetensors")
    own = load_encoder(make("Bert"), precision="fp32").model.state_dict()
    table = "embeddings.word_embeddings.weight"
    eight = torch.float8_e4m3fn if precision == "fp8" else torch.float16
    assert set(stored) == set(own)
    assert {key: weight.dtype for key, weight in stored.items()} == {
        key: eight if key == table else torch.float16 for key in own
    }
    assert all(torch.equal(weight.float(), own[key].to(weight.dtype).float()) for key, weight in stored.items())
    assert made.closeness.mean > (0.99 if precision == "fp8" else 0.9999)


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_is_an_encoder_again(make: Make, tmp_path: Path, kind: str) -> None:
    export(make(kind), tmp_path / "out", "safetensors", "fp8")
    again = load_encoder(str(tmp_path / "out"), precision="fp32")
    near = closeness(load_encoder(make(kind), precision="fp32"), again)
    assert again.layers == 3
    assert near.mean > 0.99


def test_a_pooler_that_transformers_drew_is_not_exported(tmp_path: Path) -> None:
    export("builtin", tmp_path / "out", "safetensors", "fp8")
    safetensors = importlib.import_module("safetensors")
    with safetensors.safe_open(tmp_path / "out" / "model.safetensors", "pt") as stored:
        assert not [key for key in stored.keys() if key.startswith("pooler.")]  # noqa: SIM118  # it is no mapping
    assert (tmp_path / "out" / "model.safetensors").stat().st_size < (
        EMBEDDED_FOLDER / "model.safetensors"
    ).stat().st_size


def test_a_number_too_large_for_the_precision_is_refused(make: Make, tmp_path: Path) -> None:
    def enlarge(model: Any) -> None:
        model.embeddings.word_embeddings.weight.data[7, 0] = 1000

    name = make("Bert", enlarge)
    export(name, tmp_path / "fits", "safetensors", "fp16")
    with pytest.raises(UsageError, match=r"does not fit into fp8: embeddings\.word_embeddings\.weight has larger"):
        export(name, tmp_path / "out", "safetensors", "fp8")
    assert [path.name for path in tmp_path.iterdir()] == ["fits"]


# -- ONNX -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "layer"),
    [(kind, layer) for kind in KINDS for layer in (0, 2) if (kind, layer) != ("ModernBert", 0)],
)
def test_onnx_runtime_computes_the_layer_that_the_score_reads(
    make: Make, tmp_path: Path, kind: str, layer: int
) -> None:
    made = export(make(kind), tmp_path / "out", "onnx", layers=layer)
    own = load_encoder(make(kind), layer, precision="fp32")
    graph = read_graph(tmp_path / "out", own, layer)
    for texts in (PROBE, ["a"], [TEXT, TEXT]):
        one, other = (token_vectors(encoder, own.ids(texts)) for encoder in (own, graph))
        assert other == pytest.approx(one, abs=1e-4)
    assert made.closeness.largest < 1e-4


def test_the_hidden_states_of_padding_are_zeros(make: Make, tmp_path: Path) -> None:
    export(make("Bert"), tmp_path / "out", "onnx")
    session = importlib.import_module("onnxruntime").InferenceSession(tmp_path / "out" / "model.onnx")
    ids, mask = np.full((2, 5), 9), np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]])
    [hidden] = session.run(None, {"input_ids": ids, "attention_mask": mask})
    assert hidden.shape == (2, 5, 32)
    assert [found.all() for found in hidden[1] != 0] == [True, True, False, False, False]


def test_int8_is_smaller_and_near(make: Make, tmp_path: Path) -> None:
    full = export(make("Bert"), tmp_path / "full", "onnx")
    small = export(make("Bert"), tmp_path / "small", "onnx", "int8")
    assert small.megabytes < full.megabytes
    assert small.closeness.largest > 1e-4
    assert small.closeness.mean > 0.99
    assert {path.name for path in (tmp_path / "small").iterdir()} == {
        "config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip


def test_int8_keeps_common_words_beside_rare_ones_and_large_columns(make: Make, tmp_path: Path) -> None:
    def change(model: Any) -> None:
        table = model.get_input_embeddings().weight.data
        table[::2] /= 50
        table[:, 0], table[:, 1] = 70, -70
        model.encoder.embedding_hidden_mapping_in.weight.data[:, :2] = 0

    small = export(make("Albert", change), tmp_path / "small", "onnx", "int8", layers=0)
    assert small.closeness.worst > 0.999


def test_the_tokenizer_beside_a_graph_is_the_encoder_s(make: Make, tmp_path: Path) -> None:
    export(make("XLMRoberta"), tmp_path / "out", "onnx")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "out")
    own = load_encoder(make("XLMRoberta"), precision="fp32")
    assert tokenizer(TEXT)["input_ids"] == own.tokenizer(TEXT)["input_ids"]


def test_a_graph_that_computes_other_numbers_is_refused(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "TOLERANCE", -1.0)
    with pytest.raises(UsageError, match=r"ONNX Runtime's numbers are .* off"):
        export(make("Bert"), tmp_path / "out", "onnx")
    assert not list(tmp_path.iterdir())


# -- depth ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [0, 1, 3, 7])
@pytest.mark.parametrize("file_format", ["safetensors", "onnx"])
def test_an_albert_is_as_deep_as_it_is_asked_to_be(
    make: Make, tmp_path: Path, file_format: FileFormat, layers: int
) -> None:
    export(make("Albert"), tmp_path / "out", file_format, layers=layers)
    config = transformers.AutoConfig.from_pretrained(make("Albert"))
    config.num_hidden_layers = layers
    deep = transformers.AutoModel.from_pretrained(make("Albert"), config=config)
    own = load_encoder(make("Albert"), precision="fp32")
    expected = states(deep, own)[0, 1:-1]
    if file_format == "onnx":
        found = token_vectors(read_graph(tmp_path / "out", own, layers), own.ids([TEXT]))
    else:
        found = states(transformers.AutoModel.from_pretrained(tmp_path / "out"), own)[0, 1:-1]
    assert found == pytest.approx(expected, abs=1e-4)


def test_fewer_layers_of_a_bert_leave_the_others_out(make: Make, tmp_path: Path) -> None:
    whole = export(make("Bert"), tmp_path / "whole", "safetensors")
    cut = export(make("Bert"), tmp_path / "cut", "safetensors", layers=1)
    own = load_encoder(make("Bert"), 1, precision="fp32")
    assert cut.megabytes < whole.megabytes
    assert load_encoder(str(tmp_path / "cut")).layers == 1
    assert closeness(own, load_encoder(str(tmp_path / "cut"))).largest < 1e-5


def test_the_depth_is_by_default_the_score_s_in_onnx_and_all_in_a_checkpoint(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    export(make("Bert"), folder, "safetensors")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"labs_layer": 2}))
    assert export(str(folder), tmp_path / "graph", "onnx").layers == 2
    assert export(str(folder), tmp_path / "again", "safetensors").layers == 3
    assert load_encoder(str(tmp_path / "again")).layer == 2
    export(str(folder), tmp_path / "cut", "safetensors", layers=1)
    assert load_encoder(str(tmp_path / "cut")).layer == 1


@pytest.mark.parametrize(("kind", "layers"), [("Bert", 4), ("Bert", -1), ("Albert", -1)])
def test_a_layer_that_is_not_there_is_refused(make: Make, tmp_path: Path, kind: str, layers: int) -> None:
    with pytest.raises(UsageError, match=rf"has layers 0 to 3, got {layers}"):
        export(make(kind), tmp_path / "out", "safetensors", layers=layers)


@pytest.mark.parametrize(
    ("kind", "message"), [("DebertaV2", "with one layer or more, got 0"), ("ModernBert", "with 0 layers: ")]
)
def test_a_depth_that_transformers_cannot_make_is_refused(make: Make, tmp_path: Path, kind: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        export(make(kind), tmp_path / "out", "safetensors", layers=0)


# -- what an export leaves alone, and what it refuses -------------------------------------------------------------------


def test_the_encoder_that_is_kept_in_memory_stays_as_it_was(make: Make, tmp_path: Path) -> None:
    own = load_encoder(make("Albert"), None, False, "fp32")
    before = token_vectors(own, own.ids([TEXT]))
    export(make("Albert"), tmp_path / "a", "safetensors", "fp8", layers=1)
    export(make("Albert"), tmp_path / "b", "onnx", layers=5)
    assert np.array_equal(token_vectors(own, own.ids([TEXT])), before)
    assert load_source(own, 5).encoder.model.config.num_hidden_layers == 5


def test_a_folder_in_use_is_refused_and_an_empty_one_is_filled(make: Make, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine.txt").write_text("mine")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "used", tmp_path / "used" / "mine.txt"):
        with pytest.raises(UsageError, match="is in use: name a new or empty folder"):
            export(make("Bert"), path, "safetensors")
    export(make("Bert"), tmp_path / "empty", "safetensors")
    assert [path.name for path in (tmp_path / "used").iterdir()] == ["mine.txt"]
    assert (tmp_path / "empty" / "model.safetensors").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"used", "empty"}


@pytest.mark.parametrize(
    ("file_format", "precision", "message"),
    [
        ("onnx", "fp8", "onnx has no fp8: expected fp32 or int8"),
        ("safetensors", "int8", "safetensors has no int8: expected fp32 or fp16 or fp8"),
        ("gguf", "fp32", "unknown format 'gguf': expected onnx or safetensors"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(tmp_path: Path, file_format: Any, precision: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        export("builtin", tmp_path / "out", file_format, precision)


@pytest.mark.parametrize("missing", ["onnx", "onnxruntime"])
def test_a_missing_extra_is_named_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setattr(errors, "find_spec", lambda module: None if module == missing else object())
    with pytest.raises(MissingExtraError, match=rf"ONNX needs {missing}: pip install 'albert-robust\[onnx\]'"):
        export("nowhere", tmp_path / "out", "onnx")


# -- the command ------------------------------------------------------------------------------------------------------


def test_the_command_prints_a_table(make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", make("Bert"), "--format", "onnx", "--out", str(tmp_path / "out")]) == 0
    out, error = capsys.readouterr()
    head, row, folder, use = out.splitlines()
    assert use == "ONNX is for other runtimes: `score` cannot read it, but reads an export to safetensors"
    assert head.split() == ["format", "precision", "layers", "MB", "largest", "difference", "mean", "cosine", "worst"]
    assert row.split()[:3] == ["onnx", "fp32", "3"]
    assert row.split()[-2:] == ["1.00000", "1.00000"]
    assert folder.endswith(str(tmp_path / "out"))
    assert error == ""


def test_the_command_prints_json(make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--format", "safetensors", "--precision", "fp8", "--layers", "5", "--out", str(tmp_path / "out")]
    assert main(["export", make("Albert"), *arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["precision"], found["layers"]) == ("safetensors", "fp8", 5)
    assert 0.9 < found["worst_cosine"] <= found["mean_cosine"] < 1 < 1 + found["largest_difference"]
    assert found["folder"] == str(tmp_path / "out")
    assert found["megabytes"] > 0


def test_the_command_refuses_an_encoder_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "no/encoder", "--format", "onnx", "--out", str(tmp_path / "out")]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.splitlines() == [
        "cannot load the encoder 'no/encoder': there is no such folder, and a hub is asked only if you allow the network"
    ]


def test_a_checkpoint_that_the_encoder_s_profile_fits_can_be_scored_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["export", "builtin", "--format", "safetensors", "--precision", "fp8", "--out", str(out)]) == 0
    assert f"the encoder's profile fits and lies there, too: score with `--encoder {out}`" in capsys.readouterr().out
    ours, theirs = (
        score([TEXT], ["The boat goes at 9."], languages="en", encoder=one).f for one in ("builtin", str(out))
    )
    assert theirs == pytest.approx(ours)


def test_one_that_no_profile_fits_is_told_to_need_one(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", make("Bert"), "--format", "safetensors", "--out", str(tmp_path / "out")]) == 0
    told = f"no profile fits it: make one with `albert-robust calibrate --encoder {tmp_path / 'out'} --texts DIR`"
    assert told in capsys.readouterr().out
    builtin = export("builtin", tmp_path / "fp16", "safetensors", "fp16")
    copied = json.loads((tmp_path / "fp16" / "labs" / "profile.json").read_text(encoding="utf-8"))
    assert builtin.scores == (copied["weights"] == load_encoder(str(tmp_path / "fp16")).weights_hash)


def test_a_graph_is_for_other_runtimes_and_the_score_says_so(tmp_path: Path, make: Make) -> None:
    export(make("Bert"), tmp_path / "out", "onnx")
    with pytest.raises(UsageError, match=r"it is an export to ONNX, for other runtimes; name the encoder that it was"):
        load_encoder(str(tmp_path / "out"))
