"""Hypothesis strategies, for users' own `@given` tests: the same perturbations, driven by a search instead of a seed."""

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from hypothesis import strategies as st

from albert_robust.errors import Mistake, UsageError, folders
from albert_robust.file_names import PACK
from albert_robust.perturbing import Registry, Spec, open_packs
from albert_robust.perturbing.spec import DEFAULT_SEVERITY
from albert_robust.text import Text
from albert_robust.text.languages import UNKNOWN


def variants(
    text: str, spec: str = "typos.*", *, language: str = UNKNOWN, packs: Sequence[str | Path] = ()
) -> st.SearchStrategy[Text]:
    """Return a strategy for variants of a text: `@given(variants("good food", "typos.*", language="en"))`.

    Hypothesis makes the choices, so that it finds, repeats and simplifies a failing variant.

    Args:
        text: The text.
        spec: A perturbation, a chain, or a glob of which one is drawn.
        language: BCP 47 tag.
        packs: Folders of perturbations, besides the built-in one, `./perturbations` and that beside the file that calls.

    Raises:
        UsageError: The text is none, or the spec names nothing known, or nothing that works in the language.
        MissingExtraError: When a variant is drawn: its perturbation runs on a module that is not installed.
    """
    if not isinstance(text, str):
        raise UsageError(f"text: expected a text, got {type(text).__name__}")
    registry, named = opened(spec, packs, sys._getframe(1).f_code.co_filename)
    specs = [found for found in named if registry.applies(found, language)]
    if not specs:
        raise UsageError(f"{spec!r} has nothing for language {language!r}")
    source = Text.of(text, language)

    @st.composite
    def variant(draw: st.DrawFn) -> Text:
        return _applied(registry, source, draw(st.sampled_from(specs)), draw(st.randoms(use_true_random=False)))

    return variant()


def opened(spec: str, packs: Sequence[str | Path], caller: str) -> tuple[Registry, list[Spec]]:
    """Return the perturbations that a test may name, and those that a spec does.

    Args:
        spec: A perturbation, a chain or a glob.
        packs: Folders of perturbations.
        caller: The test's file: those beside it are found too, as the fixture `robust` finds them.

    Raises:
        UsageError: The spec names nothing known.
    """
    registry = open_packs((*folders("packs", packs), Path(caller).parent / PACK, Path.cwd() / PACK))
    try:
        return registry, registry.expand(spec)
    except Mistake as mistake:
        places = f"looked for in {PACK}/ beside {Path(caller).name} and in ./{PACK}: name other folders by packs=[...]"
        raise UsageError(str(mistake), places) from None


def _applied(registry: Registry, made: Text, spec: Spec, rng: Random) -> Text:
    for step in spec.steps:
        made = registry.ready(step.name)(made, rng, step.severity or DEFAULT_SEVERITY)
    return made
