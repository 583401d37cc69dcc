"""`albert-robust pretrain`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust pretrain --config encoder.yaml --out encoder/"
    made = command(commands, "pretrain", run, "Train an encoder from text on disk, as a recipe says.", example)
    made.add_argument("--config", type=Path, required=True, help="the recipe, a YAML file")
    made.add_argument(
        "--out", type=Path, required=True, help="folder of the checkpoint; a run goes on from its last stage"
    )
    made.add_argument("--threads", type=int, help="processor threads (default: torch's own)")


def run(options: argparse.Namespace) -> int:
    """Train and say what was read and written."""
    from albert_robust.pretrain.pretrain import pretrain

    outcome = pretrain(options.config, options.out, options.threads)
    for line in outcome.bad_examples:
        print(f"skipped {line}", file=sys.stderr)
    print(
        f"{outcome.pairs} pairs, {outcome.bad_lines} bad lines skipped, {outcome.stages_run} stages: {outcome.folder}"
    )
    return 0
