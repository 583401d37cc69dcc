"""The metrics that are measured side by side, behind one interface, so that another one can be plugged in."""

import sys
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from albert_robust.errors import UsageError
from albert_robust.scoring.calibration import Level
from albert_robust.scoring.scorer import Scorer

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]
Tag = str | Sequence[str]  # of all texts, or of each


class Metric(Protocol):
    """A score of texts against references."""

    @property
    def name(self) -> str:
        """Of the metric, as it is printed."""

    @property
    def signature(self) -> str:
        """All that shapes its scores, in one line; may be empty before the first call."""

    def scores(
        self, candidates: Sequence[str], references: Sequence[str], language: Tag, reference_language: Tag
    ) -> Floats:
        """Return precision, recall and F of each pair, shape (pairs, 3)."""

    def vectors(self, texts: Sequence[str], language: str) -> Vectors | None:
        """Return a unit vector a text, shape (texts, width); None where the metric has none."""

    def tokens(self, texts: Sequence[str], language: str) -> list[Vectors] | None:
        """Return the token vectors of each text, shape (tokens, width); None where the metric has none."""


class Labs:
    """This project's score. A pair of languages that its encoder does not support scores `nan`."""

    def __init__(self, encoder: str, layer: int | None, profile: str | None, calibration: Level, name: str) -> None:
        self.name = name
        self._scorer = Scorer(encoder, layer=layer, profile=profile, calibration=calibration)

    @property
    def signature(self) -> str:
        """Without the languages."""
        return self._scorer.signature()

    def scores(
        self, candidates: Sequence[str], references: Sequence[str], language: Tag, reference_language: Tag
    ) -> Floats:
        """Return precision, recall and F."""
        count = len(candidates)
        asked = (list(candidates), list(references), tags(language, count), tags(reference_language, count))
        pairs = sorted(set(zip(*asked[2:], strict=True)))
        try:
            return self._scores(*asked)
        except UsageError as error:
            if len(pairs) == 1:
                print(error, file=sys.stderr)
                return np.full((count, 3), np.nan)
        result = np.full((count, 3), np.nan)
        for pair in pairs:
            places = [place for place in range(count) if (asked[2][place], asked[3][place]) == pair]
            result[places] = self.scores([candidates[at] for at in places], [references[at] for at in places], *pair)
        return result

    def _scores(self, candidates: list[str], references: list[str], own: list[str], other: list[str]) -> Floats:
        found = self._scorer.score(candidates, references, languages=own, reference_languages=other)
        return np.stack([found.precision, found.recall, found.f], axis=1)

    def vectors(self, texts: Sequence[str], language: str) -> Vectors | None:
        """Return the mean of each text's neutral token vectors."""
        return self._scorer.vectors(list(texts), language)

    def tokens(self, texts: Sequence[str], language: str) -> list[Vectors] | None:
        """Return neutral token vectors."""
        return self._scorer.token_vectors(list(texts), language)


class Chrf:
    """Sentence chrF (Popovic, 2015) as sacrebleu computes it, in [0, 1]. All three columns are its F with beta 2."""

    name = "chrf"

    def __init__(self) -> None:
        from sacrebleu.metrics.chrf import CHRF

        self._chrf = CHRF()
        self.signature = ""

    def scores(
        self, candidates: Sequence[str], references: Sequence[str], language: Tag, reference_language: Tag
    ) -> Floats:
        """Return chrF three times."""
        pairs = zip(candidates, references, strict=True)
        found = [self._chrf.sentence_score(candidate, [reference]).score / 100 for candidate, reference in pairs]
        self.signature = str(self._chrf.get_signature())
        return np.repeat(np.array(found, dtype=np.float64)[:, None], 3, axis=1)

    def vectors(self, texts: Sequence[str], language: str) -> Vectors | None:
        """Return None."""

    def tokens(self, texts: Sequence[str], language: str) -> list[Vectors] | None:
        """Return None."""


class Remembered:
    """A metric that scores the same call once, however many measures ask for it."""

    def __init__(self, metric: Metric) -> None:
        self.name = metric.name
        self._metric = metric
        self._scores: dict[tuple[tuple[str, ...], ...], Floats] = {}

    @property
    def signature(self) -> str:
        """The metric's own."""
        return self._metric.signature

    def scores(
        self, candidates: Sequence[str], references: Sequence[str], language: Tag, reference_language: Tag
    ) -> Floats:
        """Return precision, recall and F."""
        count = len(candidates)
        sides = (tuple(tags(language, count)), tuple(tags(reference_language, count)))
        asked = (tuple(candidates), tuple(references), *sides)
        if asked not in self._scores:
            self._scores[asked] = self._metric.scores(*asked)
        return self._scores[asked].copy()

    def vectors(self, texts: Sequence[str], language: str) -> Vectors | None:
        """Return text vectors."""
        return self._metric.vectors(texts, language)

    def tokens(self, texts: Sequence[str], language: str) -> list[Vectors] | None:
        """Return token vectors."""
        return self._metric.tokens(texts, language)


def tags(language: Tag, count: int) -> list[str]:
    """Return a tag a text."""
    return [language] * count if isinstance(language, str) else list(language)
