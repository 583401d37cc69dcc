"""Models side by side: each cell beside that of the model which its file names first."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from albert_robust.errors import UsageError
from albert_robust.gate.family import compare_runs
from albert_robust.gate.side_by_side import beside_first, of_model, side_by_side, told
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord, Counts, SuiteRecord
from albert_robust.results.run import Run
from albert_robust.results.table import rows_of
from albert_robust.scoring.statistics import Estimate

CELL = "d/typos.swap@2[en]"


def suite(model: str, path: str = "s.robust.yaml") -> SuiteRecord:
    name = path.removesuffix(".robust.yaml") + (f"::{model}" if model else "")
    return SuiteRecord(name, path, "", "text-classification", "", None, 0, 0.95, {}, None, (), model, first_model="a")


def record(of: SuiteRecord, **settings: Any) -> CellRecord:
    counts = Counts(100, 0, 0, 0, 0, 100, 0)
    made = CellRecord(of.name, CELL, of.task, "invariance", "d", "typos.swap@2", "", "en", "passed", "", (), {}, counts)
    return replace(made, **{"definitions": {"consistency": ""}, **settings})


def cases(of: SuiteRecord, flipped: int, text: str = "a") -> list[Outcome]:
    """100 cases, of which the first so many flipped."""
    made = Outcome(of.name, CELL, "", "en", 0, "tested", {"text": text}, {"text": "b"}, agreement=1.0)
    return [replace(made, example=f"r{n:02}", agreement=float(n >= flipped)) for n in range(100)]


def ran(*models: tuple[SuiteRecord, Sequence[Outcome]], **settings: Any) -> Run:
    outcomes = [case for _, own in models for case in own]
    run = Run(tuple(of for of, _ in models), tuple(record(of, **settings) for of, _ in models), outcomes)
    return replace(run, cells=tuple(beside_first(run.suites, run.cells, run.tallies)))


def standing(run: Run) -> list[str | None]:
    return [cell.beside_first.verdict if cell.beside_first else None for cell in run.cells]


A, B, C = suite("a"), suite("b"), suite("c")


def test_other_models_stand_beside_the_first_over_the_same_examples() -> None:
    run = ran((A, cases(A, 20)), (B, cases(B, 40)), (C, cases(C, 2)))
    assert standing(run) == [None, "regressed", "improved"]
    found = run.cells[1].beside_first
    assert found is not None
    assert (found.before, found.after, found.test, found.worse[0]) == (0.8, 0.6, "McNemar, two-sided", "r20")


def test_all_that_are_compared_are_one_family() -> None:
    run = ran((A, cases(A, 0)), (B, cases(B, 10)), (C, cases(C, 10)))
    alone = ran((A, cases(A, 0)), (B, cases(B, 10)))
    chances = [cell.beside_first and cell.beside_first.adjusted for cell in (run.cells[1], alone.cells[1])]
    assert chances == [pytest.approx(4 * 2**-10), pytest.approx(2 * 2**-10)]


def test_another_file_is_another_family() -> None:
    mine = ((A, cases(A, 0)), (B, cases(B, 10)))
    theirs = [suite(name, "t.robust.yaml") for name in "ab"]
    beside = ran(*mine, *((one, cases(one, 50)) for one in theirs)).cells[1].beside_first
    alone = ran(*mine).cells[1].beside_first
    assert beside == alone


def test_suites_of_one_model_each_have_nothing_beside_them() -> None:
    one, other = suite(""), suite("", "t.robust.yaml")
    assert standing(ran((one, cases(one, 0)), (other, cases(other, 50)))) == [None, None]
    assert side_by_side([one, other, A]) == []


def test_without_the_first_the_others_are_compared_with_nothing() -> None:
    assert standing(ran((B, cases(B, 0)), (C, cases(C, 50)))) == [None, None]


def test_what_the_first_was_not_asked_whole_is_not_compared() -> None:
    assert standing(ran((A, cases(A, 0)), (B, cases(B, 50)), counts=Counts(100, 0, 0, 0, 0, 99, 0, 1))) == [None, None]


@pytest.mark.parametrize("early", [A, B])
def test_a_model_that_stopped_early_is_not_compared(early: SuiteRecord) -> None:
    run = ran((A, cases(A, 0)), (B, cases(B, 50)))
    stopped = Counts(200, 0, 0, 0, 0, 100, 0, spared=100)
    cells = [record(of, counts=stopped) if of is early else record(of) for of in (A, B)]
    assert [cell.beside_first for cell in beside_first(run.suites, cells, run.tallies)] == [None, None]


def test_models_that_were_asked_other_texts_are_incomparable() -> None:
    assert standing(ran((A, cases(A, 0)), (B, cases(B, 0, text="other")))) == [None, "incomparable"]


def test_it_is_told_in_words_the_better_first() -> None:
    run = ran((A, cases(A, 20)), (B, cases(B, 40)), (C, cases(C, 2)))
    assert told(cell.beside_first for cell in run.cells) == "1 better, 1 worse"
    assert told([None]) == ""


def test_a_table_has_the_difference_to_the_first_model() -> None:
    found = {"consistency": Estimate(0.8, 0.7, 0.9, 100), "flip rate": Estimate(0.2, 0.1, 0.3, 100)}
    run = ran((A, cases(A, 20)), (B, cases(B, 40)), (C, cases(C, 20)), measures=found)
    rows = {(row["suite"], row["measure"]): row for row in rows_of(run)}
    assert [rows[of.name, "consistency"]["beside_first"] for of in (A, B, C)] == [None, "regressed", "same"]
    assert [str(rows[of.name, "consistency"]["difference"]) for of in (A, B, C)] == ["None", "-0.2", "0.0"]
    low, high = (rows[B.name, "consistency"][f"difference_{end}"] for end in ("low", "high"))
    assert -0.31 < low < -0.2 < high < -0.1
    assert rows[B.name, "flip rate"]["difference"] is None


def test_one_of_several_models_is_compared_as_if_it_were_alone() -> None:
    run = ran((A, cases(A, 20)), (B, cases(B, 40)))
    found = compare_runs(of_model(run, "a"), of_model(run, "b"), 0.01, 0.05)
    assert {place: one.verdict for place, one in found.items()} == {("s", CELL): "regressed"}
    bare = suite("")
    earlier = ran((bare, cases(bare, 40)))
    assert compare_runs(earlier, of_model(run, "a"), 0.01, 0.05)[("s", CELL)].verdict == "improved"


def test_a_model_that_was_not_run_is_named_with_those_that_were() -> None:
    with pytest.raises(UsageError, match="no model 'x' in the run: it has a, b"):
        of_model(ran((A, cases(A, 0)), (B, cases(B, 0))), "x")
