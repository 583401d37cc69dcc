"""Look up: finds the questions of a run and the answers that the cache has. No model is loaded, nothing is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from albert_robust.asking.ask import Cost
from albert_robust.asking.mistakes import placed
from albert_robust.asking.predict import Found, Predictor
from albert_robust.asking.workspace import Workspace
from albert_robust.results.cell_key import by_suite
from albert_robust.running.blocks import blocks, examples_of, inputs_of, originals_of, perturbed
from albert_robust.running.cell import Cell
from albert_robust.running.measure import Made
from albert_robust.suite.suite import Suite


@dataclass(frozen=True, slots=True)
class Lookup:
    """The questions of a run about one block of a suite's examples.

    Attributes:
        suite: The suite.
        made: The block's cases.
        replicate: Which of several answers to the same inputs.
        found: The inputs, and the answers that are kept.
        predictor: Asks the model.
    """

    suite: Suite
    made: Made
    replicate: int
    found: Found
    predictor: Predictor


def look_up(cells: Sequence[Cell], workspace: Workspace) -> Iterator[Lookup]:
    """Yield the questions of a run of cells, suite by suite and block by block.

    Raises:
        InputError: A suite's data or model are unfit.
    """
    for group in by_suite(sorted(cells, key=lambda cell: (cell.suite.name, cell.order))).values():
        with placed(group[0].suite):
            yield from _of_suite(group, workspace)


def _of_suite(cells: Sequence[Cell], workspace: Workspace) -> Iterator[Lookup]:
    suite = cells[0].suite
    predictor = workspace.predictor(suite, Cost())
    for block in blocks(suite, examples_of(suite, sorted({cell.dataset for cell in cells}))):
        made = perturbed(cells, block, workspace.cache)
        for replicate in range(suite.model.replicates):
            inputs = originals_of(made) if replicate else inputs_of(made)
            yield Lookup(suite, made, replicate, predictor.look_up(inputs, replicate), predictor)
