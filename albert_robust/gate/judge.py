"""Judge: three verdicts from a one-sided confidence bound over whole examples.

A gate `consistency >= 0.9` passes when the lower bound is at least 0.9, fails when the upper bound is below it, and is
inconclusive in between: the examples do not decide it.
"""

from collections.abc import Sequence
from math import ceil
from statistics import NormalDist

from albert_robust.running.answers import answer_of
from albert_robust.running.plan import Cell
from albert_robust.running.records import CellRecord, Counts, GateRecord, Outcome, Verdict
from albert_robust.scoring.statistics import Estimate, cluster_means, mean_in_unit, paired_drop
from albert_robust.suite.gates import DROP, Gate

WORST_FIRST: tuple[Verdict, ...] = ("error", "failed", "inconclusive", "passed")


def judge(cell: Cell, outcomes: Sequence[Outcome]) -> CellRecord:
    """Return the verdict on a cell.

    Errors are never flips and never passes: one of them makes the cell an error. Fewer tested cases than the check's
    `min_tested` fail it.
    """
    counts = count(outcomes)
    measured = measures(cell, [outcome for outcome in outcomes if outcome.status == "tested"])
    gates = tuple(_decide(gate, measured[gate.measure], cell.suite.confidence) for gate in cell.check.gates)
    verdict, reason = _verdict(cell, counts, gates, outcomes)
    tested_enough = counts.tested >= cell.check.min_tested
    if verdict == "failed" and tested_enough and cell.mark is not None and cell.mark.xfail:
        verdict, reason = "known failure", f"{cell.mark.xfail}: {reason}"
    return CellRecord(
        suite=cell.suite.name,
        cell=cell.id,
        task=cell.suite.task.name,
        expectation=cell.check.expectation,
        dataset=cell.dataset,
        perturbation=cell.perturbation,
        contract=contract(cell),
        language=cell.language,
        verdict=verdict,
        reason=reason,
        gates=gates,
        measures=measured,
        counts=counts,
        order=cell.order,
    )


def contract(cell: Cell) -> str:
    """Return what the cell's perturbation promises, such as `preserves meaning`."""
    if cell.spec is None:
        return ""
    steps = [cell.suite.registry.get(step.name) for step in cell.spec.steps]
    altering = [step.alters for step in steps if step.alters]
    return f"alters {altering[0]}" if altering else f"preserves {steps[0].preserves}"


def count(outcomes: Sequence[Outcome]) -> Counts:
    """Return the accounting of a cell's cases."""

    def of(status: str) -> int:
        return sum(outcome.status == status for outcome in outcomes)

    return Counts(
        selected=len(outcomes),
        not_applicable=of("not applicable"),
        unchanged=of("unchanged"),
        rejected=of("rejected"),
        error=of("error"),
        tested=of("tested"),
        flipped=sum(outcome.flipped for outcome in outcomes),
    )


def measures(cell: Cell, tested: Sequence[Outcome]) -> dict[str, Estimate]:
    """Return all measures of a cell, each with its two one-sided bounds as an interval."""
    confidence = 2 * cell.suite.confidence - 1
    examples = [outcome.example for outcome in tested]
    found: dict[str, Estimate] = {}
    if cell.check.expectation != "reference":
        means = cluster_means([outcome.agreement or 0.0 for outcome in tested], examples)
        consistency = mean_in_unit(means, confidence)
        found["consistency"] = consistency
        found["flip rate"] = found["sensitivity"] = _complement(consistency)
    reference = cell.check.expectation == "reference"
    for name in cell.suite.qualities:
        found |= _quality(name, tested, reference, confidence)
    referenced = [outcome for outcome in tested if outcome.references]
    for name, aggregate in cell.suite.task.aggregates.items():
        answers = [answer_of(cell, outcome, "after") for outcome in referenced]
        found[name] = aggregate.measure(answers, [outcome.example for outcome in referenced], confidence)
    return found


def _quality(name: str, tested: Sequence[Outcome], reference: bool, confidence: float) -> dict[str, Estimate]:
    scored = [outcome for outcome in tested if name in outcome.quality_before]
    examples = [outcome.example for outcome in scored]
    before = cluster_means([outcome.quality_before[name] for outcome in scored], examples)
    if reference:
        return {name: mean_in_unit(before, confidence)}
    after = cluster_means([outcome.quality_after[name] for outcome in scored], examples)
    return {name: mean_in_unit(after, confidence), f"{name}{DROP}": paired_drop(before, after, confidence)}


def _complement(estimate: Estimate) -> Estimate:
    return Estimate(1 - estimate.value, 1 - estimate.high, 1 - estimate.low, estimate.clusters)


def _decide(gate: Gate, estimate: Estimate, confidence: float) -> GateRecord:
    verdict, reason = _against(gate, estimate, confidence)
    return GateRecord(str(gate), gate.measure, gate.at_least, gate.bound, estimate, verdict, reason)


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


def _verdict(
    cell: Cell, counts: Counts, gates: tuple[GateRecord, ...], outcomes: Sequence[Outcome]
) -> tuple[Verdict, str]:
    if counts.selected and counts.not_applicable == counts.selected:
        return "not applicable", outcomes[0].message
    if counts.error:
        first = next(outcome for outcome in outcomes if outcome.status == "error")
        return "error", f"{counts.error} of {counts.selected} cases are errors; {first.example}: {first.message}"
    if counts.tested < cell.check.min_tested:
        return (
            "failed",
            f"{counts.tested} of {counts.selected} cases could be tested, fewer than {cell.check.min_tested}",
        )
    for verdict in WORST_FIRST:
        reasons = [gate.reason for gate in gates if gate.verdict == verdict]
        if reasons:
            return verdict, "; ".join(reasons)
    return "passed", ""
