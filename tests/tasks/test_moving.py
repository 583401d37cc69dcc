"""What data say of places in a text moves to where these are in a variant."""

import re
from collections import Counter
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import perturb
from albert_robust.data.tokens import joined, tagged
from albert_robust.errors import Mistake
from albert_robust.tasks.entities import annotated, entities_of
from albert_robust.tasks.moving import Image, Scheme, moved, tags_of, tokens_of
from albert_robust.text import Text
from albert_robust.text.origins import images, origins

TEXT = "Anna Keller lives in New York."
SCHEMES = {
    "IOB1": (["I-PER", "B-PER", "I-PER", "O", "I-LOC"], Scheme("I", "I", "I", "I")),
    "IOB2": (["B-PER", "B-PER", "I-PER", "O", "B-LOC"], Scheme("B", "I", "I", "B")),
    "BIOES": (["S-PER", "B-PER", "I-PER", "E-PER", "O", "S-LOC"], Scheme("B", "I", "E", "S")),
    "BILOU": (["U-PER", "B-PER", "I-PER", "L-PER", "O", "U-LOC"], Scheme("B", "I", "L", "U")),
    "BMES": (["S-PER", "B-PER", "M-PER", "E-PER", "O", "S-LOC"], Scheme("B", "M", "E", "S")),
}


def image_of(text: Text, *, spaced: bool = True) -> Image:
    return images(text.source, text.edits, str(text), spaced=spaced)


@given(
    st.text("ab c", min_size=1), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.text("xy", max_size=2)))
)
def test_what_no_edit_touches_is_found_in_both_directions(source: str, changes: list[tuple[int, int, str]]) -> None:
    text = Text.of(source, "en")
    for start, length, replacement in changes:
        if start + length <= len(text):
            text = text.replace(start, start + length, replacement, "test")
    origin, image = origins(source, text.edits), image_of(text, spaced=False)
    touched = {place for edit in text.edits for place in range(edit.start, edit.end)}
    for place in {*range(len(source))} - touched:
        start, end = image(place, place + 1)
        assert str(text)[start:end] == source[place]
        assert origin(start, end) == (place, place + 1)


@pytest.mark.parametrize(
    ("edits", "start", "end", "expected"),
    [
        ([(0, 4, "Maria")], 0, 11, "Maria Keller"),
        ([(0, 0, "Well, ")], 0, 11, "Anna Keller"),
        ([(11, 11, "r")], 0, 11, "Anna Kellerr"),
        ([(11, 11, ", Mr")], 0, 11, "Anna Keller"),
        ([(5, 12, "")], 0, 11, "Anna "),
        ([(0, 12, "")], 0, 11, ""),
        ([(7, 7, " ")], 5, 11, "Ke ller"),
        ([(3, 6, "aK")], 0, 11, "AnnaKeller"),
    ],
)
def test_an_entity_keeps_what_came_of_its_letters(
    edits: list[tuple[int, int, str]], start: int, end: int, expected: str
) -> None:
    text = Text.of(TEXT, "en").replace_each(edits, "test")
    place = image_of(text)(start, end)
    assert str(text)[slice(*place)] == expected


def test_without_blanks_between_words_what_is_put_in_behind_one_is_no_part_of_it() -> None:
    text = Text.of("在北京。", "zh").replace(3, 3, "城", "test")
    assert str(text)[slice(*image_of(text, spaced=False)(1, 3))] == "北京"


@pytest.mark.parametrize(("tags", "scheme"), SCHEMES.values(), ids=list(SCHEMES))
def test_tags_are_written_by_the_scheme_that_they_are_in(tags: list[str], scheme: Scheme) -> None:
    tokens = [f"w{number}" for number in range(len(tags))]
    text, places = joined(tokens, "en")
    kept = annotated(tagged(places, tags), text)
    assert kept is not None
    assert Scheme.of([tags]) == scheme
    assert tags_of(places, entities_of(kept), scheme) == tags


def run_of_tags(label: str, long: int) -> list[str]:
    return ["O"] * long if label == "O" else [f"B-{label}", *[f"I-{label}"] * (long - 1)]


@given(st.lists(st.builds(run_of_tags, st.sampled_from(["O", "PER", "LOC"]), st.integers(1, 3)), max_size=4))
def test_tags_that_keep_their_scheme_are_written_as_they_were(runs: list[list[str]]) -> None:
    tags = [*chain.from_iterable(runs), "B-PER"]
    text, places = joined(["word"] * len(tags), "en")
    kept = annotated(tagged(places, tags), text)
    assert tags_of(places, entities_of(kept or ""), Scheme.of([tags])) == tags


def test_labels_without_prefixes_stay_so() -> None:
    assert Scheme.of([["O", "PER"]]) is None
    assert tags_of([(0, 4), (5, 9)], entities_of("Anna (PER 0-4)"), None) == ["PER", "O"]


@pytest.mark.parametrize("spec", ["paraphrase.filler", "distractors.sentence", "attacks.injection"])
def test_marks_that_were_put_in_are_tokens_of_their_own_and_those_of_the_data_stay_in_theirs(spec: str) -> None:
    words = ["The", "U.S.", "(", "all", ")", "won", "."]
    text, places = joined(words, "en")
    [[made]] = perturb([text], spec, language="en")
    image = images(text, made.edits, made.text, spaced=True)
    tokens = [made.text[slice(*place)] for place in tokens_of(made.text, places, image, spaced=True)]
    assert "".join(tokens) == made.text.replace(" ", "")
    put_in = list((Counter(tokens) - Counter(words)).elements())
    assert len(tokens) == len(words) + len(put_in) > len(words)
    assert all(re.fullmatch(r"\w+|\W+", token) for token in put_in)


def test_without_blanks_tokens_end_where_those_of_the_data_do() -> None:
    text, places = joined(["北京", "很", "大"], "zh")
    made = Text.of(text, "zh").replace(2, 2, "真的", "test")
    image = images(text, made.edits, str(made), spaced=False)
    found = tokens_of(str(made), places, image, spaced=False)
    assert [str(made)[slice(*place)] for place in found] == ["北京", "真", "的", "很", "大"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"start": 5, "end": 11, "label": "PER"}, {"start": 6, "end": 12, "label": "PER"}),
        ([5, 11, "PER"], [6, 12, "PER"]),
        ({"text": "Keller", "label": "PER"}, {"text": "Keller", "label": "PER"}),
        (
            {"start_char": 5, "end_char": 11, "start": 1, "end": 2, "label_": "PER", "kb_id": 7},
            {"start_char": 6, "end_char": 12, "start": 1, "end": 2, "label_": "PER", "kb_id": 7},
        ),
        (
            {"entity": "PER", "word": "Keller", "start": 5, "end": 11},
            {"entity": "PER", "word": "Keller", "start": 6, "end": 12},
        ),
    ],
    ids=["places", "triple", "string", "spaCy", "pipeline"],
)
def test_entities_move_in_the_form_in_which_they_are_given(given: object, expected: object) -> None:
    text = Text.of(TEXT, "en").replace(0, 4, "Maria", "test")
    assert moved([given], TEXT, str(text), image_of(text)) == [expected]


def test_an_entity_that_nothing_is_left_of_is_left_out_and_another_form_is_a_mistake() -> None:
    text = Text.of(TEXT, "en").replace(0, 12, "", "test")
    gone = {"start": 0, "end": 11, "label": "PER"}
    assert moved([gone], TEXT, str(text), image_of(text)) == []
    with pytest.raises(Mistake, match=r"^3 is no entity that can be moved\n  write a list of"):
        moved([3], TEXT, TEXT, image_of(Text.of(TEXT, "en")))
