"""Forecast: counts the questions of a run without asking any. Variants are made and answers looked up; no model is loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from albert_robust.asking.predict import Predictor, characters
from albert_robust.asking.workspace import Workspace
from albert_robust.models import ModelSpec
from albert_robust.results.outcome import Outcome
from albert_robust.running.cell import Cell
from albert_robust.running.judgements import Judgements
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
        to_judge: How many pairs judges would be asked about; where there are two, each counts its own.
        judges_at_most: Whether some of these depend on answers that are not known yet.
        price_guessed: Whether tokens are guessed by the length of texts, because no run has told them.
        seconds: From what earlier runs took; None where there was none.
        price: By the suite's own price, tokens by earlier runs; None where it has none.
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
    to_judge: int = 0
    judges_at_most: bool = False
    price_guessed: bool = False


def forecast(cells: Sequence[Cell], workspace: Workspace) -> Forecast:
    """Return what a suite would ask.

    Args:
        cells: The suite's, one or more.
        workspace: Where answers are kept.

    Raises:
        InputError: The suite's data or model are unfit.
    """
    cases, batches, later, names, missing, length = 0, 0, 0, set[str](), set[str](), 0.0
    suite = cells[0].suite
    judges = {name: one for name, one in workspace.own_measures(suite).items() if one.measure.judges}
    judgements = Judgements(judges)
    for one in look_up(cells, workspace):
        if one.replicate == 0:
            cases += sum(case.status == "tested" for _, group in one.made for case in group)
            later += sum(_later(cell, group) for cell, group in one.made if cell.check.worst_of > 1 and cell.applies)
        names |= set(one.found.names.values())
        fresh = {one.found.names[input_key] for input_key in one.found.missing} - missing
        missing |= fresh
        length = length or characters([one.found.inputs[key] for key in one.found.missing])
        batches += ceil(len(fresh) / suite.model.batch)
        judgements.add(one)
    to_ask = len(missing) + later
    asked = [(one.predictor, suite.model, to_ask)]
    asked += [(judges[name].predictor, judges[name].measure.model, count) for name, count in judgements.to_ask.items()]
    streams = suite.model.kind.streams
    return Forecast(
        suite=suite.name,
        cells=len(cells),
        cases=cases,
        unique=len(names) + later,
        missing=to_ask,
        batches=0 if streams else batches + ceil(later / suite.model.batch),
        requests=to_ask if streams else 0,
        seconds=_seconds(asked),
        price=_price(asked, length),
        at_most=suite.early_stop or later > 0 or any(cell.check.meaning for cell in cells),
        to_judge=sum(judgements.to_ask.values()),
        judges_at_most=not judgements.certain,
        price_guessed=any(count and predictor.guesses_price for predictor, _, count in asked),
    )


def _seconds(asked: Iterable[tuple[Predictor, ModelSpec, int]]) -> float | None:
    """Return how long inputs may take; None where one is asked that was not asked before."""
    paces = [(predictor.seconds_an_input, count) for predictor, _, count in asked if count]
    known = [pace * count for pace, count in paces if pace is not None]
    return sum(known) if len(known) == len(paces) else None


def _price(asked: Iterable[tuple[Predictor, ModelSpec, int]], length: float) -> float | None:
    """Return what inputs of a length may cost; None where nothing has a price."""
    prices = [predictor.price_of(count, length) for predictor, _, count in asked]
    known = [price for price in prices if price is not None]
    return sum(known) if known else None


def _later(cell: Cell, group: Sequence[Outcome]) -> int:
    """Return how much a search may ask beside the first variants and their originals; without the first, the original, too."""
    return sum(cell.check.worst_of - (case.status == "tested") for case in group)
