"""Originals that are asked several times: each answer is one of its own, and how alike they are is a measure."""

from collections import Counter
from pathlib import Path

import pytest
from counted import CALM, MOODY, asked, outcomes_of, planned, ran, records_of

from albert_robust.gate import judge_across
from albert_robust.gate.decide import NOISE
from albert_robust.running.across import across

UPPER = "- {expect: invariance, perturbations: [case.upper], gates: [consistency >= 0.7]}"
TURNS = """
from collections import Counter
SEEN = Counter()

def answer(text):
    SEEN[text] += 1
    return "ab"[SEEN[text] % 3 == 2]
"""


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_original_is_asked_so_often_and_each_variant_once(tmp_path: Path, count: int) -> None:
    cells = planned(tmp_path, UPPER, model=f", replicates: {count}")
    ran(cells, tmp_path)
    found = Counter(asked(tmp_path))
    assert {times for text, times in found.items() if not text.isupper()} == {count}
    assert {times for text, times in found.items() if text.isupper()} == {1}
    assert len(found) == 24


def test_an_original_that_several_cells_share_is_asked_no_more_often(tmp_path: Path) -> None:
    more = UPPER + "\n- {expect: direction, perturbations: [semantics.negate]}\n"
    ran(planned(tmp_path, more, model=", replicates: 3"), tmp_path)
    assert Counter(Counter(asked(tmp_path)).values()) == {3: 12, 1: 24}


def test_a_reference_check_has_nothing_to_ask_again(tmp_path: Path) -> None:
    ran(planned(tmp_path, "- {expect: reference, gates: [accuracy >= 0.5]}", model=", replicates: 4"), tmp_path)
    assert set(Counter(asked(tmp_path)).values()) == {1}


def test_a_second_run_asks_nothing_and_finds_the_same(tmp_path: Path) -> None:
    cells = planned(tmp_path, UPPER, model=", replicates: 3", answer=MOODY)
    first = records_of(ran(cells, tmp_path, run="a"), cells)
    before = asked(tmp_path)
    assert records_of(ran(cells, tmp_path, run="b"), cells) == first
    assert asked(tmp_path) == before


def test_more_replicates_leave_the_first_answers_as_they_are(tmp_path: Path) -> None:
    once = outcomes_of(ran(planned(tmp_path, UPPER, answer=TURNS), tmp_path, run="a"))
    often = outcomes_of(ran(planned(tmp_path, UPPER, model=", replicates: 3", answer=TURNS), tmp_path, run="b"))
    assert often == once
    assert len(asked(tmp_path)) == 24 + 2 * 12


def test_self_consistency_is_the_mean_agreement_of_all_pairs_of_answers(tmp_path: Path) -> None:
    cells = planned(tmp_path, UPPER, model=", replicates: 3", answer=TURNS)
    found = records_of(ran(cells, tmp_path), cells)[cells[0].id].measures[NOISE]
    # a, b, a: one pair of three agrees.
    assert found.value == pytest.approx(1 / 3)
    assert found.clusters == 12


@pytest.mark.parametrize(("count", "measured"), [(1, False), (2, True)])
def test_a_model_asked_once_has_no_self_consistency(tmp_path: Path, count: int, measured: bool) -> None:
    cells = planned(tmp_path, UPPER, model=f", replicates: {count}", answer=CALM)
    record = records_of(ran(cells, tmp_path), cells)[cells[0].id]
    assert (NOISE in record.measures) is measured
    assert record.verdict == "failed"


def test_what_mere_repetition_changes_is_held_against_no_variant(tmp_path: Path) -> None:
    texts = [f"film {number} is so" for number in range(99)]
    for count, verdict in ((1, "failed"), (4, "inconclusive")):
        cells = planned(tmp_path / str(count), UPPER, model=f", replicates: {count}", answer=MOODY, rows=texts)
        record = records_of(ran(cells, tmp_path / str(count)), cells)[cells[0].id]
        assert record.verdict == verdict
    assert ": noise decides it, the model agrees with itself in 0." in record.reason


def test_an_original_that_the_model_cannot_answer_is_not_asked_again(tmp_path: Path) -> None:
    broken = "\ndef answer(text):\n    if '3' in text:\n        raise ValueError(text)\n    return 'calm'\n"
    cells = planned(tmp_path, UPPER, model=", replicates: 3, batch: 1", answer=broken)
    record = records_of(ran(cells, tmp_path), cells)[cells[0].id]
    assert (record.counts.error, record.counts.tested) == (1, 11)
    assert Counter(asked(tmp_path))["the weather in town 3 was lovely"] == 1


@pytest.mark.parametrize("gate", ["consistency at 2 >= 0.7", "worst case >= 0.7"])
def test_noise_decides_no_gate_on_several_variants(tmp_path: Path, gate: str) -> None:
    several = f"- {{expect: invariance, perturbations: [typos.swap], variants: 2, gates: [{gate}]}}"
    texts = [f"film {number} is rather long and so slow" for number in range(60)]
    cells = planned(tmp_path, several, model=", replicates: 4", answer=MOODY, rows=texts)
    assert records_of(ran(cells, tmp_path), cells)[cells[0].id].verdict == "inconclusive"


@pytest.mark.parametrize("measure", ["severity area", "severity worst case"])
def test_noise_decides_no_gate_over_severities(tmp_path: Path, measure: str) -> None:
    severe = f"- {{expect: invariance, perturbations: [typos.swap], severities: [1, 5], gates: [{measure} >= 0.8]}}"
    texts = [f"film {number} is rather long and so slow" for number in range(60)]
    verdicts = []
    for count in (1, 4):
        cells = planned(tmp_path / str(count), severe, model=f", replicates: {count}", answer=MOODY, rows=texts)
        [item] = across(cells)
        execution = ran(cells, tmp_path / str(count))
        verdicts.append(judge_across(item, {cell.id: execution.tallies["s", cell.id] for cell in cells}).verdict)
    assert verdicts == ["failed", "inconclusive"]


def test_a_repeat_that_fails_is_an_error_and_no_agreement(tmp_path: Path) -> None:
    once = """
from collections import Counter
SEEN = Counter()

def answer(text):
    SEEN[text] += 1
    if SEEN[text] > 1:
        raise ValueError("tired")
    return "calm"
"""
    cells = planned(tmp_path, UPPER, model=", replicates: 2", answer=once)
    record = records_of(ran(cells, tmp_path), cells)[cells[0].id]
    assert (record.verdict, record.counts.error) == ("error", 12)
    assert "the original, asked again: the model raises ValueError: tired" in record.reason
