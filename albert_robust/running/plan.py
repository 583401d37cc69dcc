"""Plan: expand a suite's checks into cells, before anything is read or asked."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import count

from albert_robust.errors import Complaint, InputError
from albert_robust.perturbing import Spec
from albert_robust.suite.schema import MarkSpec
from albert_robust.suite.suite import Check, Suite


@dataclass(frozen=True)
class Cell:
    """One check on one dataset, perturbation, severity and language.

    Attributes:
        suite: Its suite.
        check: Its check.
        dataset: The dataset's name.
        spec: What is applied; None for a reference check.
        language: BCP 47 tag.
        order: Its place in the suite's plan.
    """

    suite: Suite
    check: Check
    dataset: str
    spec: Spec | None
    language: str
    order: int

    @property
    def id(self) -> str:
        """Stable, ASCII, unique in its suite: `reviews/typos.keyboard@2[zh]`."""
        what = "reference" if self.spec is None else str(self.spec).replace(" | ", "+")
        prefix = f"{self.check.name}/" if self.check.name else ""
        return f"{prefix}{self.dataset}/{what}[{self.language}]"

    @property
    def perturbation(self) -> str:
        """The spec as written, or an empty string."""
        return "" if self.spec is None else str(self.spec)

    @property
    def mark(self) -> MarkSpec | None:
        """The suite's first mark whose pattern fits the cell's id; brackets in a pattern stand for themselves."""
        patterns = ((mark, mark.cells.replace("[", "[[]")) for mark in self.suite.marks)
        return next((mark for mark, pattern in patterns if fnmatchcase(self.id, pattern)), None)

    @property
    def applies(self) -> bool:
        """Whether the perturbation works in the cell's language."""
        return self.spec is None or self.suite.registry.applies(self.spec, self.language)


def plan(suite: Suite) -> list[Cell]:
    """Return the cells of a suite, in the order of its checks.

    Raises:
        InputError: Two checks would give cells of the same id.
    """
    cells = list(_cells(suite))
    twice = [name for name, times in Counter(cell.id for cell in cells).items() if times > 1]
    if twice:
        line = [cell.check.line for cell in cells if cell.id == twice[0]][-1]
        what = f"two checks give the cell {twice[0]!r}"
        raise InputError([Complaint(suite.shown, line, 1, what, "give one of them a `name:`")])
    return cells


def _cells(suite: Suite) -> Iterator[Cell]:
    order = count()
    for check in suite.checks:
        for dataset in check.datasets:
            for spec in check.specs or (None,):
                for language in suite.datasets[dataset].languages:
                    if check.languages is None or language in check.languages:
                        yield Cell(suite, check, dataset, spec, language, next(order))
