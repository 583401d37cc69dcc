"""The end of a session, by its values: notes, faults, and the exit status that they lead to."""

import traceback
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import run
from albert_robust.ending import exit_status, run_of_workers
from albert_robust.errors import WritingError
from albert_robust.fault import Fault
from albert_robust.notes import Notes
from albert_robust.results.records import CellRecord, Counts
from albert_robust.results.run import Run
from albert_robust.results.table import rows_of
from albert_robust.shared import SharedFolder

OK, FAILED, INTERRUPTED, USAGE = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.INTERRUPTED,
    pytest.ExitCode.USAGE_ERROR,
)


def loud(batch: list[dict[str, str]]) -> list[str]:
    return ["loud" if one["text"].isupper() else "calm" for one in batch]


def run_of(tested: int) -> Run:
    """A run of one cell that passed."""
    counts = Counts(tested, 0, 0, 0, 0, tested, 0)
    cell = CellRecord("s", "d/typos.swap@2[en]", "t", "invariance", "d", "", "", "en", "passed", "", (), {}, counts)
    return Run((), (cell,))


@pytest.mark.parametrize(
    ("found", "notes", "status"),
    [
        (None, Notes(), OK),
        (run_of(tested=3), Notes(), OK),
        (run_of(tested=0), Notes(), FAILED),
        (run_of(tested=3), Notes(untested={("s", "d/typos.swap@2[en]")}), FAILED),
        (None, Notes(skipped=True), FAILED),
        (run_of(tested=3), Notes(broken={"s": "s.robust.yaml:1:1: no such task"}), INTERRUPTED),
        (run_of(tested=3), Notes(unwritten=["report: no space left"]), INTERRUPTED),
    ],
)
def test_only_a_run_that_tested_all_and_was_written_keeps_the_status_of_success(
    found: Run | None, notes: Notes, status: int
) -> None:
    assert exit_status(OK, found, notes) == status


@pytest.mark.parametrize("status", [FAILED, INTERRUPTED, USAGE])
def test_a_session_that_failed_anyway_keeps_its_status(status: int) -> None:
    assert exit_status(status, run_of(tested=0), Notes()) == status
    assert exit_status(status, None, Notes(skipped=True)) == status


def test_models_are_beside_each_other_over_the_cells_that_workers_judged_alone(tmp_path: Path) -> None:
    rows = [{"text": f"day {number}"} for number in range(30)]
    checks = [{"expect": "invariance", "perturbations": ["case.upper", "case.title"]}]
    models = {"calm": {"python": lambda batch: ["calm"] * len(batch)}, "loud": {"python": loud}}
    datasets = {"d": {"rows": rows, "language": "en"}}
    suite = {"task": "text-classification", "models": models, "datasets": datasets, "checks": checks}
    whole = run(suite, workspace=tmp_path / "work")
    shared = SharedFolder(tmp_path)
    shared.leave(whole)
    of_calm, of_loud = ([cell.key for cell in whole.cells if cell.suite == f"suite::{name}"] for name in models)
    judged = [run_of_workers(shared, {*keys}, Notes()) for keys in (of_calm, [of_calm[0], of_loud[0]])]
    assert [one.cells for one in whole.pooled] == [2]
    assert [[one.cells for one in found.pooled] for found in judged if found] == [[], [1]]
    assert all(found and [*rows_of(found)] for found in judged)


WORDS = st.lists(st.sampled_from("abc"), max_size=2)
NOTES = st.builds(
    Notes,
    broken=st.dictionaries(st.sampled_from("abc"), st.just("broken")),
    whole=st.dictionaries(st.sampled_from("abc"), st.just(3)),
    untested=st.sets(st.tuples(st.sampled_from("abc"), st.just("cell"))),
    skipped=st.booleans(),
    unwritten=WORDS,
    mended=WORDS,
)


@given(NOTES, NOTES)
def test_a_controller_notes_what_any_of_its_workers_noted(first: Notes, second: Notes) -> None:
    both = Notes()
    for notes in (first, second):
        both.take(Notes(**asdict(notes)))
    assert both.broken == first.broken | second.broken
    assert both.whole == first.whole | second.whole
    assert both.untested == first.untested | second.untested
    assert both.skipped == (first.skipped or second.skipped)
    assert both.unwritten == first.unwritten + second.unwritten
    assert both.mended == first.mended + second.mended


def test_what_cannot_be_written_is_noted_and_a_mistake_of_ours_with_its_traceback() -> None:
    notes = Notes()
    with notes.deferred():
        raise WritingError("report: no space left")
    with notes.deferred():
        raise RuntimeError("no memory left")
    written, ours = notes.unwritten
    assert written == "report: no space left"
    assert ours.startswith("Traceback")
    assert ours.endswith("RuntimeError: no memory left\n")


def test_an_interrupt_is_not_deferred() -> None:
    notes = Notes()
    with pytest.raises(KeyboardInterrupt), notes.deferred():
        raise KeyboardInterrupt
    assert notes.unwritten == []


def test_a_fault_has_the_same_traceback_however_often_it_is_raised() -> None:
    try:
        raise RuntimeError("out of memory")
    except RuntimeError as error:
        fault = Fault.of(error)
    lengths = set()
    for _ in range(3):
        with pytest.raises(RuntimeError) as caught:
            raise fault.again()
        lengths.add(len(traceback.extract_tb(caught.value.__traceback__)))
    assert len(lengths) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [(WritingError("report: no space left"), "report: no space left"), (OSError("gone"), "OSError: gone")],
)
def test_a_fault_says_the_type_of_what_is_no_mistake_of_the_user_s(error: Exception, said: str) -> None:
    fault = Fault.of(error)
    assert str(fault) == said
    assert fault.in_full.strip() == said
