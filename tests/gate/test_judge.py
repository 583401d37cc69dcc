"""Verdicts from a one-sided bound over whole examples."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from counted import record_of
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.gate.decide import decide
from albert_robust.results.outcome import Outcome, Status
from albert_robust.results.records import CellRecord
from albert_robust.running.cell import Cell
from albert_robust.running.plan import plan
from albert_robust.scoring.statistics import Estimate
from albert_robust.suite.gates import Gate
from albert_robust.suite.load import load_suite
from albert_robust.suite.measure import measure_named

SUITE = """
task: text-classification
model: {{python: "m:f"}}
datasets: {{d: {{path: d.jsonl, language: en}}}}
checks: [{{expect: {expect}, {more}gates: [{gate}]}}]
on_inconclusive: pass
"""
OUTCOME = Outcome("s", "c", "1", "en", 0, "tested", {"text": "a"}, {"text": "b"}, references=("good",))


ALLOW = " (a suite's `max_errors:` allows a few)"


@pytest.fixture
def cell(write: Callable[..., Path]) -> Callable[..., Cell]:
    """Return a function from a gate to a cell that has it."""

    def made(
        gate: str = "consistency >= 0.9", expect: str = "invariance", more: str = "", undecided: str = "warn"
    ) -> Cell:
        if expect != "reference":
            more += f"perturbations: [{'semantics.negate' if expect == 'direction' else 'typos.swap'}], "
        text = SUITE.format(gate=gate, expect=expect, more=more)
        suite = load_suite(write(d_dot_jsonl='{"text": "a"}', s_dot_robust_dot_yaml=text))
        first = plan(suite).cells[0]
        return replace(first, check=replace(first.check, on_inconclusive=undecided))

    return made


def cases(agreements: Sequence[float], variants: int = 1) -> list[Outcome]:
    """Return tested outcomes: an example an agreement, each with some equal variants."""
    return [
        replace(
            OUTCOME,
            example=str(number),
            replicate=replicate,
            before="good",
            after="good" if agreement else "bad",
            agreement=agreement,
            quality_before={"accuracy": 1.0},
            quality_after={"accuracy": agreement},
        )
        for number, agreement in enumerate(agreements)
        for replicate in range(variants)
    ]


def interval(record: CellRecord, measure: str = "consistency") -> tuple[float, float]:
    return record.measures[measure].low, record.measures[measure].high


@pytest.mark.parametrize(
    ("same", "flipped", "verdict"),
    [(30, 0, "passed"), (28, 0, "inconclusive"), (29, 0, "passed"), (9, 1, "inconclusive"), (15, 15, "failed")],
)
def test_a_gate_is_met_missed_or_undecided(cell: Callable[..., Cell], same: int, flipped: int, verdict: str) -> None:
    # Of n equal outputs the exact bound is 0.05 ^ (1 / n): at least 0.9 from n = 29 on.
    assert record_of(cell(), cases([1.0] * same + [0.0] * flipped)).verdict == verdict


@pytest.mark.parametrize(("undecided", "verdict"), [("pass", "passed"), ("warn", "inconclusive"), ("fail", "failed")])
def test_a_suite_says_what_is_made_of_an_undecided_gate(
    cell: Callable[..., Cell], undecided: str, verdict: str
) -> None:
    found = record_of(cell(undecided=undecided), cases([1.0] * 28))
    assert found.verdict == verdict
    assert found.gates[0].verdict == "inconclusive"
    assert ("what is undecided passes here" in found.reason) == (undecided == "pass")


@pytest.mark.parametrize(("undecided", "verdict"), [("pass", "inconclusive"), ("fail", "failed")])
def test_a_gate_of_which_nothing_was_measured_never_passes(
    cell: Callable[..., Cell], undecided: str, verdict: str
) -> None:
    unlabelled = [replace(case, quality_before={}, quality_after={}) for case in cases([1.0] * 28)]
    found = record_of(cell("accuracy >= 0.5", undecided=undecided), unlabelled)
    assert found.verdict == verdict
    assert found.reason.startswith("accuracy: nothing was measured")


@pytest.mark.parametrize(
    ("gate", "estimate", "shown"),
    [
        (("consistency", True, 0.9), (0.95, 0.92, 0.97), "consistency 0.95 [0.92, 0.97], gate >= 0.90"),
        (("consistency", True, 0.995), (0.9946, 0.994, 0.9949), "consistency 0.9946 [0.9940, 0.9949], gate >= 0.995"),
        (("flip rate", False, 0.001), (0.003, 0.002, 0.004), "flip rate 0.003 [0.002, 0.004], gate <= 0.001"),
        (("consistency", True, 0.9), (0.9 + 1e-12, 0.9, 0.9), "consistency 0.90 [0.90, 0.90], gate >= 0.90"),
    ],
)
def test_a_message_has_as_many_digits_as_tell_an_estimate_from_its_gate(
    gate: tuple[str, bool, float], estimate: tuple[float, float, float], shown: str
) -> None:
    name, at_least, bound = gate
    assert decide(Gate(measure_named(name), at_least, bound), Estimate(*estimate, 1000)).reason == shown


def test_the_bound_is_one_sided_at_the_suites_confidence(cell: Callable[..., Cell]) -> None:
    low, high = interval(record_of(cell(), cases([1.0] * 10)))
    assert (low, high) == pytest.approx((0.05**0.1, 1), abs=1e-6)


@pytest.mark.parametrize("gate", ["consistency >= 0.9", "flip rate <= 0.1", "accuracy >= 0.9", "accuracy drop <= 0.2"])
def test_a_gate_reads_in_either_direction(cell: Callable[..., Cell], gate: str) -> None:
    assert record_of(cell(gate), cases([1.0] * 40)).verdict == "passed"
    assert record_of(cell(gate), cases([0.0] * 40)).verdict == "failed"


def test_a_direction_passes_where_outputs_change(cell: Callable[..., Cell]) -> None:
    direction = cell("sensitivity >= 0.5", "direction")
    assert [record_of(direction, cases([value] * 20)).verdict for value in (0.0, 1.0)] == ["passed", "failed"]


def test_the_worst_gate_decides(cell: Callable[..., Cell]) -> None:
    record = record_of(cell("consistency >= 0.1, accuracy >= 0.9"), cases([1.0] * 10 + [0.0] * 10))
    assert ([gate.verdict for gate in record.gates], record.verdict) == (["passed", "failed"], "failed")


def test_an_undecided_gate_says_how_many_examples_would_decide(cell: Callable[..., Cell]) -> None:
    reason = record_of(cell(), cases([1.0] * 38 + [0.0] * 2)).reason
    found = re.search(r": 40 examples do not decide it, about ([\d,]+) would$", reason)
    assert found is not None
    times = -(-int(found[1].replace(",", "")) // 20)
    assert record_of(cell(), cases(([1.0] * 19 + [0.0]) * times)).verdict == "passed"


@given(value=st.floats(-1, 1), low=st.floats(0, 1), high=st.floats(0, 1), bound=st.floats(0, 1), at_least=st.booleans())
def test_how_many_examples_would_decide_is_a_number_of_them(
    value: float, low: float, high: float, bound: float, at_least: bool
) -> None:
    estimate = Estimate(value, value - low, value + high, 10)
    record = decide(Gate(measure_named("consistency"), at_least, bound), estimate)
    if found := re.search(r"about (-?[\d,]+) would$", record.reason):
        assert int(found[1].replace(",", "")) > 0


def test_a_gate_at_one_that_nothing_speaks_against_is_not_missed(cell: Callable[..., Cell]) -> None:
    verdicts = {record_of(cell("consistency >= 1"), cases([1.0] * count)).verdict for count in range(1, 60)}
    assert verdicts == {"inconclusive"}


def test_an_error_is_never_a_pass(cell: Callable[..., Cell]) -> None:
    broken = replace(OUTCOME, example="7", status="error", message="boom")
    record = record_of(cell(), [*cases([1.0] * 100), broken])
    assert (record.verdict, record.reason) == ("error", f"1 of 101 cases are errors{ALLOW}; example 7: boom")


def test_an_error_is_told_however_long_the_id_of_its_example_is(cell: Callable[..., Cell]) -> None:
    broken = replace(OUTCOME, example="id" * 5000, status="error", message="boom")
    assert record_of(cell(), [broken]).reason == f"1 of 1 cases are errors; example {'id' * 30}: boom"


def test_fewer_tested_cases_than_asked_for_fail_and_say_why(cell: Callable[..., Cell]) -> None:
    demanding = cell(more="min_tested: 40, ")
    assert record_of(demanding, cases([1.0] * 40)).verdict == "passed"
    record = record_of(demanding, [*cases([1.0] * 39), replace(OUTCOME, status="unchanged")])
    assert (record.verdict, record.reason) == ("failed", "39 of 40 cases could be tested, fewer than 40: 1 unchanged")


@pytest.mark.parametrize("status", ["unchanged", "rejected"])
def test_nothing_tested_fails_and_measures_nothing(cell: Callable[..., Cell], status: Status) -> None:
    record = record_of(cell(), [replace(OUTCOME, status=status, agreement=None)] * 5)
    assert (record.verdict, record.measures["consistency"].measured) == ("failed", False)
    assert record_of(cell(), []).verdict == "failed"


def test_where_too_few_cases_are_left_it_is_told_why_others_were_rejected(cell: Callable[..., Cell]) -> None:
    strayed = replace(OUTCOME, status="rejected", agreement=None, message="other places")
    record = record_of(cell(), [strayed] * 5)
    assert record.reason == "0 of 5 cases could be tested, fewer than 1: 5 rejected (other places)"


@pytest.mark.parametrize(("named", "told"), [("typos.*", True), ("typos.swap", False)])
def test_where_a_family_was_named_and_nothing_tested_its_member_can_be_left_out(
    write: Callable[..., Path], named: str, told: bool
) -> None:
    text = SUITE.format(gate="consistency >= 0.9", expect="invariance", more=f"perturbations: [{named}], ")
    cells = plan(load_suite(write(d_dot_jsonl='{"text": "a"}', s_dot_robust_dot_yaml=text))).cells
    swap = next(cell for cell in cells if cell.perturbation == "typos.swap@2")
    unchanged = replace(OUTCOME, status="unchanged", agreement=None)
    way_out = "; `except: [typos.swap]` leaves it out of the check"
    assert record_of(swap, [unchanged] * 5).reason.endswith(way_out) == told
    assert way_out not in record_of(swap, [*cases([0.0] * 4), unchanged]).reason


def test_a_perturbation_of_other_languages_is_not_applicable(cell: Callable[..., Cell]) -> None:
    other = replace(OUTCOME, status="not applicable", message="not in en")
    record = record_of(cell(), [other] * 3)
    assert (record.verdict, record.reason, record.counts.not_applicable) == ("not applicable", "not in en", 3)


def test_more_variants_of_the_same_examples_do_not_narrow_an_interval(cell: Callable[..., Cell]) -> None:
    agreements = [1.0] * 8 + [0.0] * 4
    one, many = record_of(cell(), cases(agreements)), record_of(cell(), cases(agreements, variants=50))
    for measure in ("consistency", "accuracy", "accuracy drop"):
        assert interval(many, measure) == pytest.approx(interval(one, measure))
    assert many.measures["consistency"].clusters == 12


def test_more_examples_do_narrow_it(cell: Callable[..., Cell]) -> None:
    few, many = (interval(record_of(cell(), cases([1.0, 1.0, 0.0] * times))) for times in (4, 40))
    assert few[0] < many[0] < many[1] < few[1]


def test_a_reference_check_judges_the_originals(cell: Callable[..., Cell]) -> None:
    outcomes = [replace(one, agreement=None, quality_after={}) for one in cases([1.0] * 40)]
    record = record_of(cell("accuracy >= 0.9", "reference"), outcomes)
    assert (record.verdict, sorted(record.measures)) == ("passed", ["accuracy", "kappa", "macro f1"])


def test_macro_f1_is_the_mean_over_labels(cell: Callable[..., Cell]) -> None:
    # The example of scikit-learn's f1_score: [0, 1, 2, 0, 1, 2] against [0, 2, 1, 0, 0, 1], average="macro": 0.26...
    pairs = zip("012012", "021001", strict=True)
    outcomes = [
        replace(OUTCOME, example=str(n), references=(true,), after=said) for n, (true, said) in enumerate(pairs)
    ]
    found = record_of(cell("macro f1 >= 0.9", "reference"), outcomes).measures["macro f1"]
    assert found.value == pytest.approx(0.26666667)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_a_dataset_without_references_leaves_quality_unmeasured(cell: Callable[..., Cell]) -> None:
    outcomes = [replace(one, references=(), quality_before={}, quality_after={}) for one in cases([1.0] * 40)]
    record = record_of(cell("accuracy >= 0.9"), outcomes)
    assert (record.verdict, record.reason) == ("inconclusive", "accuracy: nothing was measured, gate >= 0.90")


def said(outputs: str, right: str) -> list[Outcome]:
    """Return outcomes of a reference check whose outputs and references are letters."""
    pairs = zip(outputs, right, strict=True)
    return [
        replace(OUTCOME, example=str(n), references=(true,), after=output) for n, (output, true) in enumerate(pairs)
    ]


def test_a_model_that_always_says_the_commonest_label_is_accurate_and_at_chance(cell: Callable[..., Cell]) -> None:
    outcomes = [
        replace(one, quality_before={"accuracy": float(one.after == one.references[0])})
        for one in said("a" * 400, "a" * 360 + "b" * 40)
    ]
    record = record_of(cell("accuracy >= 0.7, kappa >= 0.2", "reference"), outcomes)
    assert [gate.verdict for gate in record.gates] == ["passed", "failed"]


def test_worse_than_chance_is_no_less_than_unrelated(cell: Callable[..., Cell]) -> None:
    found = record_of(cell("kappa >= 0.5", "reference"), said("ab" * 10, "ba" * 10)).measures["kappa"]
    assert (found.value, found.low) == (0, 0)


def test_one_label_alone_leaves_kappa_unmeasured(cell: Callable[..., Cell]) -> None:
    record = record_of(cell("kappa >= 0.5", "reference"), said("a" * 30, "a" * 30))
    assert (record.verdict, record.reason) == ("inconclusive", "kappa: nothing was measured, gate >= 0.50")


def test_the_order_of_examples_moves_no_bound(cell: Callable[..., Cell]) -> None:
    there = cell("macro f1 >= 0.5", "reference")
    outcomes = said("aabbc" * 4, "abbac" * 4)
    assert record_of(there, outcomes).measures == record_of(there, outcomes[::-1]).measures


def test_labels_are_compared_by_name_only_where_a_gate_asks(cell: Callable[..., Cell]) -> None:
    assert "labs" not in record_of(cell("accuracy >= 0.9"), cases([1.0])).measures
    assert "labs drop" in record_of(cell("labs drop <= 0.9"), cases([1.0])).measures
