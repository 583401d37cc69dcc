"""What all commands share: how one is declared."""

import argparse
from collections.abc import Callable
from typing import Any, cast


class CommandParser(argparse.ArgumentParser):
    """A parser of a command: `text ...` may stand after an option, too. From 3.12.8 on Python reads it so by itself."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return what is known, with the words behind an option among those that they belong to, and what is not."""
        found, left = super().parse_known_args(args, namespace)
        several = [one for one in self._get_positional_actions() if one.nargs in {"*", "+"}]
        if several and not any(word.startswith("-") for word in left):
            name, read = several[0].dest, cast("Callable[[str], Any]", several[0].type or str)
            setattr(found, name, [*getattr(found, name), *map(read, left)])
            left = []
        return found, left


def command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], summary: str, example: str
) -> argparse.ArgumentParser:
    """Return the parser of a new command whose help ends with an example."""
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(run=run)
    return made


def named_column(written: str) -> tuple[str, str]:
    """Return what a `--column` option says: our name and the data's."""
    name, sign, column = written.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"{written!r}: expected NAME=COLUMN, such as text='Review Text'")
    return name, column
