"""benchmarks/perturbation_reach.py: the share of sentences that a perturbation changes, and what it makes of them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "perturbation_reach.py"
PAIRS = "lang\tid\ts1\ts2\nen\t1\tThe food is good.\t-\nen\t2\tThe food is good.\t-\nen\t3\tOh.\t-\nzh\t1\t很好。\t-\n"
TATOEBA = "lang\tidx\ttext\teng\ndeu\t0\tEs ist warm.\tIt is warm.\n"


def reach(folder: Path, *options: str) -> str:
    for name, rows in (("sts_multi/sts", PAIRS), ("tatoeba/tatoeba", TATOEBA)):
        file = folder / f"{name}.dev.tsv"
        file.parent.mkdir()
        file.write_text(rows)
    command = [sys.executable, str(BENCHMARK), "--data", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout


def test_shares_stand_side_by_side_and_a_dot_where_a_perturbation_does_not_apply(tmp_path: Path) -> None:
    assert reach(tmp_path, "--only", "semantics.negate", "case.upper").splitlines() == [
        "| perturbation | sts en | sts zh | tatoeba de | tatoeba en |",
        "| --- | --- | --- | --- | --- |",
        "| case.upper | 1.00 | . | 1.00 | 1.00 |",
        "| semantics.negate | 0.50 | 1.00 | 1.00 | 1.00 |",
    ]


def test_variants_are_shown_on_request(tmp_path: Path) -> None:
    options = ("--only", "semantics.negate", "--languages", "en", "--show", "1", "--json")
    cells: list[dict[str, Any]] = json.loads(reach(tmp_path, *options))
    assert [(cell["source"], cell["sentences"], cell["share"], cell["variants"]) for cell in cells] == [
        ("sts", 2, 0.5, [["The food is good.", "The food is not good."]]),
        ("tatoeba", 1, 1.0, [["It is warm.", "It is not warm."]]),
    ]
