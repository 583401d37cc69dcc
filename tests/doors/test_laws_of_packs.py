"""The laws of perturbations, for the tests of users' own packs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.laws import assert_laws

OWN = """
import random
from dataclasses import replace

import numpy as np

from albert_robust import Edit, Example, Text, perturbation


@perturbation("own.one", preserves="meaning", languages=["sv"]{options})
def one(text, rng, severity):
    "Change a word, if there is one."
    words = text.words()
    {body}
"""
PUT = "return text.replace_each([(word.start, word.end, {0}) for word in words[:1]], 'own')"

BROKEN = {
    "the global source": (PUT.format("random.choice('ABCD')"), "draws from a global source of chance: draw from `rng`"),
    "that of numpy": (
        PUT.format("str(np.random.randint(99))"),
        "draws from a global source of chance: draw from `rng`",
    ),
    "a source of its own": (PUT.format("random.Random().choice('AB')"), "makes .* and then .* of one seed: draw"),
    "no word": (
        "return text.replace_each([(words[0].start, words[0].end, 'x')], 'own')",
        r"raises IndexError: .* \(own\.py:14\)",
    ),
    "another text": (
        "return Text(str(text) + '!', text.language)",
        "makes '!' of another text: change the one that it is given",
    ),
    "edits that overlap": (
        "return replace(text, edits=(Edit(0, 2, 'x', 'own'), Edit(1, 3, 'y', 'own'))) if len(text) > 3 else text",
        "makes 'xy.*', which its edits do not",
    ),
    "characters and not graphemes": (
        "return text.replace_each([(word.start, word.start + len(word.string), 'x') for word in words], 'own')",
        r"raises IndexError: .* \(own\.py:14\)",
    ),
    "what is protected": (
        "return replace(text, protected=()).rewrite(str(text).replace('{name}', 'you'))",
        r"makes '.*you.*', and '\{name\}' is protected",
    ),
    "a list of few severities": (PUT.format("'ab'[severity - 1]"), "raises IndexError: string index out of range"),
}


def own(write: Callable[..., Path], body: str, options: str = "") -> Path:
    """Write a pack and return its folder."""
    return write(perturbations__own_dot_py=OWN.replace("{options}", options).replace("{body}", body)).parent


@pytest.mark.parametrize(("body", "message"), list(BROKEN.values()), ids=list(BROKEN))
def test_a_perturbation_that_breaks_a_law_is_told_with_the_text(
    write: Callable[..., Path], body: str, message: str
) -> None:
    with pytest.raises(
        AssertionError, match=rf"^own\.one {message}(.|\n)*\n  on .*, language sv, severity \d, seed \d"
    ):
        assert_laws("own.one", packs=[own(write, body)])


def test_it_is_held_to_the_severities_that_it_has(write: Callable[..., Path]) -> None:
    assert_laws("own.*", packs=[own(write, PUT.format("'ab'[severity - 1]"), ", severities=2")])
