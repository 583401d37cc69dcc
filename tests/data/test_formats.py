"""One dataset, whatever kind of file it lies in."""

import csv
import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from albert_robust.data import Example, Source, read_examples
from albert_robust.errors import InputError, MissingExtraError
from albert_robust.tasks import TASKS

Write = Callable[..., Path]
ROWS = [
    {"id": "1", "language": "en", "text": 'He said "yes", twice', "label": "good"},
    {"id": "1", "language": "zh", "text": "他说了两次“是”。", "label": "good"},
    {"id": "2", "language": "en", "text": "naïve 👩‍👧 café", "label": "bad"},
    {"id": "2", "language": "zh", "text": "天真", "label": "bad"},
]
LANGUAGES = ("en", "zh")


def read(path: Path, languages: tuple[str, ...] = ("en",), per_row: bool = False) -> list[Example]:
    return read_examples(Source(path, languages, per_row), ("text",), "label")


def json_lines(path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")


def comma_separated(path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, list(ROWS[0]))
        table.writeheader()
        table.writerows(ROWS)


def semicolon_separated(path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, list(ROWS[0]), delimiter=";")
        table.writeheader()
        table.writerows(ROWS)


def tab_separated(path: Path) -> None:
    lines = [list(ROWS[0]), *(list(row.values()) for row in ROWS)]
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")


def columnar(path: Path) -> None:
    parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("d.jsonl", json_lines),
        ("d.csv", comma_separated),
        ("d.csv", semicolon_separated),
        ("d.tsv", tab_separated),
        ("d.parquet", columnar),
    ],
)
def test_every_kind_of_file_gives_the_same_examples(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    make(tmp_path / name)
    examples = read(tmp_path / name, LANGUAGES, per_row=True)
    found = [(one.id, one.language, one.fields["text"], one.references) for one in examples]
    rows = [(row["id"], row["language"], row["text"], (row["label"],)) for row in ROWS]
    assert found == [rows[0], rows[2], rows[1], rows[3]]


def test_a_file_s_kind_may_be_in_capitals(tmp_path: Path) -> None:
    comma_separated(tmp_path / "D.CSV")
    assert len(read(tmp_path / "D.CSV", LANGUAGES, per_row=True)) == len(ROWS)


def test_translations_are_joined_by_id(tmp_path: Path) -> None:
    json_lines(tmp_path / "d.jsonl")
    first = read(tmp_path / "d.jsonl", LANGUAGES, per_row=True)[0]
    assert {tag: fields["text"] for tag, fields in first.parallels.items()} == {
        "en": 'He said "yes", twice',
        "zh": "他说了两次“是”。",
    }


def test_a_pattern_names_a_file_a_language(write: Write) -> None:
    rows = '{"id": "cat", "text": "a cat"}\n{"id": "dog", "text": "a dog"}'
    write(d_en_dot_jsonl=rows, d_de_dot_jsonl='{"id": "cat", "text": "eine Katze"}')
    examples = read(write(other="").parent / "d_{language}.jsonl", ("en", "de"))
    assert [(one.language, one.fields["text"]) for one in examples] == [
        ("en", "a cat"),
        ("en", "a dog"),
        ("de", "eine Katze"),
    ]
    assert set(examples[0].parallels) == {"en", "de"}


def test_a_row_without_an_id_is_named_by_its_content_wherever_it_stands(write: Write) -> None:
    lines = ['{"text": "The soup was hot and\\nthe waiter friendly."}', '{"text": "b", "label": "x"}', '{"text": " "}']
    one, two, blank = (example.id for example in read(write(d_dot_jsonl="\n".join(lines))))
    assert (one[:26], two[:3], blank[:1]) == ("The soup was hot and the #", "b #", "#")
    moved = read(write(d_dot_jsonl="\n".join(['{"text": "new"}', lines[1], "", lines[0]])))
    assert [example.id for example in moved][1:] == [two, one]
    assert [example.line for example in moved] == [1, 2, 4]


def test_rows_without_an_id_that_hold_the_same_are_numbered(write: Write) -> None:
    first, other, second, third = read(write(d_dot_jsonl='{"text": "a"}\n{"text": "b"}\n' + '{"text": "a"}\n' * 2))
    assert [second.id, third.id] == [f"{first.id}-2", f"{first.id}-3"]
    assert other.id.startswith("b #")


def test_a_label_is_no_part_of_what_names_a_row(write: Write) -> None:
    assert len({read(write(d_dot_csv=f"text,label\na,{label}\n"))[0].id for label in "xy"}) == 1


def test_a_cell_of_several_lines_is_one_cell(write: Write) -> None:
    path = write(d_dot_csv='id,text\n1,"two\nlines"\n2,one\n')
    assert [one.fields["text"] for one in read(path)] == ["two\nlines", "one"]


def test_several_references_and_none_are_read(write: Write) -> None:
    path = write(d_dot_jsonl='{"text": "a", "label": ["x", "y"]}\n{"text": "b", "label": null}\n{"text": "c"}\n')
    assert [one.references for one in read(path)] == [("x", "y"), (), ()]


def test_answers_may_be_as_squad_has_them(write: Write) -> None:
    path = write(d_dot_jsonl='{"text": "a", "label": {"text": ["x", "y"], "answer_start": [1, 2]}}\n')
    assert read_examples(Source(path, ("en",)), ("text",), "label")[0].references == ("x", "y")


def test_not_a_number_is_no_reference_no_id_and_no_language(write: Write) -> None:
    lines = '{"id": NaN, "language": NaN, "text": "a", "label": NaN}\n{"id": 2.0, "language": null, "text": "b", "label": 1.0}\n'
    one, two = read(write(d_dot_jsonl=lines), ("und",), per_row=True)
    assert (one.id, one.references) == ("a #079ebf", ())
    assert (two.id, two.references) == ("2", ("1",))


def test_a_damaged_column_of_a_parquet_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    parquet.write_table(pyarrow.table({"text": [f"{number}" for number in range(99)]}), path)
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(200) + content[204:])
    with pytest.raises(InputError, match=r"d\.parquet:1:1: damaged: .*\n  write the file anew"):
        read(path)


NOT_UTF_8 = pyarrow.Array.from_buffers(pyarrow.string(), 2, pyarrow.array([b"\xff", b"b"]).buffers())


@pytest.mark.parametrize(
    "column",
    [pyarrow.array([2**62, 1], pyarrow.duration("s")), pyarrow.array([2**62, 1], pyarrow.timestamp("us")), NOT_UTF_8],
    ids=["duration[s]", "timestamp[us]", "string"],
)
def test_what_python_cannot_hold_of_a_parquet_file_is_told_where_it_is_read_and_passed_over_elsewhere(
    tmp_path: Path, column: pyarrow.Array
) -> None:
    parquet.write_table(pyarrow.table({"text": ["a", "b"], "odd": column}), tmp_path / "d.parquet")
    assert [one.fields["text"] for one in read(tmp_path / "d.parquet")] == ["a", "b"]
    what = rf"d\.parquet:1:1: 'odd' holds {re.escape(str(column.type))} that Python cannot hold, expected text"
    with pytest.raises(InputError, match=what):
        read_examples(Source(tmp_path / "d.parquet", ("en",)), ("odd",), "label")


def test_two_columns_of_a_parquet_file_have_two_names(tmp_path: Path) -> None:
    texts = pyarrow.array(["a"])
    parquet.write_table(pyarrow.table([texts, texts], names=["text", "text"]), tmp_path / "d.parquet")
    with pytest.raises(InputError, match=r"d\.parquet:1:1: 2 columns are named 'text'\n  give each column a name"):
        read(tmp_path / "d.parquet")


def test_a_data_frame_s_column_of_whole_numbers_with_a_gap_holds_whole_numbers(tmp_path: Path) -> None:
    frame = {"text": [7.0, 0.5], "label": [1.0, float("nan")]}
    parquet.write_table(pyarrow.table(frame), tmp_path / "d.parquet")
    examples = read(tmp_path / "d.parquet")
    assert [(one.fields["text"], one.references) for one in examples] == [("7", ("1",)), ("0.5", ())]


@pytest.mark.parametrize("name", ["d.csv", "d.tsv", "D.CSV"])
def test_a_blank_cell_of_a_table_is_no_reference(tmp_path: Path, name: str) -> None:
    path, delimiter = tmp_path / name, "\t" if name == "d.tsv" else ","
    rows = [("text", "label"), ("a", "x"), ("b", ""), ("c", " ")]
    path.write_text("".join(f"{delimiter.join(row)}\n" for row in rows), encoding="utf-8")
    examples = read(path)
    assert [one.references for one in examples] == [("x",), (), ()]


@pytest.mark.parametrize("blank", ["", " "])
def test_a_blank_cell_of_a_table_is_no_text_and_no_id(write: Write, blank: str) -> None:
    path = write(d_dot_csv=f"id,text,label\n7,a,x\n{blank},b,x\n{blank},c,x\n8,{blank},y\n")
    with pytest.raises(InputError, match=r"d\.csv:5:1: 'text' holds nothing, expected text\n  fill it in"):
        read(path)
    examples = read_examples(Source(path, ("en",), skips_bad=True), ("text",), "label")
    assert [(one.id, one.line) for one in examples] == [("7", 2), ("b #6ce229", 3), ("c #ed6178", 4)]
    assert len(examples.left_out.bad) == 1


def test_an_empty_text_of_json_is_a_text(write: Write) -> None:
    assert read(write(d_dot_jsonl='{"text": "", "label": "x"}\n'))[0].fields == {"text": ""}


@pytest.mark.parametrize(
    ("cell", "listed", "references"),
    [
        ('["Paris", "the city"]', True, ("Paris", "the city")),
        ("['Paris']", True, ("Paris",)),
        ("['Paris' 'the city']", True, ("Paris", "the city")),
        ("{'text': ['Paris'], 'answer_start': [3]}", True, ("Paris",)),
        (
            "{'text': array(['Paris', \"it's (x)\"], dtype=object), 'answer_start': array([3, 9])}",
            True,
            ("Paris", "it's (x)"),
        ),
        ("{'text': array([], dtype=object), 'answer_start': array([], dtype=int32)}", True, ()),
        ("{'text': ['array([1])'], 'answer_start': (3, 4)}", True, ("array([1])",)),
        ('{"is": "an object"}', True, ('{"is": "an object"}',)),
        ("[]", True, ()),
        ("[0, 1]", True, ("[0, 1]",)),
        ('["Paris", "Rom', True, ('["Paris", "Rom',)),
        ('["Paris"]', False, ('["Paris"]',)),
    ],
)
def test_a_list_in_a_table_is_several_references_where_a_task_has_several(
    write: Write, cell: str, listed: bool, references: tuple[str, ...]
) -> None:
    (example,) = read_examples(
        Source(write(d_dot_tsv=f"text\tlabel\na\t{cell}\n"), ("en",), reference_type="list" if listed else "text"),
        ("text",),
        "label",
    )
    assert example.references == references


def test_a_blank_cell_of_a_table_is_no_number(write: Write) -> None:
    path = write(d_dot_csv="text,score\na,0.5\nb,\n")
    examples = read_examples(Source(path, ("en",), reference_type="number"), ("text",), "score")
    assert [one.references for one in examples] == [("0.5",), ()]


def test_an_empty_string_in_json_is_a_reference(write: Write) -> None:
    assert read(write(d_dot_jsonl='{"text": "a", "label": ""}\n'))[0].references == ("",)


def test_a_language_is_the_same_in_capitals_and_spelled_as_the_suite_does(write: Write) -> None:
    path = write(d_dot_csv="id,language,text\n1,EN,a\n2,en,b\n1,en-us,c\n")
    examples = read(path, ("en", "en-US"), per_row=True)
    assert [(one.id, one.language) for one in examples] == [("1", "en"), ("2", "en"), ("1", "en-US")]
    assert examples[0].parallels == {"en": {"text": "a"}, "en-US": {"text": "c"}}


def test_blanks_beside_a_language_are_no_part_of_it(write: Write) -> None:
    path = write(d_dot_csv="text,language\na,en\nb, en \nc, \n")
    assert [example.fields["text"] for example in read(path, ("en",), per_row=True)] == ["a", "b"]


def test_blanks_around_a_label_are_none_of_it_in_data_and_in_answers(write: Write) -> None:
    (example,) = read(write(d_dot_csv="text,label\nThanks!,praise \n"))
    task = TASKS["text-classification"]
    said = [task.read(answer).output for answer in ("praise\n", {"label": " praise"}, {"scores": {"praise ": 0.9}})]
    assert {*said} == {*example.references} == {"praise"}


@pytest.mark.parametrize("table", ['"Name, first, last";text\nx;good\n', '"Name (a; b; c)",text\nx,good\n'])
def test_a_name_of_a_column_may_hold_the_sign_that_cuts_no_cells(write: Write, table: str) -> None:
    assert [example.fields["text"] for example in read(write(d_dot_csv=table))] == ["good"]


def test_columns_may_have_other_names(write: Write) -> None:
    path = write(d_dot_csv="key,review,stars\n7,nice,5\n")
    columns = {"id": "key", "text": "review", "label": "stars"}
    example = read_examples(Source(path, ("en",), columns=columns), ("text",), "label")[0]
    assert (example.id, example.fields, example.references) == ("7", {"text": "nice"}, ("5",))


def test_a_saved_datasets_folder_without_the_extra_says_what_to_install(tmp_path: Path) -> None:
    if importlib.util.find_spec("datasets") is not None:
        pytest.skip("datasets is installed")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "state.json").write_text("{}")
    with pytest.raises(MissingExtraError, match=r"pip install 'albert-robust\[datasets\]'"):
        read(tmp_path / "saved")


def test_a_folder_that_is_no_saved_dataset_is_told_whatever_is_installed(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"1:1: a folder, and none that `datasets` saved\n  name a file, such as one in"
    ):
        read(tmp_path)


def test_a_json_file_is_one_list_of_objects(write: Write) -> None:
    first, second = read(write(d_dot_json='[{"text": "a", "label": "x"},\n\n {"text": "b", "id": "second"}]'))
    assert (first.line, first.fields["text"], second.id) == (1, "a", "second")


def test_a_json_file_may_have_an_object_a_line(write: Write) -> None:
    assert [one.fields["text"] for one in read(write(d_dot_json='{"text": "a"}\n{"text": "b"}'))] == ["a", "b"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('[{"text": "a"},\n{"text" "b"}]', r"d\.json:2:9: broken JSON: .*\n  the file is one list of objects"),
        ('{"data":\n[]}', r"d\.json:1:\d: broken JSON: .*\n  the file is one list of objects"),
        ('[{"text": "a"}, 3]', r"d\.json:2:1: a JSON int\n  the file is one list of objects"),
        ("[" * 100_000, r"d\.json:1:1: broken JSON: nested too deeply"),
        ("[]", r"d\.json:1:1: the dataset is empty"),
    ],
)
def test_what_is_no_list_of_objects_is_told(write: Write, written: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(write(d_dot_json=written))


def test_an_unknown_kind_of_file_names_the_known_ones(write: Write) -> None:
    with pytest.raises(
        InputError, match=r"unknown kind of file '\.xlsx'\n  known: \.jsonl, \.json, \.csv, \.tsv, \.parquet"
    ):
        read(write(d_dot_xlsx=""))


def test_a_reference_that_is_true_is_the_text_true(write: Write) -> None:
    path = write(d_dot_jsonl='{"text": "Is it late?", "label": true}\n{"text": "Is it early?", "label": false}\n')
    assert [one.references for one in read(path)] == [("true",), ("false",)]
