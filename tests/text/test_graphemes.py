"""Characters and words, as readers count them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text
from albert_robust.text.graphemes import graphemes, untouchable_spans, word_spans

ANY = st.one_of(
    st.text(max_size=30), st.text(alphabet="ab-' 漢字ทำกั๐カｶﾞー\u200c\u200d\u0301👨👩🇫🇷क्षि\r\n", max_size=15)
)


@pytest.mark.parametrize(
    "one", ["e\u0301", "👨\u200d👩\u200d👧", "🇫🇷", "👍🏽", "1\ufe0f\u20e3", "\r\n", "नि", "한", "각", "ทำ", "ｶﾞ"]
)
def test_what_a_reader_takes_for_one_character_is_one(one: str) -> None:
    # The clusters of UAX 29, table 1, and its emoji sequences.
    assert graphemes(f"a{one}b") == ("a", one, "b")


@given(ANY)
def test_the_characters_of_a_text_joined_are_the_text(string: str) -> None:
    assert "".join(graphemes(string)) == string
    assert all(graphemes(string))


@pytest.mark.parametrize(
    ("string", "words"),
    [
        ("Don't co-operate, 3 times!", ["Don't", "co-operate", "3", "times"]),
        ("L’été à Zürich", ["L’été", "à", "Zürich"]),
        ("नमस्ते दुनिया।", ["नमस्ते", "दुनिया"]),
        ("مَدْرَسَة جديدة", ["مَدْرَسَة", "جديدة"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("我爱北京", ["我", "爱", "北", "京"]),
        ("iPhone手机很好", ["iPhone", "手", "机", "很", "好"]),
        ("漢-字", ["漢", "字"]),
        ("ทำงาน", ["ทำ", "ง", "า", "น"]),
        ("สวัสดี", ["ส", "วั", "ส", "ดี"]),
        ("", []),
        ("… !", []),
    ],
)
def test_words_are_words_in_every_script(string: str, words: list[str]) -> None:
    assert [word.string for word in Text.of(string).words()] == words


@given(ANY)
def test_words_lie_in_order_and_never_overlap(string: str) -> None:
    text = Text.of(string)
    words = text.words()
    assert all(before.end <= after.start for before, after in pairwise(words))
    assert ["".join(text.graphemes[word.start : word.end]) for word in words] == [word.string for word in words]


@given(st.text(st.characters(codec="ascii"), max_size=30))
def test_a_word_of_ascii_is_one_beside_other_letters_too(string: str) -> None:
    assert word_spans(f"{string} é")[:-1] == word_spans(string)


PIECES = [
    "a",
    " ",
    "www.",
    "WWW.",
    "a.org",
    "http://",
    "FTP://",
    "me@",
    "#",
    "{x}",
    "{ x }",
    "%s",
    "$A",
    "<b>",
    "<a b='c'>",
    "<!-- ",
    " -->",
    "=",
    ".",
    "`",
    "```",
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Call `print(x)` now", ["`print(x)`"]),
        ("Fix:\n```py\na = 1\n\nb\n```\nand `c`.", ["```py\na = 1\n\nb\n```", "`c`"]),
        ("it`s what they don`t say", []),  # an apostrophe on the wrong key
        ("``quoted'' and ``again''", []),  # as TeX writes quotation marks
        ("one ` alone", []),
    ],
)
def test_code_between_backticks_is_untouchable(text: str, code: list[str]) -> None:
    assert [text[start:end] for start, end in untouchable_spans(text)] == code


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        (
            'See <a href="x.html" class="big">the manual</a> <img src=x alt>.',
            ['<a href="x.html" class="big">', "</a>", "<img src=x alt>"],
        ),
        ("a<br />b <!-- not <b> -->", ["<!-- not <b> -->"]),
        ("if a <b and c> d, or x <y = 2", []),  # no tags
        ("<p class='a b' data-x = \"1\" hidden>", ["<p class='a b' data-x = \"1\" hidden>"]),
    ],
)
def test_tags_and_their_attributes_are_untouchable(text: str, tags: list[str]) -> None:
    assert [text[start:end] for start, end in untouchable_spans(text)] == tags


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_what_is_untouchable_is_so_beside_other_signs(string: str) -> None:
    assert untouchable_spans(f"{string} @ # % $ < {{") == untouchable_spans(string)
