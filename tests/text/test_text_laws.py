"""A text under any edits: what it then is, and what stays."""

from collections.abc import Iterable
from itertools import pairwise
from time import process_time

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Edit, Text
from albert_robust.laws import replayed
from albert_robust.text.reading import Span

ANY = st.one_of(st.text(max_size=20), st.text(alphabet="ab 漢ทำ\u200d\u0301👨👩🇫🇷क्षि\r\n", max_size=12))
EDITS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), ANY), max_size=5)
PIECES = st.lists(st.sampled_from(["{a}", "https://x.org", "@me", "hi", "a", "漢", "é"]), max_size=6).map(" ".join)


def edited(text: Text, edits: list[tuple[int, int, str]]) -> Text:
    for first, second, replacement in edits:
        start, end = sorted((first % (len(text) + 1), second % (len(text) + 1)))
        text = text.replace(start, end, replacement, "edit")
    return text


def touches(text: Text, spans: Iterable[Span]) -> bool:
    """Whether an edit of a text touches one of some spans of its source."""
    return any(edit.start < span.end and span.start < edit.end for edit in text.edits for span in spans)


@given(ANY, st.integers(0, 30), st.integers(0, 30), ANY)
def test_a_replacement_stands_where_it_was_put(string: str, first: int, second: int, replacement: str) -> None:
    text = Text(string)
    start, end = sorted((first % (len(text) + 1), second % (len(text) + 1)))
    before, after = "".join(text.graphemes[:start]), "".join(text.graphemes[end:])
    assert str(text.replace(start, end, replacement, "x")) == before + replacement + after


@given(PIECES | ANY, EDITS, st.lists(st.integers(0, 40), max_size=10), st.lists(ANY, min_size=5, max_size=5))
def test_several_replacements_are_made_in_the_text_as_it_is_now(
    string: str, edits: list[tuple[int, int, str]], cuts: list[int], strings: list[str]
) -> None:
    text = edited(Text.of(string), edits)
    places = sorted(cut % (len(text) + 1) for cut in cuts)
    changes = list(zip(places[::2], places[1::2], strings, strict=False))
    expected = [*text]
    for start, end, replacement in reversed(changes):
        expected[start:end] = [replacement] if text.editable(start, end) else expected[start:end]
    at_once = text.replace_each(changes, "x")
    assert (str(at_once), at_once.source) == ("".join(expected), string)
    assert str(at_once) == replayed(string, at_once.edits)
    assert all(one.end <= other.start for one, other in pairwise(at_once.edits))


@given(ANY, EDITS)
def test_a_text_is_its_source_with_its_edits(string: str, edits: list[tuple[int, int, str]]) -> None:
    text = edited(Text.of(string), edits)
    assert text.source == string
    assert str(text) == replayed(string, text.edits)
    assert all(one.end <= other.start for one, other in pairwise(text.edits))


def test_a_long_text_with_many_edits_is_edited_again_at_once() -> None:
    text = Text.of("ab" * 20_000).replace_each([(at, at + 1, "x") for at in range(0, 40_000, 4)], "x")
    started = process_time()
    again = text.replace_each([(at, at + 1, "y") for at in range(2, 40_000, 4)], "y")
    assert str(again) == "xbyb" * 10_000
    assert process_time() - started < 5  # it takes a tenth of a second; a minute, if each edit looked at all others


@given(ANY, ANY)
def test_a_text_without_protected_spans_can_be_rewritten_into_any_other(old: str, new: str) -> None:
    rewritten = Text(old).rewrite(new)
    assert str(rewritten) == new
    assert rewritten.changed == (old != new)


def test_a_text_rewritten_in_another_language_is_in_that_language() -> None:
    text = Text("hello", "en")
    assert (text.rewrite("hallo", language="de").language, text.rewrite("hullo").language) == ("de", "en")
    assert text.rewrite("hallo", language="de").replace(0, 1, "j", "typo").language == "de"


@given(PIECES, PIECES, EDITS)
def test_what_is_protected_survives_any_edit_and_any_rewriting(
    old: str, new: str, edits: list[tuple[int, int, str]]
) -> None:
    text = Text.of(old)
    assert not touches(text.rewrite(new), text.protected)
    assert not touches(edited(text, edits), text.protected)


@given(st.data(), ANY.filter(bool), EDITS)
def test_no_edit_touches_what_somebody_protects(
    data: st.DataObject, string: str, edits: list[tuple[int, int, str]]
) -> None:
    start = data.draw(st.integers(0, len(string) - 1))
    gold = string[start : data.draw(st.integers(start + 1, len(string)))]
    text = Text.of(string, protect=[gold])
    assert text.protected
    assert not touches(edited(text, edits), text.protected)


@pytest.mark.parametrize(
    "string",
    [
        "https://a.org/b?c=1",
        "HTTPS://Example.org/bCd",
        "ftp://files.example.org/a.txt",
        "www.a.org",
        "WWW.Example.com/X",
        "a.b@c.de",
        "@someone",
        "@user.name",
        "#topic",
        "{name}",
        "{first name}",
        "{{ name }}",
        "${user.name}",
        "%s",
        "%(name)d",
        "$HOME",
        "<br>",
    ],
)
def test_links_mentions_and_placeholders_are_protected(string: str) -> None:
    text = Text.of(f"see {string} now")
    assert not any(text.editable(place, place + 1) for place in range(4, 4 + len(string)))
    assert [word.string for word in text.words()] == ["see", "now"]


@pytest.mark.parametrize("string", ["$name", "@user.name", "{{ name }}", "WWW.Example.com/X", "ftp://a.org"])
@pytest.mark.parametrize("mark", [",", ".", "!", ")", "。"])
def test_a_placeholder_or_link_ends_before_punctuation(string: str, mark: str) -> None:
    assert [(span.start, span.end) for span in Text.of(f"{string}{mark} yes").protected] == [(0, len(string))]


@pytest.mark.parametrize(
    "string", ["a" * 100_000 + " @me", "word @me " * 20_000], ids=["one long word", "many mentions"]
)
def test_a_long_text_is_read_in_time_that_its_length_takes(string: str) -> None:
    started = process_time()
    assert len(Text.of(string).words()) in {1, 20_000}
    assert process_time() - started < 5  # it takes a tenth of a second; a minute, if each place looked at all others


@pytest.mark.parametrize("string", ["50% discount and 5 % off", "It costs $5 or $7.50", "{a\nb}", "so $ and @ and #"])
def test_percentages_prices_and_lone_signs_are_no_placeholders(string: str) -> None:
    assert Text.of(string).protected == ()


def test_what_a_failing_test_shows_of_a_text_begins_with_the_text_as_it_is_now() -> None:
    made = Text.of("a god film").replace(2, 5, "dog", "swap")
    assert repr(made).startswith("<Text 'a dog film', source='a god film', language='und', protected=(), edits=(Edit(")


def test_every_occurrence_of_an_answer_is_protected() -> None:
    text = Text.of("Rome, not rome: Rome", protect=["Rome"])
    assert [(span.start, span.end) for span in text.protected] == [(0, 4), (16, 20)]
    assert text.replace(0, 5, "x", "x") is text


@pytest.mark.parametrize(
    ("string", "answers", "spans"),
    [
        ("cafe\u0301 noir", ["caf\u00e9"], [(0, 4)]),
        ("caf\u00e9 noir", ["cafe\u0301"], [(0, 4)]),
        ("cafe\u0301 noir", ["cafe"], [(0, 4)]),  # half a character is the whole
        ("\u0915\u093c\u0932\u092e", ["\u0958\u0932"], [(0, 2)]),
        ("한국", ["\u1112\u1161\u11ab"], [(0, 1)]),
        ("anana", ["ana"], [(0, 5)]),
        ("New York City", ["New York", "York City"], [(0, 13)]),
        ("abab", ["ab"], [(0, 2), (2, 4)]),
        ("see {name}", ["e {na"], [(2, 10)]),
        ("none", ["", "x"], []),
    ],
)
def test_an_answer_is_protected_however_its_letters_are_composed_and_where_it_overlaps(
    string: str, answers: list[str], spans: list[tuple[int, int]]
) -> None:
    assert [(span.start, span.end) for span in Text.of(string, protect=answers).protected] == spans


def test_letters_may_be_put_beside_a_protected_span_but_not_into_it() -> None:
    text = Text.of("a {b} c")
    assert str(text.replace(2, 2, "x", "x")) == "a x{b} c"
    assert text.replace(3, 3, "x", "x") is text


def test_a_change_that_is_taken_back_leaves_no_edit() -> None:
    text = Text.of("cat").replace(0, 1, "b", "x").replace(0, 1, "c", "x")
    assert text.edits == ()
    assert not text.changed


def test_edits_count_characters_of_the_source() -> None:
    text = Text.of("one two").replace(0, 3, "eleven", "x").replace(7, 10, "2", "y")
    assert text.edits == (Edit(0, 3, "eleven", "x"), Edit(4, 7, "2", "y"))


def test_a_range_outside_the_text_is_an_error() -> None:
    with pytest.raises(IndexError, match=r"\[2, 5\) lie outside a text of 3"):
        Text.of("abc").replace(2, 5, "", "x")


def test_of_several_replacements_none_reaches_over_the_next() -> None:
    with pytest.raises(IndexError, match=r"\[0, 2\) lie outside a text of 3, or over a change that comes later in"):
        Text.of("abc").replace_each([(0, 2, "x"), (1, 3, "y")], "x")


def test_a_pattern_finds_only_what_may_be_edited() -> None:
    text = Text.of("3 {3} 4")
    assert [word.string for word in text.find(regex.compile(r"\d"))] == ["3", "4"]


@given(ANY, EDITS, st.lists(st.integers(0, 40), max_size=8), st.randoms())
def test_parts_in_another_order_stand_where_the_others_stood(
    string: str, edits: list[tuple[int, int, str]], cuts: list[int], rng: object
) -> None:
    text = edited(Text(string), edits)
    places = sorted(cut % (len(text) + 1) for cut in cuts)
    parts = [Span(*pair) for pair in zip(places[::2], places[1::2], strict=False)]
    order = sorted(range(len(parts)), key=lambda _: rng.random())  # type: ignore[attr-defined]  # a random.Random
    expected = [*text]
    for part, place in reversed([*zip(parts, order, strict=True)]):
        expected[part.start : part.end] = text.graphemes[parts[place].start : parts[place].end]
    assert str(text.reordered(parts, order, "x")) == "".join(expected)


def test_what_is_protected_goes_along_and_stays_as_it_is() -> None:
    text = Text.of("[1] Anna is 7.\n[2] Ben.", protect=["Anna"])
    moved = text.reordered([Span(4, 14), Span(19, 23)], [1, 0], "x")
    assert str(moved) == "[1] Ben.\n[2] Anna is 7."
    assert str(moved.replace(13, 17, "Ana", "typo")) == str(moved)
    assert str(moved.replace(1, 2, "A", "label")) == "[A] Ben.\n[2] Anna is 7."
    assert str(moved.replace(4, 7, "Bne", "typo")) == "[1] Bne.\n[2] Anna is 7."


def test_what_is_protected_in_a_part_that_stays_in_its_place_stays_protected() -> None:
    moved = Text.of("Anna, Ben, Eva", protect=["Anna", "Eva"]).reordered(
        [Span(0, 4), Span(6, 9), Span(11, 14)], [0, 2, 1], "x"
    )
    assert str(moved) == "Anna, Eva, Ben"
    assert str(moved.replace(0, 4, "Ana", "typo")) == str(moved)


def test_a_part_that_would_cut_what_is_protected_cannot_move() -> None:
    text = Text.of("Anna and Ben", protect=["Anna"])
    assert [text.movable(*span) for span in ((0, 4), (0, 8), (4, 8), (2, 8), (0, 2))] == [
        True,
        True,
        True,
        False,
        False,
    ]
