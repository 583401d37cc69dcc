"""bert_score 0.3.13, raw and rescaled, with the same encoder and layer as the score it is compared with.

Rescaling follows its own procedure (`get_rescale_baseline.py`): per language the mean P, R and F of random pairs of
monolingual lines under 32 white-space words, X^ = (X - b) / (1 - b). A pair of languages takes the reference's baseline. A
language without background text keeps its raw score, as `bert_score.score` does where it has no baseline file.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from heapq import heappush, heappushpop
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import numpy as np

from .data import open_text, tag
from .metrics import Floats, Metric, Tag, Vectors, tags

WORDS = 32


class BertScore:
    """Raw bert_score.

    Weights are read in half precision where the checkpoint says so; here they become float32 before use, as LABS has them.
    A pair with a blank text scores 0, which is what bert_score means to give and, since transformers 5, raises instead.
    """

    name = "bert_score"

    def __init__(self, folder: str, layer: int) -> None:
        from bert_score import BERTScorer  # type: ignore[import-untyped]  # it ships no types
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        if "t5" in folder:
            raise SystemExit(f"{folder!r}: bert_score takes a path with 't5' in it for a T5 encoder; rename the folder")
        self._scorer: Any = BERTScorer(model_type=folder, num_layers=layer, device="cpu")
        self._scorer._model.float()
        self.signature = str(self._scorer.hash).replace(folder, Path(folder).name)

    def scores(
        self, candidates: Sequence[str], references: Sequence[str], language: Tag, reference_language: Tag
    ) -> Floats:
        """Return precision, recall and F, the same whatever the languages."""
        result = np.zeros((len(candidates), 3))
        places = [
            place for place, pair in enumerate(zip(candidates, references, strict=True)) if all(map(str.strip, pair))
        ]
        if places:
            # It warns, for every batch, of texts of which the tokenizer leaves nothing.
            with redirect_stderr(io.StringIO()):
                found = self._scorer.score([candidates[at] for at in places], [references[at] for at in places])
            result[places] = np.stack([part.double().numpy() for part in found], axis=1)
        return result

    def vectors(self, texts: Sequence[str], language: str) -> Vectors | None:
        """Return the mean of each text's hidden states at the layer, special tokens left out."""
        means = np.stack(
            [found.mean(axis=0) if len(found) else found.sum(axis=0) for found in self.tokens(texts, language)]
        )
        unit: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        return unit

    def tokens(self, texts: Sequence[str], language: str) -> list[Vectors]:
        """Return hidden states at the layer, special tokens left out."""
        from bert_score.utils import get_bert_embedding  # type: ignore[import-untyped]  # it ships no types

        special = {self._scorer._tokenizer.sep_token_id, self._scorer._tokenizer.cls_token_id}
        weights = _Weights(special)
        result: list[Vectors] = [np.zeros((0, 0), dtype=np.float32)] * len(texts)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            # A blank text crashes it; of a full stop the vector is as good as any.
            batch = [texts[place] if texts[place].strip() else "." for place in places]
            hidden, _, kept = get_bert_embedding(
                batch, self._scorer._model, self._scorer._tokenizer, weights, device="cpu"
            )
            for place, vectors, keep in zip(places, hidden.numpy(), kept.numpy() > 0, strict=True):
                result[place] = vectors[keep]
        return result


class _Weights(dict[int, float]):
    """1 for every token but the special ones."""

    def __init__(self, special: set[int]) -> None:
        super().__init__(dict.fromkeys(special, 0.0))

    def __missing__(self, token: int) -> float:
        return 1.0


class Rescaled:
    """bert_score with baselines of its own making.

    Args:
        raw: What is rescaled.
        background: A folder of `<language>.txt` or of parallel `*.tsv[.xz]` (two languages, two texts, no header).
        pairs: Random pairs a language, at most.
    """

    name = "bert_score_rescaled"

    def __init__(self, raw: Metric, background: Path, pairs: int) -> None:
        self._raw = raw
        self._lines = background_lines(background, 2 * pairs)
        self._baselines: dict[str, Floats] = {}
        self.signature = f"{raw.signature}-rescaled(own baselines, {pairs} pairs)"

    def scores(
        self, candidates: Sequence[str], references: Sequence[str], language: Tag, reference_language: Tag
    ) -> Floats:
        """Return rescaled precision, recall and F."""
        found = self._raw.scores(candidates, references, language, reference_language)
        asked = tags(reference_language, len(references))
        self._prepare(sorted({tag(one) for one in asked} - set(self._baselines)))
        floor = np.array([self._baselines[tag(one)] for one in asked]).reshape(-1, 3)
        rescaled: Floats = (found - floor) / (1 - floor)
        return rescaled

    def vectors(self, texts: Sequence[str], language: str) -> Vectors | None:
        """Return None: they are the raw score's."""

    def tokens(self, texts: Sequence[str], language: str) -> list[Vectors] | None:
        """Return None: they are the raw score's."""

    def _prepare(self, languages: list[str]) -> None:
        for language in languages:
            lines = self._lines.get(language, [])
            half = len(lines) // 2
            pairs = lines[:half], lines[half : 2 * half]
            found = self._raw.scores(*pairs, language, language) if half else np.zeros((1, 3))
            self._baselines[language] = found.mean(axis=0)


def background_lines(folder: Path, count: int) -> dict[str, list[str]]:
    """Return up to `count` different lines of each language in chance order: those of the lowest CRC-32."""
    heaps: dict[str, list[tuple[int, str]]] = {}
    held: dict[str, set[str]] = {}
    for language, line in _lines(folder):
        heap, known = heaps.setdefault(language, []), held.setdefault(language, set())
        rank = -crc32(line.encode())
        if line in known or (len(heap) == count and rank <= heap[0][0]) or not 0 < len(line.split()) < WORDS:
            continue
        known.add(line)
        if len(heap) < count:
            heappush(heap, (rank, line))
        else:
            known.discard(heappushpop(heap, (rank, line))[1])
    result = {language: [line for _, line in sorted(heap)] for language, heap in sorted(heaps.items())}
    for language, lines in result.items():
        Random(language).shuffle(lines)
    return result


def _lines(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        stem, *endings = path.name.split(".")
        if "tsv" in endings and not path.name.startswith(("counts", "files")):
            with open_text(path) as rows:
                for row in rows:
                    first, second, *texts = row.rstrip("\n").split("\t")
                    yield from zip((first, second), texts, strict=True)
        elif "txt" in endings:
            with open_text(path) as lines:
                yield from ((tag(stem), line.strip()) for line in lines)
