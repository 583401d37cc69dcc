"""Make variants. What comes out depends on the key alone: never on order, slice, process, hash seed or machine."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from random import Random

from albert_robust.perturbing.registry import Registry
from albert_robust.perturbing.spec import DEFAULT_SEVERITY, Spec
from albert_robust.text import Text
from albert_robust.text.joined import joined, parted


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
    registry: Registry, spec: Spec, text: Text, *, seed: int, example: str, field: str = "text", replicate: int = 0
) -> Text:
    """Return the variant of a text under a spec: that of an example with one field; see `vary_fields`."""
    return vary_fields(registry, spec, {field: text}, seed=seed, example=example, replicate=replicate)[field]


def vary_fields(
    registry: Registry,
    spec: Spec,
    texts: Mapping[str, Text],
    *,
    beside: Sequence[Text] | None = None,
    seed: int,
    example: str,
    replicate: int = 0,
    source: Random | None = None,
) -> dict[str, Text]:
    """Return the variants of an example's fields under a spec.

    Each field is varied by itself, but a step that works across fields reads them as one text where the answer is to stay.

    Args:
        registry: Where the spec's names are looked up.
        spec: What to apply, in order.
        texts: By field, in the language of the example: unedited, or edited by earlier steps.
        beside: Where the answer is to stay, its other fields and gold answers: what stands there too is changed nowhere. None
            where it is not.
        seed: The suite's seed.
        example: The example's id.
        replicate: Which of several variants.
        source: A random source that each step begins anew; None for new ones.

    Raises:
        MissingExtraError: A step runs on a module that is not installed.
    """
    made = dict(texts)
    language = next(iter(made.values())).language  # of the example: a step may give a text another
    for place, step in enumerate(spec.steps):
        item = registry.ready(step.name)
        severity = step.severity or DEFAULT_SEVERITY
        key = (seed, item.name, item.version, severity, example, language)
        if item.across_fields and beside is not None and len(made) + len(beside) > 1:
            rng = keyed_random(*key, "+".join(made), replicate, place, source=source)
            whole = item(joined([*made.values()], beside), rng, severity)
            made = dict(zip(made, parted(whole, [*made.values()]), strict=True))
        else:
            for field, text in made.items():
                made[field] = item(text, keyed_random(*key, field, replicate, place, source=source), severity)
    return made
