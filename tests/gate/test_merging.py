"""Runs of some cells each make together what one run of all cells is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from counted import in_memory
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust.asking.workspace import Workspace
from albert_robust.conclude import judged, run_of
from albert_robust.errors import UsageError
from albert_robust.gate import merging
from albert_robust.gate.merging import merged
from albert_robust.results.cases import AlignmentRecord, CaseAlignment, MatchedText, Shrunk
from albert_robust.results.folder import keep, only, open_run
from albert_robust.results.run import Run
from albert_robust.running import blocks
from albert_robust.running.execute import execute
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suites

SUITE = """
task: text-classification
model: {version: "1"}
models: {shy: {python: "model:shy"}, calm: {python: "model:calm"}}
datasets: {films: {path: d.jsonl, language: en}}
checks:
  - {expect: invariance, perturbations: [typos.swap, case.upper], variants: 2}
  - {expect: reference, gates: [accuracy >= 0.5]}
"""
MODEL = """
def shy(batch):
    return ["bad" if one["text"].isupper() else "good" for one in batch]

def calm(batch):
    return ["good" for one in batch]
"""
WORD = MatchedText(("a",), (1.0,), (0,), (1.0,), 1)
ALIGNED = AlignmentRecord(WORD, WORD, ((1.0,),), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0), None, "LABS")
CELLS = range(6)  # of two models


def explained(run: Run) -> Run:
    """The same run, with two alignments of each cell and one case shrunk."""
    cases = [(cell.suite, cell.cell, f"r{number}", 0) for cell in run.cells for number in range(2)]
    aligned = tuple(CaseAlignment(*case, "original", ALIGNED) for case in cases)
    return replace(run, alignments=aligned, shrunk=tuple(Shrunk(*case, (), "bad") for case in cases[::2]))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of two models, of three blocks of examples, as it was kept."""
    folder = tmp_path_factory.mktemp("whole")
    rows = "".join(f'{{"id": "r{n}", "text": "quite a good film {"o" * n}", "label": "good"}}\n' for n in range(12))
    for name, content in (("d.jsonl", rows), ("model.py", MODEL), ("s.robust.yaml", SUITE)):
        (folder / name).write_text(content, encoding="utf-8")
    found = [cell for suite in load_suites(folder / "s.robust.yaml") for cell in plan(suite).cells]
    cells = sorted(found, key=lambda cell: cell.key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", 5)
        execution = execute(cells, Workspace(folder / ".albert_robust", "run"))
    keep(explained(run_of(execution, cells, judged(execution, cells))), folder / "run")
    return open_run(folder / "run")


def part(run: Run, numbers: Sequence[int]) -> Run:
    """Some cells of a run as a run of their own has them: beside no cell of another model."""
    found = only(run, {run.cells[number].key for number in numbers})
    left = Counter(cell.suite for cell in run.cells) - Counter(cell.suite for cell in found.cells)
    return replace(found, left_out=dict(left), cells=tuple(replace(cell, beside_first=None) for cell in found.cells))


def split(run: Run, *groups: Sequence[int]) -> dict[str, Run]:
    return {f"runs/{number}": part(run, group) for number, group in enumerate(groups)}


def test_cells_that_no_run_has_are_left_out_of_the_merged_one(whole: Run) -> None:
    found = merged(split(whole, [0, 1], [1, 2]))
    assert found.left_out == dict(Counter(cell.suite for cell in whole.cells[3:]))


def test_the_run_here_is_of_two_models_that_differ_and_of_several_blocks(whole: Run) -> None:
    assert [cell.beside_first.verdict for cell in whole.cells if cell.beside_first] == [
        "undecided",
        "improved",
        "undecided",
    ]
    assert {case.block for case in whole.outcomes} == {0, 1, 2}
    assert len(whole.cells) == len(CELLS)


@settings(max_examples=20)
@given(st.lists(st.sets(st.sampled_from(CELLS)), max_size=4), st.randoms())
def test_the_parts_of_a_run_make_the_run_in_any_order_and_with_any_overlap(
    whole: Run, groups: list[set[int]], order: Random
) -> None:
    rest = set(CELLS).difference(*groups)
    parts = [*map(sorted, [*groups, rest])]
    order.shuffle(parts)
    found = merged(split(whole, *parts))
    assert found.cells == whole.cells
    assert found.suites == whole.suites
    assert tuple(found.outcomes) == tuple(whole.outcomes)
    assert (found.alignments, found.shrunk) == (whole.alignments, whole.shrunk)


def test_a_merged_run_is_kept_and_opened_as_any_other(whole: Run, tmp_path: Path) -> None:
    found = merged(split(whole, [0, 1], [2, 3, 4, 5]))
    keep(found, tmp_path)
    assert in_memory(open_run(tmp_path)) == in_memory(found)
    assert open_run(tmp_path).merged == 2


def test_merged_runs_can_be_merged(whole: Run, tmp_path: Path) -> None:
    keep(merged(split(whole, [0], [1, 2])), tmp_path)
    found = merged({"a": open_run(tmp_path), "b": part(whole, [3, 4, 5])})
    assert (found.cells, found.merged) == (whole.cells, 3)


def test_runs_that_have_read_other_data_are_not_merged(whole: Run) -> None:
    one, other = split(whole, [0], [1]).values()
    read = whole.suites[0].data["films"]
    assert (read.examples, read.different) == (12, 12)
    changed = replace(
        other, suites=tuple(replace(suite, data={"films": replace(read, digest="0" * 12)}) for suite in other.suites)
    )
    with pytest.raises(UsageError, match="a and b cannot be merged: s::calm has read other data in 'films'"):
        merged({"a": one, "b": changed})


def test_costs_add_up_and_what_differs_in_the_environment_is_told_of_both(whole: Run) -> None:
    one, other = split(whole, [0], [1]).values()
    one = replace(one, cost={"predicted": 3, "seconds": 0.1}, environment={"python": "3.11", "system": "Linux"})
    other = replace(other, cost={"predicted": 4, "seconds": 0.2, "price": 1.5}, environment={"python": "3.12"})
    found = merged({"a": one, "b": other})
    assert found.cost == {"predicted": 7, "seconds": 0.3, "price": 1.5}
    assert found.environment == {"python": "3.11, 3.12", "system": "Linux"}


def test_a_suite_that_is_broken_in_one_run_is_broken_in_all_of_them(whole: Run) -> None:
    broken = [
        replace(one, mistakes={"other": what}) for one, what in zip(split(whole, [0], [1]).values(), "xy", strict=True)
    ]
    assert merged({"a": broken[0], "b": broken[1]}).mistakes == {"other": "x\ny"}
    assert merged({"a": broken[0], "b": broken[0]}).mistakes == {"other": "x"}


def test_no_more_alignments_stay_than_one_run_keeps(whole: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST", 7)
    found = merged(split(whole, [0, 1, 2], [3, 4, 5])).alignments
    assert [one.example for one in found] == ["r0", "r1", *["r0"] * 5]


def test_scores_of_other_languages_are_each_told_with_their_signature(whole: Run) -> None:
    one, other = split(whole, [0], [1]).values()
    signed = [
        replace(run, suites=(replace(run.suites[0], signature=name),)) for run, name in ((one, "en"), (other, "de"))
    ]
    assert merged({"a": signed[0], "b": signed[1]}).suites[0].signature == "en; de"
    assert merged({"a": signed[0], "b": other}).suites[0].signature == "en"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"seed": 1}, "s::calm has the seed 0 in the first, 1 in the second"),
        ({"identity": "other"}, "s::calm has the identity .* in the first, 'other' in the second"),
        (
            {"model": "python: model:bold"},
            "s::calm has the model 'python: model:calm' in the first, 'python: model:bold' in",
        ),
        ({"datasets": {}}, "s::calm has the datasets {'films': .*} in the first, {} in the second"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_suites_of_one_name_and_another_model_seed_or_data_are_not_merged(
    whole: Run, change: dict[str, object], what: str
) -> None:
    one, other = split(whole, [0], [1]).values()
    changed = replace(other, suites=(replace(other.suites[0], **change),))  # type: ignore[arg-type]  # of any field
    with pytest.raises(UsageError, match=f"^a and b cannot be merged: {what}"):
        merged({"a": one, "b": changed})


def test_a_cell_of_two_runs_that_judge_it_otherwise_is_told_with_both(whole: Run) -> None:
    one, other = split(whole, [0, 1], [1, 2]).values()
    changed = replace(other, cells=tuple(replace(cell, verdict="failed") for cell in other.cells))
    message = (
        r"^a and b cannot be merged: both have s::calm::films/case\.upper\[en\], and it came to something else in each"
    )
    with pytest.raises(UsageError, match=message):
        merged({"c": part(whole, [5]), "a": one, "b": changed})


def test_a_cell_of_two_runs_that_answer_it_otherwise_is_told_though_its_numbers_are_the_same(
    whole: Run, tmp_path: Path
) -> None:
    one = part(whole, [1])
    keep(replace(one, outcomes=tuple(replace(case, said_after="So.") for case in one.outcomes)), tmp_path)
    with pytest.raises(UsageError, match="it came to something else in each"):
        merged({"a": one, "b": open_run(tmp_path)})


def test_where_blocks_end_is_no_difference(whole: Run, tmp_path: Path) -> None:
    one = part(whole, [1])
    keep(replace(one, outcomes=tuple(replace(case, block=0) for case in one.outcomes)), tmp_path)
    assert merged({"a": one, "b": open_run(tmp_path)}).cells == one.cells
