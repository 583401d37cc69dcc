"""From a suite's `model:` to a model that answers. Its identity is known first, without loading anything heavy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from albert_robust.models.callable import callable_identity, load_callable
from albert_robust.models.checkpoint import DECODING, PLAIN, checkpoint_identity, load_checkpoint
from albert_robust.models.elsewhere import ElsewhereModel
from albert_robust.models.embedding import ANSWERING, documents_hash, load_embedding, read_documents
from albert_robust.models.extractive import PICKING, load_extractive
from albert_robust.models.finetune import finetune, finetuned_folder
from albert_robust.models.model import Answering, Hardware, Inputs, Tokens
from albert_robust.models.prompt import EndpointSettings, endpoint_identity, prompt_digest
from albert_robust.models.prompted import WRITES, PromptedModel, load_prompted
from albert_robust.scoring.load import encoder_path
from albert_robust.tasks import Task

ADAPTER = "adapter_config.json"
LIBRARIES = ("torch", "transformers", "tokenizers")


class ModelSettings(EndpointSettings, Protocol):
    """What a suite says about its model."""

    @property
    def python(self) -> str | None: ...  # noqa: D102  # the kinds of suite/schema.py
    @property
    def transformers(self) -> str | None: ...  # noqa: D102
    @property
    def finetuned(self) -> str | None: ...  # noqa: D102
    @property
    def extractive(self) -> str | None: ...  # noqa: D102
    @property
    def encoder(self) -> str | None: ...  # noqa: D102
    @property
    def elsewhere(self) -> str | None: ...  # noqa: D102
    @property
    def device(self) -> str: ...  # noqa: D102
    @property
    def dtype(self) -> str: ...  # noqa: D102
    @property
    def documents(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True)
class LazyModel:
    """A model that loads at its first call: a run whose answers are all in the cache never loads it."""

    settings: ModelSettings
    folder: Path
    task: Task
    models: Path
    allow_network: bool = False
    tokens: Tokens = field(default_factory=Tokens)

    @cached_property
    def identity(self) -> str | None:
        """The model's identity, from its files alone, with the versions of what computes its answers.

        Another version of a library may cut texts into other tokens or decode by other rules, so its answers are its own.

        Raises:
            InputError: A file of the model is damaged.
            UsageError: A file of the model cannot be read.
        """
        if self.settings.python:
            return callable_identity(self.settings.python, self.folder, self.settings.version)
        if self.settings.elsewhere:
            return f"elsewhere:{self.settings.elsewhere}@{self.settings.version or ''}"
        if self.settings.endpoint:
            return endpoint_identity(self.settings)
        made = self._made
        return None if made is None else f"{made}:{_libraries()}"

    @property
    def _made(self) -> str | None:
        """What a model is made of and how it answers; None of one that is kept elsewhere."""
        settings = self.settings
        if settings.finetuned:
            made = finetuned_folder(self.folder / settings.finetuned, self.task, self.models).name
            return f"finetuned:{made}:{DECODING}"
        encoder = settings.extractive or settings.encoder
        source = self.folder / (encoder_path(encoder) if encoder else str(settings.transformers))
        if not source.is_dir() or (source / ADAPTER).exists():  # an adapter's base model lies elsewhere
            return None
        checkpoint = checkpoint_identity(source)
        if settings.extractive:
            return f"extractive:{checkpoint}:{PICKING}"
        if settings.encoder:
            return f"encoder:{checkpoint}:{documents_hash(self._documents)}:{ANSWERING}"
        asked = f":{prompt_digest(settings)}" if settings.prompt else ""
        hardware = self._hardware
        return checkpoint + asked + ("" if hardware == PLAIN else f":{hardware.device}:{hardware.dtype}")

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer an input; of a model that draws its answers here, each replicate draws anew."""
        model = self._loaded
        return model.predict(batch, replicate) if isinstance(model, PromptedModel) else model.predict(batch)

    @cached_property
    def _loaded(self) -> Answering:
        settings = self.settings
        if settings.python:
            return load_callable(settings.python, self.folder, settings.version)
        if settings.elsewhere:
            return ElsewhereModel(settings.elsewhere)
        if settings.endpoint:
            from albert_robust.models.endpoint import load_endpoint  # with an HTTP client

            return load_endpoint(settings, self.task, self.tokens)
        return self._computed

    @property
    def _computed(self) -> Answering:
        """The model, where it is computed here."""
        settings = self.settings
        if settings.extractive:
            return load_extractive(self._beside(settings.extractive), self.allow_network)
        if settings.encoder:
            return load_embedding(self._beside(settings.encoder), self.task.name, self._documents, self.allow_network)
        if settings.finetuned:
            data = self.folder / settings.finetuned
            made = finetuned_folder(data, self.task, self.models)
            if not made.is_dir():
                finetune(data, self.task, made)
            return load_checkpoint(str(made.resolve()), self.folder, self.task.name)
        name = str(settings.transformers)
        if settings.prompt or self.task.name == WRITES:
            return load_prompted(name, self.folder, settings, self.task, self.allow_network, self._hardware)
        return load_checkpoint(name, self.folder, self.task.name, self.allow_network, self._hardware)

    @property
    def _hardware(self) -> Hardware:
        return Hardware(self.settings.device, self.settings.dtype)

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
    settings: ModelSettings,
    folder: Path,
    task: Task,
    models: Path,
    allow_network: bool = False,
    tokens: Tokens | None = None,
) -> LazyModel:
    """Return the model of a suite.

    Args:
        settings: The suite's `model:`.
        folder: The suite's folder.
        task: The suite's task.
        models: Where fine-tuned checkpoints are kept.
        allow_network: Whether a hub may be asked.
        tokens: Are added to, by a model that says how many it took.
    """
    return LazyModel(settings, folder, task, models, allow_network, tokens or Tokens())


@cache
def _libraries() -> str:
    return " ".join(f"{name} {version(name)}" for name in LIBRARIES)
