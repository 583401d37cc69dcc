"""An encoder as the model under test: `encoder: builtin`. A text is the mean of its token vectors, of length 1.

It answers how alike two sentences are, and which of a file's documents are nearest to a query.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from albert_robust.errors import complaint_at
from albert_robust.grammar import Strict
from albert_robust.models.checkpoint import libraries, local_identity
from albert_robust.models.kind import Kind, Unfit, Wanted, missing_file
from albert_robust.models.model import Inputs
from albert_robust.scoring.encoder import Encoder, Precision, Vectors
from albert_robust.scoring.load import encoder_path, load_encoder
from albert_robust.tasks import Task
from albert_robust.tasks.retrieval import plain

NEAREST = 10  # documents in an answer
DIGITS = 5  # of a cosine: a machine's last bits decide neither a rank nor an answer
PRECISION: Precision = "fp32"  # on every machine: an answer does not depend on whether there is a GPU
ANSWERING = "v1"  # raise it when the same encoder answers otherwise


@dataclass(frozen=True)
class EmbeddingModel:
    """An encoder that does one task.

    Attributes:
        encoder: The encoder.
        task: `sentence-similarity` or `retrieval`.
        documents: What is searched.
    """

    encoder: Encoder
    task: str
    documents: tuple[str, ...] = ()

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer per input."""
        return ANSWERS[self.task](self, batch)

    @cached_property
    def index(self) -> Vectors:
        """The vectors of the documents, shape (documents, width)."""
        return self.encoder.embed(self.documents)


def similarities(model: EmbeddingModel, batch: Sequence[Inputs]) -> list[Any]:
    """Return the cosine of the two sentences of each pair; of a text without tokens 0."""
    first, second = (model.encoder.embed([inputs[name] for inputs in batch]) for name in ("first", "second"))
    cosines = (first.astype(np.float64) * second).sum(axis=1)
    return [{"similarity": value} for value in np.round(np.clip(cosines, -1, 1), DIGITS).tolist()]


def nearest(model: EmbeddingModel, batch: Sequence[Inputs]) -> list[Any]:
    """Return the documents nearest to each query, the nearest first; of equally near ones the first of the file."""
    queries = model.encoder.embed([inputs["query"] for inputs in batch])
    cosines = np.round(queries.astype(np.float64) @ model.index.T, DIGITS)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
    return [{"documents": [model.documents[place] for place in row]} for row in order.tolist()]


ANSWERS: Mapping[str, Callable[[EmbeddingModel, Sequence[Inputs]], list[Any]]] = {
    "sentence-similarity": similarities,
    "retrieval": nearest,
}


def read_documents(path: Path) -> tuple[str, ...]:
    """Return the documents of a text file, one per line. Blank lines are left out, and a repeated line counts once.

    Raises:
        InputError: The file is missing, not UTF-8, or holds no document.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise complaint_at(path, f"cannot read the documents: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise complaint_at(path, "not UTF-8 text", "save the file as UTF-8", line) from None
    documents = tuple(dict.fromkeys(filter(None, map(plain, text.split("\n")))))
    if not documents:
        raise complaint_at(path, "the file holds no document", "write one a line: there is nothing to search")
    return documents


def documents_hash(documents: Sequence[str]) -> str:
    """Return 16 hex digits of SHA-256 over documents in their order."""
    return hashlib.sha256("\n".join(documents).encode()).hexdigest()[:16]


def load_embedding(
    encoder: str, task: str, documents: tuple[str, ...] = (), allow_network: bool = False
) -> EmbeddingModel:
    """Return an encoder as a model.

    Args:
        encoder: `builtin`, a folder or a hub name.
        task: `sentence-similarity` or `retrieval`.
        documents: What is searched, for retrieval.
        allow_network: Whether a hub may be asked.

    Raises:
        UsageError: The encoder cannot be loaded.
    """
    return EmbeddingModel(load_encoder(encoder, allow_network=allow_network, precision=PRECISION), task, documents)


def encoder_identity(wanted: Wanted) -> str | None:
    """Return the identity of a suite's encoder, from its files; None if it is kept elsewhere."""
    return local_identity(wanted.folder / encoder_path(wanted.name))


def encoder_beside(wanted: Wanted) -> str:
    """Return the name of a suite's encoder, as a path if it is a folder beside the suite."""
    beside = wanted.folder / wanted.name
    return str(beside) if os.path.isdir(beside) else wanted.name


def _documents(wanted: Wanted) -> tuple[str, ...]:
    named = wanted.settings.documents
    return read_documents(wanted.folder / named) if named else ()


def _identity(wanted: Wanted) -> str | None:
    encoder = encoder_identity(wanted)
    return encoder and f"encoder:{encoder}:{documents_hash(_documents(wanted))}:{ANSWERING}:{libraries()}"


def _load(wanted: Wanted) -> EmbeddingModel:
    documents = _documents(wanted)  # read before anything heavy
    return load_embedding(encoder_beside(wanted), wanted.task.name, documents, wanted.allow_network)


class EmbeddingSettings(Strict):
    """What only an encoder has."""

    encoder: Annotated[
        str | None,
        Field(description="A sentence encoder to test: `builtin`, a folder beside the suite, or a hub name."),
    ] = None
    documents: Annotated[
        str | None,
        Field(
            description="For retrieval: the documents that the encoder searches, a text file with one document per line."
        ),
    ] = None


def _unfit(settings: Any, task: Task, folder: Path) -> Iterator[Unfit]:
    """Yield what is wrong with the documents that a task searches, or does not search, and a range that cosines do not have."""
    if settings.range and task.with_range:
        yield "range", "an encoder answers by cosines, from -1 to 1", "take it out"
    documents = settings.documents
    if documents is not None and not task.searches:
        yield "documents", f"{task.name} searches no documents", "take it out"
    elif documents is None and task.searches:
        yield (
            "encoder",
            "the encoder has no documents to search",
            "add `documents: documents.txt`, a file with one a line",
        )
    elif documents is not None:
        yield from missing_file("documents", documents, folder)


KIND = Kind(
    name="encoder",
    called="an encoder alone",
    settings=EmbeddingSettings,
    identity=_identity,
    load=_load,
    tasks=ANSWERS.keys(),
    unfit=_unfit,
)
