"""Makes variants. Each depends on its key alone: never on order, slice, process, hash seed or machine."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from random import Random
from struct import Struct
from typing import Any, Self

from albert_robust.perturbing.registry import Registry
from albert_robust.perturbing.spec import DEFAULT_SEVERITY, Spec
from albert_robust.quick_json import dumps
from albert_robust.text import Text
from albert_robust.text.joined import joined, parted

_WORDS = Struct(">8Q").unpack


class KeyedRandom(Random):
    """A random source that depends on a key alone: words of 64 bits, BLAKE2b's of the key and a counter.

    Nothing is hashed before a number is drawn, and a variant draws few: `Random` spreads a seed over 624 words first.
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
        self._key, self._blocks = key, 0
        self._words: list[int] = []
        self.gauss_next = None
        return self

    def seed(self, a: object = None, version: int = 2) -> None:
        """Begin anew, as `Random` does."""
        self.begin(repr(a))

    def _more(self) -> list[int]:
        """Return the next words, the first one last."""
        digest = blake2b(dumps(self._key) + str(self._blocks).encode()).digest()
        self._words, self._blocks = list(_WORDS(digest)), self._blocks + 1
        return self._words

    def getrandbits(self, k: int) -> int:
        """Return k bits as a number: the first ones of the next words."""
        found = 0
        for _ in range(0, k, 64):
            found = found << 64 | (self._words or self._more()).pop()
        return found >> -k % 64

    def random(self) -> float:
        """Return a number in [0, 1), a multiple of 2**-53."""
        return ((self._words or self._more()).pop() >> 11) * 2**-53

    def getstate(self) -> tuple[Any, ...]:
        """Return what `setstate` takes: a source can be copied and sent to another process."""
        return self._key, self._blocks, tuple(self._words), self.gauss_next

    def setstate(self, state: tuple[Any, ...]) -> None:
        """Go on where a source was."""
        self._key, self._blocks, words, self.gauss_next = state
        self._words = list(words)


def vary(
    registry: Registry, spec: Spec, text: Text, *, seed: int, example: str, field: str = "text", replicate: int = 0
) -> Text:
    """Return the variant of a text under a spec, as of an example with one field; see `vary_fields`."""
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
    attempt: int = 0,
    source: KeyedRandom | None = None,
) -> dict[str, Text]:
    """Return the variants of an example's fields under a spec.

    Each field is varied by itself, but a step that works across fields reads them as one text where the answer is to stay.

    Args:
        registry: The perturbations that the spec names.
        spec: The perturbations to apply, in order.
        texts: The texts by field, in the language of the example: unedited, or edited by earlier steps.
        beside: Where the answer is to stay, its other fields and gold answers: what stands there too is changed nowhere. None
            where it is not.
        seed: The suite's seed.
        example: The example's id.
        replicate: The number of the variant, if the example has several.
        attempt: The number of the draw, from 0 on: the first may repeat another variant.
        source: A random source to reuse; each step begins it anew. None for a new one.

    Raises:
        MissingExtraError: A step runs on a module that is not installed.
    """
    made, source = dict(texts), source or KeyedRandom()
    draw = (replicate, attempt) if attempt else (replicate,)
    first, text = next(iter(made.items()))
    language = text.language  # of the example: a step may give a text another
    for place, step in enumerate(spec.steps):
        item = registry.ready(step.name)
        severity = step.severity or DEFAULT_SEVERITY
        key = (seed, item.name, item.version, severity, example, language)
        if item.across_fields and beside is not None and len(made) + len(beside) > 1:
            whole = item(joined([*made.values()], beside), source.begin(*key, "+".join(made), *draw, place), severity)
            made = dict(zip(made, parted(whole, [*made.values()]), strict=True))
        else:
            for field, text in made.items():
                drawn = first if item.alike else field
                made[field] = item(text, source.begin(*key, drawn, *draw, place), severity)
    return made
