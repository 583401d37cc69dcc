"""Decide: an estimate against a gate, gates against each other, and what a suite makes of a failure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import ceil, log

import numpy as np

from albert_robust.results.records import CellRecord, Counts, GateRecord, Verdict
from albert_robust.running.cell import Cell, Item
from albert_robust.scoring.statistics import Estimate, mean_in_unit
from albert_robust.suite.gates import Gate
from albert_robust.suite.marks import Mark

MOST_DIGITS = 6  # of a number in a message
FEW_ERRORS = 0.1  # of the cases: a person may want to allow so many
NOISE = "self-consistency"  # of a model that is asked for the same original again
WORST_FIRST: tuple[Verdict, ...] = ("error", "failed", "inconclusive", "passed")


def decide(gate: Gate, estimate: Estimate) -> GateRecord:
    """Return what a gate says of an estimate."""
    verdict, reason = _against(gate, estimate)
    return GateRecord(str(gate), gate.measure.name, gate.at_least, gate.bound, estimate, verdict, reason)


def above_noise(record: GateRecord, gate: Gate, noise: Estimate) -> GateRecord:
    """Return a gate's record, which becomes inconclusive if the model's own noise decides it.

    A model that does not agree with itself, asked for the same original again, cannot agree with itself on variants: a bound
    above that noise floor says nothing of the variants, nor does a sensitivity that mere repetition reaches.

    Args:
        record: What the gate says.
        gate: The gate.
        noise: How far the model agrees with itself on originals.
    """
    if not _drowned(record, gate, noise.high):
        return record
    shown = f"{noise.value:.2f} [{noise.low:.2f}, {noise.high:.2f}]"
    reason = f"{record.reason}: noise decides it, the model agrees with itself in {shown} of repeated originals"
    return replace(record, verdict="inconclusive", reason=reason)


def _drowned(record: GateRecord, gate: Gate, floor: float) -> bool:
    """Return whether a model that agrees with itself no more than `floor` decides a gate by that alone."""
    measure, bound, missed = gate.measure, gate.bound, record.verdict == "failed"
    if measure.is_gap or not measure.compares_outputs:
        return False
    if measure.base == "flip rate":
        return missed and not gate.at_least and 1 - floor > bound
    if measure.base == "sensitivity":
        return record.verdict == "passed" and gate.at_least and 1 - floor >= bound
    return missed and gate.at_least and floor < bound


def despite_errors(record: GateRecord, gate: Gate, ends: Iterable[Estimate]) -> GateRecord:
    """Return the record; a passed gate becomes inconclusive if it would miss with every error as the worst possible answer.

    Nobody knows why errors are none: what a model has no answer to may be what it cannot bear. So nothing is assumed of them, and
    a pass holds in the worst case: Manski (1989), doi:10.2307/145818. A gate that is missed is so by the tested cases alone.

    Args:
        record: What the gate says of the tested cases.
        gate: The gate.
        ends: What would be measured with each error as an answer, at either end of the measure.
    """
    missed = [end for end in ends if decide(gate, end).verdict != "passed"]
    if record.verdict != "passed" or not missed:
        return record
    worst = missed[0]
    shown = _shown(gate, worst)
    why = f"{shown} with the errors as the worst answers" if worst.measured else "errors may move it anywhere"
    return replace(record, verdict="inconclusive", reason=f"{record.reason}: {why}")


def too_many_errors(item: Item, counts: Counts) -> bool:
    """Return whether more cases are errors than may be, of those that were not spared."""
    return counts.error > 0 and counts.error / (counts.selected - counts.spared) > item.suite.max_errors


def errors_told(item: Item, counts: Counts) -> str:
    """Return how many cases are errors, and how many may be."""
    told = f"{counts.error:,} of {counts.selected - counts.spared:,} cases are errors"
    most = item.suite.max_errors
    if most:
        return f"{told}, at most {100 * most:g} % may be"
    few = counts.error <= FEW_ERRORS * (counts.selected - counts.spared)
    return f"{told} (a suite's `max_errors:` allows a few)" if few else told


def not_asked(counts: Counts) -> str:
    """Return why cases that no model, or no judge, was asked for are no verdict."""
    if counts.not_judged == counts.not_asked:
        return f"{counts.not_judged} of {counts.selected} cases were not judged: the budget had no room"
    judged = f", {counts.not_judged} more not judged" if counts.not_judged else ""
    return f"{counts.not_asked - counts.not_judged} of {counts.selected} cases were not asked{judged}: the budget had no room"


def too_few(cell: Cell, counts: Counts, rejected: str = "") -> str:
    """Return why there are fewer tested cases than a check asks for, in the words of the report's accounting.

    Args:
        cell: Whose cases they are.
        counts: Of the cases.
        rejected: Why the first was rejected, if one was.
    """
    others = {"not applicable": counts.not_applicable, "unchanged": counts.unchanged, "rejected": counts.rejected}
    why = ", ".join(f"{count} {what}" for what, count in others.items() if count)
    if counts.unchanged == counts.selected > 0:
        why += " (it finds nothing to change in them)"
    why += f" ({rejected})" if rejected else ""
    told = f"{counts.tested} of {counts.selected} cases could be tested, fewer than {cell.check.min_tested}"
    told = f"{told}: {why}" if why else told
    if not counts.tested and cell.spec is not None and cell.spec in cell.check.of_families:
        told += f"; `except: [{cell.spec.steps[0].name}]` leaves it out of the check"
    return told


def together(gates: Sequence[GateRecord]) -> tuple[Verdict, str]:
    """Return the worst verdict of gates, one or more, and its reasons."""
    worst = min((gate.verdict for gate in gates), key=WORST_FIRST.index)
    return worst, "; ".join(gate.reason for gate in gates if gate.verdict == worst)


def as_suite_says(item: Item, verdict: Verdict, reason: str, gates: Sequence[GateRecord]) -> tuple[Verdict, str]:
    """Return what a suite makes of gates that are missed, or that the examples do not decide; unmeasured ones never pass."""
    undecided = verdict == "inconclusive"
    if undecided and item.check.on_inconclusive == "fail":
        verdict, reason = "failed", f"{reason}, and what is undecided fails here"
    if undecided and item.check.on_inconclusive == "pass" and all(gate.estimate.measured for gate in gates):
        verdict, reason = "passed", f"{reason}, and what is undecided passes here"
    return _excused(item, reason) if verdict == "failed" else (verdict, reason)


def _excused(item: Item, reason: str) -> tuple[Verdict, str]:
    """Return what a missed gate is: a known failure until its last day, a warning where the check asks for that."""
    mark = item.mark
    if mark is not None and mark.xfail:
        if not mark.expired(item.suite.today):
            return "known failure", f"{mark.xfail}: {reason}"
        reason = f"known failure until {mark.until}, which is over ({mark.xfail}): {reason}"
    return ("warned" if item.check.on_failure == "warn" else "failed"), reason


def mended_failures(items: Sequence[Item], records: Sequence[CellRecord]) -> Iterator[str]:
    """Yield a message for each `xfail` mark all of whose cells passed: it can be removed."""
    verdicts: dict[tuple[str, Mark], set[Verdict]] = {}
    for item, record in zip(items, records, strict=True):
        if item.mark is not None and item.mark.xfail and not item.mark.expired(item.suite.today):
            verdicts.setdefault((item.suite.shown, item.mark), set()).add(record.verdict)
    for (suite, mark), of_cells in verdicts.items():
        if of_cells - {"not applicable", "measured"} == {"passed"}:
            yield f"{suite}:{mark.place[0]}: no cell of the known failure {mark.cells!r} fails any more: its mark can go"


def _against(gate: Gate, estimate: Estimate) -> tuple[Verdict, str]:
    if not estimate.measured:
        return "inconclusive", f"{gate.measure.name}: nothing was measured, gate {_sign(gate)}"
    shown = f"{gate.measure.name} {_shown(gate, estimate)}, gate {_sign(gate)}"
    met = estimate.low >= gate.bound if gate.at_least else estimate.high <= gate.bound
    missed = estimate.high < gate.bound if gate.at_least else estimate.low > gate.bound
    if met:
        return "passed", shown
    if missed:
        return "failed", shown
    return "inconclusive", f"{shown}: {_needed(gate, estimate)}"


def _shown(gate: Gate, estimate: Estimate) -> str:
    """Return an estimate in as many digits as tell it from the gate's bound."""
    numbers = (estimate.value, estimate.low, estimate.high)
    value, low, high = (f"{number:.{digits_apart(gate.bound, *numbers)}f}" for number in numbers)
    return f"{value} [{low}, {high}]"


def _sign(gate: Gate) -> str:
    bound = f"{gate.bound:.2f}"
    return f"{'>=' if gate.at_least else '<='} {bound if float(bound) == gate.bound else gate.bound}"


def digits_apart(bound: float, *numbers: float) -> int:
    """Return how many digits tell numbers from a gate's bound, two at least."""
    apart = [number for number in numbers if abs(number - bound) > 10**-MOST_DIGITS]
    told = (digits for digits in range(2, MOST_DIGITS) if all(round(one - bound, digits) for one in apart))
    return next(told, MOST_DIGITS)


def _needed(gate: Gate, estimate: Estimate) -> str:
    """Return how many examples would decide the gate, were the value to stay.

    So many as make the gate as unlikely as the bound is now: n times the divergence of the two from the value stays the same;
    n times its square where there is none, at the ends and of drops.
    """
    if abs(estimate.value - gate.bound) < 0.005:
        return f"{examples_do(estimate.clusters)} not decide it; the value lies on the bound"
    end = estimate.low if estimate.value > gate.bound else estimate.high
    apart = _divergence if 0 < end < 1 and 0 < gate.bound < 1 and estimate.value >= 0 else _square
    n = estimate.clusters * apart(estimate.value, end) / apart(estimate.value, gate.bound)
    return f"{examples_do(estimate.clusters)} not decide it, about {ceil(n) + 1:,} would"


def examples_do(count: int) -> str:
    """Return the beginning of what so many examples do."""
    return "1 example does" if count == 1 else f"{count:,} examples do"


def foreseen(gate: Gate, examples: int, confidence: float) -> str:
    """Return what so many examples can decide of a gate such as `consistency >= 0.8`, where each agrees or does not.

    Args:
        gate: At least a bound between 0 and 1.
        examples: One or more.
        confidence: Two-sided.
    """

    def share(hits: int) -> Estimate:
        return mean_in_unit(np.repeat([1.0, 0.0], [hits, examples - hits]), confidence)

    shown = f"{gate.measure.name} {_sign(gate)}"
    met = bisect_left(range(1, examples + 1), gate.bound, key=lambda hits: share(hits).low) + 1
    if met > examples:
        return (
            f"{examples_do(examples)} not reach `{shown}`: {least_for(gate.bound, confidence):,} would, if all agreed"
        )
    missed = bisect_left(range(1, examples + 1), gate.bound, key=lambda hits: share(hits).high) / examples
    met_from = f"with {examples:,} examples `{shown}` passes at {met / examples:.2f}"
    return f"{met_from} or more, and fails at {missed:.2f} or less: in between it is inconclusive"


def least_for(bound: float, confidence: float) -> int:
    """Return how many examples reach a bound between 0 and 1 if all agree: fewer cannot. The confidence is two-sided."""
    return ceil(log((1 - confidence) / 2) / log(bound))


def _divergence(value: float, other: float) -> float:
    """Return how far a share is from another one that is neither 0 nor 1, in nats (Kullback and Leibler, 1951)."""
    parts = ((value, other), (1 - value, 1 - other))
    return sum(one * log(one / two) for one, two in parts if one > 0)


def _square(value: float, other: float) -> float:
    return (value - other) ** 2
