"""Token classification: a text, answered by the entities in it.

`micro f1` is that of CoNLL-2003 (Tjong Kim Sang and De Meulder, 2003, arXiv:cs/0306050): label and both borders count. What
is said of a variant is compared in the places of the original: see `entities.py`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from albert_robust.data import Annotation
from albert_robust.scoring.statistics import Floats
from albert_robust.tasks.entities import Entity, annotated, entities_of, names_of, read_back, renamed, unplaced
from albert_robust.tasks.sets import counts_of, f1, micro_f1, one_more_text, recall
from albert_robust.tasks.task import Aggregate, Answer, Each, Quality, Task


def entity_f1(output: str, other: str) -> float:
    """Return F1 of two sets of entities, of which those with the same label and borders are the same; 1 if both are empty."""
    return f1(_whats(output), _whats(other))


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
    return recall(_whats(output), _whats(reference))


def _counts(answers: Sequence[Answer]) -> Floats:
    return counts_of((_whats(answer.output), _whats(answer.references[0])) for answer in answers)


def _whats(output: str) -> set[object]:
    return {entity.what for entity in entities_of(output)}


TASK = Task(
    name="token-classification",
    inputs=("text",),
    reference="entities",
    perturbed=("text",),
    agreements={"entity f1": Each(entity_f1), "overlap f1": Each(overlap_f1), "label f1": Each(label_f1)},
    qualities={
        "entity f1": Quality(Each(entity_f1)),
        "entity recall": Quality(Each(entity_recall)),
        "overlap f1": Quality(Each(overlap_f1)),
    },
    aggregates={"micro f1": Aggregate(_counts, micro_f1, one_more_text)},
    output_key="entities",
    output_type="list of entities",
    annotation=Annotation(
        "text",
        annotated,
        names_of,
        renamed,
        unplaced,
        "entities",
        "write [{start: 0, end: 4, label: PER}], or a tag for each token",
    ),
    map_back=read_back,
    spanless_agreements=("label f1",),
    starter_prompt=(
        "List what the text names, each as {labels}, in the order of the text. Answer with JSON alone: "
        '[{"text": ..., "label": ...}], or [] if it names nothing.\n\n{text}'
    ),
    starter_quality="entity f1 >= 0.3",
)
