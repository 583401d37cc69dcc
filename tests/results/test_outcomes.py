"""Outcomes in a file: they come back as they were, a few at a time, and parts of a run make the whole, to the byte."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from albert_robust.results import outcomes
from albert_robust.results.cell_key import CellKey
from albert_robust.results.folder import keep
from albert_robust.results.outcome import Change, Outcome
from albert_robust.results.outcomes import MergedOutcomes, OutcomeFile, OutcomeWriter
from albert_robust.results.run import Run

PLACES = [(suite, cell) for suite in ("one", "two") for cell in ("swap", "upper", "delete")]
ORDER = {place: number % 3 for number, place in enumerate(PLACES)}
NUMBERS = st.floats(0, 1) | st.none()


def outcome(place: CellKey, block: int, example: int) -> Outcome:
    suite, cell = place
    return Outcome(suite, cell, f"r{example}", "en", 0, "tested", {"text": f"text {example}"}, block=block)


def run_of(blocks: int, examples: int = 2, places: Sequence[CellKey] = PLACES) -> list[Outcome]:
    """The outcomes of some cells in the order of a run."""
    ordered = sorted(places, key=lambda place: (place[0], ORDER[place]))
    return [
        outcome(place, block, block * examples + number)
        for suite in ("one", "two")
        for block in range(blocks)
        for place in ordered
        if place[0] == suite
        for number in range(examples)
    ]


def written(path: Path, rows: Iterable[Outcome]) -> Path:
    with OutcomeWriter(path) as writer:
        writer.add(rows)
    return path


@settings(max_examples=30)
@given(
    st.lists(
        st.builds(
            Outcome,
            *[st.text()] * 4,
            st.integers(0, 99),
            st.sampled_from(["tested", "error", "not asked"]),
            st.dictionaries(st.text(), st.text(), max_size=2),
            variant=st.dictionaries(st.text(), st.text(), max_size=2),
            changes=st.lists(
                st.builds(Change, st.text(), st.integers(0, 9), st.integers(0, 9), st.text(), st.text()), max_size=2
            ).map(tuple),
            references=st.lists(st.text(), max_size=2).map(tuple),
            before=st.text() | st.none(),
            scores_after=st.dictionaries(st.text(), st.floats(0, 1), max_size=2),
            agreement=NUMBERS,
            quality_before=st.dictionaries(st.text(), st.floats(0, 1), max_size=2),
            block=st.integers(0, 9),
        ),
        max_size=9,
    )
)
def test_outcomes_come_back_as_they_were_written(rows: list[Outcome]) -> None:
    with TemporaryDirectory() as folder:
        assert list(OutcomeFile(written(Path(folder) / "o", rows))) == rows


@pytest.mark.parametrize("group", [1, 7, 36, 1000])
def test_row_groups_of_any_size_hold_the_same_outcomes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    monkeypatch.setattr(outcomes, "ROWS", group)
    monkeypatch.setattr(outcomes, "READ", 5)
    rows = run_of(blocks=3)
    file = OutcomeFile(written(tmp_path / "o", rows))
    assert list(file) == list(file) == rows
    assert parquet.ParquetFile(tmp_path / "o").num_row_groups == -(-len(rows) // group)


def test_outcomes_are_written_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "ROWS", 10)
    with OutcomeWriter(tmp_path / "o") as writer:
        for number in range(25):
            writer.add([outcome(PLACES[0], 0, number)])
            assert len(writer._held) == (number + 1) % 10
    assert parquet.read_table(tmp_path / "o").num_rows == 25


def test_of_outcomes_that_come_all_at_once_no_more_are_held_than_are_written_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "ROWS", 10)
    held = []

    def coming() -> Iterator[Outcome]:
        for number in range(25):
            held.append(len(writer._held))
            yield outcome(PLACES[0], 0, number)

    with OutcomeWriter(tmp_path / "o") as writer:
        writer.add(coming())
    assert max(held) < 10
    assert parquet.read_table(tmp_path / "o").num_rows == 25


def test_more_text_than_one_array_holds_is_kept_in_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "LARGEST", 100)
    rows = run_of(blocks=3)
    assert list(OutcomeFile(written(tmp_path / "o", rows))) == rows


def test_one_and_the_same_text_is_kept_in_several_too_where_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "LARGEST", 100)
    rows = [replace(outcome(PLACES[0], 0, 0), before="0123456789") for _ in range(15)]
    column = outcomes._column(outcomes._schema().field("before"), rows)
    assert [one.as_py() for part in column for one in part] == ["0123456789"] * 15
    assert max(part.nbytes for part in column) < 200


def test_to_write_outcomes_pandas_is_not_loaded(tmp_path: Path) -> None:
    code = """
import sys
from albert_robust.results.outcomes import OutcomeWriter
from albert_robust.results.outcome import Outcome
with OutcomeWriter(sys.argv[1]) as writer:
    writer.add([Outcome("s", "c", "e", "en", 0, "tested", {})])
print("pandas" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "o"], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_file_without_outcomes_is_one(tmp_path: Path) -> None:
    assert list(OutcomeFile(written(tmp_path / "o", []))) == []


@settings(max_examples=30)
@given(st.integers(1, 3), st.sets(st.sampled_from(PLACES)))
def test_cells_of_a_file_that_do_not_count_are_passed_over(blocks: int, cells: set[CellKey]) -> None:
    with TemporaryDirectory() as folder:
        path = written(Path(folder) / "o", run_of(blocks))
        file = OutcomeFile(path).only(cells)
        assert list(file) == run_of(blocks, places=[place for place in PLACES if place in cells])
        for place in PLACES:
            assert file.of(*place) == (run_of(blocks, places=[place]) if place in cells else [])


@given(st.integers(1, 3), st.sets(st.sampled_from(PLACES)))
def test_the_outcomes_of_two_runs_have_the_order_of_one_run(blocks: int, cells: set[CellKey]) -> None:
    parts = [
        run_of(blocks, places=[place for place in PLACES if (place in cells) == inside]) for inside in (True, False)
    ]
    assert list(MergedOutcomes(tuple(parts), ORDER)) == run_of(blocks)


def test_the_outcomes_of_several_runs_are_read_as_they_are_wanted() -> None:
    read: list[str] = []

    def noted(rows: Iterable[Outcome]) -> Iterator[Outcome]:
        for row in rows:
            read.append(row.example)
            yield row

    merged = iter(MergedOutcomes((noted(run_of(3, places=PLACES[:1])), noted(run_of(3, places=PLACES[1:2]))), ORDER))
    assert [next(merged).example for _ in range(3)] == ["r0", "r1", "r0"]
    assert len(read) <= 3 + 2


def test_a_file_that_is_the_run_s_as_it_stands_is_copied(tmp_path: Path) -> None:
    path = written(tmp_path / "o", run_of(2))
    keep(Run((), (), OutcomeFile(path)), tmp_path / "kept")
    assert (tmp_path / "kept" / "outcomes.parquet").read_bytes() == path.read_bytes()


def test_half_a_character_in_a_label_comes_back_as_it_was(tmp_path: Path) -> None:
    row = replace(outcome(PLACES[0], 0, 0), scores_before={"neg\ud83d": 0.9, "pos": 0.1})
    assert list(OutcomeFile(written(tmp_path / "run", [row]))) == [row]


def test_half_a_character_becomes_visible_and_the_others_stay(tmp_path: Path) -> None:
    rows = [replace(outcome(PLACES[0], 0, number), before=text) for number, text in enumerate(["a\ud800", "é", None])]
    found = OutcomeFile(written(tmp_path / "o", rows))
    assert [one.before for one in found] == ["a\\ud800", "é", None]
