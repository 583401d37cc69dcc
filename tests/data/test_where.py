"""`where` takes the rows of a file whose columns hold what it says: slices of one file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from albert_robust.data import Source, read_examples
from albert_robust.data.cells import text_of
from albert_robust.errors import InputError
from albert_robust.suite.load import load_suite

Write = Callable[..., Path]
ROWS = """{"text": "A", "product": "book", "stars": 1.0, "new": true}
{"text": "B", "product": "film", "stars": 2, "new": false}
{"text": "C", "product": "book ", "stars": 2}
"""
SUITE = """task: text-classification
model: {python: "m:f"}
datasets:
  d: {path: d.jsonl, language: en, where: WHERE}
checks: [{expect: invariance, perturbations: [typos.swap]}]
"""


def texts(write: Write, where: str) -> list[str]:
    write(d_dot_jsonl=ROWS)
    suite = load_suite(write(s_dot_robust_dot_yaml=SUITE.replace("WHERE", where)))
    return [one.fields["text"] for one in read_examples(suite.datasets["d"], suite.task.inputs, suite.task.reference)]


@pytest.mark.parametrize(("where", "found"), [
    ("{product: book}", "AC"),
    ("{product: [book, film]}", "ABC"),
    ("{product: book, stars: 2}", "C"),
    ("{stars: 1}", "A"),
    ("{new: true}", "A"),
    ("{new: [false, true]}", "AB"),
])  # fmt: skip
def test_rows_are_those_whose_columns_hold_the_values(write: Write, where: str, found: str) -> None:
    assert "".join(texts(write, where)) == found


def test_a_table_that_a_data_frame_wrote_holds_the_same_values(write: Write) -> None:
    path = write(d_dot_csv="text,stars,new\nA,1.0,True\nB,2.0,False\n")
    source = Source(path, ("en",), where={"stars": (text_of(1),), "new": (text_of(True),)})
    assert [one.fields["text"] for one in read_examples(source, ("text",), "label")] == ["A"]


@pytest.mark.parametrize(("where", "what"), [
    ("{product: bok}", r"no row has 'bok' in 'product'\n  did you mean 'book'\?"),
    ("{product: [toy, tool]}", r"no row has 'toy' or 'tool' in 'product'\n  known: book, film"),
    ("{produkt: book}", r"`where` names the column 'produkt', which no row has\n  did you mean 'product'\?"),
    ("{product: film, stars: 1}", r"no row is as `where` says: d.jsonl, product: film, stars: 1"),
])  # fmt: skip
def test_where_no_row_fits_it_is_told_why(write: Write, where: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        texts(write, where)


def test_a_sample_is_drawn_of_the_rows_that_fit(write: Write) -> None:
    path = write(d_dot_csv="text,kind\n" + "".join(f"t{number},{'ab'[number % 2]}\n" for number in range(40)))
    found = read_examples(Source(path, ("en",), where={"kind": ("b",)}, limit=5), ("text",), "label")
    assert [int(one.fields["text"][1:]) % 2 for one in found] == [1] * 5


def test_templates_have_no_rows_to_choose_from(write: Write) -> None:
    suite: Any = SUITE.replace("path: d.jsonl", "templates: [{text: hi}]").replace("WHERE", "{a: b}")
    with pytest.raises(InputError, match="only rows are chosen by `where`"):
        load_suite(write(s_dot_robust_dot_yaml=suite))
