"""Judge cells together: gaps between languages or datasets, and curves of consistency over severities.

A gap is the best cell's mean minus the worst's; `scoring.gaps` has its bounds. A curve is the mean at each severity. Its area is
the mean height between the least and the greatest severity (trapezoids), over the examples that were tested at all of them. Each
example thus has an area of its own, and the bounds are those of a mean.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import fields, replace

import numpy as np

from albert_robust.gate.decide import (
    above_noise,
    as_suite_says,
    decide,
    despite_errors,
    digits_apart,
    errors_told,
    not_asked,
    together,
    too_few,
    too_many_errors,
)
from albert_robust.gate.judge import blank, repeated_agreement
from albert_robust.results.records import CellRecord, Counts, MemberRecord, Verdict
from albert_robust.results.tally import Tally
from albert_robust.running.cell import Cell, Comparison
from albert_robust.scoring.gaps import gap, widest
from albert_robust.scoring.statistics import NOTHING, Estimate, Floats, mean_in_unit
from albert_robust.suite.expectations import EXPECTATIONS
from albert_robust.suite.gates import parse_gate

Tallies = Mapping[str, Tally]
Values = dict[Hashable, float]
INVARIANCE = EXPECTATIONS["invariance"]


def judge_across(item: Comparison, tallies: Tallies) -> CellRecord:
    """Return the verdict on a comparison.

    A member with too many errors makes it an error, and one with fewer tested cases than `min_tested` fails it, because the other
    members say nothing of that one. A member to which nothing applies is left out. A comparison of fewer than two does not apply.

    Args:
        item: The comparison.
        tallies: Of each member, by its id.
    """
    counts = {cell.id: tallies[cell.id].counts for cell in item.members}
    total = _sum(list(counts.values()))
    applying = tuple(cell for cell in item.members if counts[cell.id].not_applicable < max(1, counts[cell.id].selected))
    if len(applying) < 2:
        what = f"{len(applying)} of {len(item.members)} cells apply, and a comparison needs two"
        return _record(item, ("not applicable", what), total)
    item = replace(item, members=applying)
    members = tuple(_member(item, cell, tallies[cell.id]) for cell in applying)
    estimate, ends = _estimate(item, tallies), _ends(item, tallies)
    noise = _noise(item, tallies)
    gates = tuple(above_noise(despite_errors(decide(gate, estimate), gate, ends), gate, noise) for gate in item.gates)
    broken = _broken(item, counts)
    verdict, reason = broken or as_suite_says(item, *together(gates), gates)
    note = _note(item, members)
    if not broken:
        reason = "; ".join([reason, note, *([errors_told(item, total)] if total.error else [])])
    judged = _record(item, (verdict, reason), total)
    return replace(judged, gates=gates, measures={item.measure.name: estimate}, members=members, note=note)


def _record(item: Comparison, verdict: tuple[Verdict, str], counts: Counts) -> CellRecord:
    return replace(blank(item, *verdict, counts), across=item.measure.over)


def _broken(item: Comparison, counts: Mapping[str, Counts]) -> tuple[Verdict, str] | None:
    """Return the verdict that a member forces, if it has too many errors or too few cases; None if no member does."""
    for cell in item.members:
        if too_many_errors(cell, counts[cell.id]):
            return "error", f"{cell.id}: {errors_told(cell, counts[cell.id])}"
    for cell in item.members:
        if counts[cell.id].not_asked:
            return "not tested", f"{cell.id}: {not_asked(counts[cell.id])}"
    for cell in item.members:
        if counts[cell.id].tested < cell.check.min_tested:
            return "failed", f"{cell.id}: {too_few(cell, counts[cell.id])}"
    return None


def _member(item: Comparison, cell: Cell, tally: Tally) -> MemberRecord:
    values = np.array(list(_values(item, cell, tally).values()), dtype=np.float64)
    estimate = mean_in_unit(values, item.suite.two_sided)
    return MemberRecord(cell.id, cell.along(item.measure.axis), item.measure.base, estimate, tally.counts.tested)


def _estimate(item: Comparison, tallies: Tallies) -> Estimate:
    confidence = item.suite.two_sided
    each = [_values(item, cell, tallies[cell.id]) for cell in item.members]
    if item.measure.is_gap:
        return gap(each, confidence)
    values = _areas(item, each) if item.measure.over == "severity area" else _unbroken(item, tallies)
    return mean_in_unit(values, confidence)


def _ends(item: Comparison, tallies: Tallies) -> list[Estimate]:
    """Return what would be measured with errors as answers, at either end of the measure; nothing if there are no errors.

    For a gap, each two cells are measured, one with its errors as the best answers and the other as the worst.
    """
    if not any(tallies[cell.id].evidence.errors for cell in item.members):
        return []
    bad, good = ({cell.id: tallies[cell.id].answered(end) for cell in item.members} for end in (0.0, 1.0))
    if not item.measure.is_gap:
        return [_estimate(item, bad), _estimate(item, good)]
    low, high = ([_values(item, cell, end[cell.id]) for cell in item.members] for end in (bad, good))
    return widest(low, high, item.suite.two_sided)


def _noise(item: Comparison, tallies: Tallies) -> Estimate:
    """Return how far the model agrees with itself on the originals, which all members share; `NOTHING` if it was asked once."""
    noise = tallies[item.members[0].id].numbers.noise
    if not len(noise):
        return NOTHING
    variants = item.check.variants * len(item.members) if item.measure.over == "severity worst case" else 0
    return mean_in_unit(repeated_agreement(item, noise, variants), item.suite.two_sided)


def _values(item: Comparison, cell: Cell, tally: Tally) -> Values:
    """Return what is compared, by example. Rows of one id are translations; ids of two datasets have nothing in common."""
    values = tally.series(item.measure.base).by_example(tally.examples)
    return {(cell.dataset, name): value for name, value in values.items()}


def _areas(item: Comparison, each: Sequence[Values]) -> Floats:
    """Return the area under the curve of each example that was tested at every severity."""
    severities = np.array([cell.severity for cell in item.members], dtype=np.float64)
    order = np.argsort(severities)
    whole = [example for example in each[0] if all(example in values for values in each)]
    heights = np.array([[each[index][example] for index in order] for example in whole]).reshape(-1, len(each))
    steps = np.diff(severities[order])
    areas: Floats = ((heights[:, 1:] + heights[:, :-1]) / 2 @ steps) / steps.sum()
    return np.clip(areas, 0, 1)


def _unbroken(item: Comparison, tallies: Tallies) -> Floats:
    """Return 1 for each example that no variant breaks at any severity, else 0."""
    held: dict[str, bool] = {}
    for cell in item.members:
        tally = tallies[cell.id]
        for example, share in tally.numbers.agreement.at_least(item.check.agrees_at).by_example(tally.examples).items():
            held[example] = held.get(example, True) and share == 1
    return np.array(list(held.values()), dtype=np.float64)


def _note(item: Comparison, members: Sequence[MemberRecord]) -> str:
    """Return which members are the best and the worst, or where the curve breaks, and what a mark leaves out."""
    known = [member for member in members if member.estimate.measured]
    left_out = f"; without {', '.join(item.skipped)}, which a mark skips" if item.skipped else ""
    if not known:
        return f"{members[0].measure} was measured nowhere{left_out}"
    if not item.measure.is_gap:
        return _breaking(item, known) + left_out
    ranked = sorted(known, key=lambda member: member.estimate.value)
    worst, best = ranked[0], ranked[-1]
    ends = [f"{name} {one.name} {one.estimate.value:.2f}" for name, one in (("best", best), ("worst", worst))]
    return f"{members[0].measure}: {', '.join(ends)}, of {len(members)}{left_out}"


def _breaking(item: Comparison, members: Sequence[MemberRecord]) -> str:
    """Return the lowest severity whose consistency is below the check's own gate, or below the default one."""
    bound = _bound(item)
    for member in sorted(members, key=lambda member: int(member.name)):
        value = member.estimate.value
        if value < bound:
            shown = f"{value:.{digits_apart(bound, value)}f}"
            return f"breaks at severity {member.name}: consistency {shown}, below {bound:.2f}"
    return f"breaks at no severity up to {max(int(member.name) for member in members)}: consistency from {bound:.2f}"


def _bound(item: Comparison) -> float:
    own = [gate for gate in item.check.gates if gate.measure.name == "consistency" and gate.at_least]
    return (own or [parse_gate(INVARIANCE.gates[0], INVARIANCE, item.suite.task)])[0].bound


def _sum(counts: Sequence[Counts]) -> Counts:
    return Counts(**{one.name: sum(getattr(each, one.name) for each in counts) for one in fields(Counts)})
