"""Each mistake in a data file is one clear line with its place."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.data import Source, read_examples
from albert_robust.data.record import MAX_CHARACTERS
from albert_robust.errors import InputError

GOOD = '{"id": "1", "text": "fine"}\n'
BROKEN = {
    "not JSON": ("jsonl", GOOD + '{"text": "a"\n', r"d\.jsonl:2:\d+: broken JSON: .*\n  each line is one JSON object"),
    "not an object": ("jsonl", GOOD + "[1]\n", r"d\.jsonl:2:1: a JSON list"),
    "nested too deeply": ("jsonl", "[" * 100_000, r"d\.jsonl:1:1: broken JSON: nested too deeply"),
    "a missing column": ("jsonl", '{"txt": "a"}\n', r"d\.jsonl:1:1: the column 'text' is missing\n  map .*; did you mean 'txt'"),
    "an id twice": ("jsonl", GOOD + "\n" + GOOD, r"d\.jsonl:3:1: the id '1' is here twice in language en\n  first in d\.jsonl:1"),
    "an empty file": ("jsonl", "", r"d\.jsonl:1:1: the dataset is empty"),
    "a header alone": ("csv", "id,text\n", r"d\.csv:1:1: the dataset is empty"),
    "a NUL": ("jsonl", GOOD + '{"text": "a\\u0000b"}\n', r"d\.jsonl:2:1: 'text' holds a NUL character"),
    "half a character": ("jsonl", GOOD + '{"text": "a\\ud800b"}\n', r"d\.jsonl:2:1: 'text' holds a lone surrogate"),
    "a number too long": ("jsonl", GOOD + f'{{"text": {"1" * 5000}}}\n', r"d\.jsonl:2:1: a whole number of more than 4,300"),
    "not a number": ("jsonl", '{"text": NaN}\n', r"d\.jsonl:1:1: 'text' holds nothing, expected text"),
    "infinity": ("jsonl", '{"text": -Infinity}\n', r"d\.jsonl:1:1: 'text' holds the number -inf, expected text"),
    "infinity for a reference": ("jsonl", '{"text": "a", "label": [Infinity]}\n', r"d\.jsonl:1:1: 'label' holds the number inf"),
    "true for text": ("jsonl", '{"text": true}\n', r"d\.jsonl:1:1: 'text' holds bool, expected text"),
    "a key twice": ("jsonl", GOOD + '{"text": "a", "text": "b"}\n', r"d\.jsonl:2:1: an object has the key 'text' twice"),
    "a key twice in a list": ("json", '[{"text": "a", "text": "b"}]', r"d\.json:1:1: an object has the key 'text' twice"),
    "no UTF-8": ("jsonl", GOOD.encode() + '{"text": "é"}'.encode("latin-1"), r"d\.jsonl:2:11: not UTF-8 text"),
    "no UTF-8 in a table": ("csv", b"id,text\n1,caf\xe9\n", r"d\.csv:2:6: not UTF-8 text\n  save the file as UTF-8"),
    "no text": ("jsonl", GOOD + '{"text": null}\n', r"d\.jsonl:2:1: 'text' holds nothing, expected text\n  fill it in, or take"),
    "a cell too many": ("csv", "id,text\n1,a,b\n", r"d\.csv:2:1: 3 cells under a header of 2\n  quote cells that hold a comma"),
    "quotes of another format": (
        "tsv",
        'id\ttext\n1\t"said ""hi"""\n',
        r"d\.tsv:2:1: the cell '\"said \"\"hi\"\"\"' is quoted, .*\n  write it with csv\.QUOTE_NONE, or as \.csv",
    ),
    "a tab too many": ("tsv", "id\ttext\n1\ta\tb\n", r"d\.tsv:2:1: 3 cells under a header of 2\n  take tabs out of cells"),
    "a cell too few": ("csv", "id,text\n1\n", r"d\.csv:2:1: 1 cell under a header of 2\n  leave a cell empty where"),
    "a quote that nothing closes": ("csv", 'id,text\n1,a\n2,"b\n3,c\n', r"d\.csv:3:1: a quote opens a cell and nothing closes"),
    "a quote that another cell closes": (
        "csv",
        'id,text\n1,"a\n2,b\n3,"c" d\n',
        r"d\.csv:2:1: a cell goes on after its closing quote\n  a cell that holds a quote stands in quotes, and its own are",
    ),
    "old Mac line ends": ("csv", "id,text\r1,a\r", r"d\.csv:1:1: a carriage return alone ends a line\n  save the file with"),
    "a header twice": ("csv", "id,text,text\n1,a,b\n", r"d\.csv:1:1: 2 columns are named 'text'\n  give each column a name"),
    "tabs in a .csv": ("csv", "id\ttext\n1\ta\n", r"d\.csv:1:1: one column, named 'id\\ttext'\n  separate cells by commas or"),
    "a semicolon too many": ("csv", "id;text\n1;a;b\n", r"d\.csv:2:1: 3 cells under a header of 2\n  quote .* a semicolon"),
    "a quote within semicolons": ("csv", 'id;text\n1;"a" b\n', r"d\.csv:2:1: a cell goes on after its closing quote"),
    "no Parquet": ("parquet", "text", r"d\.parquet:1:1: not a Parquet file"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "message"), list(BROKEN.values()), ids=list(BROKEN))
def test_a_mistake_is_told_with_its_line(
    write: Callable[..., Path], kind: str, content: str | bytes, message: str
) -> None:
    path = write(**{f"d_dot_{kind}": content})
    with pytest.raises(InputError, match=message):
        read_examples(Source(path, ("en",)), ("text",), "label")


def test_a_missing_column_outside_a_suite_is_not_mapped_there(write: Callable[..., Path]) -> None:
    path = write(d_dot_csv="text,label\na,x\n")
    with pytest.raises(
        InputError, match=r"d\.csv:1:1: the column 'language' is missing\n  add it to the file; known: text, label$"
    ):
        read_examples(Source(path, ("en",), per_row=True, mapping="add it to the file"), ("text",), "label")


def test_rows_in_another_language_than_is_said_of_all_are_told(write: Callable[..., Path]) -> None:
    path = write(d_dot_csv="language,text\nen-GB,a\nde,b\n")
    message = (
        r"d\.csv:3:1: the row's language is 'de', that of all rows is said to be 'en'\n  write `languages: \[en\]`"
    )
    with pytest.raises(InputError, match=message):
        read_examples(Source(path, ("en",)), ("text",), "label")


def test_a_field_as_long_as_a_book_is_refused(write: Callable[..., Path]) -> None:
    path = write(d_dot_csv=f"text\n{'a' * MAX_CHARACTERS}\n{'a' * (MAX_CHARACTERS + 1)}\n")
    with pytest.raises(InputError, match=r"d\.csv:3:1: 'text' holds 200,001 characters, more than 200,000"):
        read_examples(Source(path, ("en",)), ("text",), "label")


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_what_may_never_end_is_not_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(path := tmp_path / "d.jsonl")
    with pytest.raises(InputError, match=r"d\.jsonl:1:1: a device or a pipe, which may never end\n  name a file"):
        read_examples(Source(path, ("en",)), ("text",), "label")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux has a file that fails when it is read")
def test_a_file_that_fails_while_it_is_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").symlink_to("/proc/self/mem")
    with pytest.raises(InputError, match=r"d\.jsonl:1:1: cannot read the file: Input/output error"):
        read_examples(Source(tmp_path / "d.jsonl", ("en",)), ("text",), "label")


@pytest.mark.parametrize("name", ["loop.jsonl", f"{'x' * 300}.jsonl"], ids=["a link to itself", "too long a name"])
def test_a_name_that_leads_nowhere_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop.jsonl").symlink_to("loop.jsonl")
    with pytest.raises(InputError, match=r"\.jsonl:1:1: the file is missing\n"):
        read_examples(Source(tmp_path / name, ("en",)), ("text",), "label")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.jsonl:1:1: the file is missing"):
        read_examples(Source(tmp_path / "nowhere.jsonl", ("en",)), ("text",), "label")


def test_a_language_without_examples_is_told(write: Callable[..., Path]) -> None:
    path = write(d_dot_csv="text,language\na,en\nb,FR-CA\n")
    with pytest.raises(InputError, match="no example in language 'fr'\n  rows are in: FR-CA, en; mend `languages`"):
        read_examples(Source(path, ("en", "fr"), per_row=True), ("text",), "label")


def test_an_id_twice_in_one_language_is_told_however_the_language_is_spelled(write: Callable[..., Path]) -> None:
    path = write(d_dot_csv="id,language,text\n1,en,a\n1,EN,b\n")
    with pytest.raises(InputError, match=r"d\.csv:3:1: the id '1' is here twice in language en\n  first in d\.csv:2"):
        read_examples(Source(path, ("en",), per_row=True), ("text",), "label")


def test_the_same_id_in_two_languages_is_no_mistake(write: Callable[..., Path]) -> None:
    path = write(d_dot_csv="id,language,text\n1,en,a\n1,de,b\n")
    assert len(read_examples(Source(path, ("en", "de"), per_row=True), ("text",), "label")) == 2
