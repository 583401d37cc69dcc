"""How many calls early stopping spares, and how often it is wrong; prints JSON, in a minute.

    python benchmarks/early_stopping.py [--samples 400] [--examples 2000] [--correlation 0.3] [--seed 0] [--check]

A cell asks its gate `consistency >= bound` at each look and stops at the first one that decides it. Agreements are yes or no, or
graded (a beta distribution that is mostly near 0 and 1), of one or of five variants an example, two of which correlate as
stated. The truth lies five or two points from the gate on either side, or at it. Every rate is a share of the samples:
`wrong` is a pass below the gate or a failure above it; at the gate both are wrong, and `passed` and `failed` are told apart.
`share` is the mean share of the examples that were asked. Beside it, `fixed` is the bound of all examples that gates use without
early stopping, and `plug_in` is the share that bets need which learn from the values so far, aGRAPA of Waudby-Smith and Ramdas
(2024, doi:10.1093/jrsssb/qkad009).

The targets are of cells five points from their gate: a mean share of 35 %, 5 % wrong in each setting; and 5 % passes at the gate.
`--check` exits with 1 where one is missed.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import product
from math import sqrt
from typing import Any

import numpy as np

from albert_robust.scoring.sequential import capital, looks
from albert_robust.scoring.statistics import Floats, mean_in_unit

CONFIDENCE = 0.95  # one-sided, as suites have it
RICH = 1 / (1 - CONFIDENCE)
KINDS, VARIANTS, GATES, DISTANCES = (
    ("yes or no", "graded"),
    (1, 5),
    (0.7, 0.8, 0.9, 0.95),
    (-0.05, 0.05, -0.02, 0.02, 0.0),
)
FAR = 0.05
SPREAD = 2.0  # of the beta distribution: its two parameters' sum
DIGITS = 3
TARGETS = {"share": 0.35, "wrong": 0.05}


def agreements(
    rng: np.random.Generator, kind: str, truth: float, shape: tuple[int, int], variants: int, correlation: float
) -> Floats:
    """Return the mean agreement of each example of each sample, shape (samples, examples).

    A variant has its example's own agreement, or one of its own; so two of them correlate and the mean is the truth.
    """
    own, alone = (_drawn(rng, kind, truth, (*shape, count)) for count in (1, variants))
    found: Floats = np.where(rng.random(alone.shape) < sqrt(correlation), own, alone).mean(axis=2)
    return found


def _drawn(rng: np.random.Generator, kind: str, truth: float, shape: tuple[int, ...]) -> Floats:
    if truth > 1 - 1e-9:
        return np.ones(shape)
    if kind == "graded":
        return np.round(rng.beta(SPREAD * truth, SPREAD * (1 - truth), shape), DIGITS)
    return (rng.random(shape) < truth).astype(float)


def stopped(values: Floats, bound: float) -> tuple[str, int]:
    """Return the verdict on a gate at the first look that decides it, and how many examples that took."""
    above, below = (np.maximum.accumulate(capital(*bet)) for bet in ((values, bound), (1 - values, 1 - bound)))
    means = np.cumsum(values) / np.arange(1, len(values) + 1)
    for asked in looks(len(values)):
        if above[asked - 1] >= RICH and means[asked - 1] >= bound:
            return "passed", asked
        if below[asked - 1] >= RICH and means[asked - 1] < bound:
            return "failed", asked
    return "undecided", len(values)


def fixed(values: Floats, bound: float) -> str:
    """Return the verdict on a gate by all values at once."""
    estimate = mean_in_unit(values, 2 * CONFIDENCE - 1)
    if estimate.low >= bound:
        return "passed"
    return "failed" if estimate.high < bound else "undecided"


def plug_in(values: Floats, bound: float) -> int:
    """Return how many examples it takes by bets that learn from the values before."""
    both = [np.maximum.accumulate(_learnt(*bet)) for bet in ((values, bound), (1 - values, 1 - bound))]
    decided = np.maximum(*both) >= RICH
    return next((asked for asked in looks(len(values)) if decided[asked - 1]), len(values))


def _learnt(values: Floats, mean: float) -> Floats:
    seen = np.arange(2, len(values) + 2)
    centres = (0.5 + np.cumsum(values)) / seen
    spreads = (0.25 + np.cumsum((values - centres) ** 2)) / seen
    before, spread = np.append(0.5, centres[:-1]), np.append(0.25, spreads[:-1])
    bets = np.clip((before - mean) / (spread + (before - mean) ** 2), 0, 0.5 / mean)
    found: Floats = np.exp(np.cumsum(np.log1p(bets * (values - mean))))
    return found


def rows(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield a row a setting."""
    for number, (kind, variants, gate, distance) in enumerate(product(KINDS, VARIANTS, GATES, DISTANCES)):
        rng = np.random.default_rng([options.seed, number])
        shape = options.samples, options.examples
        samples = agreements(rng, kind, gate + distance, shape, variants, options.correlation)
        verdicts, asked = zip(*(stopped(values, gate) for values in samples), strict=True)
        at_once = [fixed(values, gate) for values in samples]
        yield {
            "agreement": kind,
            "variants": variants,
            "gate": gate,
            "truth": round(gate + distance, 2),
            "share": _share(asked, options.examples),
            "plug_in": _share([plug_in(values, gate) for values in samples], options.examples),
            **_rates("", verdicts, distance),
            **_rates("fixed_", at_once, distance),
        }


def _rates(prefix: str, verdicts: Any, distance: float) -> dict[str, float]:
    wrong = {-1: ("passed",), 0: ("passed", "failed"), 1: ("failed",)}[int(np.sign(distance))]
    names = {"undecided": ("undecided",), **({"wrong": wrong} if distance else {name: (name,) for name in wrong})}
    return {f"{prefix}{name}": _share([verdict in those for verdict in verdicts]) for name, those in names.items()}


def _share(values: Any, of: int = 1) -> float:
    return round(float(np.mean(values)) / of, 4)


def summary(found: list[dict[str, Any]]) -> dict[str, float]:
    """Return the figures that targets are of, and what they are beside."""
    far = [row for row in found if abs(abs(row["truth"] - row["gate"]) - FAR) < 1e-9]
    at = [row for row in found if row["truth"] == row["gate"]]
    return {
        "share": _share([row["share"] for row in far]),
        "plug_in": _share([row["plug_in"] for row in far]),
        "worst_wrong": max(row["wrong"] for row in far),
        "undecided": _share([row["undecided"] for row in far]),
        "worst_passed_at_the_gate": max(row["passed"] for row in at),
        "fixed_worst_wrong": max(row["fixed_wrong"] for row in far),
        "fixed_undecided": _share([row["fixed_undecided"] for row in far]),
        "fixed_worst_passed_at_the_gate": max(row["fixed_passed"] for row in at),
    }


def main() -> int:
    """Print the figures; with `--check`, 1 if one misses its target."""
    made = argparse.ArgumentParser(description="How many calls early stopping spares, and how often it is wrong.")
    made.add_argument("--samples", type=int, default=400)
    made.add_argument("--examples", type=int, default=2000)
    made.add_argument("--correlation", type=float, default=0.3)
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--check", action="store_true", help="exit with 1 where a target is missed")
    options = made.parse_args()
    found = list(rows(options))
    figures = summary(found)
    wrong = max(figures["worst_wrong"], figures["worst_passed_at_the_gate"])
    fine = figures["share"] <= TARGETS["share"] and wrong <= TARGETS["wrong"]
    told = {"samples": options.samples, "examples": options.examples, "confidence": CONFIDENCE}
    print(json.dumps({**told, "targets": TARGETS, "met": fine, **figures, "settings": found}, indent=1))
    return int(options.check and not fine)


if __name__ == "__main__":
    sys.exit(main())
