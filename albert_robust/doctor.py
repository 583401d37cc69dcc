"""Doctor: would a suite let a model pass that understands nothing?"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from albert_robust.asking.workspace import WorkspaceOf
from albert_robust.conclude import Verdicts, executed
from albert_robust.models.stand_in import StandIn, stand_ins
from albert_robust.results.records import CellRecord, Verdict
from albert_robust.running.blocks import examples_of
from albert_robust.running.cell import Cell, Item, cells_of
from albert_robust.running.plan import plan
from albert_robust.suite.suite import Check, Suite


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The verdicts of a suite on a stand-in for its model.

    Attributes:
        stand_in: The model that understands nothing.
        records: The verdict of each item that any model could pass, with the line of its check.
        impossible: The verdicts of the others: too few of their cases can be tested, whatever a model answers.
    """

    stand_in: StandIn
    records: tuple[tuple[int, CellRecord], ...]
    impossible: tuple[CellRecord, ...]

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many items have each verdict."""
        return Counter(record.verdict for _, record in self.records)

    @property
    def caught(self) -> list[CellRecord]:
        """The items that fail the stand-in; known failures do not."""
        return [record for _, record in self.records if record.verdict == "failed"]


def diagnosed(suite: Suite) -> list[Diagnosis]:
    """Return the verdicts of a suite on models that understand nothing. Its own model and its judges are asked nothing.

    Raises:
        InputError: The suite's data are unfit.
    """
    examples = [one for found in examples_of(suite, [*suite.datasets]).values() for one in found]
    bounds = suite.model.range or (0.0, 1.0)
    watched = {check.watched for check in suite.checks if check.watched}
    return [_diagnosis(suite, one) for one in stand_ins(suite.task, examples, suite.model.data_labels, bounds, watched)]


def unjudged(suite: Suite) -> Suite:
    """Return a suite without the gates and checks that rest on a judge: the doctor asks none."""
    judges = set(judges_of(suite))
    if not judges:
        return suite
    checks = [_without(check, judges) for check in suite.checks if check.agreement not in judges]
    kept = replace(suite, checks=tuple(check for check in checks if check.all_gates), marks=())
    items = plan(kept).items
    return replace(kept, marks=tuple(mark for mark in suite.marks if any(mark.fits(item.id) for item in items)))


def judges_of(suite: Suite) -> list[str]:
    """Return the names of a suite's measures by judges."""
    return [one.name for one in suite.own_measures if one.judges]


def _without(check: Check, judges: Collection[str]) -> Check:
    gates, across = (
        tuple(gate for gate in each if gate.measure.base not in judges) for each in (check.gates, check.across)
    )
    return replace(check, gates=gates, across=across)


def idle(suite: Suite, found: Sequence[Diagnosis]) -> list[Check]:
    """Return the checks of a suite that fail no stand-in: their verdicts tell nothing about a model. Judged ones are left out."""
    telling = {line for one in found for line, record in one.records if record.verdict in {"failed", "known failure"}}
    return [check for check in unjudged(suite).checks if check.place.line not in telling]


def lenient(suite: Suite, one: Diagnosis) -> list[Check]:
    """Return the checks of a suite that should have failed a stand-in but have a cell that passed or is inconclusive.

    A check that lets an answer stay should fail no model that always gives the same.
    """
    through = {line for line, record in one.records if record.verdict in {"passed", "inconclusive"}}
    strict = [check for check in suite.checks if check.expectation != "direction" or not check.lets_stay]
    return [check for check in strict if check.place.line in through and check.expectation in one.stand_in.caught_by]


def _diagnosis(suite: Suite, stand_in: StandIn) -> Diagnosis:
    alone = replace(unjudged(suite), model=suite.model.model_copy(update={"replicates": 1}), early_stop=False)
    items = plan(alone).unskipped
    with TemporaryDirectory() as folder:
        workspace = WorkspaceOf(Path(folder), "doctor", function=stand_in.predict)
        with executed(cells_of(items), workspace) as execution:
            verdicts = Verdicts(execution, items, {})
            judged = [(item, verdicts.of(item)) for item in items]
    impossible = [record for item, record in judged if _impossible(item, record)]
    possible = [(item.check.place.line, record) for item, record in judged if record not in impossible]
    return Diagnosis(stand_in, tuple(possible), tuple(impossible))


def _impossible(item: Item, record: CellRecord) -> bool:
    return isinstance(item, Cell) and item.applies and record.counts.tested < item.check.min_tested
