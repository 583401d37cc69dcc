"""A model whose every call fails ends its suite soon, with one traceback and nothing of it in the report."""

import pytest
from door_suites import kept_run, rows, run, write_suite

from albert_robust.results.folder import open_run

BROKEN = """
import json

def predict(batch):
    return [label(one["text"]) for one in batch]

def label(text):
    return json.loads(text)["label"]
"""


def test_a_model_that_raises_for_all_inputs_ends_its_suite_with_one_traceback(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, model=BROKEN, examples=rows(100))
    result = run(pytester)
    assert result.ret == 2
    told = "suite.robust.yaml:2:1: the model raises JSONDecodeError: Expecting value: line 1 column 1 (char 0) (model.py:8)"
    result.stdout.fnmatch_lines([f"{told} for each of the first 64 inputs", "  it is asked no more: *", ""])
    printed = result.stdout.str()
    assert printed.count("Traceback (most recent call last)") == 1
    assert "return json.loads(text)" in printed
    assert "albert_robust/" not in printed
    assert kept_run(pytester.path)["mistakes"].keys() == {"suite"}
    assert open_run(pytester.path / "robustness-report").exit_code == 2
    for path in (pytester.path / "robustness-report").iterdir():
        assert str(pytester.path).encode() not in path.read_bytes()
