"""What the references of examples are: labels, letters of choices, objects in JSON."""

from collections.abc import Sequence

from albert_robust.data import Example
from albert_robust.tasks import Task
from albert_robust.text.choices import choices

TRIED = 100  # examples


def labels_of(task: Task, examples: Sequence[Example]) -> list[str]:
    """Return the labels that the references are, or hold."""
    references = {reference for example in examples for reference in example.references}
    if task.annotation:
        return sorted({label for reference in references for label in task.annotation.labels(reference)})
    if not task.single_label:
        return []
    if not chooses(task, examples):
        return sorted(references)
    marks = {choice.mark for example in examples for choice in choices(example.fields[task.inputs[0]])}
    letters = ({form.format(mark) for mark in marks} for form in ("{}", "({})"))
    return sorted(next((some for some in letters if references <= some), references))


def chooses(task: Task, examples: Sequence[Example]) -> bool:
    """Return whether the examples are questions with lettered choices."""
    return task.single_label and all(choices(one.fields[task.inputs[0]]) for one in examples[:TRIED])


def are_objects(task: Task, examples: Sequence[Example]) -> bool:
    """Return whether all references are objects in JSON."""
    references = [reference for example in examples for reference in example.references]
    return (
        task.reference_type == "object"
        and bool(references)
        and all(reference.startswith("{") for reference in references)
    )
