"""benchmarks/interval_coverage.py: what is simulated is what is said, and the figures come as JSON."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.interval_coverage import SETS, confusion, coverage, error_passes, label_coverage, means, set_coverage

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "interval_coverage.py"


def test_variants_of_one_example_have_the_stated_correlation() -> None:
    # The variance of a mean of m outcomes of correlation r is p (1 - p) (1 + (m - 1) r) / m.
    values = means(np.random.default_rng(0), 0.8, 200_000, 5, 0.3)
    assert values.mean() == pytest.approx(0.8, abs=0.005)
    assert values.var() == pytest.approx(0.8 * 0.2 * (1 + 4 * 0.3) / 5, rel=0.03)


def test_an_interval_is_as_wide_as_the_spread_of_examples_asks() -> None:
    # A design effect of (1 + 19 * 0.3) / 20 = 0.335: the interval needs sqrt(0.335) = 0.58 of the width of Wilson's.
    rng = np.random.default_rng(1)
    found = coverage([means(rng, 0.9, 2000, 20, 0.3) for _ in range(200)], 0.9)
    assert found["coverage"] >= 0.92
    assert found["width"] / found["wilson_width"] == pytest.approx(0.58, abs=0.02)


def test_a_label_that_is_rare_and_hard_breaks_the_bootstrap_and_not_the_bounds() -> None:
    table = confusion([0.95, 0.05], [0.98, 0.6])
    assert table.sum() == pytest.approx(1)
    found = label_coverage(np.random.default_rng(0), table, "kappa", 40, 100)
    assert max(found["below"], found["above"]) <= 0.05 < found["bootstrap_above"]


def test_few_texts_that_hold_most_entities_break_the_bootstrap_and_not_the_bounds() -> None:
    found = set_coverage(np.random.default_rng(0), SETS["most in few texts"], 0.9, 50, 100)
    assert max(found["below"], found["above"]) <= 0.05 < found["bootstrap_below"]


def test_errors_that_are_dropped_hide_what_would_miss_a_gate() -> None:
    found = error_passes(np.random.default_rng(0), True, 1000, 400)
    assert 2 * found["worst"] < 0.15 < found["dropped"]


def test_it_prints_json() -> None:
    command = [sys.executable, str(BENCHMARK), "--samples", "10"]
    content = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert (len(content["mean"]), len(content["rare"]), len(content["gap"])) == (27, 6, 6)
    assert content["gap"][0]["languages"] == "equal"
    assert (len(content["labels"]), len(content["sets"]), len(content["errors"])) == (30, 24, 6)
