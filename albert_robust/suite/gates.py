"""Gates: `consistency >= 0.9`, `accuracy drop <= 0.05`. A measure, a direction and a bound."""

import re
from dataclasses import dataclass
from typing import Literal

from albert_robust.errors import suggest
from albert_robust.tasks import Task

Expectation = Literal["invariance", "direction", "reference"]
DEFAULT_GATES: dict[Expectation, tuple[str, ...]] = {
    "invariance": ("consistency >= 0.9",),
    "direction": ("sensitivity >= 0.5",),
    "reference": (),
}
AGREEMENT = ("consistency", "flip rate", "sensitivity")
DROP = " drop"
_GATE = re.compile(r"(?P<measure>[a-z][a-z0-9 -]*?)\s*(?P<sign>>=|<=)\s*(?P<bound>[0-9.]+)")


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound that a cell's measure must meet."""

    measure: str
    at_least: bool
    bound: float

    def __str__(self) -> str:
        return f"{self.measure} {'>=' if self.at_least else '<='} {self.bound:g}"


def parse_gate(written: str, expectation: Expectation, task: Task) -> Gate:
    """Return the gate that a string writes.

    Raises:
        ValueError: It is not `measure >= number` or `measure <= number`, or the measure is unknown here.
    """
    match = _GATE.fullmatch(written.strip().lower().replace("_", " "))
    if match is None:
        raise ValueError(f"{written!r} is no gate\nwrite a measure, >= or <=, and a number: consistency >= 0.9")
    known = measures(expectation, task)
    measure = match["measure"].replace("-", " ")
    if measure not in known:
        raise ValueError(
            f"unknown measure {match['measure']!r} for {expectation} of {task.name}\n{suggest(measure, known)}"
        )
    try:
        bound = float(match["bound"])
    except ValueError:
        raise ValueError(f"{match['bound']!r} is no number\nwrite a bound such as 0.9") from None
    if bound > 1:
        raise ValueError(f"the bound {bound:g} lies outside [0, 1]\nmeasures are shares: write 0.9 for 90 %")
    return Gate(measure, match["sign"] == ">=", bound)


def needs_references(gate: Gate, task: Task) -> bool:
    """Return whether a gate measures quality by references; agreement of outputs and qualities of the source take none."""
    sourced = {name for name, quality in task.qualities.items() if quality.of_source}
    return gate.measure.removesuffix(DROP) not in {*AGREEMENT, *sourced}


def measures(expectation: Expectation, task: Task) -> list[str]:
    """Return the measures that a gate of this kind of check may name."""
    qualities = [*task.qualities, *task.aggregates]
    if expectation == "reference":
        return qualities
    if expectation == "direction":
        return [AGREEMENT[2]]
    return [*AGREEMENT[:2], *qualities, *(f"{name}{DROP}" for name in task.qualities)]
