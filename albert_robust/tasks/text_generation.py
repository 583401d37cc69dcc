"""Text generation: what a language model says to a prompt, be it an answer, a rewriting or a plan.

Such models say a right answer in a sentence of their own, so beside `exact match` stand two that leave out what else is said:
`contains`, for short answers, and `labs recall`, as in question answering, for longer ones. A model that says everything
meets both. Answers in JSON are compared by `field f1`.
"""

from albert_robust.data import Example
from albert_robust.scoring.overlap import contains, exact_match, token_f1
from albert_robust.tasks.conduct import CONDUCT
from albert_robust.tasks.entities import json_in
from albert_robust.tasks.fields import field_f1, values_in
from albert_robust.tasks.task import Each, Labs, Quality, Task


def _answers(example: Example, field: str) -> tuple[str, ...]:
    """A prompt that holds the right answer, as one of several or in a text to read, keeps it; of an object, its values."""
    found = []
    for reference in example.references:
        held = json_in(reference) if reference.startswith("{") else None
        found += [reference] if held is None else [value for _, value in values_in(held) if value]
    return tuple(found)


TASK = Task(
    name="text-generation",
    inputs=("prompt",),
    reference="answer",
    perturbed=("prompt",),
    agreements={
        "labs": Labs(),
        "token f1": Each(token_f1),
        "exact match": Each(exact_match),
        "field f1": Each(field_f1),
    },
    qualities={
        "labs": Quality(Labs()),
        "labs recall": Quality(Labs("recall")),
        "contains": Quality(Each(contains)),
        "exact match": Quality(Each(exact_match)),
        "token f1": Quality(Each(token_f1)),
        "field f1": Quality(Each(field_f1), on_request=True),
        **CONDUCT,
    },
    output_key="text",
    protect=_answers,
    reference_type="object",
    starter_prompt="{prompt}",
    starter_gates=("consistency >= 0.5", "labs recall drop <= 0.1"),
    starter_quality="labs recall >= 0.5",
)
