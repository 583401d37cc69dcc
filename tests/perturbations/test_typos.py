"""What typing slips promise beyond the laws that hold for every perturbation."""

from itertools import pairwise
from random import Random

import pytest
from variants_made import made

from albert_robust import Text
from albert_robust.perturbing import Registry

SLIPS = ["delete", "insert", "keyboard", "spacing", "swap"]
SEEDS = range(20)


def variants(pack: Registry, text: str, language: str) -> set[str]:
    names = [f"typos.{name}" for name in SLIPS if pack.get(f"typos.{name}").applies(language)]
    return {made(pack, name, text, language, seed=seed) for name in names for seed in SEEDS}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "not"),
        ("en", "CAN\u2019T"),
        ("de", "keine"),
        ("es", "nada"),
        ("fr", "n'est"),
        ("ru", "никогда"),
        ("ar", "ولم"),
        ("hi", "नहीं"),
        ("zh", "没"),
        ("pt", "não"),
        ("it", "non"),
        ("nl", "niet"),
        ("pl", "nie"),
        ("tr", "değil"),
        ("uk", "нема"),
        ("fa", "نیست"),
        ("vi", "không"),
        ("ko", "없다"),
        ("sw", "hakuna"),
        ("he", "לא"),
        ("ja", "ません"),
    ],
)
def test_a_word_that_denies_is_not_mistyped(pack: Registry, language: str, text: str) -> None:
    assert variants(pack, text, language) == {text}


@pytest.mark.parametrize(
    ("language", "text", "denial"),
    [
        ("ja", "分かりません", "ません"),
        ("ja", "良くない", "ない"),
        ("ja", "高くなかったです", "なかった"),
        ("zh", "我们没时间", "没"),
        ("fr", "à peine ouvert", "à peine"),
        ("en", "is not open", " not "),
    ],
)
def test_what_denies_stays_whole_and_apart_beside_words_that_slip(
    pack: Registry, language: str, text: str, denial: str
) -> None:
    made_of_it = variants(pack, text, language)
    assert all(denial in variant for variant in made_of_it)
    assert len(made_of_it) > 1


@pytest.mark.parametrize(
    ("language", "text", "denial"),
    [
        ("en", "on", "no"),
        ("en", "notable", "not able"),
        ("es", "nos", "no"),
        ("fr", "en", "ne"),
        ("en", "hone", "none"),
    ],
)
def test_no_slip_makes_a_word_that_denies(pack: Registry, language: str, text: str, denial: str) -> None:
    made_of_it = variants(pack, text, language)
    assert denial not in made_of_it
    assert len(made_of_it) > 1


def test_another_word_slips_where_a_slip_would_make_a_denial(pack: Registry) -> None:
    swapped = {made(pack, "typos.swap", "on top", "en", seed=seed) for seed in SEEDS}
    assert swapped == {"on otp", "on tpo"}


@pytest.mark.parametrize("name", ["swap", "delete", "insert", "spacing"])
@pytest.mark.parametrize(("language", "text"), [("zh", "今天天气很好我们去公园"), ("th", "วันนี้อากาศดี")])
def test_slips_of_neighbouring_characters_never_overlap(pack: Registry, name: str, language: str, text: str) -> None:
    source = Text.of(text, language)
    for seed in SEEDS:
        edits = pack.get(f"typos.{name}")(source, Random(seed), 5).edits
        assert edits
        assert all(one.end <= other.start for one, other in pairwise(edits))
