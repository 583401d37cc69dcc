"""A chat model behind an endpoint: `endpoint: https://host/v1/chat/completions`. Its client is loaded when it is asked."""

from albert_robust.models.kind import Kind, ModelSettings, Wanted
from albert_robust.models.model import Answering
from albert_robust.models.prompt import prompt_digest


def endpoint_identity(suite: ModelSettings) -> str:
    """Return what names a model behind an endpoint: all that shapes its answers. The key is no part of it."""
    return f"endpoint:{suite.model}@{suite.endpoint}:{prompt_digest(suite, suite.version)}"


def _load(wanted: Wanted) -> Answering:
    from albert_robust.models.client import load_endpoint

    return load_endpoint(wanted.settings, wanted.task, wanted.usage)


ENDPOINT = Kind(lambda wanted: endpoint_identity(wanted.settings), _load, streams=True)
