"""A run on disk: whole, readable, the same bytes for the same run."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow
import pytest
from counted import in_memory
from pyarrow import parquet

from albert_robust.asking.workspace import Workspace
from albert_robust.conclude import judged, run_of
from albert_robust.errors import InputError
from albert_robust.results.cases import AlignmentRecord, CaseAlignment, MatchedText
from albert_robust.results.folder import keep, only, open_run
from albert_robust.results.outcome import Change, Outcome
from albert_robust.results.outcomes import OutcomeFile
from albert_robust.results.run import Run
from albert_robust.running.cell import Cell
from albert_robust.running.execute import execute
from albert_robust.running.plan import plan
from albert_robust.scoring.statistics import NOTHING
from albert_robust.suite.load import load_suite, load_suites

SUITE = """
task: text-classification
model: {python: "model:answer", version: "1"}
datasets: {films: {path: d.jsonl, language: en}}
checks:
  - {expect: invariance, perturbations: [typos.swap, case.upper], variants: 2}
  - {expect: reference, gates: [accuracy >= 0.5]}
"""
MODEL = """
def answer(batch):
    return [{"scores": {"good": 0.7, "bad": 0.3}} if len(one["text"]) % 2 else "bad" for one in batch]
"""


@pytest.fixture
def cells(write: Callable[..., Path]) -> list[Cell]:
    rows = "".join(f'{{"text": "quite a good film {"o" * number}", "label": "good"}}\n' for number in range(9))
    write(d_dot_jsonl=rows, model_dot_py=MODEL)
    return list(plan(load_suite(write(s_dot_robust_dot_yaml=SUITE))).cells)


@pytest.fixture
def made(tmp_path: Path) -> Callable[[list[Cell]], Run]:
    """Return a function from cells to their run."""
    workspace = Workspace(tmp_path / ".albert_robust", "run")

    def make(cells: list[Cell]) -> Run:
        execution = execute(cells, workspace)
        return run_of(execution, cells, judged(execution, cells))

    return make


def test_a_run_comes_back_as_it_was_kept(cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path) -> None:
    run = made(cells)
    keep(run, tmp_path / "run")
    assert in_memory(open_run(tmp_path / "run")) == in_memory(run)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["outcomes.parquet", "run.json"]


def test_a_run_of_models_is_the_same_in_whatever_order_its_cells_were_judged(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write(d_dot_jsonl='{"text": "good", "label": "good"}\n{"text": "bad", "label": "bad"}\n', model_dot_py=MODEL)
    models = "models: {first: {python: 'model:answer'}, other: {python: 'model:answer', batch: 1}}"
    text = SUITE.replace('model: {python: "model:answer", version: "1"}', models)
    cells = [cell for one in load_suites(write(s_dot_robust_dot_yaml=text)) for cell in plan(one).cells]
    execution = execute(cells, Workspace(tmp_path / ".albert_robust", "run"))
    one, other = (run_of(execution, each, judged(execution, each)) for each in (cells, cells[::-1]))
    assert [found.comparison.measure for found in one.pooled] == ["consistency", "accuracy"]
    assert in_memory(one) == in_memory(other)


def test_a_run_that_was_read_is_kept_as_the_same_bytes(
    cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path
) -> None:
    keep(made(cells), tmp_path / "a")
    keep(open_run(tmp_path / "a"), tmp_path / "b")
    for name in ("run.json", "outcomes.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    "forge",
    [
        lambda data: data[:40] + bytes(200) + data[240:],
        lambda data: data[:-8] + bytes(8),
        lambda data: data[: len(data) // 2],
        lambda data: bytes(len(data)),
    ],
    ids=["a page", "the end", "half", "nothing"],
)
def test_outcomes_that_are_damaged_and_named_by_their_digest_all_the_same_are_told(
    cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path, forge: Callable[[bytes], bytes]
) -> None:
    keep(made(cells), tmp_path)
    outcomes, run = tmp_path / "outcomes.parquet", tmp_path / "run.json"
    outcomes.write_bytes(forge(outcomes.read_bytes()))
    content = json.loads(run.read_text()) | {"outcomes": hashlib.sha256(outcomes.read_bytes()).hexdigest()}
    run.write_text(json.dumps(content))
    found = open_run(tmp_path).outcomes
    assert isinstance(found, OutcomeFile)
    with pytest.raises(InputError, match=r"outcomes\.parquet:1:1: damaged: .*\n  run the suites again$"):
        list(found)
    with pytest.raises(InputError, match=r"outcomes\.parquet:1:1: damaged: .*\n  run the suites again$"):
        found.of(*cells[0].key)


def test_outcomes_of_another_form_are_told(tmp_path: Path) -> None:
    parquet.write_table(pyarrow.table({"suite": ["s"], "cell": ["c"]}), tmp_path / "outcomes.parquet")
    with pytest.raises(InputError, match=r"outcomes\.parquet:1:1: damaged: "):
        list(OutcomeFile(tmp_path / "outcomes.parquet"))


def test_alignments_of_another_form_are_told(tmp_path: Path) -> None:
    keep(Run((), (), ()), tmp_path)
    (tmp_path / "alignments.json").write_text("[1]")
    digest = hashlib.sha256(b"[1]").hexdigest()
    content = json.loads((tmp_path / "run.json").read_text()) | {"alignments": digest}
    (tmp_path / "run.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"alignments\.json:1:1: damaged: not what a run writes"):
        open_run(tmp_path)


def taken_apart(run: Run, word: str = "was") -> Run:
    """The same run, with an alignment of its first case."""
    case = next(iter(run.outcomes))
    candidate = MatchedText((word, "\u202e\ud800"), (0.75, 0.25), (0, 0), (0.81, -0.1), 7)
    reference = MatchedText(("war",), (1.0,), (0,), (0.81,), 1)
    found = AlignmentRecord(
        candidate, reference, ((0.81,), (-0.1,)), (0.71, 0.62, 0.66), (0.8, 0.7, 0.75), (0.6, 0.5), "LABS-F|v:1"
    )
    aligned = CaseAlignment(case.suite, case.cell, case.example, case.replicate, "original", found)
    return replace(run, alignments=(aligned,))


def test_alignments_come_back_as_they_were_kept(
    cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path
) -> None:
    run = taken_apart(made(cells))
    keep(run, tmp_path / "a")
    keep(run, tmp_path / "b")
    assert in_memory(open_run(tmp_path / "a")) == in_memory(run)
    assert (tmp_path / "a/alignments.json").read_bytes() == (tmp_path / "b/alignments.json").read_bytes()


def test_a_run_without_alignments_leaves_none_of_an_earlier_run(tmp_path: Path) -> None:
    plain = Run((), (), (Outcome("s", "c", "1", "en", 0, "tested", {"text": "a"}),))
    keep(taken_apart(plain), tmp_path)
    keep(plain, tmp_path)
    assert not (tmp_path / "alignments.json").exists()
    assert open_run(tmp_path).alignments == ()


def test_a_folder_of_an_earlier_version_has_no_alignments(tmp_path: Path) -> None:
    keep(Run((), (), ()), tmp_path)
    content = json.loads((tmp_path / "run.json").read_text())
    del content["alignments"]
    (tmp_path / "run.json").write_text(json.dumps(content))
    assert open_run(tmp_path).alignments == ()


def test_alignments_of_another_run_are_told_and_missing_ones_are_none(tmp_path: Path) -> None:
    plain = Run((), (), (Outcome("s", "c", "1", "en", 0, "tested", {"text": "a"}),))
    keep(taken_apart(plain), tmp_path / "a")
    keep(taken_apart(plain, "is"), tmp_path / "b")
    (tmp_path / "b/alignments.json").replace(tmp_path / "a/alignments.json")
    with pytest.raises(InputError, match=r"alignments\.json:1:1: does not belong to run\.json beside it"):
        open_run(tmp_path / "a")
    assert open_run(tmp_path / "b").alignments == ()


def test_some_cells_of_a_run_are_the_run_of_those_cells(
    cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path
) -> None:
    keep(taken_apart(made(cells)), tmp_path / "all")
    whole, places = open_run(tmp_path / "all"), {(cell.suite.name, cell.id) for cell in cells[1:]}
    some, own = only(whole, places), made(cells[1:])
    assert (some.cells, tuple(some.outcomes), some.suites) == (own.cells, tuple(own.outcomes), own.suites)
    assert not some.alignments
    assert only(whole, places | {(cells[0].suite.name, cells[0].id)}) is whole


def test_a_suite_none_of_whose_cells_are_chosen_is_not_in_their_run(
    cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path
) -> None:
    keep(made(cells), tmp_path / "all")
    whole = open_run(tmp_path / "all")
    two = replace(whole, suites=(*whole.suites, replace(whole.suites[0], name="other")))
    assert only(two, {(cells[0].suite.name, cells[0].id)}).suites == whole.suites


def test_the_outcomes_are_the_same_bytes_for_any_order_of_cells(
    cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path
) -> None:
    for name, order in (("a", cells), ("b", cells[::-1])):
        keep(made(order), tmp_path / name)
    assert (tmp_path / "a/outcomes.parquet").read_bytes() == (tmp_path / "b/outcomes.parquet").read_bytes()


def test_what_was_not_measured_is_null_in_the_file_and_not_measured_when_read(
    cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path
) -> None:
    run = made(cells)
    empty = replace(run.cells[0], measures={"consistency": NOTHING})
    keep(replace(run, cells=(empty,)), tmp_path)
    written = json.loads((tmp_path / "run.json").read_text(), parse_constant=pytest.fail)
    assert written["cells"][0]["measures"]["consistency"]["value"] is None
    assert not open_run(tmp_path).cells[0].measures["consistency"].measured


def test_the_outcomes_are_a_table_that_any_reader_of_parquet_opens(
    cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path
) -> None:
    run = made(cells)
    keep(run, tmp_path)
    table = parquet.read_table(tmp_path / "outcomes.parquet")
    assert table.num_rows == len(list(run.outcomes)) == 9 * 2 * 2 + 9
    assert {"suite", "cell", "example", "status", "before", "after", "agreement"} <= set(table.column_names)


def test_text_of_any_kind_comes_back(tmp_path: Path) -> None:
    nasty = "a\x00b\u202e👩\u200d👧\r\n\ttab"
    outcome = Outcome("s", "c", nasty, "en", 0, "tested", {"text": nasty}, {"text": ""}, before=nasty)
    outcome = replace(outcome, changes=(Change("text", 0, 3, nasty, "x"),), references=(nasty, ""))
    keep(Run((), (), (outcome,)), tmp_path)
    assert list(open_run(tmp_path).outcomes) == [outcome]


def test_half_a_character_of_a_model_becomes_visible(tmp_path: Path) -> None:
    keep(Run((), (), (Outcome("s", "c", "1", "en", 0, "tested", {"text": "a"}, before="x\ud800"),)), tmp_path)
    assert next(iter(open_run(tmp_path).outcomes)).before == "x\\ud800"


DAMAGE = {
    "no run": (None, "no run here: No such file or directory"),
    "half a file": ('{"schema": 4, "outc', "run.json:1:1: damaged: not JSON"),
    "a list": ("[]", r"written by another version \(schema None, expected 5\)"),
    "a later version": ('{"schema": 99}', r"written by another version \(schema 99, expected 5\)"),
}


@pytest.mark.parametrize(("content", "message"), list(DAMAGE.values()), ids=list(DAMAGE))
def test_a_damaged_run_is_told(tmp_path: Path, content: str | None, message: str) -> None:
    keep(Run((), (), ()), tmp_path)
    (tmp_path / "run.json").unlink()
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(InputError, match=message):
        open_run(tmp_path)


@pytest.mark.parametrize(("name", "value"), [("verdict", "great"), ("counts", 3), ("gates", [{}]), ("measures", None)])
def test_a_cell_that_no_run_writes_is_told(
    cells: list[Cell], made: Callable[[list[Cell]], Run], tmp_path: Path, name: str, value: object
) -> None:
    keep(made(cells), tmp_path)
    content = json.loads((tmp_path / "run.json").read_text())
    content["cells"][0][name] = value
    (tmp_path / "run.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"run\.json:1:1: damaged: not what a run writes"):
        open_run(tmp_path)


def test_the_files_of_two_runs_do_not_mix_unnoticed(tmp_path: Path) -> None:
    keep(Run((), (), ()), tmp_path / "a")
    keep(Run((), (), (Outcome("s", "c", "1", "en", 0, "unchanged", {"text": "a"}),)), tmp_path / "b")
    (tmp_path / "b/run.json").replace(tmp_path / "a/run.json")
    with pytest.raises(InputError, match=r"outcomes\.parquet:1:1: does not belong to run\.json beside it"):
        open_run(tmp_path / "a")
