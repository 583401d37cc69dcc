"""Stand-ins for a model, which answer without understanding. A suite that lets one pass says little about a model that passes."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from albert_robust.data import Example
from albert_robust.models.model import Inputs
from albert_robust.tasks import Task

LEVELS = 5  # of a number that is drawn
LABELS = ("yes", "no")  # where neither the model nor the data name any
SAID = "I do not know."
Choose = Callable[[Inputs, int], Any]


@dataclass(frozen=True, slots=True)
class StandIn:
    """A function that answers without understanding.

    Attributes:
        name: What it does.
        caught_by: The expectations of checks that it should fail.
        predict: A list of inputs in, a list of answers out.
    """

    name: str
    caught_by: tuple[str, ...]
    predict: Callable[[list[dict[str, str]]], list[Any]]


def stand_ins(
    task: Task,
    examples: Sequence[Example],
    labels: Sequence[str] = (),
    bounds: tuple[float, float] = (0.0, 1.0),
    watched: Collection[str] = (),
) -> list[StandIn]:
    """Return the stand-ins for a model of a task.

    Args:
        task: The task of the model.
        examples: Their references are the answers.
        labels: The labels that the model may answer; none for those of the data.
        bounds: The lowest and the highest number, if answers are numbers.
        watched: Labels whose probability is asked for, beside those that are answered.
    """
    choose = _chooser(task, [*_references(examples)], labels, bounds, watched)
    found = [
        StandIn("one answer", ("direction", "reference"), lambda batch: [choose(one, 0) for one in batch]),
        StandIn("by chance", ("invariance",), lambda batch: [choose(one, _drawn(one)) for one in batch]),
    ]
    if task.free_text:
        field = task.source_field
        found.append(StandIn("its input", ("reference", "direction"), lambda batch: [one[field] for one in batch]))
    return found


def _references(examples: Iterable[Example]) -> dict[str, int]:
    """Return the references with their counts, the most frequent first."""
    counts = Counter(reference for one in examples for reference in one.references)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _chooser(
    task: Task,
    references: Sequence[str],
    labels: Sequence[str],
    bounds: tuple[float, float],
    watched: Collection[str],
) -> Choose:
    """Return a function that answers an input with one of the possible answers, chosen by a number; of labels, it is certain."""
    if task.annotation is not None:
        held = [label for reference in references for label in task.annotation.labels(reference)]
        labels = labels or [*dict.fromkeys(held)] or LABELS
    if task.annotation is not None and task.has_spans:
        field = task.annotation.field
        return lambda inputs, place: _one_word(inputs[field], labels, place)
    pool: Sequence[Any] = references or labels or (LABELS if task.single_label else (SAID,))
    if task.multi_label:
        none = dict.fromkeys((*labels, *watched), 0.0)
        pool = [{"labels": none}, *({"labels": none | {label: 1.0}} for label in labels)]
    elif task.numeric:
        low, high = bounds
        pool = [low + (high - low) * level / (LEVELS - 1) for level in range(LEVELS)]
    if task.single_label:
        impossible = dict.fromkeys((*pool, *watched), 0.0)
        pool = [{"label": label, "scores": impossible | {label: 1.0}} for label in pool]
    return lambda inputs, place: pool[place % len(pool)]


def _one_word(text: str, labels: Sequence[str], place: int) -> list[dict[str, str]]:
    """Return no entity for 0, else one word as an entity."""
    words = text.split()
    if not place or not words:
        return []
    return [{"text": words[place % len(words)], "label": labels[place % len(labels)]}]


def _drawn(inputs: Mapping[str, str]) -> int:
    """Return a number that is the same for the same inputs alone."""
    return int.from_bytes(blake2b(json.dumps(inputs, sort_keys=True).encode(), digest_size=8).digest(), "big")
