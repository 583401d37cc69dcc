"""`albert-robust list perturbations` and `albert-robust list tasks`."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command


def add(commands: Any) -> None:
    """Declare the command."""
    summary = "List the perturbations (built-in ones and those in ./perturbations), or the tasks."
    made = command(commands, "list", run, summary, "albert-robust list perturbations --json")
    made.add_argument("what", choices=["perturbations", "tasks"], help="what to list")
    made.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print what there is, one below the other."""
    rows, lines = (_perturbations(), _of_perturbation) if options.what == "perturbations" else (_tasks(), _of_task)
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        print("\n".join(map(lines, rows)))
    return 0


def _perturbations() -> list[dict[str, Any]]:
    """Return the perturbations of the built-in pack and of ./perturbations."""
    from albert_robust.file_names import PACK
    from albert_robust.perturbing import open_packs

    return [
        {
            "name": item.name,
            "family": item.family,
            "languages": "any" if item.languages == "any" else sorted(item.languages),
            "scripts": "any" if item.scripts is None else sorted(item.scripts),
            "contract": f"preserves {item.preserves}" if item.preserves else f"alters {item.alters}",
            "severities": item.severities,
            "summary": item.summary,
        }
        for item in open_packs((Path.cwd() / PACK,))
    ]


def _of_perturbation(row: Mapping[str, Any]) -> str:
    held = [row[what] for what in ("languages", "scripts") if row[what] != "any"]
    where = " ".join(held[0]) if held else "any"
    return f"{row['name']:<28} {row['contract']:<18} {where}\n    {row['summary']}"


def _tasks() -> list[dict[str, Any]]:
    """Return the tasks. Of agreements and fields to perturb, those come first that a check has unless it says otherwise."""
    from albert_robust.models.kinds import kinds_for
    from albert_robust.tasks import TASKS

    return [
        {
            "name": task.name,
            "fields": [*task.inputs],
            "perturbed": [*task.perturbed],
            "reference": task.reference,
            "agreements": [*task.agreements],
            "qualities": [*task.qualities, *task.aggregates],
            "models": [kind.name for kind in kinds_for(task)],
        }
        for task in TASKS.values()
    ]


def _of_task(row: Mapping[str, Any]) -> str:
    told = {
        "agreements": row["agreements"],
        "qualities": row["qualities"],
        "models": [f"{kind}:" for kind in row["models"]],
    }
    lines = "".join(f"\n    {what:<10} {', '.join(held)}" for what, held in told.items())
    return f"{row['name']:<28} {', '.join(row['fields'])} -> {row['reference']}{lines}"
