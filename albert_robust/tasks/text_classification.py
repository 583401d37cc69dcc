"""Text classification: one label for a text.

Of the measures, kappa is the one on the scale of LABS, where 0 is unrelated and 1 the same. Cohen (1960),
doi:10.1177/001316446002000104: (accuracy - chance) / (1 - chance), where chance is how often the same outputs would be
right beside other examples' labels, which is what the floor of LABS is for texts. With 1/labels for chance (Bennett et
al., 1954, doi:10.1086/266520) a model that always says the label of nine examples in ten would stand at 0.8 of two
labels, though its output has nothing to do with its input; kappa puts every such model at 0.
"""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from albert_robust.scoring.statistics import Floats
from albert_robust.tasks.conduct import RESISTS
from albert_robust.tasks.task import Aggregate, Answer, Compared, Each, Labs, Quality, Task, TextScorer


def label(value: Any) -> str | None:
    """Return a label as it is kept: a string without blanks around it, a whole number as its digits, as a dataset's are too."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return str(int(value))
    return str(value).strip() if isinstance(value, str) else None  # numpy's strings become Python's


def equality(output: str, reference: str) -> float:
    """Return 1 if two labels are the same, else 0."""
    return float(output == reference)


class LabsOfLabels(Labs):
    """1 where two labels are the same, else the LABS F of their names, which may be in different languages."""

    def __call__(self, pairs: Sequence[Compared], scorer: TextScorer) -> list[float]:
        """Return the number of each pair."""
        unlike = iter(super().__call__([pair for pair in pairs if pair.output != pair.reference], scorer))
        return [1.0 if pair.output == pair.reference else next(unlike) for pair in pairs]


def label_counts(answers: Sequence[Answer]) -> Floats:
    """Return what each answer adds to three counts a label, shape (answers, labels, 3).

    The counts: output and reference say the label, the output says it, the reference says it. Of several accepted labels
    the reference is the one that the output says, else the first. The labels are those of the references, and one for all that
    outputs alone say, which may be as many texts as there are answers.
    """
    pairs = [(answer.output, _reference(answer)) for answer in answers]
    labels = {label: place for place, label in enumerate(sorted({reference for _, reference in pairs}))}
    counts = np.zeros((len(pairs), len(labels) + 1, 3))
    for row, (output, reference) in enumerate(pairs):
        said = labels.get(output, len(labels))
        counts[row, said, 1] = 1
        counts[row, labels[reference], 2] = 1
        counts[row, said, 0] = output == reference
    return counts


def _reference(answer: Answer) -> str:
    return answer.output if answer.output in answer.references else answer.references[0]


def one_more_label(sums: Floats) -> tuple[Floats, Floats]:
    """Return what one mistake more adds, shared by the labels of the references, and what one right answer more of each does.

    Args:
        sums: Over all answers, shape (labels, 3), as `label_counts` has them.
    """
    there = (sums[:, 2] > 0).astype(np.float64)
    share = there / there.sum()
    return np.stack([np.zeros_like(share), share, share], axis=-1), np.stack([there] * 3, axis=-1)


def macro_f1(counts: Floats) -> Floats:
    """Return the mean F1 over the labels of the references, from summed counts, shape (draws, labels, 3); nan for none.

    What outputs alone name costs the label that they miss and is no class of its own, as it is in scikit-learn: a chat model's
    answers that are no label would else weigh as much as they differ in wording.
    """
    there = counts[..., 2] > 0
    either = counts[..., 1] + counts[..., 2]
    f1 = np.divide(2 * counts[..., 0], either, out=np.zeros_like(either), where=there)
    labels = there.sum(axis=-1).astype(np.float64)
    mean: Floats = np.divide(f1.sum(axis=-1), labels, out=np.full_like(labels, np.nan), where=labels > 0)
    return mean


def kappa(counts: Floats) -> Floats:
    """Return Cohen's kappa from summed counts.

    Args:
        counts: Shape (draws, labels, 3), as `label_counts` has them.

    Returns:
        Numbers in [-1, 1], shape (draws,): 0 is chance, 1 no error. Where outputs and references all say one label,
        being right is no evidence: nan.
    """
    total = counts[..., 1].sum(axis=-1)
    accuracy = counts[..., 0].sum(axis=-1) / total
    chance = (counts[..., 1] * counts[..., 2]).sum(axis=-1) / total**2
    undefined = np.full_like(chance, np.nan)
    value: Floats = np.divide(accuracy - chance, 1 - chance, out=undefined, where=chance < 1)
    return value


def _kappa_from_zero(counts: Floats) -> Floats:
    return np.clip(kappa(counts), 0, 1)  # worse than chance is no better than unrelated


TASK = Task(
    name="text-classification",
    inputs=("text",),
    reference="label",
    perturbed=("text",),
    agreements={"equality": Each(equality), "labs": LabsOfLabels()},
    qualities={
        "accuracy": Quality(Each(equality)),
        "labs": Quality(LabsOfLabels(), on_request=True),
        **RESISTS,
    },
    aggregates={
        "macro f1": Aggregate(label_counts, macro_f1, one_more_label),
        "kappa": Aggregate(label_counts, _kappa_from_zero, one_more_label),
    },
    output_key="label",
    single_label=True,
    parse=label,
    starter_prompt="What is this text: {labels}? Answer with one of these alone.\n\n{text}",
)
