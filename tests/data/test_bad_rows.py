"""Rows that are no examples stop a suite, unless `on_bad_rows: skip` leaves them out: counted, named and told."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import run
from albert_robust.data import Examples, Source, read_examples
from albert_robust.data.dataset import check_header
from albert_robust.errors import InputError
from albert_robust.report.render import render_html, render_json, render_markdown
from albert_robust.running.blocks import data_of, examples_of
from albert_robust.show import describe_run
from albert_robust.suite.load import load_suite
from albert_robust.tasks import TASKS

GOOD = {"id": "1", "text": "fine", "label": "good"}
BAD = {
    "no text": ({"id": "2", "text": None}, "'text' holds nothing, expected text"),
    "no such column": ({"id": "2", "body": "fine"}, "the column 'text' is missing"),
    "a list": ({"id": "2", "text": []}, "'text' holds list, expected text"),
    "a NUL": ({"id": "2", "text": "a\0"}, "'text' holds a NUL character"),
    "an id twice": ({"id": "1", "text": "other"}, "the id '1' is here twice in language en"),
    "another language": (
        {"id": "2", "text": "gut", "language": "de"},
        "the row's language is 'de', that of all rows is said to be 'en'",
    ),
}


def written(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(source: Source) -> Examples:
    return read_examples(source, ("text",), "label")


@pytest.mark.parametrize(("row", "what"), list(BAD.values()), ids=list(BAD))
def test_a_bad_row_is_an_error_or_is_left_out_and_named(tmp_path: Path, row: dict[str, Any], what: str) -> None:
    source = Source(written(tmp_path / "d.jsonl", [GOOD, row, {"id": "3", "text": "poor"}]), ("en",))
    with pytest.raises(InputError) as stopped:
        read(source)
    assert stopped.value.complaints[0].what == what
    found = read(replace(source, skips_bad=True))
    assert [one.id for one in found] == ["1", "3"]
    assert [(one.place.line, one.what) for one in found.left_out.bad] == [(2, what)]


Row = dict[str, Any]
ROWS: st.SearchStrategy[list[Row]] = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abcdefgh"), "text": st.sampled_from(["fine", "poor", None, [], True])}
    )
)


@given(ROWS)
def test_what_is_left_is_what_a_file_without_the_bad_rows_holds(rows: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        source = Source(written(Path(folder) / "d.jsonl", [GOOD, *rows]), ("en",), skips_bad=True)
        found = read(source)
        bad = {one.place.line for one in found.left_out.bad}
        kept = [row for line, row in enumerate([GOOD, *rows], start=1) if line not in bad]
        assert len(found) + len(bad) == len(rows) + 1
        assert [*read(Source(written(Path(folder) / "e.jsonl", kept), ("en",)))] == [*found]


def test_a_file_of_bad_rows_alone_stays_an_error(tmp_path: Path) -> None:
    rows: list[Row] = [{"body": "fine"}, {"body": "poor"}]  # a column that nobody mapped, and no bad rows
    source = Source(written(tmp_path / "d.jsonl", rows), ("en",), skips_bad=True)
    for reads in (read, lambda source: check_header(source, ("text",), "label")):
        with pytest.raises(InputError, match=r"d\.jsonl:1:1: the column 'text' is missing"):
            reads(source)


def test_a_first_row_that_is_bad_stops_no_listing_of_cells(tmp_path: Path) -> None:
    source = Source(written(tmp_path / "d.jsonl", [{"text": None}, GOOD]), ("en",))
    check_header(replace(source, skips_bad=True), ("text",), "label")
    with pytest.raises(InputError, match="'text' holds nothing"):
        check_header(source, ("text",), "label")


def test_rows_that_where_leaves_out_are_not_bad(tmp_path: Path) -> None:
    rows: list[Row] = [{**GOOD, "part": "new"}, {"text": None, "part": "old"}, {"text": None, "part": "new"}]
    source = Source(written(tmp_path / "d.jsonl", rows), ("en",), where={"part": ("new",)}, skips_bad=True)
    assert [one.place.line for one in read(source).left_out.bad] == [3]


def test_a_sample_is_drawn_from_good_rows_and_counts_the_bad_ones_of_all(tmp_path: Path) -> None:
    rows = [{"id": str(one), "text": None if one % 3 == 0 else "fine"} for one in range(30)]
    source = Source(written(tmp_path / "d.jsonl", rows), ("en",), limit=5, skips_bad=True)
    found = read(source)
    assert (len(found), len(found.left_out.bad)) == (5, 10)


def test_a_broken_file_is_an_error_all_the_same(write: Callable[..., Path]) -> None:
    source = Source(write(d_dot_jsonl='{"text": "fine"}\n{"text": "po'), ("en",), skips_bad=True)
    with pytest.raises(InputError, match=r"d\.jsonl:2:\d+: broken JSON"):
        read(source)


def test_what_was_left_out_is_part_of_the_digest_of_the_data(tmp_path: Path) -> None:
    digests = set()
    nothing: Row = {"text": None}
    several: list[list[Row]] = [[GOOD], [GOOD, nothing], [GOOD, {"text": []}], [GOOD, nothing, nothing]]
    for rows in several:
        found = read(Source(written(tmp_path / "d.jsonl", rows), ("en",), skips_bad=True))
        digests.add(data_of(found, TASKS["text-classification"]).digest)
    assert len(digests) == 4


SUITE = """
task: text-classification
model: {python: "model:predict"}
datasets: {d: {path: d.jsonl, language: en, on_bad_rows: skip}}
checks: [{expect: reference, gates: [accuracy >= 0.1]}]
"""


def test_bad_rows_are_told_on_the_terminal_in_the_report_and_in_the_record(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    rows = [{**GOOD, "id": str(one)} for one in range(30)] + [{"text": None}] * 25
    written(tmp_path / "d.jsonl", rows)
    write(model_dot_py='def predict(batch):\n    return ["good" for one in batch]\n')
    found = run(write(s_dot_robust_dot_yaml=SUITE))
    data = found.suites[0].data["d"]
    assert (data.examples, data.bad, len(data.bad_rows)) == (30, 25, 20)
    assert data.bad_rows[0] == "d.jsonl:31:1: 'text' holds nothing, expected text"
    told = "25 bad rows of 'd' left out: d.jsonl:31:1: 'text' holds nothing, expected text; d.jsonl:32:1"
    assert any(told in line for line in describe_run(found, 10))
    assert "; and 22 more." in render_markdown(found)
    assert f"30 examples, {data.digest}; 25 bad rows left out" in render_html(found)
    assert json.loads(render_json(found))["suites"][0]["data"]["d"]["bad"] == 25


MISTAKES = {
    "no such choice": ("on_bad_rows: skip", "on_bad_rows: drop", r":4:45: 'drop': "),
    "of templates": ("path: d.jsonl", "templates: [{text: a, label: b}]", r":4:12: only a file has 'on_bad_rows'"),
}


@pytest.mark.parametrize(("old", "new", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_told_with_its_place(write: Callable[..., Path], old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_suite(write(d_dot_jsonl="{}", s_dot_robust_dot_yaml=SUITE.replace(old, new)))


def test_an_empty_list_of_passages_may_be_left_out(write: Callable[..., Path], tmp_path: Path) -> None:
    rows = [{"q": "Where?", "contexts": ["In Bern."], "a": "Bern"}, {"q": "When?", "contexts": [], "a": "never"}]
    written(tmp_path / "d.jsonl", rows)
    suite = SUITE.replace("text-classification", "question-answering").replace("accuracy", "token f1")
    path = write(
        s_dot_robust_dot_yaml=suite.replace("skip", "skip, columns: {question: q, context: contexts, answers: a}")
    )
    found = examples_of(load_suite(path), ["d"])["d"]
    assert [one.fields["question"] for one in found] == ["Where?"]
    assert [one.what for one in found.left_out.bad] == ["'contexts' holds no passage"]
