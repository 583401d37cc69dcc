"""From a suite's `model:` to a model that answers. Its identity is known first, without loading anything heavy."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from albert_robust.models.kind import Kind, Wanted
from albert_robust.models.model import Answering, Inputs, Streaming, Usage
from albert_robust.models.spec import ModelSpec
from albert_robust.tasks import Task


@dataclass(frozen=True)
class LazyModel:
    """A model that loads at its first call: a run whose answers are all in the cache never loads it."""

    kind: Kind
    wanted: Wanted

    @cached_property
    def identity(self) -> str | None:
        """The model's identity, from its files alone.

        Raises:
            InputError: A file of the model is damaged.
            UsageError: A file of the model cannot be read.
        """
        return self.kind.identity(self.wanted)

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer an input; of a model that draws its answers here, each replicate draws anew."""
        return self._loaded.predict(batch, replicate)

    @cached_property
    def _loaded(self) -> Answering:
        return self.kind.load(self.wanted)


class LazyStream(LazyModel):
    """A `LazyModel` that is asked many inputs at a time."""

    def stream(self, inputs: Iterable[Inputs], replicate: int = 0) -> Iterator[tuple[int, Any]]:
        """Yield the place of an input and its answer, or what went wrong with it, as they come."""
        assert isinstance(self._loaded, Streaming)
        return self._loaded.stream(inputs, replicate)


def load_model(
    settings: ModelSpec,
    folder: Path,
    task: Task,
    models: Path,
    allow_network: bool = False,
    usage: Usage | None = None,
) -> LazyModel:
    """Return the model of a suite.

    Args:
        settings: The suite's `model:`.
        folder: The suite's folder.
        task: The suite's task.
        models: Where fine-tuned checkpoints are kept.
        allow_network: Whether a hub may be asked.
        usage: Is added to, by a model behind an endpoint.
    """
    kind = settings.kind
    name = getattr(settings, kind.name)
    wanted = Wanted(name, settings, folder, task, models, allow_network, usage or Usage())
    return (LazyStream if kind.streams else LazyModel)(kind, wanted)
