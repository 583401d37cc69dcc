"""What a first suite says about its model, by the name that a user gave, and the data."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from albert_robust.data import Example
from albert_robust.errors import UsageError
from albert_robust.models import KINDS
from albert_robust.models.checkpoint import labels_in
from albert_robust.models.kind import Kind
from albert_robust.models.reply.plain import bare
from albert_robust.shown import SHOWN_CHOICES
from albert_robust.starter.labels import chooses, labels_of
from albert_robust.suite.models import instead
from albert_robust.suite.suite import Suite
from albert_robust.tasks import Task

CHOOSE = "{text}\n\nAnswer with the letter alone."
WRITERS = ("ForCausalLM", "LMHeadModel")  # architectures that go on with a text, and so must be asked by a prompt
CLASSIFIER = "ForSequenceClassification"
_BEHIND = re.compile(r"(.*?)@?(https?://.*)")
_HUB = re.compile(r"\w[\w.-]*(?:/[\w.-]+)?", re.ASCII)  # `builtin`, or as a hub names checkpoints


def model_for(
    model: str, task: Task, examples: Sequence[Example], out: Path, reference_language: str
) -> dict[str, Any]:
    """Return what a suite says about a model, with the labels and the range that the data have."""
    asked = _prompt(task, examples, reference_language)
    named = _named(model, task, out, asked) or _endpoint(model, task, asked)
    labels = named.get("labels")
    if labels is not None and len(labels) < 2:
        what = "the data have one label" if labels else "the data have no labels"
        raise UsageError(f"{what}: a model that is asked by a prompt chooses between two or more")
    classifies = "transformers" in named and "prompt" not in named
    if classifies and (names := _names(task, examples, out.parent / named["transformers"])):
        named["labels"] = names
    if bounds := _range(task, examples):
        named["range"] = bounds
    return named


def _named(model: str, task: Task, out: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a suite says about its model; nothing about an endpoint. `KIND:NAME` is as a suite writes it."""
    kind, _, rest = model.partition(":")
    if kind in KINDS and not os.path.exists(model):
        return _of_kind(KINDS[kind], rest, task, out, asked)
    there = os.path.exists(model)
    if "@" in model and "/" in model and "://" not in model and not there:
        raise UsageError(f"--model {model!r}: write the URL in full, NAME@http://...")
    if ":" in model and not there:
        return {} if _BEHIND.fullmatch(model) else {"python": model}
    if not os.path.isdir(model) and os.path.isfile(f"{model.removesuffix('.py')}.py"):
        raise UsageError(f"--model {model!r}: name the function in it, {Path(model).stem}:FUNCTION")
    if not there and not _HUB.fullmatch(model):
        raise UsageError(f"--model {model!r}: no such folder, and neither module:function nor the name of a checkpoint")
    embeds = KINDS["encoder"].does(task) and not _architecture(Path(model)).endswith((*WRITERS, CLASSIFIER))
    return _of_kind(KINDS["encoder" if embeds else "transformers"], model, task, out, asked)


def _of_kind(kind: Kind, name: str, task: Task, out: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a suite says about a model of a kind."""
    if not name:
        raise UsageError(f"--model {kind.name}: say which, --model {kind.name}:NAME")
    if kind.streams:
        return {}
    if kind.name == "python":
        return {"python": name}
    speaks = kind.is_prompted and (task.is_prompted or _architecture(Path(name)).endswith(WRITERS))
    if not (kind.does(task) or speaks):
        raise UsageError(f"--model: {kind.called} cannot do {task.name} here: {instead(task)}")
    if kind.name == "finetuned" and not os.path.isfile(name):
        raise UsageError(f"--model: no file {name!r}")
    return {kind.name: relative(Path(name), out) if os.path.exists(name) else name, **(asked if speaks else {})}


def _architecture(checkpoint: Path) -> str:
    """Return what a checkpoint's settings say that it is; empty where they say nothing."""
    try:
        settings = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
        return str(settings["architectures"][0])
    except (OSError, ValueError, LookupError, TypeError):
        return ""  # what loads it says what is wrong


def _endpoint(model: str, task: Task, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a suite says about a chat model behind an endpoint."""
    found = _BEHIND.fullmatch(model.removeprefix("endpoint:"))
    if found is None:
        raise UsageError(f"--model {model!r}: write NAME@http://...")
    name, url = found.groups()
    if not name:
        raise UsageError(f"say which model is asked there: --model NAME@{url}")
    if not task.starter_prompt:
        raise UsageError(f"a chat model cannot do {task.name} here: {instead(task)}")
    named = {"endpoint": url, "model": name, **asked, "settings": {"temperature": 0}}
    return {**named, "key_env": "OPENAI_API_KEY"} if url.startswith("https:") else named


def _prompt(task: Task, examples: Sequence[Example], reference_language: str) -> dict[str, Any]:
    """Return a prompt to begin with, and the labels that the data have."""
    labels = labels_of(task, examples)
    low, high = _range(task, examples) or (0, 1)
    told = {"labels": " or ".join(labels), "language": reference_language, "low": str(low), "high": str(high)}
    prompt = CHOOSE if chooses(task, examples) else task.starter_prompt
    for name, value in told.items():
        prompt = prompt.replace(f"{{{name}}}", value)
    return {"prompt": prompt, **({"labels": labels} if task.has_labels else {})}


def _range(task: Task, examples: Sequence[Example]) -> list[float]:
    """Return the lowest and the highest reference, 0 and 1 where they are one; nothing where a task has no range."""
    found = sorted(
        {float(reference) for example in examples for reference in example.references} if task.needs_range else ()
    )
    bounds = [found[0], found[-1]] if len(found) > 1 else [0.0, 1.0]
    return [int(bound) if bound.is_integer() else bound for bound in bounds] if task.needs_range else []


def _names(task: Task, examples: Sequence[Example], checkpoint: Path) -> dict[str, str]:
    """Return what the data call each label of a checkpoint, where some differ in case or signs alone; nothing where none does."""
    ours = {_plain(label): label for label in labels_of(task, examples)}
    names = {own: ours.get(_plain(own), own) for own in labels_in(checkpoint, task)}
    return names if any(own != name for own, name in names.items()) else {}


def unlike_labels(suite: Suite, examples: Sequence[Example]) -> str:
    """Return what to tell of a checkpoint that cannot say all labels of its examples; empty where it can, or nobody knows."""
    model, task = suite.model, suite.task
    known, ours = model.kind.labels(model, task, suite.path.parent), labels_of(task, examples)
    own = [model.names.get(label, label) for label in known]
    if not own or {*ours} <= {*own}:
        return ""
    says, have = (", ".join(labels[:SHOWN_CHOICES]) for labels in (own, ours))
    mend = f"say in `model:` which is which, `labels: {{{known[0]}: {ours[0]}, ...}}`"
    return f"the checkpoint says {says}, the data say {have}: {mend}"


def _plain(label: str) -> str:
    return re.sub(r"[\W_]+", " ", bare(label))


def relative(path: Path, out: Path) -> str:
    """Return a path as a suite at `out` writes it."""
    return Path(os.path.relpath(path.resolve(), out.resolve().parent)).as_posix()
