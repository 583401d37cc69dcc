"""What `spelling.grouping` promises: the number is the same, and what may be no number of things is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variants_made import made

from albert_robust.perturbing import Registry, open_packs

PACK = open_packs()
MARKS = {"en": ",", "de": ".", "fr": " ", "zh": ",", "ru": "\u00a0"}


@pytest.mark.parametrize("language", MARKS)
@given(number=st.integers(1000, 10**12), seed=st.integers(0, 9))
def test_it_is_the_same_number_without_its_marks_or_with_other_ones(language: str, number: int, seed: int) -> None:
    written = f"{number:,}".replace(",", MARKS[language])
    after = made(PACK, "spelling.grouping", f"({written})", language, seed=seed).strip("()")
    assert after != written
    assert after in {str(number), f"{number:,}".replace(",", "\u00a0"), f"{number:,}".replace(",", "\u202f")}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "in 2024"),
        ("en", "the code 90210"),
        ("en", "3,45 or 1.250"),
        ("de", "1,250 Meter"),
        ("de-CH", "1.250"),
        ("es-MX", "1.250"),
        ("en-ZA", "1,250"),
        ("en", "B1,250"),
        ("fr", "le 3 mai 2024"),
        ("de", "Der Server 192.168.100.200"),
    ],
)
def test_what_may_be_something_else_stays(pack: Registry, language: str, text: str) -> None:
    assert {made(pack, "spelling.grouping", text, language, seed=seed) for seed in range(9)} == {text}
