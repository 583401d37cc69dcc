"""Merge: runs of some cells each, such as those of several jobs, as the one run that they make together.

Verdicts stay as they were made: each is of its own cell. Models are set beside the first of their file anew, over all cells
together; of a baseline there is nothing left to compare with, so its p-values stay adjusted within the run that they come from.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from hashlib import sha256
from typing import Any

from albert_robust.errors import UsageError
from albert_robust.file_names import APART
from albert_robust.gate.side_by_side import all_cells_beside_first, beside_first
from albert_robust.results.cases import CaseAlignment
from albert_robust.results.cell_key import CellKey
from albert_robust.results.folder import only
from albert_robust.results.outcomes import MergedOutcomes
from albert_robust.results.records import CellRecord, SuiteRecord
from albert_robust.results.run import Run
from albert_robust.running.alignments import MOST, fair, plan_order
from albert_robust.scoring.statistics import DIGITS
from albert_robust.shown import on_one_line

ALIKE = ("task", "model", "settings", "labels", "identity", "seed", "confidence", "datasets")  # in runs of one suite
SHOWN = 60  # letters of what is not alike


def merged(runs: Mapping[str, Run]) -> Run:
    """Return the run that several make together.

    Args:
        runs: By their folders, as messages name them.

    Raises:
        UsageError: Two of them have the same suite, but of another model, seed or the like, or the same cell, but not alike.
    """
    suites, parts = _suites(runs), _without_repeats(runs)
    cells = sorted((cell for part in parts for cell in part.cells), key=plan_order)
    order = {cell.key: index for index, cell in enumerate(cells)}
    all_shrunk = (found for part in parts for found in part.shrunk)
    made = Run(
        suites=suites,
        cells=tuple(cells),
        outcomes=MergedOutcomes(tuple(part.outcomes for part in parts), {cell.key: cell.order for cell in cells}),
        environment=_all((run.environment for run in runs.values()), ", "),
        cost=_cost(runs.values()),
        alignments=_alignments(parts, order),
        shrunk=tuple(sorted(all_shrunk, key=lambda found: order[found.suite, found.cell])),
        mistakes=_all((run.mistakes for run in runs.values()), "\n"),
        left_out=_left_out(runs.values(), cells),
        notes=_all((run.notes for run in runs.values()), ", "),
        merged=sum(run.merged for run in runs.values()),
    )
    asked = {key: tally for key, tally in made.tallies.items() if tally.examples}
    beside = tuple(beside_first(suites, cells, asked))
    return replace(made, cells=beside, pooled=all_cells_beside_first(suites, cells, asked), counted=made.tallies)


def _suites(runs: Mapping[str, Run]) -> tuple[SuiteRecord, ...]:
    """Return the suites of all runs, the models of a file in its order."""
    found: dict[str, tuple[str, SuiteRecord]] = {}
    for folder, run in runs.items():
        for suite in run.suites:
            first, known = found.get(suite.name, (folder, suite))
            for name in ALIKE:
                one, other = getattr(known, name), getattr(suite, name)
                if one != other:
                    what = f"{suite.name} has the {name} {_shown(one)} in the first, {_shown(other)} in the second"
                    raise _unlike(first, folder, what, "merge runs of the same suite, model, data and seed")
            for name in known.data.keys() & suite.data.keys():
                if known.data[name] != suite.data[name]:
                    what = f"{suite.name} has read other data in {name!r}"
                    raise _unlike(first, folder, what, "merge runs of the same data")
            # Of the languages that each run has scored.
            signatures = dict.fromkeys(filter(None, [known.signature, suite.signature]))
            rows = {**known.rows_left_out, **suite.rows_left_out}  # of the datasets that each run has read
            found[suite.name] = (
                first,
                replace(
                    known,
                    signature="; ".join(signatures) or None,
                    rows_left_out=dict(sorted(rows.items())),
                    data=dict(sorted({**known.data, **suite.data}.items())),
                ),
            )
    suites = (suite for _, suite in found.values())
    return tuple(sorted(suites, key=lambda suite: (suite.name.partition(APART)[0], suite.model_place)))


def _without_repeats(runs: Mapping[str, Run]) -> list[Run]:
    """Return the runs, each without the cells that one before it has, too."""
    owners: dict[CellKey, str] = {}
    parts = []
    for folder, run in runs.items():
        own = {cell.key for cell in run.cells}
        for first in dict.fromkeys(owners[key] for key in sorted(own & owners.keys())):
            both = {key for key in own if owners.get(key) == first}
            one, other = _digests(runs[first], both), _digests(run, both)
            for suite, cell in sorted(key for key in both if one[key] != other[key]):
                what = f"both have {suite}::{cell}, and it came to something else in each"
                raise _unlike(first, folder, what, "run each cell in one of them")
        new = own - owners.keys()
        owners |= dict.fromkeys(new, folder)
        parts.append(only(run, new))
    return parts


def _digests(run: Run, keys: Set[CellKey]) -> dict[CellKey, str]:
    """Return a digest of all that a run says of some cells, whatever other cells were run beside them."""
    part = only(run, keys)
    found = {
        cell.key: sha256(repr(replace(cell, beside_first=None, comparison=None, reason="")).encode())
        for cell in part.cells
    }
    for case in part.outcomes:
        found[case.suite, case.cell].update(repr(replace(case, block=0)).encode())
    return {key: digest.hexdigest() for key, digest in found.items()}


def _unlike(first: str, second: str, what: str, mend: str) -> UsageError:
    return UsageError(f"{first} and {second} cannot be merged: {what}", mend)


def _shown(value: object) -> str:
    return on_one_line(repr(value), SHOWN)


def _all(told: Iterable[Mapping[str, Any]], between: str) -> dict[str, str]:
    """Return what is told by each name, each text once."""
    found: dict[str, dict[str, None]] = {}
    for one in told:
        for name, value in one.items():
            found.setdefault(name, {})[str(value)] = None
    return {name: between.join(texts) for name, texts in found.items()}


def _left_out(runs: Iterable[Run], cells: Sequence[CellRecord]) -> dict[str, int]:
    """Return how many cells of each suite none of the runs has: each says how many there are beside its own."""
    whole = Counter[str]()
    for run in runs:
        whole |= Counter(cell.suite for cell in run.cells) + Counter(run.left_out)
    return dict(whole - Counter(cell.suite for cell in cells))


def _cost(runs: Iterable[Run]) -> dict[str, float]:
    """Return what runs cost together."""
    found: dict[str, float] = {}
    for run in runs:
        for name, value in run.cost.items():
            found[name] = round(found.get(name, 0) + value, DIGITS)
    return found


def _alignments(parts: Sequence[Run], order: Mapping[CellKey, int]) -> tuple[CaseAlignment, ...]:
    """Return the alignments that one run of all cells would keep."""
    groups: dict[CellKey, list[CaseAlignment]] = {}
    for part in parts:
        for found in part.alignments:
            groups.setdefault((found.suite, found.cell), []).append(found)
    ordered = [groups[cell] for cell in sorted(groups, key=order.__getitem__)]
    return tuple(found for group in fair(ordered, MOST) for found in group)
