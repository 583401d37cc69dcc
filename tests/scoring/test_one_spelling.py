"""Texts that look the same are one text, and capitals stay apart."""

import pytest
import tokenizers
import transformers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import normalizers

from albert_robust import Scorer
from albert_robust.scoring.letters import Letters
from albert_robust.scoring.spelling import in_language, speller
from albert_robust.scoring.texts import normal

SHY, ZWSP = "\u00ad", "\u200b"


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", f"a{ZWSP}b c", "ab c"),
        ("en", f"co{SHY}operate", "cooperate"),
        ("en", "ＡＢＣ company", "ABC company"),
        ("ja", "１２３", "123"),
        ("ru", "ёлка", "елка"),
        ("ar", "كِتاب", "كتاب"),
        ("he", "שָׁלוֹם", "שלום"),
        ("fa", "اين يك كتاب خوب است.", "این یک کتاب خوب است."),
        ("fa", "کتاب های بزرگ تر را نمی خوانم.", "کتاب‌های بزرگ‌تر را نمی‌خوانم."),
        ("fa", "مي روم ۱۲", "می‌روم 12"),
        ("ar", "في عام ٢٠٢٤", "في عام 2024"),
        ("th", "ปี ๒๕๖๗", "ปี 2567"),
        ("und", "২০২৪", "2024"),
        ("ur", "يه كتاب", "یہ کتاب"),
        ("hi", "हिन्दी सम्बन्ध २०", "हिंदी संबंध 20"),
    ],
)
def test_what_readers_take_for_one_spelling_scores_1(
    builtin_scorer: Scorer, language: str, one: str, other: str
) -> None:
    found = builtin_scorer.score([one, other], [other, one], languages=language)
    assert found.f == pytest.approx([1, 1], abs=1e-5)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "Polish", "polish"),
        ("fr", "cafe", "café"),
        ("tr", "kız", "kiz"),
        ("ar", "يك", "یک"),  # two letters in Arabic
        ("ur", "می روم", "می\u200cروم"),  # no affix in Urdu
        ("fa", "کتاب تراز", "کتاب‌تراز"),  # a word of its own
        ("hi", "अन्न", "अंन"),
    ],
)
def test_what_readers_tell_apart_is_not_the_same(builtin_scorer: Scorer, language: str, one: str, other: str) -> None:
    assert builtin_scorer.score([one], [other], languages=language).f[0] < 0.99


def made(normalizer: normalizers.Normalizer | None) -> transformers.PreTrainedTokenizerFast:
    backend = tokenizers.Tokenizer(tokenizers.models.WordLevel({"?": 0}, unk_token="?"))
    if normalizer is not None:
        backend.normalizer = normalizer
    return transformers.PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="?")


@pytest.mark.parametrize(
    ("normalizer", "spelled"),
    [
        (None, "Ａé\u200b Σς"),
        (normalizers.NFKC(), "Aé\u200b Σς"),
        (normalizers.Lowercase(), "Ａé\u200b Σς"),
        (normalizers.BertNormalizer(lowercase=True), "Ａé Σς"),
        (
            normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace("ς", "σ")]),
            "Aé\u200b Σς",
        ),
        (normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), "Ａé\u200b Σς"),
        (normalizers.Sequence([normalizers.Sequence([normalizers.NFKC()])]), "Aé\u200b Σς"),
    ],
)
def test_letters_are_those_behind_the_normaliser_with_their_capitals(
    normalizer: normalizers.Normalizer | None, spelled: str
) -> None:
    assert speller(made(normalizer))("Ａé\u200b Σς") == spelled


def test_a_tokenizer_of_python_has_no_normaliser_that_is_known() -> None:
    assert speller(object())("Ａ") == "Ａ"


AFFIXES = st.lists(st.sampled_from(["می", "نمی", "ها", "های", "ترین", "روم", " ", "\u200c", "٣"]), max_size=8).map(
    "".join
)


@given(st.text(max_size=12) | AFFIXES, st.sampled_from(["en", "fa", "hi", "ur", "und"]))
def test_a_spelling_is_final(text: str, language: str) -> None:
    once = normal(text, language)
    assert normal(once, language) == once
    assert in_language(once, language) == once


@given(st.text(max_size=12).map(normal))
def test_the_letters_of_any_text_are_all_but_its_blanks(builtin_scorer: Scorer, text: str) -> None:
    spelled = builtin_scorer.encoder.spelled(text)
    assert Letters.of(spelled).length == len("".join(spelled.split()))


@given(st.lists(st.from_regex(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)?[,;:]?", fullmatch=True), min_size=1, max_size=5))
def test_plain_words_are_spelled_as_among_others(builtin_scorer: Scorer, words: list[str]) -> None:
    text = " ".join(words)
    spelled = [builtin_scorer.encoder.spelled, speller(made(normalizers.BertNormalizer()))]
    assert [spell(f"{text} ω") for spell in spelled] == [f"{spell(text)} ω" for spell in spelled]
    assert spelled[0](text) == text
