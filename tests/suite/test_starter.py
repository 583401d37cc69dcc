"""A first suite for a user's data: the columns it finds, and what it asks for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.errors import InputError
from albert_robust.suite.starter import write_starter

ROWS = '{"src": "It rains.", "tgt": "Es regnet."}\n'


def test_a_translation_s_columns_are_found_and_its_language_is_kept(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_jsonl=ROWS)
    suite = write_starter(tmp_path / "t.robust.yaml", "translation", "model:predict", data, "en", "de")
    source = suite.datasets["d"]
    assert (source.languages, source.reference_language) == (("en",), "de")
    assert (source.column("source"), source.column("translation")) == ("src", "tgt")


def test_a_translation_into_no_language_leaves_no_file(write: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "t.robust.yaml"
    with pytest.raises(InputError, match="add `reference_language: de`"):
        write_starter(out, "translation", "model:predict", write(d_dot_jsonl=ROWS), "en")
    assert not out.exists()


def test_columns_that_cannot_be_guessed_are_named(write: Callable[..., Path], tmp_path: Path) -> None:
    data, out = write(d_dot_csv="Review Text,Stars\nGood.,5\n"), tmp_path / "t.robust.yaml"
    with pytest.raises(InputError, match=r"'text' is missing\n  name it: `--column text=\.\.\.`; known: Review Text"):
        write_starter(out, "text-classification", "model:predict", data, "en")
    named = {"text": "Review Text", "label": "Stars"}
    suite = write_starter(out, "text-classification", "model:predict", data, "en", columns=named)
    assert suite.datasets["d"].columns == named


def test_rows_that_say_their_language_are_read_by_it(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_csv="language,text,label\nen,Good.,1\nde,Gut.,1\n")
    suite = write_starter(tmp_path / "t.robust.yaml", "text-classification", "model:predict", data, "de")
    assert suite.datasets["d"].per_row


@pytest.mark.parametrize(("file", "name"), [("my_reviews.v2.csv", "my-reviews-v2"), ("отзывы.csv", "data")])
def test_a_dataset_is_called_as_its_file_is(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_text("text,label\nGood.,1\n", encoding="utf-8")
    suite = write_starter(tmp_path / "t.robust.yaml", "text-classification", "m:predict", tmp_path / file, "en")
    assert list(suite.datasets) == [name]
