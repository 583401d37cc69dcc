"""What came of the selected items, whoever ran them: this process, or another worker of xdist."""

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from albert_robust.baselines import SessionBaselines
from albert_robust.conclude import Verdicts, run_of, shrunk_of
from albert_robust.fault import Fault
from albert_robust.gate.decide import mended_failures
from albert_robust.notes import Notes
from albert_robust.results.cases import Shrunk
from albert_robust.results.cell_key import CellKey
from albert_robust.results.failures import became_worse, failures, setback
from albert_robust.results.outcome import Outcome
from albert_robust.results.outcomes import OutcomeFile
from albert_robust.results.records import CellRecord
from albert_robust.results.run import Run
from albert_robust.results.tally import Tally
from albert_robust.running.cell import Cell, Item
from albert_robust.running.execute import Execution


class WorkerError(Exception):
    """What is wrong with a suite, as another worker told it."""


class Judged(Protocol):
    """What came of the selected items."""

    def record(self, item: Item) -> CellRecord:
        """Return an item's verdict.

        Raises:
            InputError: The suite's data or model are unfit.
            WritingError: The outcomes cannot be written.
            WorkerError: Either, or a mistake of ours, in another worker.
            Exception: A mistake of ours.
        """
        ...

    def tally(self, cell: Cell) -> Tally:
        """Return what a cell's outcomes come to."""
        ...

    def cases(self, cell: Cell) -> Sequence[Outcome]:
        """Return a cell's outcomes."""
        ...

    def shrunk(self, cell: Cell, record: CellRecord) -> Sequence[Shrunk]:
        """Return the smallest sets of edits that break a cell's worst cases; nothing unless that was asked for."""
        ...


class JudgedHere:
    """Items that this process ran.

    Attributes:
        execution: What came of the items.
        faults: What kept suites from being judged, by their names.
        items: The items of all other suites.
        shrinks: Whether the worst cases of cells that did not pass are shrunk.
        started: When the session did, by the monotonic clock.
    """

    def __init__(
        self,
        execution: Execution,
        items: Sequence[Item],
        baselines: SessionBaselines,
        *,
        shrinks: bool,
        started: float,
    ) -> None:
        self.execution = execution
        self.faults = {name: Fault.of(error) for name, error in execution.mistakes.items()}
        self.items = [item for item in items if item.suite.name not in self.faults]
        self.shrinks = shrinks
        self.started = started
        self._verdicts = Verdicts(execution, self.items, baselines.known, baselines.correction, baselines.lenient)

    def record(self, item: Item) -> CellRecord:
        """Return an item's verdict."""
        fault = self.faults.get(item.suite.name)
        if fault is not None:
            raise fault.again()
        return self._verdicts.of(item)

    def tally(self, cell: Cell) -> Tally:
        """Return what a cell's outcomes come to."""
        return self.execution.tallies[cell.key]

    def cases(self, cell: Cell) -> Sequence[Outcome]:
        """Return a cell's outcomes."""
        return self.execution.outcomes([cell]).of(*cell.key)

    def shrunk(self, cell: Cell, record: CellRecord) -> Sequence[Shrunk]:
        """Return the smallest sets of edits that break a cell's worst cases; nothing unless that was asked for."""
        return shrunk_of(self.execution, cell, record) if self.shrinks else ()

    def run(self, keys: Collection[CellKey], notes: Notes) -> Run:
        """Return the run of some of the items, with all that is wrong with suites in full.

        Args:
            keys: Those of the items.
            notes: Are told which marks of known failures can go.
        """
        items = [item for item in self.items if item.key in keys]
        records = [self.record(item) for item in items]
        notes.mended = list(mended_failures(items, records))
        run = run_of(self.execution, items, records, time.monotonic() - self.started, self.shrinks)
        return replace(run, mistakes={name: fault.in_full for name, fault in self.faults.items()})


class JudgedByWorker:
    """Items that another worker ran and judged.

    Attributes:
        run: The run that the worker left.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._records = {record.key: record for record in run.cells}

    def record(self, item: Item) -> CellRecord:
        """Return an item's verdict."""
        mistake = self.run.mistakes.get(item.suite.name)
        if mistake is not None:
            raise WorkerError(mistake)
        return self._records[item.key]

    def tally(self, cell: Cell) -> Tally:
        """Return what a cell's outcomes come to."""
        tally = Tally(cell.check.expectation, gated=[gate.measure.name for gate in cell.check.gates])
        tally.add(self.cases(cell))
        return tally

    def cases(self, cell: Cell) -> Sequence[Outcome]:
        """Return a cell's outcomes."""
        assert isinstance(self.run.outcomes, OutcomeFile)
        return self.run.outcomes.of(*cell.key)

    def shrunk(self, cell: Cell, record: CellRecord) -> Sequence[Shrunk]:
        """Return the smallest sets of edits that break a cell's worst cases; nothing unless that was asked for."""
        return [shrunk for shrunk in self.run.shrunk if (shrunk.suite, shrunk.cell) == record.key]


def worst(judged: Judged, cell: Cell, record: CellRecord, tally: Tally) -> Sequence[Outcome]:
    """Return the cases that speak against the model, the worst first; those by which it became worse before all others."""
    first = became_worse(record, judged.cases(cell)) if setback(record) else ()
    return failures(record, tally, first)
