"""Templates become the examples that a person would write out by hand, by ids that survive another word."""

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.data import Example, Source, read_examples
from albert_robust.data.templates import Fill, Templates
from albert_robust.errors import InputError

PLACES: Fill = {"place": [{"country": "France", "capital": "Paris"}, {"country": "Japan", "capital": "Tokyo"}]}
WORDS = st.lists(st.text("abcdefgh ", min_size=1, max_size=3), min_size=1, max_size=4, unique=True)


def examples(
    templates: Sequence[Mapping[str, Any]],
    fill: Fill,
    languages: tuple[str, ...] = ("en",),
    inputs: tuple[str, ...] = ("text",),
    reference: str = "label",
    limit: int | None = None,
) -> list[Example]:
    made = Templates(tuple(templates), tuple(range(7, 7 + len(templates))), fill)
    source = Source(Path("s.robust.yaml"), languages, per_row=len(languages) > 1, limit=limit, templates=made)
    return read_examples(source, inputs, reference)


def texts(text: str, fill: Fill) -> list[str]:
    return [one.fields["text"] for one in examples([{"text": text}], fill)]


def test_every_slot_takes_every_word_and_the_last_list_changes_first() -> None:
    fill = {"a_verb": ["love", "can't stand"], "thing": ["films", "books"]}
    assert texts("I {a_verb} {thing}.", fill) == [
        "I love films.",
        "I love books.",
        "I can't stand films.",
        "I can't stand books.",
    ]


def test_one_slot_twice_takes_the_same_word_and_a_number_asks_for_another() -> None:
    assert texts("{name} is {name}.", {"name": ["Ann", "Bo"]}) == ["Ann is Ann.", "Bo is Bo."]
    assert texts("{name} met {name2}.", {"name": ["Ann", "Bo"]}) == ["Ann met Bo.", "Bo met Ann."]


def test_a_list_may_be_called_by_a_number_itself() -> None:
    assert texts("{name} met {name2}.", {"name": ["Ann"], "name2": ["Ann", "Bo"]}) == ["Ann met Ann.", "Ann met Bo."]


def test_doubled_braces_are_braces() -> None:
    assert texts("{{name}} is {{{name}}}", {"name": ["Ann"]}) == ["{name} is {Ann}"]


def test_a_word_is_put_in_as_it_is() -> None:
    assert texts("I like {thing}.", {"thing": ["{thing}", r"a\1b"]}) == ["I like {thing}.", r"I like a\1b."]


def test_a_template_without_slots_is_one_example() -> None:
    (one,) = examples([{"text": "It is what it is.", "label": "neutral"}], {})
    assert (one.id, one.references) == ("It is what it is.", ("neutral",))


def test_fields_of_one_word_go_together_in_all_fields_of_an_example() -> None:
    template = {
        "context": "{place.capital} is the capital of {place.country}, {place2.capital} of {place2.country}.",
        "question": "What is the capital of {place.country}?",
        "answers": ["{place.capital}", "the city of {place.capital}"],
    }
    first, second = examples([template], PLACES, inputs=("context", "question"), reference="answers")
    assert first.fields["context"] == "Paris is the capital of France, Tokyo of Japan."
    assert second.fields["question"] == "What is the capital of Japan?"
    assert second.references == ("Tokyo", "the city of Tokyo")


def test_numbers_are_references_as_they_are() -> None:
    template = {"first": "A {thing}.", "second": "Some {thing}s.", "score": 4.5}
    (one,) = examples([template], {"thing": ["cat"]}, inputs=("first", "second"), reference="score")
    assert one.references == ("4.5",)


def test_an_example_is_called_by_its_text_or_by_its_template_s_id_and_words() -> None:
    fill = {"thing": ["film", "book"]}
    unnamed = examples([{"text": "I saw a {thing}."}], fill)
    named = examples([{"id": "saw", "text": "I saw a {thing}."}], fill)
    assert [one.id for one in unnamed] == ["I saw a film.", "I saw a book."]
    assert [one.id for one in named] == ["saw/film", "saw/book"]


def test_templates_of_one_id_are_translations_with_the_same_words() -> None:
    templates = [
        {"id": "mine", "language": "en", "text": "{name}'s {thing.en}"},
        {"id": "mine", "language": "de", "text": "{thing.de-CH} von {name}"},
    ]
    fill: Fill = {"thing": [{"en": "cat", "de-CH": "Katze"}, {"en": "dog", "de-CH": "Hund"}], "name": ["Ann"]}
    made = examples(templates, fill, ("en", "de"))
    assert [one.id for one in made] == ["mine/Ann/cat", "mine/Ann/dog"] * 2
    assert made[3].parallels["en"] == {"text": "Ann's dog"}


def test_templates_without_an_id_are_nobody_s_translations() -> None:
    made = examples([{"language": tag, "text": "OK {n}"} for tag in ("en", "de")], {"n": ["1"]}, ("en", "de"))
    assert [dict(one.parallels) for one in made] == [{}, {}]


def test_a_text_that_is_made_twice_is_told_with_both_templates() -> None:
    templates = [{"text": "I {verb} it."}, {"text": "I like it.", "label": "positive"}]
    with pytest.raises(
        InputError, match=r"robust\.yaml:8:1: 'I like it\.' is made twice\n  first in .*robust\.yaml:7: take one out"
    ):
        examples(templates, {"verb": ["love", "like"]})


SLOTS = st.lists(st.sampled_from(["{a}", "{a2}", "{b}", "{c}"]), unique=True).map(" ".join)


@given(SLOTS, WORDS, WORDS, WORDS)
def test_there_are_as_many_as_choices_of_words_each_with_an_id_of_its_own(
    slots: str, a: list[str], b: list[str], c: list[str]
) -> None:
    used = [name for name in "abc" if f"{{{name}" in slots]
    fill = dict(zip("abc", (a, b, c), strict=True))
    count = prod(len(fill[name]) for name in used) * (len(a) - 1 if "{a}" in slots and "{a2}" in slots else 1)
    rows = list(Templates(({"id": "t", "text": f"so {slots}"},), (1,), fill).rows())
    assert len({row["id"] for _, row in rows}) == len(rows) == count


@given(WORDS, WORDS, st.data())
def test_another_word_leaves_the_examples_that_were_there(a: list[str], b: list[str], data: st.DataObject) -> None:
    more = [*a, "more"]
    templates = [{"text": "({a}) ({b})", "label": "{a}"}, {"id": "two", "text": "({a}) ({a2}) ({b})"}]
    before = examples(templates, {"a": [*a, "z"], "b": b})
    after = examples(templates, {"b": b, "a": data.draw(st.permutations([*more, "z"]))})
    assert all(one in after for one in before)


@given(st.data())
def test_a_sample_depends_on_no_order(data: st.DataObject) -> None:
    words, others = [f"a{n}" for n in range(6)], [f"b{n}" for n in range(5)]
    templates = [{"text": "{a} {b}"}, {"text": "{b}, {b2}"}, {"text": "alone"}]
    drawn = examples(templates, {"a": words, "b": others}, limit=7)
    shuffled = {"b": data.draw(st.permutations(others)), "a": data.draw(st.permutations(words))}
    again = examples(data.draw(st.permutations(templates)), shuffled, limit=7)
    assert len(drawn) == 7
    assert {one.id for one in again} == {one.id for one in drawn}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
def test_any_text_can_be_written_with_its_braces_doubled(text: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    assert texts(escaped + "{x}", {"x": [text]}) == [text + text]
