"""What a cell came to, example by example, and what must be the same for two such lines to be compared.

The fingerprints are of what was made, not of what made it: of the texts that the model saw. A perturbation whose code was
tidied up leaves them alone; another seed, a new version of it or other settings change them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from albert_robust.running.cache import key
from albert_robust.running.plan import Cell
from albert_robust.running.records import CellRecord, Outcome
from albert_robust.running.score import CachedScorer
from albert_robust.scoring.statistics import cluster_means
from albert_robust.tasks.task import Compared, PairMetric

DIGITS = 4  # of an example's number
LENGTH = 12  # hexadecimal digits of a fingerprint
MEASURES = {"invariance": "consistency", "direction": "sensitivity"}


@dataclass(frozen=True, slots=True)
class Line:
    """One cell, as a baseline keeps it.

    Attributes:
        cell: Its id in its suite.
        measure: `consistency`, `sensitivity` or a quality: a number an example, of which more is better.
        definition: How outputs were compared.
        seed: Of the variants.
        inputs: Fingerprint of the examples; of their references too where the measure looks at them.
        variants: Fingerprint of the variants; empty in a reference check.
        values: By example, in [0, 1], the mean over its variants; None where no variant was tested.
    """

    cell: str
    measure: str
    definition: str
    seed: int
    inputs: str
    variants: str
    values: Mapping[str, float | None]


def line_of(record: CellRecord, outcomes: Sequence[Outcome], seed: int) -> Line | None:
    """Return what a cell came to; None where it has no number an example, or cases that are errors.

    What is compared is the question that the cell asks: consistency for invariance, sensitivity for direction; for a reference
    check the first of its gates' qualities that is a number an example, or without one the task's first. Correlations, macro
    F1 and the like are no numbers of examples.

    Args:
        record: The cell's verdict.
        outcomes: All its cases.
        seed: Of its suite.
    """
    tested = [outcome for outcome in outcomes if outcome.status == "tested"]
    measure = MEASURES.get(record.expectation) or _quality(record, tested)
    if not measure or record.counts.error:
        return None
    numbers = [(outcome.example, _number(record.expectation, measure, outcome)) for outcome in tested]
    measured = [(example, number) for example, number in numbers if number is not None]
    if not measured:
        return None
    owners = list(dict.fromkeys(example for example, _ in measured))
    means = cluster_means([number for _, number in measured], [example for example, _ in measured])
    found = dict(zip(owners, (round(value, DIGITS) for value in means.tolist()), strict=True))
    referenced = record.expectation == "reference"
    return Line(
        cell=record.cell,
        measure=measure,
        definition=record.definition,
        seed=seed,
        inputs=_inputs(outcomes, referenced),
        variants="" if referenced else _variants(outcomes),
        values={example: found.get(example) for example in sorted({outcome.example for outcome in outcomes})},
    )


def definition(cell: Cell, scorer: CachedScorer) -> str:
    """Return how a cell's outputs are compared: by which agreement, and by which encoder where it needs one."""
    check, qualities = cell.check, cell.suite.qualities
    if check.expectation == "reference":
        gated = [gate.measure for gate in check.gates if gate.measure in qualities]
        names: list[str] = []
        metrics = [qualities[name].metric for name in [*gated, *qualities][:1]]
    else:
        names, metrics = [check.agreement], [cell.suite.task.agreements[check.agreement]]
    if any(map(_asks_an_encoder, metrics)):
        names.append(f"encoder {key(scorer.identity)[:LENGTH]}")
    return ", ".join(names)


class _Probe:
    """Stands for a scorer, to see whether a metric asks one."""

    asked = False

    def scores(self, pairs: Sequence[tuple[str, str, str, str]]) -> list[tuple[float, float, float]]:
        """Return zeros."""
        self.asked = True
        return [(0.0, 0.0, 0.0) for _ in pairs]


def _asks_an_encoder(metric: PairMetric) -> bool:
    probe = _Probe()
    metric([Compared("0", "1")], probe)
    return probe.asked


def _quality(record: CellRecord, tested: Sequence[Outcome]) -> str:
    """Return the quality that a reference check is compared by; empty where it has none."""
    present = list(dict.fromkeys(name for outcome in tested for name in outcome.quality_before))
    gated = [gate.measure for gate in record.gates if gate.measure in present]
    return next(iter([*gated, *present]), "")


def _number(expectation: str, measure: str, outcome: Outcome) -> float | None:
    if expectation == "reference":
        return outcome.quality_before.get(measure)
    agreement = outcome.agreement or 0.0
    return 1 - agreement if expectation == "direction" else agreement


def _inputs(outcomes: Sequence[Outcome], referenced: bool) -> str:
    rows = {
        outcome.example: [dict(outcome.original), list(outcome.references) if referenced else []]
        for outcome in outcomes
    }
    return key("inputs", rows)[:LENGTH]


def _variants(outcomes: Sequence[Outcome]) -> str:
    rows = sorted((outcome.example, outcome.replicate, outcome.variant_language) for outcome in outcomes)
    texts = {f"{outcome.replicate} {outcome.example}": dict(outcome.variant) for outcome in outcomes}
    return key("variants", rows, texts)[:LENGTH]
