"""Cells: what their ids say."""

from pathlib import Path

from counted import planned

from albert_robust.results.cell_key import parts_of

CHECKS = """
- {expect: invariance, name: own, perturbations: ["typos.*@3", "typos.swap | case.lower"]}
- {expect: reference, gates: [accuracy >= 0.8]}
"""


def test_a_cell_s_id_says_what_the_cell_is_of(tmp_path: Path) -> None:
    cells = planned(tmp_path, CHECKS)
    assert [parts_of(cell.id) for cell in cells] == [
        (cell.check.name or "", cell.dataset, cell.perturbation, cell.language) for cell in cells
    ]
