"""Questions as benchmarks publish them: choices in columns of their own, answers as letters, labels, numbers or texts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from albert_robust.data import Example, Source, read_examples
from albert_robust.errors import InputError
from albert_robust.suite.load import load_suite
from albert_robust.tasks.text_classification import TASK
from albert_robust.text.choices import choices

Write = Callable[..., Path]
CITIES = ["Rome", "Paris", "Oslo"]
ASKED = "Where?\nA. Rome\nB. Paris\nC. Oslo"
SUITE = """task: {task}
model: {{endpoint: "http://h/v1/chat/completions", model: m, labels: [A, B], prompt: "{prompt}"}}
datasets:
  d: {{path: d.jsonl, language: en, columns: {columns}}}
checks:
- {{expect: invariance, perturbations: [layout.options]}}
"""


def read(path: Path, *columns: str) -> Example:
    names = {"text": "question", "label": "answer"}
    return read_examples(Source(path, ("en",), columns=names, choices=columns), ("text",), "label")[0]


def row(write: Write, choices: Any, answer: Any) -> Path:
    return write(d_dot_jsonl=json.dumps({"question": "Where?", "choices": choices, "answer": answer}))


@pytest.mark.parametrize(("choices", "answer"), [
    (CITIES, 1),  # MMLU
    (CITIES, 1.0),  # as data frames keep it
    (CITIES, "1"),  # HellaSwag
    (CITIES, "B"),  # MMLU-Pro
    (CITIES, "(b)"),
    (CITIES, "Paris"),
    ({"text": CITIES, "label": ["A", "B", "C"]}, "B"),  # CommonsenseQA
    ({"text": CITIES, "label": ["1", "2", "3"]}, "2"),  # ARC
    ({"A": "Rome", "B": "Paris", "C": "Oslo", "D": None}, "B"),  # MedQA
    ([{"label": label, "text": text} for label, text in zip("ABC", CITIES, strict=True)], "B"),  # OpenBookQA
    (["(A)Rome", "(B)Paris", "(C)Oslo"], "B"),  # AGIEval
    (["Rome", "Paris\n", "Oslo"], 1),
])  # fmt: skip
def test_choices_are_lettered_lines_below_the_question_and_the_answer_is_a_letter(
    write: Write, choices: Any, answer: Any
) -> None:
    example = read(row(write, choices, answer), "choices")
    assert (example.fields["text"], example.references) == (ASKED, ("B",))


@pytest.mark.parametrize("cell", [json.dumps(CITIES), str({"text": CITIES, "label": list("ABC")})])
def test_a_table_holds_choices_as_json_or_as_python_prints_them(write: Write, cell: str) -> None:
    example = read(write(d_dot_tsv=f"question\tchoices\tanswer\nWhere?\t{cell}\tB\n"), "choices")
    assert (example.fields["text"], example.references) == (ASKED, ("B",))


def test_choices_may_have_a_column_each_and_the_last_may_be_empty(write: Write) -> None:
    example = read(write(d_dot_csv="question,A,B,C,D,answer\nWhere?,Rome,Paris,Oslo,,B\n"), *"ABCD")
    assert (example.fields["text"], example.references) == (ASKED, ("B",))


@pytest.mark.parametrize(("names", "answer", "letter"), [("option1,option2", 1, "A"), ("ending0,ending1", 1, "B")])
def test_columns_that_end_in_a_number_are_called_by_it(write: Write, names: str, answer: int, letter: str) -> None:
    example = read(write(d_dot_csv=f"question,{names},answer\nWhere?,Rome,Paris,{answer}\n"), *names.split(","))
    assert example.references == (letter,)


def test_a_number_is_a_place_and_not_what_a_choice_says(write: Write) -> None:
    assert read(row(write, [1, 0, 7.5], 1), "choices").references == ("B",)


def test_choices_that_were_joined_are_found_as_they_were(write: Write) -> None:
    found = choices(read(row(write, ["a\n\nb", "A. Smith", "c."], ""), "choices").fields["text"])
    assert [choice.content for choice in found] == ["a b", "A. Smith", "c."]


@pytest.mark.parametrize("answer", [None, "", " "])
def test_an_empty_answer_is_no_reference(write: Write, answer: str | None) -> None:
    assert read(row(write, CITIES, answer), "choices").references == ()


@pytest.mark.parametrize(("choices", "answer", "what"), [
    (CITIES, 3, r"'answer' holds '3', none of the 3 choices\n  write its letter, what it says, or its number, counted from 0"),
    (CITIES, -1, "'answer' holds '-1', none of the 3 choices"),
    (CITIES, ["B"], r"'answer' holds \['B'\], expected a text"),
    (["1", "0"], "1", r"'answer' holds '1', which may be A or B\n  write the letter"),
    (["Rome", "Rome"], "Rome", "'answer' holds 'Rome', which may be A or B"),
    ("Rome, Paris", 0, r"'choices' holds 'Rome, Paris', expected choices\n  write them as \[\"Rome\", \"Paris\"\]"),
    (["Rome"], 0, "'choices' holds 1 choice, expected 2 to 26"),
    (["Rome", "", "Oslo"], 0, "'choices' holds nothing in choice B"),
    (["Rome", True], 0, "'choices' holds True, expected a text"),
    ({"text": CITIES, "label": ["A"]}, "A", "'choices' holds 3 choices, but labels for 1"),
])  # fmt: skip
def test_a_mistake_in_choices_or_answers_is_one_complaint_at_its_line(
    write: Write, choices: Any, answer: Any, what: str
) -> None:
    with pytest.raises(InputError, match=f"d.jsonl:1:1: {what}"):
        read(row(write, choices, answer), "choices")


def test_choices_that_a_prompt_names_are_a_field_of_their_own(write: Write) -> None:
    row(write, ["A red rose", "Paris"], 1)
    columns = "{text: question, choices: choices, label: answer}"
    written = SUITE.format(task=TASK.name, columns=columns, prompt="{text} {choices}")
    with pytest.raises(InputError, match=r"6:24: the choices are a field of their own.*\n  add `fields: \[choices\]`"):
        load_suite(write(s_dot_robust_dot_yaml=written))
    suite = load_suite(write(s_dot_robust_dot_yaml=written.replace("invariance,", "invariance, fields: [choices],")))
    (example,) = read_examples(suite.datasets["d"], suite.task.inputs, suite.task.reference)
    assert example.fields == {"text": "Where?", "choices": "A. A red rose\nB. Paris"}
    assert suite.task.protect(example, "choices") == ()  # their letters are words of many a text


@pytest.mark.parametrize(("task", "columns", "what"), [
    ("text-generation", "{choices: options}", "4:46: text-generation has no choices"),
    ("text-classification", "{text: [a, b]}", "4:46: 'text' is one column"),
    ("text-classification", "{option: c}", "4:46: unknown column 'option'\n  known: .*, choices"),
])  # fmt: skip
def test_a_suite_that_maps_choices_amiss_is_told_so(write: Write, task: str, columns: str, what: str) -> None:
    row(write, CITIES, 1)
    with pytest.raises(InputError, match=what):
        load_suite(write(s_dot_robust_dot_yaml=SUITE.format(task=task, columns=columns, prompt="?")))
