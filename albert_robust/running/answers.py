"""What a model answered, with all that it can be measured by: outputs, references, source, and the language of each."""

from typing import Literal

from albert_robust.running.cell import Cell
from albert_robust.running.records import Outcome
from albert_robust.tasks import Answer

When = Literal["before", "after"]


def answer_of(cell: Cell, outcome: Outcome, when: When) -> Answer:
    """Return the answer to an outcome's original (`before`) or to its variant (`after`).

    References and source are those of the dataset either way: an output has one quality, whatever led to it.
    """
    task = cell.suite.task
    return Answer(
        output=str(outcome.before if when == "before" else outcome.after),
        references=outcome.references,
        source=outcome.original[task.about] if task.about else "",
        language=_spoken(cell, outcome, when),
        reference_language=reference_language(cell),
        source_language=cell.language,
    )


def reference_language(cell: Cell) -> str:
    """Return the language of a cell's references: the dataset's own word, else the examples'."""
    return cell.suite.datasets[cell.dataset].reference_language or cell.language


def _spoken(cell: Cell, outcome: Outcome, when: When) -> str:
    """The language of an output: that of the field it is made from, which a variant may have in another one."""
    if not cell.suite.task.speaks:
        return reference_language(cell)
    return (outcome.variant_language if when == "after" else "") or cell.language
