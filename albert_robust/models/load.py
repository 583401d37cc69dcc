"""From a suite's `model:` to a model that answers. Its identity is known first, without loading anything heavy."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from albert_robust.models.files import digest_of, named_files
from albert_robust.models.kind import Kind, Wanted
from albert_robust.models.model import Inputs, Stream, Usage
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
        return with_files(self.kind.identity(self.wanted), self.wanted.settings, self.wanted.folder)

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer per input. A model that draws its answers here draws anew for each replicate."""
        answers: Sequence[Any] = self._loaded.predict(batch, replicate)
        return answers

    @property
    def stream(self) -> Stream | None:
        """How it is asked if its kind streams."""
        return self._stream if self.kind.streams else None

    def _stream(self, inputs: Iterable[Inputs], replicate: int) -> Iterator[tuple[int, Any]]:
        yield from self._loaded.stream(inputs, replicate)

    @cached_property
    def _loaded(self) -> Any:
        return self.kind.load(self.wanted)


def with_files(identity: str | None, settings: ModelSpec, folder: Path) -> str | None:
    """Return a model's identity with the contents of the files that its suite names."""
    if identity is None or not settings.files:
        return identity
    paths = [path for pattern in settings.files for path in named_files(pattern, folder)]
    return f"{identity}:{digest_of(paths, folder)}"


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
    return LazyModel(kind, wanted)
