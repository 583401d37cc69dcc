"""What `punctuation.*` promises: what a mark says stays, and the marks are those of the text's script."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variants_made import made

from albert_robust import Text
from albert_robust.perturbing import Registry, open_packs

PACK = open_packs()


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "Built in 2009. It opens at 10:30, mostly.", "Built in 2009 It opens at 10:30 mostly"),
        ("en", 'He said: "Yes (really)!"', "He said Yes really"),
        ("en", "one—two...three", "one two three"),
        ("en", "U.S. prices: $1,250.50; -5°C", "U.S. prices $1,250.50 -5°C"),
        ("en", "Wash.\n\nDry.", "Wash\n\nDry"),
        ("fr", "Bravo ! Vraiment ?", "Bravo Vraiment"),
        ("ru", "Москва — столица?)", "Москва столица)"),
        ("zh", "他说：“好！”然后走了（很快）。", "他说 好 然后走了很快"),
        ("ja", "「はい」、行きます。", "はい 行きます"),
        ("he", 'ספר ב־50 ש"ח, "טוב".', 'ספר ב־50 ש"ח טוב'),
    ],
)
def test_marks_that_say_nothing_go(pack: Registry, language: str, before: str, after: str) -> None:
    assert made(pack, "punctuation.strip", before, language) == after


@pytest.mark.parametrize(
    "text", ["3, 4", "1:0", "e.g.", "a.org", "f(x)", ":-) ;)", "5,-", "1. Mai", "rock'n'roll", "("]
)
def test_marks_that_say_something_stay(pack: Registry, text: str) -> None:
    assert made(pack, "punctuation.strip", text) == text


@given(st.text(alphabet='aZ9 .,:;!?()"-\n', max_size=30))
def test_a_stripped_text_has_the_same_letters_and_digits(string: str) -> None:
    once = made(PACK, "punctuation.strip", string)
    assert [sign for sign in once if sign.isalnum()] == [sign for sign in string if sign.isalnum()]


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "Mr. Ames left. Why?", "Mr. Ames left... Why???"),
        ("de", "Am 3. Mai kam er.", "Am 3. Mai kam er..."),
        ("en", "I like the U.S.", "I like the U.S."),
        ("de", "Am 3. Mai kam keiner.", "Am 3. Mai kam keiner..."),
        ("ar", "الطعام لذيذ. الغرفة نظيفة.", "الطعام لذيذ... الغرفة نظيفة..."),
        ("ur", "کھانا اچھا تھا", "کھانا اچھا تھا۔"),
        ("en", "all good  ", "all good.  "),
    ],
)
def test_a_mark_more_closes_a_sentence(pack: Registry, language: str, before: str, after: str) -> None:
    assert made(pack, "punctuation.add", before, language) == after


def test_many_blanks_or_brackets_take_no_long_time() -> None:
    for string in ("a" + " " * 5000 + "b", "(a" * 5000, "?( " * 5000):
        assert PACK.get("punctuation.strip")(Text.of(string, "en"), Random(0), 1) is not None
