"""A plan: what pytest lists of a suite, and what a run of it judges."""

from collections.abc import Callable
from pathlib import Path

from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite

SUITE = """\
task: text-classification
model: {python: "model:predict"}
datasets: {d: {path: d.jsonl, language: en}}
marks: [{cells: "*upper*", skip: "case does not matter"}]
checks:
  - {expect: invariance, perturbations: [case.upper]}
  - {expect: invariance, perturbations: [typos.swap], severities: [1, 5], gates: [severity area >= 0.5]}
"""
CELLS = ["d/case.upper[en]", "d/typos.swap@1[en]", "d/typos.swap@5[en]"]
AREA = "d/typos.swap/severity-area[en]"


def test_pytest_lists_cells_then_comparisons_and_a_run_leaves_out_what_a_mark_skips(write: Callable[..., Path]) -> None:
    found = plan(load_suite(write(d_dot_jsonl='{"text": "a"}', s_dot_robust_dot_yaml=SUITE)))
    assert [item.id for item in found.items] == [*CELLS, AREA]
    assert [item.id for item in found.unskipped] == [*CELLS[1:], AREA]
