"""A variant in one call."""

from random import Random

from albert_robust import Text
from albert_robust.perturbing import Registry


def made(pack: Registry, name: str, before: str, language: str = "en", *, seed: int = 0, severity: int = 5) -> str:
    """Return what a perturbation makes of a text."""
    return str(pack.get(name)(Text.of(before, language), Random(seed), severity))
