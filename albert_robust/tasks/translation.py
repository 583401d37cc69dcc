"""Translation: a text in another language. The dataset says which, `reference_language: de`.

`labs` compares with the references, `labs source` with the source text, for data without references. Both are on the
scale of LABS, which does not see in what language a text is: beside its source, a copy of it stands above every
translation, as with other scores of its kind. So `labs source` is LABS F times the share of the output that is not copied;
human translations between 25 languages (NTREX-128) lose 0.1 % by it, 1.3 % at most between two languages, and a copy
is at 0. Copies of less than four words, such as names, it lets pass.

chrF is a segment's, BLEU a whole cell's, as it is published: a single segment's is mostly smoothing.
"""

from collections.abc import Sequence

import numpy as np

from albert_robust.scoring.overlap import bleu, bleu_counts, chrf, copied
from albert_robust.scoring.statistics import Floats
from albert_robust.tasks.task import Aggregate, Answer, Compared, Each, Labs, Quality, Task
from albert_robust.text.languages import base


class LabsOfSource(Labs):
    """The LABS F of outputs and their sources, less what is copied from a source in another language."""

    def share(self, pair: Compared) -> float:
        """Return the share of an output that is not copied from its source; all of it where both are in one language."""
        same = base(pair.language) == base(pair.reference_language)
        return 1.0 if same else 1 - copied(pair.output, pair.reference)


def segment_counts(answers: Sequence[Answer]) -> Floats:
    """Return what each answer adds to the counts that BLEU is made from, shape (answers, 10)."""
    rows = [bleu_counts(answer.output, answer.references, answer.reference_language) for answer in answers]
    return np.array(rows, dtype=np.float64)


TASK = Task(
    name="translation",
    inputs=("source",),
    reference="translation",
    perturbed=("source",),
    agreements={"labs": Labs(), "chrf": Each(chrf)},
    qualities={
        "labs": Quality(Labs()),
        "labs source": Quality(LabsOfSource(), of_source=True),
        "chrf": Quality(Each(chrf)),
    },
    aggregates={"bleu": Aggregate(segment_counts, bleu)},
    output_key="translation",
    translates=True,
    starter_prompt="Translate the text into the language '{language}'. Answer with the translation alone.\n\n{source}",
    starter_quality="labs >= 0.3",
)
