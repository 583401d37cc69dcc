"""Gates: `consistency >= 0.9`, `accuracy drop <= 0.05`, `language gap <= 0.1`. A measure, a direction and a bound.

Most measures are of one cell. Those in `ACROSS` compare the cells of a check, by a measure that each of them has:
`language gap` is that of the check's main measure, `token f1 language gap` that of another.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from albert_robust.errors import Mistake
from albert_robust.shown import suggest
from albert_robust.tasks import Task

Expectation = Literal["invariance", "direction", "reference"]
DEFAULT_GATES: dict[Expectation, tuple[str, ...]] = {
    "invariance": ("consistency >= 0.9",),
    "direction": ("sensitivity >= 0.5",),
    "reference": (),
}
AGREEMENT = ("consistency", "flip rate", "sensitivity")
WORST_CASE = "worst case"
CONSISTENCY_AT = "consistency at "  # and a number of variants
DROP = " drop"
LANGUAGE_GAP, DATASET_GAP = "language gap", "dataset gap"
SEVERITY_AREA, SEVERITY_WORST = "severity area", "severity worst case"
ACROSS = (LANGUAGE_GAP, DATASET_GAP, SEVERITY_AREA, SEVERITY_WORST)
_MAIN: dict[Expectation, str] = {"invariance": "consistency", "direction": "sensitivity"}
_GATE = re.compile(r"(?P<measure>[a-z][a-z0-9 -]*?)\s*(?P<sign>>=|<=)\s*(?P<bound>[0-9.]+)")


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound that a measure must meet.

    Attributes:
        measure: As it is printed.
        at_least: Whether the bound is the least value, or the greatest.
        bound: In [0, 1].
        across: Which comparison of cells it is, one of `ACROSS`; empty for a measure of one cell.
        base: The measure of one cell that is compared; empty where none is.
        place: Line and column in the suite.
    """

    measure: str
    at_least: bool
    bound: float
    across: str = ""
    base: str = ""
    place: tuple[int, int] = field(default=(1, 1), compare=False)

    @property
    def of_cell(self) -> str:
        """The measure of one cell that the gate rests on."""
        return self.base or self.measure

    @property
    def variants(self) -> int:
        """How many variants of an example `consistency at k` takes; 0 for all other measures."""
        number = self.measure.removeprefix(CONSISTENCY_AT)
        return int(number) if number != self.measure else 0

    def __str__(self) -> str:
        return f"{self.measure} {'>=' if self.at_least else '<='} {self.bound:g}"


def parse_gate(written: str, expectation: Expectation, task: Task) -> Gate:
    """Return the gate that a string writes.

    Raises:
        Mistake: It is not `measure >= number` or `measure <= number`, the measure is unknown here, or a gap or a drop would
            have to be large.
    """
    match = _GATE.fullmatch(" ".join(written.lower().replace("_", " ").split()))
    if match is None:
        raise Mistake(f"{written!r} is no gate", "write a measure, >= or <=, and a number: consistency >= 0.9")
    measure = _known(match["measure"], expectation, task)
    try:
        bound = float(match["bound"])
    except ValueError:
        raise Mistake(f"{match['bound']!r} is no number", "write a bound such as 0.9") from None
    if bound > 1:
        raise Mistake(f"the bound {bound:g} lies outside [0, 1]", "measures are shares: write 0.9 for 90 %")
    if match["sign"] == ">=" and measure.endswith((LANGUAGE_GAP, DATASET_GAP, DROP)):
        raise Mistake(f"{written!r} asks for a loss", f"write the most that is allowed: {measure} <= {bound:g}")
    across = next((name for name in ACROSS if measure.endswith(name)), "")
    base = measure.removesuffix(across).strip() or _main(expectation, task) if across else ""
    return Gate(measure, match["sign"] == ">=", bound, across, base)


def _known(written: str, expectation: Expectation, task: Task) -> str:
    """Return a measure by its one name: a gap is named in full unless it is that of consistency or sensitivity."""
    measure, known = written.replace("-", " "), measures(expectation, task)
    at = measure.removeprefix(CONSISTENCY_AT)
    if at.isdecimal() and int(at) > 0 and at != measure and expectation == "invariance":
        return f"{CONSISTENCY_AT}{int(at)}"
    if measure not in known:
        raise Mistake(f"unknown measure {written!r} for {expectation} of {task.name}", suggest(measure, known))
    main = f"{_main(expectation, task)} "
    short = measure.removeprefix(main)
    if short not in {LANGUAGE_GAP, DATASET_GAP}:
        return measure
    return short if expectation in _MAIN else main + short


def _main(expectation: Expectation, task: Task) -> str:
    """Return the measure that cells of a check are compared by unless a gate names another; maybe none."""
    return _MAIN.get(expectation) or next(iter(task.qualities), "")


def needs_references(gate: Gate, task: Task) -> bool:
    """Return whether a gate measures quality by references; agreement of outputs and qualities of the source take none."""
    sourced = {name for name, quality in task.qualities.items() if quality.of_source}
    return gate.of_cell.removesuffix(DROP) not in {*AGREEMENT, *sourced, WORST_CASE} and not gate.variants


def out_of_reach(gate: Gate, task: Task) -> bool:
    """Return whether no examples can meet a gate: the interval of a mean in [0, 1] never is one of its ends alone.

    A drop may be below 0, and so may a measure of a whole cell, such as kappa.
    """
    if gate.at_least:
        return gate.bound == 1
    return gate.bound == 0 and not gate.measure.endswith(DROP) and gate.measure not in task.aggregates


def measures(expectation: Expectation, task: Task) -> list[str]:
    """Return the measures that a gate of this kind of check may name; for invariance there is `consistency at k`, too."""
    qualities = [*task.qualities, *task.aggregates]
    if expectation == "reference":
        return [*qualities, *_gaps(expectation, task)]
    if expectation == "direction":
        return [AGREEMENT[2], *_gaps(expectation, task)]
    own = [*AGREEMENT[:2], WORST_CASE, *qualities, *(f"{name}{DROP}" for name in task.qualities)]
    return [*own, *_gaps(expectation, task), SEVERITY_AREA, SEVERITY_WORST]


def _gaps(expectation: Expectation, task: Task) -> list[str]:
    """Return the gaps: of the main measure in short, of others, all of them means over examples, in full."""
    main = _main(expectation, task)
    bases = [main] if expectation == "direction" else dict.fromkeys(filter(None, [main, *task.qualities]))
    gaps = (LANGUAGE_GAP, DATASET_GAP)
    return [*(gaps if main else ()), *(f"{base} {gap}" for base in bases for gap in gaps)]
