"""Measure: scores the agreement and the quality of a block's cases together, because an encoder is fastest in large batches."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import isnan

from albert_robust.asking.predict import Answers
from albert_robust.results.outcome import Outcome
from albert_robust.running.answers import answer_of, answers_of, expected_of, said_of
from albert_robust.running.cell import Cell
from albert_robust.scoring.statistics import DIGITS
from albert_robust.suite.suite import Check, Suite
from albert_robust.tasks import Answer, Prediction, TextScorer
from albert_robust.tasks.task import Compared

Made = Sequence[tuple[Cell, Sequence[Outcome]]]  # the cases of each cell


def measure(suite: Suite, made: Made, scorer: TextScorer) -> None:
    """Fill in the agreement and the qualities of tested cases.

    Args:
        suite: Of all cells.
        made: The cases, answered.
        scorer: For measures that compare texts.
    """
    before, after = list[tuple[Outcome, Answer]](), list[tuple[Outcome, Answer]]()
    compared: dict[str, list[tuple[Outcome, Answer, Answer]]] = {name: [] for name in suite.task.agreements}
    for cell, group in made:
        tested = [case for case in group if case.status == "tested"]
        varied = [case for case in tested if case.variant]
        old, new = answers_of(cell, tested, "before"), answers_of(cell, varied, "after")
        before += zip(tested, old, strict=True)
        after += zip(varied, new, strict=True)
        if cell.check.movement is not None:
            _move(cell.check, varied)
        elif varied:  # then all of them are
            expected = [expected_of(cell, *both) for both in zip(varied, old, strict=True)]
            compared[cell.check.agreement] += zip(varied, expected, new, strict=True)
    for (case, _), row in zip(before, _qualities(suite, before, scorer), strict=True):
        case.quality_before = row
    for (case, _), row in zip(after, _qualities(suite, after, scorer), strict=True):
        case.quality_after = row
    for name, found in compared.items():
        agree(suite, name, found, scorer)


def self_agreement(
    suite: Suite, made: Made, replicas: Sequence[Answers], scorer: TextScorer
) -> list[tuple[Cell, str, float]]:
    """Return, per example that was asked several times, the agreement of each pair of answers, by the cell's own measure.

    Args:
        suite: Of all cells.
        made: The measured cases; those of checks of reference, or of where answers should move, are left out.
        replicas: The model's answers to the originals, one value per time that they were asked.
        scorer: For measures that compare texts.
    """
    cases: list[tuple[Cell, str]] = []
    each: list[list[Compared]] = []
    moved: list[tuple[Cell, str, float]] = []
    for cell, group in made:
        if cell.check.directed:
            continue
        tested = {case.example: case for case in group if case.status == "tested" and case.variant}
        for example, case in tested.items():
            said = [answer for answers in replicas if isinstance(answer := answers.of(case.original), Prediction)]
            if (movement := cell.check.movement) is not None:
                held = [movement.holds(one, other) for one, other in combinations(said, 2)]
                moved += [(cell, example, float(one)) for one in held if one is not None]
                continue
            outputs = [answer.output for answer in said]
            first = answer_of(cell, case, "before")
            if len(outputs) > 1:
                cases.append((cell, example))
                shared = (first.language, first.language, first.inputs)
                each.append([Compared(one, other, *shared) for one, other in combinations(outputs, 2)])
    found: dict[int, list[float]] = {}
    for name, metric in suite.task.agreements.items():
        places = [place for place, (cell, _) in enumerate(cases) if cell.check.agreement == name]
        values = iter(metric([pair for place in places for pair in each[place]], scorer))
        found |= {place: [round(next(values), DIGITS) for _ in each[place]] for place in places}
    return moved + [
        (cell, example, value)
        for place, (cell, example) in enumerate(cases)
        for value in found[place]
        if not isnan(value)
    ]


def agree_in(cell: Cell, answered: Sequence[Outcome], scorer: TextScorer) -> None:
    """Fill in how far the answers to variants of a cell agree with those to their originals, by the cell's own measure."""
    if cell.check.movement is not None:
        _move(cell.check, answered)
        return
    before, after = answers_of(cell, answered, "before"), answers_of(cell, answered, "after")
    expected = [expected_of(cell, *both) for both in zip(answered, before, strict=True)]
    agree(cell.suite, cell.check.agreement, list(zip(answered, expected, after, strict=True)), scorer)


def _move(check: Check, answered: Sequence[Outcome]) -> None:
    """Fill in whether answers stay where a check says how far they may move, or move where it says that they should."""
    for case in answered:
        assert check.movement is not None
        holds = check.movement.holds(*said_of(case))
        case.agreement = None if holds is None else float(holds != check.directed)


def agree(suite: Suite, name: str, found: Sequence[tuple[Outcome, Answer, Answer]], scorer: TextScorer) -> None:
    """Fill in how alike the two outputs of each case are, by one measure."""
    pairs = [
        Compared(after.output, before.output, after.language, before.language, after.inputs)
        for _, before, after in found
    ]
    for (case, _, _), value in zip(found, suite.task.agreements[name](pairs, scorer), strict=True):
        case.agreement = None if isnan(value) else round(value, DIGITS)


def _qualities(
    suite: Suite, answered: Sequence[tuple[Outcome, Answer]], scorer: TextScorer
) -> Iterator[Mapping[str, float]]:
    """Return what each answer is worth by each quality; what cannot be measured is left out."""
    unique: dict[Answer, int] = {}
    places = [unique.setdefault(answer, len(unique)) for _, answer in answered]
    rows: list[dict[str, float]] = [{} for _ in unique]
    for name, quality in suite.qualities.items():
        for row, value in zip(rows, quality.measure(list(unique), scorer), strict=True):
            if not isnan(value):
                row[name] = round(value, DIGITS)
    return map(rows.__getitem__, places)
