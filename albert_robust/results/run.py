"""A run: suites, cells and outcomes of one execution, and the answer that they give."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any, Literal, get_args

from albert_robust.results.cases import CaseAlignment, Shrunk
from albert_robust.results.cell_key import CellKey
from albert_robust.results.evidence import WORST
from albert_robust.results.failures import ATTENTION, became_worse, setback
from albert_robust.results.outcome import Outcome
from albert_robust.results.outcomes import OutcomeFile
from albert_robust.results.records import CellRecord, PooledRecord, SuiteRecord, Verdict
from albert_robust.results.tally import Tally, tallied
from albert_robust.shown import counted

Answer = Literal["yes", "partial", "no", "undecided", "nothing"]
SHOWN_CELLS = 20  # in a notebook


@dataclass(frozen=True, repr=False)
class Run:
    """One execution: suites, cells in plan order, outcomes, and what it cost.

    Outcomes may be many more than memory holds, and are read from their file each time that they are gone through: suite by
    suite, in it by blocks of examples, in those cell by cell in plan order. Alignments are there for some of the worst
    cases, cell by cell in plan order, the worst first, and so is what is `shrunk`, where that was asked for.
    `mistakes` says of suites that could not be run, by name, why; `left_out` how many cells a suite has beside those here:
    a run may be of some of them. `pooled` says how models stand beside the first of their file over all cells. `notes` are
    what the user wants kept with it, such as a commit. `merged` says of how many runs this one is made of. `beside` is what its
    cells are compared with: another run may stand in the place of the baseline.
    """

    suites: tuple[SuiteRecord, ...]
    cells: tuple[CellRecord, ...]
    outcomes: Iterable[Outcome] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    alignments: tuple[CaseAlignment, ...] = ()
    shrunk: tuple[Shrunk, ...] = ()
    counted: Mapping[CellKey, Tally] | None = field(default=None, compare=False)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    pooled: tuple[PooledRecord, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    merged: int = 1
    beside: str = field(default="the baseline", compare=False)

    def __repr__(self) -> str:
        return f"<Run: {counted_verdicts(self.cells) or 'no cells'}; answer {self.answer}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the verdicts of the first cells, the worst first."""
        cells = sorted(self.cells, key=lambda cell: get_args(Verdict).index(cell.verdict))
        shown = [(cell.verdict, f"{cell.suite}::{cell.cell}", cell.reason) for cell in cells[:SHOWN_CELLS]]
        rows = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in shown)
        more = f"<p>and {len(cells) - SHOWN_CELLS:,} more</p>" if len(cells) > SHOWN_CELLS else ""
        head = "<tr><th>verdict</th><th>cell</th><th>reason</th></tr>"
        return f"<p>{escape(repr(self)[1:-1])}</p><table>{head}{rows}</table>{more}"

    def frame(self) -> Any:
        """Return a pandas data frame: a row per cell and measure, with the columns of `results.table`.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        from albert_robust.errors import need
        from albert_robust.results.table import COLUMNS, rows_of

        need("pandas", "pandas", "a data frame of a run")
        import pandas

        return pandas.DataFrame(rows_of(self), columns=COLUMNS)

    def failures(self) -> Any:
        """Return a pandas data frame: a row per case that speaks against the model, with the columns of `results.case_table`.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        from albert_robust.errors import need
        from albert_robust.results.case_table import case_columns, case_rows

        need("pandas", "pandas", "a data frame of a run's failures")
        import pandas

        return pandas.DataFrame(case_rows(self), columns=case_columns(self))

    @property
    def answer(self) -> Answer:
        """May the model be shipped? `yes`, `no`, `undecided`, `nothing` where nothing was tested; `partial`: yes, of some cells.

        The report says the same.
        """
        return answer_of(self.cells, self.mistakes, self.cells_left_out)

    @property
    def exit_code(self) -> int:
        """What pytest ends with after such a run.

        2 if a suite could not be run; 1 if a cell failed, ended in an error or was left untested by the budget, or nothing was
        tested at all; otherwise 0.
        """
        if self.mistakes:
            return 2
        bad = any(
            cell.verdict in {"failed", "error"} or (cell.verdict == "not tested" and cell.must_be_tested)
            for cell in self.cells
        )
        return int(bad or not tested_in(self.cells))

    @property
    def cells_left_out(self) -> int:
        """How many cells its suites have beside those here."""
        return sum(self.left_out.values())

    @property
    def all_kept(self) -> int:
        """How many answers the run had, if all are kept ones of earlier runs and no model was asked anything; else 0."""
        asked = any(self.cost.get(name) for name in ("predicted", "unanswered"))
        return 0 if asked else int(self.cost.get("from_cache", 0))

    @cached_property
    def tallies(self) -> Mapping[CellKey, Tally]:
        """What the outcomes of each cell come to, by suite and cell; counted now if that was not done as they came."""
        if self.counted is not None:
            return self.counted
        labels = {suite.name: suite.labels for suite in self.suites}
        begun = {
            cell.key: Tally(
                cell.expectation, gated=[gate.measure for gate in cell.gates], labels=labels.get(cell.suite, ())
            )
            for cell in self.cells
        }
        return tallied(self.outcomes, begun)

    @cached_property
    def worsened(self) -> Mapping[CellKey, Sequence[Outcome]]:
        """The first few cases by which cells became worse, by suite and cell; outcomes are gone through once for all."""
        wanted = {
            cell.key: frozenset(found.worse[:WORST])
            for cell in self.cells
            if cell.verdict in ATTENTION and (found := setback(cell)) is not None
        }
        outcomes = self.outcomes
        if isinstance(outcomes, OutcomeFile):
            outcomes = outcomes.only(wanted.keys()) if wanted else ()
        cases: dict[CellKey, list[Outcome]] = {}
        for case in outcomes:
            if case.example in wanted.get((case.suite, case.cell), ()):
                cases.setdefault((case.suite, case.cell), []).append(case)
        return {cell.key: became_worse(cell, cases[cell.key]) for cell in self.cells if cell.key in cases}


def answer_of(cells: Collection[CellRecord], mistakes: Collection[str] = (), left_out: int = 0) -> Answer:
    """Return the answer to "May I ship this model?": never yes where nothing was tested, or a suite could not be run.

    Args:
        cells: What was judged.
        mistakes: The suites that could not be run.
        left_out: How many cells the suites have beside these: of some cells no answer is a yes to all.
    """
    verdicts = {cell.verdict for cell in cells}
    if mistakes or verdicts & {"failed", "error"}:
        return "no"
    if tested_in(cells) == 0:
        return "nothing"
    gated = any(cell.gates for cell in cells)
    if verdicts & {"inconclusive", "not tested"} or not gated:
        return "undecided"
    return "partial" if left_out else "yes"


def counted_verdicts(cells: Iterable[CellRecord]) -> str:
    """Return how many cells have which verdict, the worst first: `1 failed, 6 passed`."""
    counts = Counter(cell.verdict for cell in cells)
    return ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in get_args(Verdict) if counts[verdict])


def tested_in(cells: Iterable[CellRecord]) -> int:
    """Return how many cases were tested, those of compared cells once."""
    tested: dict[CellKey, int] = {}
    for cell in cells:
        members = [(member.cell, member.tested) for member in cell.members]
        found = members if cell.across else [(cell.cell, cell.counts.tested)]
        tested.update(((cell.suite, name), count) for name, count in found)
    return sum(tested.values())


def told_kept(answers: int) -> str:
    """Return that a run knows its models by kept answers alone; empty where there are none, or a model was asked."""
    return f"No model was asked: all {counted(answers, 'answer')} are kept ones." if answers else ""
