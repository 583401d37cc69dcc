"""Models side by side: each cell beside the same cell of the model that a file names first, over the same examples."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from albert_robust.errors import UsageError
from albert_robust.file_names import APART
from albert_robust.gate.comparing import Family, Thresholds, Wording, compare_all
from albert_robust.gate.lines import Line, line_of
from albert_robust.gate.pooling import pooled
from albert_robust.results.cell_key import CellKey
from albert_robust.results.outcomes import RenamedOutcomes
from albert_robust.results.records import CellRecord, ComparisonRecord, PooledRecord, Standing, SuiteRecord
from albert_robust.results.run import Run
from albert_robust.results.tally import Tally

FIRST = Wording(other="the first model", add="ask it too", renew="models are compared where they are asked the same")
WORDS: dict[Standing, str] = {
    "improved": "better",
    "regressed": "worse",
    "same": "the same",
    "undecided": "undecided",
    "incomparable": "incomparable",
}


def side_by_side(suites: Iterable[SuiteRecord]) -> list[list[SuiteRecord]]:
    """Return the suites of each file that was run with several models, the one that it names first among them.

    What the others are compared with is the first one: where that was left out, or could not be run, nothing is.
    """
    files: dict[str, list[SuiteRecord]] = {}
    for suite in suites:
        files.setdefault(suite.path, []).append(suite)
    return [
        models
        for models in files.values()
        if len(models) > 1 and models[0].model_name and models[0].model_name == models[0].first_model
    ]


def beside_first(
    suites: Iterable[SuiteRecord], records: Sequence[CellRecord], tallies: Mapping[CellKey, Tally]
) -> list[CellRecord]:
    """Return records of cells, those of other models than their file's first with how they stand beside it.

    Either may be the better one, so the tests are two-sided. The p-values of all such cells of a file are adjusted together: what
    is asked of other files has nothing to do with which of its models is better. Cells that the budget left unfinished or that
    stopped early are not compared.

    Args:
        suites: Of a run.
        records: Its cells.
        tallies: What their outcomes come to.
    """
    found: Family = {}
    for models in side_by_side(suites):
        now, before = _lines(models, records, tallies)
        thresholds = {model.name: _thresholds(model) for model in models}
        there = {key: line for key, line in now.items() if key in before}
        found |= compare_all(there, before, thresholds, wording=FIRST)
    return [replace(record, beside_first=found.get(record.key)) for record in records]


def all_cells_beside_first(
    suites: Iterable[SuiteRecord], records: Sequence[CellRecord], tallies: Mapping[CellKey, Tally]
) -> tuple[PooledRecord, ...]:
    """Return how each other model than its file's first stands beside it over all cells, for `beside_first`'s arguments."""
    groups = [(_lines(models, records, tallies), _thresholds(models[0])) for models in side_by_side(suites)]
    return tuple(one for (now, before), thresholds in groups for one in pooled(now, before, thresholds))


def _thresholds(suite: SuiteRecord) -> Thresholds:
    return Thresholds(suite.confidence, sides=2)


def _lines(
    models: Sequence[SuiteRecord], records: Sequence[CellRecord], tallies: Mapping[CellKey, Tally]
) -> tuple[dict[CellKey, Line | None], dict[CellKey, Line]]:
    """Return the lines of the cells of all models but the first, and those of the same cells of the first."""
    seeds, first = {model.name: model.seed for model in models}, models[0].name
    lines = {
        record.key: line_of(record, tallies[record.key], seeds[record.suite])
        for record in records
        if record.suite in seeds and record.key in tallies and not record.counts.not_asked + record.counts.spared
    }
    now = {key: line for key, line in lines.items() if key[0] != first}
    firsts = {key: lines.get((first, key[1])) for key in now}
    return now, {key: line for key, line in firsts.items() if line is not None}


def told(comparisons: Iterable[ComparisonRecord | None]) -> str:
    """Return how many cells of a model are better and worse than those of the first: `3 better, 1 worse, 10 undecided`."""
    counts = Counter(found.verdict for found in comparisons if found is not None)
    return ", ".join(f"{counts[verdict]:,} {word}" for verdict, word in WORDS.items() if counts[verdict])


def of_model(run: Run, name: str) -> Run:
    """Return what one of several models came to in a run, as if its suites had no other.

    Raises:
        UsageError: No suite of the run asks a model of that name.
    """
    mine = {suite.name: suite.name.removesuffix(APART + name) for suite in run.suites if suite.model_name == name}
    if not mine:
        known = sorted({suite.model_name for suite in run.suites if suite.model_name})
        raise UsageError(f"no model {name!r} in the run: it has {', '.join(known) or 'none with a name'}")
    return Run(
        suites=tuple(replace(suite, name=mine[suite.name]) for suite in run.suites if suite.name in mine),
        cells=tuple(replace(cell, suite=mine[cell.suite]) for cell in run.cells if cell.suite in mine),
        outcomes=RenamedOutcomes(run.outcomes, mine),
        counted={(mine[suite], cell): tally for (suite, cell), tally in run.tallies.items() if suite in mine},
    )
