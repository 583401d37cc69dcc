"""benchmarks/harness_overhead.py: what a verdict costs, all verdicts counted, and no peer's figure that was not measured."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "harness_overhead.py"


def figures(*options: str | Path, code: int = 0) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, BENCHMARK, *options], stdout=subprocess.PIPE, text=True, check=False, timeout=600
    )
    assert done.returncode == code
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def peer(folder: Path, name: str, command: str) -> None:
    python = folder / name / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{command}\n")
    python.chmod(0o755)


def test_what_a_run_takes_whatever_its_size_makes_a_small_one_miss_the_target_of_a_large_one() -> None:
    found = figures("--variants", "100", "200", "--check", code=1)
    small, large = found["scale"]["sizes"]
    assert "microseconds" in found["missed"]
    assert (small["verdicts"], large["verdicts"]) == (100, 200)
    assert large["microseconds"] > found["targets"]["microseconds"]
    assert large["peak_mb"] > 30


def test_a_peer_that_is_not_there_or_fails_has_no_figures(tmp_path: Path) -> None:
    peer(tmp_path, "pytest", f'exec {sys.executable} "$@"')
    peer(tmp_path, "deepeval", "exit 3")
    found = figures("--variants", "--peers", tmp_path, "--sentences", "4", "--rounds", "1")["beside"]
    assert (found.pop("deepeval"), found.pop("nlpaug")) == ("failed", "absent")
    assert found["ours"]["verdicts"] == found["pytest"]["verdicts"] == 20
    assert set(found) - {"ours", "pytest"} == {"checklist", "langtest", "textattack"}
    assert found["pytest"]["seconds"] > 0
