"""LABS in the forms that evaluation loops know: a Hugging Face evaluate metric, and a torchmetrics one.

Neither library is needed. Both classes hold texts until they are asked and leave the rest to `Scorer`; the arguments have
the names that they have there.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Any

from albert_robust.errors import UsageError
from albert_robust.scoring.scorer import Scorer
from albert_robust.scoring.scores import Scores
from albert_robust.scoring.texts import checked_pairs

if TYPE_CHECKING:
    import torch

Texts = Sequence[str]
References = Sequence[str | Sequence[str]]


class EvaluateLabs:
    """A metric with the methods of `evaluate.load("bertscore")`: `add`, `add_batch` and `compute`.

    Attributes:
        scorer: What scores.
    """

    def __init__(self, scorer: Scorer | None = None) -> None:
        """Hold no texts yet; without a scorer one of the embedded encoder is made."""
        self.scorer = scorer or Scorer()
        self._held = _Held()

    def add(self, *, prediction: str, reference: str | Sequence[str]) -> None:
        """Hold one pair until `compute`."""
        self._held.add([prediction], [reference])

    def add_batch(self, *, predictions: Texts, references: References) -> None:
        """Hold pairs until `compute`.

        Raises:
            UsageError: Not two lists of texts of equal length.
        """
        self._held.add(predictions, references)

    def compute(
        self,
        *,
        predictions: Texts | None = None,
        references: References | None = None,
        lang: str | Sequence[str] | None = None,
        reference_lang: str | Sequence[str] | None = None,
        clusters: Sequence[Hashable] | None = None,
    ) -> dict[str, Any]:
        """Return the scores of all pairs held and given, and let them go.

        Args:
            predictions: Texts, one a pair.
            references: For each a text, or several, of which the best counts.
            lang: Of the predictions: a BCP 47 tag, a tag for each, `detect`, or None for `und`.
            reference_lang: Of the references; None for the predictions'.
            clusters: What belongs together, such as the document of each pair.

        Returns:
            Lists `precision`, `recall` and `f1`; `corpus`, the mean F with its interval, None where there is none; and
            `hashcode`, the signature.

        Raises:
            UsageError: As `Scorer.score`; the pairs held are kept then.
        """
        if (predictions is None) != (references is None):
            raise UsageError("compute: predictions and references come together")
        pairs = self._held.copy()
        if predictions is not None:
            pairs.add(predictions, references)
        found = self.scorer.score(
            pairs.candidates, pairs.references, languages=lang, reference_languages=reference_lang, clusters=clusters
        )
        self._held = _Held()
        lists = {"precision": found.precision, "recall": found.recall, "f1": found.f}
        corpus = {"mean": found.corpus.value, "low": found.corpus.low, "high": found.corpus.high}
        measured = {name: None if isnan(value) else value for name, value in corpus.items()}
        return {
            **{name: values.tolist() for name, values in lists.items()},
            "corpus": measured,
            "hashcode": found.signature,
        }


class TorchLabs:
    """A metric with the methods of torchmetrics: `update`, `compute`, `reset`, and a call that gives the batch's scores.

    Attributes:
        scorer: What scores.
        lang: Of the predictions: a BCP 47 tag, `detect`, or None for `und`.
        target_lang: Of the targets; None for the predictions'.
    """

    def __init__(
        self, scorer: Scorer | None = None, *, lang: str | None = None, target_lang: str | None = None
    ) -> None:
        """Hold no texts yet; without a scorer one of the embedded encoder is made."""
        self.scorer = scorer or Scorer()
        self.lang, self.target_lang = lang, target_lang
        self._held = _Held()

    def update(self, preds: Texts, target: References) -> None:
        """Hold the pairs of a batch.

        Args:
            preds: Texts, one a pair.
            target: For each a text, or several, of which the best counts.

        Raises:
            UsageError: Not two lists of texts of equal length.
        """
        self._held.add(preds, target)

    def compute(self) -> dict[str, "torch.Tensor"]:
        """Return `precision`, `recall` and `f1` of all pairs held, each of shape (pairs,)."""
        return _tensors(self.scores())

    def scores(self) -> Scores:
        """Return the same with the corpus mean, its interval and the signature."""
        return self._score(self._held)

    def reset(self) -> None:
        """Let all pairs go."""
        self._held = _Held()

    def __call__(self, preds: Texts, target: References) -> dict[str, "torch.Tensor"]:
        """Hold the pairs of a batch and return their scores alone."""
        batch = _Held()
        batch.add(preds, target)
        found = self._score(batch)
        self._held.add(preds, target)
        return _tensors(found)

    def _score(self, held: "_Held") -> Scores:
        return self.scorer.score(
            held.candidates, held.references, languages=self.lang, reference_languages=self.target_lang
        )


@dataclass
class _Held:
    """Pairs that wait to be scored."""

    candidates: list[str] = field(default_factory=list)
    references: list[list[str]] = field(default_factory=list)

    def add(self, candidates: Any, references: Any) -> None:
        more, groups = checked_pairs(candidates, references)
        self.candidates += more
        self.references += groups

    def copy(self) -> "_Held":
        return _Held(self.candidates.copy(), self.references.copy())


def _tensors(found: Scores) -> dict[str, "torch.Tensor"]:
    import torch

    columns: Mapping[str, Any] = {"precision": found.precision, "recall": found.recall, "f1": found.f}
    return {name: torch.tensor(values, dtype=torch.float32) for name, values in columns.items()}
