"""An outcome: one variant of one example, and what the model made of it. There may be millions of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from albert_robust.text import Edit, Text

Status = Literal["tested", "not applicable", "unchanged", "rejected", "error", "not asked"]


class Change(NamedTuple):
    """An edit of one field: graphemes [start, end) of the original became `replacement`."""

    field: str
    start: int
    end: int
    replacement: str
    kind: str


def edited(original: Mapping[str, str], changes: Sequence[Change]) -> dict[str, str]:
    """Return the fields of an example with some edits."""
    fields = dict(original)
    for name in {change.field for change in changes}:
        edits = tuple(Edit(*change[1:]) for change in changes if change.field == name)
        fields[name] = str(Text(original[name], edits=edits))
    return fields


class _NoEntries(dict[str, Any]):
    """No entries. Outcomes share one such mapping, since there may be millions of them."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # dataclasses reject unhashable defaults as mutable


NO_ENTRIES = _NoEntries()


@dataclass(slots=True)
class Outcome:
    """One variant of one example (or the example itself, in a reference check) and what the model made of it.

    A run fills it in step by step: the variant, the outputs, the scores. It is written once, and there may be millions.

    Attributes:
        suite: The suite's name.
        cell: The cell's id in its suite.
        example: The example's id.
        language: BCP 47 tag.
        replicate: Which variant of the example.
        status: Only `tested` ones are measured.
        original: The example's fields.
        variant: The variant's fields; empty where there is none.
        variant_language: Of the variant's field whose language the output is in; empty where it is the original's.
        changes: The edits between the two.
        references: What the dataset expects.
        before: The model's output for the original; None where it was not asked or failed.
        after: Its output for the variant; of choices in another order with the letter that its choice had.
        scores_before: Label probabilities, where the model gives them.
        scores_after: Label probabilities.
        agreement: How alike the two outputs are, in [0, 1]. Where a check says where they should move, 0 if they do, else 1.
        quality_before: By metric, in [0, 1].
        quality_after: By metric.
        message: Why a case is an error or rejected, or which variant it repeats.
        said_before: What the model said to the original, where the output was found in it.
        said_after: What it said to the variant.
        block: Which block of its suite's examples it was asked in.
        cut: Tokens that the model did not read of the original or of the variant, whichever lost more.
        slices: What its example has in each column by whose values results are told apart.
        beside: What its example has in each further column that measures read.
    """

    suite: str
    cell: str
    example: str
    language: str
    replicate: int
    status: Status
    original: Mapping[str, str]
    variant: Mapping[str, str] = NO_ENTRIES
    changes: tuple[Change, ...] = ()
    references: tuple[str, ...] = ()
    before: str | None = None
    after: str | None = None
    scores_before: Mapping[str, float] = NO_ENTRIES
    scores_after: Mapping[str, float] = NO_ENTRIES
    agreement: float | None = None
    quality_before: Mapping[str, float] = NO_ENTRIES
    quality_after: Mapping[str, float] = NO_ENTRIES
    message: str = ""
    variant_language: str = ""
    said_before: str = ""
    said_after: str = ""
    block: int = 0
    cut: int = 0
    slices: Mapping[str, str] = NO_ENTRIES
    beside: Mapping[str, str] = NO_ENTRIES

    def watched(self, label: str | None) -> str:
        """Return whose probability is compared: that of a label, where it is empty of the original's; empty where it is None."""
        return label or (self.before if label is not None and self.before else "")

    @property
    def flipped(self) -> bool:
        """Whether the two outputs differ at all."""
        return self.agreement is not None and self.agreement < 1


def shortfall(outcome: Outcome, expectation: str, quality: str = "") -> float:
    """Return how far a tested case falls short of what its check expects, in [0, 1].

    Args:
        outcome: The case.
        expectation: Under invariance an output that changed falls short, under direction one that stayed, and in a reference
            check one below full quality.
        quality: A quality that counts alone. Without it, or if it could not be measured, the agreement counts, and in a
            reference check the mean of all qualities.
    """
    qualities = outcome.quality_before if expectation == "reference" else outcome.quality_after
    if quality in qualities:
        return 1 - qualities[quality]
    if expectation == "reference":
        return 1 - sum(qualities.values()) / len(qualities) if qualities else 0.0
    if outcome.agreement is None:
        return 0.0
    return outcome.agreement if expectation == "direction" else 1 - outcome.agreement
