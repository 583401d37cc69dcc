"""A recipe says everything that shapes an encoder: its text, tokenizer, architecture, stages and seed."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from albert_robust.suite.documents import read_document


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextSources(_Strict):
    """Which files are read. A file holds tab separated rows: language 1, language 2, text 1, text 2 (plain or xz)."""

    parallel: Annotated[list[str], Field(description="Glob patterns of parallel files, relative to the recipe.")]
    exclude: Annotated[list[str], Field(description="File stems left out, kept for calibration, say.")] = []
    max_pairs: Annotated[int | None, Field(gt=0, description="Seeded sample of this many pairs.")] = None


class TokenizerSettings(_Strict):
    """How the subword vocabulary is made."""

    vocabulary: Annotated[int, Field(ge=300)] = 32_000
    max_lines: Annotated[int, Field(gt=0, description="Lines a language that the tokenizer is trained on.")] = 30_000
    lowercase: bool = True


class Architecture(_Strict):
    """ALBERT's sizes (Lan et al., 2020, arXiv:1909.11942): a factorised embedding and shared layers."""

    embedding: Annotated[int, Field(ge=8)] = 192
    hidden: Annotated[int, Field(ge=8)] = 192
    layers: Annotated[int, Field(ge=1)] = 2
    heads: Annotated[int, Field(ge=1)] = 4
    intermediate: Annotated[int, Field(ge=8)] = 768
    positions: Annotated[int, Field(ge=32)] = 512
    labs_layer: Annotated[int | None, Field(ge=0, description="The layer that the score reads; null for the last.")] = (
        None
    )


class Stage(_Strict):
    """One pass over the pairs. `embeddings` trains the token vectors alone, `attention` the whole network."""

    train: Literal["embeddings", "attention"]
    epochs: Annotated[float, Field(gt=0)] = 1.0
    batch: Annotated[int, Field(ge=2)] = 2048
    learning_rate: Annotated[float, Field(gt=0)] = 4e-3
    token_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    max_tokens: Annotated[int, Field(ge=4)] = 64
    masked_weight: Annotated[
        float, Field(ge=0, description="Weight of the masked-language loss (attention stage).")
    ] = 0.0


class Recipe(_Strict):
    """The whole recipe, as a YAML file holds it."""

    name: str
    seed: int = 0
    text: TextSources
    tokenizer: TokenizerSettings = TokenizerSettings()
    architecture: Architecture = Architecture()
    stages: Annotated[list[Stage], Field(min_length=1)]


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in a YAML file.

    Raises:
        InputError: The file is missing, is not YAML, or breaks the grammar; each complaint has its line.
    """
    return read_document(path, Recipe)
