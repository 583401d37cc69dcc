"""The cases that speak against a model as a table."""

import csv
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from albert_robust.results.case_table import FORMULA, MOST, case_columns, case_rows, harmless, write_cases
from albert_robust.results.outcome import Outcome
from albert_robust.results.outcomes import _schema
from albert_robust.results.records import CellRecord, ComparisonRecord, Counts, SuiteRecord
from albert_robust.results.run import Run

ROOT = Path(__file__).resolve().parents[2]
SUITE = SuiteRecord("s", "s.robust.yaml", "", "question-answering", "python: m:f", None, 0, 0.95, {}, None)
FLIP = Outcome(
    *("s", "d/case.upper[en]", "e1", "en", 0, "tested"),
    original={"context": "A cat.", "question": "who?"},
    variant={"context": "A cat.", "question": "WHO?"},
    references=("a cat", "cat"),
    before="cat",
    after="=cmd()",
    agreement=0.0,
    quality_before={"exact match": 1.0},
)


def cell(name: str = FLIP.cell, expectation: str = "invariance", worse: tuple[str, ...] = ()) -> CellRecord:
    names = ("s", name, "question-answering", expectation, "d", "case.upper", "", "en")
    beside = ComparisonRecord("undecided", "", "consistency", "McNemar", worse=worse)
    return CellRecord(*names, "passed", "", (), {}, Counts(0, 0, 0, 0, 0, 0, 0), comparison=beside)


def run(*outcomes: Outcome, worse: tuple[str, ...] = ()) -> Run:
    return Run((SUITE,), (cell(worse=worse), cell("d/reference[en]", "reference")), outcomes)


def test_every_case_that_speaks_against_the_model_is_a_row_and_so_is_an_error() -> None:
    fine = replace(FLIP, example="e2", agreement=1.0)
    error = replace(FLIP, example="e3", status="error", agreement=None, message="ValueError: no")
    wrong = replace(FLIP, cell="d/reference[en]", variant={}, after=None, quality_before={"exact match": 0.0})
    right = replace(wrong, example="e2", quality_before={"exact match": 1.0})
    gone = replace(FLIP, cell="of no cell")
    found = list(case_rows(run(FLIP, fine, error, wrong, right, gone)))
    assert [(row["cell"], row["example"], row["status"], row["message"]) for row in found] == [
        ("d/case.upper[en]", "e1", "tested", ""),
        ("d/case.upper[en]", "e3", "error", "ValueError: no"),
        ("d/reference[en]", "e1", "tested", ""),
    ]


def test_a_row_has_a_column_for_each_field_before_and_after() -> None:
    made = run(FLIP, replace(FLIP, cell="d/reference[en]", variant={}, quality_before={"exact match": 0.5}))
    flipped, wrong = case_rows(made)
    assert (flipped["original_question"], flipped["variant_question"]) == ("who?", "WHO?")
    assert (flipped["expected"], flipped["quality_before"]) == ("a cat | cat", '{"exact match": 1.0}')
    assert "variant_question" not in wrong
    columns = case_columns(made)
    assert columns[columns.index("change") + 1 :][:4] == [
        "original_context",
        "variant_context",
        "original_question",
        "variant_question",
    ]
    assert {*flipped, *wrong} == {*columns}


def test_an_example_that_became_worse_is_marked() -> None:
    found = case_rows(run(FLIP, replace(FLIP, example="e2"), worse=("e2",)))
    assert [row["change"] for row in found] == ["", "new"]


def test_the_file_is_read_by_spreadsheets_and_reckons_nothing(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    write_cases(run(replace(FLIP, before="a\nb \ud800")), path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfsuite,")
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["before"], row["after"], row["agreement"]) == ("a\nb \\ud800", "'=cmd()", "0.0")


def test_a_frame_has_the_rows_and_columns_of_the_file() -> None:
    frame = run(FLIP).failures()
    assert (len(frame), list(frame.columns)) == (1, case_columns(run(FLIP)))
    assert frame.loc[0, "after"] == "=cmd()"


@given(st.text(), st.sampled_from(FORMULA), st.sampled_from(["", " ", "\t", "\r\n", "\u3000"]))
def test_no_text_begins_as_a_formula(text: str, sign: str, blank: str) -> None:
    assert harmless(blank + sign + text) == f"'{blank}{sign}{text}"


@given(st.text(st.characters(categories=["L", "N"]), max_size=20))
def test_other_texts_stay_as_they_are_and_fit_into_a_cell(text: str) -> None:
    assert harmless(text) == text
    assert len(harmless(text + "a" * MOST + "b")) == MOST


def test_the_page_names_the_columns_of_all_cases() -> None:
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8").partition("| column |")[2].partition("## ")[0]
    named = [
        name for line in page.splitlines() if line.startswith("| `") for name in line.split("|")[1].split("`")[1::2]
    ]
    assert sorted(named) == sorted(_schema().names)


def test_the_page_names_the_columns_of_the_table() -> None:
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8").partition("## The cases")[2]
    fields = {f"{side}_{name}" for name in FLIP.original for side in ("original", "variant")}
    assert [name for name in case_columns(run(FLIP)) if name not in fields and f"`{name}`" not in page] == []
