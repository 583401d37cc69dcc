"""Keep: a run as two files, `run.json` and `outcomes.parquet`, each written whole or not at all.

A third, `alignments.json`, is there where a score was taken apart. `run.json` is written last and names the SHA-256 of
the files beside it, so that two runs never mix unnoticed.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Set
from dataclasses import asdict, dataclass, field, fields, replace
from math import isnan, nan
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from albert_robust.atomic import whole, write_whole
from albert_robust.errors import complaint_at, writing
from albert_robust.results.cases import CaseAlignment, Shrunk
from albert_robust.results.cell_key import CellKey
from albert_robust.results.outcome import Outcome
from albert_robust.results.outcomes import OUTCOMES, OutcomeFile, OutcomeWriter
from albert_robust.results.records import CellRecord, PooledRecord, SuiteRecord
from albert_robust.results.run import Run
from albert_robust.scoring.statistics import Estimate

SCHEMA = 5
RUN, ALIGNMENTS = "run.json", "alignments.json"
MEND_REPORT = "make room there, or choose another folder: --robust-report DIR"
NUMBERS = {one.name for one in fields(Estimate)}


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What `run.json` holds: digests of the files beside it, and all of a run but what those hold."""

    schema: int
    outcomes: str
    alignments: str | None = None
    suites: tuple[SuiteRecord, ...]
    cells: tuple[CellRecord, ...]
    mistakes: dict[str, str]
    environment: dict[str, Any]
    cost: dict[str, int | float]  # counts stay whole
    shrunk: tuple[Shrunk, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    pooled: tuple[PooledRecord, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    merged: int = 1


def keep(run: Run, folder: Path, mend: str = MEND_REPORT) -> None:
    """Write a run to a folder.

    Args:
        run: The run.
        folder: Made where there is none.
        mend: What to do where it cannot be written.

    Raises:
        WritingError: The folder cannot be written.
    """
    with writing(folder, mend):
        _keep(run, folder, mend)


def _keep(run: Run, folder: Path, mend: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = _Kept(
        schema=SCHEMA,
        outcomes=_keep_outcomes(run.outcomes, folder / OUTCOMES, mend),
        alignments=_keep_alignments(run.alignments, folder / ALIGNMENTS),
        suites=run.suites,
        cells=run.cells,
        mistakes=dict(run.mistakes),
        environment=dict(run.environment),
        cost=dict(run.cost),
        shrunk=run.shrunk,
        left_out=dict(run.left_out),
        pooled=run.pooled,
        notes=dict(run.notes),
        merged=run.merged,
    )
    text = json.dumps(_finite(asdict(content)), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / RUN, (text + "\n").encode("utf-8", "backslashreplace"))


def open_run(folder: str | Path) -> Run:
    """Return the run in a folder.

    Raises:
        InputError: There is none, it is damaged, or another version wrote it.
    """
    folder = Path(folder)
    path = folder / RUN
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_hook=_with_nan)
        digest = _digest(folder / OUTCOMES)
    except OSError as error:
        missing = Path(error.filename or path)
        raise complaint_at(missing, f"no run here: {error.strerror}", "name the folder that a run wrote") from None
    except ValueError:
        raise complaint_at(path, "damaged: not JSON", "run the suites again") from None
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise complaint_at(path, f"written by another version (schema {schema!r}, expected {SCHEMA})")
    if digest != content.get("outcomes"):
        raise complaint_at(folder / OUTCOMES, "does not belong to run.json beside it", "run the suites again")
    try:
        kept = TypeAdapter(_Kept).validate_python(content)
    except ValidationError:
        raise complaint_at(path, "damaged: not what a run writes", "run the suites again") from None
    return Run(
        suites=kept.suites,
        cells=kept.cells,
        outcomes=OutcomeFile(folder / OUTCOMES),
        environment=kept.environment,
        cost=kept.cost,
        alignments=_alignments(folder / ALIGNMENTS, kept.alignments),
        shrunk=kept.shrunk,
        mistakes=kept.mistakes,
        left_out=kept.left_out,
        pooled=kept.pooled,
        notes=kept.notes,
        merged=kept.merged,
    )


def only(run: Run, places: Set[CellKey]) -> Run:
    """Return some of a run's cells, by suite and cell, with what is theirs: nothing that is over all cells."""
    if places >= {cell.key for cell in run.cells}:
        return run
    assert isinstance(run.outcomes, OutcomeFile)
    named = {suite for suite, _ in places}
    return replace(
        run,
        suites=tuple(suite for suite in run.suites if suite.name in named),
        cells=tuple(cell for cell in run.cells if cell.key in places),
        outcomes=run.outcomes.only(places),
        alignments=tuple(found for found in run.alignments if (found.suite, found.cell) in places),
        shrunk=tuple(found for found in run.shrunk if (found.suite, found.cell) in places),
        pooled=(),
    )


def _keep_outcomes(outcomes: Iterable[Outcome], path: Path, mend: str) -> str:
    """Write outcomes and return the digest of their file, which is copied where it is the run's as it stands."""
    with whole(path) as part:
        if isinstance(outcomes, OutcomeFile) and outcomes.cells is None:
            shutil.copyfile(outcomes.path, part)
        else:
            with OutcomeWriter(part, mend) as writer:
                writer.add(outcomes)
        return _digest(part)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep_alignments(alignments: tuple[CaseAlignment, ...], path: Path) -> str | None:
    """Write alignments, one a line, and return the digest of their file; none leave no file, nor that of an earlier run."""
    if not alignments:
        path.unlink(missing_ok=True)
        return None
    rows = [json.dumps(asdict(found), sort_keys=True, ensure_ascii=False, allow_nan=False) for found in alignments]
    data = "".join(("[\n", ",\n".join(rows), "\n]\n")).encode("utf-8", "backslashreplace")
    write_whole(path, data)
    return hashlib.sha256(data).hexdigest()


def _alignments(path: Path, digest: str | None) -> tuple[CaseAlignment, ...]:
    """Return the alignments of a run. Without their file, or in a folder of an earlier version, there are none."""
    if digest is None or not path.exists():
        return ()
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise complaint_at(path, "does not belong to run.json beside it", "delete it, or run the suites again")
    try:
        return TypeAdapter(tuple[CaseAlignment, ...]).validate_python(json.loads(data))
    except ValueError:
        raise complaint_at(path, "damaged: not what a run writes", "run the suites again") from None


def _finite(value: Any) -> Any:
    """Return a value without NaN, which JSON cannot hold: nothing measured is null."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and isnan(value) else value


def _with_nan(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object of JSON; of an estimate the numbers that were not measured are NaN."""
    if value.keys() != NUMBERS:
        return value
    return {name: nan if number is None else number for name, number in value.items()}
