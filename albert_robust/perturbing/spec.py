"""Specs: how suites write perturbations, `typos.keyboard@2`, and chains of them, `typos.keyboard@2 | case.lower`."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from albert_robust.errors import Mistake

DEFAULT_SEVERITY = 2
_STEP = re.compile(r"(?P<name>[A-Za-z_][\w]*\.[\w*?\[\]]+)(?:@(?P<severity>\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Step:
    """A perturbation's name and its severity, which is None if the spec says none."""

    name: str
    severity: int | None = None

    def __str__(self) -> str:
        return self.name if self.severity is None else f"{self.name}@{self.severity}"

    @property
    def is_glob(self) -> bool:
        """Whether the name stands for several perturbations."""
        return any(character in self.name for character in "*?[")

    def matches(self, name: str) -> bool:
        """Return whether this step stands for a perturbation of that name."""
        return fnmatchcase(name, self.name)


@dataclass(frozen=True, slots=True)
class Spec:
    """Perturbations applied one after another."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return " | ".join(map(str, self.steps))

    def covers(self, other: "Spec") -> bool:
        """Return whether this spec stands for another one; without a severity it stands for all of them."""
        pairs = list(zip(self.steps, other.steps, strict=False))
        fits = (own.matches(one.name) and own.severity in (None, one.severity) for own, one in pairs)
        return len(self.steps) == len(other.steps) and all(fits)


def parse_spec(written: str) -> Spec:
    """Return the spec that a string writes.

    Raises:
        Mistake: The string is not a name, or names joined by `|`, or a severity is not 1 to 5.
    """
    return Spec(tuple(_step(part.strip(), written) for part in written.split("|")))


def _step(part: str, written: str) -> Step:
    match = _STEP.fullmatch(part)
    if match is None:
        raise Mistake(f"{written!r} is no perturbation", "write family.name, family.name@severity or a | b")
    severity = None if match["severity"] is None else int(match["severity"])
    if severity is not None and not 1 <= severity <= 5:
        raise Mistake(f"{written!r}: severity {severity}, expected 1 to 5")
    return Step(match["name"], severity)
