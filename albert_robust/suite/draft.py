"""A suite whose grammar is right: what its names are looked up in, and the complaints about those that there are not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from albert_robust.data import Example
from albert_robust.data.conversation import BEFORE
from albert_robust.data.options import CHOICES
from albert_robust.documents.yaml_file import Document, Location
from albert_robust.models.prompt import SYSTEM, TEMPLATE, fields_of
from albert_robust.perturbing import Registry
from albert_robust.suite.complaints import Complaints
from albert_robust.suite.own_measures import unfit, with_measures
from albert_robust.suite.schema import ModelSpec, SuiteSpec
from albert_robust.tasks import TASKS, Task

RESERVED = ("id", "language", SYSTEM, TEMPLATE, BEFORE)  # no columns that a model is asked with


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
    for key, mistake in unfit(task, spec.measures):
        complaints.take(("measures", key), mistake)
    task = with_measures(_with(task, added, model.labels), document, spec.measures)
    return Draft(document, spec, registry, model_name, model, at, added, task, complaints)


def _added(spec: SuiteSpec, model: ModelSpec) -> dict[str, str | None]:
    """Return the fields that a suite adds: what else its models see, and what they are told where that is perturbed.

    What one of several models sees all of them are given: that their examples are the same.
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
    """Return a task with more fields. Labels in these stay as they are, as gold answers do: a model is to answer with them.

    Choices are what is chosen from, and their letters words of many a text.
    """
    telling = {*added} - {CHOICES}

    def protect(example: Example, name: str) -> tuple[str, ...]:
        return (*task.protect(example, name), *(labels if name in telling else ()))

    return replace(task, inputs=(*task.inputs, *added), protect=protect) if added else task
