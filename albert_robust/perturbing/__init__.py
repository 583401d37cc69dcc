"""Perturbations: what they are, where they are found, how variants are made."""

from albert_robust.perturbing.perturbation import Example, Perturbation, perturbation, share
from albert_robust.perturbing.registry import Registry, open_packs
from albert_robust.perturbing.spec import Spec, parse_spec
from albert_robust.perturbing.vary import KeyedRandom, vary, vary_fields

__all__ = [
    "Example",
    "KeyedRandom",
    "Perturbation",
    "Registry",
    "Spec",
    "open_packs",
    "parse_spec",
    "perturbation",
    "share",
    "vary",
    "vary_fields",
]
