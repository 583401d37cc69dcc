"""Hypothesis strategies, for users' own `@given` tests: the same perturbations, driven by a search instead of a seed."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

from hypothesis import strategies as st

from albert_robust.perturbing import Registry, Spec, open_packs
from albert_robust.perturbing.registry import PACK
from albert_robust.perturbing.spec import DEFAULT_SEVERITY
from albert_robust.text import Text
from albert_robust.text.languages import UNKNOWN


@cache
def _registry(packs: tuple[Path, ...]) -> Registry:
    return open_packs(packs)


def variants(
    text: str, spec: str = "typos.*", *, language: str = UNKNOWN, packs: Sequence[str | Path] = ()
) -> st.SearchStrategy[Text]:
    """Return a strategy for variants of a text: `@given(variants("good food", "typos.*", language="en"))`.

    Hypothesis makes the choices, so that it finds, repeats and simplifies a failing variant.

    Args:
        text: The text.
        spec: A perturbation, a chain, or a glob of which one is drawn.
        language: BCP 47 tag.
        packs: Folders of perturbations beside the built-in one and `./perturbations`.

    Raises:
        ValueError: The spec names nothing known, or nothing that works in the language.
        MissingExtraError: When a variant is drawn: its perturbation runs on a module that is not installed.
    """
    registry = _registry((*map(Path, packs), Path.cwd() / PACK))
    specs = [found for found in registry.expand(spec) if registry.applies(found, language)]
    if not specs:
        raise ValueError(f"{spec!r} has nothing for language {language!r}")
    source = Text.of(text, language)

    @st.composite
    def variant(draw: st.DrawFn) -> Text:
        return _applied(registry, source, draw(st.sampled_from(specs)), draw(st.randoms(use_true_random=False)))

    return variant()


def _applied(registry: Registry, made: Text, spec: Spec, rng: Random) -> Text:
    for step in spec.steps:
        made = registry.ready(step.name)(made, rng, step.severity or DEFAULT_SEVERITY)
    return made
