"""What a perturbation's declaration must say, and what becomes of one that does not."""

from random import Random
from typing import Any

import pytest

from albert_robust import Example, Text, perturbation, share


def unchanged(text: Text, rng: Random, severity: int) -> Text:
    """Leave the text alone.

    A second line that no catalogue shows.
    """
    return text


@pytest.mark.parametrize("name", ["keyboard", "typos.", ".keyboard", "typos.key-board", "typos.a.b", "типы.a", ""])
def test_a_name_is_a_family_and_a_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"expected family\.name, such as typos\.keyboard"):
        perturbation(name, preserves="meaning")


@pytest.mark.parametrize(("preserves", "alters"), [(None, None), ("meaning", "polarity")])
def test_it_says_either_what_it_preserves_or_what_it_alters(preserves: str | None, alters: str | None) -> None:
    with pytest.raises(ValueError, match=r"own\.one: say either what it preserves or what it alters"):
        perturbation("own.one", preserves=preserves, alters=alters)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"languages": "en"}, r"languages='en': expected 'any' or a list such as \['en'\]"),
        ({"scripts": "Latin"}, r"scripts='Latin': expected a list such as \['Latin'\]"),
        ({"severities": 0}, "severities=0: expected how many there are, 1 to 5"),
        ({"severities": 6}, "severities=6: expected how many there are, 1 to 5"),
    ],
    ids=str,
)
def test_languages_and_severities_that_are_none_are_told(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"own.one: {message}"):
        perturbation("own.one", preserves="meaning", **wrong)


def test_its_summary_is_the_first_line_of_its_docstring() -> None:
    made = perturbation("own.one", preserves="meaning")(unchanged)
    assert (made.family, made.summary) == ("own", "Leave the text alone.")


def test_it_works_in_its_languages_and_their_regions_alone() -> None:
    made = perturbation("own.one", preserves="meaning", languages=["pt", "zh-Hant"])(unchanged)
    assert [tag for tag in ("pt", "pt-BR", "zh-Hant", "zh", "en") if made.applies(tag)] == ["pt", "pt-BR", "zh-Hant"]


def test_it_works_in_languages_of_its_scripts_and_where_the_script_is_not_known() -> None:
    made = perturbation("own.one", preserves="meaning", scripts=["Latin"])(unchanged)
    assert [tag for tag in ("en", "sr", "sr-Latn", "hi-Latn", "zh", "sv", "und") if made.applies(tag)] == [
        "en", "sr-Latn", "hi-Latn", "sv", "und"
    ]  # fmt: skip


def test_examples_are_in_the_one_language_of_a_perturbation_or_in_english() -> None:
    cases = [Example("a", "a"), Example("a", "a", "de-AT")]
    german = perturbation("own.one", preserves="meaning", languages=["de"], examples=cases)(unchanged)
    any_language = perturbation("own.one", preserves="meaning", examples=cases)(unchanged)
    assert [case.language for case in (*german.examples, *any_language.examples)] == ["de", "de-AT", "en", "de-AT"]


def test_an_example_in_a_language_where_it_does_not_work_is_broken() -> None:
    made = perturbation("own.one", preserves="meaning", languages=["de", "fr"], examples=[Example("a", "a")])(unchanged)
    assert made.broken == ("its example 'a' is in 'en', where it does not work: say its `language=`",)


@pytest.mark.parametrize("severity", [0, 6, -1])
def test_a_severity_outside_1_to_5_is_an_error(severity: int) -> None:
    made = perturbation("own.one", preserves="meaning")(unchanged)
    with pytest.raises(ValueError, match=f"severity {severity} of own.one: expected 1 to 5"):
        made(Text("a"), Random(0), severity)


@pytest.mark.parametrize(("severities", "last"), [(1, 5), (3, 3), (5, 5)])
def test_it_is_called_with_its_own_severities_or_with_any_where_it_has_one(severities: int, last: int) -> None:
    made = perturbation("own.one", preserves="meaning", severities=severities)(unchanged)
    assert [str(made(Text("a"), Random(0), severity)) for severity in range(1, last + 1)] == ["a"] * last
    with pytest.raises(ValueError, match=f"severity {last + 1} of own.one: expected 1 to {last}"):
        made(Text("a"), Random(0), last + 1)


def test_a_function_that_returns_a_string_is_told_so() -> None:
    wrong: Any = lambda text, rng, severity: str(text)  # noqa: E731  # a user's mistake, as short as users make it
    with pytest.raises(TypeError, match=r"own\.one returned str, expected a Text"):
        perturbation("own.one", preserves="meaning")(wrong)(Text("a"), Random(0))


def test_a_severity_touches_5_to_50_percent_of_the_words_and_at_least_one() -> None:
    assert [share(severity, 100) for severity in (1, 2, 3, 4, 5)] == [5, 10, 20, 30, 50]
    assert [share(1, count) for count in (0, 1, 3)] == [0, 1, 1]
