"""`albert-robust finetune`."""

import argparse
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust finetune reviews/train.jsonl --task text-classification"
    made = command(
        commands, "finetune", run, "Train a suite's `finetuned:` model once and save it next to its data.", example
    )
    made.add_argument(
        "data",
        type=Path,
        help="training data: JSON Lines, JSON, CSV, TSV or Parquet with the task's columns and `language`",
    )
    made.add_argument(
        "--task",
        required=True,
        choices=("text-classification", "question-answering"),
        help="task that the data are for",
    )


def run(options: argparse.Namespace) -> int:
    """Train and say what was written."""
    from albert_robust.models.finetune import write_learnt
    from albert_robust.tasks import TASKS

    print(f"wrote {write_learnt(options.data, TASKS[options.task])}")
    return 0
