"""Files of text in another encoding than UTF-8: read as they say, or refused with the place and the cure."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.data.rows import read_rows
from albert_robust.errors import InputError, UsageError
from albert_robust.running.blocks import examples_of
from albert_robust.starter.write import write_starter
from albert_robust.suite.load import load_suite

TEXT = "Схор é – “so” 好\n"
SUITE = """
task: text-classification
model: {{python: "model:predict"}}
datasets: {{d: {{path: d.{ending}, language: fr, encoding: {encoding}}}}}
checks: [{{expect: invariance, perturbations: [typos.swap]}}]
"""


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"])
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1))
def test_a_file_says_the_same_in_every_encoding(encoding: str, texts: list[str]) -> None:
    rows = [{"text": text} for text in texts]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    with TemporaryDirectory() as folder:
        for name, content in (("d.jsonl", lines), ("d.json", json.dumps(rows, ensure_ascii=False))):
            path = Path(folder) / name
            path.write_bytes(content.encode(encoding))
            assert [row for _, row in read_rows(path, encoding=encoding)] == rows


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8"])
def test_a_mark_before_utf_8_is_no_text(write: Callable[..., Path], encoding: str) -> None:
    path = write(d_dot_csv="text\né\n".encode("utf-8-sig"))
    assert list(read_rows(path, encoding=encoding)) == [(2, {"text": "é"})]


def test_tables_and_tagged_tokens_are_read_in_their_encoding(write: Callable[..., Path]) -> None:
    table = write(d_dot_csv='id;text\r\n1;"caf\xe9\n\x93bon\x94"\r\n'.encode("latin-1"))
    assert [row["text"] for _, row in read_rows(table, encoding="cp1252")] == ["café\n“bon”"]
    tokens = write(d_dot_conll="Zoé B-PER\n".encode("utf-16"))
    assert [row["text"] for _, row in read_rows(tokens, encoding="utf-16")] == [["Zoé"]]


def test_a_dataset_names_its_encoding(write: Callable[..., Path]) -> None:
    write(d_dot_csv="text\ncaf\xe9\n".encode("cp1252"))
    suite = load_suite(write(s_dot_robust_dot_yaml=SUITE.format(ending="csv", encoding="cp1252")))
    (example,) = examples_of(suite, ["d"])["d"]
    assert example.fields == {"text": "café"}


UNDECODABLE = {
    "Latin letters": (b"text\nfine\ncaf\xe9\n", "utf-8", r"d\.csv:3:4: not UTF-8 text\n .* or name .*: `encoding: cp1252`"),
    "behind wide letters": ("text\n饭饭".encode() + b"\xff", "utf-8", r"d\.csv:2:3: not UTF-8 text"),
    "UTF-16": ("text\né\n".encode("utf-16"), "utf-8", r"d\.csv:1:1: not UTF-8 text\n  it begins as UTF-16 .*: utf-16`"),
    "no such byte": (b"text\na\x81b\n", "cp1252", r"d\.csv:2:2: not CP1252 text"),
    "half a character": ("text\né".encode("utf-16") + b"a", "utf-16", r"d\.csv:2:2: not UTF-16 text"),
    "UTF-16 without its mark": (b"text\n", "utf-16", r"d\.csv:\d:\d: not UTF-16 text"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "encoding", "message"), list(UNDECODABLE.values()), ids=list(UNDECODABLE))
def test_bytes_that_are_no_text_are_told_with_line_and_column(
    write: Callable[..., Path], content: bytes, encoding: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        list(read_rows(write(d_dot_csv=content), encoding=encoding))


def test_only_a_file_of_text_has_an_encoding(write: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r"d\.parquet:1:1: only a file of text has an encoding"):
        read_rows(write(d_dot_parquet=b""), encoding="cp1252")


MISTAKES = {
    "no encoding": ("csv", "cp125", r":4:43: 'cp125' is no encoding that Python knows\n  did you mean 'cp125\d'"),
    "no text's": ("csv", "hex", r":4:43: 'hex' is no encoding that Python knows"),
    "of Parquet": ("parquet", "cp1252", r":4:47: only a file of text has an encoding\n  take it out"),
}


@pytest.mark.parametrize(("ending", "encoding", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_told_with_its_place(write: Callable[..., Path], ending: str, encoding: str, message: str) -> None:
    write(**{f"d_dot_{ending}": "text\n"})
    with pytest.raises(InputError, match=message):
        load_suite(write(s_dot_robust_dot_yaml=SUITE.format(ending=ending, encoding=encoding)))


def test_a_first_suite_says_the_encoding_and_leaves_out_bad_rows_if_that_is_asked_for(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    data = write(d_dot_csv="id,text,label\n1,caf\xe9,x\n1,noir,x\n".encode("cp1252"))
    out = tmp_path / "s.robust.yaml"
    suite = write_starter(out, "text-classification", "m:f", data, "fr", encoding="cp1252", skips_bad=True)
    (source,) = suite.datasets.values()
    assert (source.encoding, source.skips_bad) == ("cp1252", True)
    with pytest.raises(InputError, match="the id '1' is here twice"):
        write_starter(tmp_path / "t.robust.yaml", "text-classification", "m:f", data, "fr", encoding="cp1252")
    with pytest.raises(UsageError, match="--encoding: 'cp125' is no encoding"):
        write_starter(tmp_path / "t.robust.yaml", "text-classification", "m:f", data, "fr", encoding="cp125")
