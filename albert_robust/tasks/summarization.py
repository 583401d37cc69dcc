"""Summarization: a short text for a long one."""

from albert_robust.scoring.overlap import rouge_l, token_f1
from albert_robust.tasks.task import Task, each, labs

TASK = Task(
    name="summarization",
    inputs=("document",),
    reference="summary",
    perturbed=("document",),
    agreements={"labs": labs, "token f1": each(token_f1)},
    qualities={"labs": labs, "rouge l": each(rouge_l)},
    aggregates={},
    key="summary",
)
