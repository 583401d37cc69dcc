"""A table without a header: the suite says what its columns are called."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.data import read_examples
from albert_robust.errors import InputError
from albert_robust.suite.load import load_suite

Write = Callable[..., Path]
SUITE = """task: text-classification
model: {python: "m:f"}
datasets:
  d: {path: PATH, language: en, header: [HEADER], columns: {text: question, choices: [A, B], label: answer}}
checks: [{expect: invariance, perturbations: [typos.swap]}]
"""


def suite(write: Write, path: str = "d.csv", header: str = "question, A, B, answer") -> Path:
    return write(s_dot_robust_dot_yaml=SUITE.replace("PATH", path).replace("HEADER", header))


def test_the_first_line_is_a_row(write: Write) -> None:
    write(d_dot_csv='"Where, then?",Rome,Paris,B\nWho?,Ann,Ben,A\n')
    loaded = load_suite(suite(write))
    first, _ = read_examples(loaded.datasets["d"], loaded.task.inputs, loaded.task.reference)
    assert (first.line, first.fields["text"], first.references) == (1, "Where, then?\nA. Rome\nB. Paris", ("B",))


def test_a_row_of_another_width_is_told(write: Write) -> None:
    write(d_dot_csv="Where?,Rome,B\n")
    loaded = load_suite(suite(write))
    with pytest.raises(InputError, match=r"d.csv:1:1: 3 cells under a header of 4"):
        read_examples(loaded.datasets["d"], loaded.task.inputs, loaded.task.reference)


@pytest.mark.parametrize(("path", "header", "what"), [
    ("d.jsonl", "a, b", "4:36: only a table, .csv or .tsv, may lack its header"),
    ("d.csv", "a, a", "a column is named twice"),
])  # fmt: skip
def test_a_header_that_cannot_be_is_told(write: Write, path: str, header: str, what: str) -> None:
    write(d_dot_jsonl="{}", d_dot_csv="a")
    with pytest.raises(InputError, match=what):
        load_suite(suite(write, path, header))
