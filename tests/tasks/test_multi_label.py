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
from albert_robust.models.reply import read_reply
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
