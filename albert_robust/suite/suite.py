"""A loaded suite: everything looked up, nothing left to go wrong but the data and the model."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from albert_robust.data import Source
from albert_robust.errors import Place
from albert_robust.file_names import APART
from albert_robust.perturbing import Registry, Spec
from albert_robust.suite.expectations import DIRECTED, EXPECTATIONS, ExpectationName
from albert_robust.suite.gates import Gate
from albert_robust.suite.marks import Mark
from albert_robust.suite.movement import Becomes, Movement, Moves
from albert_robust.suite.own_measures import OwnMeasure, own_measures
from albert_robust.suite.schema import BaselineSpec, ModelSpec
from albert_robust.tasks import Task


@dataclass(frozen=True, slots=True)
class Check:
    """One check, its names looked up.

    Attributes:
        expectation: What the perturbations should do to outputs.
        name: What the ids of its cells start with, if anything.
        specs: The perturbations; none in a reference check.
        of_families: Those of them that a family such as `typos.*` stands for.
        datasets: Their names.
        languages: Those that it is about; None for all of each dataset.
        fields: Which inputs are perturbed.
        gates: Those of its cells.
        across: Those that compare its cells.
        agreement: By which measure outputs are compared.
        agrees_at: The agreement from which a variant breaks nothing.
        movement: Where answers should move, or how far they may; None where only their agreement counts.
        variants: How many are made of an example.
        worst_of: Of how many the one variant of an example is the worst that was found; 1 for the first.
        meaning: The LABS F beside its original below which a variant is rejected; None for none.
        min_tested: Fewer tested cases fail a cell.
        on_failure: What a missed gate does: `fail` or `warn`.
        on_inconclusive: What an undecided cell does: `warn`, `fail` or `pass`.
        place: Where it stands in its suite.
    """

    expectation: ExpectationName
    name: str | None
    specs: tuple[Spec, ...]
    of_families: frozenset[Spec]
    datasets: tuple[str, ...]
    languages: tuple[str, ...] | None
    fields: tuple[str, ...]
    gates: tuple[Gate, ...]
    across: tuple[Gate, ...]
    agreement: str
    agrees_at: float
    movement: Movement | None
    variants: int
    worst_of: int
    meaning: float | None
    min_tested: int
    on_failure: str
    on_inconclusive: str
    place: Place

    @property
    def measure(self) -> str:
        """What its cells are compared by; empty for a reference check, which is compared by a quality."""
        return DIRECTED.measure if self.directed else EXPECTATIONS[self.expectation].measure

    @property
    def directed(self) -> bool:
        """Whether it says where answers should move, and not only that they should."""
        return self.expectation == "direction" and self.movement is not None

    @property
    def lets_stay(self) -> bool:
        """Whether it says where answers may move, and one that does not move is right."""
        return isinstance(self.movement, Moves) and self.movement.least <= 0 <= self.movement.most

    @property
    def watched(self) -> str | None:
        """The label whose probability is compared; empty for the label of each original, None where no probability is."""
        return self.movement.label if isinstance(self.movement, Moves) and not self.movement.numeric else None

    @property
    def becomes(self) -> str:
        """The label that answers should become; empty where it names none."""
        return self.movement.label if isinstance(self.movement, Becomes) else ""

    @property
    def all_gates(self) -> tuple[Gate, ...]:
        """All gates, whatever they are of."""
        return (*self.gates, *self.across)


@dataclass(frozen=True, repr=False)
class Suite:
    """One suite, ready to be planned: a file's checks of one model.

    Attributes:
        name: Its path below the root, without its ending; of several models with the name of its own, `suites/reviews::small`.
        path: Its file.
        shown: The path as messages print it.
        task: What its model does.
        model_name: Which of the file's models it asks; empty where that has one without a name.
        model: What is under test.
        model_place: Where the model stands.
        first_model: The model that its file names first, with which the others are compared.
        datasets: By name.
        checks: In the order of the file.
        seed: Of the variants and samples.
        confidence: Of each one-sided bound that decides a verdict.
        encoder: That of the score.
        tags: Keywords for pytest's `-k`.
        marks: Which cells are skipped, or are known to fail.
        registry: The perturbations that it may name.
        today: The day by which known failures expire.
        description: For people.
        baseline: What counts as a regression.
        early_stop: Whether cells stop once their verdicts are certain.
        max_errors: The share of a cell's cases that may be errors.
    """

    name: str
    path: Path
    shown: str
    task: Task
    model_name: str
    model: ModelSpec
    model_place: Place
    datasets: dict[str, Source]
    checks: tuple[Check, ...]
    seed: int
    confidence: float
    encoder: str
    tags: tuple[str, ...]
    marks: tuple[Mark, ...]
    registry: Registry
    today: date
    description: str = ""
    baseline: BaselineSpec = field(default_factory=BaselineSpec)
    early_stop: bool = False
    max_errors: float = 0.0
    first_model: str = ""

    def __repr__(self) -> str:
        return f"<Suite {self.name}: {self.task.name} on {', '.join(self.datasets)}; checks: {len(self.checks)}>"

    def seeded(self, seed: int) -> "Suite":
        """Return the suite with another seed, which its samples are drawn by, too."""
        datasets = {name: replace(source, seed=seed) for name, source in self.datasets.items()}
        return replace(self, seed=seed, datasets=datasets)

    @property
    def file(self) -> str:
        """Its name without that of its model."""
        return self.name.removesuffix(APART + self.model_name) if self.model_name else self.name

    @property
    def node(self) -> str:
        """What its cells' ids in pytest begin with: its file, and of several models its own."""
        return APART.join(filter(None, [self.shown, self.model_name]))

    @property
    def two_sided(self) -> float:
        """The coverage of an interval of which each bound alone holds at `confidence`."""
        return 2 * self.confidence - 1

    @property
    def labels(self) -> Sequence[str]:
        """What an output is to be one of, as the data call them; nothing where it is any number of them, or none is named."""
        return self.model.data_labels if self.task.single_label else ()

    @property
    def own_measures(self) -> list[OwnMeasure]:
        """The measures that the suite adds to those of its task."""
        return own_measures(self.task)

    @property
    def models(self) -> list[ModelSpec]:
        """All that is asked: the model under test and what judges it."""
        return [self.model, *(one.model for one in self.own_measures if one.judges)]
