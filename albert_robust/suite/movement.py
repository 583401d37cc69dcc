"""Movement: where a check says that an answer goes, or how far it may: a label, the probability of one, or a number.

These are the directional expectations of Ribeiro et al. (2020), doi:10.18653/v1/2020.acl-main.442, `Expect.monotonic` of
CheckList. It departs from them in two ways. Cases that cannot fail, such as a probability of 0.95 that may rise by 0.1, count as
right and are not left out: which they are depends on the model, and two models are compared on the same cases. And a
probability that should stay within a tolerance is judged whether or not the label changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from albert_robust.errors import Mistake
from albert_robust.scoring.statistics import DIGITS
from albert_robust.shown import suggest
from albert_robust.suite.schema import CheckSpec
from albert_robust.tasks import Prediction, Task
from albert_robust.tasks.naming import meant_by

LEAST = 10**-DIGITS  # the smallest change that there is: probabilities and numbers are kept in so many digits


@dataclass(frozen=True, slots=True)
class Becomes:
    """The answer becomes a label, or is it already."""

    label: str

    def __str__(self) -> str:
        return f"becomes: {self.label}"

    def holds(self, before: Prediction, after: Prediction) -> bool:
        """Return whether the second of two answers is the label."""
        return after.output == self.label

    def lacks(self, answer: Prediction, before: Prediction) -> str:
        """Return nothing: every answer can be the label or not."""
        return ""


@dataclass(frozen=True, slots=True)
class Moves:
    """The number of an answer changes by no less than one bound, and by no more than another.

    Attributes:
        written: How the suite says so: `falls: positive, tolerance: 0.1`.
        label: Whose probability it is; empty for that of the label that the original got. Where it may have several, empty stands
            for all labels, of which the one counts that changes most.
        numeric: Whether answers are numbers themselves.
        several: Whether an answer may have several labels.
        least: The least change; where a number falls it is below 0.
        most: The greatest change.
    """

    written: str
    label: str
    numeric: bool
    least: float
    most: float
    several: bool = False

    def __str__(self) -> str:
        return self.written

    def holds(self, before: Prediction, after: Prediction) -> bool | None:
        """Return whether the number changes within the bounds from one answer to the other; None where one has no number."""
        change = self.change(before, after)
        return None if change is None else self.least <= change <= self.most

    def change(self, before: Prediction, after: Prediction) -> float | None:
        """Return how far the number moves from one answer to the other; None where one has no number."""
        one, other = self._numbers(before, before), self._numbers(after, before)
        if not one or one.keys() != other.keys():
            return None
        return max((round(other[name] - one[name], DIGITS) for name in one), key=abs)

    def lacks(self, answer: Prediction, before: Prediction) -> str:
        """Return why an answer, to an original or to its variant, has no number; empty if it has one."""
        numbers = self._numbers(answer, before)
        if numbers and numbers.keys() == self._numbers(before, before).keys():
            return ""
        given = ", ".join(map(repr, answer.scores))
        form = "{'labels': {label: probability}}" if self.several else "{'label': ..., 'scores': {label: probability}}"
        told = f"it gave those of {given:.80}" if given else f"return {form}"
        whose = repr(self.label or before.output)[:60] if self.label or not self.several else "each label"
        return f"the model gave no probability of {whose}: {told}"

    def _numbers(self, answer: Prediction, before: Prediction) -> Mapping[str, float]:
        """Return what may move, by name: mostly one number; none where the answer lacks it."""
        if self.numeric:
            return {"": float(answer.output)}
        if self.several and not self.label:
            return answer.scores
        label = self.label or before.output
        return {label: answer.scores[label]} if label in answer.scores else {}


Movement = Becomes | Moves


def movement_of(check: CheckSpec, task: Task) -> Movement | None:
    """Return where a check says that answers go, or how far they may; None where only their agreement counts."""
    if check.becomes is not None:
        return Becomes(check.becomes)
    sizes = [f"{key}: {held:g}" for key in ("by", "tolerance") if (held := getattr(check, key)) is not None]
    named = check.rises or check.falls or ""
    written = ", ".join([*([f"{check.way}: {named}"] if check.way else []), *sizes])
    label = "" if named == task.output_key else named
    least = check.by or LEAST if check.tolerance is None else -check.tolerance
    most = inf if check.way else -least
    if check.way == "falls":
        least, most = -most, -least
    return Moves(written, label, task.numeric, least, most, task.multi_label) if check.movement else None


def unfit(check: CheckSpec, task: Task, labels: Sequence[str], prompted: bool) -> Iterator[tuple[str, Mistake]]:
    """Yield why answers cannot move as a check says, by its keys.

    Args:
        check: Says where they should go, or how far they may.
        task: Of the model.
        labels: All that the model may say, as the data call them; none if that is not known.
        prompted: Whether the model is asked by a prompt.
    """
    key, own = check.movement, task.output_key
    if not (task.has_labels or task.numeric):
        yield key, Mistake(f"an answer of {task.name} is neither labels nor a number", f"take out `{key}`")
        return
    if mistake := _misnamed(key, getattr(check, key), task, labels):
        yield key, mistake
    if prompted and key != "becomes" and not task.numeric:
        mend = f"{'write `becomes: ...`, or ' if task.single_label else ''}take a function or a classifier's checkpoint"
        yield key, Mistake("a model that is asked by a prompt gives no probabilities", mend)
    what, most = (own, task.bounds[1] - task.bounds[0]) if task.numeric else ("probability", 1.0)
    for size in ("by", "tolerance"):
        if (getattr(check, size) or 0) >= most:
            yield size, Mistake(f"no {what} moves by more than {most:g}", "write a smaller number")


def _misnamed(key: str, named: object, task: Task, labels: Sequence[str]) -> Mistake | None:
    """Return why a key cannot name what it does: a label, or the number that an answer is; None if it can, or names nothing."""
    own = task.output_key
    if not isinstance(named, str):
        return None
    if task.multi_label and key == "becomes":
        return Mistake("an answer may have several labels, and become no single one", f"write `rises: {named}`")
    if task.multi_label and named == own:
        return Mistake("an answer may have several labels: whose probability should move?", f"name one, `{key}: toxic`")
    if task.numeric and key == "becomes":
        return Mistake(f"an answer of {task.name} is a number", f"write `rises: {own}`, or `falls`")
    known = [own] if task.numeric else [*labels]
    if task.single_label and key != "becomes" and labels:
        known.append(own)
    if not known or named in known:
        return None
    meant = meant_by(named, known)
    mend = f"did you mean {meant!r}?" if meant else suggest(named, known)
    return Mistake(f"unknown {'number' if task.numeric else 'label'} {named!r:.60}", mend)
