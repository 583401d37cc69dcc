"""Rows are written in a file's own format, and read back as they were."""

import string
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.data.rows import read_rows
from albert_robust.data.writing import write_rows
from albert_robust.errors import WritingError

CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"])
TEXTS = st.text(CHARACTERS | st.sampled_from(" ,;'\"\n\r\t"))
BARE = st.text(CHARACTERS, min_size=1).filter(lambda text: '"' not in text)
WORDS = BARE.filter(lambda text: text.split() == [text] and text[0] not in "-#")
NAMES = st.lists(st.text(string.ascii_letters, min_size=1), min_size=1, unique=True)
ANY = st.recursive(TEXTS | st.integers(-9, 9) | st.none(), lambda inside: st.lists(inside, max_size=3))


def table(cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return NAMES.flatmap(lambda names: st.lists(st.fixed_dictionaries(dict.fromkeys(names, cells)), min_size=1))


def back(path: Path, rows: list[dict[str, Any]], like: Path | None = None) -> list[dict[str, Any]]:
    write_rows(path, rows, like)
    return [row for _, row in read_rows(path)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written")


@pytest.mark.parametrize("ending", [".jsonl", ".json"])
@given(rows=table(ANY))
def test_json_holds_any_rows(folder: Path, ending: str, rows: list[dict[str, Any]]) -> None:
    assert back(folder / f"rows{ending}", rows) == rows


@given(rows=table(TEXTS))
def test_a_table_holds_any_texts(folder: Path, rows: list[dict[str, Any]]) -> None:
    assert back(folder / "rows.csv", rows) == rows


@given(rows=table(BARE))
def test_a_table_between_tabs_holds_texts_without_tabs(folder: Path, rows: list[dict[str, Any]]) -> None:
    assert back(folder / "rows.tsv", rows) == rows


@given(sentences=st.lists(st.lists(st.tuples(WORDS, st.sampled_from(["O", "B-PER"])), min_size=1), min_size=1))
def test_conll_holds_tokens_with_tags(folder: Path, sentences: list[list[tuple[str, str]]]) -> None:
    rows = [{"text": [word for word, _ in one], "entities": [tag for _, tag in one]} for one in sentences]
    assert back(folder / "rows.conll", rows) == rows


def test_cells_are_parted_as_in_the_file_that_they_are_from(tmp_path: Path) -> None:
    rows = [{"text": "a, b", "label": "x"}]
    for name, content, expected in (
        ("a.csv", "text;label\na;b\n", "text;label\na, b;x\n"),
        ("a.tsv", "text\tlabel\n", 'text,label\n"a, b",x\n'),
    ):
        (tmp_path / name).write_text(content)
        write_rows(tmp_path / "b.csv", rows, tmp_path / name)
        assert (tmp_path / "b.csv").read_text() == expected
    (tmp_path / "a.conll").write_text("Anna\tB-PER\n")
    write_rows(tmp_path / "b.conll", [{"text": ["Bo"], "entities": ["B-PER"]}], tmp_path / "a.conll")
    assert (tmp_path / "b.conll").read_text() == "Bo\tB-PER\n"


def test_a_name_of_a_column_may_hold_signs_that_cut_other_tables(tmp_path: Path) -> None:
    rows = [{"name (a; b; c)": "x", "text": "a, b"}]
    assert back(tmp_path / "a.csv", rows) == rows


def test_a_cell_with_nothing_in_it_is_empty_and_no_number(tmp_path: Path) -> None:
    for name, expected in (("a.csv", "text,label\na,\n"), ("a.jsonl", '{"text": "a", "label": null}\n')):
        write_rows(tmp_path / name, [{"text": "a", "label": float("nan")}])
        assert (tmp_path / name).read_text() == expected


def test_what_json_has_no_form_for_is_a_text_in_any_cell(tmp_path: Path) -> None:
    day = date(2026, 1, 2)
    for name in ("a.csv", "a.jsonl"):
        write_rows(tmp_path / name, [{"text": "a", "about": {"day": day}, "seen": [day]}])
        assert (tmp_path / name).read_text().count("2026-01-02") == 2


def test_half_a_character_is_escaped_in_json(tmp_path: Path) -> None:
    rows = [{"text": "a good film", "user": "\ud83d"}]
    assert back(tmp_path / "a.jsonl", rows) == back(tmp_path / "a.json", rows) == rows


def test_in_conll_tags_stand_behind_tokens_wherever_their_column_was(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.conll", [{"ner_tags": ["B-PER", "O"], "tokens": ["Anna", "left"]}])
    assert (tmp_path / "a.conll").read_text() == "Anna B-PER\nleft O\n"


def test_a_list_in_a_table_is_json_and_a_column_that_a_row_lacks_is_empty(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.csv", [{"a": ["x", "y"]}, {"b": 1}])
    assert (tmp_path / "a.csv").read_text() == 'a,b\n"[""x"", ""y""]",\n,1\n'


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        (
            "a.tsv",
            {"text": "a\tb"},
            r"a cell holds a tab or a line break, which no \.tsv file can\n  write \.csv or \.jsonl",
        ),
        ("a.conll", {"text": "Anna", "entities": []}, r"no list of tokens with one of tags.*\n  write \.jsonl"),
        ("a.tsv", {"text": "a\rb"}, "a cell holds a tab or a line break"),
        ("a.csv", {"text": "\ud83d"}, "a cell holds half a character, which no table can"),
        ("a.conll", {"text": ["New York"], "entities": ["B-LOC"]}, "the token 'New York' is none that CoNLL holds"),
        ("a.parquet", {"text": "a"}, r"'a\.parquet': no format that is written here\n  known: \.jsonl, \.json, \.csv"),
    ],
)
def test_what_a_format_cannot_hold_is_told(tmp_path: Path, name: str, row: dict[str, Any], message: str) -> None:
    with pytest.raises(WritingError, match=message):
        write_rows(tmp_path / name, [row])
    assert list(tmp_path.iterdir()) == []
