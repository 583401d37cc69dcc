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
    source = suite.datasets["data"]
    assert (source.languages, source.reference_language) == (("en",), "de")
    assert (source.column("source"), source.column("translation")) == ("src", "tgt")


def test_a_translation_into_no_language_leaves_no_file(write: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "t.robust.yaml"
    with pytest.raises(InputError, match="add `reference_language: de`"):
        write_starter(out, "translation", "model:predict", write(d_dot_jsonl=ROWS), "en")
    assert not out.exists()
