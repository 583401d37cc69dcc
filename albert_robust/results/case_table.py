"""The cases that speak against a model as a table, a row per case: for a spreadsheet, a data frame, a colleague."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from albert_robust.results.failures import compared_with
from albert_robust.results.outcome import Outcome, shortfall
from albert_robust.results.records import CellRecord
from albert_robust.results.run import Run

CELL = ("suite", "model", "cell", "expectation", "dataset", "perturbation", "language", "verdict")
CASE = ("example", "replicate", "status", "change")
FOUND = ("expected", "before", "after", "agreement", "quality_before", "quality_after", "message", "slices", "beside")
MOST = 32_767  # characters that a cell of a spreadsheet holds
FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"  # with what a spreadsheet begins to reckon, in full width too
Row = dict[str, Any]


def case_columns(run: Run) -> list[str]:
    """Return the names of the columns: those of all runs, and two for each field of this one's examples, before and after."""
    fields = dict.fromkeys(name for case in _against(run) for name in case.original)
    return [*CELL, *CASE, *(f"{side}_{name}" for name in fields for side in ("original", "variant")), *FOUND]


def case_rows(run: Run) -> Iterator[Row]:
    """Yield a row per case that speaks against the model, and per error, of all cells, in the order of the run.

    What there is not is left out. A `change` is that of the example beside the baseline, or else beside the first model of
    the file: `new`, `worse`, or nothing. Qualities, slices and further columns are JSON.
    """
    models = {suite.name: suite.model_name or suite.model for suite in run.suites}
    cells = {cell.key: _cell(cell, models.get(cell.suite, "")) for cell in run.cells}
    changes = {cell.key: _changes(cell) for cell in run.cells}
    for case in _against(run):
        key = case.suite, case.cell
        yield cells[key] | {"change": changes[key].get(case.example, "")} | _case(case)


def write_cases(run: Run, path: Path) -> None:
    """Write the table as CSV that spreadsheets read: in UTF-8 with its mark, and with no text that they would reckon."""
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        table = csv.DictWriter(file, case_columns(run))
        table.writeheader()
        for row in case_rows(run):
            table.writerow({name: harmless(value) if isinstance(value, str) else value for name, value in row.items()})


def harmless(text: str) -> str:
    """Return a text that a spreadsheet shows as it is: one that begins as a formula is quoted, and a very long one cut."""
    begins = text.lstrip()[:1]
    quoted = f"'{text}" if text[:1] in ("\t", "\r", "\n") or (begins and begins in FORMULA) else text
    return quoted if len(quoted) <= MOST else f"{quoted[: MOST - 1]}\u2026"


def _against(run: Run) -> Iterator[Outcome]:
    expectations = {cell.key: cell.expectation for cell in run.cells}
    for case in run.outcomes:
        expectation = expectations.get((case.suite, case.cell))
        if expectation is not None and (
            case.status == "error" or (case.status == "tested" and shortfall(case, expectation) > 0)
        ):
            yield case


def _cell(cell: CellRecord, model: str) -> Row:
    return {name: getattr(cell, name) for name in CELL if name != "model"} | {"model": model}


def _changes(cell: CellRecord) -> Mapping[str, str]:
    found = compared_with(cell)
    return dict.fromkeys(found.worse, found.change) if found else {}


def _case(case: Outcome) -> Row:
    row = {f"original_{name}": text for name, text in case.original.items()}
    row |= {f"variant_{name}": case.variant.get(name, text) for name, text in case.original.items() if case.variant}
    return row | {
        "example": case.example,
        "language": case.language,
        "replicate": case.replicate,
        "status": case.status,
        "expected": " | ".join(case.references),
        "before": case.before,
        "after": case.after,
        "agreement": case.agreement,
        "quality_before": _json(case.quality_before),
        "quality_after": _json(case.quality_after),
        "message": case.message,
        "slices": _json(case.slices),
        "beside": _json(case.beside),
    }


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False) if values else ""
