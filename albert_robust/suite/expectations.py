"""Expectations: what a check wants of a model, and the measure that says how far the model does so.

`DIRECTED` is the direction of a check that says where answers should move. It has a measure of its own, because an answer that
stays may be right there, and is never sensitive.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ExpectationName = Literal["invariance", "direction", "reference"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the perturbations of a check should do to outputs.

    Attributes:
        name: As suites, records and reports write it.
        measure: What cells of such a check are compared by; empty for reference checks, which are compared by a quality.
        gates: Those of a check that names none.
    """

    name: ExpectationName
    measure: str
    gates: tuple[str, ...]


EXPECTATIONS: Mapping[str, Expectation] = {
    expectation.name: expectation
    for expectation in (
        Expectation("invariance", "consistency", ("consistency >= 0.9",)),
        Expectation("direction", "sensitivity", ("sensitivity >= 0.5",)),
        Expectation("reference", "", ()),
    )
}
DIRECTED = Expectation("direction", "right direction", ("right direction >= 0.9",))
