"""Make variants. What comes out depends on the key alone: never on order, slice, process, hash seed or machine."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import Any, Self

from albert_robust.perturbing.registry import Registry
from albert_robust.perturbing.spec import DEFAULT_SEVERITY, Spec
from albert_robust.text import Text
from albert_robust.text.joined import joined, parted

BLOCK = 8 * blake2b.MAX_DIGEST_SIZE  # bits


class KeyedRandom(Random):
    """A random source that depends on a key alone: its bits are BLAKE2b's of the key and a counter.

    To begin anew takes a fifth of the time in which `Random` spreads a seed over its state, and a variant draws few numbers.
    """

    def __new__(cls, *key: str | int) -> Self:
        """Make a source; without a number, `Random` would ask the system for noise."""
        return super().__new__(cls, 0)  # type: ignore[call-arg]  # which typeshed does not know

    def __init__(self, *key: str | int) -> None:
        """Begin with a key; seed 0 is a seed like any other."""
        super().__init__()
        self.begin(*key)

    def begin(self, *key: str | int) -> Self:
        """Begin anew with another key; return the source itself."""
        self._start(f"[{', '.join(map(_json, key))}]".encode())
        return self

    def seed(self, a: object = None, version: int = 2) -> None:
        """Begin anew, as `Random` does."""
        self._start(repr(a).encode())

    def _start(self, key: bytes) -> None:
        self._key, self._blocks = key, 1
        self._bits, self._left = int.from_bytes(blake2b(key).digest(), "big"), BLOCK
        self.gauss_next = None

    def getrandbits(self, k: int) -> int:
        """Return the next k bits as a number."""
        if k > self._left:
            self._fill(k)
        found = self._bits & ((1 << k) - 1)
        self._bits >>= k
        self._left -= k
        return found

    def _fill(self, k: int) -> None:
        """Have at least k bits."""
        while self._left < k:
            salt = self._blocks.to_bytes(blake2b.SALT_SIZE, "big")
            self._bits |= int.from_bytes(blake2b(self._key, salt=salt).digest(), "big") << self._left
            self._left += BLOCK
            self._blocks += 1

    def random(self) -> float:
        """Return a number in [0, 1), a multiple of 2**-53."""
        return self.getrandbits(53) * 2**-53

    def getstate(self) -> tuple[Any, ...]:
        """Return what `setstate` takes: a source can be copied and sent to another process."""
        return self._key, self._blocks, self._bits, self._left, self.gauss_next

    def setstate(self, state: tuple[Any, ...]) -> None:
        """Go on where a source was."""
        self._key, self._blocks, self._bits, self._left, self.gauss_next = state


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
    source: KeyedRandom | None = None,
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
        source: A random source that each step begins anew; None for a new one.

    Raises:
        MissingExtraError: A step runs on a module that is not installed.
    """
    made, source = dict(texts), source or KeyedRandom()
    language = next(iter(made.values())).language  # of the example: a step may give a text another
    for place, step in enumerate(spec.steps):
        item = registry.ready(step.name)
        severity = step.severity or DEFAULT_SEVERITY
        key = (seed, item.name, item.version, severity, example, language)
        if item.across_fields and beside is not None and len(made) + len(beside) > 1:
            whole = item(
                joined([*made.values()], beside), source.begin(*key, "+".join(made), replicate, place), severity
            )
            made = dict(zip(made, parted(whole, [*made.values()]), strict=True))
        else:
            for field, text in made.items():
                made[field] = item(text, source.begin(*key, field, replicate, place), severity)
    return made
