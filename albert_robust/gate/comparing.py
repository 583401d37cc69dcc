"""Compare: each cell with what a baseline says of it, example by example, and all cells of a session as one family.

A cell is compared by a paired test over whole examples. Many cells are many chances of a false alarm, so p-values are
adjusted over all that were compared together: by Holm's method, and a session of equal models fails with a probability of
5 % at most; or by Benjamini and Hochberg's, which finds more and lets a share of the findings be false. The family is the
session's, not the suite's: what a person reads is one red or green.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from albert_robust.gate.decide import examples_do
from albert_robust.gate.lines import Line
from albert_robust.results.cell_key import CellKey, parts_of
from albert_robust.results.records import MCNEMAR, CellRecord, ComparisonRecord, Counts, Standing
from albert_robust.scoring.significance import CORRECTIONS, drop_on_pairs, mcnemar, sign_flip
from albert_robust.scoring.statistics import Estimate, Floats
from albert_robust.shown import natural

Family = dict[CellKey, ComparisonRecord]
CONFIDENCE, FLOOR, TOLERANCE, CORRECTION = 0.95, 0.01, 0.05, "holm"
STALE: tuple[Standing, ...] = ("missing", "incomparable")  # `--robust-warn-stale` lets them pass
ORDER: tuple[Standing, ...] = ("regressed", "missing", "incomparable", "undecided", "new", "improved", "same")
TELLING: tuple[Standing, ...] = ("regressed", "incomparable", "improved")
LAST = 10**9  # in plan order, after all cells that are there
OF_CONTENT = re.compile(r" #[0-9a-f]{6}(-\d+)?$")  # an id of a row that has none of its own
SHOWN = 5  # examples that became worse, in a message
MISSING = (
    "missing: the baseline has a line of it, and the suite no longer tests it; `--robust-baseline-update` takes the line "
    "out, `--robust-warn-stale` only warns"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """How messages speak of the other side: what they call it, and how to mend a cell that it lacks or that has changed."""

    other: str = "the baseline"
    add: str = "`--robust-baseline-update=new` writes it"
    renew: str = "if it is meant, `--robust-baseline-update` makes this the baseline"


BESIDE_BASELINE = Wording()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What counts as a regression, and as the same.

    Attributes:
        confidence: Of the claims.
        floor: A smaller change is neither a regression nor an improvement, however certain.
        tolerance: Cells are the same if their difference, either way, is shown to be smaller than this.
        sides: 1 where a regression is asked for, as a gate does; 2 where either side may be the better one.
    """

    confidence: float = CONFIDENCE
    floor: float = FLOOR
    tolerance: float = TOLERANCE
    sides: Literal[1, 2] = 1

    @property
    def coverage(self) -> float:
        """The two-sided coverage of an interval, each bound of which is as sure as a claim."""
        return 1 - 2 * (1 - self.confidence) / self.sides


@dataclass(frozen=True, slots=True)
class Pairs:
    """The same examples before and after, with what the tests say; `worse` and `better` are p-values.

    `examples` are those that became worse, the most so first.
    """

    measure: str
    before: Floats
    after: Floats
    drop: Estimate
    test: str
    worse: float
    better: float
    examples: tuple[str, ...]
    more: int = 0
    errors: int = 0


def compare_all(
    now: Mapping[CellKey, Line | None],
    before: Mapping[CellKey, Line],
    thresholds: Mapping[str, Thresholds],
    correction: str = CORRECTION,
    wording: Wording = BESIDE_BASELINE,
) -> Family:
    """Return how each cell stands beside its baseline.

    Args:
        now: What cells came to, by suite and cell; None where there is nothing to compare.
        before: The lines of the baselines; those of cells that are not in `now` are passed over, see `missing`.
        thresholds: By suite.
        correction: `holm` or `benjamini-hochberg`.
        wording: How messages speak of the other side.
    """
    found: dict[CellKey, list[ComparisonRecord]] = {}
    paired: list[tuple[CellKey, Pairs]] = []
    for key, line in now.items():
        if line is None:
            if key in before:
                apart = ["no example has a number, or the cell is an error"]
                found[key] = [_apart(before[key], apart, wording)]
        elif key not in before:
            what = f"new: {wording.other} has no line of it; {wording.add}"
            found[key] = [ComparisonRecord("new", what, line.measure)]
        else:
            found[key] = []
            for later, earlier in measured_twice(line, before[key]):
                if apart := differences(later, earlier):
                    found[key].append(_apart(later, apart, wording))
                else:
                    paired.append((key, _pairs(later, earlier, thresholds[key[0]])))
    worse, better = (
        CORRECTIONS[correction]([getattr(pairs, way) for _, pairs in paired]) for way in ("worse", "better")
    )
    for (key, pairs), one, other in zip(paired, worse, better, strict=True):
        found[key].append(stand(pairs, one, other, thresholds[key[0]], f"{correction}, of {len(paired)}"))
    return {key: _most_telling(records) for key, records in found.items()}


def measured_twice(now: Line, before: Line) -> list[tuple[Line, Line]]:
    """Return a cell's lines beside each other, of the other qualities those that both have."""
    earlier = {line.measure: line for line in before.others}
    return [(now, before), *((line, earlier[line.measure]) for line in now.others if line.measure in earlier)]


def _most_telling(records: Sequence[ComparisonRecord]) -> ComparisonRecord:
    """Return how a cell stands by the measure in which it became worse, or else better; of several such by the first."""
    ranks = {verdict: rank for rank, verdict in enumerate(TELLING)}
    return min(records, key=lambda record: ranks.get(record.verdict, len(ranks)))


def _apart(line: Line, apart: Sequence[str], wording: Wording) -> ComparisonRecord:
    what = f"incomparable with {wording.other}: {'; '.join(apart)}; {wording.renew}"
    return ComparisonRecord("incomparable", what, line.measure)


def differences(now: Line, before: Line) -> list[str]:
    """Return why two lines cannot be compared; nothing where they can."""
    found = []
    if (now.measure, now.definition) != (before.measure, before.definition):
        found.append(f"measured by {_measured(now)}, then by {_measured(before)}")
    errors = now.errors | before.errors
    numbers, then = ({name for name, one in line.values.items() if one is not None} - errors for line in (now, before))
    added, gone = now.values.keys() - before.values.keys(), before.values.keys() - now.values.keys()
    if added or gone:
        found.append(f"other examples: {len(added)} more, {len(gone)} fewer{_unnamed(added | gone)}")
    elif now.inputs != before.inputs:
        found.append("the dataset's texts or references have changed")
    elif now.variants != before.variants:
        seeds = f" (seed {now.seed}, then {before.seed})" if now.seed != before.seed else ""
        raised = ", or it raises for some" if errors else ""
        found.append(
            f"other variants of the same examples{seeds}: the perturbation, its settings or its seed changed{raised}"
        )
    elif numbers != then:
        found.append("other examples have a number")
    elif not numbers:
        found.append("each example that has a number is an error in one of the two")
    return found


def _unnamed(examples: Iterable[str]) -> str:
    """Return why examples may be others though their rows are the same, and how to mend it; empty where all have ids."""
    told = (
        "; rows without an `id` go by their content, and an edited one is another: add a column `id` to know it again"
    )
    return told if any(map(OF_CONTENT.search, examples)) else ""


def missing(before: Iterable[str], living: Iterable[str]) -> list[str]:
    """Return the cells of a baseline that their suite no longer has, or skips."""
    return sorted(set(before) - set(living))


def fails(comparison: ComparisonRecord | None, lenient: bool) -> bool:
    """Return whether a comparison fails its cell; a lenient session only warns of lines that are stale."""
    if comparison is None:
        return False
    return comparison.verdict == "regressed" or (comparison.verdict in STALE and not lenient)


def settled(
    record: CellRecord, comparison: ComparisonRecord | None, *, lenient: bool = False, warns: bool = False
) -> CellRecord:
    """Return a cell's record with its comparison, which may fail a cell that its gates passed.

    A regression fails a known failure too: it was known to be as bad as it was, and no worse. An error stays one.

    Args:
        record: What its gates say.
        comparison: How it stands; None where there is nothing to compare it with.
        lenient: Whether cells that are missing or incomparable are let pass.
        warns: Whether what the cell's check misses only warns.
    """
    compared = replace(record, comparison=comparison)
    if comparison is None or not fails(comparison, lenient) or record.verdict == "error":
        return compared
    bad = record.verdict in ("failed", "known failure", "warned")
    reason = f"{comparison.reason}; {record.reason}" if bad and record.reason else comparison.reason
    return replace(compared, verdict="warned" if warns else "failed", reason=reason)


def absent(suite: str, task: str, cell: str, lenient: bool = False) -> CellRecord:
    """Return the record of a cell that is missing: nothing of it was tested."""
    _, dataset, perturbation, language = parts_of(cell)
    return CellRecord(
        suite=suite,
        cell=cell,
        task=task,
        expectation="invariance" if perturbation else "reference",
        dataset=dataset,
        perturbation=perturbation,
        contract="",
        language=language,
        verdict="not applicable" if lenient else "failed",
        reason=MISSING,
        gates=(),
        measures={},
        counts=Counts(0, 0, 0, 0, 0, 0, 0),
        order=LAST,
        comparison=ComparisonRecord("missing", MISSING),
    )


def _pairs(now: Line, before: Line, thresholds: Thresholds) -> Pairs:
    names = names_in(now, before)
    one = np.array([before.values[name] for name in names], dtype=np.float64)
    other = np.array([now.values[name] for name in names], dtype=np.float64)
    errors = len(now.errors | before.errors)
    return replace(paired(now.measure, names, one, other, thresholds), more=now.more, errors=errors)


def names_in(now: Line, before: Line) -> list[str]:
    """Return the examples that have a number in both of two lines which can be compared."""
    return [name for name, value in now.values.items() if value is not None and name not in before.errors]


def paired(measure: str, names: Sequence[str], one: Floats, other: Floats, thresholds: Thresholds) -> Pairs:
    """Return what the tests say of the same examples twice.

    Args:
        measure: What was measured of them.
        names: Of the examples, shape (examples,).
        one: Their numbers before, shape (examples,).
        other: Their numbers after, shape (examples,).
        thresholds: How sure claims are.
    """
    apart = one - other
    order = sorted(np.flatnonzero(apart > 0).tolist(), key=lambda index: (-apart[index], natural(names[index])))
    test, worse, better = _tested(apart, thresholds.sides)
    return Pairs(
        measure=measure,
        before=one,
        after=other,
        drop=drop_on_pairs(one, other, thresholds.coverage),
        test=test,
        worse=worse,
        better=better,
        examples=tuple(names[index] for index in order),
    )


def _tested(apart: Floats, sides: int) -> tuple[str, float, float]:
    """Return the test's name and its p-values of "worse" and of "better"; the doubled ones of two sides."""
    if np.isin(apart, (-1, 0, 1)).all():
        down, up = int((apart > 0).sum()), int((apart < 0).sum())
        test, worse, better = MCNEMAR, mcnemar(down, up), mcnemar(up, down)
    else:
        test, worse, better = "sign flip", sign_flip(apart), sign_flip(-apart)
    named = test if sides == 1 else f"{test}, two-sided"
    return named, min(1.0, sides * worse), min(1.0, sides * better)


def stand(pairs: Pairs, worse: float, better: float, thresholds: Thresholds, family: str) -> ComparisonRecord:
    """Return how examples stand, with the adjusted p-values of "worse" and of "better" and what they are adjusted for."""
    drop, alpha = pairs.drop, 1 - thresholds.confidence
    verdict: Standing = "undecided"
    if worse <= alpha and drop.value >= thresholds.floor:
        verdict = "regressed"
    elif better <= alpha and drop.value <= -thresholds.floor:
        verdict = "improved"
    elif -thresholds.tolerance < drop.low and drop.high < thresholds.tolerance:
        verdict = "same"
    gained = drop.value < 0
    adjusted = better if gained else worse
    return ComparisonRecord(
        verdict=verdict,
        reason=_reason(verdict, pairs, adjusted, thresholds, family) + _beside(pairs),
        measure=pairs.measure,
        test=pairs.test,
        before=float(pairs.before.mean()),
        after=float(pairs.after.mean()),
        drop=drop,
        chance=pairs.better if gained else pairs.worse,
        adjusted=adjusted,
        worse=pairs.examples,
        known=int(((pairs.after < 1) & (pairs.after >= pairs.before)).sum()),
    )


def _reason(verdict: Standing, pairs: Pairs, adjusted: float, thresholds: Thresholds, family: str) -> str:
    drop = pairs.drop
    shown = f"{verdict}: {pairs.measure} {pairs.after.mean():.3f}, was {pairs.before.mean():.3f}"
    bounds = f"drop {drop.value:.3f} [{drop.low:.3f}, {drop.high:.3f}]"
    if verdict == "same":
        return f"{shown}; {bounds}, within {thresholds.tolerance:g}"
    if verdict == "undecided" and drop.high < thresholds.tolerance:
        return (
            f"{shown}; {bounds}: no drop of {thresholds.tolerance:g}; a gain is not shown, adjusted p = {adjusted:.2g}"
        )
    if verdict == "undecided":
        same = "no example changed, but " if (pairs.before == pairs.after).all() else ""
        return f"{shown}; {bounds}: {same}{examples_do(drop.clusters)} not rule out a drop of {thresholds.tolerance:g}"
    tested = f"{shown}; {bounds}, adjusted p = {adjusted:.2g} ({pairs.test}, {family})"
    return f"{tested}; worse: {_listed(pairs)}" if verdict == "regressed" else tested


def _beside(pairs: Pairs) -> str:
    more, errors = pairs.more, pairs.errors
    lacking = f"; {more} more example{'s' * (more != 1)}, which it lacks: not compared" if more else ""
    return lacking + (f"; {errors} example{'s' * (errors != 1)} not compared: errors" if errors else "")


def _listed(pairs: Pairs) -> str:
    more = len(pairs.examples) - SHOWN
    return ", ".join(f"{name:.60}" for name in pairs.examples[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _measured(line: Line) -> str:
    return f"{line.measure} ({line.definition})" if line.definition else line.measure


def standings(comparisons: Sequence[ComparisonRecord | None]) -> str:
    """Return how many cells stand how, the worst first; an empty string where none was compared."""
    there = [comparison for comparison in comparisons if comparison is not None]
    counts = Counter(comparison.verdict for comparison in there)
    told: dict[Standing, str] = {name: f"{counts[name]} {name}" for name in ORDER if counts[name]}
    unchanged = sum(comparison.verdict == "undecided" and comparison.unchanged for comparison in there)
    if unchanged:
        where = "" if unchanged == counts["undecided"] else f"in {unchanged} of them "
        told["undecided"] += f" ({where}no example changed)"
    return ", ".join(told.values())
