"""Lines: a cell as a baseline keeps it, a number per example, with what must be the same for two lines to be compared.

The fingerprints are of the texts that the model saw, not of what made them. A perturbation whose code was tidied up leaves them
alone; another seed, a new version or other settings change them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from albert_robust.asking.cache import key
from albert_robust.asking.score import CachedScorer
from albert_robust.results.fingerprint import LENGTH
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord
from albert_robust.results.tally import Tally
from albert_robust.running.cell import Cell
from albert_robust.tasks.task import PairMetric

LINE_DIGITS = 4  # of an example's number in a baseline


@dataclass(frozen=True, slots=True)
class Line:
    """One cell, as a baseline keeps it.

    Attributes:
        cell: Its id in its suite.
        measure: `consistency`, `sensitivity` or a quality: a number per example, and more is better.
        definition: How outputs were compared.
        seed: Of the variants.
        inputs: Fingerprint of the examples; if the measure uses references, with these.
        variants: Fingerprint of the variants; empty in a reference check. For `worst_of`, whose variants depend on the model, the
            seed of the search.
        values: By example, in [0, 1], the mean over its variants; None if no variant was tested, or one is an error.
        errors: The examples with an error.
        more: How many more examples the cell has, which the earlier line lacks.
        others: By the other qualities that its gates name, a line each.
    """

    cell: str
    measure: str
    definition: str
    seed: int
    inputs: str
    variants: str
    values: Mapping[str, float | None]
    errors: frozenset[str] = frozenset()
    more: int = 0
    others: tuple["Line", ...] = ()

    def grew_from(self, before: "Line") -> bool:
        """Return whether it has all examples of an earlier line, and others."""
        return before.values.keys() < self.values.keys()


def line_of(record: CellRecord, tally: Tally, seed: int) -> Line | None:
    """Return the line of a cell; None if the cell is an error, stopped early, or has no number per example.

    Args:
        record: The cell's verdict.
        tally: What its outcomes come to.
        seed: Of its suite.
    """
    if record.verdict == "error" or record.counts.spared:
        return None
    each = (_line(record, tally, seed, *one) for one in record.definitions.items())
    lines = [line for line in each if line is not None]
    return replace(lines[0], others=tuple(lines[1:])) if lines else None


def _line(record: CellRecord, tally: Tally, seed: int, measure: str, definition: str) -> Line | None:
    """Return what a cell came to by one measure; None where no example has a number."""
    errors = frozenset(tally.failed)
    numbers = tally.series(measure).by_example(tally.examples)
    values = {example: round(value, LINE_DIGITS) for example, value in numbers.items() if example not in errors}
    if not values:
        return None
    return Line(
        cell=record.cell,
        measure=measure,
        definition=definition,
        seed=seed,
        inputs=str(tally.sample.references if measure in tally.qualities else tally.sample.inputs),
        variants=_variants(record, tally, seed),
        values={example: values.get(example) for example in sorted(tally.examples)},
        errors=errors,
    )


def narrowed(record: CellRecord, outcomes: Iterable[Outcome], line: Line, before: Line) -> Line | None:
    """Return a cell's line of only those examples that an earlier line has.

    Its fingerprints are of these examples. If they equal the earlier line's, neither examples nor variants have changed.

    Args:
        record: The cell's verdict.
        outcomes: Of the cell.
        line: Of all its examples.
        before: The earlier line.
    """
    tally = Tally(record.expectation, gated=[gate.measure for gate in record.gates])
    tally.add([outcome for outcome in outcomes if outcome.example in before.values])
    narrow = line_of(record, tally, line.seed)
    return narrow and replace(narrow, more=len(line.values) - len(narrow.values))


def definitions(cell: Cell, scorer: CachedScorer) -> dict[str, str]:
    """Return how a cell's outputs are compared, by measure: by its check's own, and by each quality that its gates name.

    A reference check has no measure of its own. If its gates name no quality, it is compared by the task's first. Correlations,
    macro F1 and the like have no number per example.
    """
    check, qualities = cell.check, cell.qualities
    main, compared = check.measure, str(check.movement or check.agreement)
    metric = cell.suite.task.agreements[check.agreement]
    found = {main: _definition(cell, scorer, [compared], metric)} if main else {}
    gated = [gate.measure.base for gate in check.gates if gate.measure.base in qualities]
    names = gated or ([] if main else [*qualities][:1])
    return found | {name: _definition(cell, scorer, [], qualities[name].metric) for name in names}


def _definition(cell: Cell, scorer: CachedScorer, names: Sequence[str], metric: PairMetric) -> str:
    """Return by what metric, in what range, of variants that kept what, and by what encoder outputs are compared."""
    check, names = cell.check, [*names, *filter(None, [metric.identity])]
    if check.worst_of > 1:
        names.append(f"the worst of {check.worst_of} by {cell.versioned}")
    if cell.suite.model.range:
        names.append("range {:g} to {:g}".format(*cell.suite.model.range))
    if check.meaning is not None:
        names.append(f"meaning {check.meaning:g}")
    if check.meaning is not None or metric.needs_encoder:
        names.append(f"encoder {key(scorer.identity)[:LENGTH]}")
    return ", ".join(names)


def _variants(record: CellRecord, tally: Tally, seed: int) -> str:
    if record.expectation == "reference":
        return ""
    return f"seed {seed}" if record.worst_of > 1 else str(tally.sample.variants)
