"""Multi-label classification: how labels are read, in any form, and measured, with numbers worked by hand."""

from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.data import Source, read_examples
from albert_robust.errors import InputError
from albert_robust.models.reply import read_reply
from albert_robust.running.blocks import examples_of
from albert_robust.suite.load import load_suite
from albert_robust.tasks import TASKS, Answer, Prediction
from albert_robust.tasks.multi_label_classification import label_f1, label_recall, same

TASK = TASKS["multi-label-classification"]
LABELS = st.sets(st.sampled_from(["anger", "fear", "joy", "love"]))
Write = Callable[..., Path]


def said(answer: Any) -> str:
    return TASK.read(answer, {"text": "Oh."}).output


@pytest.mark.parametrize(
    "answer",
    [
        ["fear", "anger"],
        {"labels": ["anger", "fear"]},
        {"labels": {"anger": 0.9, "fear": 0.5, "joy": 0.49}},
        [{"label": "anger", "score": 0.9}, {"label": "fear", "score": np.float32(0.6)}, {"label": "joy", "score": 0.1}],
        np.array(["anger", "fear", "fear"]),
        ("fear", "anger"),
        "anger, fear",
        " fear ;anger\n",
        '```json\n["anger", "fear"]\n```',
        '{"labels": ["fear", "anger"]}',
        '{"anger": true, "fear": true, "joy": false}',
        Prediction("anger; fear"),
    ],
)
def test_labels_come_in_any_form_that_models_write(answer: Any) -> None:
    assert said(answer) == "anger; fear"


@pytest.mark.parametrize("answer", [[], "", "None", "[]", {"labels": []}, {"labels": {"joy": 0.2}}])
def test_no_labels_are_an_answer(answer: Any) -> None:
    assert said(answer) == ""


@pytest.mark.parametrize(
    ("answer", "complaint"), [(3, "expected a list of labels"), ([None], "list of labels"), ([" "], "a label is empty")]
)
def test_what_is_no_list_of_labels_is_told(answer: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        said(answer)


@pytest.mark.parametrize(
    "vector", [[1, 0, 1], [0, 0], np.array([1, 0, 1]), [True, False], [0.9, 0.2], {"labels": [0.0, 1.0]}]
)
def test_a_number_for_each_label_is_none_of_their_names(vector: Any) -> None:
    with pytest.raises(ValueError, match="a number for each label, but not its name: "):
        said(vector)


@pytest.mark.parametrize(("answer", "labels"), [([0, 1], "0; 1"), ([1], "1"), ([0], "0"), ([2, 2], "2")])
def test_whole_numbers_may_be_names(answer: list[int], labels: str) -> None:
    assert said(answer) == labels


@pytest.mark.parametrize(
    "answer",
    [
        {"labels": {"anger": 0.9, "joy": 0.2}},
        {"labels": [{"label": "anger", "score": 0.9}, {"label": "joy", "score": 0.2}]},
        [{"label": "anger", "score": np.float32(0.9)}, {"label": "joy", "score": np.float32(0.2)}],
        {"labels": ["anger"], "scores": {"anger": 0.9, "joy": 0.2}},
    ],
)
def test_the_probabilities_of_labels_are_kept_whether_or_not_the_text_has_them(answer: Any) -> None:
    found = TASK.read(answer)
    assert (found.output, {label: round(value, 6) for label, value in found.scores.items()}) == (
        "anger",
        {"anger": 0.9, "joy": 0.2},
    )
    assert TASK.read(["anger"]).scores == {}


def test_of_two_labels_with_one_name_the_more_probable_one_counts() -> None:
    found = TASK.renamed(TASK.read({"labels": {"anger": 0.9, "fury": 0.8}}), {"fury": "anger"})
    assert (found.output, found.scores) == ("anger", {"anger": 0.9})


def test_measures_by_hand() -> None:
    assert label_f1("anger; fear", "fear; joy; love") == pytest.approx(2 * 1 / 5)
    assert label_recall("anger; fear", "fear; joy; love") == pytest.approx(1 / 3)
    assert (label_f1("", ""), same("", ""), same("joy", "")) == (1, 1, 0)
    assert isnan(label_recall("joy", ""))


def test_micro_counts_each_label_of_each_text_and_macro_each_label_alike() -> None:
    pairs = [("joy", "joy"), ("joy", "joy"), ("joy; fear", "joy"), ("", "fear"), ("", "")]
    answers = [Answer(output, (reference,)) for output, reference in pairs]
    found = {name: measure.measure(answers, range(5)).value for name, measure in TASK.aggregates.items()}
    assert found["micro f1"] == pytest.approx(2 * 3 / (4 + 4))
    assert found["macro f1"] == pytest.approx((1 + 0) / 2)


@given(LABELS, LABELS)
def test_agreement_is_the_same_from_both_sides_and_full_with_itself(one: set[str], two: set[str]) -> None:
    left, right = said(sorted(one)), said(sorted(two))
    assert label_f1(left, right) == label_f1(right, left)
    assert (label_f1(left, right) == 1) == (one == two) == bool(same(left, right))


@pytest.mark.parametrize(
    ("reply", "labels"),
    [
        ("Joy, anger.", ["anger", "joy"]),
        ("Joy and anger", ["anger", "joy"]),
        ("The text has: **joy**, anger", ["anger", "joy"]),
        ("Labels:\n- Joy\n- Anger", ["anger", "joy"]),
        ("喜び：joy、anger", ["anger", "joy"]),
        ('["JOY"]', ["joy"]),
        ("none", []),
        ("None of these.", []),
        ("joy, boredom", ["boredom", "joy"]),
        ("It does not have: joy", ["It does not have: joy"]),
        ("joy: yes\nanger: no", ["anger: no", "joy: yes"]),
    ],
)
def test_a_chat_model_s_labels_are_read_as_the_suite_writes_them(reply: str, labels: list[str]) -> None:
    assert sorted(read_reply(reply, TASK, ["joy", "anger"])) == labels


def test_data_hold_lists_or_labels_in_a_row(write: Write) -> None:
    path = write(d_dot_jsonl='{"text": "Oh.", "labels": ["joy"]}\n{"text": "Ah.", "labels": []}\n{"text": "Uh."}\n')
    examples = read_examples(Source(path, ("en",), annotation=TASK.annotation), TASK.inputs, TASK.reference)
    assert [example.references for example in examples] == [("joy",), ("",), ()]
    table = write(d_dot_csv='text,labels\nOh.,"joy, fear"\nAh.,none\nUh.,\n')
    examples = read_examples(Source(table, ("en",), annotation=TASK.annotation), TASK.inputs, TASK.reference)
    assert [example.references for example in examples] == [("fear; joy",), ("",), ()]


MARKED = """task: multi-label-classification
model: {{python: "m:f"}}
datasets: {{d: {{path: {}, language: en, columns: {{labels: [toxic, insult]}}}}}}
checks: [{{expect: reference, gates: [label f1 >= 0.1]}}]
"""


def references(suite: Path) -> list[tuple[str, ...]]:
    return [example.references for example in examples_of(load_suite(suite), ["d"])["d"]]


def test_labels_with_a_column_each_are_those_that_it_marks(write: Write) -> None:
    table = "text,toxic,insult\nOh.,1,0\nAh.,0,0\nUh.,,\nEh.,true,1.0\nHm.,0.5,0.49\n"
    suite = write(d_dot_csv=table, s_dot_robust_dot_yaml=MARKED.format("d.csv"))
    assert references(suite) == [("toxic",), ("",), (), ("insult; toxic",), ("toxic",)]
    lines = '{"text": "Oh.", "toxic": true, "insult": false}\n{"text": "Ah.", "toxic": 0, "insult": 1}\n'
    suite = write(d_dot_jsonl=lines, s_dot_robust_dot_yaml=MARKED.format("d.jsonl"))
    assert references(suite) == [("toxic",), ("insult",)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Oh.,-1,-1", r"d\.csv:2:1: 'toxic' holds '-1', expected 0 or 1\n  write 1 where the text has the label"),
        ("Oh.,1,", r"d\.csv:2:1: 'insult' holds '', expected 0 or 1"),
        ("Oh.,yes,0", r"d\.csv:2:1: 'toxic' holds 'yes', expected 0 or 1"),
    ],
)
def test_a_column_of_a_label_says_yes_or_no(write: Write, row: str, told: str) -> None:
    suite = write(d_dot_csv=f"text,toxic,insult\n{row}\n", s_dot_robust_dot_yaml=MARKED.format("d.csv"))
    with pytest.raises(InputError, match=told):
        references(suite)


def test_a_column_of_a_label_that_is_missing_is_told(write: Write) -> None:
    suite = write(d_dot_csv="text,toxic,insults\nOh.,1,0\n", s_dot_robust_dot_yaml=MARKED.format("d.csv"))
    with pytest.raises(InputError, match=r"the column 'insult' is missing\n .*did you mean 'insults'\?"):
        references(suite)


def test_another_language_has_the_same_labels(write: Write) -> None:
    text = (
        'task: multi-label-classification\nmodel: {python: "m:f"}\ndatasets: {d: {path: d.jsonl, language: en}}\n'
        "checks: [{expect: invariance, perturbations: [crosslingual.swap]}]\n"
    )
    suite = load_suite(write(d_dot_jsonl='{"text": "Oh."}\n', s_dot_robust_dot_yaml=text))
    assert not suite.task.has_spans


@pytest.mark.parametrize("output", ["", "joy"])
def test_texts_without_labels_say_nothing_of_labels(output: str) -> None:
    assert not TASK.aggregates["macro f1"].measure([Answer(output, ("",))] * 3, range(3)).measured
