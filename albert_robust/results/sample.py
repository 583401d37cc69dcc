"""Sample: which examples a cell had, what was made of them, and a few of their texts, references and outputs."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from albert_robust.models.prompt import SYSTEM, TEMPLATE
from albert_robust.results.fingerprint import Fingerprint, digest
from albert_robust.results.outcome import Outcome

INPUTS = 100  # that are kept
OUTPUTS, LABEL = 50, 60  # outputs that are kept, and the most characters of one that may be a label
TOLD = {SYSTEM, TEMPLATE}  # the model's own texts, which stand among the fields of examples where a check perturbs them
SHARED = 2048  # examples whose digests are remembered: those of a block, which all cells have


class Sample:
    """The examples of a cell.

    Attributes:
        inputs: Fingerprint of the examples.
        references: Fingerprint of the examples with their references.
        variants: Fingerprint of their variants.
        several: Whether an example has more than one variant.
        asked: The originals; the first few.
        expected: Their references; the first two that differ.
        outputs: Outputs for originals; of labels the first fifty that differ, of texts the first two.
        varied: Outputs for variants; as many.
        slices: The indices of the examples with each value, by column and value.
    """

    def __init__(self) -> None:
        self.inputs = Fingerprint()
        self.references = Fingerprint()
        self.variants = Fingerprint()
        self.several = False
        self.asked: set[tuple[str, ...]] = set()
        self.expected: set[tuple[str, ...]] = set()
        self.outputs: set[str] = set()
        self.varied: set[str] = set()
        self.slices: dict[str, dict[str, list[int]]] = {}
        self._indices: dict[str, int] = {}

    @property
    def examples(self) -> list[str]:
        """The ids of the examples, by index: in order of appearance."""
        return list(self._indices)

    def index(self, example: str) -> int:
        """Return the index of an example that a case was of."""
        return self._indices[example]

    def add(self, outcomes: Sequence[Outcome], tested: Sequence[Outcome]) -> list[int]:
        """Take cases of a cell, and return the index of each one's example.

        Args:
            outcomes: All cases.
            tested: Those of them that were tested.
        """
        indices = self._indices
        known = len(indices)
        owners = [indices.setdefault(outcome.example, len(indices)) for outcome in outcomes]
        self._add_examples({owner: one for one, owner in zip(outcomes, owners, strict=True) if owner >= known})
        self.variants.add(
            [
                digest((outcome.example, str(outcome.replicate), outcome.variant_language, *texts))
                for outcome, texts in zip(outcomes, _made(outcomes), strict=True)
            ]
        )
        self.several = self.several or any(outcome.replicate for outcome in outcomes)
        _add_outputs(self.outputs, [outcome.before for outcome in tested])
        _add_outputs(self.varied, [outcome.after for outcome in tested])
        return owners

    def _add_examples(self, outcomes: Mapping[int, Outcome]) -> None:
        rows = [(one.example, _texts(one.original), one.references) for one in outcomes.values()]
        digests = [_digests(*row) for row in rows]
        self.inputs.add([without for without, _ in digests])
        self.references.add([beside for _, beside in digests])
        for _, texts, references in rows:
            if len(self.asked) < INPUTS:
                self.asked.add(texts)
            if len(self.expected) < 2:
                self.expected.add(references)
        for index, outcome in outcomes.items():
            for column, value in outcome.slices.items():
                self.slices.setdefault(column, {}).setdefault(value, []).append(index)


def _texts(original: Mapping[str, str]) -> tuple[str, ...]:
    """Return the texts of an example: what two prompts are told of it is the same, though each tells it in its own way."""
    if TOLD.isdisjoint(original):
        return tuple(original.values())
    return tuple(text for name, text in original.items() if name not in TOLD)


def _made(outcomes: Sequence[Outcome]) -> Iterable[Iterable[str]]:
    """Return the texts of the variants of a cell; of the model's own those that are perturbed."""
    if not outcomes or TOLD.isdisjoint(outcomes[0].original):  # all have the same fields
        return [one.variant.values() for one in outcomes]
    return [
        [text for name, text in one.variant.items() if name not in TOLD or text != one.original[name]]
        for one in outcomes
    ]


def _add_outputs(known: set[str], outputs: Iterable[str | None]) -> None:
    """Add outputs to those that are known, until these are two, or as many as there may be labels."""
    for output in dict.fromkeys(outputs):
        if output is not None and len(known) < (OUTPUTS if len(output) <= LABEL else 2):
            known.add(output)


@lru_cache(maxsize=SHARED)
def _digests(example: str, texts: tuple[str, ...], references: tuple[str, ...]) -> tuple[int, int]:
    """Return the digests of an example without its references and with them."""
    return digest((example, *texts)), digest((example, *texts, *references))
