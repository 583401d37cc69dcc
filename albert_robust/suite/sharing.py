"""What several models of a file have in common is said once, in `model:` beside `models:`."""

from dataclasses import replace
from typing import Any

from albert_robust.documents.yaml_file import Document
from albert_robust.models import KINDS
from albert_robust.suite.kinds import why_not


def shared_out(document: Document) -> Document:
    """Return a suite's document in which each of several models says what `model:` says for all that can have it."""
    value = document.value
    shared, models = (value.get(key) if isinstance(value, dict) else None for key in ("model", "models"))
    if not isinstance(shared, dict) or not isinstance(models, dict):
        return document
    places, whole = dict(document.places), dict[str, Any]()
    below = {at: place for at, place in document.places.items() if at[:1] == ("model",) and len(at) > 1}
    for name, own in models.items():
        inherited = _inherited(shared, own) if isinstance(own, dict) else {}
        whole[name] = {**inherited, **own} if isinstance(own, dict) else own
        places |= {("models", name, *at[1:]): place for at, place in below.items() if at[1] in inherited}
    rest = {key: held for key, held in value.items() if key != "model"}
    return replace(document, value={**rest, "models": whole}, places=places)


def _inherited(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return what a model takes over: what it says nothing of itself, and what its kind can have where it names another kind."""
    kind = next((name for name in KINDS if name in own), None)
    left = {key: held for key, held in shared.items() if key not in own}
    if kind is None or kind in shared:
        return left
    whole = {**left, **own}
    return {key: held for key, held in left.items() if key not in KINDS and not why_not(kind, key, whole)}
