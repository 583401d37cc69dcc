"""Token vectors of a bidirectional encoder: any transformers checkpoint with safetensors weights, by path or name."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from albert_robust.errors import UsageError

EMBEDDED = "builtin"
EMBEDDED_FOLDER = Path(__file__).resolve().parent.parent / "encoder"
WINDOW, OVERLAP = 512, 128  # tokens; a longer text is read in windows, nothing is cut
BATCH_TOKENS = 4096
Vectors = NDArray[np.float32]


def encoder_path(name: str) -> str:
    """Return what transformers should load for an encoder's name: `builtin` is the embedded one."""
    return str(EMBEDDED_FOLDER) if name == EMBEDDED else name


@dataclass(frozen=True)
class Encoder:
    """An encoder at one layer. Make it with `load_encoder`.

    Attributes:
        name: As the user wrote it.
        model: The transformers model, in inference mode.
        tokenizer: Its tokenizer.
        layer: Which hidden state is read; 0 is the embeddings.
        weights_hash: Eight hex digits of SHA-256 over the weights.
        tokenizer_hash: The same over the tokenizer.
    """

    name: str
    model: Any
    tokenizer: Any
    layer: int
    weights_hash: str
    tokenizer_hash: str

    def encode(self, texts: Sequence[str]) -> list[tuple[list[int], Vectors]]:
        """Return token ids and unit token vectors, shape (tokens, width), of each text, special tokens left out.

        The texts are read in an order that their content decides, so that the result does not depend on theirs.
        """
        ids = self.tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"] if texts else []
        windows = [window for number, tokens in enumerate(ids) for window in self._windows(number, tokens)]
        windows.sort(key=lambda window: (len(window.ids), window.ids, window.text))
        vectors = [np.zeros((len(tokens), 0), dtype=np.float32) for tokens in ids]
        for batch in _batches(windows):
            for window, hidden in zip(batch, self._forward([window.ids for window in batch]), strict=True):
                if vectors[window.text].shape[1] == 0:
                    vectors[window.text] = np.zeros((len(ids[window.text]), hidden.shape[1]), dtype=np.float32)
                kept = slice(window.keep_from, window.keep_to)
                vectors[window.text][kept] = hidden[window.keep_from - window.start : window.keep_to - window.start]
        return [(list(tokens), _unit(found)) for tokens, found in zip(ids, vectors, strict=True)]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (texts, width): the mean of its token vectors before normalisation."""
        import torch

        width = self.model.config.hidden_size
        result = np.zeros((len(texts), width), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: (len(texts[place]), texts[place]))
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            batch = self.tokenizer(
                [texts[place] for place in places],
                padding=True,
                truncation=True,
                max_length=WINDOW,
                return_tensors="pt",
            )
            with torch.inference_mode():
                hidden = self._hidden(batch["input_ids"], batch["attention_mask"])
            special = sum(batch["input_ids"] == token for token in self.tokenizer.all_special_ids) > 0
            mask = (batch["attention_mask"].bool() & ~special).float().unsqueeze(-1)
            result[places] = ((hidden * mask).sum(1) / mask.sum(1).clamp(min=1)).numpy()
        return _unit(result)

    @cached_property
    def _special(self) -> tuple[list[int], list[int]]:
        """The special tokens that the tokenizer puts before and after a text."""
        bare, full = (self.tokenizer("a", add_special_tokens=special)["input_ids"] for special in (False, True))
        before = next(place for place in range(len(full)) if full[place : place + len(bare)] == bare)
        return full[:before], full[before + len(bare) :]

    def _windows(self, number: int, ids: list[int]) -> Iterator["_Window"]:
        limit = min(WINDOW, int(getattr(self.model.config, "max_position_embeddings", WINDOW)))
        limit -= sum(map(len, self._special))
        overlap = min(OVERLAP, limit // 4)
        start, kept = 0, 0
        while ids and kept < len(ids):
            end = min(len(ids), start + limit)
            keep_to = len(ids) if end == len(ids) else end - overlap // 2
            yield _Window(number, start, kept, keep_to, tuple(ids[start:end]))
            kept, start = keep_to, end - overlap

    def _forward(self, batch: list[tuple[int, ...]]) -> list[Vectors]:
        import torch

        opening, closing = self._special
        prepared = [[*opening, *ids, *closing] for ids in batch]
        before = len(opening)
        longest = max(map(len, prepared))
        ids = torch.full((len(prepared), longest), self.tokenizer.pad_token_id or 0)
        mask = torch.zeros_like(ids)
        for place, tokens in enumerate(prepared):
            ids[place, : len(tokens)] = torch.tensor(tokens)
            mask[place, : len(tokens)] = 1
        with torch.inference_mode():
            hidden = self._hidden(ids, mask).float().numpy()
        return [found[before : before + len(tokens)] for found, tokens in zip(hidden, batch, strict=True)]

    def _hidden(self, ids: Any, mask: Any) -> Any:
        output = self.model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        return output.hidden_states[self.layer]


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens [start, start + len(ids)) of a text; vectors of [keep_from, keep_to) are taken from here."""

    text: int
    start: int
    keep_from: int
    keep_to: int
    ids: tuple[int, ...]


def _batches(windows: list[_Window]) -> Iterator[list[_Window]]:
    batch: list[_Window] = []
    for window in windows:
        if batch and (len(batch) + 1) * len(window.ids) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _unit(vectors: Vectors) -> Vectors:
    if vectors.size == 0:
        return vectors
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit


@cache
def load_encoder(name: str = EMBEDDED, layer: int | None = None, allow_network: bool = False) -> Encoder:
    """Return an encoder, kept in memory for later calls.

    Args:
        name: `builtin`, a checkpoint folder, or a hub name.
        layer: Which hidden state; None for the checkpoint's own `labs_layer`, else its last.
        allow_network: Whether a hub may be asked.

    Raises:
        UsageError: There is no such checkpoint, it has no safetensors weights, or no such layer.
    """
    from transformers import AutoConfig, AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    path = encoder_path(name)
    options: dict[str, Any] = {"local_files_only": not allow_network, "trust_remote_code": False}
    try:
        config = AutoConfig.from_pretrained(path, **options)
        layers = int(config.num_hidden_layers)
        chosen = int(getattr(config, "labs_layer", layers)) if layer is None else layer
        if not 0 <= chosen <= layers:
            raise UsageError(f"encoder {name!r} has layers 0 to {layers}, got {chosen}")
        config.num_hidden_layers = max(1, chosen)
        model, loading = AutoModel.from_pretrained(
            path, config=config, use_safetensors=True, dtype="float32", output_loading_info=True, **options
        )
        tokenizer = AutoTokenizer.from_pretrained(path, **options)
    except (OSError, ValueError, KeyError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"cannot load the encoder {name!r}: {str(error).splitlines()[0]}") from None
    # What a checkpoint lacks, transformers draws at random. Of an encoder that may be the pooler, which no score reads.
    drawn = set(loading["missing_keys"])
    if any(not key.startswith("pooler.") for key in drawn):
        raise UsageError(f"the encoder {name!r} is not whole: it has no weights for {min(drawn)}")
    return Encoder(name, model.eval(), tokenizer, chosen, _weights_hash(model, drawn), _tokenizer_hash(tokenizer))


def _weights_hash(model: Any, drawn: set[str]) -> str:
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        if key not in drawn:
            digest.update(key.encode())
            digest.update(value.contiguous().numpy().tobytes())
    return digest.hexdigest()[:8]


def _tokenizer_hash(tokenizer: Any) -> str:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    content = backend.to_str() if backend is not None else json.dumps(tokenizer.get_vocab(), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:8]
