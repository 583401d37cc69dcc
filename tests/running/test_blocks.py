"""Blocks of examples: however many a run needs, it asks, measures and decides the same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from counted import asked, outcomes_of, planned, ran, records_of

from albert_robust.asking.workspace import Workspace
from albert_robust.conclude import judged, run_of
from albert_robust.data import Example, Examples
from albert_robust.data.dataset import LeftOut
from albert_robust.gate import judge_across
from albert_robust.results.folder import keep, only, open_run
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import DataRecord
from albert_robust.results.run import Run
from albert_robust.running import blocks as blocks_module
from albert_robust.running.across import across
from albert_robust.running.blocks import blocks, data_of, examples_of
from albert_robust.running.cell import Cell
from albert_robust.running.execute import execute
from albert_robust.tasks import TASKS

CHECKS = """
- {expect: invariance, perturbations: [typos.swap, case.upper], variants: 3, gates: [consistency at 2 >= 0.5, kappa >= 0]}
- {expect: invariance, perturbations: [typos.delete], severities: [1, 3, 5], gates: [severity area >= 0.8]}
- {expect: direction, perturbations: [semantics.negate], gates: [sensitivity >= 0.5]}
- {expect: reference, gates: [macro f1 >= 0.5]}
"""
SIZES = [1, 5, 12, 1000]


@pytest.fixture
def cells(tmp_path: Path) -> list[Cell]:
    return planned(tmp_path, CHECKS)


def unplaced(outcomes: list[Outcome]) -> list[Outcome]:
    return [replace(one, block=0) for one in outcomes]


@pytest.mark.parametrize("size", SIZES)
def test_any_number_of_blocks_gives_the_same_verdicts_and_asks_the_same(
    cells: list[Cell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    whole = ran(cells, tmp_path)
    once = sorted(asked(tmp_path))
    (tmp_path / "asked.jsonl").unlink()
    monkeypatch.setattr(blocks_module, "BLOCK", size)
    parts = ran(cells, tmp_path / "again")
    assert sorted(asked(tmp_path)) == once
    assert records_of(parts, cells) == records_of(whole, cells)
    for item in across(cells):
        tallies = [{cell.id: run.tallies["s", cell.id] for cell in item.members} for run in (parts, whole)]
        assert judge_across(item, tallies[0]) == judge_across(item, tallies[1])
    found = {place: unplaced(group) for place, group in outcomes_of(parts).items()}
    assert found == outcomes_of(whole)


def test_outcomes_of_three_blocks_come_back_in_order(
    cells: list[Cell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_module, "BLOCK", 5)
    file = ran(cells, tmp_path).outcomes(cells)
    order = {cell.id: cell.order for cell in cells}
    places = [(one.block, order[one.cell]) for one in file]
    assert places == sorted(places)
    assert {block for block, _ in places} == {0, 1, 2}
    for cell in cells:
        own = file.of("s", cell.id)
        examples = [f"r{number:04}" for number in range(12) for _ in range(cell.check.variants)]
        assert [one.example for one in own] == examples
        assert [one.block for one in own] == [int(one.example[1:]) // 5 for one in own]


@pytest.mark.parametrize("size", SIZES)
def test_half_of_the_cells_leave_the_bytes_of_a_run_of_that_half(
    cells: list[Cell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(blocks_module, "BLOCK", size)

    def made(own: list[Cell]) -> Run:
        execution = ran(own, tmp_path)
        return run_of(execution, own, judged(execution, own))

    keep(made(cells), tmp_path / "all")
    keep(only(open_run(tmp_path / "all"), {("s", cell.id) for cell in cells[::2]}), tmp_path / "some")
    keep(made(cells[::2]), tmp_path / "half")
    some, half = ((tmp_path / name / "outcomes.parquet").read_bytes() for name in ("some", "half"))
    assert some == half


def test_a_model_that_breaks_down_in_a_later_block_is_a_mistake_of_its_suite_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_module, "BLOCK", 5)
    check = "- {expect: reference, gates: [accuracy >= 0.5]}"
    broken = "\ndef answer(text):\n    return 'calm'\n\ndef predict(batch):\n    return ['calm'] * (5 - ('7' in str(batch)))\n"
    bad, good = planned(tmp_path / "bad", check, answer=broken), planned(tmp_path / "good", check)
    good = [replace(cell, suite=replace(cell.suite, name="t")) for cell in good]
    workspace = Workspace(tmp_path / "work", "run")
    execution = execute([*bad, *good], workspace)
    assert list(execution.mistakes) == ["s"]
    assert list(execution.tallies) == [("t", good[0].id)]
    assert {one.suite for one in execution.outcomes(good)} == {"t"}


@pytest.mark.parametrize("size", SIZES)
def test_blocks_are_all_examples_in_order(cells: list[Cell], monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(blocks_module, "BLOCK", size)
    datasets = examples_of(cells[0].suite, ["d"])
    made = [block["d", "en"] for block in blocks(cells[0].suite, datasets)]
    assert [example for block in made for example in block] == datasets["d"]
    assert {len(block) for block in made[:-1]} <= {size}


EXAMPLE = Example("r1", "en", {"text": "fine"}, ("good",), {"de": {"text": "gut"}, "fr": {"text": "bien"}})


def held(*examples: Example) -> DataRecord:
    return data_of(Examples(examples, LeftOut()), TASKS["text-classification"])


@pytest.mark.parametrize(
    "change",
    [
        {"id": "r2"},
        {"language": "de"},
        {"fields": {"text": "so"}},
        {"references": ("bad",)},
        {"parallels": {"de": {"text": "fein"}, "fr": {"text": "bien"}}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_data_are_known_again_by_all_that_they_hold(change: dict[str, Any]) -> None:
    other = replace(EXAMPLE, id="r3")
    assert held(EXAMPLE, other) == held(other, EXAMPLE)
    assert held(EXAMPLE, other).digest != held(replace(EXAMPLE, **change), other).digest


def test_examples_that_repeat_another_s_texts_are_not_different() -> None:
    found = held(EXAMPLE, replace(EXAMPLE, id="r2"), replace(EXAMPLE, id="r3", language="de"))
    assert (found.examples, found.different) == (3, 2)
