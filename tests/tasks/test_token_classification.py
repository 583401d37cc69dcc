"""Token classification: how entities are read, followed through edits, and measured, with numbers worked by hand."""

import json
import time
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text
from albert_robust.tasks import TASKS, Answer, Prediction
from albert_robust.tasks.entities import entities_of, kept, read_back
from albert_robust.tasks.token_classification import entity_f1, entity_recall, label_f1, overlap_f1

TASK = TASKS["token-classification"]
TEXT = "Anna Keller flew to New York, and Anna slept."
ANNA, YORK = "Anna Keller (PER 0-11)", "New York (LOC 20-28)"
BOTH = f"{ANNA}; {YORK}"


def said(answer: Any, text: str = TEXT) -> str:
    return TASK.read(answer, {"text": text}).output


@pytest.mark.parametrize(
    "answer",
    [
        [{"start": 0, "end": 11, "label": "PER"}, {"start": 20, "end": 28, "label": "LOC"}],
        [{"entity_group": "LOC", "word": "new york", "start": 20, "end": 28, "score": 0.9}, (0, 11, "PER")],
        [
            {"entity": t, "start": np.int64(s), "end": e}
            for t, s, e in [("B-PER", 0, 4), ("I-PER", 5, 11), ("B-LOC", 20, 28)]
        ],
        [
            {"entity": t, "word": w, "start": s, "end": e}  # of a pipeline with ignore_labels=[]
            for t, w, s, e in [
                ("B-PER", "Anna", 0, 4),
                ("I-PER", "Keller", 5, 11),
                ("O", "flew", 12, 16),
                ("I-LOC", "New York", 20, 28),
            ]
        ],
        [(0, 11, "PER"), (20, 28, "LOC"), (0, 11, "PER")],
        [(0, 12, "PER"), (19, 28, "LOC")],  # a blank at a border is none of it
        ["B-PER", "I-PER", "O", "O", "B-LOC", "I-LOC", "O", "O", "O"],
        "B-PER I-PER O O B-LOC I-LOC O O O",
        "['B-PER', 'I-PER', 'O', 'O', 'B-LOC', 'I-LOC', 'O', 'O', 'O']",
        {"entities": [{"text": "Anna Keller", "label": "PER"}, {"entity": "New York", "type": "LOC"}]},
        'Here they are:\n```json\n[{"text": "Anna Keller", "label": "PER"}, {"text": "new york", "label": "LOC"}]\n```',
        '{"PER": ["Anna Keller"], "LOC": ["New\\nYork"], "ORG": []}',
        '{"entities": {"PER": ["Anna Keller"], "LOC": ["New York"]}}',
        '{"PER": "Anna Keller", "LOC": "new york"}',
        '{"Anna Keller": "PER", "New York": "LOC"}',
        [{"start": 0, "end": 11, "text": "Anna Keller", "labels": ["PER"]}, (20, 28, "LOC")],
        {"entities": {"PER": [{"text": "Anna Keller", "confidence": 0.9}], "LOC": [{"start": 20, "end": 28}]}},
        [{"start": 0, "end": 11, "entity_type": "PER"}, {"entity": "New York", "entity_type": "LOC"}],
        {
            "entities": json.dumps(
                {"named": [{"name": "Anna Keller", "category": "PER"}, {"span": "New York", "tag": "LOC"}]}
            )
        },
        '{"text": "Anna Keller", "label": "PER"}\n{"text": "New York", "label": "LOC"}',
        Prediction(BOTH),
    ],
)
def test_entities_come_in_any_form_that_models_write(answer: Any) -> None:
    # The comma stands with `York,` where words are what blanks part.
    assert said(answer).replace("York, (LOC 20-29)", "York (LOC 20-28)") == BOTH


@pytest.mark.parametrize(
    "answer",
    [
        [],
        "",
        "[]",
        {"entities": []},
        '{"entities": []}',
        '{"text": "Anna", "entities": []}',
        ["O"] * 9,
        {"entities": {"PER": []}},
    ],
)
def test_no_entities_are_an_answer(answer: Any) -> None:
    assert said(answer) == ""


@pytest.mark.parametrize(
    "reply",
    [
        '[{"text": "Anna Keller", "label": "PER"}, {"text": "New Yo',  # its tokens came to an end
        '[{"text": "Anna Keller", "label": "PER"}, ...]',
        "[" * 1_000_000,
        '{"a":' * 1_000_000,
        "[x" * 1_000_000,
        "[" + "1" * 10_000 + "]",
    ],
)
def test_a_part_of_an_answer_is_none_and_a_broken_one_costs_no_time(reply: str) -> None:
    began = time.process_time()
    with pytest.raises(ValueError, match="expected a list of entities"):
        said(reply)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("before", ["See [PER] and {this}: ", "Such [as, {so: "])
def test_brackets_before_an_answer_are_passed_over(before: str) -> None:
    assert said(before + '[{"text": "Anna Keller", "label": "PER"}]') == ANNA


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("B-X I-X B-X O", "a b (X 0-3); c (X 4-5)"),
        ("I-X I-X O I-Y", "a b (X 0-3); d (Y 6-7)"),  # IOB1 opens with I
        ("B-X E-X S-X S-X", "a b (X 0-3); c (X 4-5); d (X 6-7)"),
        ("B-X L-X U-X I-X", "a b (X 0-3); c (X 4-5); d (X 6-7)"),
        ("I-X I-Y O O", "a (X 0-1); b (Y 2-3)"),
        ("B-X O I-X O", "a (X 0-1); c (X 4-5)"),
    ],
)
def test_tags_are_read_in_every_scheme(tags: str, found: str) -> None:
    assert said(tags.split(), "a b c d") == found


def test_a_label_that_looks_like_a_tag_is_one_only_where_something_opens() -> None:
    assert said([{"text": "Anna", "label": "E-mail"}]) == "Anna (E-mail 0-4)"


@pytest.mark.parametrize(
    ("text", "listed", "kept"),
    [
        (
            "The New York Times of New York.",
            ["New York Times", "New York"],
            "New York Times (X 4-18); New York (X 22-30)",
        ),
        (
            "New York and the New York Times.",
            ["New York", "New York Times"],
            "New York (X 0-8); New York Times (X 17-31)",
        ),
        ("The Bank of America.", ["Bank of America", "America"], "Bank of America (X 4-19); America (X 12-19)"),
        (
            "Bank of America in America.",
            ["Bank of America", "America", "America"],
            "Bank of America (X 0-15); America (X 8-15); America (X 19-26)",
        ),
        ("PARIS HILTON in PARIS", ["Paris Hilton", "Paris"], "PARIS HILTON (X 0-12); PARIS (X 16-21)"),
    ],
)
def test_a_string_stands_by_itself_before_it_stands_within_another(text: str, listed: list[str], kept: str) -> None:
    assert said([{"text": one, "label": "X"} for one in listed], text) == kept
    assert said([{"text": one, "label": "X"} for one in reversed(listed)], text) == kept


def test_one_string_listed_twice_stands_twice() -> None:
    found = said([{"text": "Anna", "label": "PER"}] * 3)
    assert found == "Anna (PER 0-4); Anna (PER 34-38)"


@pytest.mark.parametrize(("text", "place"), [("the USA and the US", "16-18"), ("美国US人", "2-4"), ("abUSc", "2-4")])
def test_a_string_is_sought_as_a_word_first(text: str, place: str) -> None:
    assert said([{"text": "US", "label": "LOC"}], text) == f"US (LOC {place})"


@pytest.mark.parametrize(
    ("string", "text", "place"),
    [
        ("José", "Hi Jose\u0301!", "3-8"),
        ("O'Neil", "Hi O’Neil!", "3-9"),
        ("Nordwind Bank", "the N\u00adordwind B\u200bank", "4-19"),
        ("NBA", "看ＮＢＡ", "1-4"),
        ("Işıl", "IŞIL İLE", "0-4"),
        ("Straße", "STRASSE", "0-7"),
    ],
)
def test_a_string_is_found_that_a_model_writes_in_plain_letters(string: str, text: str, place: str) -> None:
    (entity,) = entities_of(said([{"text": string, "label": "X"}], text))
    assert f"{entity.start}-{entity.end}" == place


@pytest.mark.parametrize(
    ("string", "start", "end", "found"),
    [
        ("New York", 3, 9, "20-28"),  # miscounted, as language models do
        ("New York", 90, 98, "20-28"),
        ("new  york", 20, 28, "20-28"),
        ("Anna", 34, 38, "34-38"),  # the second one, as its place says
        ("##ew york", 20, 28, "20-28"),  # as a tokenizer writes it
    ],
)
def test_a_string_tells_the_place_where_the_two_disagree(string: str, start: int, end: int, found: str) -> None:
    (entity,) = entities_of(said([{"text": string, "start": start, "end": end, "label": "X"}]))
    assert f"{entity.start}-{entity.end}" == found


@pytest.mark.parametrize(
    "names", [("start_char", "end_char"), ("start_offset", "end_offset"), ("start_pos", "end_pos")]
)
def test_a_place_has_the_name_that_spacy_doccano_or_flair_give_it(names: tuple[str, str]) -> None:
    found = said([{"text": "Anna", "label": "PER", **dict(zip(names, (34, 38), strict=True))}])
    assert found == "Anna (PER 34-38)"


def test_what_the_text_does_not_hold_has_no_place_and_matches_its_like_alone() -> None:
    found = said([{"text": "Anna Keller", "label": "PER"}, {"text": "Big  Apple", "label": "city name"}])
    assert found == f"{ANNA}; Big Apple (city_name)"
    assert entity_f1(found, BOTH) == 0.5
    assert entity_f1(found, found) == 1


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ([(0, 99, "PER")], r"an entity ends behind its text \(0-99 of 45 characters\)"),
        ([(4, 4, "PER")], r"an entity is empty \(4-4 of 45"),
        ([(4, 0, "PER")], r"an entity ends before it begins \(4-0 of 45"),
        ([(-2, 3, "PER")], r"an entity begins before its text \(-2-3 of 45"),
        ([("0", 4, "PER")], "begins or ends at '0'"),
        ([{"start": 0, "end": 4}], "the label None"),
        ([{"label": "PER"}], "neither its `start` and `end` nor its `text`"),
        ([7], "expected a tag by its name"),
        (["O", "B-PER"], "2 tags for 9 tokens"),
        ([{"text": str(n), "label": "PER"} for n in range(46)], "more entities than the text has characters"),
        (3, "expected a list of entities"),
        ("There are none.", "expected a list of entities"),
        (None, "expected a list of entities"),
    ],
)
def test_what_is_no_entity_is_told(answer: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        said(answer)


def test_what_is_said_of_a_variant_is_read_back_to_the_original() -> None:
    text = Text.of(TEXT).replace(20, 28, "Rome", "x").replace(0, 4, "Mr. Anan", "x")
    text = text.replace(len(text), len(text), " Paul woke.", "x")
    found = [(0, 15, "PER"), (str(text).index("Rome"), str(text).index("Rome") + 4, "LOC")]
    found.append((str(text).index("Paul"), str(text).index("Paul") + 4, "PER"))
    variant = said(found, str(text))
    assert read_back(variant, TEXT, text.edits) == BOTH


@pytest.mark.parametrize(
    ("text", "letters", "said_before", "said_after"),
    [
        ("Anna Keller slept.", [10], (0, 11), (0, 10)),
        ("李娜去了上海。", [1], (0, 2), (0, 1)),
        ("李娜去了上海。", [2], (0, 2), (0, 2)),  # the letter after her name
        ("李娜去了上海。", [1, 2], (0, 2), (0, 1)),
        ("在索尼工作", [1], (1, 3), (1, 2)),
    ],
)
def test_a_letter_lost_at_a_border_is_of_the_name_where_it_was(
    text: str, letters: list[int], said_before: tuple[int, int], said_after: tuple[int, int]
) -> None:
    variant, before = Text.of(text), said([(*said_before, "PER")], text)
    variant = variant.replace_each([(letter, letter + 1, "") for letter in letters], "x")
    assert read_back(said([(*said_after, "PER")], str(variant)), text, variant.edits, [before]) == before


def test_measures_by_hand() -> None:
    output = "Anna (PER 0-4); New York (LOC 20-28); slept (ORG 39-44)"
    assert entity_f1(output, BOTH) == pytest.approx(2 * 1 / 5)
    assert entity_recall(output, BOTH) == 1 / 2
    assert overlap_f1(output, BOTH) == pytest.approx((2 + 2) / 5)
    assert label_f1(output, BOTH) == pytest.approx(2 * 2 / 5)
    assert isnan(entity_recall(output, ""))
    assert [measure("", "") for measure in (entity_f1, overlap_f1, label_f1)] == [1, 1, 1]


def test_micro_f1_counts_entities_and_not_texts() -> None:
    answers = [Answer(BOTH, (BOTH,)), Answer("", (BOTH,)), Answer("", ("",))]
    found = TASK.aggregates["micro f1"].measure(answers, [0, 1, 2])
    assert found.value == pytest.approx(2 * 2 / (2 + 4))
    assert found.low < found.value < found.high
    assert not TASK.aggregates["micro f1"].measure(answers[2:], [0]).measured


@pytest.mark.parametrize(("label", "low", "high"), [("PER", 0.158, 1), ("LOC", 0, 0.842)])
def test_texts_without_entities_make_micro_f1_no_surer(label: str, low: float, high: float) -> None:
    """Two texts with one entity each, both right or both wrong: Clopper and Pearson's interval of 2 or 0 of 2."""
    answers = [Answer(f"Anna ({label} 0-4)", ("Anna (PER 0-4)",))] * 2 + [Answer("", ("",))] * 48
    found = TASK.aggregates["micro f1"].measure(answers, range(50))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.02)


ENTITIES = st.builds(
    lambda start, length, label: (start, start + length, label),
    st.integers(0, 20),
    st.integers(1, 24),
    st.sampled_from(["PER", "LOC;"]),
)


@given(st.lists(ENTITIES, max_size=6), st.lists(ENTITIES, max_size=6))
def test_agreement_is_the_same_from_both_sides_and_full_with_itself(one: list[Any], two: list[Any]) -> None:
    left, right = said(one), said(two)
    for measure in (entity_f1, overlap_f1, label_f1):
        assert measure(left, right) == measure(right, left)
        assert 0 <= measure(left, right) <= 1
        assert measure(left, left) == 1
    assert entity_f1(left, right) <= overlap_f1(left, right)


WORDS = st.lists(
    st.sampled_from(["Anna", "(PER 0-4);", ";", "\n", "; Bo (LOC)", "漢字", "e\u0301"]), min_size=30, max_size=30
)


@given(WORDS.map(" ".join), st.lists(ENTITIES, max_size=6))
def test_what_is_kept_is_read_as_it_was(text: str, found: list[Any]) -> None:
    output = said(found, text)
    assert [one[:3] for one in entities_of(output)] == [one[:3] for one in entities_of(said(Prediction(output), text))]
    assert kept(entities_of(output)) == output
