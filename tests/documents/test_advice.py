"""What is not plain YAML is told with how to mend it: mostly a line begins in the wrong column."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.documents.advice import advice


def advised(text: str) -> str:
    """The advice about a text that is no YAML."""
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        yaml.safe_load(text)
    mark = caught.value.problem_mark
    assert mark is not None
    return advice(str(caught.value.problem), text, mark.line + 1, mark.column + 1)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("model:\n  python: m\n   version: 1\n", "begin `version` in column 3, as `python` in line 2 does"),
        ("task: a\n model: b\n", "begin `model` in column 1, as `task` in line 1 does"),
        ("d:\n  e:\n    path: a\n   language: en\n", "begin `language` in column 5, as `path` in line 3 does"),
        ("checks:\n  - expect: a\n   gates: b\n", "begin `gates` in column 5, as `expect` in line 2 does"),
        ("checks:\n  - expect: a\n      gates: b\n", "begin `gates` in column 5, as `expect` in line 2 does"),
        ("a: 1\n\n# so\n  b: 2\n", "begin `b` in column 1, as `a` in line 1 does"),
        ("a:\n\tb: 1\n", "begin lines with blanks, not with a tab"),
        ("about: this: that\n", "a text with a colon stands between quotes"),
        ("task:a\nmodel: b\n", "write a blank behind `task:`"),
        ("a: {b: {c} d}\n", "close what is open; a text with braces or commas stands between quotes"),
        ("a: 'b\n", ""),
    ],
)
def test_a_line_in_another_column_than_its_neighbours_is_told_which(text: str, mend: str) -> None:
    assert advised(text) == mend


@given(st.text("ab:- \n'#\t", max_size=40))
def test_advice_is_about_any_text(text: str) -> None:
    for line in range(1, text.count("\n") + 2):
        assert advice("mapping values are not allowed here", text, line, 1).isprintable()
