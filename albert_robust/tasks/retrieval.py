"""Retrieval: a query, answered by documents, the best first. All documents are the model's own: an example holds none.

A ranking is kept as one string, a document a line; a document's own white space is single blanks, so that a line is a
document. MRR is the mean reciprocal rank of TREC-8 (Voorhees, 1999), without a cut-off: what was not found counts 0.
"""

from collections.abc import Sequence
from typing import Any

from albert_robust.scoring.texts import normal
from albert_robust.tasks.task import Each, Quality, Task

FIRST = 5


def plain(document: str) -> str:
    """Return a document as rankings hold it: canonically composed, on one line, with single blanks."""
    return " ".join(normal(document).split())


def ranking(answer: Any) -> str | None:
    """Return documents, the best first, one a line; an empty string where nothing was found.

    Args:
        answer: A list or an array of strings, or one string; an empty one of either is an answer, that nothing was found.

    Returns:
        The ranking; None where the answer is neither.

    Raises:
        ValueError: A document of the list is blank.
    """
    if hasattr(answer, "tolist"):  # an array
        answer = answer.tolist()
    if isinstance(answer, str):
        return plain(answer)
    if isinstance(answer, bytes) or not isinstance(answer, Sequence):
        return None
    if not all(isinstance(document, str) for document in answer):
        return None
    documents = [plain(document) for document in answer]
    if "" in documents:
        raise ValueError(f"document {documents.index('') + 1} of {len(documents)} in the answer is blank")
    return "\n".join(documents)


def documents_of(output: str) -> list[str]:
    """Return the documents of a ranking, the best first."""
    return output.split("\n") if output else []


def is_first(output: str, reference: str) -> float:
    """Return 1 if the first document is the relevant one, else 0."""
    return float(documents_of(output)[:1] == [plain(reference)])


def in_first_five(output: str, reference: str) -> float:
    """Return 1 if a relevant document is among the first five, else 0."""
    return float(plain(reference) in documents_of(output)[:FIRST])


def reciprocal_rank(output: str, reference: str) -> float:
    """Return 1 / the place of a relevant document, 0 where it was not found."""
    documents, wanted = documents_of(output), plain(reference)
    return 1 / (documents.index(wanted) + 1) if wanted in documents else 0.0


def same_first(output: str, other: str) -> float:
    """Return 1 if two rankings have the same first document, or both have none, else 0."""
    return float(documents_of(output)[:1] == documents_of(other)[:1])


def overlap(output: str, other: str) -> float:
    """Return the share of the first five documents that two rankings have in common, of the longer one's; 1 if both are empty."""
    one, two = (set(documents_of(text)[:FIRST]) for text in (output, other))
    return len(one & two) / max(len(one), len(two)) if one or two else 1.0


TASK = Task(
    name="retrieval",
    inputs=("query",),
    reference="relevant",
    perturbed=("query",),
    agreements={"same first": Each(same_first), "overlap at 5": Each(overlap)},
    qualities={
        "accuracy": Quality(Each(is_first)),
        "recall at 5": Quality(Each(in_first_five), of_each=True),
        "mrr": Quality(Each(reciprocal_rank)),
    },
    output_key="documents",
    output_type="list of strings",
    parse=ranking,
    reference_type="list",
    searches=True,
    starter_quality="recall at 5 >= 0.3",
)
