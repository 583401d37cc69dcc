"""Small things that tests of several floors share: suites in a folder, and models of a few thousand weights."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import markupsafe
import pyarrow.parquet
import pytest
import safetensors.torch
import tokenizers
import torch
import torch._dynamo
import transformers
from hanging import waited
from hypothesis import settings

from albert_robust.asking.cache import Cache
from albert_robust.perturbing import Registry, open_packs
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.load import load_encoder
from albert_robust.scoring.scorer import Scorer

pytest_plugins = ["pytester"]

# A session that pytester runs in this process takes out of memory what it imported first. Native libraries do not survive
# that: those that suites load are here before any session is.
NATIVE = (markupsafe, pyarrow.parquet, safetensors.torch, tokenizers, torch, torch._dynamo, transformers)

settings.register_profile("here", deadline=None, database=None)
settings.load_profile("here")

Write = Callable[..., Path]
Checkpoint = Callable[..., Path]
SPECIAL = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]


@pytest.fixture(scope="session", autouse=True)
def no_job_of_github() -> Iterator[None]:
    """Keep the sessions that tests run from telling the job that runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_WORKSPACE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a call of a model that hangs, by `hanging.hang`, given up at once, and wait for any other until it has ended."""
    monkeypatch.setattr("albert_robust.asking.ask.wait", waited)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes files below the test's folder and returns the path of the last one."""

    def write_files(**contents: str | bytes) -> Path:
        path = tmp_path
        for name, content in contents.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_files


@pytest.fixture(scope="session")
def byte_tokenizer() -> Any:
    """Return a tokenizer whose tokens are bytes: it reads any text and needs no training."""
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: place for place, token in enumerate([*SPECIAL, *alphabet])}
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, [], unk_token="<unk>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    ends = [(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")]
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, **names)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, byte_tokenizer: Any) -> Checkpoint:
    """Return a function that saves a tiny untrained BERT and returns its folder."""

    def make(
        kind: str = "BertModel", *, seed: int = 0, change: Callable[[Any], None] | None = None, **options: Any
    ) -> Path:
        sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
        sizes |= {"max_position_embeddings": 64, "vocab_size": len(byte_tokenizer), "pad_token_id": 0}
        torch.manual_seed(seed)
        model = getattr(transformers, kind)(transformers.BertConfig(**{**sizes, **options})).eval()
        if change is not None:
            with torch.no_grad():
                change(model)
        folder: Path = tmp_path_factory.mktemp("tiny")
        model.save_pretrained(folder)
        byte_tokenizer.save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def tiny_encoder(tiny: Checkpoint) -> str:
    """Return the folder of a tiny untrained encoder; it has no profile."""
    return str(tiny(max_position_embeddings=128))


@pytest.fixture(scope="session")
def encoder(tiny: Checkpoint) -> Encoder:
    """Return an untrained encoder at its token embeddings, where equal bytes are alike."""
    return load_encoder(str(tiny(max_position_embeddings=256)), 0)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    """Yield an empty cache."""
    made = Cache(tmp_path / "cache.sqlite")
    yield made
    made.close()


@pytest.fixture(scope="session")
def tiny_scorer(tiny_encoder: str) -> Scorer:
    """Return a scorer that calibrates nothing."""
    return Scorer(tiny_encoder, calibration="none")


@pytest.fixture(scope="session")
def builtin_scorer() -> Scorer:
    """Return a scorer with the embedded encoder and its own profile."""
    return Scorer()


@pytest.fixture(params=["tiny", "builtin"])
def scorer(request: pytest.FixtureRequest, tiny_scorer: Scorer, builtin_scorer: Scorer) -> Scorer:
    """Return each of the two scorers that laws are held against."""
    return tiny_scorer if request.param == "tiny" else builtin_scorer


@pytest.fixture(scope="session")
def pack() -> Registry:
    """The built-in perturbations."""
    return open_packs()


@pytest.fixture(scope="session")
def seq2seq(tmp_path_factory: pytest.TempPathFactory, byte_tokenizer: Any) -> Path:
    """The folder of a tiny untrained T5."""
    torch.manual_seed(0)
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2, "decoder_start_token_id": 0}
    config = transformers.T5Config(vocab_size=len(byte_tokenizer), pad_token_id=0, eos_token_id=3, **sizes)
    folder = tmp_path_factory.mktemp("t5")
    transformers.T5ForConditionalGeneration(config).save_pretrained(folder)
    byte_tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny untrained mBART with 24 positions that knows many languages."""
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((letter, -2.0) for letter in "▁abcdefgh")]
    tokenizer = transformers.MBart50Tokenizer(vocab=pieces)
    sizes = {f"{part}_{what}": 2 for part in ("encoder", "decoder") for what in ("layers", "attention_heads")}
    torch.manual_seed(0)
    config = transformers.MBartConfig(
        vocab_size=len(tokenizer),
        d_model=16,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        max_position_embeddings=24,
        **sizes,
    )
    folder = tmp_path_factory.mktemp("mbart")
    model = transformers.MBartForConditionalGeneration(config)
    model.generation_config.forced_eos_token_id = None
    model.generation_config.eos_token_id = -1  # so that it writes as much as it may
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
