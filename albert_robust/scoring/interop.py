"""LABS in the forms that evaluation loops know: a Hugging Face evaluate metric, and a torchmetrics one.

`EvaluateLabs` needs no library: it holds texts until it is asked. `TorchLabs` is one of torchmetrics' own metrics. Both leave
the rest to `Scorer`, and their arguments have the names that they have there.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

from albert_robust.errors import UsageError, need
from albert_robust.scoring.scorer import Scorer
from albert_robust.scoring.texts import checked_pairs

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


def __getattr__(name: str) -> Any:
    """Make `TorchLabs` when it is asked for: its base class is torchmetrics'."""
    if name != "TorchLabs":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    need("torchmetrics", "torchmetrics", "TorchLabs")
    from albert_robust.scoring.torch_metric import TorchLabs

    return TorchLabs


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
