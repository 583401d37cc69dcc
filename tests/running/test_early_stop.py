"""Looking early: examples come in an order of the seed's own, and a cell whose gates are certain asks for no more."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from counted import MOODY, asked, outcomes_of, planned, ran, records_of
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust.asking.budget import Budget
from albert_robust.data import Example
from albert_robust.gate.decide import NOISE
from albert_robust.results.records import CellRecord
from albert_robust.running.blocks import blocks
from albert_robust.running.cell import Cell
from albert_robust.scoring.sequential import looks, sequential_mean
from albert_robust.suite.suite import Suite

EARLY = "early_stop: true"
UPPER = "- {expect: invariance, perturbations: [case.upper], gates: [consistency >= 0.7]}"
TEXTS = [f"the weather in town {number} was lovely" for number in range(300)]
STEADY = "\ndef answer(text):\n    return 'calm'\n"
HALF = "\ndef answer(text):\n    return 'loud' if text.isupper() and 'TOWN 2' in text else 'calm'\n"


def suite_of(folder: Path, seed: int = 0) -> Suite:
    return replace(planned(folder, UPPER, extra=EARLY)[0].suite, seed=seed)


def only(cells: list[Cell], folder: Path, budget: Budget | None = None) -> CellRecord:
    (record,) = records_of(ran(cells, folder, budget), cells).values()
    return record


def examples(names: list[str]) -> list[Example]:
    return [Example(name, "en", {"text": name}, ()) for name in names]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return suite_of(tmp_path_factory.mktemp("suite"))


@settings(max_examples=50)
@given(st.sets(st.integers(0, 999), max_size=120), st.data(), st.integers(0, 3))
def test_the_order_is_the_seed_s_and_not_the_file_s(
    suite: Suite, numbers: set[int], data: st.DataObject, seed: int
) -> None:
    names = [str(number) for number in sorted(numbers)]
    seeded = replace(suite, seed=seed)
    one = list(blocks(seeded, {"d": examples(names)}))
    other = list(blocks(seeded, {"d": examples(data.draw(st.permutations(names)))}))
    assert one == other
    drawn = [example.id for block in one for example in block["d", "en"]]
    assert sorted(drawn) == sorted(names)
    sizes = [len(block["d", "en"]) for block in one]
    assert [sum(sizes[: number + 1]) for number in range(len(sizes))] == list(looks(len(names)))


def test_another_seed_is_another_order(suite: Suite) -> None:
    names = [str(number) for number in range(40)]
    orders = [str(list(blocks(replace(suite, seed=seed), {"d": examples(names)}))) for seed in (0, 1)]
    assert orders[0] != orders[1]


def test_each_dataset_and_language_has_looks_of_its_own(suite: Suite) -> None:
    many, few = examples([str(number) for number in range(100)]), examples(list("abc"))
    other = [replace(example, language="de") for example in few]
    made = list(blocks(suite, {"d": [*many, *other], "e": few}))
    assert [{place: len(group) for place, group in block.items()} for block in made[:2]] == [
        {("d", "en"): 32, ("d", "de"): 3, ("e", "en"): 3},
        {("d", "en"): 8},
    ]


@pytest.mark.parametrize(("answer", "verdict"), [(STEADY, "passed"), ("", "failed")])
def test_a_cell_that_is_certain_stops_and_says_after_how_many(tmp_path: Path, answer: str, verdict: str) -> None:
    cells = planned(tmp_path, UPPER, extra=EARLY, rows=TEXTS, **({"answer": answer} if answer else {}))
    execution = ran(cells, tmp_path)
    (record,) = records_of(execution, cells).values()
    counts = record.counts
    assert record.verdict == verdict
    assert record.reason.endswith(f"; certain after {counts.tested} of 300 cases")
    assert counts.tested in looks(300)
    assert (counts.selected, counts.spared, execution.cost.spared) == (300, 300 - counts.tested, 300 - counts.tested)
    assert len(asked(tmp_path)) == 2 * counts.tested < 300
    assert len(outcomes_of(execution)["s", cells[0].id]) == counts.tested


def test_it_stops_at_the_first_look_that_decides(tmp_path: Path) -> None:
    record = only(planned(tmp_path, UPPER, extra=EARLY, rows=TEXTS, answer=STEADY), tmp_path)
    earlier = [look for look in looks(300) if look < record.counts.tested]
    deciding = [look for look in looks(300) if sequential_mean(np.ones(look), 0.9).low >= 0.7]
    assert record.counts.tested == deciding[0]
    assert earlier == [look for look in looks(300) if look not in deciding]


def test_an_uncertain_cell_asks_for_all_and_says_nothing_of_it(tmp_path: Path) -> None:
    record = only(planned(tmp_path, UPPER, extra=EARLY, rows=TEXTS, answer=MOODY.replace('"ab"', '"aaaaab"')), tmp_path)
    assert (record.verdict, record.counts.spared, record.counts.tested) == ("inconclusive", 0, 300)
    assert "certain" not in record.reason


def test_all_gates_of_a_cell_must_be_certain(tmp_path: Path) -> None:
    gates = "[consistency >= 0.5, accuracy drop <= 0.02]"
    both = only(planned(tmp_path, UPPER.replace("[consistency >= 0.7]", gates), extra=EARLY, rows=TEXTS, answer=STEADY),
                tmp_path)  # fmt: skip
    one = only(planned(tmp_path / "one", UPPER, extra=EARLY, rows=TEXTS, answer=STEADY), tmp_path / "one")
    assert both.counts.tested > one.counts.tested


def test_enough_cases_come_first(tmp_path: Path) -> None:
    check = UPPER.replace("gates", "min_tested: 200, gates")
    record = only(planned(tmp_path, check, extra=EARLY, rows=TEXTS, answer=STEADY), tmp_path)
    assert (record.verdict, record.counts.tested) == ("passed", min(look for look in looks(300) if look >= 200))


def test_a_cell_alone_stops_where_it_stops_among_others(tmp_path: Path) -> None:
    checks = (
        f"{UPPER}\n- {{expect: invariance, perturbations: [typos.delete, typos.swap], gates: [consistency >= 0.8]}}"
    )
    cells = planned(tmp_path, checks, extra=EARLY, rows=TEXTS, answer=HALF)
    whole = ran(cells, tmp_path / "whole")
    for cell in cells:
        alone = ran([cell], tmp_path / "alone")
        assert records_of(alone, [cell])[cell.id] == records_of(whole, cells)[cell.id]
        assert outcomes_of(alone) == {("s", cell.id): outcomes_of(whole)["s", cell.id]}


def test_cells_that_go_on_ask_for_what_others_were_spared(tmp_path: Path) -> None:
    checks = f"{UPPER}\n- {{expect: invariance, perturbations: [typos.swap], gates: [consistency >= 0.995]}}"
    found = records_of(ran(cells := planned(tmp_path, checks, extra=EARLY, rows=TEXTS, answer=STEADY), tmp_path), cells)
    upper, swap = found.values()
    assert (upper.counts.spared > 0, swap.counts.spared) == (True, 0)
    assert len(asked(tmp_path)) == 300 + swap.counts.tested + upper.counts.tested


GATES = {
    "consistency >= 0.9": True,
    "worst case >= 0.5": True,
    "accuracy drop <= 0.1": True,
    "consistency >= 0.9, kappa >= 0.5": False,  # of all examples together
    "macro f1 >= 0.5": False,
    "severity area >= 0.8": False,  # of several cells
    "consistency >= 0.9, severity area >= 0.8": False,
}


@pytest.mark.parametrize(("gates", "stops"), list(GATES.items()), ids=list(GATES))
def test_only_means_of_one_cell_stop_early_and_only_on_request(tmp_path: Path, gates: str, stops: bool) -> None:
    check = f"- {{expect: invariance, perturbations: [typos.swap], severities: [1, 5], gates: [{gates}]}}"
    assert {cell.stops_early for cell in planned(tmp_path, check, extra=EARLY)} == {stops}
    assert not any(cell.stops_early for cell in planned(tmp_path, check))


def test_without_room_a_cell_that_was_not_certain_yet_is_not_tested(tmp_path: Path) -> None:
    cells = planned(tmp_path, UPPER, extra=EARLY, rows=TEXTS, answer=STEADY)
    certain = only(cells, tmp_path)
    enough = 2 * certain.counts.tested
    assert only(cells, tmp_path / "enough", Budget(enough)) == certain
    short = only(cells, tmp_path / "short", Budget(enough - 1))
    assert (short.verdict, short.counts.not_asked) == ("not tested", 1)


def test_bounds_hold_at_all_looks_together_those_of_noise_too(tmp_path: Path) -> None:
    cells = planned(tmp_path, UPPER, model=", replicates: 2", extra=EARLY, rows=TEXTS[:60], answer=MOODY)
    once = [replace(cell, suite=replace(cell.suite, early_stop=False)) for cell in cells]
    wide, narrow = (only(group, tmp_path).measures for group in (cells, once))
    for name in ("consistency", "accuracy", "accuracy drop", NOISE):
        assert wide[name].value == pytest.approx(narrow[name].value)
        assert wide[name].high - wide[name].low > narrow[name].high - narrow[name].low
