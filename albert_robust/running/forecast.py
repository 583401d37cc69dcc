"""Forecast: counts the questions of a run without asking any. Variants are made and answers looked up; no model is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, nan

from albert_robust.asking.workspace import Workspace
from albert_robust.results.outcome import Outcome
from albert_robust.running.cell import Cell
from albert_robust.running.lookup import look_up


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one suite would ask.

    Attributes:
        suite: Its name.
        cells: How many cells it has.
        cases: How many of their cases would be tested.
        unique: Their inputs, repeats apart; those of replicates count as often as they are asked.
        missing: Those that the cache does not have.
        batches: In which a model is asked for those.
        requests: That an endpoint gets in place of batches, one an input.
        seconds: From what earlier runs took; None where there was none.
        price: By the suite's own price, tokens by earlier runs; None where it has none, nan where no tokens are told yet.
        at_most: Whether the suite may stop before it has asked for all that, reject some of it, or find the worst sooner.
    """

    suite: str
    cells: int
    cases: int
    unique: int
    missing: int
    batches: int
    seconds: float | None
    price: float | None
    at_most: bool = False
    requests: int = 0


def forecast(cells: Sequence[Cell], workspace: Workspace) -> Forecast:
    """Return what a suite would ask.

    Args:
        cells: The suite's, one or more.
        workspace: Where answers are kept.

    Raises:
        InputError: The suite's data or model are unfit.
    """
    cases, batches, later, names, missing = 0, 0, 0, set[str](), set[str]()
    for one in look_up(cells, workspace):
        if one.replicate == 0:
            cases += sum(case.status == "tested" for _, group in one.made for case in group)
            later += sum(_later(cell, group) for cell, group in one.made if cell.check.worst_of > 1 and cell.applies)
        names |= set(one.found.names.values())
        fresh = {one.found.names[input_key] for input_key in one.found.missing} - missing
        missing |= fresh
        batches += ceil(len(fresh) / one.suite.model.batch)
    to_ask = len(missing) + later
    settings, streams = one.suite.model, one.suite.model.kind.streams
    pace, price = one.predictor.seconds_an_input, one.predictor.price_of(to_ask)
    return Forecast(
        suite=one.suite.name,
        cells=len(cells),
        cases=cases,
        unique=len(names) + later,
        missing=to_ask,
        batches=0 if streams else batches + ceil(later / settings.batch),
        requests=to_ask if streams else 0,
        seconds=None if pace is None else pace * to_ask,
        price=None if settings.price is None else nan if price is None else price,
        at_most=one.suite.early_stop or later > 0 or any(cell.check.meaning for cell in cells),
    )


def _later(cell: Cell, group: Sequence[Outcome]) -> int:
    """Return how much a search may ask beside the first variants and their originals; without the first, the original, too."""
    return sum(cell.check.worst_of - (case.status == "tested") for case in group)
