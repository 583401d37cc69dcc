"""The grammar of `model:`: the model under test."""

import re
from math import isfinite
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, JsonValue, field_validator, model_validator

from albert_robust.models import KINDS, Number, named_kinds
from albert_robust.suite.schema.parts import FUNCTION, Name, Strict

OTHER_FORMATS = ("/api/chat", "/api/generate", "/v1/completions", "/v1/responses", "/v1/messages")

_ENDPOINT = re.compile(r"^https?://[A-Za-z0-9._:\[\]-]+/[A-Za-z0-9/._~%:@+,;=-]*(\?api-version=[0-9a-z-]+)?$")
_VARIABLE = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_HEADER = re.compile(r"^[A-Za-z0-9-]+$")


def _has_host(url: str) -> bool:
    """Return whether a URL has a host, and a port if any that there can be: `[::1` and `host:http` are none."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class TokenPrice(Strict):
    """The price per million tokens, as vendors state it."""

    input: Annotated[float, Field(ge=0, description="The price of a million input tokens.")]
    output: Annotated[float, Field(ge=0, description="The price of a million output tokens.")]


def _price(value: object) -> object:
    """Return a price; of what is none a mistake that names both forms."""
    numbers = value.values() if isinstance(value, dict) and value.keys() == {"input", "output"} else [value]
    fits = all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in numbers)
    if not fits and value is not None and not isinstance(value, TokenPrice):
        mend = "write what an input costs, `0.002`, or what a million tokens do: `{input: 0.15, output: 0.6}`"
        raise ValueError(f"that is no price\n{mend}")
    return value


class ModelSpec(Strict):
    """The model under test: one of `python`, `transformers`, `finetuned`, `extractive`, `encoder`, `endpoint`, `elsewhere`."""

    python: Annotated[
        str | None,
        Field(
            description="A function, `module:function`, that takes a list of inputs and returns one output for each.",
            pattern=FUNCTION.pattern,
        ),
    ] = None
    transformers: Annotated[
        str | None, Field(description="A Hugging Face checkpoint: a folder beside the suite, or a hub name.")
    ] = None
    finetuned: Annotated[
        str | None, Field(description="A file of labelled examples. The embedded encoder is fine-tuned on it once.")
    ] = None
    extractive: Annotated[
        str | None, Field(description="An encoder (`builtin`) that summarises a document by its most central sentence.")
    ] = None
    encoder: Annotated[
        str | None,
        Field(description="A sentence encoder to test: `builtin`, a folder beside the suite, or a hub name."),
    ] = None
    endpoint: Annotated[
        str | None,
        Field(
            description="The URL of a chat model with an OpenAI-compatible API: https://host/v1/chat/completions.",
            pattern=_ENDPOINT.pattern,
        ),
    ] = None
    model: Annotated[
        str | None, Field(min_length=1, description="The name of the model at the endpoint, such as gpt-4o-mini.")
    ] = None
    prompt: Annotated[
        str | None, Field(description="The prompt of a language model. Write the example's fields in braces: {text}.")
    ] = None
    system: Annotated[
        str | None, Field(description="The system message of a language model. It may hold fields in braces, too.")
    ] = None
    settings: Annotated[
        dict[str, JsonValue],
        Field(
            description="Settings sent to an endpoint as they are: {temperature: 0}. A checkpoint takes {max_new_tokens: 5}."
        ),
    ] = {}
    labels: Annotated[
        list[str],
        Field(
            min_length=2,
            description="The labels that a language model chooses from. Its replies are read as one of them.",
        ),
    ] = []
    key_env: Annotated[
        str | None,
        Field(
            description="The name of the environment variable that holds the API key, never the key itself.",
            pattern=_VARIABLE.pattern,
        ),
    ] = None
    key_header: Annotated[
        str | None,
        Field(
            description="The HTTP header that carries the key, such as api-key. Default: Authorization.",
            pattern=_HEADER.pattern,
        ),
    ] = None
    at_once: Annotated[int, Field(ge=1, le=256, description="How many requests an endpoint gets at the same time.")] = 8
    elsewhere: Annotated[
        Name | None,
        Field(description="A name for a model on another machine, reached by `albert-robust inputs` and `outputs`."),
    ] = None
    range: Annotated[
        tuple[float, float] | None,
        Field(description="For text-regression: the lowest and the highest score, such as [1, 5]."),
    ] = None
    device: Annotated[
        str,
        Field(
            description="The device that a checkpoint runs on: cpu, cuda, cuda:1 or mps.",
            pattern=r"^(cpu|cuda(:\d+)?|mps)$",
        ),
    ] = "cpu"
    dtype: Annotated[Number, Field(description="The number format that a checkpoint is computed in.")] = "float32"
    max_input_tokens: Annotated[
        int | None,
        Field(gt=0, description="The most tokens of an input that a checkpoint reads. Default: as many as it can."),
    ] = None
    src_lang: Annotated[
        str | None,
        Field(min_length=1, description="The language that a checkpoint reads, by its tokenizer's code: en_XX."),
    ] = None
    tgt_lang: Annotated[
        str | None,
        Field(min_length=1, description="The language that a checkpoint writes, by its tokenizer's code: de_DE."),
    ] = None
    documents: Annotated[
        str | None,
        Field(
            description="For retrieval: the documents that the encoder searches, a text file with one document per line."
        ),
    ] = None
    version: Annotated[
        str | None,
        Field(description="The version of a model that has no files. With it, predictions are kept between runs."),
    ] = None
    batch: Annotated[
        int, Field(gt=0, le=4096, description="The largest number of inputs in one call of the model.")
    ] = 64
    timeout: Annotated[
        float | None,
        Field(
            gt=0,
            le=86400,
            description="Time limit in seconds: for a Python model's batch (default: none), an endpoint's request (600).",
        ),
    ] = None
    replicates: Annotated[
        int,
        Field(
            ge=1,
            le=20,
            description="How often each original is asked, for a model whose answers vary from call to call.",
        ),
    ] = 1
    price: Annotated[
        Annotated[float, Field(ge=0)] | TokenPrice | None,
        BeforeValidator(_price),
        Field(
            description="The price of an input, or of an endpoint's million tokens, in any currency. Plans and runs show it."
        ),
    ] = None
    retries: Annotated[
        int,
        Field(
            ge=0,
            le=20,
            description="How often a batch, or an endpoint's request, is tried again after a temporary error.",
        ),
    ] = 3

    @field_validator("python", mode="before")
    @classmethod
    def _function(cls, value: object) -> object:
        if isinstance(value, str) and not FUNCTION.fullmatch(value):
            raise ValueError(f"{value!r} names no function\nwrite `module:function`")
        return value

    @field_validator("endpoint", mode="before")
    @classmethod
    def _url(cls, value: object) -> object:
        if isinstance(value, str) and not (_ENDPOINT.fullmatch(value) and _has_host(value)):
            raise ValueError(
                "not an endpoint's URL\nwrite `https://host/v1/chat/completions`, with no password, no query but ?api-version="
            )
        if isinstance(value, str) and value.rstrip("/").endswith("/v1"):
            raise ValueError(f"{value} is where an API begins\nwrite `{value.rstrip('/')}/chat/completions`")
        for other in OTHER_FORMATS:
            if isinstance(value, str) and value.endswith(other):
                mend = f"write `{value.removesuffix(other)}/v1/chat/completions`, which such servers mostly have, too"
                raise ValueError(f"{value} speaks another format than OpenAI's for chat\n{mend}")
        return value

    @field_validator("key_env", mode="before")
    @classmethod
    def _variable(cls, value: object) -> object:
        if isinstance(value, str) and not _VARIABLE.fullmatch(value):
            raise ValueError("not the name of a variable\nwrite `OPENAI_API_KEY` or the like, never the key itself")
        return value

    @field_validator("range")
    @classmethod
    def _wide(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and not (isfinite(value[1] - value[0]) and value[0] < value[1]):
            raise ValueError("no range\nwrite the lowest and the highest score: `range: [1, 5]`")
        return value

    @field_validator("settings")
    @classmethod
    def _not_ours(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        for name in ("model", "messages", "stream"):
            if name in value:
                raise ValueError(f"{name!r} is no setting of an answer\ntake it out")
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "ModelSpec":
        kinds = named_kinds(self)
        if len(kinds) != 1:
            raise ValueError(f"{len(kinds)} kinds of model\nname one of {', '.join(KINDS)}")
        if self.key_header and not self.key_env:
            raise ValueError("'key_header' without a key\nadd `key_env: OPENAI_API_KEY`, the variable that holds it")
        if self.endpoint is not None and not (self.model and self.prompt):
            mend = 'add `model: NAME` and `prompt: "..."`, where the task\'s fields stand in braces: {text}, {prompt}'
            raise ValueError(f"an endpoint needs `model` and `prompt`\n{mend}")
        return self
