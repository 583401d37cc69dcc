"""All kinds of model, and what a model of each can have."""

from collections.abc import Mapping
from importlib import import_module

from albert_robust.errors import Mistake
from albert_robust.models.kind import OF_PROMPT, Kind
from albert_robust.tasks import Task

MODULES = ("callable", "checkpoint", "finetune", "extractive", "embedding", "endpoint", "elsewhere")
KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (import_module(f"{__package__}.{module}").KIND for module in MODULES)
}


def kinds_for(task: Task) -> list[Kind]:
    """Return the kinds that can do a task and answer here; those that can do any task come last."""
    able = [kind for kind in KINDS.values() if kind.answers_here and kind.does(task)]
    return sorted(able, key=lambda kind: kind.tasks is None)


def why_not(kind: Kind, key: str, written: Mapping[str, object]) -> Mistake | None:
    """Return why a model of a kind cannot have a setting; None if it can.

    Args:
        kind: The kind.
        key: One of the settings that are written.
        written: All that the suite says about the model.
    """
    if key == "labels" and isinstance(written[key], dict):
        return None  # what any model says may have other names
    mend = "say what the data call each: `labels: {LABEL_0: bad}`" if key == "labels" else "take it out"
    able = [name for name, other in KINDS.items() if key in other.keys]
    if able and kind.name not in able:
        return Mistake(f"only {' or '.join(f'`{name}:`' for name in able)} has {key!r}", mend)
    if key in OF_PROMPT and not written.get("prompt"):
        return Mistake(f"{key!r} without a prompt", f"add `prompt:`, or {mend}")
    if key == "price" and not kind.streams and not isinstance(written[key], int | float | None):
        return Mistake("only an endpoint reports token counts", "write what an input costs: `price: 0.002`")
    return None
