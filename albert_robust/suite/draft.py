"""Draft: a suite of one model that keeps the grammar, before its names (datasets, perturbations, fields) are looked up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from albert_robust.data import Example
from albert_robust.data.options import CHOICES
from albert_robust.documents.yaml_file import Document, Location
from albert_robust.models.prompt import RESERVED, SYSTEM, TEMPLATE, fields_of
from albert_robust.perturbing import Registry
from albert_robust.suite.complaints import Complaints
from albert_robust.suite.own_measures import columns_read, own_measures, unfit, with_measures
from albert_robust.suite.schema import ModelSpec, SuiteSpec
from albert_robust.tasks import TASKS, Task


@dataclass(frozen=True)
class Draft:
    """A file's suite of one model, before its names are looked up.

    Attributes:
        document: The file's content with its lines and columns.
        spec: The same content, typed.
        registry: The perturbations that it may name.
        model_name: The name of the model; empty if the file has one model without a name.
        model: The model.
        at: The location of the model in the document.
        added: The fields that the suite adds to those of its task, each with the text that it has in all examples; None if
            a column holds it.
        task: The task with these fields and with the suite's own measures.
        complaints: Those so far; looking up names adds to them.
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
        """The names of the inputs that datasets have columns for."""
        return [name for name in self.task.inputs if self.added.get(name) is None]

    @property
    def beside(self) -> dict[str, str]:
        """The further columns that measures read, each with what reads it."""
        return columns_read(own_measures(self.task))


def draft(document: Document, spec: SuiteSpec, registry: Registry, model_name: str) -> Draft:
    """Return the draft of a file's suite of one model; its name is empty if the file has one model without a name."""
    model = spec.models[model_name] if model_name else spec.model
    assert model is not None  # the grammar asks for one
    at: Location = ("models", model_name) if model_name else ("model",)
    added, task = _added(spec, model), TASKS[spec.task]
    if task.with_range and model.range:
        task = task.with_range(*model.range)
    complaints = Complaints(document)
    whole = _with(task, added, model.own_labels)
    data = {name for one in spec.datasets.values() for part in (one.columns, *(one.templates or ())) for name in part}
    for below, mistake in unfit(whole, spec.measures, data, document.path.parent):
        complaints.take(("measures", *below), mistake)
    task = with_measures(whole, document, spec.measures)
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
    protected = {*added} - {CHOICES}

    def protect(example: Example, name: str) -> tuple[str, ...]:
        return (*task.protect(example, name), *(labels if name in protected else ()))

    return replace(task, inputs=(*task.inputs, *added), protect=protect) if added else task
