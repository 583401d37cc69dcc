"""Predict: each unique input is asked once, in large batches, sorted by length, through the cache.

A batch that raises is halved until the example that raises is alone: that example is an error, the others go on.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from albert_robust.errors import InputError, MissingExtraError, UsageError
from albert_robust.models import Inputs, Model
from albert_robust.running.cache import Cache, key
from albert_robust.tasks import Prediction, Task

DIGITS = 6  # of a probability: a machine's last bits shape neither files nor verdicts


@dataclass
class Cost:
    """What a run asked for."""

    unique_inputs: int = 0
    predicted: int = 0
    from_cache: int = 0
    calls: int = 0


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
    model: Model, task: Task, inputs: Iterable[Inputs], *, cache: Cache, scope: str, batch: int, cost: Cost
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
    for start in range(0, len(missing), batch):
        chunk = missing[start : start + batch]
        _ask(model, task, chunk, unique, answers, cost)
        made = [(names[name], answers.predictions[name]) for name in chunk if name in answers.predictions]
        cache.put((name, {"output": found.output, "scores": dict(found.scores)}) for name, found in made)
    return answers


def _ask(
    model: Model, task: Task, chunk: Sequence[str], unique: Mapping[str, Inputs], answers: Answers, cost: Cost
) -> None:
    cost.calls += 1
    try:
        results = model.predict([unique[name] for name in chunk])
    except (InputError, MissingExtraError, UsageError):
        raise  # the model cannot be had at all: no example is to blame
    except Exception as error:
        if len(chunk) == 1:
            answers.failures[chunk[0]] = f"the model raises {type(error).__name__}: {error}"
            return
        middle = len(chunk) // 2
        _ask(model, task, chunk[:middle], unique, answers, cost)
        _ask(model, task, chunk[middle:], unique, answers, cost)
        return
    if not isinstance(results, Sequence) or isinstance(results, str) or len(results) != len(chunk):
        count = len(results) if isinstance(results, Sequence) else type(results).__name__
        raise ModelContractError(f"the model returned {count} outputs for {len(chunk)} inputs")
    for name, result in zip(chunk, results, strict=True):
        _read(task, name, result, answers)


def _read(task: Task, name: str, result: Any, answers: Answers) -> None:
    try:
        prediction = task.read(result)
    except (ValueError, TypeError) as error:
        answers.failures[name] = str(error)
        return
    scores = {label: round(value, DIGITS) for label, value in sorted(prediction.scores.items())}
    answers.predictions[name] = Prediction(prediction.output, scores)


class ModelContractError(ValueError):
    """The model does not answer as models must; no example of it can be trusted."""
