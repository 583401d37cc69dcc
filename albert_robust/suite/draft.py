"""Draft: a suite of one model that keeps the grammar, before its names (datasets, perturbations, fields) are looked up."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from albert_robust.data import Example
from albert_robust.data.conversation import BEFORE
from albert_robust.data.options import CHOICES
from albert_robust.errors import Complaint, suggest
from albert_robust.models.prompt import SYSTEM, TEMPLATE, fields_of
from albert_robust.perturbing import Registry
from albert_robust.suite.documents import Document, Location
from albert_robust.suite.measures import unfit, with_measures
from albert_robust.suite.schema import ModelSpec, SuiteSpec
from albert_robust.tasks import TASKS, Task

RESERVED = ("id", "language", SYSTEM, TEMPLATE, BEFORE)  # no columns that a model is asked with
Value = TypeVar("Value")


@dataclass(frozen=True)
class Complaints:
    """What is wrong with a document, gathered until all of it can be told at once."""

    document: Document
    found: list[Complaint] = field(default_factory=list)

    def add(self, location: Location, what: str, mend: str = "") -> None:
        """Complain of what stands at a location."""
        self.found.append(self.document.complain(location, what, mend))

    def unknown(
        self, at: Location, key: str, names: Sequence[str] | None, known: Sequence[str], none: str = ""
    ) -> None:
        """Complain of each name of a list that is not known.

        Args:
            at: Where the list is.
            key: What it is called: its names are one of these.
            names: The list; None where there is none.
            known: The names that there are.
            none: What to do where no known name is like it.
        """
        for place, name in enumerate(names or ()):
            if name not in known:
                what = f"unknown {key.removesuffix('s')} {name!r}"
                self.add((*at, key, place), what, suggest(name, known) or none)

    def attempt(self, location: Location, make: Callable[[], Value]) -> Value | None:
        """Return what a function makes of what stands at a location; None, and a complaint, where it raises a ValueError."""
        try:
            return make()
        except ValueError as error:
            what, _, mend = str(error).partition("\n")
            self.add(location, what, mend)
            return None


@dataclass(frozen=True)
class Draft:
    """A file's suite of one model, its names not yet looked up.

    Attributes:
        document: The file.
        spec: What it says.
        registry: The perturbations that it may name.
        model_name: Which of its models is asked; empty where it has one without a name.
        model: That model.
        at: Where it stands.
        added: The fields that the suite adds to its task's, each with the text that it has in all examples, or None where a
            column has it.
        task: What the model does, with these fields.
        complaints: About the names that there are not.
    """

    document: Document
    spec: SuiteSpec
    registry: Registry
    model_name: str
    model: ModelSpec
    at: Location
    added: dict[str, str | None]
    task: Task
    complaints: Complaints

    @property
    def columns(self) -> list[str]:
        """The inputs that a dataset has."""
        return [name for name in self.task.inputs if self.added.get(name) is None]


def draft(document: Document, spec: SuiteSpec, registry: Registry, model_name: str) -> Draft:
    """Return the draft of one of a file's models, or of the one without a name."""
    model = spec.models[model_name] if model_name else spec.model
    assert model is not None  # the grammar asks for one
    at: Location = ("models", model_name) if model_name else ("model",)
    added, task = _added(spec, model), TASKS[spec.task]
    if task.with_range and model.range:
        task = task.with_range(*model.range)
    complaints = Complaints(document)
    for key, what, mend in unfit(task, spec.measures):
        complaints.add(("measures", key), what, mend)
    task = with_measures(_with(task, added, model.labels), document, spec.measures)
    return Draft(document, spec, registry, model_name, model, at, added, task, complaints)


def _added(spec: SuiteSpec, model: ModelSpec) -> dict[str, str | None]:
    """Return the fields that a suite adds to its task's: those that models see, and a prompt or system message that is perturbed.

    All models of a file get the fields that any of their prompts names, so that all see the same examples.
    """
    task = TASKS[spec.task]
    perturbed = {name for check in spec.checks for name in check.fields or ()}
    prompts = [text for one in (*spec.models.values(), model) for text in (one.prompt, one.system) if text]
    seen = {name for text in prompts for name in fields_of(text)}
    if model.kind.sees_all_fields:
        seen |= perturbed
    added: dict[str, str | None] = dict.fromkeys(sorted(seen - {*task.inputs, task.reference, *RESERVED}))
    told = {SYSTEM: model.system, TEMPLATE: model.prompt}
    return added | {name: text for name, text in told.items() if text and name in perturbed}


def _with(task: Task, added: Collection[str], labels: Sequence[str]) -> Task:
    """Return a task with more fields. The labels in them are protected, as gold answers are: a model has to answer with them.

    The field of choices is not: its labels are letters, which occur everywhere.
    """
    telling = {*added} - {CHOICES}

    def protect(example: Example, name: str) -> tuple[str, ...]:
        return (*task.protect(example, name), *(labels if name in telling else ()))

    return replace(task, inputs=(*task.inputs, *added), protect=protect) if added else task
