"""benchmarks/endpoint_pace.py: the figures come as JSON, and no input stays without an answer."""

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "endpoint_pace.py"


def test_a_limit_of_requests_costs_no_answer() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), "--inputs", "20", "--limits", "10"],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found = json.loads(done.stdout)
    assert (found["limits"][0]["answered"], found["hanging"]["answered"]) == (20, 20)
    assert found["limits"][0]["least"] >= 2
