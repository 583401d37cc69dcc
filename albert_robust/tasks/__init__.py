"""The tasks, one file each."""

from albert_robust.tasks import classification, question_answering, summarization
from albert_robust.tasks.task import Prediction, Task, TextScorer, best

TASKS = {task.name: task for task in (classification.TASK, question_answering.TASK, summarization.TASK)}

__all__ = ["TASKS", "Prediction", "Task", "TextScorer", "best"]
