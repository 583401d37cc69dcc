"""A kind of model: all that the engine knows about it. The module of each adapter ends with its own."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.data import Example
from albert_robust.errors import BESIDE_SUITE
from albert_robust.grammar import Strict
from albert_robust.models.model import Answering, Usage
from albert_robust.tasks import Task

if TYPE_CHECKING:  # which is made of all kinds
    from albert_robust.models.spec import ModelSpec

OF_PROMPT = ("system", "labels")  # settings that say more than a prompt
ASKING = ("prompt", "settings", *OF_PROMPT)
Unfit = tuple[str, str, str]  # a setting, what is wrong with it, and how to mend it


@dataclass(frozen=True, slots=True)
class Wanted:
    """The model that a suite wants.

    Attributes:
        name: What stands behind its kind: a function (from Python the function itself, too), a path, a hub's name, a URL.
        settings: What the suite says about it.
        folder: The suite's folder.
        task: What it does.
        models: Where fine-tuned checkpoints are kept.
        allow_network: Whether a hub may be asked.
        usage: Is added to, by a model behind an endpoint.
    """

    name: Any
    settings: "ModelSpec"
    folder: Path
    task: Task
    models: Path
    allow_network: bool
    usage: Usage


def missing_file(setting: str, name: str, folder: Path) -> Iterator[Unfit]:
    """Yield a mistake if the file that a setting names is not in the suite's folder."""
    if not os.path.isfile(folder / name):
        yield setting, f"no file {name!r} here", BESIDE_SUITE


def no_labels(settings: Any, task: Task, folder: Path) -> Sequence[str]:
    """Return no labels: those that the kind's models can say stand in no file."""
    return ()


def nothing_unfit(settings: Any, task: Task, folder: Path) -> Iterable[Unfit]:
    """Return no mistakes: what the grammar allows is all that the kind needs."""
    return ()


def learns_here_from_none(settings: Any, task: Task, folder: Path) -> Iterable[Example]:
    """Return no examples: the model was made elsewhere."""
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of model.

    Attributes:
        name: As suites write it.
        called: As messages call such a model: "a checkpoint".
        settings: The grammar of what no other kind has: the kind's own name, and more settings if it needs any.
        identity: Returns what names a model and all that shapes its answers, None if that cannot be known. It reads files, but
            loads nothing heavy. Caches hold answers by it: what it returns changes only where answers may.
        load: Returns the model itself, at its first call: with `stream` beside `predict` if the kind streams.
        tasks: The names of the tasks that it can do; None for all. A task that only a prompt can ask it for is not among them.
        shares: The settings that it has in common with some other kinds.
        sees_all_fields: Whether a model is given the fields that only a check names.
        streams: Whether a model is asked by many requests at a time. It then times each, and counts their tokens.
        answers_here: Whether it can be asked on in the light of its answers, as `worst_of` and shrinking do.
        labels: Returns all labels that a model can say, by its settings, the task and the suite's folder; empty if no file tells.
        unfit: Yields what the grammar cannot see: mistakes in the settings, by the task and the suite's folder.
        learns_from: Returns the examples that a model is made from here, by the same; none of most kinds.
    """

    name: str
    called: str
    settings: type[Strict]
    identity: Callable[[Wanted], str | None]
    load: Callable[[Wanted], Answering]
    tasks: Collection[str] | None = None
    shares: tuple[str, ...] = ()
    sees_all_fields: bool = False
    streams: bool = False
    answers_here: bool = True
    labels: Callable[[Any, Task, Path], Sequence[str]] = no_labels
    unfit: Callable[[Any, Task, Path], Iterable[Unfit]] = nothing_unfit
    learns_from: Callable[[Any, Task, Path], Iterable[Example]] = learns_here_from_none

    @property
    def keys(self) -> frozenset[str]:
        """The settings that it has beside those of all kinds."""
        return frozenset((*self.settings.model_fields, *self.shares))

    @property
    def is_prompted(self) -> bool:
        """Whether a model may be asked by a prompt."""
        return "prompt" in self.shares

    def does(self, task: Task) -> bool:
        """Return whether it can do a task."""
        return self.tasks is None or task.name in self.tasks
