"""A chat model behind an endpoint: `endpoint: https://host/v1/chat/completions`. Its client is loaded when it is asked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from albert_robust.errors import Mistake
from albert_robust.grammar import Strict
from albert_robust.models.kind import ASKING, Kind, Unfit, Wanted
from albert_robust.models.model import Answering
from albert_robust.models.prompt import is_local, prompt_digest
from albert_robust.tasks import TASKS, Task

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


class EndpointSettings(Strict):
    """What only a model behind an endpoint has."""

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

    @field_validator("endpoint", mode="before")
    @classmethod
    def _url(cls, value: object) -> object:
        if isinstance(value, str) and not (_ENDPOINT.fullmatch(value) and _has_host(value)):
            raise Mistake(
                "not an endpoint's URL",
                "write `https://host/v1/chat/completions`, with no password, no query but ?api-version=",
            )
        if isinstance(value, str) and value.rstrip("/").endswith("/v1"):
            raise Mistake(f"{value} is where an API begins", f"write `{value.rstrip('/')}/chat/completions`")
        for other in OTHER_FORMATS:
            if isinstance(value, str) and value.endswith(other):
                mend = f"write `{value.removesuffix(other)}/v1/chat/completions`, which such servers mostly have, too"
                raise Mistake(f"{value} speaks another format than OpenAI's for chat", mend)
        return value

    @field_validator("key_env", mode="before")
    @classmethod
    def _variable(cls, value: object) -> object:
        if isinstance(value, str) and not _VARIABLE.fullmatch(value):
            raise Mistake("not the name of a variable", "write `OPENAI_API_KEY` or the like, never the key itself")
        return value

    @model_validator(mode="after")
    def _whole(self: Any) -> Any:  # what the whole of `model:` says, the prompt included
        if self.key_header and not self.key_env:
            raise Mistake("'key_header' without a key", "add `key_env: OPENAI_API_KEY`, the variable that holds it")
        if self.endpoint is not None and not (self.model and self.prompt):
            mend = 'add `model: NAME` and `prompt: "..."`, where the task\'s fields stand in braces: {text}, {prompt}'
            raise Mistake("an endpoint needs `model` and `prompt`", mend)
        return self


def _identity(wanted: Wanted) -> str:
    """Return what names a model behind an endpoint: all that shapes its answers. The key is no part of it."""
    said = wanted.settings
    return f"endpoint:{said.model}@{wanted.name}:{prompt_digest(said, said.version)}"


def _load(wanted: Wanted) -> Answering:
    from albert_robust.models.client import load_endpoint

    return load_endpoint(wanted.settings, wanted.task, wanted.usage)


def _unfit(settings: EndpointSettings, task: Task, folder: Path) -> Iterator[Unfit]:
    """Yield a mistake if the key would be readable on its way."""
    url = str(settings.endpoint)
    if settings.key_env and url.startswith("http:") and not is_local(url):
        yield "endpoint", "the key would go over the network as it is", "write `https://`, or take out `key_env`"


KIND = Kind(
    name="endpoint",
    called="a chat model",
    settings=EndpointSettings,
    identity=_identity,
    load=_load,
    tasks=tuple(name for name, task in TASKS.items() if task.starter_prompt),
    shares=(*ASKING, "timeout"),
    streams=True,
    unfit=_unfit,
)
