"""Question answering: a question about a context, answered by a span of it or freely."""

from albert_robust.data import Example
from albert_robust.scoring.overlap import exact_match, token_f1
from albert_robust.tasks.task import Task, each, labs


def _answers(example: Example, field: str) -> tuple[str, ...]:
    """The accepted answers stay where they stand in the context."""
    return example.references if field == "context" else ()


TASK = Task(
    name="question-answering",
    inputs=("context", "question"),
    reference="answers",
    perturbed=("question",),
    agreements={"token f1": each(token_f1), "exact match": each(exact_match), "labs": labs},
    qualities={"exact match": each(exact_match), "token f1": each(token_f1), "labs": labs},
    aggregates={},
    key="answer",
    protect=_answers,
)
