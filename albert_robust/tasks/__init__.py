"""The tasks, one file each."""

from albert_robust.tasks import (
    classification,
    multi_label,
    question_answering,
    retrieval,
    sentence_similarity,
    summarization,
    text_generation,
    text_regression,
    token_classification,
    translation,
)
from albert_robust.tasks.task import Answer, Prediction, Quality, Task, TextScorer

TASKS = {
    task.name: task
    for task in (
        classification.TASK,
        multi_label.TASK,
        token_classification.TASK,
        text_regression.TASK,
        question_answering.TASK,
        summarization.TASK,
        translation.TASK,
        text_generation.TASK,
        retrieval.TASK,
        sentence_similarity.TASK,
    )
}

__all__ = ["TASKS", "Answer", "Prediction", "Quality", "Task", "TextScorer"]
