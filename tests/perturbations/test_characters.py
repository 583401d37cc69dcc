"""What `characters.*` promises: a reader takes the variant for the text, and there is a way back to it."""

from collections.abc import Callable
from random import Random
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text
from albert_robust.perturbing import open_packs

REGISTRY = open_packs()
UNSEEN = str.maketrans("", "", "\u00ad\u200b\u2060")
WORDS = [
    "été",
    "Où",
    "schön",
    "мой",
    "ёлка",
    "한국",
    "USB",
    "ok",
    "3",
    "3\u0301",
    "400",
    "Ω",
    "ﬁ",
    "e\u0301",
    "\u0301a",
    "{name}",
]
LINES = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
BACK: dict[str, tuple[str, Callable[[str], str]]] = {
    "characters.composition": ("fr", lambda text: normalize("NFC", text)),
    "characters.invisible": ("en", lambda text: text.translate(UNSEEN)),
    "characters.blanks": ("en", lambda text: " ".join(text.split())),
    "characters.width": ("zh", lambda text: normalize("NFKC", text)),
    "characters.digits": ("ar", lambda text: text.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789"))),
}


@pytest.mark.parametrize("name", BACK)
@given(string=LINES, seed=st.integers(0, 99))
def test_there_is_a_way_back_to_the_text(name: str, string: str, seed: int) -> None:
    language, back = BACK[name]
    made = REGISTRY.get(name)(Text.of(string, language), Random(seed), 5)
    assert back(str(made)) == back(string)


@given(string=st.text("aceopxyABCEHKMOPTX zqwт", max_size=30), seed=st.integers(0, 99))
def test_a_look_alike_is_a_letter_of_another_script(string: str, seed: int) -> None:
    made = REGISTRY.get("characters.homoglyph")(Text.of(string, "en"), Random(seed), 5)
    changed = [(old, new) for old, new in zip(string, str(made), strict=True) if old != new]
    assert all(old.isascii() != new.isascii() for old, new in changed)
    assert all(old.isupper() == new.isupper() for old, new in changed)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Übermäßig schön"),
        ("fr", "Où est l'été"),
        ("fr", "cœur, Œuvre"),
        ("de", "STRAẞE"),
        ("pl", "żółta łódź"),
        ("tr", "Işık"),
    ],
)
def test_without_accents_a_latin_text_is_ascii(language: str, text: str) -> None:
    assert str(REGISTRY.get("characters.accents")(Text.of(text, language), Random(0), 1)).isascii()


def test_leaving_accents_out_twice_is_leaving_them_out_once() -> None:
    leave_out = REGISTRY.get("characters.accents")
    for language, text in [("es", "El niño pidió más"), ("el", "Το μαγαζί"), ("ar", "أين مَدْرَسَة"), ("ru", "Ещё мой")]:
        once = str(leave_out(Text.of(text, language), Random(0), 1))
        assert str(leave_out(Text.of(once, language), Random(0), 1)) == once != text
