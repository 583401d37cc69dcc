"""`albert-robust list perturbations`."""

import argparse
import json
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command


def add(commands: Any) -> None:
    """Declare the command."""
    made = command(
        commands,
        "list",
        run,
        "List the perturbations: the built-in ones and those in ./perturbations.",
        "albert-robust list perturbations --json",
    )
    made.add_argument("what", choices=["perturbations"])
    made.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the perturbations of the built-in pack and of ./perturbations."""
    from albert_robust.perturbing import Perturbation, open_packs
    from albert_robust.perturbing.registry import PACK

    def row(item: Perturbation) -> dict[str, Any]:
        return {
            "name": item.name,
            "family": item.family,
            "languages": "any" if item.languages == "any" else sorted(item.languages),
            "contract": f"preserves {item.preserves}" if item.preserves else f"alters {item.alters}",
            "severities": item.severities,
            "summary": item.summary,
        }

    rows = [row(item) for item in open_packs((Path.cwd() / PACK,))]
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return 0
    for found in rows:
        languages = found["languages"] if found["languages"] == "any" else " ".join(found["languages"])
        print(f"{found['name']:<28} {found['contract']:<18} {languages}\n    {found['summary']}")
    return 0
