"""Failures: which cases of a cell speak against the model, the worst first."""

from collections.abc import Sequence

from albert_robust.running.records import CellRecord, Outcome, Verdict

# A reader looks at these cells.
ATTENTION: tuple[Verdict, ...] = ("error", "failed", "warned", "inconclusive", "known failure")


def failures(cell: CellRecord, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes that speak against the model: errors, then the worst first, then in order.

    For invariance an output that changed, for direction one that stayed, for a reference check one below full quality.
    A cell that passed or does not apply has none.
    """
    if cell.verdict not in ATTENTION:
        return []
    errors = [outcome for outcome in outcomes if outcome.status == "error"]
    weighed = [(_badness(cell.expectation, outcome), outcome) for outcome in outcomes if outcome.status == "tested"]
    bad = sorted((pair for pair in weighed if pair[0] > 0), key=lambda pair: -pair[0])
    return errors + [outcome for _, outcome in bad]


def _badness(expectation: str, outcome: Outcome) -> float:
    if expectation == "reference":
        values = outcome.quality_before.values()
        return 1 - sum(values) / len(values) if values else 0.0
    if outcome.agreement is None:
        return 0.0
    return outcome.agreement if expectation == "direction" else 1 - outcome.agreement
