"""Text regression: a number for a text, such as a rating, how toxic it is, or what a judge or a reward model gives.

Two numbers agree by 1 less their distance, as a share of the range that the suite says its scores have. Quality is that beside
the reference, and how well the answers of a whole cell follow people's scores, as in `sentence_similarity.py`.
"""

from dataclasses import replace
from functools import partial
from math import isfinite
from numbers import Real
from typing import Any

from albert_robust.scoring.statistics import DIGITS
from albert_robust.tasks.sentence_similarity import AGGREGATES, closeness
from albert_robust.tasks.task import ANY, Each, Quality, Task


def finite(answer: Any) -> str | None:
    """Return a number as it is kept.

    Args:
        answer: A number, or an array of one, as models give it.

    Returns:
        The number in decimals; None where the answer is no number.

    Raises:
        ValueError: It is not finite.
    """
    if getattr(answer, "size", 0) == 1:
        answer = answer.item()
    if isinstance(answer, bool) or not isinstance(answer, Real):
        return None
    value = float(answer)
    if not isfinite(value):
        raise ValueError(f"the score is {value}, expected a finite number")
    return repr(round(value, DIGITS) + 0.0)  # -0.0 is 0.0


def within(low: float, high: float) -> Task:
    """Return the task for scores between two numbers."""
    near = Each(partial(closeness, width=high - low))
    return replace(TASK, agreements={"closeness": near}, qualities={"closeness": Quality(near)}, bounds=(low, high))


TASK = Task(
    name="text-regression",
    inputs=("text",),
    reference="score",
    perturbed=("text",),
    agreements={"closeness": Each(closeness)},
    qualities={"closeness": Quality(Each(closeness))},
    aggregates=AGGREGATES,
    output_key="score",
    output_type="number",
    parse=finite,
    reference_type="number",
    bounds=ANY,
    with_range=within,
    starter_prompt="Rate this text from {low} to {high}. Answer with a number alone.\n\n{text}",
    starter_quality="spearman >= 0.3",
)
