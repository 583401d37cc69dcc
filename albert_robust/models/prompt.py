"""What a language model is asked: templates of prompts, and what names such a model."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

from albert_robust.data.conversation import Turn, turns_before
from albert_robust.models.model import Inputs
from albert_robust.models.reply import READING

SYSTEM, TEMPLATE = "system", "template"  # fields that hold the system's text, or the prompt's, where that is perturbed
ITSELF = "{prompt}"  # what is asked where the data say all of it
_FIELD = re.compile(r"\{(\{)?([^\W\d]\w*)\}(?(1)\})")  # in doubled braces it is no field, but its name in braces


class PromptSettings(Protocol):
    """What a suite says about a language model, wherever it runs."""

    @property
    def prompt(self) -> str | None: ...  # noqa: D102  # suite/schema.py describes them
    @property
    def system(self) -> str | None: ...  # noqa: D102
    @property
    def settings(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def labels(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def range(self) -> tuple[float, float] | None: ...  # noqa: D102


class EndpointSettings(PromptSettings, Protocol):
    """What a suite says about a model behind an endpoint."""

    @property
    def endpoint(self) -> str | None: ...  # noqa: D102
    @property
    def model(self) -> str | None: ...  # noqa: D102
    @property
    def key_env(self) -> str | None: ...  # noqa: D102
    @property
    def key_header(self) -> str | None: ...  # noqa: D102
    @property
    def at_once(self) -> int: ...  # noqa: D102
    @property
    def timeout(self) -> float | None: ...  # noqa: D102
    @property
    def version(self) -> str | None: ...  # noqa: D102


def endpoint_identity(suite: EndpointSettings) -> str:
    """Return what names a model behind an endpoint: all that shapes its answers. The key is no part of it."""
    return f"endpoint:{suite.model}@{suite.endpoint}:{prompt_digest(suite, suite.version)}"


def prompt_digest(suite: PromptSettings, version: str | None = None) -> str:
    """Return what stands for how a language model is asked and read."""
    read = (list(suite.labels), suite.range, READING)  # `4/5` is a share of the range
    parts = (suite.prompt, suite.system, dict(suite.settings), version, read)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def is_local(url: str) -> bool:
    """Return whether what is sent to a URL stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def fields_of(template: str) -> set[str]:
    """Return the names of the fields that a template holds."""
    return {name for doubled, name in _FIELD.findall(template) if not doubled}


def filled(template: str, inputs: Inputs) -> str:
    """Return a template with fields in the place of their names; braces in the fields mean nothing."""
    return _FIELD.sub(lambda found: found[0][1:-1] if found[1] else inputs[found[2]], template)


def turns_of(suite: PromptSettings, inputs: Inputs) -> list[Turn]:
    """Return what a model is told: the system's text, in place of a conversation's own, the turns before, and the prompt."""
    said, prompt = turns_before(inputs), inputs.get(TEMPLATE, suite.prompt or ITSELF)
    if told := filled(inputs.get(SYSTEM, suite.system or ""), inputs):
        said = [{"role": "system", "content": told}, *(turn for turn in said if turn["role"] != "system")]
    asked = filled(prompt, inputs)
    if any(not inputs[name] for name in fields_of(prompt)):  # an empty cell leaves no blank lines beside it
        asked = asked.strip()
    return [*said, {"role": "user", "content": asked}]
