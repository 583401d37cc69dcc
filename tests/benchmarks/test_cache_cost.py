"""benchmarks/cache.py: the figures come as JSON, and no row costs more than it may."""

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "cache.py"


def test_a_row_is_cheap() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), "--rows", "20000"], capture_output=True, text=True, check=True, timeout=600
    )
    found = json.loads(done.stdout)
    assert (found["rows"], found["chunk"]) == (20_000, 10_000)
    assert 100 < found["bytes_a_row"] < 250
    # Beside json.dumps of one value, which the machine's load slows down alike: measured 2 to 3 times it, and 1 to 2.
    assert 0 < found["put"] < 10 * min(found["json_dumps"])
    assert 0 < found["get"] < 10 * min(found["json_dumps"])
