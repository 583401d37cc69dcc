"""`albert-robust inputs` and `albert-robust outputs`."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command

if TYPE_CHECKING:
    from albert_robust.asking.workspace import Workspace
    from albert_robust.running.cell import Cell


def add(commands: Any) -> None:
    """Declare both commands."""
    summary = "Print what suites would ask their models, one JSON object per line, to be answered elsewhere."
    made = command(commands, "inputs", write, summary, "albert-robust inputs suites/reviews.robust.yaml > inputs.jsonl")
    _shared(made)
    made.add_argument("--all", action="store_true", help="include inputs that already have an answer")
    summary = "Import answers that a model gave elsewhere: one line per input, with its key and output."
    example = "albert-robust outputs suites/reviews.robust.yaml --from answers.jsonl"
    made = command(commands, "outputs", read, summary, example)
    _shared(made)
    made.add_argument(
        "--from",
        type=Path,
        required=True,
        dest="answers",
        metavar="FILE",
        help="JSON Lines, Parquet, CSV or TSV with `key` and `output`",
    )


def _shared(made: argparse.ArgumentParser) -> None:
    made.add_argument("suites", type=Path, nargs="+", metavar="SUITE", help="a *.robust.yaml file")
    made.add_argument(
        "--workspace", type=Path, metavar="DIR", help="folder of the cache (default: the one that pytest uses here)"
    )
    made.add_argument("--seed", type=int, help="random seed for all suites (default: the one that pytest uses here)")


def write(options: argparse.Namespace) -> int:
    """Print a line an input; how many there are goes to standard error."""
    from albert_robust.exchange import questions

    cells, workspace = _planned(options)
    counts = [0, 0]
    for question in questions(cells, workspace):
        counts[question.answered] += 1
        if options.all or not question.answered:
            facts = {"key": question.key, "suite": question.suite, "task": question.task.name}
            repeated = {"replicate": question.replicate} if question.replicate else {}
            print(json.dumps({**facts, **repeated, "inputs": dict(question.inputs)}, ensure_ascii=False))
    workspace.cache.close()
    print(f"{sum(counts)} inputs, {counts[1]} of them answered {_shown(workspace)}", file=sys.stderr)
    return 0


def read(options: argparse.Namespace) -> int:
    """Keep the outputs, and say what is still missing, as a run finds it."""
    from albert_robust.exchange import questions, take_in

    cells, workspace = _planned(options)
    count = take_in(options.answers, cells, workspace)
    later = workspace.reopened()
    missing = sum(not question.answered for question in questions(cells, later))
    later.cache.close()
    print(f"took in {count} outputs; {missing} inputs have none yet {_shown(workspace)}")
    return 0


def _shown(workspace: "Workspace") -> str:
    from albert_robust.shown import shown_path

    return f"(workspace: {shown_path(workspace.folder)})"


def _planned(options: argparse.Namespace) -> "tuple[list[Cell], Workspace]":
    """Return the cells of the suites that no mark skips, and where pytest keeps their answers."""
    from albert_robust.cli.here import settings_here, suites_here
    from albert_robust.running.cell import unskipped
    from albert_robust.running.plan import plan

    settings = settings_here(options.suites, options.workspace, options.seed)
    suites = suites_here(options.suites, settings)
    return [cell for suite in suites for cell in unskipped(plan(suite).cells)], settings.workspace
