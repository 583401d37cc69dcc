"""Items: what pytest runs. An item is a cell, or a comparison of several cells of a check."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self, TypeVar

from albert_robust.perturbing import Perturbation, Spec
from albert_robust.results.cell_key import REFERENCE, CellKey
from albert_robust.suite.gates import Gate, needs_references
from albert_robust.suite.marks import Mark
from albert_robust.suite.measure import Axis, Measure
from albert_robust.suite.suite import Check, Suite
from albert_robust.tasks import Quality
from albert_robust.text.orders import Order


@dataclass(frozen=True)
class Cell:
    """One check on one dataset, perturbation, severity and language.

    Attributes:
        suite: Its suite.
        check: Its check.
        dataset: The dataset's name.
        spec: What is applied; None for a reference check.
        language: BCP 47 tag.
        order: Its position in the suite's plan.
    """

    suite: Suite
    check: Check
    dataset: str
    spec: Spec | None
    language: str
    order: int

    @cached_property
    def id(self) -> str:
        """Stable, ASCII, unique in its suite: `reviews/typos.keyboard@2[zh]`."""
        return f"{_prefix(self.check)}{self.dataset}/{_applied(self.spec)}[{self.language}]"

    @property
    def key(self) -> CellKey:
        """Which cell it is."""
        return self.suite.name, self.id

    @property
    def perturbation(self) -> str:
        """The spec as written, or an empty string."""
        return "" if self.spec is None else str(self.spec)

    @property
    def versioned(self) -> str:
        """Its perturbations with their versions, such as `typos.swap 1`."""
        return " | ".join(f"{step.name} {step.version}" for step in self._steps)

    @property
    def mark(self) -> Mark | None:
        """The suite's first mark that fits the cell's id."""
        return next((mark for mark in self.suite.marks if mark.fits(self.id)), None)

    @cached_property
    def applies(self) -> bool:
        """Whether the perturbation works in the cell's language."""
        return self.spec is None or self.suite.registry.applies(self.spec, self.language)

    @cached_property
    def exchanges(self) -> bool:
        """Whether a step replaces something in all fields alike, and the answer should stay apart from that."""
        return self.check.expectation == "invariance" and any(self._across_fields)

    @cached_property
    def follows(self) -> bool:
        """Whether an output is expected to follow such exchanges: it is a text about the input, and nothing else changes."""
        return bool(self.suite.task.source_field) and self.exchanges and all(self._across_fields)

    @cached_property
    def reorders(self) -> tuple[Order, ...]:
        """What steps put into another order, such as the choices of a question: then a letter stands for another choice."""
        return tuple(dict.fromkeys(step.reorders for step in self._steps if step.reorders))

    @cached_property
    def _across_fields(self) -> list[bool]:
        return [step.across_fields for step in self._steps]

    @property
    def _steps(self) -> list[Perturbation]:
        return [self.suite.registry.get(step.name) for step in (self.spec.steps if self.spec else ())]

    @cached_property
    def needs_references(self) -> bool:
        """Whether it has gates, and all of them measure quality by references."""
        gates = self.check.all_gates
        return bool(gates) and all(needs_references(gate, self.suite.task) for gate in gates)

    @property
    def aggregates(self) -> tuple[str, ...]:
        """Which measures of a whole cell it has: all of the task's in a reference check, else those that a gate names."""
        named = {gate.measure.base for gate in self.check.gates}
        found = self.suite.task.aggregates
        return tuple(name for name in found if self.check.expectation == "reference" or name in named)

    @cached_property
    def gated(self) -> frozenset[str]:
        """The measures of one cell that its gates rest on, those over several cells included."""
        return frozenset(gate.measure.base for gate in self.check.all_gates)

    @cached_property
    def qualities(self) -> dict[str, Quality]:
        """The qualities that are measured: all of the task's but those on request that no gate of the cell names."""
        named = self.suite.task.qualities.items()
        return {name: quality for name, quality in named if name in self.gated or not quality.on_request}

    @property
    def stops_early(self) -> bool:
        """Whether its verdict may come before all its examples: all its gates are of means, and no other cell needs it."""
        check = self.check
        means = all(gate.measure.kind != "aggregate" and not gate.measure.by for gate in check.gates)
        return self.suite.early_stop and bool(check.gates) and not check.across and means

    def along(self, axis: Axis) -> str:
        """Return the cell's language, dataset or severity; empty where it has none."""
        return {"language": self.language, "dataset": self.dataset, "severity": str(self.severity or "")}.get(axis, "")

    @property
    def severity(self) -> int | None:
        """The one severity of all steps that have one; None where there is none."""
        found = {step.severity for step in self.spec.steps if step.severity} if self.spec else set()
        return found.pop() if len(found) == 1 else None


class Common(NamedTuple):
    """What cells that are compared have in common; what they differ in is empty, or a perturbation without its severity."""

    dataset: str
    perturbation: str
    language: str

    @classmethod
    def of(cls, cell: Cell, axis: Axis) -> Self:
        """Return what a cell has in common with those that it is compared with along an axis."""
        return cls(
            dataset="" if axis == "dataset" else cell.dataset,
            perturbation=_without_severity(cell.spec) if axis == "severity" else cell.perturbation,
            language="" if axis == "language" else cell.language,
        )


@dataclass(frozen=True)
class Comparison:
    """Cells of one check that differ in their language, their dataset or their severity alone, judged together.

    Attributes:
        gates: All of one measure, which is over cells.
        members: The cells, two or more: all that apply and that no mark skips.
        skipped: What a mark skips: languages, datasets or severities.
        order: Its position in the suite's plan.
    """

    gates: tuple[Gate, ...]
    members: tuple[Cell, ...]
    skipped: tuple[str, ...]
    order: int

    @property
    def suite(self) -> Suite:
        """Its suite."""
        return self.members[0].suite

    @property
    def check(self) -> Check:
        """Its check."""
        return self.members[0].check

    @property
    def measure(self) -> Measure:
        """What its gates bound."""
        return self.gates[0].measure

    @property
    def id(self) -> str:
        """Stable, ASCII, unique in its suite: `reviews/typos.keyboard@2/language-gap`, `.../severity-area[zh]`."""
        what = self.perturbation.replace(" | ", "+") or REFERENCE
        language = f"[{self.language}]" if self.language else ""
        dataset = f"{self.dataset}/" if self.dataset else ""
        return f"{_prefix(self.check)}{dataset}{what}/{self.measure.name.replace(' ', '-')}{language}"

    @property
    def key(self) -> CellKey:
        """Which cell it is."""
        return self.suite.name, self.id

    @property
    def dataset(self) -> str:
        """The members' dataset; empty where they differ in it."""
        return self._common.dataset

    @property
    def language(self) -> str:
        """The members' language; empty where they differ in it."""
        return self._common.language

    @property
    def perturbation(self) -> str:
        """The members' perturbation, without its severity where they differ in that."""
        return self._common.perturbation

    @property
    def mark(self) -> Mark | None:
        """The suite's first mark that fits the id."""
        return next((mark for mark in self.suite.marks if mark.fits(self.id)), None)

    @cached_property
    def _common(self) -> Common:
        return Common.of(self.members[0], self.measure.axis)


Item = Cell | Comparison
AnyItem = TypeVar("AnyItem", bound=Item)


def unskipped(items: Iterable[AnyItem]) -> list[AnyItem]:
    """Return the items that no mark skips: those that a run asks for and judges."""
    return [item for item in items if not (item.mark and item.mark.skip)]


def cells_of(items: Iterable[Item]) -> list[Cell]:
    """Return the cells among items and those that they compare, each once."""
    cells = [cell for item in items for cell in ((item,) if isinstance(item, Cell) else item.members)]
    return list({cell.key: cell for cell in cells}.values())


def _applied(spec: Spec | None) -> str:
    """Return what is applied as ids have it."""
    return REFERENCE if spec is None else str(spec).replace(" | ", "+")


def _without_severity(spec: Spec | None) -> str:
    """Return a spec without its severities."""
    return "" if spec is None else " | ".join(step.name for step in spec.steps)


def _prefix(check: Check) -> str:
    return f"{check.name}/" if check.name else ""
