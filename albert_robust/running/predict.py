"""Predict: each unique input is asked once, in large batches, sorted by length, through the cache."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from albert_robust.models import Inputs, Model
from albert_robust.running.ask import LIMITS, Asker, Cost, Failure, Limits
from albert_robust.running.cache import Cache, key
from albert_robust.tasks import Prediction, Task


@dataclass(frozen=True)
class Answers:
    """What the model made of each unique input: a prediction or the reason why there is none."""

    predictions: dict[str, Prediction] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def of(self, inputs: Inputs) -> Prediction | str:
        """Return the prediction for an input, or why there is none."""
        name = input_key(inputs)
        return self.failures[name] if name in self.failures else self.predictions[name]


_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


def input_key(inputs: Inputs) -> str:
    """Return what tells one input from another."""
    return _encode(dict(inputs))


def predict(
    model: Model,
    task: Task,
    inputs: Iterable[Inputs],
    *,
    cache: Cache,
    scope: str,
    batch: int,
    cost: Cost,
    limits: Limits = LIMITS,
) -> Answers:
    """Return the model's answers for all inputs.

    Args:
        model: The model.
        task: Says how answers are read.
        inputs: In any order, repeats allowed.
        cache: Where answers are looked up and kept.
        scope: Stands for the identity of a model that has none: its answers are kept for this run alone.
        batch: Inputs a call, at most.
        cost: Is added to.
        limits: How long and how often the model is asked.
    """
    unique = {input_key(one): one for one in inputs}
    names = {name: key("prediction", model.identity or scope, task.name, name) for name in unique}
    answers = Answers()
    cached = cache.get(list(names.values()))
    for name in unique:
        kept = cached.get(names[name])
        if isinstance(kept, dict) and kept.keys() == {"output", "scores"}:
            answers.predictions[name] = Prediction(**kept)
    missing = [name for name in unique if name not in answers.predictions]
    cost.unique_inputs += len(unique)
    cost.from_cache += len(unique) - len(missing)
    cost.predicted += len(missing)
    missing.sort(key=lambda name: (len(name), name))
    asker = Asker(model, task, limits, cost)
    for start in range(0, len(missing), batch):
        chunk = missing[start : start + batch]
        for name, found in zip(chunk, asker.ask([unique[name] for name in chunk]), strict=True):
            if isinstance(found, Failure):
                answers.failures[name] = found.message
            else:
                answers.predictions[name] = found
        made = [(names[name], answers.predictions[name]) for name in chunk if name in answers.predictions]
        cache.put((name, {"output": found.output, "scores": dict(found.scores)}) for name, found in made)
    return answers
