"""Where a part of an edited text was before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text
from albert_robust.text.graphemes import graphemes
from albert_robust.text.origins import origins

PIECES = st.lists(st.sampled_from(["Anna", "in", "漢字", "é", "e\u0301", "👩‍👧", "."]), min_size=1, max_size=8)


def came_from(text: Text, part: str) -> str:
    """Return what a part of an edited text was in its source."""
    start = str(text).index(part)
    opens, closes = origins(text.source, text.edits)(start, start + len(part))
    return text.source[opens:closes]


def edited(source: str, old: str, new: str) -> Text:
    start = len(graphemes(source[: source.index(old)]))
    return Text.of(source).replace(start, start + len(graphemes(old)), new, "x")


@pytest.mark.parametrize(
    ("old", "new", "part", "origin"),
    [
        ("ond", "odn", "Lodnon", "London"),  # a slip within it
        ("Lo", "L", "Lndon", "London"),
        ("w ", "ww ", "Neww York", "New York"),  # a letter more at a border of words
        ("w Y", "wY", "NewY", "New Y"),
        ("London", "Santiago de Chile", "Santiago de Chile", "London"),  # another name
        ("London", "Rome", "Rome", "London"),
        ("to", "all the way to", "London", "London"),  # something before it
        ("London", "Anna left. LONDON", "Anna", ""),  # something before it, and another case
        ("London", "Anna left. LONDON", "LONDON", "London"),
        ("York", "YORK. Anna left.", "New YORK", "New York"),
        ("York ", "YORK", "New YORK", "New York"),
        ("From London", "from Lo\u200bndon", "Lo\u200bndon", "London"),  # something in it, and another case before it
        ("to New", "TO NW", "NW", "New"),
        ("to New", "New to", "New", "New"),  # in the place of the word before
        ("From London", "London From", "London From", "From London"),
        ("London", "LONDON", "LON", "Lon"),  # as many letters: one stands for one
        ("London", "Lyon", "Ly", "London"),  # else all that stood there
    ],
)
def test_a_part_is_found_where_it_was(old: str, new: str, part: str, origin: str) -> None:
    assert came_from(edited("From London to New York 👩‍👧 e\u0301t London", old, new), part) == origin


def test_what_was_put_in_comes_from_nowhere() -> None:
    text = Text.of("Hello.").replace(6, 6, " Paul said so.", "x")
    assert came_from(text, "Paul") == ""
    assert came_from(text, "Hello. Paul") == "Hello."


@given(PIECES, PIECES, st.data())
def test_what_was_not_edited_is_where_it_was(before: list[str], after: list[str], data: st.DataObject) -> None:
    """Whatever is put in between, all before and after it comes from itself."""
    left, right, put = " ".join(before) + " ", " " + " ".join(after), data.draw(st.text(min_size=1, max_size=5))
    place = len(graphemes(left))
    text = Text(left + right).replace(place, place, put, "x")
    origin = origins(text.source, text.edits)
    shift = len(str(text)) - len(text.source)
    start = data.draw(st.integers(0, len(left) - 1))
    assert origin(start, len(left)) == (start, len(left))
    end = data.draw(st.integers(len(left) + 1, len(text.source)))
    assert origin(len(left) + shift, end + shift) == (len(left), end)
