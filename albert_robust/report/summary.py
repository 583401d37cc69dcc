"""The run in brief, for programs: one JSON value with the verdicts and their measures, without the texts."""

from dataclasses import asdict
from typing import Any

from albert_robust.gate.doubts import average, contrast, values_by
from albert_robust.report.view import banner
from albert_robust.results.records import CellRecord, ComparisonRecord, SuiteRecord
from albert_robust.results.run import Run, answer_of, tested_in
from albert_robust.scoring.statistics import Estimate
from albert_robust.suite.expectations import DIRECTED

SCHEMA = 1


def summary(run: Run) -> dict[str, Any]:
    """Return what a run comes to; nothing measured is None."""
    found = banner(run.cells, run.mistakes, run.cells_left_out, run.all_kept)
    return {
        "schema": SCHEMA,
        "answer": found.answer,
        "explanation": found.explanation,
        "tested": tested_in(run.cells),
        "left_out": run.cells_left_out,
        "merged": run.merged,
        "mistakes": dict(run.mistakes),
        "verdicts": {mark.word: count for mark, count in found.counts},
        "suites": [_suite(suite, run) for suite in run.suites],
        "cells": [_cell(cell) for cell in run.cells],
        "pooled": [{"suite": one.suite, "cells": one.cells, **_beside(one.comparison)} for one in run.pooled],
        "notes": dict(run.notes),
    }


def _suite(suite: SuiteRecord, run: Run) -> dict[str, Any]:
    cells = [cell for cell in run.cells if cell.suite == suite.name]
    means = [average(values) if values else None for values in (*contrast(cells), values_by(DIRECTED, cells))]
    return {
        "name": suite.name,
        "path": suite.path,
        "model": suite.model_name or None,
        "answer": answer_of(cells, left_out=run.left_out.get(suite.name, 0)),
        "left_out": run.left_out.get(suite.name, 0),
        "data": {name: asdict(one) for name, one in suite.data.items()},
        "rows_left_out": {
            name: {one.language: one.count for one in rows} for name, rows in suite.rows_left_out.items()
        },
        **dict(zip(("consistency", "sensitivity", "right_direction"), means, strict=True)),
    }


def _cell(cell: CellRecord) -> dict[str, Any]:
    return {
        "suite": cell.suite,
        "cell": cell.cell,
        "verdict": cell.verdict,
        "reason": cell.reason,
        "tested": cell.counts.tested,
        "flipped": cell.counts.flipped,
        "errors": cell.counts.error,
        "measures": {name: _estimate(value) for name, value in cell.measures.items() if value.measured},
        "baseline": _beside(cell.comparison) if cell.comparison else None,
        "beside_first": _beside(cell.beside_first) if cell.beside_first else None,
    }


def _beside(found: ComparisonRecord) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "reason": found.reason,
        "measure": found.measure,
        "before": found.before,
        "after": found.after,
        "drop": _estimate(found.drop) if found.drop else None,
        "p": found.chance,
        "adjusted_p": found.adjusted,
    }


def _estimate(estimate: Estimate) -> dict[str, float | int]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "examples": estimate.clusters}
