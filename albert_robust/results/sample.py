"""Sample: which examples a cell had, what was made of them, and a few of their texts, references and outputs."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from albert_robust.results.fingerprint import Fingerprint, digest
from albert_robust.results.outcome import Outcome

INPUTS = 100  # that are kept
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
        outputs: Outputs for originals; the first two that differ.
        varied: Outputs for variants; the first two that differ.
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

    def add(self, outcomes: Sequence[Outcome]) -> list[int]:
        """Take cases, and return the index of each one's example."""
        indices = self._indices
        known = len(indices)
        owners = [indices.setdefault(outcome.example, len(indices)) for outcome in outcomes]
        self._add_examples({owner: one for one, owner in zip(outcomes, owners, strict=True) if owner >= known})
        self.variants.add(
            [
                digest((outcome.example, str(outcome.replicate), outcome.variant_language, *outcome.variant.values()))
                for outcome in outcomes
            ]
        )
        self.several = self.several or any(outcome.replicate for outcome in outcomes)
        tested = [outcome for outcome in outcomes if outcome.status == "tested"]
        _add_outputs(self.outputs, [outcome.before for outcome in tested])
        _add_outputs(self.varied, [outcome.after for outcome in tested])
        return owners

    def _add_examples(self, outcomes: Mapping[int, Outcome]) -> None:
        rows = [(one.example, tuple(one.original.values()), one.references) for one in outcomes.values()]
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


def _add_outputs(known: set[str], outputs: Iterable[str | None]) -> None:
    """Add outputs to those that are known, until these are two."""
    for output in dict.fromkeys(outputs):
        if output is not None and len(known) < 2:
            known.add(output)


@lru_cache(maxsize=SHARED)
def _digests(example: str, texts: tuple[str, ...], references: tuple[str, ...]) -> tuple[int, int]:
    """Return the digests of an example without its references and with them."""
    return digest((example, *texts)), digest((example, *texts, *references))
