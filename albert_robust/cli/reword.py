"""`albert-robust reword`."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command

if TYPE_CHECKING:
    from albert_robust.asking.progress import Progress
    from albert_robust.reword import Reworded
    from albert_robust.suite.suite import Suite

SHOWN = 5  # wordings that were rejected


def add(commands: Any) -> None:
    """Declare the command."""
    summary = "Have a model reword a suite's texts, for you to review and then test with."
    example = "albert-robust reword suites/reviews.robust.yaml --by rewriter.yaml"
    made = command(commands, "reword", run, summary, example)
    made.add_argument("suite", type=Path, help="a *.robust.yaml file")
    made.add_argument(
        "--by",
        type=Path,
        required=True,
        metavar="FILE",
        help="YAML file that describes the rewriting model, in the form of a suite's `model:`",
    )
    made.add_argument("--n", type=int, default=3, help="number of wordings to ask for per text (default: 3)")
    made.add_argument(
        "--field",
        action="append",
        help="field to reword; may be repeated (default: those of the checks that name the file's perturbation, or else of all)",
    )
    made.add_argument(
        "--meaning",
        type=float,
        default=0.3,
        help="reject wordings whose LABS score against the original is lower than this (default: %(default)s)",
    )
    made.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="file to append to (default: perturbations/reworded.variants.jsonl next to the suite)",
    )
    made.add_argument(
        "--workspace", type=Path, metavar="DIR", help="folder of the cache (default: the one that pytest uses here)"
    )
    made.add_argument(
        "--allow-network", action="store_true", help="allow downloading the rewriter's checkpoint from a hub"
    )


def run(options: argparse.Namespace) -> int:
    """Add wordings of the texts that the file does not know; its lines stay as they are."""
    from dataclasses import replace

    from albert_robust.cli.here import settings_here, suites_here
    from albert_robust.errors import UsageError
    from albert_robust.file_names import PACK, VARIANTS
    from albert_robust.perturbing.given import FAMILY, rows_of
    from albert_robust.reword import read_rewriter, reworded, wanted_in
    from albert_robust.shown import shown_path

    settings = settings_here([options.suite], options.workspace)
    out: Path = options.out or options.suite.parent / PACK / f"reworded{VARIANTS}"
    if not out.name.endswith(VARIANTS):
        raise UsageError(f"{out.name!r}: a file of variants is called NAME{VARIANTS}")
    if options.n < 1:
        raise UsageError(f"--n {options.n}: expected 1 or more")
    rewriter = read_rewriter(options.by)
    suite = suites_here([options.suite], settings, awaits_variants=True)[0]
    name = f"{FAMILY}.{out.name.removesuffix(VARIANTS)}"
    fields = _fields(options.field, suite, name)
    rows = list(rows_of(out)) if out.exists() else []
    known = {(row.get("language", ""), row["text"]) for row in rows}
    wanted = [one for one in wanted_in(suite, fields) if not {(one.language, one.text), ("", one.text)} & known]
    workspace = replace(settings.workspace, allow_network=options.allow_network)
    found, failures = reworded(suite, rewriter, options.by, wanted, workspace, options.n, options.meaning, _progress())
    workspace.cache.close()
    kept = [one for one in found if not one.fault]
    if kept:
        _append(out, kept)
    texts = len({one.text for one in kept})
    print(
        f"{shown_path(out)}: {len(kept)} new wording{'s' * (len(kept) != 1)}, of {texts} text{'s' * (texts != 1)}",
        end="",
    )
    print(f"; {len(known)} texts had some" if known else "")
    _tell(found, failures)
    if kept:
        print("next: read them over, take out what says something else, and test with")
        print(f"  perturbations: [{name}]")
    return 0 if kept or known or not wanted else 1


def _progress() -> "Progress":
    """Return what tells on standard error how many texts are done."""
    import shutil
    import sys

    from albert_robust.asking.progress import Progress

    def write(string: str) -> None:
        print(string, end="", file=sys.stderr, flush=True)

    return Progress(write, shutil.get_terminal_size().columns if sys.stderr.isatty() else None)


def _fields(named: Sequence[str] | None, suite: "Suite", perturbation: str) -> Sequence[str]:
    """Return the fields that are named, or those that the suite perturbs by what is made here, or else by anything."""
    from albert_robust.errors import UsageError
    from albert_robust.models.prompt import SYSTEM, TEMPLATE

    task = suite.task
    for name in named or ():
        if name not in task.inputs:
            told = (
                f"; {name} is one where a check of the suite says `fields: [{name}]`"
                if name in (SYSTEM, TEMPLATE)
                else ""
            )
            raise UsageError(f"--field {name}: {task.name} has the fields {', '.join(task.inputs)}{told}")
    checks = [check for check in suite.checks if check.specs]
    own = [check for check in checks if any(step.name == perturbation for spec in check.specs for step in spec.steps)]
    return named or list(dict.fromkeys(field for check in own or checks for field in check.fields)) or task.perturbed


def _append(out: Path, kept: Sequence["Reworded"]) -> None:
    """Add lines to a file; those that are there stay, to the letter."""
    import json

    from albert_robust.atomic import write_whole
    from albert_robust.errors import writing

    lines = [
        {"text": one.text, "variant": one.variant, "language": one.language, "labs": round(one.labs, 3)} for one in kept
    ]
    with writing(out, "make room there, or name another file: --out FILE"):
        out.parent.mkdir(parents=True, exist_ok=True)
        before = out.read_bytes() if out.exists() else b""
        before += b"\n" if before and not before.endswith(b"\n") else b""
        added = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        write_whole(out, before + added.encode())


def _tell(found: Sequence["Reworded"], failures: Sequence[str]) -> None:
    """Say what was rejected, and which texts have no wording."""
    from albert_robust.shown import on_one_line

    rejected = [one for one in found if one.fault]
    if rejected:
        print(f"{len(rejected)} rejected:")
    for one in rejected[:SHOWN]:
        print(f"  {on_one_line(one.variant, 60)} ({one.fault})")
    if len(rejected) > SHOWN:
        print("  ...")
    for why, count in Counter(failures).most_common(SHOWN):
        print(f"no wording of {count}: {on_one_line(why)}")
