"""Which token matched which: a score taken apart."""

from dataclasses import dataclass

from albert_robust.scoring.encoder import Vectors
from albert_robust.scoring.scores import Scores


@dataclass(frozen=True)
class Alignment:
    """A pair of texts, token by token.

    Attributes:
        candidate: The candidate's tokens, as a person reads them.
        reference: The reference's.
        similarity: How well each candidate token (row) matches each reference token, shape (candidate, reference),
            above 0 and at most 1.
        candidate_weights: How much each token counts, shape (candidate,).
        reference_weights: Shape (reference,).
        letters: Which share of the candidate's letters the reference has, and the other way round; None across languages,
            where they do not count.
        scores: The scores of this one pair.
    """

    candidate: tuple[str, ...]
    reference: tuple[str, ...]
    similarity: Vectors
    candidate_weights: Vectors
    reference_weights: Vectors
    letters: tuple[float, float] | None
    scores: Scores

    @property
    def precision_matches(self) -> list[int]:
        """The place in the reference of each candidate token's match; none where a text has no tokens."""
        return self.similarity.argmax(axis=1).tolist() if self.similarity.size else []

    @property
    def recall_matches(self) -> list[int]:
        """The place in the candidate of each reference token's match; none where a text has no tokens."""
        return self.similarity.argmax(axis=0).tolist() if self.similarity.size else []
