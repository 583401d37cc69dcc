"""Token vectors of a bidirectional encoder at one of its layers. Long texts are read in windows, nothing is cut."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import regex
from numpy.typing import NDArray

from albert_robust.errors import UsageError
from albert_robust.scoring.spelling import speller

WINDOW, OVERLAP = 512, 128  # tokens; a longer text is read in windows, nothing is cut
BATCH_TOKENS = 4096  # of a batch, padding too
PADDING = 0.1  # share of a processor's batch at most: it costs as much as text; a GPU's costs less than one more pass
# What a script is made of: what only changes how a symbol is drawn is no part of it.
LETTER = regex.compile(r"[[\p{L}\p{Mn}\p{Mc}]--\p{Variation_Selector}]", regex.V1)
Precision = Literal["fp32", "bf16"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Encoder:
    """An encoder at one layer. Make it with `load_encoder`.

    Attributes:
        name: As the user wrote it.
        model: The transformers model, in inference mode, without the layers above `layer`.
        tokenizer: Its tokenizer.
        layer: Which hidden state is read; 0 is the embeddings.
        layers: How many layers the checkpoint has.
        precision: In which the model computes; what it returns is float32.
        weights_hash: Eight hex digits of SHA-256 over the weights that are used.
        tokenizer_hash: The same over the tokenizer.
        batch_size: How many texts, or windows of long ones, are read at once; None for as many as have `BATCH_TOKENS`.
    """

    name: str
    model: Any
    tokenizer: Any
    layer: int
    layers: int
    precision: Precision
    weights_hash: str
    tokenizer_hash: str
    batch_size: int | None = None

    @property
    def width(self) -> int:
        """Numbers in a token vector."""
        return int(self.model.config.hidden_size)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, special tokens left out."""
        if not texts:
            return []
        if self.tokenizer.is_fast:  # twice as fast as the call, which also finds where each token stands
            backend = self.tokenizer.backend_tokenizer
            return [found.ids for found in backend.encode_batch_fast(list(texts), add_special_tokens=False)]
        found: list[list[int]] = self.tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
        return found

    def starts(self, texts: Sequence[str]) -> list[list[int] | None]:
        """Return where in each text its tokens start, in code points; None from a tokenizer that does not say."""
        if not texts or not self.tokenizer.is_fast:
            return [None] * len(texts)
        return [sorted({start for start, _ in found}) for found in self._offsets(texts)]

    def _offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Return where the tokens of each text start and end, in code points; of a fast tokenizer alone."""
        options = {"add_special_tokens": False, "return_offsets_mapping": True, "verbose": False}
        found: list[list[tuple[int, int]]] = self.tokenizer(list(texts), **options)["offset_mapping"]
        return found

    def words(self, ids: Sequence[int]) -> list[str]:
        """Return each token as a person reads it."""
        return [str(self.tokenizer.decode([token])) for token in ids]

    def read(self, ids: Sequence[Sequence[int]], *, specials: bool = False) -> Iterator[tuple[int, Vectors]]:
        """Yield the place of each token sequence and its hidden states, shape (tokens, width), shortest first.

        Sequences are batched by length, in an order that their content decides, so that a result does not depend on
        their order. A sequence over the encoder's limit is read in windows: each token takes its vector from the window
        where it lies most centrally.

        Args:
            ids: Token ids without special tokens, as `ids` gives them.
            specials: Whether the special tokens' vectors come along, before and after the others.
        """
        windows = [window for place, tokens in enumerate(ids) for window in self._windows(place, tokens)]
        windows.sort(key=lambda window: (len(window.ids), window.ids, window.place))
        pending: dict[int, _Part] = {}
        most_padding = PADDING if self.model.device.type == "cpu" else 1.0
        for batch in _batches(windows, self.batch_size, most_padding):
            for window, hidden in zip(batch, self._forward(batch, specials), strict=True):
                if window.whole:
                    yield window.place, hidden
                elif (joined := _joined(pending, window, hidden, len(ids[window.place]))) is not None:
                    yield window.place, joined

    def means(self, texts: Sequence[str]) -> Vectors:
        """Return the mean token vector of each text, shape (texts, width); of a text without tokens, zeros."""
        result = np.zeros((len(texts), self.width), dtype=np.float32)
        for place, hidden in self.read(self.ids(texts)):
            result[place] = hidden.mean(axis=0)
        return result

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (texts, width): the mean of its token vectors before normalisation."""
        return unit(self.means(texts))

    @cached_property
    def spelled(self) -> Callable[[str], str]:
        """What makes of a text what its letters are compared by."""
        return speller(self.tokenizer)

    @cached_property
    def unreadable(self) -> NDArray[np.uint8]:
        """What each token stands for, shape (vocabulary,): 1 for a character without a token of its own, be it the unknown token
        or the first byte of it, 2 for a further byte, 0 for all else.
        """
        kinds = np.zeros(len(self.tokenizer), dtype=np.uint8)
        if self.tokenizer.unk_token_id is not None:
            kinds[self.tokenizer.unk_token_id] = 1
        for token, byte in self._bytes.items():
            kinds[token] = 2 if 0x80 <= byte < 0xC0 else 1  # in UTF-8
        return kinds

    def unknown_letters(self, text: str, ids: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which tokens begin a letter or a mark without a token of its own, shape (tokens,); symbols are neither.

        Args:
            text: A text.
            ids: Its tokens, as `ids` gives them.
        """
        kinds = self.unreadable[ids]
        found: NDArray[np.bool_] = kinds == 1
        spans: list[tuple[int, int]] = []
        if self.tokenizer.is_fast and self.tokenizer.unk_token_id in ids.tolist():
            [spans] = self._offsets([text])
        for place in np.flatnonzero(found):
            if int(ids[place]) in self._bytes:
                more = next((end for end in range(place + 1, len(ids)) if kinds[end] != 2), len(ids))
                character = bytes(self._bytes[int(one)] for one in ids[place:more])
                found[place] = _has_letter(character.decode("utf-8", "replace"))
            elif spans:
                found[place] = _has_letter(text[slice(*spans[place])])
        return found

    @cached_property
    def _bytes(self) -> dict[int, int]:
        """The byte that a token stands for, of tokenizers that write a character which they do not know in bytes."""
        backend: Any = getattr(self.tokenizer, "backend_tokenizer", None)
        if backend is None:
            return {}
        tokens = {backend.token_to_id(f"<0x{byte:02X}>"): byte for byte in range(256)}
        return {token: byte for token, byte in tokens.items() if token is not None}

    @cached_property
    def specials(self) -> tuple[list[int], list[int]]:
        """The special tokens that the tokenizer puts before and after a text."""
        bare, full = (self.tokenizer("a", add_special_tokens=special)["input_ids"] for special in (False, True))
        before = next(place for place in range(len(full)) if full[place : place + len(bare)] == bare)
        return full[:before], full[before + len(bare) :]

    @cached_property
    def limit(self) -> int:
        """Tokens that fit into one window, special tokens not counted."""
        config = self.model.config
        positions = int(getattr(config, "max_position_embeddings", None) or WINDOW)
        # RoBERTa's kind counts positions from the padding token's id on.
        table = getattr(getattr(self.model, "embeddings", None), "position_embeddings", None)
        if getattr(table, "padding_idx", None) is not None:
            positions -= int(table.padding_idx) + 1  # type: ignore[union-attr]  # it is a torch embedding here
        return min(WINDOW, positions) - sum(map(len, self.specials))

    def _windows(self, place: int, ids: Sequence[int]) -> Iterator["_Window"]:
        overlap = min(OVERLAP, self.limit // 4)
        start, kept = 0, 0
        while kept < len(ids):
            end = min(len(ids), start + self.limit)
            keep_to = len(ids) if end == len(ids) else end - overlap // 2
            yield _Window(place, start, kept, keep_to, tuple(ids[start:end]), whole=end - start == len(ids))
            kept, start = keep_to, end - overlap

    def _forward(self, batch: Sequence["_Window"], specials: bool) -> list[Vectors]:
        import torch

        opening, closing = self.specials
        prepared = [[*opening, *window.ids, *closing] for window in batch]
        longest = max(map(len, prepared))
        padding = self.tokenizer.pad_token_id or 0
        ids = torch.tensor([[*tokens, *[padding] * (longest - len(tokens))] for tokens in prepared])
        padded = len(prepared[0]) < longest  # they are sorted by length
        lengths = torch.tensor([len(tokens) for tokens in prepared])
        mask = (torch.arange(longest) < lengths[:, None]).long() if padded else None
        device = self.model.device
        with torch.inference_mode():
            above = self.model.config.num_hidden_layers > self.layer
            masks = None if mask is None else mask.to(device)
            output = self.model(input_ids=ids.to(device), attention_mask=masks, output_hidden_states=above)
            states = output.hidden_states[self.layer] if above else output.last_hidden_state
            hidden = states.float().cpu().numpy()
        if not np.isfinite(hidden).all():
            raise UsageError(f"the encoder {self.name!r} computes numbers that are none (NaN): its weights are damaged")
        keep = [
            slice(0, len(tokens)) if specials and window.whole else slice(len(opening), len(opening) + len(window.ids))
            for window, tokens in zip(batch, prepared, strict=True)
        ]
        return [rows[kept] for rows, kept in zip(hidden, keep, strict=True)]


def _has_letter(text: str) -> bool:
    return LETTER.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens [start, start + len(ids)) of a sequence; vectors of [keep_from, keep_to) are taken from here."""

    place: int
    start: int
    keep_from: int
    keep_to: int
    ids: tuple[int, ...]
    whole: bool


@dataclass(slots=True)
class _Part:
    """A long sequence's vectors, and how many of them are still missing."""

    vectors: Vectors
    missing: int


def _joined(pending: dict[int, _Part], window: _Window, hidden: Vectors, tokens: int) -> Vectors | None:
    """Keep a window's part of a long sequence; return the sequence once it is whole."""
    if window.place not in pending:
        pending[window.place] = _Part(np.empty((tokens, hidden.shape[1]), dtype=np.float32), tokens)
    part = pending[window.place]
    kept = slice(window.keep_from - window.start, window.keep_to - window.start)
    part.vectors[window.keep_from : window.keep_to] = hidden[kept]
    part.missing -= window.keep_to - window.keep_from
    return None if part.missing else pending.pop(window.place).vectors


def _batches(windows: list[_Window], size: int | None, most_padding: float) -> Iterator[list[_Window]]:
    """Yield windows, which come shortest first, as many at a time as make no batch too large or too much of it padding."""
    batch: list[_Window] = []
    tokens = 0
    for window in windows:
        own = len(window.ids)
        cells = (len(batch) + 1) * own
        full = cells > BATCH_TOKENS if size is None else len(batch) == size
        if batch and (full or cells - tokens - own > most_padding * cells):
            yield batch
            batch, tokens = [], 0
        batch.append(window)
        tokens += own
    if batch:
        yield batch


def unit(vectors: Vectors) -> Vectors:
    """Return rows scaled to length 1; a row of zeros stays."""
    scaled: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return scaled
