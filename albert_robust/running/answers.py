"""What a model answered, with all that it can be measured by: outputs, references, source, and the language of each."""

from collections.abc import Iterable
from typing import Literal

from albert_robust.running.cell import Cell
from albert_robust.running.records import Outcome
from albert_robust.tasks import Answer

When = Literal["before", "after"]


def answer_of(cell: Cell, outcome: Outcome, when: When) -> Answer:
    """Return the answer to an outcome's original (`before`) or to its variant (`after`).

    References and source are those of the dataset either way: an output has one quality, whatever led to it.
    """
    return answers_of(cell, [outcome], when)[0]


def answers_of(cell: Cell, outcomes: Iterable[Outcome], when: When) -> list[Answer]:
    """Return the answers to several outcomes of a cell."""
    about, before = cell.suite.task.about, when == "before"
    expected, asked = reference_language(cell), cell.language
    spoken = asked if cell.suite.task.speaks else expected
    varies = cell.suite.task.speaks and not before  # a variant may have the output's field in another language
    return [
        Answer(
            str(outcome.before if before else outcome.after),
            outcome.references,
            outcome.original[about] if about else "",
            (outcome.variant_language or spoken) if varies else spoken,
            expected,
            asked,
        )
        for outcome in outcomes
    ]


def reference_language(cell: Cell) -> str:
    """Return the language of a cell's references: the dataset's own word, else the examples'."""
    return cell.suite.datasets[cell.dataset].reference_language or cell.language
