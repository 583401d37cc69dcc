"""Measure: scores the agreement and the quality of a block's cases together, because an encoder is fastest in large batches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from math import isnan
from typing import NamedTuple

from albert_robust.asking.predict import Answers
from albert_robust.results.outcome import Outcome
from albert_robust.running.answers import NOT_JUDGED, answer_of, answers_of, expected_of, said_of
from albert_robust.running.cell import Cell
from albert_robust.scoring.statistics import DIGITS
from albert_robust.suite.suite import Check, Suite
from albert_robust.tasks import Answer, Prediction, TextScorer
from albert_robust.tasks.task import Compared, Measured

Made = Sequence[tuple[Cell, Sequence[Outcome]]]  # the cases of each cell


def measure(suite: Suite, made: Made, scorer: TextScorer) -> None:
    """Fill in the agreement and the qualities of tested cases.

    Answers to variants that should have changed have no quality: the references are those of the texts as they were.
    A case becomes an error, or one that was not asked, if a measure of the suite's own that its cell needs is not known of it.

    Args:
        suite: Of all cells.
        made: The cases, answered.
        scorer: For measures that compare texts, and those of the suite's own.
    """
    before, after = list[_Rated](), list[_Rated]()
    compared: dict[str, list[tuple[Outcome, Answer, Answer]]] = {name: [] for name in suite.task.agreements}
    for cell, group in made:
        tested = [case for case in group if case.status == "tested"]
        varied = [case for case in tested if case.variant]
        old, new = answers_of(cell, tested, "before"), answers_of(cell, varied, "after")
        before.append(_Rated(cell, tested, old))
        if cell.check.expectation != "direction":
            after.append(_Rated(cell, varied, new))
        if cell.check.movement is not None:
            _move(cell.check, varied)
        elif varied:  # then all of them are
            expected = [expected_of(cell, *both) for both in zip(varied, old, strict=True)]
            compared[cell.check.agreement] += zip(varied, expected, new, strict=True)
    for case, row in _qualities(suite, before, scorer):
        case.quality_before = row
    for case, row in _qualities(suite, after, scorer):
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
            if len(said) > 1:
                cases.append((cell, example))
                first = answer_of(cell, case, "before")
                scored = suite.task.shows_scores
                again = [
                    first._replace(output=one.output, scores=tuple(one.scores.items()) if scored else ())
                    for one in said
                ]
                each.append(
                    [one.beside(other.output, other.language, other.scores) for one, other in combinations(again, 2)]
                )
    found: dict[int, list[float]] = {}
    for name, metric in suite.task.agreements.items():
        places = [place for place, (cell, _) in enumerate(cases) if cell.check.agreement == name]
        values = iter(metric([pair for place in places for pair in each[place]], scorer))
        found |= {place: _numbers(next(values) for _ in each[place]) for place in places}
    return [*moved, *((cell, example, value) for place, (cell, example) in enumerate(cases) for value in found[place])]


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
    pairs = [after.beside(before.output, before.language, before.scores) for _, before, after in found]
    for (case, _, _), value in zip(found, suite.task.agreements[name](pairs, scorer), strict=True):
        if isinstance(value, float | int):
            case.agreement = None if isnan(value) else round(value, DIGITS)
        else:
            _without(case, value)


class _Rated(NamedTuple):
    """The tested cases of a cell, and the answers of theirs that are rated."""

    cell: Cell
    cases: Sequence[Outcome]
    answers: Sequence[Answer]


def _qualities(
    suite: Suite, rated: Sequence[_Rated], scorer: TextScorer
) -> Iterator[tuple[Outcome, Mapping[str, float]]]:
    """Yield each case with what its answer is worth by each quality; what cannot be measured is left out."""
    unique: dict[Answer, int] = {}
    places = [[unique.setdefault(answer, len(unique)) for answer in one.answers] for one in rated]
    answers, rows = list(unique), [dict[str, float]() for _ in unique]
    unknown: dict[tuple[str, int], str | None] = {}
    for name, quality in suite.task.qualities.items():
        groups = [group for one, group in zip(rated, places, strict=True) if name in one.cell.qualities]
        wanted = dict.fromkeys(chain.from_iterable(groups))
        for place, value in zip(wanted, quality.measure([answers[one] for one in wanted], scorer), strict=True):
            if not isinstance(value, float | int):
                unknown[name, place] = value
            elif not isnan(value):
                rows[place][name] = round(value, DIGITS)
    for one, group in zip(rated, places, strict=True):
        own = _of_cell(one.cell, {place: rows[place] for place in group})
        for case, place in zip(one.cases, group, strict=True):
            for name in one.cell.gated if unknown else ():
                if (name, place) in unknown:
                    _without(case, unknown[name, place])
            yield case, own[place]


def _of_cell(cell: Cell, rows: Mapping[int, Mapping[str, float]]) -> Mapping[int, Mapping[str, float]]:
    """Return what answers are worth by a cell's own qualities: what is measured on request is another cell's, maybe."""
    names = cell.qualities.keys()
    if names == cell.suite.task.qualities.keys():
        return rows
    return {place: {name: value for name, value in row.items() if name in names} for place, row in rows.items()}


def _without(case: Outcome, why: str | None) -> None:
    """Take note that a measure which the case's cell needs is not known of it, because of an error or the budget."""
    if case.status == "tested":
        case.status, case.message = ("not asked", NOT_JUDGED) if why is None else ("error", why)


def _numbers(values: Iterable[Measured]) -> list[float]:
    return [round(value, DIGITS) for value in values if isinstance(value, float | int) and not isnan(value)]
