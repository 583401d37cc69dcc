"""Two systems on the same texts, or two languages."""

from collections.abc import Hashable, Sequence
from math import hypot
from statistics import NormalDist

from albert_robust.errors import UsageError
from albert_robust.scoring.scores import Scores
from albert_robust.scoring.signature import differences
from albert_robust.scoring.statistics import Comparison, Estimate, compare_systems
from albert_robust.scoring.texts import checked_clusters

Z = NormalDist().inv_cdf(0.975)  # standard errors on either side of a mean that hold 95 %


def compare(first: Scores, second: Scores, *, clusters: Sequence[Hashable] | None = None) -> Comparison:
    """Return whether the first system's F differs from the second's, by paired bootstrap and approximate randomisation.

    Args:
        first: The scores of one system.
        second: Those of the other against the same references, in the same order.
        clusters: What belongs together, such as the document of each pair; whole clusters are drawn and exchanged. None for
            the clusters that the scores were made with.

    Raises:
        UsageError: Their signatures say that the scores do not compare, or they are not of the same pairs or clusters.
    """
    _refuse_others(first, second)
    if len(first) != len(second):
        raise UsageError(f"{len(first)} pairs of one system for {len(second)} of the other")
    if first.against != second.against:
        raise UsageError("the scores do not compare: they are not against the same references in the same order")
    if clusters is None and first.clusters != second.clusters:
        raise UsageError(
            "the scores were made with different clusters: say which count, compare(one, other, clusters=...)"
        )
    return compare_systems(
        first.f, second.f, first.clusters if clusters is None else checked_clusters(clusters, len(first))
    )


def compare_languages(first: Scores, second: Scores) -> Estimate:
    """Return how much higher the mean F in one language (or pair of languages) is than in another, with a 95 % interval.

    Its bounds are those of both means, and the errors of what each language's numbers are calibrated by: more texts make the
    former smaller, and not the latter. They are put together as Zou and Donner (2008, doi:10.1002/sim.3095) do for independent
    means, which is on the safe side where the texts are translations of each other.

    Args:
        first: The scores in one language.
        second: Those in another, of the same or of other texts.

    Raises:
        UsageError: Their signatures say that the scores do not compare.
    """
    _refuse_others(first, second)
    one, other = first.corpus, second.corpus
    calibration = Z * hypot(first.calibration_error, second.calibration_error)
    value = one.value - other.value
    low = value - hypot(one.value - one.low, other.high - other.value, calibration)
    high = value + hypot(one.high - one.value, other.value - other.low, calibration)
    return Estimate(value, low, high, one.clusters + other.clusters)


def _refuse_others(first: Scores, second: Scores) -> None:
    for scores in (first, second):
        if not isinstance(scores, Scores):
            raise UsageError(f"expected what `score` returns, got {type(scores).__name__}")
    if apart := differences(first.signature, second.signature):
        raise UsageError(f"the scores do not compare: they differ in {'; '.join(apart)}")
