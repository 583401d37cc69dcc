"""Gates: `consistency >= 0.9`, `accuracy drop <= 0.05`, `language gap <= 0.1`. A measure, a direction and a bound."""

import re
from dataclasses import dataclass, field

from albert_robust.errors import Mistake, Place
from albert_robust.shown import suggest
from albert_robust.suite.expectations import Expectation
from albert_robust.suite.measure import (
    AGREEMENT,
    CONSISTENCY_AT,
    CURVES,
    DROP,
    GAP_BY,
    GAPS,
    WORST_CASE,
    Measure,
    measure_named,
    spelled,
)
from albert_robust.tasks import Task

_GATE = re.compile(r"(?P<measure>[a-z][a-z0-9 -]*?(?: by .+?)?)\s*(?P<sign>>=|<=)\s*(?P<bound>[0-9.]+)")


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound that a measure must meet.

    Attributes:
        measure: What is bounded.
        at_least: Whether the bound is the least value, or the greatest.
        bound: In [0, 1].
        place: Where it stands in the suite.
    """

    measure: Measure
    at_least: bool
    bound: float
    place: Place = field(default=Place(), compare=False)

    def __str__(self) -> str:
        return f"{self.measure.name} {'>=' if self.at_least else '<='} {self.bound:g}"


def parse_gate(written: str, expectation: Expectation, task: Task) -> Gate:
    """Return the gate that a string writes.

    Raises:
        Mistake: It is not `measure >= number` or `measure <= number`, the measure is unknown here, or a gap or a drop would
            have to be large.
    """
    match = _GATE.fullmatch(" ".join(written.lower().replace("_", " ").split()))
    if match is None:
        raise Mistake(f"{written!r} is no gate", "write a measure, >= or <=, and a number: consistency >= 0.9")
    name = _known(match["measure"], expectation, task)
    measure = measure_named(name, _main(expectation, task), task.aggregates)
    try:
        bound = float(match["bound"])
    except ValueError:
        raise Mistake(f"{match['bound']!r} is no number", "write a bound such as 0.9") from None
    if bound > 1:
        raise Mistake(f"the bound {bound:g} lies outside [0, 1]", "measures are shares: write 0.9 for 90 %")
    if match["sign"] == ">=" and measure.is_loss:
        raise Mistake(f"{written!r}: a gate on a gap or a drop needs an upper bound", f"write `{name} <= {bound:g}`")
    quality = task.qualities.get(measure.base)
    if match["sign"] == "<=" and measure.kind == "quality" and not measure.over and quality and quality.metric.identity:
        mend = f"return 1 - it where less is better, and write `{name} >= {1 - bound:g}`"
        raise Mistake(f"{written!r}: of {name!r} more is better, also beside baselines and other models", mend)
    return Gate(measure, match["sign"] == ">=", bound)


def _known(written: str, expectation: Expectation, task: Task) -> str:
    """Return a measure by its one name: a gap is named in full unless it is that of what the check is compared by."""
    measure, known = spelled(written), measures(expectation, task)
    at = measure.removeprefix(CONSISTENCY_AT)
    if at.isdecimal() and int(at) > 0 and at != measure and expectation.name == "invariance":
        return f"{CONSISTENCY_AT}{int(at)}"
    head, _, column = measure.partition(GAP_BY)
    of_slices = bool(column) and head.strip() in ("", *_bases(expectation, task))
    if measure not in known and not of_slices:
        raise Mistake(f"unknown measure {written!r} for {expectation.name} of {task.name}", suggest(measure, known))
    main = f"{_main(expectation, task)} "
    short = measure.removeprefix(main)
    if short not in GAPS and not short.startswith(GAP_BY):
        return measure
    return short if expectation.measure else main + short


def _main(expectation: Expectation, task: Task) -> str:
    """Return the measure that cells of a check are compared by unless a gate names another; maybe none."""
    return expectation.measure or next(iter(task.qualities), "")


def needs_references(gate: Gate, task: Task) -> bool:
    """Return whether a gate measures quality by references; agreement of outputs and qualities of the source take none."""
    quality = task.qualities.get(gate.measure.base)
    of_source = quality is not None and quality.of_source
    return not (gate.measure.compares_outputs or of_source)


def out_of_reach(gate: Gate) -> bool:
    """Return whether no examples can meet a gate: the interval of a mean in [0, 1] never is one of its ends alone.

    A drop may be below 0, and so may a measure of a whole cell, such as kappa.
    """
    if gate.at_least:
        return gate.bound == 1
    return gate.bound == 0 and gate.measure.kind not in ("drop", "aggregate")


def measures(expectation: Expectation, task: Task) -> list[str]:
    """Return the measures that a gate of this kind of check may name; for invariance there is `consistency at k`, too."""
    qualities = [*task.qualities, *task.aggregates]
    if expectation.name == "reference":
        return [*qualities, *_gaps(expectation, task)]
    if expectation.name == "direction":
        return [expectation.measure, *_gaps(expectation, task)]
    own = [*AGREEMENT[:2], WORST_CASE, *qualities, *(f"{name}{DROP}" for name in task.qualities)]
    return [*own, *_gaps(expectation, task), *CURVES]


def _gaps(expectation: Expectation, task: Task) -> list[str]:
    """Return the gaps: of the main measure in short, of others, all of them means over examples, in full."""
    bases = _bases(expectation, task)
    return [*(GAPS if bases else ()), *(f"{base} {gap}" for base in bases for gap in GAPS)]


def _bases(expectation: Expectation, task: Task) -> list[str]:
    """Return the measures that a gap may be of: means over examples. The first is the one that it is of if it names none."""
    main = _main(expectation, task)
    named = [main] if expectation.name == "direction" else [main, *task.qualities]
    return list(dict.fromkeys(filter(None, named)))
