"""Judge: three verdicts from a one-sided confidence bound over whole examples.

A gate `consistency >= 0.9` passes when the lower bound is at least 0.9, fails when the upper bound is below it, and is
inconclusive in between: the examples do not decide it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import comb
from operator import itemgetter

import numpy as np

from albert_robust.gate.decide import (
    NOISE,
    above_noise,
    as_suite_says,
    decide,
    despite_errors,
    errors_told,
    not_asked,
    together,
    too_few,
    too_many_errors,
)
from albert_robust.results.records import CellRecord, Counts, GateRecord, SliceRecord, Verdict
from albert_robust.results.series import Series
from albert_robust.results.tally import Tally
from albert_robust.running.cell import Cell, Item
from albert_robust.scoring.gaps import gap, widest
from albert_robust.scoring.sequential import sequential_drop, sequential_mean
from albert_robust.scoring.statistics import Estimate, Floats, mean_drop, mean_in_unit
from albert_robust.suite.expectations import DIRECTED
from albert_robust.suite.gates import Gate
from albert_robust.suite.measure import DROP, WORST_CASE, spelled

SHOWN_FAULTS = 3


def judge(cell: Cell, tally: Tally) -> CellRecord:
    """Return the verdict on a cell.

    Errors are never flips and never passes. More of them than the suite's `max_errors` make the cell an error. With fewer, the
    tested cases decide, and the cell passes only if it would with every error as the worst possible answer. Fewer tested cases
    than the check's `min_tested` fail it, and neither a mark nor the check excuses that.
    """
    counts, measured, slices = tally.counts, measures(cell, tally), tuple(_slices(cell, tally))
    gates = _decided(cell, tally, measured)
    verdict, reason = _verdict(cell, counts, gates, tally)
    tested_enough = counts.tested >= cell.check.min_tested
    if tested_enough:
        verdict, reason = as_suite_says(cell, verdict, reason, gates)
        reason = "; ".join(filter(None, [reason, *_extremes(cell, slices)]))
    if counts.error:
        reason = "; ".join(filter(None, [reason, errors_told(cell, counts), _errors(tally)]))
    return replace(blank(cell, verdict, reason, counts), gates=gates, measures=measured, slices=slices)


def _slices(cell: Cell, tally: Tally) -> Iterator[SliceRecord]:
    """Yield what the slices of a cell come to, by what the cell is compared by and by what its gates name."""
    main = cell.check.measure or next(iter(cell.qualities), "")
    gated = [gate.measure.base for gate in cell.check.gates if gate.measure.base in cell.qualities]
    for measure in dict.fromkeys(gated if cell.check.expectation == "reference" and gated else [main, *gated]):
        sliced = tally.sliced(measure)
        for column in cell.suite.datasets[cell.dataset].slices:
            for value, numbers in sliced.get(column, {}).items():
                estimate = _means(cell)(np.array(list(numbers.values())), cell.suite.two_sided)
                yield SliceRecord(column, value, measure, estimate)


def blank(item: Item, verdict: Verdict, reason: str, counts: Counts) -> CellRecord:
    """Return the record of a cell, or of a comparison, in which nothing was measured."""
    return CellRecord(
        suite=item.suite.name,
        cell=item.id,
        task=item.suite.task.name,
        expectation=item.check.expectation,
        dataset=item.dataset,
        perturbation=item.perturbation,
        contract=contract(item if isinstance(item, Cell) else item.members[0]),
        language=item.language,
        verdict=verdict,
        reason=reason,
        gates=(),
        measures={},
        counts=counts,
        order=item.order,
        worst_of=item.check.worst_of,
        watched=item.check.watched,
        must_be_tested=item.check.on_inconclusive != "pass",
        becomes=item.check.becomes,
    )


def _extremes(cell: Cell, slices: Sequence[SliceRecord]) -> Iterator[str]:
    """Yield the best and the worst slice for each column between whose values a gate bounds the gap."""
    for gate in cell.check.gates:
        measure = gate.measure
        of_gate = [one for one in slices if spelled(one.column) == measure.by and one.measure == measure.base]
        ranked = sorted((one for one in of_gate if one.estimate.measured), key=lambda one: one.estimate.value)
        if ranked:
            ends = [
                f"{how} {one.value} {one.estimate.value:.2f}"
                for how, one in (("best", ranked[-1]), ("worst", ranked[0]))
            ]
            yield f"{measure.base} by {measure.by}: {', '.join(ends)}, of {len(ranked)}"


def judged_gates(cell: Cell, tally: Tally) -> tuple[GateRecord, ...]:
    """Return what the gates of a cell say of its outcomes so far."""
    return _decided(cell, tally, measures(cell, tally))


def _decided(cell: Cell, tally: Tally, measured: Mapping[str, Estimate]) -> tuple[GateRecord, ...]:
    gates = [decide(gate, measured[gate.measure.name]) for gate in cell.check.gates]
    if tally.evidence.errors:
        ends = _ends(cell, tally)
        each = zip(gates, cell.check.gates, strict=True)
        gates = [despite_errors(record, gate, ends[gate.measure.name]) for record, gate in each]
    if NOISE not in measured:
        return tuple(gates)
    return tuple(
        above_noise(record, gate, _noise(cell, gate, tally))
        for record, gate in zip(gates, cell.check.gates, strict=True)
    )


def _ends(cell: Cell, tally: Tally) -> dict[str, list[Estimate]]:
    """Return what would be measured with errors as answers, at either end of each measure that gates name.

    For a gap, the errors of one slice count as the best answers and those of the other as the worst.
    """
    bad, good = (tally.answered(end) for end in (0.0, 1.0))
    low, high = measures(cell, bad), measures(cell, good)
    return {
        gate.measure.name: widest(_groups(gate, bad), _groups(gate, good), cell.suite.two_sided)
        if gate.measure.by
        else [low[gate.measure.name], high[gate.measure.name]]
        for gate in cell.check.gates
    }


def _groups(gate: Gate, tally: Tally) -> list[dict[str, float]]:
    """Return the numbers by example of each slice between which a gate bounds the gap; some slices have none."""
    columns = tally.sliced(gate.measure.base)
    values = next((values for column, values in columns.items() if spelled(column) == gate.measure.by), {})
    return [numbers for numbers in values.values() if numbers]


def _noise(cell: Cell, gate: Gate, tally: Tally) -> Estimate:
    """Return how far the model agrees with itself on the originals, as a gate would see it."""
    variants = cell.check.variants if gate.measure.kind == "worst case" else gate.measure.k
    return _means(cell)(repeated_agreement(cell, tally.numbers.noise, variants), cell.suite.two_sided)


def repeated_agreement(item: Item, noise: Series, variants: int) -> Floats:
    """Return how far the model agrees with itself on each original, as a gate on variants would see it.

    For `worst_of` this is the lowest agreement: the search would find it even if nothing were perturbed.

    Args:
        item: What is judged.
        noise: The agreement of each two answers to an original.
        variants: How many variants must all agree; 0 for a gate on the mean. If above 0, an answer counts as agreeing from
            `agrees_at` on, and if there are no more answers than variants, all answers must agree.
    """
    if item.check.worst_of > 1:
        return noise.lows()
    if not variants:
        return noise.means()
    shares = noise.at_least(item.check.agrees_at).means()
    return np.floor(shares) if variants >= item.suite.model.replicates - 1 else shares


def contract(cell: Cell) -> str:
    """Return what the cell's perturbation promises, such as `preserves meaning`, and what its check makes of that.

    The contract of a reference check is empty.
    """
    check = cell.check
    promised = "" if cell.spec is None else cell.suite.registry.contract(cell.spec)
    searched = f"the worst of {check.worst_of}" if check.worst_of > 1 else ""
    return ", ".join(filter(None, [promised, searched, str(check.movement or "")]))


def measures(cell: Cell, tally: Tally) -> dict[str, Estimate]:
    """Return all measures of a cell, each with its two one-sided bounds as an interval.

    Where answers should change there are no qualities: the references are those of the texts as they were.

    The bounds of a cell that may stop early hold at all looks together, so they are wider.
    """
    confidence = cell.suite.two_sided
    mean, drop = _means(cell), sequential_drop if cell.stops_early else mean_drop
    reference = cell.check.expectation == "reference"
    estimates: dict[str, Estimate] = {}
    if not reference:
        estimates |= _agreements(cell, mean(tally.numbers.agreement.means(), confidence))
    if cell.check.expectation == "invariance" and (cell.check.variants > 1 or _gates_several(cell)):
        estimates |= _breaks(cell, tally.numbers.agreement, lambda shares: mean(shares, confidence))
    if len(tally.numbers.noise):
        estimates[NOISE] = mean(tally.numbers.noise.means(), confidence)
    for name in cell.qualities if cell.check.expectation != "direction" else ():
        estimates[name] = mean(tally.series(name).means(), confidence)
        if not reference:
            estimates[f"{name}{DROP}"] = drop(tally.series(f"{name}{DROP}").means(), confidence)
    for gate in cell.check.gates:
        if gate.measure.by:
            estimates[gate.measure.name] = gap(_groups(gate, tally), confidence)
    answers = sorted(tally.numbers.answers, key=itemgetter(0))  # whatever order a file has
    for name in cell.aggregates:
        measure = cell.suite.task.aggregates[name].measure
        estimates[name] = measure([answer for _, answer in answers], [example for example, _ in answers], confidence)
    return estimates


def _means(cell: Cell) -> Callable[[Floats, float], Estimate]:
    return sequential_mean if cell.stops_early else mean_in_unit


def _gates_several(cell: Cell) -> bool:
    """Return whether a gate asks several variants of an example to agree."""
    return any(gate.measure.kind in ("worst case", "consistency at k") for gate in cell.check.gates)


def _breaks(cell: Cell, agreement: Series, mean: Callable[[Floats], Estimate]) -> dict[str, Estimate]:
    """Return the share of examples that no variant breaks, and `consistency at k` for each k that a gate names.

    The latter is how likely k variants of an example, drawn from all of them, all agree: C(agreeing, k) / C(variants, k),
    unbiased as pass@k of Chen et al. (2021), arXiv:2107.03374, and pass^k of Yao et al. (2024), arXiv:2406.12045.
    """
    agreeing, variants = agreement.at_least(cell.check.agrees_at).sums()
    estimates = {WORST_CASE: mean((agreeing == variants).astype(np.float64))}
    pairs = list(zip(agreeing.astype(int).tolist(), variants.astype(int).tolist(), strict=True))
    for gate in cell.check.gates:
        if k := gate.measure.k:
            shares = [comb(agree, k) / comb(count, k) for agree, count in pairs if count >= k]
            estimates[gate.measure.name] = mean(np.array(shares))
    return estimates


def _agreements(cell: Cell, consistency: Estimate) -> dict[str, Estimate]:
    """Return what agreement comes to. Where a check says where answers should move, it is 0 if they do, and nothing else."""
    if cell.check.directed:
        return {DIRECTED.measure: _complement(consistency)}
    return {"consistency": consistency} | dict.fromkeys(("flip rate", "sensitivity"), _complement(consistency))


def _complement(estimate: Estimate) -> Estimate:
    return Estimate(1 - estimate.value, 1 - estimate.high, 1 - estimate.low, estimate.clusters)


def _verdict(cell: Cell, counts: Counts, gates: tuple[GateRecord, ...], tally: Tally) -> tuple[Verdict, str]:
    if counts.selected and counts.not_applicable == counts.selected:
        return "not applicable", tally.evidence.messages["not applicable"]
    if too_many_errors(cell, counts):
        return "error", ""
    if counts.not_asked:
        return "not tested", not_asked(counts)
    if counts.tested < cell.check.min_tested:
        return "failed", too_few(cell, counts, tally.evidence.messages.get("rejected", ""))
    if not gates:
        return "measured", "no gate of its own: what judges it is of several cells"
    verdict, reason = together(gates)
    return verdict, f"{reason}; certain after {counts.tested} of {counts.selected} cases" if counts.spared else reason


def _errors(tally: Tally) -> str:
    """Return the commonest kinds of error with their counts (if there are several), then the first error."""
    faults = tally.evidence.faults.most_common()
    kinds = [f"{count:,} {name}" for name, count in faults[:SHOWN_FAULTS] if len(faults) > 1]
    if len(faults) > SHOWN_FAULTS:
        kinds.append(f"{sum(count for _, count in faults[SHOWN_FAULTS:]):,} others")
    first = f"example {tally.evidence.errors[0].example:.60}: {tally.evidence.errors[0].message}"
    return "; ".join(filter(None, [", ".join(kinds), first]))
