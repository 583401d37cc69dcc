"""A baseline on disk: small, sorted, the same bytes for the same lines, and a complaint at each line that does not fit."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from gate_lines import line
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.errors import InputError
from albert_robust.gate.baseline import open_baseline, updated, write_baseline
from albert_robust.gate.lines import Line

SWAP = line([1.0, 0.0, None])
UPPER = line([0.25, 1.0, 0.3333], cell="d/case.upper[en]", definition="labs, encoder 0123456789ab")
Write = Callable[..., Path]


def test_a_line_a_cell_and_the_examples_once(tmp_path: Path) -> None:
    path = tmp_path / "s.baseline.jsonl"
    write_baseline(path, [SWAP, UPPER])
    rows = [json.loads(text) for text in path.read_text().splitlines()]
    assert rows[0] == {"schema": 2}
    assert rows[1]["ids"] == ["r000", "r001", "r002"]
    assert [row["cell"] for row in rows[2:]] == ["d/case.upper[en]", "d/typos.swap@2[en]"]
    assert [row["values"] for row in rows[2:]] == [[0.25, 1.0, 0.3333], "10-"]
    assert {row["examples"] for row in rows[1:]} == {rows[1]["examples"]}


def test_errors_have_a_sign_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "s.baseline.jsonl"
    shares = line([0.25, None, None], {"r002"}, cell="d/case.upper[en]")
    write_baseline(path, [line([1.0, None, None], {"r001"}), shares])
    rows = [json.loads(text) for text in path.read_text().splitlines()]
    assert [row["values"] for row in rows[2:]] == [[0.25, None, "!"], "1!-"]
    found = open_baseline(path)
    assert found is not None
    assert [found[name].errors for name in (SWAP.cell, UPPER.cell)] == [{"r001"}, {"r002"}]


def test_lines_come_back_as_they_were_written_in_any_order(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write_baseline(one, [SWAP, UPPER])
    write_baseline(other, [UPPER, SWAP])
    assert open_baseline(one) == {SWAP.cell: SWAP, UPPER.cell: UPPER}
    assert one.read_bytes() == other.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


def test_the_other_measures_of_a_cell_stand_behind_its_own(tmp_path: Path) -> None:
    path = tmp_path / "s.baseline.jsonl"
    kept = replace(SWAP, others=(line([0.0, 0.0, 1.0], measure="accuracy"), line([0.5, 0.0, 1.0], measure="labs")))
    write_baseline(path, [UPPER, kept])
    assert open_baseline(path) == {UPPER.cell: UPPER, SWAP.cell: kept}
    written = path.read_text().splitlines()
    path.write_text("\n".join([*written, written[-1].replace("0.5", "0.25")]))
    with pytest.raises(InputError, match=r"s.baseline.jsonl:7:1: a second line of d/typos.swap@2\[en\]"):
        open_baseline(path)


@given(
    st.dictionaries(
        st.text(max_size=6), st.none() | st.integers(0, 10**4).map(lambda number: number / 10**4), min_size=1
    ),
    st.data(),
)
def test_any_ids_values_and_errors_come_back(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, float | None], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("kept") / "s.baseline.jsonl"
    errors = data.draw(st.sets(st.sampled_from(sorted(values))))
    numbers = {name: None if name in errors else value for name, value in values.items()}
    written = Line("d/typos.swap@2[en]", "accuracy", "", -3, "i", "", numbers, frozenset(errors))
    write_baseline(path, [written])
    assert open_baseline(path) == {written.cell: written}
    assert path.read_bytes().isascii()


def test_without_a_file_there_is_no_baseline_and_without_lines_no_file(tmp_path: Path) -> None:
    path = tmp_path / "s.baseline.jsonl"
    assert open_baseline(path) is None
    write_baseline(path, [SWAP])
    write_baseline(path, [])
    assert not path.exists()


def test_branches_that_change_different_cells_merge(tmp_path: Path) -> None:
    """With git itself, in a repository of its own."""
    path = tmp_path / "s.baseline.jsonl"
    cells = [line([1.0] * 9, cell=f"d/typos.swap@{level}[{tag}]") for level in (1, 2, 3) for tag in ("de", "en", "fr")]
    for name, changed in (("base", []), ("one", [cells[0]]), ("two", [cells[8]])):
        new = [line([0.0] * 9, cell=one.cell) if one in changed else one for one in cells]
        write_baseline(path, new)
        path.rename(tmp_path / name)
    merged = subprocess.run(
        ["git", "merge-file", "-p", "one", "base", "two"], cwd=tmp_path, capture_output=True, check=True
    )
    path.write_bytes(merged.stdout)
    found = open_baseline(path)
    assert found is not None
    assert [cell for cell, one in found.items() if 0.0 in one.values.values()] == [cells[0].cell, cells[8].cell]


def spoilt(tmp_path: Path, change: Callable[[list[str]], list[str]]) -> Path:
    path = tmp_path / "s.baseline.jsonl"
    write_baseline(path, [SWAP, UPPER])
    path.write_text("\n".join(change(path.read_text().splitlines())), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "line_number", "what"),
    [
        (lambda lines: ["x", *lines[1:]], 1, "no line of a baseline"),
        (lambda lines: ["[" * 100_000, *lines[1:]], 1, "no line of a baseline"),
        (lambda lines: ['{"schema": 9}', *lines[1:]], 1, r"no baseline of this version \(schema 9, expected 2\)"),
        (lambda lines: [], 1, r"no baseline of this version \(schema None, expected 2\)"),
        (lambda lines: [*lines, "<<<<<<< HEAD"], 5, "a merge left its marks here"),
        (lambda lines: [*lines, lines[-1].replace('"10-"', '"00-"')], 5, r"a second line of d/typos.swap@2\[en\]"),
        (lambda lines: [*lines[:3], lines[3].replace('"10-"', '"10"')], 4, "do not fit its examples"),
        (lambda lines: [*lines[:3], lines[3].replace('"10-"', "[1, 2, 0]")], 4, "do not fit its examples"),
        (lambda lines: [*lines[:3], lines[3].replace('"10-"', '[1, "x", 0]')], 4, "do not fit its examples"),
        (lambda lines: [*lines[:3], lines[3].replace('"seed"', '"sead"')], 4, "no line of a cell"),
        (
            lambda lines: [lines[0], lines[1].replace("r000", "r00"), *lines[2:]],
            2,
            "the ids do not match the fingerprint",
        ),
    ],
)
def test_what_does_not_fit_is_a_complaint_at_its_line(
    tmp_path: Path, change: Callable[[list[str]], list[str]], line_number: int, what: str
) -> None:
    path = spoilt(tmp_path, change)
    with pytest.raises(InputError, match=what) as refused:
        open_baseline(path)
    assert refused.value.complaints[0].place.line == line_number
    assert "--robust-baseline-update" in refused.value.complaints[0].mend


@pytest.mark.parametrize(("schema", "newer"), [(1, False), (3, True)])
def test_a_baseline_of_a_newer_version_asks_for_that_version_first(tmp_path: Path, schema: int, newer: bool) -> None:
    with pytest.raises(InputError) as refused:
        open_baseline(spoilt(tmp_path, lambda lines: [f'{{"schema": {schema}}}', *lines[1:]]))
    assert refused.value.complaints[0].mend.startswith("a newer albert-robust wrote it: install that, or ") is newer


def test_what_editors_add_is_passed_over_and_lines_keep_their_numbers(tmp_path: Path) -> None:
    path = spoilt(tmp_path, lambda lines: ["\ufeff" + lines[0], "", *lines[1:], " ", ""])
    assert open_baseline(path) == {SWAP.cell: SWAP, UPPER.cell: UPPER}
    path = spoilt(tmp_path, lambda lines: [lines[0], "", *lines[1:], "x"])
    with pytest.raises(InputError, match=r":6:1: no line of a baseline"):
        open_baseline(path)


def test_the_same_line_twice_is_one(tmp_path: Path) -> None:
    assert open_baseline(spoilt(tmp_path, lambda lines: [*lines, lines[-1]])) == {SWAP.cell: SWAP, UPPER.cell: UPPER}


GONE = line([1.0], cell="d/gone[en]")
BETTER = line([1.0, 1.0, None])


def test_an_update_takes_what_ran_keeps_what_did_not_and_drops_what_is_gone() -> None:
    old = {one.cell: one for one in (SWAP, UPPER, GONE)}
    assert updated(old, {SWAP.cell: BETTER}, [SWAP.cell, UPPER.cell]) == {SWAP.cell: BETTER, UPPER.cell: UPPER}
    assert updated(old, {SWAP.cell: None}, [SWAP.cell]) == {}


def test_an_update_of_new_cells_changes_and_drops_nothing() -> None:
    old = {one.cell: one for one in (SWAP, GONE)}
    found = updated(old, {SWAP.cell: BETTER, UPPER.cell: UPPER}, [SWAP.cell, UPPER.cell], only_new=True)
    assert found == {**old, UPPER.cell: UPPER}


def test_a_baseline_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "s.baseline.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"s\.baseline\.jsonl:1:1: not UTF-8 text\n  make it anew"):
        open_baseline(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match=r"s\.baseline\.jsonl:1:1: cannot read the baseline: Is a directory\n"):
        open_baseline(path)
