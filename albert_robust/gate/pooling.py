"""Pooling: what all cells of a model say together beside those of the first, by each measure that they are compared by.

Cells share examples, and a model that errs in one variant of an example errs more easily in another: the variants, perturbations
and translations of an example are not independent. So an example of a dataset counts once, by the mean difference of all its
cells, and the paired test and its bounds are over examples. Such means vary less than outcomes of 0 and 1, which Tango's bounds
of a single cell take them for; theirs are those of a drop: of 300 examples in 8 cells they are a third narrower, and hold.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from albert_robust.gate.comparing import (
    CORRECTION,
    Pairs,
    Thresholds,
    differences,
    measured_twice,
    names_in,
    paired,
    stand,
)
from albert_robust.gate.lines import Line
from albert_robust.results.cell_key import CellKey, parts_of
from albert_robust.results.records import PooledRecord
from albert_robust.scoring.significance import CORRECTIONS
from albert_robust.scoring.statistics import mean_drop

Example = tuple[str, str]  # a dataset, and an id in it
Both = list[tuple[float, float]]  # numbers of an example, of the first model and of another


def pooled(
    now: Mapping[CellKey, Line | None], before: Mapping[CellKey, Line], thresholds: Thresholds
) -> list[PooledRecord]:
    """Return how each model stands beside the first over all of its cells that can be compared, by measure.

    Args:
        now: What the cells of the other models came to, by suite and cell; None where there is nothing to compare.
        before: What the same cells of the first model came to.
        thresholds: What counts as better, worse and the same. All p-values are adjusted together.
    """
    groups: dict[tuple[str, str], dict[Example, Both]] = {}
    cells: dict[tuple[str, str], int] = {}
    for (suite, cell), later, earlier in _comparable(now, before):
        place = suite, later.measure
        cells[place] = cells.get(place, 0) + 1
        dataset = parts_of(cell)[1]
        for name in names_in(later, earlier):
            one, other = earlier.values[name], later.values[name]
            assert one is not None  # else the lines could not be compared
            assert other is not None
            groups.setdefault(place, {}).setdefault((dataset, name), []).append((one, other))
    found = {place: _pairs(place[1], group, thresholds) for place, group in groups.items()}
    worse, better = (
        CORRECTIONS[CORRECTION]([getattr(one, way) for one in found.values()]) for way in ("worse", "better")
    )
    family = f"{CORRECTION}, of {len(found)}"
    return [
        PooledRecord(place[0], cells[place], replace(stand(pairs, one, other, thresholds, family), worse=()))
        for (place, pairs), one, other in zip(found.items(), worse, better, strict=True)
    ]


def told(record: PooledRecord, word: str) -> str:
    """Return how a model stands by a measure over all its cells, in a word and in numbers."""
    found, gain = record.comparison, record.comparison.gain
    assert gain is not None
    bounds = f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"
    cells = "1 cell" if record.cells == 1 else f"{record.cells:,} cells together"
    what = f"{found.measure} of {cells}: {found.after:.3f} beside {found.before:.3f}"
    return f"{what}, {bounds}, adjusted p = {found.adjusted:.2g}: {word}"


def _comparable(
    now: Mapping[CellKey, Line | None], before: Mapping[CellKey, Line]
) -> Iterator[tuple[CellKey, Line, Line]]:
    """Yield lines of the same examples by the same measure."""
    for key, line in now.items():
        if line is not None and key in before:
            for later, earlier in measured_twice(line, before[key]):
                if not differences(later, earlier):
                    yield key, later, earlier


def _pairs(measure: str, group: Mapping[Example, Sequence[tuple[float, float]]], thresholds: Thresholds) -> Pairs:
    means = np.array([np.mean(both, axis=0) for both in group.values()])
    one, other = means[:, 0], means[:, 1]
    pairs = paired(measure, [name for _, name in group], one, other, thresholds)
    if all(len(both) == 1 for both in group.values()):
        return pairs
    return replace(pairs, drop=mean_drop(one - other, thresholds.coverage))
