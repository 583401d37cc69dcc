"""Expectations: what a check wants of a model, and the measure that says how far the model does so."""

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
