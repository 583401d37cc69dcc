"""A recipe says everything that shapes an encoder: its text, tokenizer, architecture, stages and seed."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from albert_robust.documents.explaining import validate
from albert_robust.documents.yaml_file import open_document
from albert_robust.errors import Mistake

SINKS = 2  # numbers that every token vector ends with, so that layer normalisation leaves the others alone
ORDER = 16  # numbers that say where in its text a token stands


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextSources(_Strict):
    """Which files are read, plain or xz; glob patterns are relative to the recipe.

    parallel: tab separated rows of language 1, language 2, text 1, text 2.
    lexicons: word lists; a file's name starts with its languages (`he-en.tsv`), a row with a word in either.
    monolingual: one text a line; a file's name starts with its language (`he.txt`).
    """

    parallel: Annotated[list[str], Field(description="Files of translations.")] = []
    lexicons: Annotated[list[str], Field(description="Files of words and their translations.")] = []
    monolingual: Annotated[list[str], Field(description="Files of texts in one language.")] = []
    exclude: Annotated[list[str], Field(description="File stems left out, kept for calibration, say.")] = []
    max_pairs: Annotated[int | None, Field(gt=0, description="Seeded sample of this many pairs.")] = None
    words_held_out: Annotated[
        float, Field(ge=0, lt=1, description="Share of a lexicon that is left out, to test what was learnt.")
    ] = 0.0
    typos: Annotated[
        float, Field(ge=0, le=1, description="Copies with typos in one side that are added, a share of the pairs.")
    ] = 0.0


class TokenizerSettings(_Strict):
    """How the subword vocabulary is made."""

    vocabulary: Annotated[int, Field(ge=300, description="Subwords at most, 256 of them single bytes.")] = 32_000
    max_lines: Annotated[int, Field(gt=0, description="Lines a language that the tokenizer is trained on.")] = 30_000
    coverage: Annotated[float, Field(ge=0.98, le=1, description="Share of characters that are no bytes.")] = 0.9998
    lowercase: bool = True


class Architecture(_Strict):
    """ALBERT's sizes (Lan et al., 2020, arXiv:1909.11942): a factorised embedding and shared layers."""

    embedding: Annotated[int, Field(ge=8, description="Numbers of a token vector.")] = 240
    hidden: Annotated[int, Field(ge=8)] = 256
    layers: Annotated[int, Field(ge=1)] = 2
    heads: Annotated[int, Field(ge=1)] = 4
    intermediate: Annotated[int, Field(ge=8)] = 512
    positions: Annotated[int, Field(ge=32)] = 512
    labs_layer: Annotated[int | None, Field(ge=0, description="The layer that the score reads; null for the last.")] = (
        None
    )

    @model_validator(mode="after")
    def _sizes_fit(self) -> Self:
        if self.hidden < self.embedding + ORDER:
            raise Mistake(f"hidden must be at least embedding + {ORDER}: a token's vector and its place")
        if self.hidden % self.heads:
            raise Mistake(f"hidden must be a multiple of heads: {self.hidden} is none of {self.heads}")
        return self


class Stage(_Strict):
    """A part of the training. `vectors` trains the token vectors alone, `attention` the layers over them.

    The losses: pooled (a text's vector is near its translation's), joined (so is that of two texts together), aligned (so
    are their tokens', as LABS matches them), masked (a hidden token is guessed; of a translation pair in the light of both
    sides), and the likeness of texts as a teacher sees it.
    """

    train: Literal["vectors", "attention"]
    epochs: Annotated[float, Field(gt=0)] = 1.0
    batch: Annotated[int, Field(ge=2)] = 2048
    learning_rate: Annotated[float, Field(gt=0)] = 4e-3
    temperature: Annotated[
        float, Field(ge=0, le=1, description="A language is drawn as often as its share of the pairs to this power.")
    ] = 1.0
    turned: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Share of a batch's pairs whose sides change places, so that texts of one language meet.",
        ),
    ] = 0.0
    scale: Annotated[
        float,
        Field(
            gt=0,
            le=40,
            description="1 / temperature of the contrast: the larger, the more only the nearest others count.",
        ),
    ] = 20.0
    margin: Annotated[
        float,
        Field(
            ge=0, lt=1, description="How much nearer than all others a translation has to be, a difference of cosines."
        ),
    ] = 0.0
    both_sides: Annotated[
        bool,
        Field(description="Whether a text is told from the others of its own side, too, and not of the other alone."),
    ] = False
    languages: Annotated[
        int,
        Field(ge=0, description="Pairs of languages that a batch holds; 0 for as many as come. Only with vectors."),
    ] = 0
    whitened: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            description="How far the directions of texts are evened at the end; 0.5 wholly. Only with vectors.",
        ),
    ] = 0.0
    whitened_by: Annotated[
        Literal["texts", "translations"],
        Field(description="Whether directions are evened by how texts differ, or by how translations of one text do."),
    ] = "texts"
    lengths: Annotated[
        float,
        Field(gt=0, le=1, description="Power that the lengths of vectors are raised to at the end. Only with vectors."),
    ] = 1.0
    averaged: Annotated[
        float,
        Field(ge=0, lt=1, description="Share that the vectors of before have in those at the end. Only with vectors."),
    ] = 0.0
    token_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    max_tokens: Annotated[int, Field(ge=4)] = 64
    pooled_weight: Annotated[float, Field(ge=0)] = 1.0
    joined_weight: Annotated[
        float, Field(ge=0, description="Texts made of two, of which others share a half. Only with vectors.")
    ] = 0.0
    aligned_weight: Annotated[float, Field(ge=0)] = 0.0
    aligned_rows: Annotated[int, Field(ge=2, description="Pairs of a batch whose tokens are matched.")] = 64
    masked_weight: Annotated[float, Field(ge=0, description="Only with attention.")] = 0.0
    teacher: Annotated[str | None, Field(description="An encoder to learn from: a folder, relative to the recipe.")] = (
        None
    )
    teacher_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    freeze_vectors: Annotated[bool, Field(description="Whether layer 0 stays as it is (attention stage).")] = True

    @model_validator(mode="after")
    def _all_has_an_effect(self) -> Self:
        alone = {
            "vectors": ("masked_weight",),
            "attention": ("languages", "whitened", "whitened_by", "lengths", "averaged", "joined_weight"),
        }
        for name in alone[self.train]:
            if getattr(self, name) != type(self).model_fields[name].default:
                raise Mistake(f"{name} does nothing in a stage that trains {self.train}")
        return self


class Recipe(_Strict):
    """The whole recipe, as a YAML file holds it."""

    name: str
    seed: int = 0
    text: TextSources
    tokenizer: TokenizerSettings = TokenizerSettings()
    architecture: Architecture = Architecture()
    stages: Annotated[list[Stage], Field(min_length=1)]
    stored: Annotated[
        Literal["fp16", "fp8"], Field(description="How token vectors are kept on disk; the rest is fp16.")
    ] = "fp16"


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in a YAML file.

    Raises:
        InputError: The file is missing, is not YAML, or breaks the grammar; each complaint has its line.
    """
    return validate(open_document(path), Recipe)
