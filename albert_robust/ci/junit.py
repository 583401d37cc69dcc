"""A cell and a session as properties in JUnit's XML. Numbers are written plainly, and in full: `run.json` has the same."""

from collections.abc import Iterator

import pytest

from albert_robust.results.records import CellRecord, ComparisonRecord
from albert_robust.results.run import Run
from albert_robust.scoring.statistics import Estimate

Properties = list[tuple[str, object]]


def properties(record: CellRecord) -> Properties:
    """Return what a cell is, what came of it and its numbers; what was not measured is left out.

    A measure `flip rate` is `flip_rate`, `flip_rate.low` and `flip_rate.high`; its gate is `flip_rate.at_most`, a number too.
    `baseline` is how the cell stands beside its baseline, `baseline.measure` by what, and `baseline.p` the adjusted p-value;
    `beside_first` likewise beside the file's first model.
    """
    baseline, first = _compared("baseline", record.comparison), _compared("beside_first", record.beside_first)
    return [*_words(record), *_counts(record), *_measures(record), *baseline, *first]


def tell_run(config: pytest.Config, run: Run) -> None:
    """Leave what a run cost, and its notes, as properties of the whole; under xdist the controller writes the XML."""
    told = {**run.cost, **{f"note.{name}": value for name, value in run.notes.items()}}
    for one in run.pooled:
        told |= _compared(f"{one.suite}.{_plain(one.comparison.measure)}.beside_first", one.comparison)
    for plugin in config.pluginmanager.get_plugins():
        if hasattr(plugin, "add_global_property"):  # pytest's writer, by what `record_testsuite_property` calls
            for name, value in told.items():
                plugin.add_global_property(f"robust.{name}", value)


def _words(record: CellRecord) -> Iterator[tuple[str, object]]:
    for name in ("verdict", "dataset", "perturbation", "language"):
        if value := getattr(record, name):
            yield name, value


def _counts(record: CellRecord) -> Properties:
    counts = record.counts
    return [
        ("selected", counts.selected),
        ("tested", counts.tested),
        ("flipped", counts.flipped),
        ("errors", counts.error),
        ("unchanged", counts.unchanged),
        ("rejected", counts.rejected),
        ("not_applicable", counts.not_applicable),
        ("not_asked", counts.not_asked),
        ("spared", counts.spared),
        ("no_label", counts.no_label),
        ("cut", counts.cut),
    ]


def _measures(record: CellRecord) -> Iterator[tuple[str, object]]:
    for measure, estimate in record.measures.items():
        yield from _estimate(_plain(measure), estimate)
    for gate in record.gates:
        yield f"{_plain(gate.measure)}.{'at_least' if gate.at_least else 'at_most'}", gate.bound


def _compared(name: str, comparison: ComparisonRecord | None) -> Iterator[tuple[str, object]]:
    if comparison is None:
        return
    yield name, comparison.verdict
    if comparison.measure:
        yield f"{name}.measure", comparison.measure
    if comparison.drop is not None:
        yield from _estimate(f"{name}.drop", comparison.drop)
    if comparison.adjusted is not None:
        yield f"{name}.p", comparison.adjusted


def _estimate(name: str, estimate: Estimate) -> Properties:
    ends = {name: estimate.value, f"{name}.low": estimate.low, f"{name}.high": estimate.high}
    return list(ends.items()) if estimate.measured else []


def _plain(measure: str) -> str:
    return measure.replace(" ", "_")
