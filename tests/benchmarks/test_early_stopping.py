"""benchmarks/early_stopping.py: cells are simulated as is said and stop as their gate says; the figures come as JSON."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from albert_robust.gate.decide import decide
from albert_robust.scoring.sequential import looks, sequential_mean
from albert_robust.suite.gates import Gate
from albert_robust.suite.measure import measure_named
from benchmarks.early_stopping import CONFIDENCE, agreements, stopped

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "early_stopping.py"


@pytest.mark.parametrize(("kind", "spread"), [("yes or no", 0.8 * 0.2), ("graded", 0.8 * 0.2 / 3)])
def test_variants_of_one_example_have_the_stated_mean_and_correlation(kind: str, spread: float) -> None:
    # The variance of a mean of m numbers of correlation r is (1 + (m - 1) r) / m of one's; a beta's is p (1 - p) / (2 + 1).
    values = agreements(np.random.default_rng(0), kind, 0.8, (1, 100_000), 5, 0.3)
    assert values.mean() == pytest.approx(0.8, abs=0.005)
    assert values.var() == pytest.approx(spread * (1 + 4 * 0.3) / 5, rel=0.03)


@pytest.mark.parametrize("truth", [0.75, 0.8, 0.85])
def test_a_cell_stops_at_the_first_look_whose_bounds_decide_its_gate(truth: float) -> None:
    gate = Gate(measure_named("consistency"), at_least=True, bound=0.8)
    for values in agreements(np.random.default_rng(1), "graded", truth, (5, 300), 5, 0.3):
        estimates = ((asked, sequential_mean(values[:asked], 2 * CONFIDENCE - 1)) for asked in looks(300))
        verdicts = ((decide(gate, estimate).verdict, asked) for asked, estimate in estimates)
        decided = next((found for found in verdicts if found[0] != "inconclusive"), ("undecided", 300))
        assert stopped(values, 0.8) == decided


def test_it_prints_what_it_measured() -> None:
    command = [sys.executable, str(BENCHMARK), "--samples", "4", "--examples", "200"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert len(found["settings"]) == 2 * 2 * 4 * 5
    assert 0 < found["share"] < 1
    assert {"passed", "failed"} < found["settings"][4].keys()  # at the gate
