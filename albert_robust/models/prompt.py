"""What a model behind an endpoint is asked, and how what it says is read: templates of prompts, labels, numbers."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

from albert_robust.data.conversation import BEFORE
from albert_robust.models.model import Inputs

SYSTEM = "system"  # the field that holds the system's text where that is perturbed
READING = "v2"  # raise it when the same reply is read otherwise
_FIELD = re.compile(r"\{([A-Za-z_]+)\}")
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


class EndpointSettings(Protocol):
    """What a suite says about a model behind an endpoint."""

    @property
    def endpoint(self) -> str | None: ...  # noqa: D102  # suite/schema.py describes them
    @property
    def model(self) -> str | None: ...  # noqa: D102
    @property
    def prompt(self) -> str | None: ...  # noqa: D102
    @property
    def system(self) -> str | None: ...  # noqa: D102
    @property
    def settings(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def labels(self) -> Sequence[str]: ...  # noqa: D102
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
    parts = (suite.prompt, suite.system, dict(suite.settings), list(suite.labels), suite.version, READING)
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
    return f"endpoint:{suite.model}@{suite.endpoint}:{digest}"


def is_local(url: str) -> bool:
    """Return whether what is sent to a URL stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def fields_of(template: str) -> set[str]:
    """Return the names of the fields that a template holds."""
    return set(_FIELD.findall(template))


def filled(template: str, inputs: Inputs) -> str:
    """Return a template with fields in the place of their names; braces in the fields mean nothing."""
    return _FIELD.sub(lambda found: inputs[found[1]], template)


def turns_of(suite: EndpointSettings, inputs: Inputs) -> list[dict[str, str]]:
    """Return the messages that ask for an answer: the system's, what was said before in a conversation, and the prompt."""
    system = inputs.get(SYSTEM, suite.system)
    first = [{"role": "system", "content": filled(system, inputs)}] if system else []
    return [*first, *before(inputs), {"role": "user", "content": filled(str(suite.prompt), inputs)}]


def before(inputs: Inputs) -> list[dict[str, str]]:
    """Return the turns before a prompt, where it is one of a conversation."""
    found: list[dict[str, str]] = json.loads(inputs.get(BEFORE, "[]"))
    return found


def after_thoughts(said: str) -> str:
    """Return what a model says after what it thinks, as some do between `<think>` and `</think>`; a prompt may have opened it.

    Raises:
        ValueError: Its thoughts have no end.
    """
    thoughts, end, answer = said.partition("</think>")
    if not end and thoughts.lstrip().startswith("<think>"):
        raise ValueError("it was still thinking when its tokens came to an end")
    return (answer if end else said).strip()


def label_of(said: str, labels: Sequence[str]) -> str:
    """Return the label that a text is, whatever its case and the punctuation around it; the text itself where it is none."""
    for same in (str, str.casefold, _bare):
        found = {label for label in labels if same(label) == same(said) != ""}
        if len(found) == 1:
            return found.pop()
    return said


def _bare(text: str) -> str:
    return _AROUND.sub("", text).casefold()


def number_of(said: str) -> float | str:
    """Return the number that a text is; the text itself where it is none."""
    try:
        return float(said.rstrip("."))
    except ValueError:
        return said
