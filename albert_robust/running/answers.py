"""What a model answered, with all that it can be measured by: outputs, references, source, and the language of each.

Where names are exchanged and the answer is to stay, a faithful output has the new ones: what it is measured by gets them too, in
the forms that the example has. A name in another case, or as another language writes it, is not known there, and stays.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import regex

from albert_robust.results.outcome import Outcome
from albert_robust.running.cell import Cell
from albert_robust.suite.movement import Movement
from albert_robust.tasks import Answer, Prediction, Task
from albert_robust.text.orders import Order, came_from, label_before, read_back, said_in
from albert_robust.text.reading import read
from albert_robust.text.scripts import ARABIC_PREFIXES, LETTER
from albert_robust.text.text import Edit

Answered = Prediction | str | None  # an answer, why there is none, or nothing where the model was not asked
When = Literal["before", "after"]
NO_ROOM = "the budget had no room for it"
NOT_JUDGED = "the budget had no room to judge it"

_OPENS = rf"(?<=(?<!{LETTER}){ARABIC_PREFIXES})"


def take_answers(
    cell: Cell, case: Outcome, before: Answered, after: Answered, repeats: Sequence[Answered] = ()
) -> None:
    """Fill in what the model said; where it said nothing, the case is an error, or was not asked.

    Of choices or passages in another order a letter or a number becomes the one that was theirs.

    Args:
        cell: Of the case.
        case: To be tested.
        before: The answer to its original.
        after: To its variant; of a case without one the same.
        repeats: To the original, asked again.
    """
    all_there = not repeats or all(isinstance(one, Prediction) for one in repeats)
    if all_there and isinstance(before, Prediction) and isinstance(after, Prediction):
        case.before, case.scores_before, case.said_before = before.output, before.scores, before.said
        case.after, case.scores_after, case.said_after = after.output, after.scores, after.said
        case.cut = max(before.cut, after.cut)
        for order in cell.reorders:
            _take_marks_back(cell, case, order)
        if cell.check.movement is not None and (lacking := _lacking(cell.check.movement, case)):
            case.status, case.message = "error", lacking
        return
    case.status, case.message = "not asked", NO_ROOM
    whiches = ("the original", "the variant", *["the original, asked again"] * len(repeats))
    for found, which in zip((before, after, *repeats), whiches, strict=True):
        if isinstance(found, str):
            case.status, case.message = "error", f"{which}: {found}"
            return


def _lacking(movement: Movement, case: Outcome) -> str:
    """Return why a case has no number that could move; empty if it has."""
    before, after = said_of(case)
    for answer, which in ((before, "the original"), (after, "the variant")):
        if lacking := movement.lacks(answer, before):
            return f"{which}: {lacking}"
    return ""


def said_of(case: Outcome) -> tuple[Prediction, Prediction]:
    """Return what the model said to the original and to the variant of an answered case."""
    return Prediction(str(case.before), case.scores_before), Prediction(str(case.after), case.scores_after)


def _take_marks_back(cell: Cell, case: Outcome, order: Order) -> None:
    changed = [name for name, text in case.variant.items() if text != case.original[name]]
    orders = ((came_from(order, case.original[name], case.variant[name]), name) for name in changed)
    came, field = next((one for one in orders if one[0]), ({}, ""))
    labels = cell.suite.labels
    numbers = {label for label in labels if label.isdecimal()}
    chooses = cell.suite.task.has_labels
    label = chooses and (not numbers or numbers == came.keys())  # else they are ratings
    said, quoted = str(case.after), said_in(order, case.original.get(field, ""))
    columns = cell.suite.datasets[cell.dataset].together.get(field, ())

    def before(one: str) -> str:
        named = chooses and order == "passages" and (one in labels or not labels)
        its = label_before(one, came, columns) if named else None
        return read_back(order, one, came, label=label, quoted=quoted) if its is None else its

    case.after, *names = map(before, (said, *case.scores_after))
    case.scores_after = dict(zip(names, case.scores_after.values(), strict=True))
    if case.after != said:
        case.said_after = case.said_after or said


def answer_of(cell: Cell, outcome: Outcome, when: When) -> Answer:
    """Return the answer to an outcome's original (`before`) or to its variant (`after`).

    References and source are those of the dataset either way, but for what was exchanged: an output has one quality, whatever
    led to it.
    """
    return answers_of(cell, [outcome], when)[0]


def answers_of(cell: Cell, outcomes: Sequence[Outcome], when: When) -> list[Answer]:
    """Return the answers to several outcomes of a cell."""
    task, before = cell.suite.task, when == "before"
    source, moves = task.source_field, task.has_spans and not before
    expected, asked = reference_language(cell), cell.language
    spoken = asked if task.language_field else expected
    varies = task.language_field and not before  # a variant may have the output's field in another language
    answers = [
        Answer(
            _read_back(task, outcome) if moves else str(outcome.before if before else outcome.after),
            () if task.has_spans and outcome.variant_language else outcome.references,
            outcome.original[source] if source else "",
            (outcome.variant_language or spoken) if varies else spoken,
            expected,
            asked,
            tuple(outcome.original.items()) if task.shows_inputs else (),
            tuple(outcome.beside.items()),
            tuple((outcome.scores_before if before else outcome.scores_after).items()) if task.shows_scores else (),
        )
        for outcome in outcomes
    ]
    if before or not cell.follows:
        return answers
    return [_followed(answer, outcome) for answer, outcome in zip(answers, outcomes, strict=True)]


def _read_back(task: Task, outcome: Outcome) -> str:
    """Return what the answer to a variant says of the original; as it is where that is in another language."""
    if outcome.variant_language:
        return str(outcome.after)
    assert task.annotation is not None
    pointed = task.annotation.field
    edits = [Edit(*change[1:]) for change in outcome.changes if change.field == pointed]
    return task.map_back(
        str(outcome.after), outcome.original[pointed], edits, (str(outcome.before), *outcome.references)
    )


def expected_of(cell: Cell, outcome: Outcome, before: Answer) -> Answer:
    """Return the answer to an outcome's original as it is expected to its variant: with what was exchanged."""
    return before._replace(output=_exchanged(outcome)(before.output)) if cell.follows else before


def _followed(answer: Answer, outcome: Outcome) -> Answer:
    follow = _exchanged(outcome)
    return answer._replace(references=tuple(map(follow, answer.references)), source=follow(answer.source))


def _exchanged(outcome: Outcome) -> Callable[[str], str]:
    """Return what makes the exchanges of a variant in another text; but for what became different things."""
    became: dict[str, set[str]] = {}
    for change in outcome.changes:
        was = "".join(read(outcome.original[change.field]).graphemes[change.start : change.end])
        became.setdefault(was, set()).add(change.replacement)
    sure = {was: now for was, (now, *others) in became.items() if was and not others}
    if not sure:
        return str
    known = "|".join(regex.escape(was) for was in sorted(sure, key=lambda was: (-len(was), was)))
    pattern = regex.compile(rf"{_OPENS}(?:{known})(?!{LETTER})", regex.V1)
    return lambda text: pattern.sub(lambda found: sure[found[0]], text)


def reference_language(cell: Cell) -> str:
    """Return the language of a cell's references: the dataset's own word, else the examples'."""
    return cell.suite.datasets[cell.dataset].reference_language or cell.language
