"""Where a run keeps what later runs may use, and how a suite's model is asked there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from albert_robust.asking.ask import Cost, Limits
from albert_robust.asking.budget import Budget
from albert_robust.asking.cache import FILE, Cache
from albert_robust.asking.judging import Judging
from albert_robust.asking.predict import Predictor, Watch
from albert_robust.asking.price import Price
from albert_robust.asking.store import BOUND
from albert_robust.models import Model, ModelSpec, Usage, load_model
from albert_robust.models.callable import CallableModel
from albert_robust.suite.own_measures import OwnMeasure
from albert_robust.suite.suite import Suite
from albert_robust.tasks import Task

Function = Callable[[list[dict[str, str]]], Sequence[Any]]


@dataclass(frozen=True)
class Workspace:
    """Where a run keeps what later runs may use.

    Attributes:
        folder: `.albert_robust`, below the project's root.
        run: Names this run; models without an identity share answers within it alone.
        allow_network: Whether a hub may be asked.
        budget: What the models may be asked in all.
        bound: Bytes that the cache may grow to.
        shared: The folder of the processes that take part in the run, where temporary files go; None where this one is alone.
    """

    folder: Path
    run: str
    allow_network: bool = False
    budget: Budget = field(default_factory=Budget)
    bound: int = BOUND
    shared: Path | None = None

    @cached_property
    def cache(self) -> Cache:
        """Predictions and scores."""
        return Cache(self.folder / FILE, self.bound)

    def reopened(self) -> "Workspace":
        """Close the cache and return the workspace as the next run finds it."""
        self.cache.close()
        return replace(self)

    @property
    def models(self) -> Path:
        """Fine-tuned checkpoints."""
        return self.folder / "models"

    def model(self, suite: Suite, usage: Usage) -> Model:
        """Return the suite's model, not loaded yet; it adds to the usage."""
        return load_model(suite.model, suite.path.parent, suite.task, self.models, self.allow_network, usage)

    def predictor(self, suite: Suite, cost: Cost) -> Predictor:
        """Return the suite's model as it is asked here; what that takes is added to the cost."""
        alone = self.shared is None
        return self._asked(self.model(suite, cost.usage), suite.task, suite.model, suite.name, cost, self.budget, alone)

    def own_measures(self, suite: Suite, watch: Watch | None = None) -> dict[str, Judging]:
        """Return the suite's own measures as they are asked here, by name: judges within the budget, functions without any.

        Args:
            suite: The suite.
            watch: Is called while many pairs are asked.
        """
        return {one.name: Judging(one, self._measuring(one, suite), suite.shown, watch) for one in suite.own_measures}

    def _measuring(self, measure: OwnMeasure, suite: Suite) -> Predictor:
        """Return what is asked for a measure. What functions return serves this process alone."""
        cost, judges = Cost(), measure.judges
        model = measure.asked(self.models, self.allow_network, cost.usage)
        budget, alone = self.budget if judges else Budget(), self.shared is None or not judges
        return self._asked(model, measure.task, measure.model, f"{suite.name} {measure.name}", cost, budget, alone)

    def _asked(
        self, model: Model, task: Task, settings: ModelSpec, suite: str, cost: Cost, budget: Budget, alone: bool
    ) -> Predictor:
        timeout = None if settings.kind.streams else settings.timeout  # a model that streams times each of its requests
        return Predictor(
            model,
            task,
            self.cache,
            suite=suite,
            run=self.run,
            batch=settings.batch,
            limits=Limits(timeout, settings.retries),
            cost=cost,
            budget=budget,
            alone=alone,
            price=Price.by(settings),
            names=settings.names,
        )


@dataclass(frozen=True)
class WorkspaceOf(Workspace):
    """The workspace of a model that is at hand and needs no name."""

    function: Function = list

    def model(self, suite: Suite, usage: Usage) -> Model:
        """Return the model at hand, whatever the suite says."""
        return CallableModel(self.function, None)

    def predictor(self, suite: Suite, cost: Cost) -> Predictor:
        """Return the model at hand as it is asked here: it calls labels as the data do."""
        return replace(super().predictor(suite, cost), names={})
