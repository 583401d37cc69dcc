"""What a run found, as a Markdown table: each measure by perturbation, its mean over cells and its worst cell.

Usage: python benchmarks/findings.py robustness-report
"""

import sys
from collections import defaultdict
from pathlib import Path

from albert_robust.results.folder import open_run
from albert_robust.results.records import CellRecord
from albert_robust.results.run import Run


def rows(run: Run) -> list[tuple[str, str, str, float, float, str]]:
    """Return suite, what was measured, under what, mean, worst value and the worst cell, by suite and mean."""
    groups: dict[tuple[str, str, str], list[tuple[float, CellRecord]]] = defaultdict(list)
    for cell in run.cells:
        measure = cell.measure or next(iter(gate.measure for gate in cell.gates), "")
        estimate = cell.measures.get(measure)
        if not cell.across and cell.counts.tested >= 5 and estimate is not None:
            under = cell.perturbation or "no perturbation"
            searched = f", the worst of {cell.worst_of}" if cell.worst_of > 1 else ""
            groups[cell.suite, measure, under + searched].append((estimate.value, cell))
    found = []
    for (suite, measure, under), cells in groups.items():
        value, worst = min(cells, key=lambda pair: (pair[0], pair[1].cell))
        mean = sum(one for one, _ in cells) / len(cells)
        found.append((suite, measure, under, mean, value, f"{worst.dataset} {worst.language}"))
    return sorted(found, key=lambda row: (row[0], row[1], row[3]))


def main() -> None:
    """Print the table."""
    print("| suite | measure | under | mean | worst |\n| --- | --- | --- | --- | --- |")
    for suite, measure, under, mean, value, worst in rows(open_run(Path(sys.argv[1]))):
        print(f"| {suite.rsplit('/', 1)[-1]} | {measure} | {under} | {mean:.2f} | {value:.2f} ({worst}) |")


if __name__ == "__main__":
    main()
