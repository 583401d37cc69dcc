"""Question answering: a question about a context, answered by a span of it or freely.

A right answer may say more than the reference does, so the measure on the scale of LABS is `labs recall`, how much of
the accepted answer is in the output, best over the accepted answers. Beside people's judgements of 7,576 answers of
EVOUNA (Wang et al., 2023, arXiv:2305.12421) recall has an AUC of .93, F of .85, token F1 of .87.
"""

from albert_robust.data import Example
from albert_robust.scoring.overlap import exact_match, token_f1
from albert_robust.tasks.conduct import CONDUCT
from albert_robust.tasks.task import Each, Labs, Quality, Task


def _answers(example: Example, field: str) -> tuple[str, ...]:
    """The accepted answers stay where they stand in the context."""
    return example.references if field == "context" else ()


TASK = Task(
    name="question-answering",
    inputs=("context", "question"),
    reference="answers",
    perturbed=("question",),
    agreements={"token f1": Each(token_f1), "exact match": Each(exact_match), "labs": Labs()},
    qualities={
        "exact match": Quality(Each(exact_match)),
        "token f1": Quality(Each(token_f1)),
        "labs": Quality(Labs()),
        "labs recall": Quality(Labs("recall")),
        **CONDUCT,
    },
    output_key="answer",
    passages_field="context",
    protect=_answers,
    reference_type="list",
    starter_prompt="Answer the question from the text, in as few words as it takes.\n\n{context}\n\n{question}",
    starter_quality="token f1 >= 0.3",
)
