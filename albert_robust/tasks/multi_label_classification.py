"""Multi-label classification: a text, answered by those labels that it has, be they none or several.

An answer is kept as its labels in alphabetical order, `anger; fear`. Micro F1 counts each label of each text, macro F1 takes all
labels alike.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from albert_robust.data import Annotation
from albert_robust.data.cells import is_empty, text_of
from albert_robust.errors import Mistake
from albert_robust.scoring.statistics import Floats
from albert_robust.shown import quoted
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
        ValueError: A label is empty, or there are numbers for labels, and nothing says of which.
    """
    answer = _listed(answer)
    if not isinstance(answer, Iterable) or isinstance(answer, str | bytes):
        return None
    listed = list(answer)
    if _is_vector(listed):
        raise ValueError(f"a number for each label, but not its name: {quoted(listed)}, write {{name: number}}")
    labels = list(_named(listed))
    return None if None in labels else kept(label for label in labels if label)


def kept(labels: Iterable[str]) -> str:
    """Return labels as they are kept: each once, in alphabetical order."""
    return BETWEEN.join(sorted(set(labels)))


def probabilities(answer: Any) -> dict[str, float]:
    """Return the probability of each label that a model gave with one, whether or not the text has it."""
    scored = ((_first(one, LABEL), _first(one, SCORE)) for one in _listed(answer) or () if isinstance(one, Mapping))
    return {_kept(name): float(score) for name, score in scored if isinstance(name, str) and isinstance(score, Real)}


def marked(cells: Mapping[str, Any]) -> list[str] | None:
    """Return the labels whose cells say that a text has them: 1, true, or a share from a half on. None where all cells are empty.

    Raises:
        Mistake: A cell says neither yes nor no.
    """
    if all(is_empty(cell) for cell in cells.values()):
        return None
    return [label for label, cell in cells.items() if _share(label, cell) >= LEAST]


def _share(label: str, cell: Any) -> float:
    try:
        share = {"true": 1.0, "false": 0.0}.get(text_of(cell).lower())
        share = float(text_of(cell)) if share is None else share
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise Mistake(
            f"{label!r} holds {quoted(cell)}, expected 0 or 1", "write 1 where the text has the label, else 0"
        )
    return share


def _listed(answer: Any) -> Any:
    """Return the list of labels, or of labels with scores, that an answer is, in whatever form; anything else as it is."""
    if isinstance(answer, str):
        found = json_in(answer)
        answer = parted(answer) if found is None else found
    if isinstance(answer, Mapping) and "labels" in answer:
        answer = answer["labels"]
    if isinstance(answer, Mapping):
        return [{"label": label, "score": score} for label, score in answer.items()]
    return answer.tolist() if hasattr(answer, "tolist") else answer  # an array


def _is_vector(listed: Sequence[Any]) -> bool:
    """Return whether a list has a number for each label: truth values, fractions, or 0 and 1 more than once.

    Whole numbers that are all different may be names.
    """
    if not listed or not all(isinstance(one, Real) for one in listed):
        return False
    if any(isinstance(one, bool) or not isinstance(one, Integral) for one in listed):
        return True
    return set(listed) <= {0, 1} and len(set(listed)) < len(listed)


def _first(one: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((one[key] for key in keys if key in one), None)


def renamed(output: str, names: Mapping[str, str]) -> str:
    """Return an output whose labels have other names, as far as these are given."""
    return kept(_kept(names.get(label, label)) for label in labels_of(output))


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
            name = _first(one, LABEL)
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
        "text",
        several,
        labels_of,
        renamed,
        nowhere,
        "labels",
        "write [anger, fear], or [] where there are none",
        marked,
    ),
    probabilities=probabilities,
    starter_prompt=(
        "Which of these does the text have: {labels}? Answer with those alone, and commas between them; with none if it has none."
        "\n\n{text}"
    ),
    starter_quality="label f1 >= 0.5",
)
