"""Tiny untrained encoders of every architecture that the package reads: three layers of 32 numbers, over bytes."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

SMALL = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 48}
KINDS: dict[str, dict[str, Any]] = {
    "Bert": {**SMALL, "max_position_embeddings": 80},
    "Albert": {**SMALL, "embedding_size": 16, "max_position_embeddings": 80},
    "XLMRoberta": {**SMALL, "max_position_embeddings": 82, "pad_token_id": 1},
    "DistilBert": {"dim": 32, "n_layers": 3, "n_heads": 2, "hidden_dim": 48, "max_position_embeddings": 80},
    "DebertaV2": {**SMALL, "max_position_embeddings": 80, "pad_token_id": 0},
    "ModernBert": {**SMALL, "max_position_embeddings": 80, "pad_token_id": 0, "local_attention": 8},
    "T5": {"d_model": 32, "num_layers": 3, "num_heads": 2, "d_ff": 48, "d_kv": 16},
}


def saved(kind: str, folder: Path, tokenizer: Any, change: Callable[[Any], None] = lambda model: None) -> Path:
    """Save a model of a kind, changed or not, and return its folder; the same weights each time."""
    torch, transformers = importlib.import_module("torch"), importlib.import_module("transformers")
    torch.manual_seed(0)
    config = getattr(transformers, f"{kind}Config")(vocab_size=len(tokenizer), **KINDS[kind])
    model = getattr(transformers, "T5ForConditionalGeneration" if kind == "T5" else f"{kind}Model")(config).eval()
    change(model)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def byte_place(letter: str) -> int:
    """Return the token of an ASCII letter in the vocabulary of bytes."""
    alphabet = importlib.import_module("tokenizers").pre_tokenizers.ByteLevel.alphabet()
    return 5 + sorted(alphabet).index(letter)
