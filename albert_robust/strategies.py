"""Hypothesis strategies, for users' own `@given` tests: the same perturbations, driven by a search instead of a seed."""

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
def _registry() -> Registry:
    return open_packs((Path.cwd() / PACK,))


def variants(text: str, spec: str = "typos.*", *, language: str = UNKNOWN) -> st.SearchStrategy[Text]:
    """Return a strategy for variants of a text: `@given(variants("good food", "typos.*", language="en"))`.

    Hypothesis makes the choices, so that it finds, repeats and simplifies a failing variant.

    Args:
        text: The text.
        spec: A perturbation, a chain, or a glob of which one is drawn.
        language: BCP 47 tag.

    Raises:
        ValueError: The spec names nothing known, or nothing that works in the language.
        MissingExtraError: When a variant is drawn: its perturbation runs on a module that is not installed.
    """
    specs = [found for found in _registry().expand(spec) if _registry().applies(found, language)]
    if not specs:
        raise ValueError(f"{spec!r} has nothing for language {language!r}")
    return st.builds(
        _apply, st.just(text), st.just(language), st.sampled_from(specs), st.randoms(use_true_random=False)
    )


def _apply(text: str, language: str, spec: Spec, rng: Random) -> Text:
    made = Text.of(text, language)
    for step in spec.steps:
        made = _registry().ready(step.name)(made, rng, step.severity or DEFAULT_SEVERITY)
    return made
