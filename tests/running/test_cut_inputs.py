"""Inputs that are longer than a checkpoint reads: they are counted and told, also where their answers are kept from before."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust import load_suite, run
from albert_robust.errors import InputError
from albert_robust.gate.doubts import doubts

SUITE = """\
task: text-classification
model: {transformers: tiny%s}
datasets: {d: {path: d.jsonl, language: en}}
checks:
  - {expect: invariance, perturbations: [distractors.haystack@1]}
  - {expect: reference, gates: [accuracy >= 0]}
"""
LONG = "one two three four five six " * 5


@pytest.fixture
def folder(tiny: Callable[..., Path], tmp_path: Path) -> Path:
    """A folder with a classifier of 64 bytes, a short and a long text."""
    (tmp_path / "tiny").symlink_to(tiny("BertForSequenceClassification"))
    rows = [{"id": 1, "text": "It is good.", "label": "LABEL_0"}, {"id": 2, "text": LONG, "label": "LABEL_1"}]
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path


def suite(folder: Path, said: str = "") -> Path:
    path = folder / "s.robust.yaml"
    path.write_text(SUITE % said, encoding="utf-8")
    return path


def test_cut_inputs_are_counted_and_told_in_the_first_run_and_in_the_next(folder: Path) -> None:
    for _ in range(2):
        made = run(suite(folder))
        assert {cell.expectation: cell.counts.cut for cell in made.cells} == {"invariance": 2, "reference": 1}
        (told,) = [what for what in doubts(made.suites[0], made) if "longer" in what]
        assert told.startswith("3 of 4 tested cases have an input that is longer than the model reads")
    assert {outcome.cut > 0 for outcome in made.outcomes if outcome.example == "2"} == {True}


def test_an_input_may_be_cut_sooner(folder: Path) -> None:
    counts = [sum(cell.counts.cut for cell in run(suite(folder, said)).cells) for said in ("", ", max_input_tokens: 5")]
    assert counts == [3, 4]


@pytest.mark.parametrize("said", ["settings: {num_beams: 2}", "src_lang: en_XX", "tgt_lang: de_DE"])
def test_what_says_how_to_write_is_a_mistake_where_nothing_is_written(folder: Path, said: str) -> None:
    with pytest.raises(InputError, match=f"'{said.split(':')[0]}' without a prompt"):
        load_suite(suite(folder, f", {said}"))
