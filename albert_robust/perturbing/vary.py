"""Make variants. What comes out depends on the key alone: never on order, slice, process, hash seed or machine."""

import hashlib
import json
from functools import lru_cache
from random import Random

from albert_robust.perturbing.registry import Registry
from albert_robust.perturbing.spec import DEFAULT_SEVERITY, Spec
from albert_robust.text import Text


def keyed_random(*key: str | int, source: Random | None = None) -> Random:
    """Return a random source that depends on the key alone. Seed 0 is a seed like any other.

    Args:
        key: What it depends on.
        source: One to begin anew, in half the time that a new one takes; None for a new one.
    """
    number = int.from_bytes(hashlib.sha256(f"[{', '.join(map(_json, key))}]".encode()).digest(), "big")
    if source is None:
        return Random(number)
    source.seed(number)
    return source


_json = lru_cache(maxsize=1024)(json.dumps)  # the parts of a key are those of many others


def vary(
    registry: Registry,
    spec: Spec,
    text: Text,
    seed: int,
    example: str,
    field: str = "text",
    replicate: int = 0,
    source: Random | None = None,
) -> Text:
    """Return the variant of a text under a spec.

    Args:
        registry: Where the spec's names are looked up.
        spec: What to apply, in order.
        text: An unedited text, or one that earlier steps edited.
        seed: The suite's seed.
        example: The example's id.
        field: The field the text stands in.
        replicate: Which of several variants.
        source: A random source that each step begins anew; None for new ones.

    Raises:
        MissingExtraError: A step runs on a module that is not installed.
    """
    language = text.language  # of the example: a step may give the text another
    for place, step in enumerate(spec.steps):
        item = registry.ready(step.name)
        severity = step.severity or DEFAULT_SEVERITY
        key = seed, item.name, item.version, severity, example, language, field, replicate, place
        rng = keyed_random(*key, source=source)
        text = item(text, rng, severity)
    return text
