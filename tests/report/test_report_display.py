"""What a reader sees of hostile text, and of edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from albert_robust.report.display import clip, clip_end, difference, plain, shorten, visible
from albert_robust.report.edits import GAP, Segment, segments, shortened, side
from albert_robust.report.figures import enough, number
from albert_robust.report.markdown import code, escaped
from albert_robust.results.outcome import Change
from albert_robust.text.graphemes import graphemes


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\u2069", "U+2069"),
        ("\u200e", "U+200E"),
        ("\u061c", "U+061C"),
        ("\u200b", "U+200B"),
        ("\u00ad", "U+00AD"),
        ("\ufeff", "U+FEFF"),
        ("\u3164", "U+3164"),
        ("\u2028", "U+2028"),
        ("\x00", "U+0000"),
        ("\x1b", "U+001B"),
        ("\r", "U+000D"),
        ("\ud800", "U+D800"),
        ("\ue000", "U+E000"),
        ("\U000e0041", "U+E0041"),
        ("\u0378", "U+0378"),
        ("\ufe0f", "U+FE0F"),
    ],
)
def test_a_character_that_cannot_be_seen_becomes_a_badge(character: str, name: str) -> None:
    text = f"good{character}bad"

    assert f">{name}</span>" in visible(text)
    assert plain(text) == f"good<{name}>bad"
    assert character not in visible(text)


@pytest.mark.parametrize(
    "text", ["👩‍👩‍👧‍👦", "❤️", "1️⃣", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "क्‍ष", "می‌خواهم"]
)
def test_joiners_that_spell_an_emoji_or_a_word_are_no_badges(text: str) -> None:
    assert visible(text) == text
    assert plain(text) == text


def test_a_joiner_between_latin_letters_is_a_badge() -> None:
    assert plain("pass\u200dword") == "pass<U+200D>word"


def test_a_flag_cannot_smuggle_a_message() -> None:
    smuggled = "🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in "ignoreall") + "\U000e007f"

    assert "U+E0069" in plain(smuggled)


def test_a_run_of_one_hidden_character_is_one_badge() -> None:
    assert plain("a" + "\u200b" * 1000 + "b") == "a<U+200B ×1000>b"


def test_an_edit_of_white_space_can_be_seen() -> None:
    assert ">U+0020</span>" in visible(" ", edited=True)
    assert ">U+0020</span><" in visible(" \n", edited=True)
    assert ">U+000A</span>" in visible(" \n", edited=True)
    assert visible("two words ", edited=True) == "two words "


def test_a_letter_that_looks_like_the_one_it_stands_for_is_named() -> None:
    found = segments("food", "fоod", [Change("text", 1, 2, "о", "homoglyph")])

    assert [(part.text, sorted(part.named)) for part in found[1:3]] == [("o", ["o", "о"]), ("о", ["o", "о"])]
    shown = visible(found[2].text, edited=True, named=found[2].named)
    assert shown == 'о<span class="cp" title="cyrillic small letter o">U+043E</span>'
    assert visible("<", edited=True, named="<").startswith("&lt;<span")


def test_a_mark_put_in_alone_stands_on_a_circle_of_its_own() -> None:
    assert visible("\u0301", edited=True) == "\u25cc\u0301"


@given(st.text(st.characters()))
def test_escaped_text_holds_no_markup_and_no_lone_surrogate(text: str) -> None:
    for shown in (visible(text), visible(text, edited=True)):
        assert isinstance(shown, Markup)
        assert "<" not in shown.replace('<span class="cp"', "").replace("</span>", "")
        shown.encode("utf-8")


def test_shortening_never_cuts_a_grapheme() -> None:
    family = "👩‍👩‍👧‍👦"

    assert shorten(family * 3, 2) == family * 2 + "…"
    assert clip("क्षि" * 4, 2) == "".join(graphemes("क्षि" * 4)[:2])
    assert clip_end(family * 3, 1) == family
    assert shorten("short", 5) == "short"


def test_a_long_text_is_shortened_on_both_sides_of_what_is_to_be_seen() -> None:
    assert shorten("abcdefghijklmnop", 4, place=8) == "…ghij…"
    assert shorten("abcdefghijklmnop", 4, place=15) == "…nop"
    assert shorten("abcdefghijklmnop", 4, place=2) == "abcd…"
    assert shorten("abc", 4, place=2) == "abc"


@given(st.text(), st.text())
def test_two_texts_are_alike_up_to_where_they_differ(text: str, other: str) -> None:
    place = difference(text, other)
    assert text[:place] == other[:place]
    assert text == other or text[place : place + 1] != other[place : place + 1]


def test_a_grapheme_of_ten_thousand_marks_is_shortened_too() -> None:
    assert len(shorten("a" + "\u0301" * 10_000, 10)) < 100


def test_an_edit_in_devanagari_is_marked_in_whole_syllables() -> None:
    found = segments("नमस्ते जी", "नमते जी", [Change("text", 2, 3, "ते", "typo")])

    assert graphemes("नमस्ते जी")[2] == "स्ते"
    assert found == (Segment("kept", "नम"), Segment("deleted", "स्ते"), Segment("inserted", "ते"), Segment("kept", " जी"))


def test_an_edit_of_an_emoji_is_marked_as_one_character() -> None:
    found = segments("ok 👩‍👩‍👧!", "ok 👍🏽!", [Change("text", 3, 4, "👍🏽", "emoji")])

    assert found == (
        Segment("kept", "ok "),
        Segment("deleted", "👩‍👩‍👧"),
        Segment("inserted", "👍🏽"),
        Segment("kept", "!"),
    )


def test_edits_that_do_not_lead_to_the_variant_mark_the_whole_text() -> None:
    found = segments("abc", "xyz", [Change("text", 0, 1, "q", "typo")])

    assert found == (Segment("deleted", "abc"), Segment("inserted", "xyz"))


def test_a_long_text_is_shown_around_its_edits() -> None:
    original = "a" * 1000 + "b" + "c" * 1000
    whole = segments(original, "a" * 1000 + "X" + "c" * 1000, [Change("text", 1000, 1001, "X", "typo")])

    short = shortened(whole)

    assert short[0] == short[-1] == GAP
    assert Segment("deleted", "b") in short
    assert Segment("inserted", "X") in short
    assert len(side(short, "inserted")) < 200


def test_a_long_text_with_very_many_edits_shows_the_first_of_them() -> None:
    changes = [Change("text", place, place + 1, "X", "typo") for place in range(0, 1000, 2)]
    whole = segments("a" * 1000, "Xa" * 500, changes)

    short = shortened(whole)

    assert side(short, "inserted").startswith("XaXa")
    assert len(side(short, "inserted")) < 500
    assert short[-1] == GAP


def test_edits_of_neighbouring_words_are_shown_as_one() -> None:
    found = segments("so very good", "not at good", [Change("text", 0, 2, "not", "x"), Change("text", 3, 7, "at", "x")])

    assert found == (Segment("deleted", "so very"), Segment("inserted", "not at"), Segment("kept", " good"))


def test_rounding_never_hides_a_flip() -> None:
    assert [number(value) for value in (1.0, 0.9996, 0.0004, 0.0, 0.5, float("nan"))] == [
        "1.00",
        ">0.99",
        "<0.01",
        "0.00",
        "0.50",
        "–",
    ]


def test_markdown_cannot_be_broken_out_of() -> None:
    assert escaped("a|b\n<img> [x](y) `z` *q*") == "a\\|b &lt;img&gt; \\[x\\](y) \\`z\\` \\*q\\*"
    assert code("x`y``z") == "```x`y``z```"
    assert code("`a`") == "`` `a` ``"
    assert code("a\n| b", table=True) == "`a⏎\\| b`"
    assert code("") == "` `"


@pytest.mark.parametrize(
    ("few", "many", "told"),
    [
        (1, 1, "the one edit is needed"),
        (2, 2, "both edits are needed"),
        (3, 3, "all 3 edits are needed"),
        (1, 3, "1 of 3 edits is enough"),
    ],
)
def test_how_many_edits_are_enough_is_told_as_people_count(few: int, many: int, told: str) -> None:
    assert enough(few, many) == told
