"""Texts that are read as one come apart as they were, with what was changed."""

from hypothesis import given
from hypothesis import strategies as st

from albert_robust.text import Text
from albert_robust.text.joined import joined, parted

SOURCES = st.lists(st.text("ab \r\n\u0301e👍🏽"), min_size=1, max_size=3)


def with_x(text: Text) -> Text:
    return text.replace_each([(place, place + 1, "x") for place, one in enumerate(text) if one == "a"], "put")


@given(SOURCES, SOURCES)
def test_what_was_joined_comes_apart_the_same(sources: list[str], beside: list[str]) -> None:
    texts = [Text.of(source, "en", protect="b").replace(0, 0, "x", "put") for source in sources]
    whole = joined(texts, [Text.of(source, "en") for source in beside])
    assert list(parted(whole, texts)) == texts


@given(SOURCES, SOURCES)
def test_an_edit_of_the_whole_is_the_same_edit_of_its_part(sources: list[str], beside: list[str]) -> None:
    texts = [Text.of(source, "en", protect="b") for source in sources]
    parts = parted(with_x(joined(texts, [Text.of(source, "en") for source in beside])), texts)
    assert list(parts) == [with_x(text) for text in texts]


def test_a_part_stays_in_its_language_unless_the_whole_is_given_another() -> None:
    texts = [Text.of("Wo?", "en").rewrite("Where?", "translate", "de"), Text.of("Here.", "en")]
    whole = joined(texts)
    assert [part.language for part in parted(with_x(whole), texts)] == ["de", "en"]
    french = [part.language for part in parted(whole.rewrite(str(whole), "translate", "fr"), texts)]
    assert french == ["fr", "fr"]


def test_no_edit_reaches_over_the_boundary_or_into_what_stays() -> None:
    text, other = Text.of("one", "en"), Text.of("two", "en")
    whole = joined([text], [other])
    assert not any(whole.editable(place, place + 1) for place in range(len(text), len(whole)))
    assert str(whole.replace(len(text), len(text), "!", "put"))[:4] == "one!"
