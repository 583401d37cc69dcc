"""Baselines in a pytest session: which suites have one, how their cells stand beside it, and writing it on request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from albert_robust.errors import InputError
from albert_robust.gate.baseline import Baseline, baseline_path, open_baseline, updated, write_baseline
from albert_robust.gate.comparing import CORRECTION, absent, missing
from albert_robust.gate.family import living
from albert_robust.gate.lines import line_of
from albert_robust.options import UPDATES
from albert_robust.results.records import CellRecord
from albert_robust.results.run import Run
from albert_robust.results.tally import Tally
from albert_robust.running.cell import Cell
from albert_robust.scoring.significance import CORRECTIONS
from albert_robust.shown import shown_path
from albert_robust.suite.suite import Suite


@dataclass
class SessionBaselines:
    """The baselines that a session met.

    Attributes:
        updating: `all`, `new`, or empty: nothing is ever written unless it was asked for.
        correction: For many cells, `holm` or `benjamini-hochberg`.
        lenient: Whether lines that are stale only warn.
        known: By suite. None are read while all are made anew.
        places: By suite, the baseline's path and the cells that a whole run tests.
        absent: Records of cells that are missing.
        written: What was written, a line a file.
    """

    updating: str = ""
    correction: str = CORRECTION
    lenient: bool = False
    known: dict[str, Baseline] = field(default_factory=dict)
    places: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    absent: list[CellRecord] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def meet(self, suite: Suite, cells: Sequence[Cell]) -> None:
        """Take note of a suite and of the baseline beside it.

        Raises:
            InputError: The baseline is damaged, and not to be made anew.
        """
        path = baseline_path(suite)
        self.places[suite.name] = (str(path), sorted(living(cells)))
        baseline = None if self.updating == "all" else open_baseline(path)
        if baseline is not None:
            self.known[suite.name] = baseline

    def missing_of(self, suite: Suite) -> list[CellRecord]:
        """Return the records of the cells that a suite's baseline has and the suite no longer tests."""
        gone = missing(self.known[suite.name], self.places[suite.name][1])
        records = [absent(suite.name, suite.task.name, cell, self.lenient) for cell in gone]
        self.absent = [record for record in self.absent if record.suite != suite.name] + records
        return records

    def write(self, run: Run) -> None:
        """Write the baselines of the suites of a run, where that was asked for."""
        if not self.updating:
            return
        seeds = {suite.name: suite.seed for suite in run.suites}
        for suite, seed in seeds.items():
            tallies = {cell: tally for (name, cell), tally in run.tallies.items() if name == suite and tally.examples}
            records = [record for record in run.cells if record.suite == suite and record.cell in tallies]
            self._write(suite, records, tallies, seed)

    def _write(self, suite: str, records: Iterable[CellRecord], tallies: Mapping[str, Tally], seed: int) -> None:
        place, alive = self.places[suite]
        path, found = Path(place), list(records)
        broken = [record for record in found if record.verdict == "error"]
        unasked = [record for record in found if record.counts.not_asked and record.verdict != "error"]
        whole = [record for record in found if record.verdict != "error" and not record.counts.not_asked]
        made = {record.cell: line_of(record, tallies[record.cell], seed) for record in whole}
        old = self._old(path)
        lines = updated(old, made, alive, only_new=self.updating == "new")
        write_baseline(path, lines.values())
        changed = sum(old.get(cell) != line for cell, line in lines.items() if cell in old)
        counts = {
            "line" if len(lines) == 1 else "lines": len(lines),
            "new": len(lines.keys() - old.keys()),
            "changed": changed,
            "taken out": len(old.keys() - lines.keys()),
            "passed over because of errors": len(broken),
            "passed over because they were not tested": len(unasked),
        }
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        self.written.append(f"baseline: {shown_path(path)}: {told or 'no lines'}")

    def _old(self, path: Path) -> Baseline:
        """Return the lines before; a damaged file that is made anew has none."""
        try:
            return open_baseline(path) or {}
        except InputError:
            if self.updating == "new":
                raise
            return {}

    def hand_over(self) -> dict[str, Any]:
        """Return what a worker leaves to the controller."""
        gone = [[record.suite, record.task, record.cell] for record in self.absent]
        return {"places": {suite: list(place) for suite, place in self.places.items()}, "absent": gone}

    def take_over(self, left: Mapping[str, Any]) -> None:
        """Take what a worker left."""
        self.places.update({suite: (path, cells) for suite, (path, cells) in left["places"].items()})
        gone = [absent(suite, task, cell, self.lenient) for suite, task, cell in left["absent"]]
        self.absent += [record for record in gone if record not in self.absent]  # with `--dist each` all have them


def checked(name: str, value: str, known: Iterable[str]) -> str:
    """Return an option's value.

    Raises:
        pytest.UsageError: It is none of those that are known.
    """
    if value and value not in known:
        raise pytest.UsageError(f"--robust-{name}: {value!r} is neither {' nor '.join(known)}")
    return value


def session_baselines(update: str, correction: str, lenient: bool) -> SessionBaselines:
    """Return the state of a session's baselines from its options.

    Raises:
        pytest.UsageError: An option has a value that is none.
    """
    return SessionBaselines(
        checked("baseline-update", update, UPDATES),
        checked("baseline-correction", correction, CORRECTIONS) or CORRECTION,
        lenient,
    )
