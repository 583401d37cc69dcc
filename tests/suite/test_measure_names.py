"""A measure's name says all of it: what it is in one cell, and what it says of several."""

import pytest

from albert_robust.suite.expectations import DIRECTED, EXPECTATIONS, Expectation
from albert_robust.suite.gates import measures, parse_gate
from albert_robust.suite.measure import Measure, measure_named
from albert_robust.tasks import TASKS, Task


@pytest.mark.parametrize(
    ("name", "measure"),
    [
        ("flip rate", Measure("flip rate", "agreement", "flip rate")),
        ("worst case", Measure("worst case", "worst case", "worst case")),
        ("consistency at 12", Measure("consistency at 12", "consistency at k", "consistency at 12", k=12)),
        ("token f1", Measure("token f1", "quality", "token f1")),
        ("token f1 drop", Measure("token f1 drop", "drop", "token f1")),
        ("kappa", Measure("kappa", "aggregate", "kappa")),
        ("language gap", Measure("language gap", "agreement", "consistency", over="language gap")),
        ("token f1 dataset gap", Measure("token f1 dataset gap", "quality", "token f1", over="dataset gap")),
        ("severity worst case", Measure("severity worst case", "agreement", "consistency", over="severity worst case")),
    ],
)
def test_a_name_says_the_kind_of_a_measure_what_it_rests_on_and_over_which_cells(name: str, measure: Measure) -> None:
    assert measure_named(name, main="consistency", aggregates=["kappa"]) == measure


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
@pytest.mark.parametrize("expectation", [*EXPECTATIONS.values(), DIRECTED], ids=[*EXPECTATIONS, "directed"])
def test_what_a_measure_rests_on_is_a_measure_of_one_cell_too(expectation: Expectation, task: Task) -> None:
    names = measures(expectation, task)
    for measure in (parse_gate(f"{name} <= 0.5", expectation, task).measure for name in names):
        assert measure.base in {*names, *task.qualities}
        assert bool(measure.axis) == bool(measure.over)
        assert not measure_named(measure.base).over
