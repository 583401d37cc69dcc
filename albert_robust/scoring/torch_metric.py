"""LABS as one of torchmetrics' metrics: it goes into collections and training loops, onto devices, and over processes.

A batch is scored when it comes, since neither its size nor its order matters to a score. So what processes exchange are numbers.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torchmetrics import Metric
from torchmetrics.utilities import dim_zero_cat

from albert_robust.scoring.scorer import Scorer
from albert_robust.scoring.statistics import Estimate, mean_of_clusters
from albert_robust.scoring.texts import DETECT, checked_language, checked_pairs

COLUMNS = ("precision", "recall", "f1")


class TorchLabs(Metric):  # type: ignore[misc]  # torchmetrics is not installed where types are checked
    """LABS of all pairs of texts so far.

    Attributes:
        scorer: What scores.
        lang: Of the predictions: a BCP 47 tag, `detect`, or None for `und`.
        target_lang: Of the targets; None for the predictions'.
        signature: All that shaped the numbers of the latest batch, in one line.
    """

    is_differentiable = False
    higher_is_better = True
    full_state_update = False

    def __init__(
        self, scorer: Scorer | None = None, *, lang: str | None = None, target_lang: str | None = None, **options: Any
    ) -> None:
        """Hold no scores yet; without a scorer one of the embedded encoder is made.

        Args:
            scorer: What scores.
            lang: Of the predictions: a BCP 47 tag, `detect`, or None for `und`.
            target_lang: Of the targets; None for the predictions'.
            options: Of torchmetrics.

        Raises:
            UsageError: A language is none.
        """
        super().__init__(**options)
        self.scorer = scorer or Scorer()
        self.lang, self.target_lang = _checked("lang", lang), _checked("target_lang", target_lang)
        self.signature = ""
        self.add_state("rows", default=[], dist_reduce_fx="cat")

    def update(self, preds: Sequence[str], target: Sequence[str | Sequence[str]]) -> None:
        """Score the pairs of a batch and hold their numbers.

        Args:
            preds: Texts, one a pair.
            target: For each a text, or several, of which the best counts.

        Raises:
            UsageError: Not two lists of texts of equal length.
        """
        found = self.scorer.score(preds, target, languages=self.lang, reference_languages=self.target_lang)
        self.signature = found.signature
        self.rows.append(torch.tensor(np.stack([*found], axis=1), dtype=torch.float32, device=self.device))

    def forward(self, preds: Sequence[str], target: Sequence[str | Sequence[str]]) -> Any:
        """Hold the pairs of a batch and return their scores alone; a wrong batch is refused before anything is let go."""
        return super().forward(*checked_pairs(preds, target))

    def compute(self) -> dict[str, torch.Tensor]:
        """Return `precision`, `recall` and `f1` of all pairs, each of shape (pairs,)."""
        return dict(zip(COLUMNS, self._all().T, strict=True))

    def corpus(self) -> Estimate:
        """Return the mean F of all pairs with its 95 % interval."""
        return mean_of_clusters(self._all()[:, 2].double().cpu().numpy())

    def _all(self) -> torch.Tensor:
        rows: torch.Tensor = dim_zero_cat(self.rows) if len(self.rows) else torch.zeros((0, 3), device=self.device)
        return rows


def _checked(name: str, language: str | None) -> str | None:
    return language if language in (None, DETECT) else checked_language(name, language)
