"""A forecast is what a run then asks, and asks nothing itself."""

from pathlib import Path

import pytest
from counted import MOODY, asked, planned, ran

from albert_robust.asking.workspace import Workspace
from albert_robust.running import blocks as blocks_module
from albert_robust.running.cell import Cell
from albert_robust.running.forecast import Forecast, forecast
from albert_robust.running.plan import plan
from albert_robust.show import describe_forecasts
from albert_robust.suite.load import load_suite

CHECKS = """
- {expect: invariance, perturbations: [typos.swap, case.upper, case.lower], variants: 2}
- {expect: reference, gates: [accuracy >= 0.5]}
"""
SIZES = [5, 1000]


def foreseen(cells: list[Cell], folder: Path) -> Forecast:
    workspace = Workspace(folder / ".albert_robust", "plan")
    found = forecast(cells, workspace)
    workspace.cache.close()
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("replicates", [1, 3])
def test_a_run_asks_what_was_foreseen_and_then_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, replicates: int
) -> None:
    monkeypatch.setattr(blocks_module, "BLOCK", size)
    cells = planned(tmp_path, CHECKS, model=f", batch: 4, price: 0.5, replicates: {replicates}")
    before = foreseen(cells, tmp_path)
    assert asked(tmp_path) == []
    execution = ran(cells, tmp_path)
    assert (before.missing, before.batches) == (execution.cost.predicted, execution.cost.calls)
    assert before.missing == len(asked(tmp_path)) == before.unique
    assert before.price == before.missing / 2
    assert before.cases == sum(tally.counts.tested for tally in execution.tallies.values())
    after = foreseen(cells, tmp_path)
    assert (after.unique, after.missing, after.batches, after.price) == (before.unique, 0, 0, 0)


def test_part_of_a_run_leaves_the_rest(tmp_path: Path) -> None:
    cells = planned(tmp_path, CHECKS)
    before = foreseen(cells, tmp_path)
    done = ran(cells[:1], tmp_path).cost.predicted
    after = foreseen(cells, tmp_path)
    assert (after.unique, after.missing) == (before.unique, before.missing - done)


def test_time_is_foreseen_by_the_pace_of_the_last_run_that_asked(tmp_path: Path) -> None:
    slow = "\nimport time\ndef answer(text):\n    time.sleep(0.01)\n    return 'calm'\n"
    cells = planned(tmp_path, CHECKS, answer=slow)
    assert foreseen(cells, tmp_path).seconds is None
    ran(cells[:1], tmp_path, run="a")
    ran(cells[:1], tmp_path, run="b")  # asks nothing: the pace stays
    found = foreseen(cells, tmp_path)
    assert found.seconds is not None
    assert 0.01 <= found.seconds / found.missing < 5
    path = tmp_path / "s.robust.yaml"
    path.write_text(path.read_text().replace('version: "1"', 'version: "2"'))
    assert foreseen(list(plan(load_suite(path)).cells), tmp_path).seconds is None


def test_a_suite_without_a_price_has_none(tmp_path: Path) -> None:
    assert foreseen(planned(tmp_path, CHECKS), tmp_path).price is None


def test_a_suite_that_stops_early_asks_for_no_more_than_foreseen(tmp_path: Path) -> None:
    texts = [f"the weather in town {number} was lovely" for number in range(200)]
    cells = planned(tmp_path, CHECKS, extra="early_stop: true", rows=texts, answer=MOODY)
    found = foreseen(cells, tmp_path)
    assert found.at_most
    assert ran(cells, tmp_path).cost.predicted < found.missing


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (Forecast("s", 3, 1200, 900, 900, 15, None, None), "time unknown before a first run"),
        (Forecast("s", 3, 1200, 900, 900, 15, 45.0, None), "about 45 s"),
        (Forecast("s", 3, 1200, 900, 900, 15, 1200.0, 4.5), "about 20 min, price 4.50"),
        (Forecast("s", 3, 1200, 900, 900, 15, 9000.0, 0.0), "about 2.5 h, price 0.00"),
        (Forecast("s", 3, 1200, 900, 900, 15, 9000.0, 0.0049), "about 2.5 h, price 0.0049"),
        (
            Forecast("s", 3, 1200, 900, 900, 15, 45.0, 0.5, price_guessed=True),
            "about 45 s, price about 0.50, tokens guessed by the length of texts",
        ),
    ],
)
def test_a_suite_is_one_line(found: Forecast, line: str) -> None:
    start = "s: 3 cells, 1,200 cases, 900 unique inputs, 900 to ask in 15 batches, "
    assert describe_forecasts([found]) == [start + line]


def test_a_suite_that_stops_early_says_at_most() -> None:
    (line,) = describe_forecasts([Forecast("s", 1, 9, 9, 9, 1, 1.0, None, at_most=True)])
    assert ", at most 9 to ask in 1 batch, about 1 s" in line


def test_an_endpoint_gets_a_request_an_input() -> None:
    local, remote = Forecast("a", 1, 9, 9, 9, 1, 1.0, None), Forecast("b", 1, 9, 9, 9, 0, 1.0, None, requests=9)
    _, told, both = describe_forecasts([local, remote])
    assert ", 9 to ask in 9 requests, " in told
    assert ", 18 to ask in 1 batch and 9 requests, " in both


def test_nothing_to_ask_takes_no_time() -> None:
    assert describe_forecasts([Forecast("s", 1, 9, 9, 0, 0, None, None)]) == [
        "s: 1 cell, 9 cases, 9 unique inputs, 0 to ask"
    ]


def test_several_suites_have_a_sum_and_one_unknown_time_makes_it_unknown() -> None:
    known, new = Forecast("a", 1, 9, 9, 4, 1, 2.0, 1.0), Forecast("b", 2, 8, 8, 8, 2, None, None)
    assert describe_forecasts([known, new])[2] == (
        "all: 3 cells, 17 cases, 17 unique inputs, 12 to ask in 3 batches, time unknown before a first run, price 1.00"
    )
    done = Forecast("b", 2, 8, 8, 0, 0, None, None)
    assert ", about 2 s, price 1.00" in describe_forecasts([known, done])[2]
