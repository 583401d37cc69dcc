"""`albert-robust report`."""

import argparse
import csv
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust report robustness-report --markdown summary.md"
    made = command(commands, "report", run, "Write the report of a run folder again.", example)
    made.add_argument("run_folders", type=Path, nargs="+", metavar="RUN", help="run folder, which holds run.json")
    made.add_argument("--html", type=Path, help="write the HTML report to this file")
    made.add_argument("--markdown", type=Path, help="write a Markdown summary to this file")
    made.add_argument(
        "--csv", type=Path, help="write the numbers of all cells to this file, a row per cell and measure"
    )
    made.add_argument(
        "--failures",
        type=Path,
        metavar="FILE",
        help="write every case that speaks against the model to this CSV file, with its texts and answers",
    )
    made.add_argument("--json", action="store_true", help="print a JSON summary")
    made.add_argument(
        "--templates",
        type=Path,
        action="append",
        default=[],
        help="folder with templates that override the built-in ones; may be repeated",
    )


def run(options: argparse.Namespace) -> int:
    """Write what was asked for; the HTML report into the run folder when nothing was."""
    from albert_robust.errors import UsageError, writing
    from albert_robust.report.render import render_html, render_json, render_markdown, write_report
    from albert_robust.results.case_table import write_cases
    from albert_robust.results.folder import open_run
    from albert_robust.results.table import COLUMNS, rows_of

    folder, *more = options.run_folders
    if more:
        raise UsageError(
            f"a report is of one run: `albert-robust merge {folder} {more[0]} --out DIR` makes one of several"
        )
    found = open_run(folder)
    if options.html:
        page = render_html(found, options.templates)
        with writing(options.html, "name another file: --html FILE"):
            options.html.write_text(page, encoding="utf-8")
    if options.markdown:
        summary = render_markdown(found, options.templates)
        with writing(options.markdown, "name another file: --markdown FILE"):
            options.markdown.write_text(summary, encoding="utf-8")
    if options.csv:
        with (
            writing(options.csv, "name another file: --csv FILE"),
            options.csv.open("w", encoding="utf-8", newline="") as file,
        ):
            table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(rows_of(found))
    if options.failures:
        with writing(options.failures, "name another file: --failures FILE"):
            write_cases(found, options.failures)
    if options.json:
        print(render_json(found))
    if not (options.html or options.markdown or options.csv or options.failures or options.json):
        print(write_report(found, folder, options.templates))
    return 0
