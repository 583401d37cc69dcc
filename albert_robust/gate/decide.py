"""Decide: an estimate against a gate, gates against each other, and what a suite makes of a failure."""

from collections.abc import Sequence
from math import ceil
from statistics import NormalDist

from albert_robust.running.cell import Item
from albert_robust.running.records import GateRecord, Verdict
from albert_robust.scoring.statistics import Estimate
from albert_robust.suite.gates import Gate

WORST_FIRST: tuple[Verdict, ...] = ("error", "failed", "inconclusive", "passed")


def decide(gate: Gate, estimate: Estimate, confidence: float) -> GateRecord:
    """Return what a gate says of an estimate whose bounds are each at `confidence`."""
    verdict, reason = _against(gate, estimate, confidence)
    return GateRecord(str(gate), gate.measure, gate.at_least, gate.bound, estimate, verdict, reason)


def together(gates: Sequence[GateRecord]) -> tuple[Verdict, str]:
    """Return the worst verdict of gates and its reasons; without a gate nothing was demanded, and that is met."""
    for verdict in WORST_FIRST:
        reasons = [gate.reason for gate in gates if gate.verdict == verdict]
        if reasons:
            return verdict, "; ".join(reasons)
    return "passed", ""


def excused(item: Item, reason: str) -> tuple[Verdict, str]:
    """Return what a missed gate is: a known failure until its last day, a warning where the check asks for that."""
    mark = item.mark
    if mark is not None and mark.xfail:
        if not mark.expired(item.suite.today):
            return "known failure", f"{mark.xfail}: {reason}"
        reason = f"known failure until {mark.until}, which is over ({mark.xfail}): {reason}"
    return ("warned" if item.check.on_failure == "warn" else "failed"), reason


def _against(gate: Gate, estimate: Estimate, confidence: float) -> tuple[Verdict, str]:
    if not estimate.measured:
        return "inconclusive", f"{gate.measure}: nothing was measured, gate {_sign(gate)}"
    shown = f"{gate.measure} {estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}], gate {_sign(gate)}"
    met = estimate.low >= gate.bound if gate.at_least else estimate.high <= gate.bound
    missed = estimate.high < gate.bound if gate.at_least else estimate.low > gate.bound
    if met:
        return "passed", shown
    if missed:
        return "failed", shown
    return "inconclusive", f"{shown}: {_needed(gate, estimate, confidence)}"


def _sign(gate: Gate) -> str:
    return f"{'>=' if gate.at_least else '<='} {gate.bound:.2f}"


def _needed(gate: Gate, estimate: Estimate, confidence: float) -> str:
    """Return how many examples would decide the gate, were the value to stay (normal approximation)."""
    distance = abs(estimate.value - gate.bound)
    if distance < 0.005:
        return f"{estimate.clusters} examples do not decide it; the value lies on the bound"
    z = NormalDist().inv_cdf(confidence)
    half = max(estimate.high - estimate.value, estimate.value - estimate.low)
    n = ceil(estimate.clusters * (half / distance) ** 2)
    return f"{estimate.clusters} examples do not decide it, about {max(n, ceil(z * z))} would"
