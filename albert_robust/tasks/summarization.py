"""Summarization: a short text for a long one.

Faithfulness and coverage are those of Koto et al. (2022), FFCI, arXiv:2011.13662: how much of the summary is in the
document, LABS precision, and how much of a reference is in the summary, LABS recall. Coverage is not the document's
recall: a perfect summary leaves most of a document out, so that number never nears 1 and only ever rewards length.
People's ratings it follows better than F does: tau .23 and .17 for relevance (SummEval), .38 and .31 for the share of a
reference's facts (REALSumm), both within documents.
Faithfulness is against the document as the dataset has it: one output has one quality, whatever was perturbed; but
names that were exchanged are exchanged in it.
"""

from albert_robust.scoring.overlap import rouge_l, token_f1
from albert_robust.tasks.conduct import RESISTS
from albert_robust.tasks.task import Each, Labs, Quality, Task

TASK = Task(
    name="summarization",
    inputs=("document",),
    reference="summary",
    perturbed=("document",),
    agreements={"labs": Labs(), "token f1": Each(token_f1)},
    qualities={
        "labs": Quality(Labs()),
        "faithfulness": Quality(Labs("precision"), of_source=True),
        "coverage": Quality(Labs("recall")),
        "rouge l": Quality(Each(rouge_l)),
        **RESISTS,
    },
    output_key="summary",
    passages_field="document",
    starter_prompt="Summarize the text in one sentence, in its own language.\n\n{document}",
    starter_quality="labs >= 0.1",
)
