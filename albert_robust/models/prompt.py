"""Prompt: fills the templates that a language model is asked with, and digests them for its identity."""

import hashlib
import json
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from albert_robust.data.conversation import BEFORE, Turn, turns_before
from albert_robust.models.model import Inputs
from albert_robust.models.reply import READING

if TYPE_CHECKING:  # which is made of the kinds that use this
    from albert_robust.models.spec import ModelSpec

SYSTEM, TEMPLATE = "system", "template"  # fields that hold the system's text, or the prompt's, where that is perturbed
RESERVED = ("id", "language", SYSTEM, TEMPLATE, BEFORE)  # no columns that a model is asked with
ITSELF = "{prompt}"  # what is asked where the data say all of it
_FIELD = re.compile(r"\{(\{)?([^\W\d]\w*)\}(?(1)\})")  # in doubled braces it is no field, but its name in braces


def prompt_digest(suite: "ModelSpec", version: str | None = None) -> str:
    """Return a digest of how a language model is asked and how its replies are read."""
    read = (list(suite.own_labels), suite.range, READING)  # `4/5` is a share of the range
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


def turns_of(suite: "ModelSpec", inputs: Inputs) -> list[Turn]:
    """Return what a model is told: the system's text, in place of a conversation's own, the turns before, and the prompt."""
    said, prompt = turns_before(inputs), inputs.get(TEMPLATE, suite.prompt or ITSELF)
    if told := filled(inputs.get(SYSTEM, suite.system or ""), inputs):
        said = [{"role": "system", "content": told}, *(turn for turn in said if turn["role"] != "system")]
    asked = filled(prompt, inputs)
    if any(not inputs[name] for name in fields_of(prompt)):  # an empty cell leaves no blank lines beside it
        asked = asked.strip()
    return [*said, {"role": "user", "content": asked}]
