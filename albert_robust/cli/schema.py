"""`albert-robust schema`."""

import argparse
import json
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
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "albert-robust suite"}
    print(json.dumps(schema, indent=1, ensure_ascii=False))
    return 0
