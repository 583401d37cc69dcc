"""Forecast: what a run would ask, before anything is asked. Variants are made, answers are looked up, no model is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from albert_robust.running.ask import Cost
from albert_robust.running.cell import Cell
from albert_robust.running.execute import Workspace, blocks, examples_of, inputs_of, perturbed, predictor
from albert_robust.running.predict import input_key


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one suite would ask.

    Attributes:
        suite: Its name.
        cells: How many cells it has.
        cases: How many of their cases would be tested.
        unique: Their inputs, repeats apart; those of replicates count as often as they are asked.
        missing: Those that the cache does not have. A suite that stops early asks for so many at most.
        calls: Of the model, in batches.
        seconds: From what earlier runs took; None where there was none.
        price: By the suite's own price of an input; None where it has none.
    """

    suite: str
    cells: int
    cases: int
    unique: int
    missing: int
    calls: int
    seconds: float | None
    price: float | None


def forecasts(cells: Sequence[Cell], workspace: Workspace) -> list[Forecast]:
    """Return what each suite would ask.

    Args:
        cells: Of any number of suites.
        workspace: Where answers are kept.

    Raises:
        InputError: A suite's data or model are unfit.
    """
    ordered = sorted(cells, key=lambda cell: (cell.suite.name, cell.order))
    groups = (list(group) for _, group in groupby(ordered, key=lambda cell: cell.suite.name))
    return [_forecast(group, workspace) for group in groups]


def _forecast(cells: Sequence[Cell], workspace: Workspace) -> Forecast:
    suite = cells[0].suite
    model = workspace.model(suite)
    asking = predictor(suite, model, workspace, Cost())
    datasets = examples_of(suite, sorted({cell.dataset for cell in cells}))
    cases, seen, missing = 0, set[tuple[int, str]](), 0
    for block in blocks(suite, datasets):
        made = perturbed(cells, block, workspace.cache)
        cases += sum(case.status == "tested" for _, group in made for case in group)
        for replicate in range(suite.model.replicates):
            inputs = list(inputs_of(made, originals=replicate > 0))
            new = {(replicate, input_key(one)) for one in inputs} - seen
            seen |= new
            missing += sum((replicate, one) in new for one in asking.known(inputs, replicate)[1])
    rate = asking.seconds_an_input
    return Forecast(
        suite=suite.name,
        cells=len(cells),
        cases=cases,
        unique=len(seen),
        missing=missing,
        calls=-(-missing // suite.model.batch),
        seconds=None if rate is None else rate * missing,
        price=None if suite.model.price is None else suite.model.price * missing,
    )
