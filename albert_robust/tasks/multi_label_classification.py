"""Multi-label classification: a text, answered by those labels that it has, be they none or several.

An answer is kept as its labels in alphabetical order, `anger; fear`. Micro F1 counts each label of each text, macro F1 takes all
labels alike.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from albert_robust.data import Annotation
from albert_robust.scoring.statistics import Floats
from albert_robust.tasks.entities import BETWEEN, json_in
from albert_robust.tasks.sets import counts_of, f1, micro_f1, one_more_text, recall
from albert_robust.tasks.task import Aggregate, Answer, Each, Quality, Task
from albert_robust.tasks.text_classification import macro_f1, one_more_label

LEAST = 0.5  # the probability from which a text has a label
NONE = "none"  # said where there is no label
LABEL, SCORE = ("label", "name", "class"), ("score", "probability", "p")


def labels_of(output: str) -> list[str]:
    """Return the labels of an output, in alphabetical order."""
    return output.split(BETWEEN) if output else []


def several(answer: Any, text: str = "") -> str | None:
    """Return labels as they are kept; an empty string where there are none.

    Args:
        answer: A list of labels, or of labels with scores, or `{label: probability}`, of which those from a half on count; any of
            them as JSON; or labels in a row, with commas or semicolons between them, or `none`.
        text: What they are of.

    Returns:
        The labels; None where the answer is none of that.

    Raises:
        ValueError: A label is empty.
    """
    if isinstance(answer, str):
        found = json_in(answer)
        answer = parted(answer) if found is None else found
    if isinstance(answer, Mapping) and "labels" in answer:
        answer = answer["labels"]
    if isinstance(answer, Mapping):
        answer = [{"label": label, "score": score} for label, score in answer.items()]
    if hasattr(answer, "tolist"):  # an array
        answer = answer.tolist()
    if not isinstance(answer, Iterable) or isinstance(answer, str | bytes):
        return None
    labels = list(_named(answer))
    return None if None in labels else BETWEEN.join(sorted({str(label) for label in labels}))


def renamed(output: str, names: Mapping[str, str]) -> str:
    """Return an output whose labels have other names, as far as these are given."""
    return BETWEEN.join(sorted({_kept(names.get(label, label)) for label in labels_of(output)}))


def nowhere(output: str) -> list[str]:
    """Return nothing: labels stand in no text."""
    return []


def parted(said: str) -> list[str]:
    """Return labels that stand in a row."""
    parts = [part.strip() for part in said.replace(";", ",").replace("\n", ",").split(",")]
    return [part for part in parts if part and part.casefold() != NONE]


def _named(answer: Iterable[Any]) -> Iterator[str | None]:
    """Yield the labels that an answer holds; None in the place of what is none."""
    for one in answer:
        name = one
        if isinstance(one, Mapping):
            score = next((one[key] for key in SCORE if key in one), 1.0)
            if not isinstance(score, Real):
                yield None
                continue
            if float(score) < LEAST:
                continue
            name = next((one[key] for key in LABEL if key in one), None)
        if isinstance(name, Integral) and not isinstance(name, bool):
            name = str(int(name))
        if not isinstance(name, str):
            yield None
            continue
        label = _kept(name)
        if not label:
            raise ValueError("a label is empty")
        yield label


def _kept(name: str) -> str:
    """Return a label on one line, without what stands between labels."""
    return " ".join(name.replace(BETWEEN[0], ",").split())


def label_f1(output: str, other: str) -> float:
    """Return F1 of two sets of labels; 1 if both are empty."""
    return f1(set(labels_of(output)), set(labels_of(other)))


def label_recall(output: str, reference: str) -> float:
    """Return the share of the reference's labels that an output has; nan where there are none."""
    return recall(set(labels_of(output)), set(labels_of(reference)))


def same(output: str, other: str) -> float:
    """Return 1 if two sets of labels are the same, else 0."""
    return float(output == other)


def _counts(answers: Sequence[Answer]) -> Floats:
    return counts_of((set(labels_of(one.output)), set(labels_of(one.references[0]))) for one in answers)


def counts_a_label(answers: Sequence[Answer]) -> Floats:
    """Return what each answer adds to three counts a label of the references, shape (answers, labels, 3).

    The counts are those of `label_counts`.
    """
    pairs = [(set(labels_of(one.output)), set(labels_of(one.references[0]))) for one in answers]
    names = sorted({name for _, reference in pairs for name in reference})
    rows = [[(name in one and name in two, name in one, name in two) for name in names] for one, two in pairs]
    return np.array(rows, dtype=np.float64).reshape(len(pairs), len(names), 3)


TASK = Task(
    name="multi-label-classification",
    inputs=("text",),
    reference="labels",
    perturbed=("text",),
    agreements={"label f1": Each(label_f1), "exact match": Each(same)},
    qualities={
        "label f1": Quality(Each(label_f1)),
        "label recall": Quality(Each(label_recall)),
        "exact match": Quality(Each(same)),
    },
    aggregates={
        "micro f1": Aggregate(_counts, micro_f1, one_more_text),
        "macro f1": Aggregate(counts_a_label, macro_f1, one_more_label),
    },
    output_key="labels",
    output_type="list of labels",
    annotation=Annotation(
        "text", several, labels_of, renamed, nowhere, "labels", "write [anger, fear], or [] where there are none"
    ),
    starter_prompt=(
        "Which of these does the text have: {labels}? Answer with those alone, and commas between them; with none if it has none."
        "\n\n{text}"
    ),
    starter_quality="label f1 >= 0.5",
)
