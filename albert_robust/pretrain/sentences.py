"""The corpus as token ids, end to end in one array a side: made once a run, read back after an interruption."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file
from transformers import PreTrainedTokenizerFast

from albert_robust.atomic import whole
from albert_robust.pretrain.corpus import Corpus

CHUNK = 10_000  # texts tokenized at once
UNSEEN = 0.1  # times that a token counts as read before any text


@dataclass(frozen=True, slots=True)
class Tokens:
    """All sentences of one side, end to end: sentence i is ids[offsets[i]:offsets[i + 1]]."""

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def lengths(self, rows: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
        """Return the token counts of some sentences, shape (rows,), each at most `limit`."""
        lengths: NDArray[np.int64] = np.minimum(self.offsets[rows + 1] - self.offsets[rows], limit)
        return lengths

    def gather(self, rows: NDArray[np.int64], limit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first tokens of some sentences end to end, and where each starts."""
        lengths = self.lengths(rows, limit)
        starts: NDArray[np.int64] = np.cumsum(lengths) - lengths
        index = np.repeat(self.offsets[rows] - starts, lengths) + np.arange(lengths.sum())
        return self.ids[index].astype(np.int64), starts


@dataclass(frozen=True, slots=True)
class View:
    """One side of pairs, but of the last rows that are asked for, a share of them, the other side."""

    side: Tokens
    other: Tokens
    turned: float

    def lengths(self, rows: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
        """Return the token counts of some sentences, as `Tokens.lengths` does."""
        return np.concatenate([side.lengths(own, limit) for side, own in self._parts(rows)])

    def gather(self, rows: NDArray[np.int64], limit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first tokens of some sentences end to end, and where each starts."""
        (ids, starts), (more, later) = (side.gather(own, limit) for side, own in self._parts(rows))
        return np.concatenate([ids, more]), np.concatenate([starts, later + len(ids)])

    def _parts(self, rows: NDArray[np.int64]) -> list[tuple[Tokens, NDArray[np.int64]]]:
        cut = len(rows) - round(self.turned * len(rows))
        return [(self.side, rows[:cut]), (self.other, rows[cut:])]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Pairs of sentences as token ids.

    Attributes:
        sides: Both sides.
        languages: The two languages of each pair as numbers, shape (pairs, 2).
        texts: A hash of each text, shape (pairs, 2): equal texts are no contrast to each other.
        twins: Which pairs are a text and itself, shape (pairs,).
    """

    sides: tuple[Tokens, Tokens]
    languages: NDArray[np.int32]
    texts: NDArray[np.int64]
    twins: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.texts)

    def views(self, turned: float) -> tuple["View", "View"]:
        """Return both sides of the pairs; of any rows the last, this share of them, are seen the other way round."""
        return View(*self.sides, turned), View(*self.sides[::-1], turned)

    def often(self, temperature: float) -> NDArray[np.float64]:
        """Return how often each pair is drawn, 1 in the mean, so that a language comes as often as its share of the pairs to
        the power `temperature`. Shape (pairs,).
        """
        language = self.languages[:, 1]
        counts = np.bincount(language)[language]
        often = counts.astype(float) ** (temperature - 1)
        relative: NDArray[np.float64] = often / often.mean()
        return relative

    def token_shares(self, vocabulary: int, temperature: float) -> NDArray[np.float64]:
        """Return how much of the text that is drawn each token makes up, shape (vocabulary,). None is zero; they sum to 1."""
        often = self.often(temperature)
        counts = np.full(vocabulary, UNSEEN)
        for side in self.sides:
            counts += np.bincount(side.ids, np.repeat(often, np.diff(side.offsets)), vocabulary)
        shares: NDArray[np.float64] = counts / counts.sum()
        return shares

    def save(self, path: Path) -> None:
        """Write the arrays to a safetensors file, whole or not at all."""
        arrays = {f"{name}.{side}": getattr(self.sides[side], name) for side in (0, 1) for name in ("ids", "offsets")}
        with whole(path, alone=True) as part:
            save_file({**arrays, "languages": self.languages, "texts": self.texts, "twins": self.twins}, part)

    @classmethod
    def load(cls, path: Path) -> "Sentences":
        """Read what `save` wrote."""
        with safe_open(path, framework="numpy") as file:
            sides = [Tokens(*(file.get_tensor(f"{name}.{side}") for name in ("ids", "offsets"))) for side in (0, 1)]
            return cls((sides[0], sides[1]), *(file.get_tensor(name) for name in ("languages", "texts", "twins")))


def tokenized(corpus: Corpus, tokenizer: PreTrainedTokenizerFast, limit: int) -> Sentences:
    """Return the corpus as token ids without special tokens, each sentence cut at `limit`."""
    names = sorted({language for pair in corpus.languages for language in pair})
    number = {name: place for place, name in enumerate(names)}
    languages = np.array([[number[language] for language in pair] for pair in corpus.languages], dtype=np.int32)
    sides = [_tokens(tokenizer, [pair[side] for pair in corpus.pairs], limit) for side in (0, 1)]
    twins = np.array([left == right for left, right in corpus.pairs])
    return Sentences((sides[0], sides[1]), languages, hashes(corpus), twins)


def hashes(corpus: Corpus) -> NDArray[np.int64]:
    """Return a hash of each text, shape (pairs, 2)."""
    return np.array([[_hash(text) for text in pair] for pair in corpus.pairs], dtype=np.int64)


def _tokens(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], limit: int) -> Tokens:
    backend = tokenizer.backend_tokenizer
    distinct = list(dict.fromkeys(texts))  # one text often has translations into many languages
    ids: dict[str, NDArray[np.int32]] = {}
    for start in range(0, len(distinct), CHUNK):
        chunk = distinct[start : start + CHUNK]
        for text, found in zip(chunk, backend.encode_batch_fast(chunk, add_special_tokens=False), strict=True):
            ids[text] = np.asarray(found.ids[:limit] or [tokenizer.unk_token_id], dtype=np.int32)
    lengths = [len(ids[text]) for text in texts]
    return Tokens(
        np.concatenate([ids[text] for text in texts]), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    )


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)
