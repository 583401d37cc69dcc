"""Generating: a checkpoint writes text after a prompt, or from a source."""

from collections.abc import Mapping
from random import Random
from typing import Any

from albert_robust.errors import UsageError
from albert_robust.foreign import first_line

MAX_TOKENS = 512
GREEDY: Mapping[str, Any] = {"do_sample": False, "num_beams": 1}


def generated(
    model: Any,
    tokenizer: Any,
    texts: list[str],
    tokens: int,
    how: Mapping[str, Any] = GREEDY,
    replicate: int = 0,
    **read: Any,
) -> list[str]:
    """Return the text that a model writes for each text, without its special tokens.

    Drawn texts are the same in any process if the batch is the same.

    Args:
        model: An encoder with a decoder, or a decoder, whose tokenizer then pads on the left.
        tokenizer: The model's own.
        texts: The texts that it reads.
        tokens: The most tokens that it writes, unless `how` says otherwise.
        how: Options of `generate`.
        replicate: Which of several draws.
        read: Options of the tokenizer.

    Raises:
        UsageError: `generate` refuses the options.
    """
    import torch

    read = {"max_length": limit_of(model), **read}
    encoded = tokenizer(texts, padding=True, truncation=True, return_tensors="pt", **read)
    encoded.pop("token_type_ids", None)
    begins = 0 if model.config.is_encoder_decoder else encoded["input_ids"].shape[1]
    devices = [model.device] if model.device.type == "cuda" else []
    with torch.inference_mode(), torch.random.fork_rng(devices):
        torch.manual_seed(Random(repr((replicate, texts))).getrandbits(63))
        try:
            asked = {**encoded.to(model.device), "tokenizer": tokenizer}  # which `stop_strings` are found with
            made = model.generate(**asked, **{"max_new_tokens": tokens, **how})[:, begins:]
        except (TypeError, ValueError, ArithmeticError) as error:  # of a setting: what is read are tokens by now
            raise UsageError(f"`generate` cannot write as {dict(how)} says: {first_line(error)}") from error
    return [text.strip() for text in tokenizer.batch_decode(made, skip_special_tokens=True)]


def limit_of(model: Any) -> int:
    """Return how many tokens a model reads at most."""
    return min(MAX_TOKENS, int(getattr(model.config, "max_position_embeddings", MAX_TOKENS)))
