"""The command line. Exit codes: 0 fine, 1 a gate or check failed, 2 wrong usage or bad input."""

import argparse
import sys
from collections.abc import Sequence

from albert_robust import __version__
from albert_robust.cli import (
    cache,
    calibrate,
    compare,
    exchange,
    export,
    finetune,
    init,
    listing,
    perturb,
    pretrain,
    report,
    schema,
    score,
    tune,
)
from albert_robust.errors import InputError, MissingExtraError, UsageError, WritingError

COMMANDS = (
    init,
    listing,
    perturb,
    score,
    report,
    compare,
    exchange,
    cache,
    finetune,
    pretrain,
    calibrate,
    tune,
    export,
    schema,
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="albert-robust", description="Robustness tests for NLP models. Suites are run by pytest: pytest suites/"
    )
    top.add_argument("--version", action="version", version=f"albert-robust {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (InputError, UsageError, WritingError, MissingExtraError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
