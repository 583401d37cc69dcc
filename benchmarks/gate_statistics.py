"""How often the regression gate cries wolf, and how often it sees one: JSON, in seconds.

    python benchmarks/gate_statistics.py [--sessions 1000] [--cells 100] [--seed 0] [--check]

A session compares 100 cells with their baseline, by the functions that the gate itself uses. In an A/A session both models
are equal: outcomes change, as often for the worse as for the better, and every regression is a false alarm. A session fails
falsely if one cell is called regressed; Holm's method bounds how often at 5 %. Power is the share of sessions in which a cell
that truly dropped by 5 points (1,000 examples, of which 10 % change) is found among 99 that did not.
`--check` exits with 1 where a target is missed.
"""

import argparse
import json
import sys
from functools import lru_cache
from typing import Any

import numpy as np

from albert_robust.gate.comparing import CONFIDENCE, FLOOR
from albert_robust.scoring.significance import CORRECTIONS, mcnemar, sign_flip

ALPHA = 1 - CONFIDENCE
EXAMPLES, DISCORDANCE, DROP = 1000, 0.10, 0.05
SCORED_CELLS, SCORED_EXAMPLES = 25, 60
TARGETS = {"false_alarms": 0.05, "power": 0.80}
chance = lru_cache(maxsize=None)(mcnemar)


def regressed(chances: list[float], drops: list[float], correction: str, floor: float) -> list[bool]:
    """Return which cells of a session are called regressed."""
    adjusted = CORRECTIONS[correction](chances)
    return [one <= ALPHA and drop >= floor for one, drop in zip(adjusted, drops, strict=True)]


def labels(rng: np.random.Generator, options: argparse.Namespace, examples: int, drop: float, floor: float) -> Any:
    """Return, by correction, which cells of which sessions are called regressed; of each session the first cell drops."""
    cells = options.cells
    shares = np.full(cells, 0.5)
    shares[0] = (DISCORDANCE + drop) / 2 / DISCORDANCE
    changed = rng.binomial(examples, DISCORDANCE, (options.sessions, cells))
    worse = rng.binomial(changed, shares)
    found: dict[str, list[list[bool]]] = {name: [] for name in CORRECTIONS}
    for row, total in zip(worse.tolist(), changed.tolist(), strict=True):
        better = [whole - one for one, whole in zip(row, total, strict=True)]
        chances = [chance(one, other) for one, other in zip(row, better, strict=True)]
        drops = [(one - other) / examples for one, other in zip(row, better, strict=True)]
        for name in CORRECTIONS:
            found[name].append(regressed(chances, drops, name, floor))
    return {name: np.array(rows) for name, rows in found.items()}


def alarms(found: Any) -> dict[str, float]:
    """Return the share of sessions with a cell that is called regressed."""
    return {name: float(rows.any(axis=1).mean()) for name, rows in found.items()}


def scored(rng: np.random.Generator, sessions: int) -> dict[str, float]:
    """Return the false alarms of sessions whose cells have numbers between 0 and 1, tested by flipping signs."""
    failed = dict.fromkeys(CORRECTIONS, 0)
    for _ in range(sessions):
        both = rng.beta(4, 1, (2, SCORED_CELLS, SCORED_EXAMPLES)).round(3)
        apart = both[0] - both[1]
        chances = [sign_flip(row) for row in apart]
        for name in CORRECTIONS:
            failed[name] += any(regressed(chances, apart.mean(axis=1).tolist(), name, 0.0))
    return {name: count / sessions for name, count in failed.items()}


def power(found: Any) -> dict[str, float]:
    """Return how often the cell that dropped is found."""
    return {name: float(rows[:, 0].mean()) for name, rows in found.items()}


def false_share(found: Any) -> dict[str, float]:
    """Return the mean share of false ones among the cells that are called regressed."""
    return {
        name: float((rows[:, 1:].sum(axis=1) / np.maximum(1, rows.sum(axis=1))).mean()) for name, rows in found.items()
    }


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Return all figures."""
    rng = np.random.default_rng(options.seed)
    dropped = labels(rng, options, EXAMPLES, DROP, FLOOR)
    return {
        "sessions": options.sessions,
        "cells": options.cells,
        "discordance": DISCORDANCE,
        "false_alarms": {
            str(examples): alarms(labels(rng, options, examples, 0.0, FLOOR)) for examples in (60, 200, EXAMPLES)
        },
        "false_alarms_without_floor": alarms(labels(rng, options, EXAMPLES, 0.0, 0.0)),
        "false_alarms_of_scores": scored(rng, options.sessions),
        "power": {"examples": EXAMPLES, "drop": DROP, **power(dropped)},
        "false_share_beside_one_drop": false_share(dropped),
    }


def main() -> int:
    """Print the figures; with `--check`, 1 if one misses its target."""
    made = argparse.ArgumentParser(description="False alarms and power of the regression gate.")
    made.add_argument("--sessions", type=int, default=1000)
    made.add_argument("--cells", type=int, default=100)
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--check", action="store_true", help="exit with 1 where a target is missed")
    options = made.parse_args()
    found = measured(options)
    alarm = max([*(one["holm"] for one in found["false_alarms"].values()), found["false_alarms_without_floor"]["holm"]])
    fine = alarm <= TARGETS["false_alarms"] and found["power"]["holm"] >= TARGETS["power"]
    print(json.dumps(found | {"targets": TARGETS, "met": fine}, indent=1))
    return int(options.check and not fine)


if __name__ == "__main__":
    sys.exit(main())
