"""The script of a language: what its tag says, or what it is usually written in."""

import pytest

from albert_robust.text.languages import OTHER_SCRIPTS, SCRIPTS, script_of


@pytest.mark.parametrize(
    ("tag", "script"),
    [
        ("en", "Latin"),
        ("ru-RU", "Cyrillic"),
        ("bn", "Bengali"),
        ("sr", "Cyrillic"),
        ("sr-Latn", "Latin"),
        ("hi-Latn-IN", "Latin"),
        ("zh-Hant-TW", "Han"),
        ("cmn", "Han"),
        ("arz", "Arabic"),
        ("kaz-Cyrl", "Cyrillic"),
        ("nqo-Nkoo", "nkoo"),
        ("sv", ""),
        ("und", ""),
    ],
)
def test_a_tag_tells_the_script_or_the_language_does(tag: str, script: str) -> None:
    assert script_of(tag) == script


def test_no_language_has_two_usual_scripts() -> None:
    assert SCRIPTS.keys().isdisjoint(OTHER_SCRIPTS)
