"""What `distractors.*` promises: the text stays whole, and what stands beside it says nothing of it."""

import unicodedata
from collections import Counter
from random import Random
from urllib.parse import urlsplit

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text, read_rows
from albert_robust.perturbing import open_packs
from albert_robust.text.languages import SCRIPTS

REGISTRY = open_packs()
SENTENCE = REGISTRY.get("distractors.sentence")
ROWS = read_rows(SENTENCE.path.with_name("distractors.tsv"))
LANGUAGES = sorted({row["language"] for row in ROWS})
RESERVED = {"example.com", "example.net", "example.org"}
SEEDS = range(20)
STATEMENTS = {
    "ar": "كان الطعام جيدا جدا.",
    "de": "Das Essen war sehr gut.",
    "en": "The food was very good",
    "fr": "C'était très bon !",
    "hi": "खाना बहुत अच्छा था।",
    "ja": "料理はとてもおいしかったです。",
    "ko": "음식이 정말 맛있었어요.",
    "ru": "Еда была очень вкусная.",
    "th": "อาหารที่ร้านนี้อร่อยมาก",
    "zh": "这家餐厅的菜很好吃。",
}


def made(name: str, text: str, language: str = "en", *, seed: int = 0, severity: int = 1) -> str:
    return str(REGISTRY.get(f"distractors.{name}")(Text.of(text, language), Random(seed), severity))


def sentences_of(language: str) -> list[str]:
    return [row["sentence"] for row in ROWS if row["language"] == language]


def ended(text: str, language: str = "en") -> str:
    """Return the first variant of a text that has the sentence at its end."""
    variants = (made("sentence", text, language, seed=seed) for seed in SEEDS)
    return next(variant for variant in variants if variant.startswith(text) and variant != text)


def test_there_are_sentences_in_every_language_that_the_project_knows() -> None:
    assert all(map(SENTENCE.applies, SCRIPTS))
    assert not SENTENCE.applies("und")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_a_dozen_sentences_or_more_and_none_twice(language: str) -> None:
    sentences = sentences_of(language)
    assert len(set(sentences)) == len(sentences) >= 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_short_composed_and_without_marks_or_numbers(language: str) -> None:
    for sentence in sentences_of(language):
        assert sentence == unicodedata.normalize("NFC", sentence) == sentence.strip()
        assert not regex.search(r"[\p{N}.?!:;。？！।۔؟]", sentence), sentence
        assert len(sentence) <= 60


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"de"}))
def test_a_sentence_names_nobody_and_nothing(language: str) -> None:
    """German writes every noun with a capital; elsewhere it would be a name."""
    assert [sentence for sentence in sentences_of(language) if regex.search(r"\s\p{Lu}", sentence)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_not_added_beside_itself(language: str) -> None:
    for sentence in sentences_of(language):
        text = Text.of(f"{sentence}, {sentence}!", language)
        variants = [str(SENTENCE(text, Random(seed), 5)) for seed in range(3)]
        assert {variant.count(sentence) for variant in variants} == {2}
        assert all(len(variant) > len(str(text)) for variant in variants)


@pytest.mark.parametrize("language", STATEMENTS)
def test_as_many_sentences_are_added_as_the_severity(language: str) -> None:
    for severity in range(1, 6):
        variant = made("sentence", STATEMENTS[language], language, severity=severity)
        assert sum(sentence in variant for sentence in sentences_of(language)) == severity
        assert STATEMENTS[language] in variant


@pytest.mark.parametrize("language", STATEMENTS)
def test_a_sentence_comes_before_or_after(language: str) -> None:
    variants = {made("sentence", STATEMENTS[language], language, seed=seed) for seed in SEEDS}
    assert Counter(variant.startswith(STATEMENTS[language]) for variant in variants).keys() == {True, False}


def test_added_again_and_again_no_sentence_is_there_twice() -> None:
    text = Text.of("The food was great.", "en")
    for seed in range(9):
        text = SENTENCE(text, Random(seed), 5)
    assert {str(text).count(sentence) for sentence in sentences_of("en")} <= {0, 1}
    assert SENTENCE(text, Random(0), 5) == text


def test_a_sentence_says_nothing_of_what_the_text_speaks_of() -> None:
    variants = "".join(made("sentence", "The BEE sat on a flower by a tree.", seed=seed, severity=5) for seed in SEEDS)
    assert "Bees" not in variants
    assert "roots" not in variants
    assert "Wool" in variants


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "pizza"),
        ("en", "Great!"),
        ("en", "U.S."),
        ("en", "Acme Inc."),
        ("en", "Washington, D.C."),
        ("en", "cheap hotels berlin"),
        ("en", "New York City"),
        ("en", "The Lord of the Rings"),
        ("en", "@anna https://example.org/a #food"),
        ("en", "12 34 56 78"),
        ("en", "👍 👍 👍 👍"),
        ("en", "?!"),
        ("en", " \n "),
        ("de", "Berlin Mitte"),
        ("es", "Universidad de Buenos Aires"),
        ("vi", "Hà Nội"),
        ("vi", "Cảm ơn!"),
        ("zh", "北京"),
        ("zh", "谢谢！"),
        ("ja", "東京タワー"),
        ("th", "กรุงเทพมหานคร"),
    ],
)
def test_a_word_a_name_or_a_query_is_left_alone(language: str, text: str) -> None:
    assert {made("sentence", text, language, seed=seed) for seed in SEEDS} == {text}


@pytest.mark.parametrize(
    ("language", "text", "joint"),
    [
        ("en", "The food was great.", " "),
        ("en", "The food was great", ". "),
        ("en", "Was the food great?!", " "),
        ("en", 'They say "the food was great."', " "),
        ("en", 'They call it "food"', ". "),
        ("en", "I paid it (in euros)", ". "),
        ("en", "It would cost me 5 €", ". "),
        ("en", "The food was great :)", " "),
        ("en", "The food was great 👍🏽", " "),
        ("en", "The food was great ❤️", " "),
        ("en", "Dear Anna, thank you so much,", "\n"),
        ("en", "What you should bring here:", "\n"),
        ("en", "The food is at example www.example.org", "\n"),
        ("en", "The food is at www.example.org.", " "),
        ("en", "please do write to anna@example.org", "\n"),
        ("en", "The food is great here #food", "\n"),
        ("en", "One line\nand a second", "\n"),
        ("en", "One line.\r\n\r\nAnd a second.", "\r\n\r\n"),
        ("en", "Please write to {name}", ". "),
        ("fr", "Le repas était bon !", " "),
        ("el", "Πού είσαι τώρα;", " "),
        ("en", "This is the first part;", "\n"),
        ("zh", "这家餐厅的菜很好吃", "。"),
        ("zh", "这家餐厅的菜很好吃！", ""),
        ("zh", "我很喜欢，见 https://example.org/a。", "\n"),
        ("zh", "这家餐厅很好.我喜欢这家餐厅.", " "),
        ("ja", "駅はどこですか？", ""),
        ("th", "อาหารที่ร้านนี้อร่อยมาก", " "),
        ("hi", "खाना बहुत अच्छा था", "। "),
        ("ur", "کھانا بہت اچھا تھا", "۔ "),
        ("fa", "خانه کجاست؟", " "),
        ("he", "האוכל היה טעים מאוד", ". "),
    ],
)
def test_what_joins_a_sentence_to_the_text_is_what_a_person_types(language: str, text: str, joint: str) -> None:
    added = ended(text, language).removeprefix(text)
    assert any(added.startswith(joint + sentence) for sentence in sentences_of(language))


def test_several_paragraphs_have_it_last() -> None:
    text = "The food was great.\n\nWe had soup."
    assert all(made("sentence", text, seed=seed).startswith(f"{text}\n\n") for seed in SEEDS)


def test_blanks_around_a_text_stay_around() -> None:
    variants = {made("sentence", "  The food was great.\t", seed=seed) for seed in SEEDS}
    assert all(regex.fullmatch(r"  \S.*\.\t", variant) for variant in variants)


@pytest.mark.parametrize(
    ("tag", "text", "traditional"),
    [
        ("zh", "這家餐廳很好。", True),
        ("zh-TW", "食物好吃。", True),
        ("zh-Hans", "這家餐廳很好。", False),
        ("zh", "食物好吃。", False),
    ],
)
def test_chinese_is_written_as_the_text_is(tag: str, text: str, traditional: bool) -> None:
    added = "".join(made("sentence", text, tag, seed=seed, severity=5) for seed in SEEDS).replace(text, "")
    assert ("蜜蜂在花叢" in added) == traditional
    assert ("蜜蜂在花丛" in added) != traditional


@given(seed=st.integers(0, 2**32))
def test_a_link_leads_to_a_reserved_domain(seed: int) -> None:
    before, _, address = made("link", "The food was great.", seed=seed).rpartition(" ")
    assert before == "The food was great."
    link = urlsplit(address)
    assert (link.scheme, link.netloc in RESERVED) == ("https", True)
    assert regex.fullmatch("/[a-z]{6,9}", link.path)


@pytest.mark.parametrize("name", ["link", "mention", "hashtag"])
@given(seed=st.integers(0, 2**32))
def test_what_is_added_is_one_link_mention_or_hashtag_more(name: str, seed: int) -> None:
    for text in ("The food was great", "see https://example.org/a", "thanks @anna", "很好", "ما"):
        variant = Text.of(made(name, text, seed=seed), "en")
        assert str(variant).startswith(f"{text} ")
        assert len(variant.protected) == len(Text.of(text).protected) + 1


@pytest.mark.parametrize("name", ["link", "mention", "hashtag", "emoji", "sentence"])
@given(string=st.text("ab .,!?\n@#:/。的😀", max_size=30), seed=st.integers(0, 99))
def test_what_a_text_says_stays_in_one_piece(name: str, string: str, seed: int) -> None:
    assert string.strip() in made(name, string, "zh", seed=seed, severity=5)


@pytest.mark.parametrize(
    "text", ["你们请看 https://example.org/a", "谢谢你们大家@anna", "我喜欢这家店，#food", "我的邮箱是 a@example.org."]
)
def test_the_last_link_or_mention_is_the_same_afterwards(text: str) -> None:
    def kept(string: str) -> list[str]:
        read = Text.of(string)
        return ["".join(read.graphemes[span.start : span.end]) for span in read.protected]

    for seed in SEEDS:
        assert kept(made("sentence", text, "zh", seed=seed)) == kept(text)
