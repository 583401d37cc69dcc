"""How language-agnostic a score is: the properties M1 to M12, for several metrics side by side. Prints JSON.

Usage: python benchmarks/labs_properties.py --data DIR [--background DIR] [--measures M1,M8] [--metrics labs,bert_score,chrf]

bert_score comes raw and, with --background, rescaled with baselines of its own making. `--metrics` also takes
`labs@CALIBRATION` and `module:factory`, a function of the parsed options that returns a metric. Needs bert-score,
sacrebleu and scikit-learn beside the project.
"""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labs import human, laws, scale, space, summary, threshold
from labs.bert import BertScore, Rescaled
from labs.data import Sets, Size
from labs.metrics import Chrf, Labs, Metric, Remembered

from albert_robust.scoring.calibration import LEVELS
from albert_robust.scoring.load import EMBEDDED, EMBEDDED_FOLDER

Measure = Callable[[Metric, Sets, Size], Any]
MEASURES: dict[str, Measure] = {
    "M1": scale.m1,
    "M2": scale.m2,
    "M3": space.m3,
    "M4": space.m4,
    "M5": threshold.m5,
    "M6": threshold.m6,
    "M7": laws.m7,
    "M8": scale.m8,
    "M9": scale.m9,
    "M10": human.m10,
    "M11": space.m11,
    "M12": scale.m12,
}


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--background", type=Path, help="folder of background text for bert_score's baselines")
    parser.add_argument("--measures", default="all", help="such as M1,M8")
    parser.add_argument("--metrics", default="labs,bert_score,chrf")
    parser.add_argument("--encoder", default=EMBEDDED, help="builtin, or a folder")
    parser.add_argument("--layer", type=int, help="default: the encoder's own")
    parser.add_argument("--profile", help="LABS's calibration of the encoder; default: the encoder's own")
    parser.add_argument("--calibration", default="damage", choices=LEVELS)
    parser.add_argument("--lines", type=int, default=60, help="lines a language; measures take multiples of it")
    parser.add_argument("--share", type=float, default=1.0, help="share of the human-rated rows, for M8, M9, M10")
    parser.add_argument(
        "--baseline-pairs", type=int, default=500, help="random pairs a language for bert_score's baselines"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="print a Markdown table after the JSON")
    parser.add_argument("--json", type=Path, help="write the JSON to this file instead of printing it")
    return parser.parse_args()


def metrics(options: argparse.Namespace) -> list[Metric]:
    """Return the metrics asked for."""
    found: list[Metric] = []
    for name in options.metrics.split(","):
        kind, _, calibration = name.partition("@")
        if ":" in name:
            module, _, factory = name.partition(":")
            found.append(Remembered(getattr(importlib.import_module(module), factory)(options)))
        elif kind == "labs":
            chosen = calibration or options.calibration
            found.append(Remembered(Labs(options.encoder, options.layer, options.profile, chosen, name)))
        elif name == "bert_score":
            raw = Remembered(BertScore(*folder_and_layer(options)))
            found.append(raw)
            if options.background:
                found.append(Rescaled(raw, options.background, options.baseline_pairs))
        elif name == "chrf":
            found.append(Remembered(Chrf()))
        else:
            raise SystemExit(f"unknown metric {name!r}: labs, labs@CALIBRATION, bert_score, chrf or module:factory")
    return found


def folder_and_layer(options: argparse.Namespace) -> tuple[str, int]:
    """Return where the encoder's files are and which layer is read."""
    folder = EMBEDDED_FOLDER if options.encoder == EMBEDDED else Path(options.encoder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    layer = config.get("labs_layer", config["num_hidden_layers"]) if options.layer is None else options.layer
    return str(folder), int(layer)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Return every measure of every metric, their signatures and the seconds each took."""
    names = list(MEASURES) if options.measures == "all" else options.measures.split(",")
    if unknown := set(names) - set(MEASURES):
        raise SystemExit(f"unknown measures {sorted(unknown)}: {', '.join(MEASURES)}")
    asked, size = metrics(options), Size(options.lines, options.share)
    sets, seconds = Sets(options.data), {}
    result: dict[str, Any] = {}
    for name in names:
        result[name] = {}
        for metric in asked:
            start = time.perf_counter()
            result[name][metric.name] = MEASURES[name](metric, sets, size)
            seconds[f"{name} {metric.name}"] = time.perf_counter() - start
            print(f"{name} {metric.name}: {seconds[f'{name} {metric.name}']:.0f} s", file=sys.stderr)
    if "M10" in result:
        result["M10 against bert_score and chrF"] = summary.agreement(result["M10"])
    signatures = {metric.name: metric.signature for metric in asked}
    return {**result, "signatures": signatures, "lines": options.lines, "share": options.share, "seconds": seconds}


def main() -> None:
    """Measure and print."""
    options = arguments()
    import torch

    torch.set_num_threads(options.threads)
    result = measured(options)
    text = json.dumps(summary.plain(result), indent=1, ensure_ascii=False)
    if options.json:
        options.json.write_text(text + "\n", "utf-8")
    else:
        print(text)
    if options.table:
        print(summary.table(result, list(result["signatures"])))


if __name__ == "__main__":
    main()
