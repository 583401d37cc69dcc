"""A summariser that needs no training: the sentence whose meaning is nearest to the whole document's.

Source: the centroid idea of Radev et al. (2004), doi:10.1016/j.ipm.2003.10.006, with an encoder's vectors for TF-IDF.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import regex
from pydantic import Field

from albert_robust.grammar import Strict
from albert_robust.models.checkpoint import libraries
from albert_robust.models.embedding import PRECISION, encoder_beside, encoder_identity
from albert_robust.models.kind import Kind, Wanted
from albert_robust.models.model import Inputs
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.load import load_encoder

PICKING = "v1"  # raise it when the same encoder picks otherwise
# A point between two digits, as in 3.5, ends nothing.
_SENTENCE = regex.compile(
    r"(?:[^.!?。！？।؟]|(?<=\p{Nd})\.(?=\p{Nd}))+[.!?。！？।؟]*[\s\"'”’»)]*|[.!?。！？।؟]+", regex.V1
)


@dataclass(frozen=True)
class ExtractiveSummarizer:
    """Picks one sentence of a document."""

    encoder: Encoder

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return the central sentence of each document."""
        groups = [sentences(inputs["document"]) for inputs in batch]
        texts = sorted({sentence for group in groups for sentence in group})
        vectors = dict(zip(texts, self.encoder.embed(texts), strict=True))
        return [{"summary": _central(group, [vectors[sentence] for sentence in group])} for group in groups]


def sentences(document: str) -> list[str]:
    """Return the sentences of a document, by closing punctuation of any script."""
    found = (match.group().strip() for match in _SENTENCE.finditer(document))
    return [sentence for sentence in found if sentence] or [document]


def _central(group: list[str], vectors: list[Any]) -> str:
    table = np.array(vectors, dtype=np.float64)
    # Rounded, so that a machine's last bit never decides between two sentences.
    closeness = np.round(table @ table.mean(axis=0), 5)
    return group[int(closeness.argmax())]


def load_extractive(encoder: str, allow_network: bool = False) -> ExtractiveSummarizer:
    """Return the summariser on an encoder: `builtin`, a folder or a hub name."""
    return ExtractiveSummarizer(load_encoder(encoder, allow_network=allow_network, precision=PRECISION))


def _identity(wanted: Wanted) -> str | None:
    encoder = encoder_identity(wanted)
    return encoder and f"extractive:{encoder}:{PICKING}:{libraries()}"


class ExtractiveSettings(Strict):
    """What only an extractive summariser has."""

    extractive: Annotated[
        str | None, Field(description="An encoder (`builtin`) that summarises a document by its most central sentence.")
    ] = None


KIND = Kind(
    name="extractive",
    called="an extractive summariser",
    settings=ExtractiveSettings,
    identity=_identity,
    load=lambda wanted: load_extractive(encoder_beside(wanted), wanted.allow_network),
    tasks=("summarization",),
)
