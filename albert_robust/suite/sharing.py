"""Several models of a file inherit the settings that they share from `model:`, which then stands beside `models:`."""

from dataclasses import replace
from typing import Any

from albert_robust.documents.yaml_file import Document
from albert_robust.models.kinds import KINDS, why_not


def shared_out(document: Document) -> Document:
    """Return a suite's document in which each of several models has the settings that it inherits from `model:`."""
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
    """Return what a model inherits: settings that it does not set itself and, if it is of another kind, that it can have."""
    kind = next((kind for name, kind in KINDS.items() if name in own), None)
    left = {key: value for key, value in shared.items() if key not in own}
    if kind is None or kind.name in shared:
        return left
    return {key: value for key, value in left.items() if not why_not(kind, key, {**left, **own})}
