"""From a suite's `model:` to a model that answers. Its identity is known first, without loading anything heavy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from albert_robust.models.callable import CALLABLE
from albert_robust.models.checkpoint import CHECKPOINT
from albert_robust.models.elsewhere import ELSEWHERE
from albert_robust.models.embedding import EMBEDDING
from albert_robust.models.endpoint import ENDPOINT
from albert_robust.models.extractive import EXTRACTIVE
from albert_robust.models.finetune import FINETUNED
from albert_robust.models.kind import Kind, ModelSettings, Wanted
from albert_robust.models.model import Answering, Inputs, Streaming, Usage
from albert_robust.models.prompted import PROMPTED, is_prompted
from albert_robust.tasks import Task

KINDS: Mapping[str, Kind] = {  # as suites name them, and a message does
    "python": CALLABLE,
    "transformers": CHECKPOINT,
    "finetuned": FINETUNED,
    "extractive": EXTRACTIVE,
    "encoder": EMBEDDING,
    "endpoint": ENDPOINT,
    "elsewhere": ELSEWHERE,
}


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
    settings: ModelSettings,
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
    (kind,) = named_kinds(settings)
    wanted = Wanted(getattr(settings, kind), settings, folder, task, models, allow_network, usage or Usage())
    found = PROMPTED if kind == "transformers" and is_prompted(wanted) else KINDS[kind]
    return (LazyStream if found.streams else LazyModel)(found, wanted)


def named_kinds(settings: ModelSettings) -> list[str]:
    """Return the kinds that a suite names for its model: one, unless it is a mistake."""
    return [kind for kind in KINDS if getattr(settings, kind)]
