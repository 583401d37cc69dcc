"""Text regression: how a number is read, how far two of them agree, and what a range is for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.errors import InputError
from albert_robust.gate.lines import definitions
from albert_robust.models.reply import number_of
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite
from albert_robust.tasks import TASKS, Answer
from albert_robust.tasks.sentence_similarity import closeness
from albert_robust.tasks.task import Compared
from albert_robust.tasks.text_regression import within

TASK = TASKS["text-regression"]
SUITE = """
task: text-regression
model: {{python: "m:f"{more}}}
datasets: {{d: {{path: d.jsonl, language: en}}}}
checks: [{{expect: invariance, perturbations: [typos.swap]}}, {{expect: reference, gates: [closeness >= 0.9, pearson >= 0.5]}}]
"""
ROWS = '{"text": "Fine.", "score": 4}\n{"text": "Poor.", "score": 1.5}\n'
Write = Callable[..., Path]
NUMBERS = st.floats(-1e6, 1e6)


@pytest.mark.parametrize("answer", [4, 4.0, np.float32(4), np.array([4.0]), np.array(4), {"score": 4}])
def test_a_score_is_a_number_of_any_library(answer: Any) -> None:
    assert TASK.read(answer).output == "4.0"


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [("4", "expected a number"), (True, "number"), (float("nan"), "is nan"), ([1, 2], "number")],
)
def test_what_is_no_score_is_told(answer: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        TASK.read(answer)


@given(NUMBERS, NUMBERS, st.floats(0.01, 1e6))
def test_agreement_falls_by_the_distance_in_widths_of_the_range(one: float, two: float, width: float) -> None:
    found = closeness(repr(one), repr(two), width)
    assert found == closeness(repr(two), repr(one), width)
    assert found == pytest.approx(max(0, 1 - abs(one - two) / width))
    assert closeness(repr(one), repr(one), width) == 1


def test_a_range_is_what_agreement_and_shares_are_of() -> None:
    task = within(1, 5)
    assert task.agreements["closeness"]([Compared("4.0", "3.0")], None) == [0.75]  # type: ignore[arg-type]  # no encoder
    assert number_of("I rate it 4/5.", task.bounds[1]) == 4
    assert number_of("80%", task.bounds[1]) == 4
    assert number_of("Rating: 4", task.bounds[1]) == 4


def test_the_quality_of_a_cell_is_how_well_it_follows_the_scores() -> None:
    answers = [Answer(str(said), (str(right),)) for said, right in [(1, 2), (2, 4), (3, 6)]]
    assert TASK.aggregates["pearson"].measure(answers, [0, 1, 2]).value == pytest.approx(1)
    assert TASK.aggregates["spearman"].measure(answers, [0, 1, 2]).value == pytest.approx(1)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ("", r"3:1: text-regression does not say what range its scores have\n  add .*range: \[0, 1\]"),
        (", range: [5, 1]", r"3:2\d: no range\n  write the lowest and the highest score"),
    ],
)
def test_a_suite_says_the_range(write: Write, more: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        load_suite(write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=SUITE.format(more=more)))


def test_what_is_no_regression_has_no_range(write: Write) -> None:
    text = (
        SUITE.format(more=", range: [1, 5]")
        .replace("text-regression", "text-classification")
        .replace("closeness >= 0.9, pearson", "accuracy")
    )
    with pytest.raises(InputError, match=r"3:2\d: text-classification has no range"):
        load_suite(write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=text))


def test_a_suite_with_a_range_loads(write: Write) -> None:
    task = load_suite(write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=SUITE.format(more=", range: [1, 5]"))).task
    assert task.bounds == (1, 5)


def test_another_range_is_another_measure_to_a_baseline(write: Write) -> None:
    suite = load_suite(write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=SUITE.format(more=", range: [-0.5, 5]")))
    said = [next(iter(definitions(cell, None).values())) for cell in plan(suite).cells]  # type: ignore[arg-type]  # no encoder
    assert said == ["closeness, range -0.5 to 5", "range -0.5 to 5"]
