"""From a suite's `model:` to a model that answers. Its identity is known first, without loading anything heavy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from albert_robust.models.callable import load_callable
from albert_robust.models.checkpoint import checkpoint_identity, load_checkpoint
from albert_robust.models.embedding import ANSWERING, documents_hash, load_embedding, read_documents
from albert_robust.models.finetune import finetune, finetuned_folder
from albert_robust.models.model import Inputs, Model
from albert_robust.scoring.encoder import encoder_path
from albert_robust.tasks import Task


class ModelSettings(Protocol):
    """What a suite says about its model."""

    @property
    def python(self) -> str | None: ...  # noqa: D102  # the five kinds of models/load.py
    @property
    def transformers(self) -> str | None: ...  # noqa: D102
    @property
    def finetuned(self) -> str | None: ...  # noqa: D102
    @property
    def extractive(self) -> str | None: ...  # noqa: D102
    @property
    def encoder(self) -> str | None: ...  # noqa: D102
    @property
    def documents(self) -> str | None: ...  # noqa: D102
    @property
    def version(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True)
class LazyModel:
    """A model that loads at its first call: a run whose answers are all in the cache never loads it."""

    settings: ModelSettings
    folder: Path
    task: Task
    models: Path
    allow_network: bool = False

    @cached_property
    def identity(self) -> str | None:
        """The model's identity, from its files alone."""
        settings = self.settings
        if settings.python:
            return self._loaded.identity
        if settings.finetuned:
            return f"finetuned:{finetuned_folder(self.folder / settings.finetuned, self.task, self.models).name}"
        if settings.extractive:
            source = self.folder / encoder_path(settings.extractive)
            return f"extractive:{checkpoint_identity(source)}:v1" if source.is_dir() else None
        if settings.encoder:
            source = self.folder / encoder_path(settings.encoder)
            searched = documents_hash(self._documents)
            return f"encoder:{checkpoint_identity(source)}:{searched}:{ANSWERING}" if source.is_dir() else None
        path = self.folder / str(settings.transformers)
        return checkpoint_identity(path) if path.is_dir() else None

    def predict(self, batch: Sequence[Inputs]) -> Sequence[Any]:
        """Return one answer an input."""
        return self._loaded.predict(batch)

    @cached_property
    def _loaded(self) -> Model:
        settings = self.settings
        if settings.python:
            return load_callable(settings.python, self.folder, settings.version)
        if settings.extractive:
            from albert_robust.models.extractive import load_extractive

            return load_extractive(self._beside(settings.extractive), self.allow_network)
        if settings.encoder:
            return load_embedding(self._beside(settings.encoder), self.task.name, self._documents, self.allow_network)
        if settings.finetuned:
            data = self.folder / settings.finetuned
            made = finetuned_folder(data, self.task, self.models)
            if not made.is_dir():
                finetune(data, self.task, made)
            return load_checkpoint(str(made.resolve()), self.folder, self.task.name)
        return load_checkpoint(str(settings.transformers), self.folder, self.task.name, self.allow_network)

    @cached_property
    def _documents(self) -> tuple[str, ...]:
        """What is searched, read before anything heavy."""
        named = self.settings.documents
        return read_documents(self.folder / named) if named else ()

    def _beside(self, encoder: str) -> str:
        """Return an encoder's name, as a path where it is a folder beside the suite."""
        beside = self.folder / encoder
        return str(beside) if beside.is_dir() else encoder


def load_model(
    settings: ModelSettings, folder: Path, task: Task, models: Path, allow_network: bool = False
) -> LazyModel:
    """Return the model of a suite.

    Args:
        settings: The suite's `model:`.
        folder: The suite's folder.
        task: The suite's task.
        models: Where fine-tuned checkpoints are kept.
        allow_network: Whether a hub may be asked.
    """
    return LazyModel(settings, folder, task, models, allow_network)
