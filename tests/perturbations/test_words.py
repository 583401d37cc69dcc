"""What `words.*` promises: words go, move or come twice, and what denies or counts stays where it is."""

from collections import Counter
from random import Random

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from variants_made import made

from albert_robust import Text
from albert_robust.perturbing import Registry, open_packs

PACK = open_packs()
NAMES = ["delete", "repeat", "swap"]
SEEDS = range(20)
SENTENCES = st.lists(
    st.sampled_from(["the", "food", "was", "not", "good", "3", "two", "and,", "cheap.", "Anna"]), max_size=12
)


def words(string: str) -> list[str]:
    return [word.string for word in Text.of(string, "en").words()]


@given(said=SENTENCES, seed=st.integers(0, 99), severity=st.integers(1, 5))
def test_a_swap_keeps_all_words_and_moves_each_by_one_place_at_most(said: list[str], seed: int, severity: int) -> None:
    before = " ".join(said)
    after = words(made(PACK, "words.swap", before, seed=seed, severity=severity))
    assert Counter(after) == Counter(words(before))
    for place, word in enumerate(words(before)):
        assert word in after[max(0, place - 1) : place + 2]


@given(said=SENTENCES, seed=st.integers(0, 99), severity=st.integers(1, 5))
def test_what_is_left_after_a_deletion_stands_in_its_order(said: list[str], seed: int, severity: int) -> None:
    left = iter(words(" ".join(said)))
    after = words(made(PACK, "words.delete", " ".join(said), seed=seed, severity=severity))
    assert all(word in left for word in after)
    assert after or not said


@given(said=SENTENCES, seed=st.integers(0, 99), severity=st.integers(1, 5))
def test_without_what_came_twice_the_text_is_as_before(said: list[str], seed: int, severity: int) -> None:
    text = PACK.get("words.repeat")(Text.of(" ".join(said), "en"), Random(seed), severity)
    assert all(edit.start == edit.end and edit.replacement.strip() in words(text.source) for edit in text.edits)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("language", "text", "kept"),
    [
        ("en", "The food and the wine are not good today and never had been so", ["not", "never"]),
        ("en", "Last year we had 7 small rooms and two small cats at 10:30", ["7", "two", "10:30"]),
        ("de", "Das Essen und der Wein sind nicht gut genug für drei Leute", ["nicht", "drei"]),
        ("fr", "Tu vois bien, ce n'est pas bon pour eux", ["n'est pas"]),
    ],
)
def test_denials_and_numbers_stay_and_come_once(
    pack: Registry, name: str, language: str, text: str, kept: list[str]
) -> None:
    variants = {made(pack, f"words.{name}", text, language, seed=seed) for seed in SEEDS}
    assert variants - {text}
    assert {variant.count(one) for variant in variants for one in kept} == {1}


def test_what_is_denied_or_counted_stays_beside_it(pack: Registry) -> None:
    text = "all of this was not good for all of those 3 rooms we had before"
    variants = {made(pack, "words.swap", text, seed=seed) for seed in SEEDS}
    assert len(variants) > 1
    assert all("was not good" in variant and "those 3 rooms" in variant for variant in variants)


@pytest.mark.parametrize(
    ("language", "text"),
    [("ja", "祖母は5月3日に1,250個のりんごを買った"), ("fr", "Il y en a 1 et 250 autres, le 3 mai 2024")],
)
def test_no_two_numbers_become_one(pack: Registry, language: str, text: str) -> None:
    numbers = regex.compile(r"\d[\d, ]*(?<=\d)")
    variants = {made(pack, "words.delete", text, language, seed=seed, severity=5) for seed in SEEDS}
    assert variants - {text}
    assert {tuple(numbers.findall(variant)) for variant in variants} == {tuple(numbers.findall(text))}


@pytest.mark.parametrize("text", ["  the very good food", "very good, cheap.", "the food\nwas very good"])
def test_a_deletion_leaves_no_blank_astray(pack: Registry, text: str) -> None:
    indent = text[: len(text) - len(text.lstrip())]
    for seed in SEEDS:
        after = made(pack, "words.delete", text, seed=seed)
        assert after.startswith(indent)
        assert "  " not in after.removeprefix(indent)
        assert " ," not in after
        assert " ." not in after


@pytest.mark.parametrize(
    ("language", "text"), [("th", "ดูที่ https://a.org น้ำดื่ม"), ("zh", "我在 iPhone 上看 YouTube 的视频")]
)
def test_a_character_that_goes_leaves_the_blank_that_parts_others(pack: Registry, language: str, text: str) -> None:
    variants = {made(pack, "words.delete", text, language, seed=seed, severity=4) for seed in SEEDS}
    assert len(variants) > 1
    assert not any(regex.search(r"[^\W\p{Latin}][A-Za-z]|[A-Za-z][^\W\p{Latin}]", variant) for variant in variants)


@pytest.mark.parametrize("name", ["delete", "swap"])
@pytest.mark.parametrize("text", ["孩子特别喜欢", "我们非常满意"])
def test_no_part_that_denies_is_left_of_a_chinese_word(pack: Registry, name: str, text: str) -> None:
    variants = {made(pack, f"words.{name}", text, "zh", seed=seed, severity=1) for seed in range(40)}
    assert len(variants) > 1
    assert not [one for one in variants if regex.search("(?<!特)别|非(?!常)", one)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("language", "text", "whole"),
    [
        ("en", "we all saw Dr. Smith there", "Dr."),
        ("en", "we all see Sec. 4 there", "Sec. 4"),
        ("en", "we all like AT&T there", "AT&T"),
        ("de", "es gibt hier z. B. einen Markt", "z. B."),
        ("ru", "он живёт давно там в г. Москве", "г."),
        ("fr", "on y va et/ou on mange bien", "et/ou"),
        ("he", 'קניתי אתמול ספר ב־50 ש"ח מאוד יפה', 'ב־50 ש"ח'),
    ],
)
def test_a_part_of_more_stays_and_comes_once(pack: Registry, name: str, language: str, text: str, whole: str) -> None:
    variants = {made(pack, f"words.{name}", text, language, seed=seed, severity=5) for seed in SEEDS}
    assert variants - {text} or not pack.get(f"words.{name}").applies(language)
    assert {variant.count(whole) for variant in variants} == {1}
    assert not any(variant.count(".") != text.count(".") for variant in variants)


@pytest.mark.parametrize(("language", "applies"), [("sv", True), ("en", True), ("id", False), ("zh", False)])
def test_nothing_comes_twice_where_a_doubled_word_is_another_form(pack: Registry, language: str, applies: bool) -> None:
    assert pack.get("words.repeat").applies(language) == applies
