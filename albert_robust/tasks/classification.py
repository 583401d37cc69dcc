"""Text classification: one label for a text."""

from collections.abc import Sequence

import numpy as np

from albert_robust.scoring.statistics import Floats
from albert_robust.tasks.task import Aggregate, Task, each


def equality(output: str, reference: str) -> float:
    """Return 1 if two labels are the same, else 0."""
    return float(output == reference)


def label_counts(pairs: Sequence[tuple[str, str]]) -> Floats:
    """Return what each (output, reference) pair adds to three counts a label, shape (pairs, labels, 3).

    The counts: both say the label, the output says it, the reference says it.
    """
    labels = {label: place for place, label in enumerate(sorted({label for pair in pairs for label in pair}))}
    counts = np.zeros((len(pairs), len(labels), 3))
    for row, (output, reference) in enumerate(pairs):
        counts[row, labels[output], 1] = 1
        counts[row, labels[reference], 2] = 1
        counts[row, labels[output], 0] = output == reference
    return counts


def macro_f1(counts: Floats) -> Floats:
    """Return the mean F1 over the labels that occur, from summed counts, shape (draws, labels, 3)."""
    either = counts[..., 1] + counts[..., 2]
    f1 = np.divide(2 * counts[..., 0], either, out=np.zeros_like(either), where=either > 0)
    labels: Floats = (either > 0).sum(axis=-1)
    mean: Floats = f1.sum(axis=-1) / np.maximum(labels, 1)
    return mean


TASK = Task(
    name="text-classification",
    inputs=("text",),
    reference="label",
    perturbed=("text",),
    agreements={"equality": each(equality)},
    qualities={"accuracy": each(equality)},
    aggregates={"macro f1": Aggregate(label_counts, macro_f1)},
    key="label",
    labels=True,
)
