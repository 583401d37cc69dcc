"""`albert-robust merge`."""

import argparse
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command

SHOWN = 10  # cells that did not pass


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust merge reports/shard-1 reports/shard-2 --out reports/all"
    summary = "Put runs of some cells each together: one run folder, one report."
    made = command(commands, "merge", run, summary, example)
    made.add_argument("run_folders", nargs="+", metavar="RUN", help="run folder of one of the jobs")
    made.add_argument("--out", type=Path, required=True, metavar="DIR", help="run folder to write")


def run(options: argparse.Namespace) -> int:
    """Write the run that they make together and its report; 1 if a cell failed or was not tested, or a suite is broken."""
    from albert_robust.errors import UsageError, writing
    from albert_robust.gate.merging import merged
    from albert_robust.report.render import write_report
    from albert_robust.results.folder import keep, open_run
    from albert_robust.show import describe_run
    from albert_robust.shown import shown_path

    mend = "name another folder: --out DIR"
    if options.out.resolve() in {Path(folder).resolve() for folder in options.run_folders}:
        raise UsageError(f"--out {options.out}: that is one of the runs; {mend}")
    folders = {Path(folder).resolve(): folder for folder in options.run_folders}  # each once
    found = merged({name: open_run(folder) for folder, name in folders.items()})
    keep(found, options.out, mend)
    with writing(options.out, mend):
        page = write_report(found, options.out)
    print("\n".join([*describe_run(found, SHOWN), f"report: {shown_path(page)}"]))
    untested = any(cell.verdict == "not tested" for cell in found.cells)
    return int(untested or found.answer in {"no", "nothing"})
