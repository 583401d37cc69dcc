"""The tasks, one file each, called as the task is."""

from importlib import import_module

from albert_robust.task_names import TASK_NAMES
from albert_robust.tasks.task import Answer, Prediction, Quality, Task, TextScorer

TASKS: dict[str, Task] = {name: import_module(f"{__name__}.{name.replace('-', '_')}").TASK for name in TASK_NAMES}

__all__ = ["TASKS", "Answer", "Prediction", "Quality", "Task", "TextScorer"]
