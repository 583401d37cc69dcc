"""Judge: three verdicts from a one-sided confidence bound over whole examples.

A gate `consistency >= 0.9` passes when the lower bound is at least 0.9, fails when the upper bound is below it, and is
inconclusive in between: the examples do not decide it.
"""

from collections.abc import Sequence
from math import comb

import numpy as np

from albert_robust.gate.decide import decide, excused, together
from albert_robust.running.answers import answer_of
from albert_robust.running.plan import Cell
from albert_robust.running.records import CellRecord, Counts, GateRecord, Outcome, Verdict
from albert_robust.scoring.statistics import Estimate, cluster_means, mean_in_unit, paired_drop
from albert_robust.suite.gates import DROP, WORST_CASE


def judge(cell: Cell, outcomes: Sequence[Outcome]) -> CellRecord:
    """Return the verdict on a cell.

    Errors are never flips and never passes: one of them makes the cell an error. Fewer tested cases than the check's
    `min_tested` fail it, and neither a mark nor the check excuses that.
    """
    counts = count(outcomes)
    measured = measures(cell, [outcome for outcome in outcomes if outcome.status == "tested"])
    gates = tuple(decide(gate, measured[gate.measure], cell.suite.confidence) for gate in cell.check.gates)
    verdict, reason = _verdict(cell, counts, gates, outcomes)
    tested_enough = counts.tested >= cell.check.min_tested
    if verdict == "failed" and tested_enough:
        verdict, reason = excused(cell, reason)
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
    if cell.check.expectation == "invariance" and (cell.check.variants > 1 or _named(cell)):
        found |= _breaks(cell, tested, confidence)
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


def _named(cell: Cell) -> bool:
    return any(gate.measure == WORST_CASE or gate.variants for gate in cell.check.gates)


def _breaks(cell: Cell, tested: Sequence[Outcome], confidence: float) -> dict[str, Estimate]:
    """Return the share of examples that no variant breaks, and `consistency at k` for each k that a gate names.

    The latter is how likely k variants of an example, drawn from all of them, all agree: C(agreeing, k) / C(variants, k),
    unbiased as pass@k of Chen et al. (2021), arXiv:2107.03374, and pass^k of Yao et al. (2024), arXiv:2406.12045.
    """
    held: dict[str, list[bool]] = {}
    for outcome in tested:
        held.setdefault(outcome.example, []).append((outcome.agreement or 0.0) >= cell.check.agrees_at)
    found = {WORST_CASE: mean_in_unit(np.array([float(all(each)) for each in held.values()]), confidence)}
    for gate in cell.check.gates:
        if k := gate.variants:
            shares = [comb(sum(each), k) / comb(len(each), k) for each in held.values() if len(each) >= k]
            found[gate.measure] = mean_in_unit(np.array(shares), confidence)
    return found


def _complement(estimate: Estimate) -> Estimate:
    return Estimate(1 - estimate.value, 1 - estimate.high, 1 - estimate.low, estimate.clusters)


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
    return together(gates)
