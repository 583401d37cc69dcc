"""What `identity.age` promises: adults of another age, all by as many years, and no text in which something hangs on it."""

from random import Random

import pytest
import regex

from albert_robust import Text
from albert_robust.perturbing import open_packs

AGE = open_packs().get("identity.age")
SEEDS = range(30)


def ages(string: str, language: str) -> set[tuple[int, ...]]:
    made = (str(AGE(Text.of(string, language), Random(seed), 1)) for seed in SEEDS)
    return {tuple(map(int, regex.findall("[0-9]+", text))) for text in made}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "My mother is 70 years old and my brother is 40 years old."),
        ("zh", "他70岁，我40岁。"),
    ],
)
def test_all_are_older_or_younger_by_as_many_years_and_still_adults(language: str, text: str) -> None:
    for mother, brother in ages(text, language):
        assert mother - brother == 30
        assert 18 <= brother < mother <= 79
        assert abs(mother - 70) >= 5


def test_an_article_still_sounds_right() -> None:
    assert (18,) not in ages("A 45-year-old nurse helped us.", "en")
    assert ages("An 18-year-old waiter helped us.", "en") == {(18,)}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The house is 45 years old."),
        ("en", "A 30-year-old family recipe and a 12-year-old whisky"),
        ("en", "A 9-year-old swimmer won."),
        ("en", "He is 45 years old, born in 1980."),
        ("en", "She is thirty years old, he is 45 years old."),
        ("en", "Students aged 20 to 30"),
        ("en", "My sofa is 20 years old, I am 30 years old."),
        ("zh", "18岁以上，30到40岁"),
        ("zh", "爷爷80岁，四十五岁的医生"),
    ],
)
def test_what_is_nobodys_age_or_what_something_hangs_on_stays(language: str, text: str) -> None:
    assert {str(AGE(Text.of(text, language), Random(seed), 1)) for seed in SEEDS} == {text}
