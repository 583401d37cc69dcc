"""Passages as retrieval leaves them: a list in a column, or a column each, one below the other in a field, numbered."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from albert_robust.data import Source, read_examples
from albert_robust.errors import InputError
from albert_robust.suite.load import load_suite
from albert_robust.text.passages import passages

Write = Callable[..., Path]
TWO = "[1] Bern is Swiss.\n\n[2] Graz is not."
TITLED = "[1] Bern\nBern is Swiss.\n\n[2] Graz\nGraz is not."
TITLES, TEXTS = ["Bern", "Graz"], ["Bern is Swiss.", "Graz is not."]
JUDGE = """task: text-classification
model: {python: "m:predict"}
datasets:
  d: {path: d.jsonl, language: en, columns: {text: question, COLUMNS, label: winner}}
checks:
- {expect: invariance, fields: [answers], perturbations: [layout.passages]}
"""


def context(write: Write, held: Any) -> str:
    path = write(d_dot_jsonl=json.dumps({"context": held, "question": "Where?"}))
    inputs = ("context", "question")
    return read_examples(Source(path, ("en",), passages_field="context"), inputs, "answers")[0].fields["context"]


@pytest.mark.parametrize(("held", "text"), [
    (TEXTS, TWO),  # ragas
    ({"passage_text": TEXTS, "is_selected": [0, 1]}, TWO),  # MS MARCO
    ({"title": TITLES, "sentences": [["Bern is", " Swiss."], ["Graz is not."]]}, TITLED),  # HotpotQA of a hub
    ([["Bern", ["Bern is", " Swiss."]], ["Graz", ["Graz is not."]]], TITLED),  # its own
    ([{"title": title, "text": text} for title, text in zip(TITLES, TEXTS, strict=True)], TITLED),  # DPR, BEIR
    ([{"page_content": text, "metadata": {}} for text in TEXTS], TWO),  # LangChain
    ([{"lc": 1, "type": "constructor", "kwargs": {"page_content": text, "type": "Document"}} for text in TEXTS], TWO),
    ([{"node": {"text": text, "metadata": {}}, "score": 0.8} for text in TEXTS], TWO),  # LlamaIndex
    ({"title": "Bern", "sentences": ["Bern is", " Swiss."]}, "[1] Bern\nBern is Swiss."),  # one alone
    ("Bern is Swiss.", "Bern is Swiss."),
])  # fmt: skip
def test_passages_are_numbered_one_below_the_other(write: Write, held: Any, text: str) -> None:
    assert context(write, held) == text


def test_blank_lines_are_between_passages_alone_so_that_each_is_found(write: Write) -> None:
    text = context(write, ["a\n \n\nb", "c\n\nd"])
    assert [one.content for one in passages(text)] == ["a\nb", "c\nd"]


@pytest.mark.parametrize(("held", "what"), [
    ([], r"'context' holds no passage\n  write them as \["),
    (["a", " "], "'context' holds ' ', expected a passage"),
    ([{"name": "x"}], "'context' holds {'name': 'x'}, expected a passage"),
    ({"title": ["x"], "text": ["a", "b"]}, "'context' holds 2 passages, but other titles: "),
    ({"name": "x"}, "'context' holds dict, expected text"),
])  # fmt: skip
def test_what_is_no_passage_is_one_complaint_at_its_line(write: Write, held: Any, what: str) -> None:
    with pytest.raises(InputError, match=f"d.jsonl:1:1: {what}"):
        context(write, held)


def test_answers_to_compare_may_have_a_column_each(write: Write) -> None:
    write(d_dot_jsonl=json.dumps({"question": "Where?", "a": "In Bern.", "b": "In\n\nGraz.", "winner": "1"}))
    suite = load_suite(write(s_dot_robust_dot_yaml=JUDGE.replace("COLUMNS", "answers: [a, b]")))
    (example,) = read_examples(suite.datasets["d"], suite.task.inputs, suite.task.reference)
    assert example.fields == {"text": "Where?", "answers": "[1] In Bern.\n\n[2] In\nGraz."}


RETRIEVED = """task: question-answering
model: {python: "m:predict"}
datasets: {d: {path: d.jsonl, language: en, columns: {context: [a, b, c]}}}
checks: [{expect: invariance, perturbations: [layout.passages]}]
"""


def retrieved(write: Write, **cells: Any) -> str:
    write(d_dot_jsonl=json.dumps({"question": "Where?", "answers": "Bern", **cells}))
    suite = load_suite(write(s_dot_robust_dot_yaml=RETRIEVED))
    return read_examples(suite.datasets["d"], suite.task.inputs, suite.task.reference)[0].fields["context"]


@pytest.mark.parametrize("empty", [None, "", " \n"])
def test_where_fewer_passages_were_retrieved_the_columns_that_are_left_are_empty(write: Write, empty: Any) -> None:
    assert retrieved(write, a=TEXTS[0], b=empty, c=TEXTS[1]) == TWO
    with pytest.raises(InputError, match="'a and b and c' holds no passage"):
        retrieved(write, a=empty, b=empty, c=empty)


def test_an_answer_to_compare_is_never_empty_for_its_number_is_a_label(write: Write) -> None:
    write(d_dot_jsonl=json.dumps({"question": "Where?", "a": "", "b": "In Graz.", "winner": "2"}))
    suite = load_suite(write(s_dot_robust_dot_yaml=JUDGE.replace("COLUMNS", "answers: [a, b]")))
    with pytest.raises(InputError, match="holds '', expected a passage"):
        read_examples(suite.datasets["d"], suite.task.inputs, suite.task.reference)


def test_another_field_has_one_column(write: Write) -> None:
    write(d_dot_jsonl="{}")
    with pytest.raises(InputError, match="only choices of labels, passages, and the labels of a text, may be several"):
        load_suite(write(s_dot_robust_dot_yaml=JUDGE.replace("COLUMNS", "answers: a").replace("winner", "[a, b]")))
