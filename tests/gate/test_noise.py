"""A gate that a model misses by its own noise, asked twice for the same, decides nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.gate.decide import above_noise
from albert_robust.results.records import GateRecord, Verdict
from albert_robust.scoring.statistics import Estimate
from albert_robust.suite.gates import Gate
from albert_robust.suite.measure import measure_named

SHARES = st.floats(0, 1)
MEASURES = ["consistency", "worst case", "flip rate", "sensitivity", "accuracy"]


def gate_of(measure: str, sign: str, bound: float) -> Gate:
    return Gate(measure_named(measure, main="consistency"), sign == ">=", bound)


def record(gate: Gate, verdict: Verdict) -> GateRecord:
    measured = Estimate(0.5, 0.4, 0.6, 99)
    return GateRecord(str(gate), gate.measure.name, gate.at_least, gate.bound, measured, verdict, "as measured")


def noise(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high, 99)


@pytest.mark.parametrize(
    ("measure", "sign", "bound", "verdict", "high", "drowned"),
    [
        ("consistency", ">=", 0.9, "failed", 0.8, True),  # no repeated original would meet it either
        ("consistency", ">=", 0.9, "failed", 0.95, False),
        ("consistency", ">=", 0.9, "passed", 0.8, False),
        ("worst case", ">=", 0.9, "failed", 0.8, True),
        ("flip rate", "<=", 0.1, "failed", 0.8, True),
        ("flip rate", "<=", 0.3, "failed", 0.8, False),
        ("sensitivity", ">=", 0.2, "passed", 0.7, True),  # repetition alone moves three outputs in ten
        ("sensitivity", ">=", 0.4, "passed", 0.7, False),
        ("sensitivity", ">=", 0.2, "failed", 0.7, False),
        ("consistency at 3", ">=", 0.9, "failed", 0.8, True),
        ("severity area", ">=", 0.9, "failed", 0.8, True),
        ("language gap", "<=", 0.1, "failed", 0.8, False),  # it is the same in all languages
        ("accuracy", ">=", 0.9, "failed", 0.1, False),  # of right and wrong answers it says nothing
    ],
)
def test_noise_decides_what_mere_repetition_would(
    measure: str, sign: str, bound: float, verdict: Verdict, high: float, drowned: bool
) -> None:
    gate = gate_of(measure, sign, bound)
    found = above_noise(record(gate, verdict), gate, noise(0.0, high))
    assert found.verdict == ("inconclusive" if drowned else verdict)
    if drowned:
        shown = f"{high / 2:.2f} [0.00, {high:.2f}]"
        assert found.reason == (
            f"as measured: noise decides it, the model agrees with itself in {shown} of repeated originals"
        )


@given(
    st.sampled_from(MEASURES), st.sampled_from([">=", "<="]), SHARES,
    st.sampled_from(["passed", "failed", "inconclusive"]), SHARES, SHARES,
)  # fmt: skip
def test_noise_never_turns_a_verdict_round_and_a_steady_model_has_none(
    measure: str, sign: str, bound: float, verdict: Verdict, one: float, other: float
) -> None:
    gate = gate_of(measure, sign, bound)
    before = record(gate, verdict)
    found = above_noise(before, gate, noise(*sorted((one, other))))
    assert found == before or found.verdict == "inconclusive"
    if bound > 0 or measure != "sensitivity":
        assert above_noise(before, gate, noise(1.0, 1.0)) == before
