"""How often intervals hold the truth, in simulation; prints JSON.

`mean`: variants of an example agree or not; the share that agrees differs from example to example by a beta distribution
with mean p and the stated correlation of two variants of one example. Beside the interval that gates use stands Wilson's of
as many yes-no outcomes as there are examples, which it replaced. `rare`: outputs that are nearly alike, but now and then
wholly different. `gap`: yes-no outcomes of languages, two of which are the best and the worst; beside it the percentile
bootstrap of whole examples, which a gap does not use. `labels`: macro F1 and kappa of a model that is right so often at each
label; beside the bounds that gates use stand those of the percentile bootstrap, which they replaced. `sets`: micro F1 of texts
that hold so many entities, all of a text right or all missed and others said; beside it the percentile bootstrap. `errors`: how
often a gate of 0.9 on yes-no outcomes is met where one case in a hundred is an error, by those that were tested alone (`dropped`)
and, as gates are, with each error as the worst outcome too (`worst`): of a model on the gate, whose errors would all have been
flips (`hidden`), and of one three points above, whose errors are any.

Coverage is two-sided at 95 %; `below` and `above` are how often the true value lies beyond the bounds that gates use, each of
which may be wrong in 5 % of cases.

Usage: python benchmarks/interval_coverage.py [--samples 2000] [--correlation 0.3] [--seed 0]
"""

import argparse
import json
from collections.abc import Callable, Iterator
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from albert_robust.scoring.gaps import gap
from albert_robust.scoring.statistics import Floats, mean_in_unit
from albert_robust.tasks.sets import micro_f1, one_more_text
from albert_robust.tasks.task import Aggregate, Answer
from albert_robust.tasks.text_classification import kappa, label_counts, macro_f1, one_more_label

TWO_SIDED, ONE_SIDED = 0.95, 0.90  # 0.90 leaves 5 % on each side
TARGET = 0.94
MEANS, EXAMPLES, VARIANTS = (0.5, 0.9, 0.99), (50, 200, 2000), (1, 5, 20)
RARE = ((0.95, 0.02), (0.9, 0.05), (0.7, 0.1))  # what is usual, and how often an output is wholly different instead
GAPS = {"equal": [0.8] * 8, "one worse": [0.9] * 7 + [0.7], "spread": [0.95, 0.9, 0.85, 0.8, 0.75, 0.7]}
DRAWS = 300
BOUNDS = ("below", "above", "bootstrap_below", "bootstrap_above", "width", "bootstrap_width")
Counts = NDArray[np.integer[Any]]
LABELS = {  # how frequent each label is, and how often the model is right at it
    "two alike": ([0.5, 0.5], [0.9, 0.9]),
    "one rare": ([0.95, 0.05], [0.98, 0.6]),
    "three": ([0.7, 0.25, 0.05], [0.9, 0.8, 0.6]),
    "three, nearly perfect": ([0.7, 0.25, 0.05], [0.99, 0.95, 0.9]),
    "ten alike": ([0.1] * 10, [0.9] * 10),
}
SETS: dict[str, Callable[[np.random.Generator, int], Counts]] = {  # how many entities texts hold
    "some": lambda rng, texts: rng.poisson(2, texts),
    "rare": lambda rng, texts: rng.binomial(1, 0.1, texts),
    "in few texts": lambda rng, texts: 20 * rng.binomial(1, 0.05, texts),
    "most in few texts": lambda rng, texts: np.where(rng.random(texts) < 0.05, 20, rng.poisson(1, texts)),
}
GATE, ERRORS, ABOVE = (
    0.9,
    0.01,
    0.03,
)  # the bound, the share of errors, and how far above the gate a model is that should pass
STATISTICS = {"macro f1": macro_f1, "kappa": kappa}


def means(rng: np.random.Generator, p: float, examples: int, variants: int, correlation: float) -> Floats:
    """Return the mean agreement of each example."""
    if variants == 1:
        return (rng.random(examples) < p).astype(float)
    strength = (1 - correlation) / correlation
    shares: Floats = rng.binomial(variants, rng.beta(p * strength, (1 - p) * strength, examples)) / variants
    return shares


def rare(rng: np.random.Generator, usual: float, chance: float, examples: int) -> Floats:
    """Return agreements near the usual one, some of them 0 instead."""
    near = np.clip(usual + rng.normal(0, 0.02, examples), 0, 1)
    return np.where(rng.random(examples) < chance, 0.0, near)


def coverage(samples: list[Floats], truth: float) -> dict[str, float]:
    """Return how often intervals of samples hold the truth, and how wide they are."""
    both = [mean_in_unit(values, TWO_SIDED) for values in samples]
    gates = [mean_in_unit(values, ONE_SIDED) for values in samples]
    plain = [_wilson(float(values.mean()), len(values)) for values in samples]
    return {
        "coverage": _share([one.low <= truth <= one.high for one in both]),
        "width": _share([one.high - one.low for one in both]),
        "below": _share([truth < one.low for one in gates]),
        "above": _share([truth > one.high for one in gates]),
        "wilson_coverage": _share([low <= truth <= high for low, high in plain]),
        "wilson_width": _share([high - low for low, high in plain]),
    }


def gap_coverage(rng: np.random.Generator, truths: list[float], examples: int, samples: int) -> dict[str, float]:
    """Return how often the bounds of a gap hold the truth; four outcomes in ten are common to all languages."""
    truth = max(truths) - min(truths)
    rows: dict[str, list[float]] = {
        name: [] for name in ("below", "above", "bootstrap_below", "bootstrap_above", "width")
    }
    for _ in range(samples):
        drawn = np.where(
            rng.random((examples, len(truths))) < 0.4, rng.random((examples, 1)), rng.random((examples, len(truths)))
        )
        values = (drawn < np.array(truths)).astype(float)
        found = gap([dict(enumerate(column)) for column in values.T], ONE_SIDED)
        times = rng.multinomial(examples, np.full(examples, 1 / examples), DRAWS) / examples
        low, high = np.quantile(np.ptp(times @ values, axis=1), [0.05, 0.95])
        outside = (truth < found.low - 1e-9, truth > found.high + 1e-9, truth < low - 1e-9, truth > high + 1e-9)
        for name, value in zip(rows, (*outside, found.high - found.low), strict=True):
            rows[name].append(float(value))
    return {name: _share(values) for name, values in rows.items()}


def confusion(frequencies: list[float], right: list[float]) -> Floats:
    """Return how often each label is the reference (row) and the output (column); mistakes are spread evenly."""
    there, hits = np.array(frequencies), np.array(right)
    spread = np.repeat((there * (1 - hits) / (len(there) - 1))[:, np.newaxis], len(there), axis=1)
    np.fill_diagonal(spread, there * hits)
    return spread


def label_coverage(rng: np.random.Generator, table: Floats, name: str, examples: int, samples: int) -> dict[str, float]:
    """Return how often the bounds of macro F1 or kappa hold the truth; samples of one label alone are drawn anew."""
    value, count = STATISTICS[name], len(table)
    cells = [Answer(str(output), (str(reference),)) for reference in range(count) for output in range(count)]
    truth = float(value(np.tensordot(table.ravel(), label_counts(cells), (0, 0))[np.newaxis])[0])
    aggregates = (Aggregate(label_counts, value, one_more_label), Aggregate(label_counts, value))
    rows: list[list[float]] = []
    while len(rows) < samples:
        drawn = [cells[place] for place in rng.choice(len(cells), examples, p=table.ravel())]
        ours, plain = (aggregate.measure(drawn, range(examples), ONE_SIDED) for aggregate in aggregates)
        if len({answer.references for answer in drawn}) > 1:
            outside = [truth < ours.low, truth > ours.high, truth < plain.low, truth > plain.high]
            rows.append([*outside, ours.high - ours.low, plain.high - plain.low])
    return dict(zip(BOUNDS, map(_share, zip(*rows, strict=True)), strict=True))


def set_coverage(
    rng: np.random.Generator,
    sizes: Callable[[np.random.Generator, int], Counts],
    right: float,
    texts: int,
    samples: int,
) -> dict[str, float]:
    """Return how often the bounds of micro F1 hold the truth; samples without an entity are drawn anew."""
    aggregates = (
        Aggregate(lambda answers: counts, micro_f1, one_more_text),
        Aggregate(lambda answers: counts, micro_f1),
    )
    answers, rows = [Answer("")] * texts, list[list[float]]()
    while len(rows) < samples:
        held = sizes(rng, texts).astype(float)
        counts = np.stack([held * (rng.random(texts) < right), held, held, held**2], axis=1)
        if held.sum() > 0:
            ours, plain = (aggregate.measure(answers, range(texts), ONE_SIDED) for aggregate in aggregates)
            outside = [right < ours.low, right > ours.high, right < plain.low, right > plain.high]
            rows.append([*outside, ours.high - ours.low, plain.high - plain.low])
    return dict(zip(BOUNDS, map(_share, zip(*rows, strict=True)), strict=True))


def error_passes(rng: np.random.Generator, hidden: bool, examples: int, samples: int) -> dict[str, float]:
    """Return how often a gate is met without the errors of a sample, and with each of them as a flip."""
    truth, rows = GATE if hidden else GATE + ABOVE, list[list[float]]()
    for _ in range(samples):
        drawn = rng.random(examples)
        held, error = drawn < truth, (drawn if hidden else rng.random(examples)) >= 1 - ERRORS
        kinds = held[~error], held & ~error
        rows.append([mean_in_unit(values.astype(float), ONE_SIDED).low >= GATE for values in kinds])
    return dict(zip(("dropped", "worst"), map(_share, zip(*rows, strict=True)), strict=True))


def _wilson(mean: float, n: int) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + TWO_SIDED) / 2)
    centre = (mean + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(mean * (1 - mean) / n + z * z / (4 * n * n))
    return 0.0 if mean == 0 else centre - half, 1.0 if mean == 1 else centre + half


def _share(values: list[Any]) -> float:
    return round(float(np.mean(values)), 4)


def mean_rows(options: argparse.Namespace) -> Iterator[dict[str, float]]:
    """Yield a row a setting of `mean`."""
    for p in MEANS:
        for examples in EXAMPLES:
            for variants in VARIANTS:
                rng = np.random.default_rng([options.seed, int(100 * p), examples, variants])
                drawn = [means(rng, p, examples, variants, options.correlation) for _ in range(options.samples)]
                yield {"p": p, "examples": examples, "variants": variants, **coverage(drawn, p)}


def rare_rows(options: argparse.Namespace) -> Iterator[dict[str, float]]:
    """Yield a row a setting of `rare`; its truth is the mean of a large sample."""
    for usual, chance in RARE:
        for examples in EXAMPLES[:2]:
            rng = np.random.default_rng([options.seed, int(100 * usual), examples])
            truth = float(rare(rng, usual, chance, 2_000_000).mean())
            drawn = [rare(rng, usual, chance, examples) for _ in range(options.samples)]
            yield {"usual": usual, "chance": chance, "examples": examples, **coverage(drawn, truth)}


def gap_rows(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Yield a row a setting of `gap`; a tenth of the samples, which take a while."""
    for name, truths in GAPS.items():
        for examples in (40, 200):
            rng = np.random.default_rng([options.seed, len(name), examples])
            found = gap_coverage(rng, truths, examples, max(1, options.samples // 10))
            yield {"languages": name, "examples": examples, **found}


def label_rows(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Yield a row a setting of `labels`; a tenth of the samples, which take a while."""
    for name in STATISTICS:
        for labels, (frequencies, right) in LABELS.items():
            for examples in (20, 60, 200):
                rng = np.random.default_rng([options.seed, len(name), len(labels), examples])
                samples = max(1, options.samples // 10)
                found = label_coverage(rng, confusion(frequencies, right), name, examples, samples)
                yield {"measure": name, "labels": labels, "examples": examples, **found}


def set_rows(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Yield a row a setting of `sets`; a tenth of the samples, which take a while."""
    for name, sizes in SETS.items():
        for right in MEANS[:2]:
            for texts in (20, 50, 200):
                rng = np.random.default_rng([options.seed, len(name), int(100 * right), texts])
                found = set_coverage(rng, sizes, right, texts, max(1, options.samples // 10))
                yield {"entities": name, "right": right, "texts": texts, **found}


def error_rows(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Yield a row a setting of `errors`."""
    for hidden in (True, False):
        for examples in (300, 1000, 3000):
            rng = np.random.default_rng([options.seed, hidden, examples])
            yield {"hidden": hidden, "examples": examples, **error_passes(rng, hidden, examples, options.samples)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="How often intervals hold the truth.")
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--correlation", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = list(mean_rows(options))
    content = {
        "samples": options.samples,
        "correlation": options.correlation,
        "target": TARGET,
        "below_target": [row for row in rows if row["coverage"] < TARGET],
        "mean": rows,
        "rare": list(rare_rows(options)),
        "gap": list(gap_rows(options)),
        "labels": list(label_rows(options)),
        "sets": list(set_rows(options)),
        "errors": list(error_rows(options)),
    }
    print(json.dumps(content, indent=1))


if __name__ == "__main__":
    main()
