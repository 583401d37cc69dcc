"""`albert-robust perturb`."""

import argparse
import json
import sys
from typing import Any

from albert_robust.cli.command import command

LINE_BREAK = "\u2424"  # symbol for newline


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust perturb typos.keyboard@2 'The weather is nice.' --language en"
    made = command(commands, "perturb", run, "Perturb texts and print the variants.", example)
    made.add_argument("perturbation", help="family.name, family.name@SEVERITY (1 to 5), or 'first | second'")
    made.add_argument(
        "texts", nargs="*", metavar="text", help="texts to perturb (default: the lines of standard input)"
    )
    made.add_argument("--language", required=True, help="language of the texts, as a BCP 47 tag such as en or zh")
    made.add_argument("--seed", type=int, default=0, help="random seed (default: 0)")
    made.add_argument("--n", type=int, default=1, help="number of variants per text (default: 1)")
    made.add_argument("--json", action="store_true", help="print one JSON object per variant, with its edits")


def run(options: argparse.Namespace) -> int:
    """Print the variants, one a line: a line break in one is shown as a sign."""
    from dataclasses import asdict

    from albert_robust.api import perturb
    from albert_robust.cli.lines import STANDARD_INPUT, lines_of
    from albert_robust.errors import InputError, MissingExtraError, UsageError
    from albert_robust.foreign import raise_if_ending
    from albert_robust.imports import raised_there

    texts = options.texts or lines_of(STANDARD_INPUT)
    idle = False
    try:
        rows = perturb(texts, options.perturbation, language=options.language, seed=options.seed, n=options.n)
    except (UsageError, InputError, MissingExtraError):
        raise
    except BaseException as error:  # of the perturbation itself: one that somebody is just writing
        raise_if_ending(error)
        raise UsageError(f"{options.perturbation} raises {raised_there(error)}") from error
    for row in rows:
        for variant in row:
            idle |= variant.status == "not applicable"
            found = asdict(variant) | {"edits": [edit._asdict() for edit in variant.edits]}
            print(json.dumps(found, ensure_ascii=False) if options.json else variant.text.replace("\n", LINE_BREAK))
    if idle:
        print(f"{options.perturbation} does not apply to {options.language!r}: nothing was changed", file=sys.stderr)
    return 0
