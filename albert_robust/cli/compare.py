"""`albert-robust compare`."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command

if TYPE_CHECKING:
    from albert_robust.gate.comparing import Family
    from albert_robust.results.cell_key import CellKey
    from albert_robust.results.records import ComparisonRecord
    from albert_robust.results.run import Run
    from albert_robust.scoring.statistics import Estimate

PLACES = 3
LONG = 100  # letters of a cell's id in the table


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust compare reports/main reports/branch"
    summary = "Compare two runs cell by cell over the same examples: did any cell get worse?"
    made = command(commands, "compare", run, summary, example)
    made.add_argument("earlier", metavar="A", help="run folder of the earlier run; DIR::NAME picks one of its models")
    made.add_argument("later", metavar="B", help="run folder of the later run, or DIR::NAME")
    made.add_argument(
        "--correction",
        default="holm",
        metavar="METHOD",
        help="correction for many cells: holm (default) or benjamini-hochberg",
    )
    made.add_argument(
        "--floor",
        type=float,
        default=0.01,
        metavar="D",
        help="drops smaller than this never count as a regression, from 0 to 1 (default: 0.01)",
    )
    made.add_argument(
        "--tolerance",
        type=float,
        default=0.05,
        metavar="D",
        help="a cell counts as the same if it is shown to have changed by less than this, either way (default: 0.05)",
    )
    made.add_argument(
        "--warn-stale", action="store_true", help="do not fail because of cells that are missing or cannot be compared"
    )
    made.add_argument(
        "--html", type=Path, help="write the report of B beside A to this file: texts and answers, the new first"
    )
    made.add_argument("--markdown", type=Path, help="write the same in brief to this file, as for a comment")
    made.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print how each cell stands, the worst first; 1 if one regressed, is missing or cannot be compared."""
    from albert_robust.gate.comparing import fails, standings

    earlier, later = _opened(options.earlier), _opened(options.later)
    family = _family(earlier, later, options)
    _write(later, family, options)
    placed = sorted(family.items(), key=_worst_first)
    failed = any(fails(found, options.warn_stale) for found in family.values())
    if options.json:
        cells = [{"suite": suite, "cell": cell, **asdict(found)} for (suite, cell), found in placed]
        print(json.dumps({"schema": 1, "failed": failed, "cells": cells}, indent=1))
    else:
        print("\n".join([*_table(placed), standings([found for _, found in placed])]))
        if {found.verdict for found in family.values()} == {"missing", "new"}:
            print("no cell is in both runs: cells are known by their suite, so name both models in one file")
    return int(failed)


def _write(later: "Run", family: "Family", options: argparse.Namespace) -> None:
    """Write the reports that were asked for."""
    from albert_robust.errors import writing
    from albert_robust.gate.family import beside_earlier
    from albert_robust.report import render_html, render_markdown

    files = (("--html", options.html, render_html), ("--markdown", options.markdown, render_markdown))
    wanted = [(option, path, render) for option, path, render in files if path]
    run = beside_earlier(later, family, options.warn_stale) if wanted else later
    for option, path, render in wanted:
        with writing(path, f"name another file: {option} FILE"):
            path.write_text(render(run), encoding="utf-8")


def _family(earlier: "Run", later: "Run", options: argparse.Namespace) -> "Family":
    from albert_robust.errors import UsageError
    from albert_robust.gate.family import compare_runs
    from albert_robust.scoring.significance import CORRECTIONS

    if options.correction not in CORRECTIONS:
        raise UsageError(f"--correction: {options.correction!r} is neither {' nor '.join(CORRECTIONS)}")
    if not (0 <= options.floor <= 1 and 0 < options.tolerance <= 1):
        raise UsageError("--floor and --tolerance are drops: numbers from 0 to 1")
    found = compare_runs(earlier, later, options.floor, options.tolerance, options.correction)
    if not found:
        raise UsageError("there is nothing to compare: no cell of either run has a number for each example")
    return found


def _opened(written: str) -> "Run":
    """Return a run by its folder, or of several models one: `robustness-report::small`."""
    from albert_robust.file_names import APART
    from albert_robust.gate.side_by_side import of_model
    from albert_robust.results.folder import open_run

    folder, apart, model = written.rpartition(APART)
    return of_model(open_run(Path(folder)), model) if apart else open_run(Path(written))


def _worst_first(placed: "tuple[CellKey, ComparisonRecord]") -> tuple[int, float, "CellKey"]:
    from albert_robust.gate.comparing import ORDER

    place, found = placed
    return ORDER.index(found.verdict), -(found.drop.value if found.drop else 0.0), place


def _table(placed: "Sequence[tuple[CellKey, ComparisonRecord]]") -> list[str]:
    """The cells in columns, and below them why those that could not be compared were not."""
    from albert_robust.cli.tables import aligned

    rows: list[Sequence[str]] = [("", "cell", "measure", "before", "after", "drop", "bounds", "adjusted p")]
    notes = []
    for (suite, cell), found in placed:
        name = f"{suite}::{cell}"[:LONG]
        numbers = [_number(found.before), _number(found.after), *_drop(found.drop)]
        rows.append((found.verdict, name, found.measure, *numbers, _chance(found.adjusted)))
        if found.verdict in {"missing", "incomparable", "regressed"}:
            notes.append(f"{name}: {found.reason}")
    return [*aligned(rows, left={0, 1, 2}), *notes]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.{PLACES}f}"


def _drop(drop: "Estimate | None") -> list[str]:
    return ["", ""] if drop is None else [_number(drop.value), f"[{_number(drop.low)}, {_number(drop.high)}]"]


def _chance(value: float | None) -> str:
    return "" if value is None else f"{value:.2g}"
