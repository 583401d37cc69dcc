"""Two systems on the same texts."""

from collections.abc import Hashable, Sequence

from albert_robust.errors import UsageError
from albert_robust.scoring.scores import Scores
from albert_robust.scoring.signature import differences
from albert_robust.scoring.statistics import Comparison, compare_systems
from albert_robust.scoring.texts import checked_clusters


def compare(first: Scores, second: Scores, *, clusters: Sequence[Hashable] | None = None) -> Comparison:
    """Return whether the first system's F differs from the second's, by paired bootstrap and approximate randomisation.

    Args:
        first: The scores of one system.
        second: Those of the other against the same references, in the same order.
        clusters: What belongs together, such as the document of each pair; whole clusters are drawn and exchanged.

    Raises:
        UsageError: Their signatures say that the scores do not compare, or they are not of as many pairs.
    """
    if apart := differences(first.signature, second.signature):
        raise UsageError(f"the scores do not compare: they differ in {'; '.join(apart)}")
    if len(first.f) != len(second.f):
        raise UsageError(f"{len(first.f)} pairs of one system for {len(second.f)} of the other")
    return compare_systems(first.f, second.f, checked_clusters(clusters, len(first.f)))
