"""Where two models part: the examples on which one is better than the other, with what both said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from albert_robust.report.cases import CaseView, case_view
from albert_robust.report.verdicts import MODELS, VerdictMark
from albert_robust.results.cell_key import CellKey
from albert_robust.results.outcome import Outcome, shortfall
from albert_robust.results.outcomes import OutcomeFile
from albert_robust.results.records import CellRecord, SuiteRecord
from albert_robust.results.run import Run

CELLS, SHOWN = 10, 3  # that are shown, and examples of each
Case = tuple[str, int]  # an example and which variant of it


@dataclass(frozen=True, slots=True)
class Parting:
    """One cell in which a model is better or worse than the first: the examples that show it, as each of the two took them."""

    cell: str
    first: str
    model: str
    mark: VerdictMark
    cases: tuple[tuple[CaseView, CaseView], ...]


def partings(run: Run, models: Sequence[SuiteRecord]) -> tuple[Parting, ...]:
    """Return the cells in which models differ most from the first of them, with examples.

    Args:
        run: The run.
        models: Those of one file.
    """
    first, *others = models
    names = {other.name: other.model_name for other in others}
    cells = {cell.key: cell for cell in run.cells}
    apart = [(_drop(cell), cell) for cell in run.cells if cell.suite in names and _differs(cell)]
    apart.sort(key=lambda pair: -abs(pair[0]))
    return tuple(
        Parting(
            cell=cell.cell,
            first=first.model_name,
            model=names[cell.suite],
            mark=_mark(drop > 0, first.model_name),
            cases=_cases(run, cells[(first.name, cell.cell)], cell, drop > 0),
        )
        for drop, cell in apart[:CELLS]
    )


def _mark(worse: bool, first: str) -> VerdictMark:
    mark = MODELS["regressed" if worse else "improved"]
    return replace(mark, word=mark.word.replace("the first", first))


def _differs(cell: CellRecord) -> bool:
    return cell.beside_first is not None and cell.beside_first.verdict in MODELS


def _drop(cell: CellRecord) -> float:
    drop = cell.beside_first and cell.beside_first.drop
    return drop.value if drop else 0.0


def _cases(run: Run, one: CellRecord, other: CellRecord, worse: bool) -> tuple[tuple[CaseView, CaseView], ...]:
    """Return cases of two cells that speak for how they stand, an example once, the clearest first."""
    here, there = _tested(run, one.key), _tested(run, other.key)
    sign = 1 if worse else -1
    measure = other.beside_first.measure if other.beside_first else ""
    falls = partial(shortfall, expectation=one.expectation, quality=measure)
    lost = {case: sign * (falls(there[case]) - falls(here[case])) for case in here if case in there}
    clear = sorted((case for case in lost if lost[case] > 0), key=lambda case: -lost[case])
    distinct = {example: (example, number) for example, number in reversed(clear)}
    chosen = [case for case in clear if distinct[case[0]] == case][:SHOWN]
    return tuple((case_view(one, here[case], False), case_view(other, there[case], False)) for case in chosen)


def _tested(run: Run, place: CellKey) -> Mapping[Case, Outcome]:
    file = run.outcomes
    found = (
        file.of(*place) if isinstance(file, OutcomeFile) else [one for one in file if (one.suite, one.cell) == place]
    )
    return {(one.example, one.replicate): one for one in found if one.status == "tested"}
