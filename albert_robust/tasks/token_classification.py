"""Token classification: a text, answered by the entities in it.

`micro f1` is that of CoNLL-2003 (Tjong Kim Sang and De Meulder, 2003, arXiv:cs/0306050): label and both borders count. What
is said of a variant is compared in the places of the original: see `entities.py`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import nan

import numpy as np

from albert_robust.data import Annotation
from albert_robust.scoring.statistics import Floats
from albert_robust.tasks.entities import Entity, annotated, entities_of, read_back
from albert_robust.tasks.task import Aggregate, Answer, Quality, Task, each


def entity_f1(output: str, other: str) -> float:
    """Return F1 of two sets of entities, of which those with the same label and borders are the same; 1 if both are empty."""
    one, two = ({entity.what for entity in entities_of(text)} for text in (output, other))
    return 2 * len(one & two) / (len(one) + len(two)) if one or two else 1.0


def overlap_f1(output: str, other: str) -> float:
    """Return the share of the entities of both sides that overlap one of their label on the other; 1 if there are none."""
    one, two = entities_of(output), entities_of(other)
    met = sum(_is_met(entity, two) for entity in one) + sum(_is_met(entity, one) for entity in two)
    return met / (len(one) + len(two)) if one or two else 1.0


def _is_met(entity: Entity, others: Iterable[Entity]) -> bool:
    return any(
        entity.what == other.what
        or (entity.label == other.label and max(entity.start, other.start) < min(entity.end, other.end))
        for other in others
    )


def label_f1(output: str, other: str) -> float:
    """Return F1 of the labels of two sets of entities, each as often as it is there, wherever; 1 if both are empty."""
    one, two = (Counter(entity.label for entity in entities_of(text)) for text in (output, other))
    return 2 * (one & two).total() / (one.total() + two.total()) if one or two else 1.0


def entity_recall(output: str, reference: str) -> float:
    """Return the share of the reference's entities that an output has; nan where there are none."""
    one, two = ({entity.what for entity in entities_of(text)} for text in (output, reference))
    return len(one & two) / len(two) if two else nan


def entity_counts(answers: Sequence[Answer]) -> Floats:
    """Return what each answer adds to four counts, shape (answers, 4).

    The counts: entities that are in output and reference, in the output, in the reference; and answers with entities in either.
    """
    counts = np.zeros((len(answers), 4))
    for row, answer in enumerate(answers):
        one, two = ({entity.what for entity in entities_of(text)} for text in (answer.output, answer.references[0]))
        counts[row] = len(one & two), len(one), len(two), bool(one or two)
    return counts


def micro_f1(counts: Floats) -> Floats:
    """Return F1 over all entities from summed counts, shape (draws, 4); nan where there are none."""
    both = counts[..., 1] + counts[..., 2]
    found: Floats = np.divide(2 * counts[..., 0], both, out=np.full_like(both, nan), where=both > 0)
    return found


def one_more_text(sums: Floats) -> tuple[Floats, Floats]:
    """Return what a text more would add of which all is wrong, and one of which all is right.

    It holds as many entities as one that holds some usually does.

    Args:
        sums: Over all answers, shape (4,), as `entity_counts` has them; not of texts without entities alone.
    """
    usual = max(1.0, sums[2] / sums[3])
    return np.array([0.0, usual, usual, 1.0]), np.array([usual, usual, usual, 1.0])


TASK = Task(
    name="token-classification",
    inputs=("text",),
    reference="entities",
    perturbed=("text",),
    agreements={"entity f1": each(entity_f1), "overlap f1": each(overlap_f1), "label f1": each(label_f1)},
    qualities={
        "entity f1": Quality(each(entity_f1)),
        "entity recall": Quality(each(entity_recall)),
        "overlap f1": Quality(each(overlap_f1)),
    },
    aggregates={"micro f1": Aggregate(entity_counts, micro_f1, one_more_text)},
    key="entities",
    speaks="text",
    kind="list of entities",
    annotation=Annotation("text", annotated),
    back=read_back,
    placeless=("label f1",),
)
