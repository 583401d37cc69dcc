"""A second run asks no model and loads nothing heavy: all that it needs was kept."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from counted import in_memory

from albert_robust.results.folder import open_run

SUITE = """
task: summarization
model: {{extractive: {encoder}}}
datasets: {{stories: {{path: d.jsonl, language: en}}}}
checks:
  - expect: invariance
    perturbations: [typos.keyboard@5]
    gates: [consistency >= 0.99]
"""
HEAVY = """
import sys

def pytest_unconfigure(config):
    print("heavy:", sorted({"torch", "transformers"} & set(sys.modules)))
"""
STORY = "The cat number {0} sat on the mat. A dog barked at the moon, {0} times. Nobody knew what the {0} birds said."


def run(folder: Path) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "s.robust.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 1, done.stdout + done.stderr  # the gate is meant to fail: a failing case is aligned
    return done.stdout


def test_a_second_run_loads_nothing_heavy_and_finds_the_same(
    write: Callable[..., Path], tiny: Callable[..., Path]
) -> None:
    rows = (f'{{"document": "{STORY.format(number)}", "summary": "Cat number {number}."}}\n' for number in range(12))
    folder = write(
        d_dot_jsonl="".join(rows), s_dot_robust_dot_yaml=SUITE.format(encoder=tiny()), conftest_dot_py=HEAVY
    ).parent
    assert "heavy: ['torch', 'transformers']" in run(folder)
    cold = in_memory(open_run(folder / "robustness-report"))
    again = run(folder)
    warm = in_memory(open_run(folder / "robustness-report"))
    assert "heavy: []" in again
    assert (warm.cost["predicted"], warm.cost["batches_or_requests"], warm.cost["from_cache"]) == (
        0,
        0,
        cold.cost["unique_inputs"],
    )
    assert cold.alignments
    assert (warm.cells, warm.outcomes, warm.alignments) == (cold.cells, cold.outcomes, cold.alignments)
