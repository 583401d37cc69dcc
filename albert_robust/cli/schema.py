"""`albert-robust schema`."""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command


def add(commands: Any) -> None:
    """Declare the command."""
    command(
        commands,
        "schema",
        run,
        "Print a JSON Schema of *.robust.yaml files, for editors.",
        "albert-robust schema > robust.schema.json",
    )


def run(options: argparse.Namespace) -> int:
    """Print the schema."""
    from albert_robust.suite.schema import SuiteSpec

    schema = SuiteSpec.model_json_schema()
    _suggest(schema["$defs"]["CheckSpec"]["properties"])
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "albert-robust suite"}
    print(json.dumps(schema, indent=1, ensure_ascii=False))
    return 0


def _suggest(check: dict[str, Any]) -> None:
    """Let an editor complete what a check names; what it does not know, such as a measure of your own, stays valid."""
    perturbations = _perturbations()
    for key, known in {"perturbations": perturbations, "except": perturbations, "gates": _gates()}.items():
        check[key]["items"]["examples"] = list(known)


def _perturbations() -> Iterable[str]:
    """Return the perturbations of the built-in pack and of ./perturbations, each family before its members."""
    from albert_robust.file_names import PACK
    from albert_robust.perturbing import open_packs

    members = open_packs((Path.cwd() / PACK,))
    return dict.fromkeys(name for item in members for name in (f"{item.family}.*", item.name))


def _gates() -> list[str]:
    """Return a gate for each measure of each task; the bounds are to be set."""
    from albert_robust.suite.expectations import DIRECTED, EXPECTATIONS
    from albert_robust.suite.gates import measures
    from albert_robust.suite.measure import measure_named
    from albert_robust.tasks import TASKS

    names = {
        name: None
        for task in TASKS.values()
        for expected in (*EXPECTATIONS.values(), DIRECTED)
        for name in measures(expected, task)
    }
    below = {name for name in names if name == "flip rate" or measure_named(name).is_loss}
    return [f"{name} <= 0.05" if name in below else f"{name} >= 0.9" for name in names]
