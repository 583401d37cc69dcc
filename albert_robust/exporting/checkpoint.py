"""The safetensors export: a transformers checkpoint whose weights take four bytes a number, two, or nearly one.

fp8 is `float8_e4m3fn`: three binary digits, from 1/512 to 448, without a scale, so that `AutoModel.from_pretrained` reads it
as it reads any other. Only the table of words is stored so: it is nearly all of a multilingual encoder, and a row of it is
rounded once, where a layer's weights would be rounded at every layer. The rest is float16. Transformers computes in float32 all
the same, for so says config.json: processors are several times slower in float16.
"""

from pathlib import Path
from typing import Any

import torch

from albert_robust.errors import UsageError
from albert_robust.exporting.source import Source

WEIGHTS = "model.safetensors"
STORED = {"fp32": torch.float32, "fp16": torch.float16, "fp8": torch.float16}
TABLE = torch.float8_e4m3fn  # of the table of words in fp8


def save_checkpoint(source: Source, folder: Path, precision: str) -> None:
    """Write configuration, tokenizer and weights to a folder.

    Args:
        source: What is exported.
        folder: Where to; it exists.
        precision: `fp32`, `fp16` or `fp8`.

    Raises:
        UsageError: A weight is too large for the precision, or the architecture cannot be so shallow.
    """
    encoder = source.encoder
    model = encoder.model
    if model.config.num_hidden_layers != encoder.layer:
        raise UsageError(f"encoder {encoder.name!r}: transformers loads its kind with one layer or more, got 0")
    weights = {key: weight for key, weight in rounded(model, precision).items() if key not in source.drawn}
    full = model.state_dict()
    large = [key for key, weight in weights.items() if full[key].abs().max() > torch.finfo(weight.dtype).max]
    if large:
        raise UsageError(f"encoder {encoder.name!r} does not fit into {precision}: {large[0]} has larger numbers")
    model.save_pretrained(folder, state_dict=weights)
    encoder.tokenizer.save_pretrained(folder)


def load_checkpoint(source: Source, folder: Path) -> Any:
    """Return the model that was written to a folder, as it computes in float32."""
    model = type(source.encoder.model).from_pretrained(folder, dtype="float32", local_files_only=True)
    return model.eval()


def rounded(model: Any, precision: str) -> dict[str, torch.Tensor]:
    """Return a model's weights as a precision stores them; with fp8 the table of words, also where words are guessed.

    Weights that share memory still do: transformers writes them once.
    """
    table = model.get_input_embeddings().weight.data_ptr()
    stored: dict[tuple[int, torch.Size], torch.Tensor] = {}
    result = {}
    for key, weight in model.state_dict().items():
        place = weight.data_ptr()
        kind = TABLE if place == table and precision == "fp8" else STORED[precision]
        result[key] = stored.setdefault((place, weight.shape), weight.detach().to(kind))
    return result
