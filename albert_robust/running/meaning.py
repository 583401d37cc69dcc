"""Meaning: rejects variants whose LABS beside their original is too low, before any model is asked about them."""

from collections.abc import Iterator

from albert_robust.results.outcome import Outcome
from albert_robust.running.cell import Cell
from albert_robust.running.measure import Made
from albert_robust.tasks import TextScorer
from albert_robust.tasks.task import Compared


def reject_strays(made: Made, scorer: TextScorer) -> None:
    """Reject the cases that are below what their check asks of their meaning, each of their fields by itself.

    Args:
        made: The cases of each cell, before a model is asked.
        scorer: Is asked nothing where no check asks for meaning.
    """
    asked = [(cell, case, texts) for cell, case in _cases(made) for texts in _changed(cell, case)]
    scores = scorer.scores([texts for _, _, texts in asked]) if asked else []
    for (cell, case, _), score in zip(asked, scores, strict=True):
        floor = cell.check.meaning or 0.0
        if score.f < floor and case.status == "tested":
            case.status, case.message = (
                "rejected",
                f"LABS {score.f:.2f} beside its original, `meaning: {floor:g}` asked",
            )


def _cases(made: Made) -> Iterator[tuple[Cell, Outcome]]:
    for cell, group in made:
        if cell.check.meaning is not None:
            yield from ((cell, case) for case in group if case.status == "tested" and case.variant)


def _changed(cell: Cell, case: Outcome) -> Iterator[Compared]:
    """Yield each field that differs: the variant's beside the original's."""
    for name, text in case.original.items():
        if case.variant[name] != text:
            other = case.variant_language if name == cell.suite.task.language_field else ""
            yield Compared(case.variant[name], text, other or case.language, case.language)
