"""`albert-robust export`."""

import argparse
import json
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust export builtin --format onnx --precision int8 --out encoder-onnx/"
    summary = "Export an encoder as ONNX or as a smaller checkpoint, and report how close it stays to the original."
    made = command(commands, "export", run, summary, example)
    made.add_argument("encoder", metavar="ENCODER", help="builtin, a checkpoint folder, or a hub name")
    made.add_argument("--format", required=True, choices=("onnx", "safetensors"), help="file format to write")
    made.add_argument("--out", type=Path, required=True, help="folder to write to; it must be new or empty")
    made.add_argument(
        "--precision",
        default="fp32",
        choices=("fp32", "fp16", "fp8", "int8"),
        help="precision of the weights: fp32 or int8 for onnx; fp32, fp16 or fp8 (word table) for safetensors (default: fp32)",
    )
    made.add_argument(
        "--layers",
        type=int,
        help="number of layers; an ALBERT shares its layers, so this may exceed what it was trained with "
        "(default: up to the layer that the score reads for onnx, all for safetensors)",
    )
    made.add_argument("--allow-network", action="store_true", help="allow downloading the encoder from a hub")
    made.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Export and say what was written."""
    from albert_robust.exporting.export import export

    made = export(
        options.encoder, options.out, options.format, options.precision, options.layers, options.allow_network
    )
    facts = {
        "format": made.file_format,
        "precision": made.precision,
        "layers": made.layers,
        "megabytes": round(made.megabytes, 2),
        "largest_difference": made.closeness.largest,
        "mean_cosine": made.closeness.mean,
        "worst_cosine": made.closeness.worst,
        "folder": str(made.folder),
        "scores": made.scores,
    }
    print(json.dumps(facts, indent=1) if options.json else table(facts))
    return 0


def table(facts: dict[str, Any]) -> str:
    """Return what was written as a line below its headings, and the folder."""
    from albert_robust.cli.tables import aligned

    shown = {
        "format": facts["format"],
        "precision": facts["precision"],
        "layers": str(facts["layers"]),
        "MB": f"{facts['megabytes']:.1f}",
        "largest difference": f"{facts['largest_difference']:.2g}",
        "mean cosine": f"{facts['mean_cosine']:.5f}",
        "worst": f"{facts['worst_cosine']:.5f}",
    }
    lines = aligned([list(shown), list(shown.values())])
    return "\n".join([*lines, f"token vectors against the encoder's own in fp32: {facts['folder']}", _use(facts)])


def _use(facts: dict[str, Any]) -> str:
    """Return whether `score` can use what was written, and what else can."""
    folder = facts["folder"]
    if facts["format"] == "onnx":
        return "ONNX is for other runtimes: `score` cannot read it, but reads an export to safetensors"
    if facts["scores"]:
        return f"the encoder's profile fits and lies there, too: score with `--encoder {folder}`"
    return f"no profile fits it: make one with `albert-robust calibrate --encoder {folder} --texts DIR` before you score with it"
