"""A kind of model: how what a suite names becomes something that answers. Each adapter's module defines its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from albert_robust.models.model import Answering, Number, Usage
from albert_robust.tasks import Task


class ModelSettings(Protocol):
    """What a suite says about its model beside its kind; suite/schema/model.py describes each."""

    version: str | None
    device: str
    dtype: Number
    documents: str | None
    prompt: str | None
    system: str | None
    settings: dict[str, Any]
    labels: list[str]
    range: tuple[float, float] | None
    max_input_tokens: int | None
    src_lang: str | None
    tgt_lang: str | None
    endpoint: str | None
    model: str | None
    key_env: str | None
    key_header: str | None
    at_once: int
    timeout: float | None
    retries: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """The model that a suite wants.

    Attributes:
        name: What stands behind its kind: a function, a path, a hub's name, a URL.
        settings: What the suite says about it.
        folder: The suite's folder.
        task: What it does.
        models: Where fine-tuned checkpoints are kept.
        allow_network: Whether a hub may be asked.
        usage: Is added to, by a model behind an endpoint.
    """

    name: str
    settings: ModelSettings
    folder: Path
    task: Task
    models: Path
    allow_network: bool
    usage: Usage


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of model.

    Attributes:
        identity: Returns what names a model and all that shapes its answers, None where that cannot be known. It reads files,
            but loads nothing heavy. Caches hold answers by it: what it returns changes only where answers may.
        load: Returns the model itself, at its first call.
        streams: Whether that is a `Streaming` one.
    """

    identity: Callable[[Wanted], str | None]
    load: Callable[[Wanted], Answering]
    streams: bool = False
