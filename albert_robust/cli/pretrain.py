"""`albert-robust pretrain`."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust pretrain --config encoder.yaml --out encoder/"
    made = command(commands, "pretrain", run, "Train an encoder from text on disk, following a recipe.", example)
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("--config", type=Path, help="YAML file with the recipe")
    what.add_argument(
        "--search",
        type=Path,
        metavar="SPACE",
        help="search for the best recipe instead: YAML file that names a recipe, the settings to vary and the budget",
    )
    made.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder for the checkpoint; an interrupted run resumes from its last saved step",
    )
    made.add_argument("--threads", type=int, help="number of CPU threads (default: torch's own choice)")
    made.add_argument("--json", action="store_true", help="with --search: print all trials as JSON")


@contextmanager
def told_if_stopped() -> Iterator[None]:
    """Say how far a training is that a signal ended, and that it goes on."""
    from albert_robust.pretrain.stopping import Stopped

    try:
        yield
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        raise


def run(options: argparse.Namespace) -> int:
    """Train and say what was read and written."""
    from albert_robust.cli import search
    from albert_robust.errors import UsageError

    if options.threads is not None and options.threads < 1:
        raise UsageError(f"--threads {options.threads}: expected at least 1")
    if options.search:
        return search.run(options)
    if options.json:
        raise UsageError("--json goes with --search")
    from tqdm import tqdm

    from albert_robust.pretrain.pretrain import pretrain
    from albert_robust.pretrain.trainer import Progress

    with told_if_stopped(), tqdm(unit="step", desc="text and tokenizer") as bar:

        def tell(progress: Progress) -> None:
            bar.set_description(f"stage {progress.stage}", refresh=False)
            bar.total, bar.n = progress.steps, progress.step
            found = {} if progress.retrieved is None else {"found": f"{progress.retrieved:.3f}"}
            left = f"{progress.seconds_left / 60:.0f} min"
            bar.set_postfix({"loss": f"{progress.loss:.3f}", **found, "left": left}, refresh=True)

        outcome = pretrain(options.config, options.out, options.threads, tell)
    for line in outcome.bad_examples:
        print(f"skipped {line}", file=sys.stderr)
    print(f"{outcome.pairs} pairs, {outcome.bad_lines} bad lines skipped, {outcome.steps} steps: {outcome.folder}")
    return 0
