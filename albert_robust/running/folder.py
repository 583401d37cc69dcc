"""Keep: a run as two files, `run.json` and `outcomes.parquet`, each written whole or not at all.

A third, `alignments.json`, is there where a score was taken apart. `run.json` is written last and names the SHA-256 of
the files beside it, so that two runs never mix unnoticed.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

from albert_robust.errors import complaint_at
from albert_robust.running.alignments import chosen, plan_order
from albert_robust.running.records import (
    CaseAlignment,
    CellRecord,
    Change,
    ComparisonRecord,
    Counts,
    GateRecord,
    MemberRecord,
    Outcome,
    Run,
    SuiteRecord,
)
from albert_robust.running.tokens import restored
from albert_robust.scoring.statistics import Estimate

SCHEMA = 1
RUN, OUTCOMES, ALIGNMENTS = "run.json", "outcomes.parquet", "alignments.json"
_TEXT = ("suite", "cell", "example", "language", "status", "before", "after", "message", "variant_language")
_JSON = (
    "original", "variant", "changes", "references", "scores_before", "scores_after", "quality_before", "quality_after",
)  # fmt: skip


def keep(run: Run, folder: Path) -> None:
    """Write a run to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / OUTCOMES, _parquet(run.outcomes))
    digest = hashlib.sha256((folder / OUTCOMES).read_bytes()).hexdigest()
    content = {
        "schema": SCHEMA,
        "outcomes": digest,
        "alignments": _keep_alignments(run.alignments, folder / ALIGNMENTS),
        "suites": [asdict(suite) for suite in run.suites],
        "cells": [_plain(cell) for cell in run.cells],
        "environment": dict(run.environment),
        "cost": dict(run.cost),
    }
    text = json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / RUN, (text + "\n").encode("utf-8", "backslashreplace"))


def open_run(folder: Path) -> Run:
    """Return the run in a folder.

    Raises:
        InputError: There is none, it is damaged, or another version wrote it.
    """
    path = folder / RUN
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        data = (folder / OUTCOMES).read_bytes()
    except OSError as error:
        raise complaint_at(path, f"no run here: {error.strerror}", "name the folder that a run wrote") from None
    except ValueError:
        raise complaint_at(path, "damaged: not JSON", "run the suites again") from None
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise complaint_at(path, f"written by another version (schema {schema!r}, expected {SCHEMA})")
    if hashlib.sha256(data).hexdigest() != content.get("outcomes"):
        raise complaint_at(folder / OUTCOMES, "does not belong to run.json beside it", "run the suites again")
    try:
        return _run(content, folder)
    except (KeyError, TypeError, AttributeError):
        raise complaint_at(path, "damaged: not what a run writes", "run the suites again") from None


def _run(content: dict[str, Any], folder: Path) -> Run:
    return Run(
        suites=tuple(SuiteRecord(**suite) for suite in content["suites"]),
        cells=tuple(_cell(cell) for cell in content["cells"]),
        outcomes=tuple(_outcomes(folder / OUTCOMES)),
        environment=content["environment"],
        cost=content["cost"],
        alignments=tuple(_alignments(folder / ALIGNMENTS, content.get("alignments"))),
    )


def merge(runs: list[Run]) -> Run:
    """Return several parts of one run as one, in plan order."""
    cells = sorted((cell for run in runs for cell in run.cells), key=plan_order)
    place = {(cell.suite, cell.cell): number for number, cell in enumerate(cells)}
    outcomes = sorted(
        (outcome for run in runs for outcome in run.outcomes),
        key=lambda outcome: place[outcome.suite, outcome.cell],
    )
    suites = {suite.name: suite for run in runs for suite in run.suites}
    cost: dict[str, float] = {}
    for run in runs:
        for name, value in run.cost.items():
            cost[name] = max(cost.get(name, 0), value) if name == "seconds" else cost.get(name, 0) + value
    return Run(
        suites=tuple(suites[name] for name in sorted(suites)),
        cells=tuple(cells),
        outcomes=tuple(outcomes),
        environment=runs[0].environment if runs else {},
        cost=cost,
        alignments=chosen((found for run in runs for found in run.alignments), cells),
    )


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _keep_alignments(alignments: tuple[CaseAlignment, ...], path: Path) -> str | None:
    """Write alignments, one a line, and return the digest of their file; none leave no file, nor that of an earlier run."""
    if not alignments:
        path.unlink(missing_ok=True)
        return None
    rows = [json.dumps(asdict(found), sort_keys=True, ensure_ascii=False, allow_nan=False) for found in alignments]
    data = "".join(("[\n", ",\n".join(rows), "\n]\n")).encode("utf-8", "backslashreplace")
    write_whole(path, data)
    return hashlib.sha256(data).hexdigest()


def _alignments(path: Path, digest: str | None) -> Iterator[CaseAlignment]:
    """Yield the alignments of a run. Without their file, or in a folder of an earlier version, there are none."""
    if digest is None or not path.exists():
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise complaint_at(path, "does not belong to run.json beside it", "delete it, or run the suites again")
    for row in json.loads(data):
        yield CaseAlignment(**{**row, "alignment": restored(row["alignment"])})


def _parquet(outcomes: tuple[Outcome, ...]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    columns: dict[str, Any] = {
        name: pa.array([_safe(getattr(outcome, name)) for outcome in outcomes], pa.string()) for name in _TEXT
    }
    columns["replicate"] = pa.array([outcome.replicate for outcome in outcomes], pa.int32())
    columns["agreement"] = pa.array([outcome.agreement for outcome in outcomes], pa.float64())
    for name in _JSON:
        columns[name] = pa.array([_json(getattr(outcome, name)) for outcome in outcomes], pa.string())
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(columns), sink, compression="zstd")
    return bytes(sink.getvalue())


def _safe(value: str | None) -> str | None:
    """Return a string that every reader can hold: half characters become visible."""
    return None if value is None else value.encode("utf-8", "backslashreplace").decode("utf-8")


def _json(value: Any) -> str:
    if isinstance(value, tuple):
        value = [asdict(one) if isinstance(one, Change) else one for one in value]
    return (
        json.dumps(value if isinstance(value, list) else dict(value), ensure_ascii=False)
        .encode("utf-8", "backslashreplace")
        .decode("utf-8")
    )


def _outcomes(path: Path) -> Iterator[Outcome]:
    from pyarrow import parquet

    for row in parquet.read_table(path).to_pylist():
        values = {**row, **{name: json.loads(row[name]) for name in _JSON}}
        values["changes"] = tuple(Change(**change) for change in values["changes"])
        values["references"] = tuple(values["references"])
        yield Outcome(**values)


def _plain(cell: CellRecord) -> dict[str, Any]:
    return asdict(cell)


def _finite(value: Any) -> Any:
    """Return a value without NaN, which JSON cannot hold: nothing measured is null."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and isnan(value) else value


def _estimate(value: dict[str, Any]) -> Estimate:
    numbers = [float("nan") if value[name] is None else value[name] for name in ("value", "low", "high")]
    return Estimate(numbers[0], numbers[1], numbers[2], value["clusters"])


def _cell(value: dict[str, Any]) -> CellRecord:
    gates = tuple(GateRecord(**{**gate, "estimate": _estimate(gate["estimate"])}) for gate in value["gates"])
    found = {name: _estimate(estimate) for name, estimate in value["measures"].items()}
    members = tuple(
        MemberRecord(**{**member, "estimate": _estimate(member["estimate"])}) for member in value.get("members", ())
    )
    made = {"gates": gates, "measures": found, "counts": Counts(**value["counts"]), "members": members}
    return CellRecord(**{**value, **made, "comparison": _comparison(value.get("comparison"))})


def _comparison(value: dict[str, Any] | None) -> ComparisonRecord | None:
    if value is None:
        return None
    drop = None if value["drop"] is None else _estimate(value["drop"])
    return ComparisonRecord(**{**value, "drop": drop, "worse": tuple(value["worse"])})
