"""What `spelling.elongation` promises: letters come three times and more, and without that the text is as it was."""

from itertools import groupby
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variants_made import made

from albert_robust import Text
from albert_robust.perturbing import Registry, open_packs

ELONGATION = open_packs().get("spelling.elongation")


def runs(string: str) -> list[tuple[str, int]]:
    return [(letter, len(list(run))) for letter, run in groupby(string)]


@given(string=st.text("aeoyBdgtn éж ыоД", max_size=30), seed=st.integers(0, 99), severity=st.integers(1, 5))
def test_only_runs_of_letters_grow_and_to_three_at_least(string: str, seed: int, severity: int) -> None:
    before, after = runs(string), runs(str(ELONGATION(Text.of(string, "en"), Random(seed), severity)))
    assert [letter for letter, _ in after] == [letter for letter, _ in before]
    grown = [long for (_, short), (_, long) in zip(before, after, strict=True) if long != short]
    assert all(long >= 3 for long in grown)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "never"), ("fr", "jamais"), ("ru", "никогда"), ("en", "NATO"), ("en", "mp3"), ("en", "so")],
)
def test_denials_capitals_digits_and_short_words_stay(pack: Registry, language: str, text: str) -> None:
    assert {made(pack, "spelling.elongation", text, language, seed=seed) for seed in range(9)} == {text}


@pytest.mark.parametrize("text", ["شكراً", "سئل", "مؤمن"])
def test_what_a_mark_makes_of_an_arabic_vowel_is_not_drawn_out(pack: Registry, text: str) -> None:
    assert {made(pack, "spelling.elongation", text, "ar", seed=seed) for seed in range(9)} == {text}
