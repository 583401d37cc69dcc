"""Examples that a model has learnt from are told: it is right about them, whatever it can do."""

import json
from pathlib import Path

import pytest
from counted import planned

from albert_robust import run
from albert_robust.gate.doubts import doubts
from albert_robust.results.records import DataRecord, SuiteRecord
from albert_robust.results.run import Run
from albert_robust.running.blocks import data_of, examples_of, learnt_by
from albert_robust.suite.load import load_suite

SUITE = """\
task: text-classification
model: {finetuned: train.jsonl}
datasets: {reviews: {path: d.jsonl, language: en}}
checks: [{expect: invariance, perturbations: [typos.swap]}]
"""


def read(folder: Path, *texts: str) -> DataRecord:
    rows = [{"text": text, "label": "x", "language": "en"} for text in texts]
    (folder / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    learnt = [
        {"text": text, "label": label, "language": "de"} for text, label in (("Good \n food.", "y"), ("Bad.", "z"))
    ]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in learnt), encoding="utf-8")
    path = folder / "s.robust.yaml"
    path.write_text(SUITE, encoding="utf-8")
    suite = load_suite(path)
    (found,) = examples_of(suite, ["reviews"]).values()
    return data_of(found, suite.task, learnt_by(suite))


@pytest.mark.parametrize(
    ("texts", "learnt"), [(["Good food.", " Good  food. ", "good food."], 2), (["Fine.", "Bad"], 0), (["Bad."], 1)]
)
def test_texts_count_that_are_alike_but_for_blanks(tmp_path: Path, texts: list[str], learnt: int) -> None:
    assert read(tmp_path, *texts).learnt == learnt


def test_other_models_have_learnt_elsewhere(tmp_path: Path) -> None:
    (cell, *_) = planned(tmp_path, "\n- {expect: invariance, perturbations: [typos.swap]}\n")
    assert learnt_by(cell.suite) == frozenset()


def test_a_run_counts_them(tmp_path: Path) -> None:
    read(tmp_path, "Good food.", "Fine day.")
    found = run(tmp_path / "s.robust.yaml", workspace=tmp_path / "work")
    assert found.suites[0].data["reviews"].learnt == 1


def test_a_run_says_how_many_the_model_has_learnt(tmp_path: Path) -> None:
    found = read(tmp_path, "Good food.", "Fine.")
    suite = SuiteRecord(
        "s",
        "s.robust.yaml",
        "",
        "text-classification",
        "finetuned: train.jsonl",
        None,
        0,
        0.95,
        {},
        None,
        data={"d": found},
    )
    (told,) = doubts(suite, Run((suite,), ()))
    assert told == (
        "The model (finetuned: train.jsonl) has learnt 1 of the 2 examples of 'd': take them out of one of the two."
    )
