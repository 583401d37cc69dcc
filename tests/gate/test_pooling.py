"""All cells of a model beside those of the first: each example counts once, whatever number of cells it is in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.gate.comparing import Thresholds
from albert_robust.gate.lines import Line
from albert_robust.gate.pooling import pooled, told
from albert_robust.results.cell_key import CellKey
from albert_robust.results.records import ComparisonRecord, PooledRecord

TWO_SIDED = Thresholds(0.95, sides=2)
Cells = Mapping[str, Sequence[float]]  # the numbers of each cell's examples, in their order


def lines(cells: Cells, measure: str = "consistency") -> dict[CellKey, Line]:
    return {
        ("b", cell): Line(
            cell, measure, "", 0, "the inputs", "the variants", {f"r{n}": one for n, one in enumerate(values)}
        )
        for cell, values in cells.items()
    }


def beside(first: Cells, other: Cells) -> PooledRecord:
    (found,) = pooled(lines(other), lines(first), TWO_SIDED)
    return found


def swap(cell: int, dataset: str = "d") -> str:
    return f"{dataset}/typos.swap@{cell}[en]"


def test_examples_of_several_datasets_add_up() -> None:
    """Twenty cells in which 8 of 80 examples are right for one model alone: a sign test of 160 changes, all one way."""
    right, eight_wrong = [1.0] * 80, [0.0] * 8 + [1.0] * 72
    places = [swap(1, f"d{number}") for number in range(20)]
    found = beside(dict.fromkeys(places, eight_wrong), dict.fromkeys(places, right))
    assert found.cells == 20
    assert found.comparison.verdict == "improved"
    assert found.comparison.chance == pytest.approx(2 * 0.5**160)
    assert found.comparison.drop is not None
    assert (found.comparison.drop.clusters, found.comparison.before, found.comparison.after) == (1600, 0.9, 1.0)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_an_example_counts_once_in_however_many_cells(times: int) -> None:
    places = [swap(severity + 1) for severity in range(times)]
    wrong, right = [0.0] * 6 + [1.0] * 34, [1.0] * 40
    found = beside(dict.fromkeys(places, wrong), dict.fromkeys(places, right)).comparison
    assert found.chance == pytest.approx(2 * 0.5**6)
    assert found.drop is not None
    assert found.drop.clusters == 40


def test_translations_of_an_example_are_that_example() -> None:
    wrong, right = [0.0] * 6 + [1.0] * 34, [1.0] * 40
    places = ("d/typos.swap@2[en]", "d/typos.swap@2[de]")
    assert beside(dict.fromkeys(places, wrong), dict.fromkeys(places, right)).comparison.chance == pytest.approx(
        2 * 0.5**6
    )


def test_what_cells_lose_together_may_show_where_no_cell_shows_it() -> None:
    draws = np.random.default_rng(0).random((20, 100)) < 0.96
    first = {swap(1 + n % 5, f"d{n}"): [1.0] * 100 for n in range(20)}
    other = {cell: row.astype(float).tolist() for cell, row in zip(first, draws, strict=True)}
    assert {beside({cell: first[cell]}, {cell: other[cell]}).comparison.verdict for cell in first} >= {"undecided"}
    assert beside(first, other).comparison.verdict == "regressed"


def test_measures_are_not_mixed_and_their_p_values_are_adjusted_together() -> None:
    wrong, right = [0.0] * 6 + [1.0] * 34, [1.0] * 40
    place = "d/reference[en]"
    now = lines({swap(1): right}) | lines({place: right}, "accuracy")
    before = lines({swap(1): wrong}) | lines({place: wrong}, "accuracy")
    found = pooled(now, before, TWO_SIDED)
    assert [(one.comparison.measure, one.cells) for one in found] == [("consistency", 1), ("accuracy", 1)]
    assert [one.comparison.adjusted for one in found] == [pytest.approx(4 * 0.5**6)] * 2


def test_what_cannot_be_compared_is_left_out() -> None:
    now = lines({swap(1): [1.0] * 5, swap(2): [1.0] * 5})
    before = {key: replace(line, variants="others") if key[1] == swap(1) else line for key, line in now.items()}
    assert [one.cells for one in pooled(now, before, TWO_SIDED)] == [1]
    assert pooled(now, {}, TWO_SIDED) == []


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.5, 1.0])), min_size=4, max_size=40))
def test_the_other_way_round_a_gain_is_a_loss(pairs: list[tuple[float, float]]) -> None:
    half = len(pairs) // 2
    first, other = (
        {swap(1): [pair[side] for pair in pairs[:half]], swap(2): [pair[side] for pair in pairs[-half:]]}
        for side in (0, 1)
    )
    one, back = beside(first, other).comparison, beside(other, first).comparison
    assert one.drop is not None
    assert back.drop is not None
    assert one.chance == back.chance
    assert one.drop.value == pytest.approx(-back.drop.value)
    assert one.drop.low <= one.drop.value <= one.drop.high
    assert one.drop.low == pytest.approx(-back.drop.high)


def test_its_bounds_hold_though_the_cells_of_an_example_are_alike() -> None:
    """Of 200 samples of 60 examples in 8 cells no more than one of twenty may miss the true difference."""
    rng, missed = np.random.default_rng(1), 0
    for _ in range(200):
        alike, both = rng.random((60, 1)), rng.random((60, 8))
        shared = rng.random((60, 1)) < 0.5
        values = [(np.where(shared, alike, both) < share).astype(float) for share in (0.9, 0.8)]
        first, other = ({swap(n, "d"): row.tolist() for n, row in enumerate(one.T)} for one in values)
        drop = beside(first, other).comparison.drop
        assert drop is not None
        missed += not drop.low <= 0.1 <= drop.high
    assert missed <= 10


def test_it_is_told_in_one_line() -> None:
    wrong, right = [0.0] * 6 + [1.0] * 34, [1.0] * 40
    found = beside({swap(1): wrong, swap(2): wrong}, {swap(1): right, swap(2): right})
    assert isinstance(found.comparison, ComparisonRecord)
    line = told(found, "better")
    assert line.startswith("consistency of 2 cells together: 1.000 beside 0.850, +0.150 [+0.0")
    assert line.endswith("], adjusted p = 0.031: better")


def test_models_that_are_alike_differ_by_0_and_not_by_minus_0() -> None:
    alike = {swap(1): [1.0] * 40}
    assert " beside 1.000, +0.000 [-0." in told(beside(alike, alike), "undecided")
