"""The bridge to nlpaug: any of its augmenters as a perturbation with our contract.

nlpaug takes its chance from the global `random` and `numpy.random` states, returns a string, a list or nothing, and
drops outer blanks. The bridge seeds both states from our own source and puts them back, reads all three result
types, and turns the outcome into edits. nlpaug 1.1.11 is unmaintained, so nothing else in the engine knows of it.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Protocol

from albert_robust.text import Text


class Augmenter(Protocol):
    """The one method of nlpaug's augmenters that the bridge calls."""

    def augment(self, data: str) -> Any:
        """Return a string, a list of strings, or an empty list."""
        ...


def augment(text: Text, rng: Random, make: Callable[[], Augmenter]) -> Text:
    """Return the text as an nlpaug augmenter changes it; the same text where it has nothing to give.

    Args:
        text: The text.
        rng: Seeds the global states for the time of the call.
        make: Builds the augmenter, inside the seeded region: some draw while they are built.
    """
    if not str(text).strip():
        return text
    with _seeded(rng.getrandbits(32)):
        result = make().augment(str(text))
    made = result[0] if isinstance(result, list) and result else result
    if not isinstance(made, str) or not made.strip():
        return text
    string = str(text)
    opening = string[: len(string) - len(string.lstrip())]
    closing = string[len(string.rstrip()) :]
    return text.rewrite(f"{opening}{made.strip()}{closing}", "nlpaug")


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    import numpy

    kept, kept_numpy = random.getstate(), numpy.random.get_state()
    random.seed(seed)
    numpy.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(kept)
        numpy.random.set_state(kept_numpy)
