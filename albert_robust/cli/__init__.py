"""The command line. Exit codes: 0 fine, 1 a gate or check failed, 2 wrong usage or bad input."""

import argparse
import io
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from types import FrameType

from albert_robust.cli import (
    augment,
    cache,
    calibrate,
    compare,
    doctor,
    exchange,
    export,
    finetune,
    init,
    listing,
    merge,
    perturb,
    pretrain,
    report,
    reword,
    schema,
    score,
    tune,
)
from albert_robust.cli.command import CommandParser
from albert_robust.errors import InputError, MissingExtraError, Mistake, WritingError
from albert_robust.shown import printable
from albert_robust.version import __version__

INTERRUPTED, TERMINATED = 130, 143
COMMANDS = (
    init,
    listing,
    perturb,
    augment,
    reword,
    doctor,
    score,
    report,
    merge,
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
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=CommandParser)
    for module in COMMANDS:
        module.add(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; one that is interrupted ends with 130, one that is terminated with 143."""
    _speak_plainly()
    _end_tidily()
    options = parser().parse_args(arguments)
    try:
        code = int(options.run(options))
        print(end="", flush=True)
        return code
    except BrokenPipeError:
        _let_go()
        return 0
    except (InputError, Mistake, WritingError, MissingExtraError, OSError) as error:
        print(printable(str(error)), file=sys.stderr)
        _let_go()
        return 2
    except KeyboardInterrupt as error:
        return TERMINATED if signal.SIGTERM in error.args else INTERRUPTED


def _speak_plainly() -> None:
    """Print UTF-8, which is what commands read, whatever the locale; and of a warning what it says, not our line of code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    warnings.formatwarning = lambda message, *_, **__: f"{message}\n"


def _end_tidily() -> None:
    """Let SIGTERM end a command as Ctrl-C does: what it has half written is taken away."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)


def _let_go() -> None:
    """Drop what standard output cannot take, closed or full as it is: else Python tries again at its end, and tells of that."""
    try:
        print(end="", flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
