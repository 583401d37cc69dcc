"""benchmarks/gate_statistics.py: a small run of it prints JSON, and its simulated sessions are judged as the gate judges."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.gate_statistics import regressed

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "gate_statistics.py"


def test_a_cell_is_called_regressed_as_the_gate_calls_it() -> None:
    chances, drops = [0.03, 0.001, 0.9], [0.05, 0.005, 0.0]
    assert regressed(chances, drops, "holm", 0.0) == [False, True, False]
    assert regressed(chances, drops, "benjamini-hochberg", 0.0) == [True, True, False]
    assert regressed(chances, drops, "benjamini-hochberg", 0.01) == [True, False, False]


def test_it_prints_what_it_measured() -> None:
    command = [sys.executable, str(BENCHMARK), "--sessions", "10", "--cells", "5"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert found["false_alarms"].keys() == {"60", "200", "1000"}
    assert found["power"]["holm"] > 0.8
    assert found["false_alarms_of_scores"]["holm"] in {0.0, 0.1, 0.2, 0.3}
