"""Objects in JSON agree field by field."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.data import read_examples
from albert_robust.suite.load import load_suite
from albert_robust.tasks.fields import field_f1

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda held: st.lists(held, max_size=3) | st.dictionaries(st.text(max_size=3), held, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, min_size=1, max_size=4)
SUITE = """task: text-generation
model: {python: "m:f"}
datasets: {d: {path: d.jsonl, language: en}}
checks: [{expect: invariance, perturbations: [typos.swap], agreement: field f1, gates: [field f1 drop <= 0.1]}]
"""


@given(OBJECTS, OBJECTS)
def test_it_is_symmetric_within_bounds_and_one_for_the_same(one: dict[str, object], two: dict[str, object]) -> None:
    left, right = json.dumps(one), json.dumps(two)
    assert 0 <= field_f1(left, right) == field_f1(right, left) <= 1
    assert field_f1(left, f"Here you are:\n```json\n{json.dumps(one, indent=2)}\n```") == 1


@pytest.mark.parametrize(("output", "reference", "f1"), [
    ('{"b": 1, "a": "X"}', '{"a": "x", "b": "1.0"}', 1),  # order of keys, case, a number between quotes
    ('{"a": ["x", "y"]}', '{"a": ["y", "x"]}', 1),  # order of lists
    ('{"a": null}', '{"a": ""}', 1),
    ('{"a": 1, "b": 2}', '{"a": 1, "b": 3}', 0.5),
    ('{"a": -5}', '{"a": 5}', 0),
    ('{"a": "x", "b": "y"}', '{"a": "y", "b": "x"}', 0),  # in the wrong places
    ('{"a": {"b": "x"}}', '{"b": "x"}', 0),
    ('{"a": "x"}', '{"a": "x", "b": "y", "c": "z"}', 0.5),
    ("I cannot say.", '{"a": "x"}', 0),
    ("I cannot say.", "i cannot say", 1),
    ('{"a": "x"', '{"a": "x"}', 0),
    ('By [1] it is {"a": "x"}.', '{"a": "x"}', 1),
    ('[{"a": 1}, {"a": 2}]', '[{"a": 2}, {"a": 1}]', 1),
])  # fmt: skip
def test_values_count_in_their_places(output: str, reference: str, f1: float) -> None:
    assert field_f1(output, reference) == f1


def test_a_reference_may_be_an_object_whose_values_a_prompt_keeps(write: Callable[..., Path]) -> None:
    row = {"prompt": "Pay Anna 20 EUR.", "answer": {"to": "Anna", "amount": 20, "why": None}}
    write(d_dot_jsonl=json.dumps(row))
    suite = load_suite(write(s_dot_robust_dot_yaml=SUITE))
    (example,) = read_examples(suite.datasets["d"], suite.task.inputs, suite.task.reference)
    assert [json.loads(reference) for reference in example.references] == [row["answer"]]
    assert set(suite.task.protect(example, "prompt")) == {"Anna", "20"}
