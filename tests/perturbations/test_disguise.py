"""What `disguise.*` promises: a reader sees the text, and there is a way back to it."""

from random import Random
from unicodedata import normalize

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from variants_made import made

from albert_robust import Text
from albert_robust.perturbing import Registry, open_packs

PACK = open_packs()
STRINGS = st.text("abcEIOstxyzéß .,-'ыΩ한👍", max_size=40)
LETTERS = dict(zip("431057", "aeiost", strict=True))


@given(string=STRINGS, seed=st.integers(0, 99))
def test_decorated_letters_are_compatible_with_plain_ones(string: str, seed: int) -> None:
    assert normalize("NFKC", made(PACK, "disguise.fonts", string, seed=seed)) == normalize("NFKC", string)


@given(string=STRINGS, seed=st.integers(0, 99))
def test_shown_the_other_way_round_words_are_as_they_were(string: str, seed: int) -> None:
    """A right-to-left override shows what it holds from its end to its beginning."""
    stored = made(PACK, "disguise.bidi", string, seed=seed)
    assert regex.sub("\u202e([^\u202c]*)\u202c", lambda held: held[1][::-1], stored) == string


@given(string=STRINGS, seed=st.integers(0, 99))
def test_a_digit_stands_for_the_letter_that_it_looks_like(string: str, seed: int) -> None:
    told = made(PACK, "disguise.leet", string, seed=seed)
    assert "".join(LETTERS.get(letter, letter) for letter in told).lower() == string.lower()
    for word in Text.of(told, "en").words():
        assert 2 * sum(map(str.isdecimal, word.string)) <= len(word.string)


def test_a_text_has_one_kind_of_letters(pack: Registry) -> None:
    for seed in range(20):
        text = pack.get("disguise.fonts")(Text.of("very good food here", "en"), Random(seed), 5)
        blocks = {ord(letter) // 52 for edit in text.edits for letter in edit.replacement.swapcase()}
        assert len(text.edits) == 2
        assert len(blocks) <= 2  # an alphabet has 52 letters


@pytest.mark.parametrize(
    ("name", "applies"),
    [
        ("fonts", ["sv", "und", "sr-Latn"]),
        ("leet", ["sv", "und", "sr-Latn"]),
        ("bidi", ["ko", "ru", "sv", "und", "sr-Latn"]),
    ],
)
def test_it_works_where_the_script_has_such_letters(pack: Registry, name: str, applies: list[str]) -> None:
    tags = ["ar", "hi", "ko", "ru", "sv", "und", "sr-Latn", "zh"]
    assert [tag for tag in tags if pack.get(f"disguise.{name}").applies(tag)] == applies
