"""Models side by side: what each came to as a whole, and cell by cell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from albert_robust.gate.doubts import average
from albert_robust.gate.side_by_side import WORDS, side_by_side, told
from albert_robust.report.display import difference, shorten
from albert_robust.report.figures import number
from albert_robust.report.matrix import MatrixCell, matrix_cell
from albert_robust.report.parting import Parting, partings
from albert_robust.report.verdicts import MODELS
from albert_robust.results.records import CellRecord, PooledRecord, SuiteRecord
from albert_robust.results.run import Answer, Run, answer_of
from albert_robust.scoring.statistics import NOTHING, Estimate

LONG_SETTING = 120  # characters
MANY = 30  # cells, of which a reader sees those first in which a model differs


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model as a whole: `answer` is to "May I ship it?", `means` are over its cells."""

    name: str
    what: str
    answer: Answer
    passed: str
    means: tuple[str, ...]
    told: str


@dataclass(frozen=True, slots=True)
class ModelCells:
    """One cell, of each model; None where a model has none."""

    name: str
    measure: str
    cells: tuple[MatrixCell | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class PooledRow:
    """A model beside the first over all of its cells, by one measure."""

    model: str
    measure: str
    cells: int
    examples: int
    first: str
    value: str
    difference: str
    chance: str
    word: str


@dataclass(frozen=True, slots=True)
class ModelTable:
    """The models of one file, the first of which the others are compared with."""

    path: str
    measures: tuple[str, ...]
    models: tuple[ModelRow, ...]
    pooled: tuple[PooledRow, ...]
    rows: tuple[ModelCells, ...]
    quiet: tuple[ModelCells, ...]
    partings: tuple[Parting, ...]


def model_tables(run: Run) -> tuple[ModelTable, ...]:
    """Return a table for each file that was run with several models."""
    return tuple(_table(models, run) for models in side_by_side(run.suites))


def _table(models: Sequence[SuiteRecord], run: Run) -> ModelTable:
    places = {model.name: place for place, model in enumerate(models)}
    found: dict[str, list[CellRecord | None]] = {}
    for cell in run.cells:
        if cell.suite in places and not cell.across:
            found.setdefault(cell.cell, [None] * len(models))[places[cell.suite]] = cell
    shown = {name: _measure(list(filter(None, row))) for name, row in found.items()}
    gated = {gate.measure for row in found.values() for cell in row if cell is not None for gate in cell.gates}
    measures = sorted(dict.fromkeys(filter(None, shown.values())), key=lambda name: name not in gated)
    rows = [_row(name, shown[name], row) for name, row in found.items()]
    few = len(rows) <= MANY
    return ModelTable(
        path=models[0].path,
        measures=tuple(measures),
        models=tuple(
            _model(
                model, what, _answer(model, run), [row[place] for row in found.values()], [*shown.values()], measures
            )
            for place, (model, what) in enumerate(zip(models, _told_apart(models), strict=True))
        ),
        pooled=tuple(_pooled(one, models[places[one.suite]].model_name) for one in run.pooled if one.suite in places),
        rows=tuple(row for row in rows if few or row.differs),
        quiet=tuple(row for row in rows if not few and not row.differs),
        partings=partings(run, models),
    )


def _measure(cells: Sequence[CellRecord]) -> str:
    """Return the measure by which a cell is shown: of a reference check that by which it is compared, or the first gate's."""
    compared = [cell.beside_first.measure for cell in cells if cell.beside_first is not None]
    gated = [gate.measure for cell in cells for gate in cell.gates]
    return cells[0].measure or next(iter(filter(None, [*compared, *gated])), "")


def _told_apart(models: Sequence[SuiteRecord]) -> list[str]:
    """Return what sets each model apart from the first, or the first from the second: nothing that is the same for all."""
    told = [{"": model.model, **model.settings} for model in models]
    names = dict.fromkeys(name for one in told for name in one)
    apart = [name for name in names if len({one.get(name) for one in told}) > 1]
    return [", ".join(_shown(one, told[0] if place else told[1], apart)) for place, one in enumerate(told)]


def _shown(told: Mapping[str, str], other: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    """Yield settings, each in short from where it differs from another model's."""
    for name in names:
        if name in told:
            value = shorten(told[name], LONG_SETTING, difference(told[name], other.get(name, "")))
            yield f"{name}: {value}" if name else value


def _answer(model: SuiteRecord, run: Run) -> Answer:
    cells = [cell for cell in run.cells if cell.suite == model.name]
    return answer_of(cells, left_out=run.left_out.get(model.name, 0))


def _model(
    model: SuiteRecord,
    what: str,
    answer: Answer,
    row: Sequence[CellRecord | None],
    shown: Sequence[str],
    measures: Sequence[str],
) -> ModelRow:
    pairs = [(cell, measure) for cell, measure in zip(row, shown, strict=True) if cell is not None]
    judged = [cell for cell, _ in pairs if cell.verdict not in {"not applicable", "measured"}]
    values = [(measure, cell.measures.get(measure, NOTHING)) for cell, measure in pairs]
    return ModelRow(
        name=model.model_name,
        what=what,
        answer=answer,
        passed=f"{sum(cell.verdict == 'passed' for cell in judged):,} of {len(judged):,}",
        means=tuple(
            number(average([found.value for name, found in values if name == measure and found.measured]))
            for measure in measures
        ),
        told=told(cell.beside_first for cell, _ in pairs),
    )


def _pooled(one: PooledRecord, model: str) -> PooledRow:
    found, gain = one.comparison, one.comparison.gain or NOTHING
    return PooledRow(
        model=model,
        measure=found.measure,
        cells=one.cells,
        examples=gain.clusters,
        first=number(NOTHING.value if found.before is None else found.before),
        value=number(NOTHING.value if found.after is None else found.after),
        difference=_signed(gain),
        chance="" if found.adjusted is None else f"{found.adjusted:.2g}",
        word=WORDS[found.verdict],
    )


def _row(name: str, measure: str, cells: Sequence[CellRecord | None]) -> ModelCells:
    made = tuple(None if cell is None else _cell(cell, measure) for cell in cells)
    return ModelCells(name, measure, made, any(cell is not None and cell.standing is not None for cell in made))


def _cell(cell: CellRecord, measure: str) -> MatrixCell:
    found = cell.beside_first
    if found is None:
        return matrix_cell(cell, measure, None, "")
    beside = f"{found.measure} {_signed(found.gain)} beside the first" if found.gain else ""
    return matrix_cell(cell, measure, MODELS.get(found.verdict), beside)


def _signed(gain: Estimate) -> str:
    return f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"
