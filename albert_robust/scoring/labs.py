"""LABS, the language-agnostic BERT score: greedy matching of token vectors.

Follows BERTScore (Zhang et al., 2020, arXiv:1904.09675) and departs from it in these points: special tokens take no part
in the matching; a batch has no influence on a score; a text longer than the encoder's window is read whole; of several
references the one with the best F gives precision, recall and F together; two empty texts score 1 and an empty text
against another 0.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from albert_robust.errors import UsageError
from albert_robust.scoring.encoder import EMBEDDED, OVERLAP, WINDOW, Encoder, load_encoder
from albert_robust.scoring.statistics import DRAWS, SEED, Estimate
from albert_robust.text.languages import is_tag

DEFINITION = 1  # raise it when the same texts and encoder give another score
Floats = NDArray[np.float64]
Encoded = tuple[list[int], NDArray[np.float32]]


@dataclass(frozen=True)
class Scores:
    """What `score` returns.

    Attributes:
        precision: Shape (pairs,).
        recall: Shape (pairs,).
        f: Shape (pairs,).
        winners: Which reference gave the numbers, shape (pairs,).
        corpus: The mean F with its 95 % bootstrap interval.
        signature: All that shaped the numbers, in one line: two scores compare when their signatures agree.
    """

    precision: Floats
    recall: Floats
    f: Floats
    winners: NDArray[np.int64]
    corpus: Estimate
    signature: str


def score(
    candidates: Sequence[str],
    references: Sequence[str | Sequence[str]],
    *,
    encoder: str = EMBEDDED,
    languages: str | None = None,
    idf: bool = False,
    allow_network: bool = False,
) -> Scores:
    """Return how much of each reference's meaning each candidate keeps.

    Args:
        candidates: Texts, one a pair.
        references: For each candidate a text, or several.
        encoder: `builtin`, a checkpoint folder, or a hub name.
        languages: BCP 47 tag of the texts, such as `zh`, or `zh-en` for a pair; for the signature.
        idf: Weigh tokens by their rarity among the references of this call.
        allow_network: Whether a hub may be asked.

    Raises:
        UsageError: Not two lists of texts of equal length, or the encoder cannot be loaded.
    """
    groups = _checked(candidates, references)
    if languages is not None and not is_tag(languages):
        raise UsageError(f"{languages!r} is no language tag: write a BCP 47 tag such as zh, or zh-en for a pair")
    loaded = load_encoder(encoder, allow_network=allow_network)
    flat = [(candidate, reference) for candidate, group in zip(candidates, groups, strict=True) for reference in group]
    rows = match(loaded, flat, idf=idf)
    winners, chosen, start = [], [], 0
    for group in groups:
        best = start + int(np.argmax(rows[start : start + len(group), 2]))
        winners.append(best - start)
        chosen.append(rows[best])
        start += len(group)
    table = np.array(chosen).reshape(-1, 3)
    most = max((len(group) for group in groups), default=1)
    return Scores(
        table[:, 0],
        table[:, 1],
        table[:, 2],
        np.array(winners, dtype=np.int64),
        corpus_mean(table[:, 2]),
        signature(loaded, nrefs=most, languages=languages, idf=idf),
    )


def _checked(candidates: Any, references: Any) -> list[list[str]]:
    for name, texts in (("candidates", candidates), ("references", references)):
        if isinstance(texts, str) or not isinstance(texts, Sequence):
            raise UsageError(f"{name}: expected a list of texts, got {type(texts).__name__}")
    if len(candidates) != len(references):
        raise UsageError(f"{len(candidates)} candidates for {len(references)} references")
    groups = [list(group) if isinstance(group, list | tuple) else [group] for group in references]
    for place, (candidate, group) in enumerate(zip(candidates, groups, strict=True)):
        if not group or not all(isinstance(text, str) for text in (candidate, *group)):
            raise UsageError(f"pair {place}: expected texts, got {(candidate, references[place])!r:.60}")
    return groups


def match(encoder: Encoder, pairs: Sequence[tuple[str, str]], *, idf: bool = False) -> Floats:
    """Return precision, recall and F of (candidate, reference) pairs, shape (pairs, 3). Each distinct text is encoded once."""
    clean = [(normal(candidate), normal(reference)) for candidate, reference in pairs]
    result = np.zeros((len(clean), 3))
    result[[place for place, (left, right) in enumerate(clean) if left == right]] = 1.0
    open_pairs = [place for place, (left, right) in enumerate(clean) if left != right and left and right]
    texts = sorted({text for place in open_pairs for text in clean[place]})
    encoded = dict(zip(texts, encoder.encode(texts), strict=True))
    weights = idf_weights([encoded[clean[place][1]][0] for place in open_pairs]) if idf else None
    for place in open_pairs:
        left, right = clean[place]
        result[place] = _greedy(encoded[left], encoded[right], weights)
    return result


def normal(text: str) -> str:
    """Return a text in Unicode normal form C without outer white space: what the score sees of it.

    Half characters, which no tokenizer reads, become question marks.
    """
    return unicodedata.normalize("NFC", text).strip().encode("utf-8", "replace").decode("utf-8")


def _greedy(candidate: Encoded, reference: Encoded, weights: "IdfWeights | None") -> tuple[float, float, float]:
    (candidate_ids, left), (reference_ids, right) = candidate, reference
    if not len(left) or not len(right):
        return (0.0, 0.0, 0.0)
    similarity = left @ right.T
    precision = _weighted(similarity.max(axis=1), candidate_ids, weights)
    recall = _weighted(similarity.max(axis=0), reference_ids, weights)
    if precision <= 0 or recall <= 0:
        return precision, recall, min(precision, recall)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _weighted(values: NDArray[np.float32], ids: list[int], weights: "IdfWeights | None") -> float:
    if weights is None:
        return float(values.mean(dtype=np.float64))
    own = np.array([weights.of(token) for token in ids])
    return float((values * own).sum() / own.sum()) if own.sum() > 0 else float(values.mean(dtype=np.float64))


@dataclass(frozen=True, slots=True)
class IdfWeights:
    """Rarity of tokens, log((N + 1) / (df + 1)) over N references, as BERTScore defines it."""

    references: int
    frequency: Counter[int]

    def of(self, token: int) -> float:
        """Return the weight of a token."""
        return log((self.references + 1) / (self.frequency[token] + 1))


def idf_weights(references: Iterable[list[int]]) -> IdfWeights:
    """Return token weights from the token ids of references."""
    rows = list(references)
    return IdfWeights(len(rows), Counter(token for ids in rows for token in set(ids)))


def corpus_mean(values: Floats) -> Estimate:
    """Return the mean of segment scores with a 95 % percentile bootstrap interval; no segments give `nan`."""
    if len(values) == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    draws = np.random.default_rng(SEED).integers(0, len(values), (DRAWS, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return Estimate(float(values.mean()), float(low), float(high), len(values))


def signature(encoder: Encoder, *, nrefs: int = 1, languages: str | None = None, idf: bool = False) -> str:
    """Return the line that says all that shaped a score, in the manner of sacrebleu."""
    from albert_robust import __version__

    name = encoder.name.rstrip("/").rsplit("/", 1)[-1]
    parts = [
        "LABS-F",
        f"nrefs:{nrefs}",
        f"lang:{languages or 'und'}",
        f"enc:{name}@{encoder.weights_hash}",
        f"tok:{encoder.tokenizer_hash}",
        f"L:{encoder.layer}",
        "neut:none",
        f"w:{'idf-references' if idf else '1'}",
        "cal:none",
        f"long:win{WINDOW}/{OVERLAP}",
        "prec:fp32",
        f"bs:{DRAWS}",
        f"seed:{SEED}",
        f"v:{__version__}",
    ]
    return "|".join(parts)
