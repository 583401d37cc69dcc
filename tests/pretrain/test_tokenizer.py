"""What a tokenizer reads as one text: spellings that a reader takes for one."""

import pytest
from transformers import PreTrainedTokenizerFast

from albert_robust.pretrain.corpus import Corpus
from albert_robust.pretrain.recipe import TokenizerSettings
from albert_robust.pretrain.tokenizer import train_tokenizer

LINES = [
    ("el", "Ο δρόμος είναι ωραίος, το ρολόι όχι."),
    ("tr", "Işık iyi, ılık İzmir günü."),
    ("de", "Die Straße ist schön groß."),
    ("ar", "أين إلى آخر مَدْرَسَة جداً كـــبير"),
    ("he", "שָׁלוֹם לכולם"),
    ("ru", "Ещё мой чай, всё моё."),
    ("uk", "Її їжа"),
    ("fa", "می\u200cروم"),
    ("en", "The lovely heart \u2764\ufe0f of 3 rooms"),
]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    corpus = Corpus(
        pairs=[(text, text) for _, text in LINES],
        languages=[(language, language) for language, _ in LINES],
        prose=len(LINES),
    )
    return train_tokenizer(corpus, TokenizerSettings(vocabulary=420), 64)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Ο δρόμος είναι ωραίος", "Ο ΔΡΟΜΟΣ ΕΙΝΑΙ ΩΡΑΙΟΣ"),
        ("ρολόι", "ΡΟΛΟΪ"),
        ("ışık iyi", "IŞIK İYİ"),
        ("Straße", "STRASSE"),
        ("schön", "scho\u0308n"),
        ("أين إلى آخر مَدْرَسَة", "اين الى اخر مدرسة"),
        ("كـــبير", "كبير"),
        ("שָׁלוֹם", "שלום"),
        ("ещё", "еще"),
        ("a lovely room", "a\tlovely\nroom"),
        ("a lovely room", "  a  lovely\u00a0room"),
        ("lovely", "lo\u00advel\u200by\u2060"),
        ("lovely \u2764", "\u202alovely\u202c \u2764\ufe0f"),
        ("room 3", "ｒｏｏｍ　３"),
    ],
)
def test_spellings_that_a_reader_takes_for_one_are_read_as_one(
    tokenizer: PreTrainedTokenizerFast, text: str, other: str
) -> None:
    assert tokenizer(text)["input_ids"] == tokenizer(other)["input_ids"]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("schön", "schon"),
        ("мой", "мои"),
        ("її", "іі"),
        ("می\u200cروم", "میروم"),
        ("a room", "aroom"),
    ],
)
def test_what_is_another_word_is_read_as_another(tokenizer: PreTrainedTokenizerFast, text: str, other: str) -> None:
    assert tokenizer(text)["input_ids"] != tokenizer(other)["input_ids"]
