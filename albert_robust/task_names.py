"""What tasks are called. Importing it costs nothing, so `--help` knows them; `tasks/` has what they are."""

from typing import Literal, get_args

TaskName = Literal[
    "text-classification",
    "pair-classification",
    "multi-label-classification",
    "token-classification",
    "text-regression",
    "question-answering",
    "summarization",
    "translation",
    "text-generation",
    "retrieval",
    "sentence-similarity",
]
TASK_NAMES: tuple[str, ...] = get_args(TaskName)
