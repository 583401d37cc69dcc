"""Pair classification: one label for two texts, such as entailment, paraphrase, or whether the second answers the first.

It is measured as text classification is. Both texts are perturbed where an answer should stay. Where it should change, the
second alone is: two paraphrases that are both negated are paraphrases still.
"""

from dataclasses import replace

from albert_robust.tasks import text_classification

TASK = replace(
    text_classification.TASK,
    name="pair-classification",
    inputs=("first", "second"),
    perturbed=("first", "second"),
    altered=("second",),
    starter_prompt=(
        "What is the second text to the first: {labels}? Answer with one of these alone."
        "\n\nFirst: {first}\n\nSecond: {second}"
    ),
)
