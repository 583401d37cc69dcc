"""The numbers behind the properties M1 to M12, each a function of plain arrays.

Every spread is a population standard deviation (divided by n): the languages measured are all that there are.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], float]


def consistency(translations: ArrayLike, unrelated: ArrayLike) -> float:
    """Return M1, SD(t) / (mean(t) - mean(u)): how much equal meaning varies over language pairs, in units of the range.

    Args:
        translations: t, the mean score of translations of each language pair, shape (pairs,).
        unrelated: u, the mean score of unrelated texts of each language pair, shape (pairs,).

    Returns:
        0 where every pair scores translations alike; infinite where translations score no higher than unrelated texts.
    """
    means, floor = (np.asarray(side, dtype=np.float64) for side in (translations, unrelated))
    reach = float(means.mean() - floor.mean())
    return float(means.std() / reach) if reach > 0 else float("inf")


def bias_ratio(table: ArrayLike) -> float:
    """Return M8: the mean over levels of the SD over languages, divided by the mean step between levels.

    Args:
        table: Mean score by level and language, shape (levels, languages), best level first.
    """
    means = np.asarray(table, dtype=np.float64)
    step = float(-np.diff(means.mean(axis=1)).mean())
    return float(means.std(axis=1).mean()) / step if step > 0 else float("inf")


def spread(groups: Sequence[ArrayLike]) -> float:
    """Return SD of the group means / SD of all values together (M9): 0 where the groups share one scale."""
    values = [np.asarray(group, dtype=np.float64) for group in groups]
    return float(np.std([group.mean() for group in values]) / np.concatenate(values).std())


def standard_error(values: ArrayLike) -> float:
    """Return SD / sqrt(n) of a mean, SD with n - 1."""
    numbers = np.asarray(values, dtype=np.float64)
    return float(numbers.std(ddof=1) / np.sqrt(len(numbers)))


def noise_maximum(errors: ArrayLike, seed: int = 0, draws: int = 1000) -> float:
    """Return the expected maximum of abs(N(0, error_i)): what M2's maximum would be if every true mean were 0."""
    sizes = np.asarray(errors, dtype=np.float64)
    normal = np.random.default_rng(seed).standard_normal((draws, len(sizes)))
    return float(np.abs(normal * sizes).max(axis=1).mean())


def true_rms(means: ArrayLike, errors: ArrayLike) -> float:
    """Return sqrt(mean(m^2) - mean(e^2)), at least 0: how far the true means are from 0, their sampling error taken off."""
    squares = [float(np.square(np.asarray(side, dtype=np.float64)).mean()) for side in (means, errors)]
    return float(np.sqrt(max(0.0, squares[0] - squares[1])))


def line_noise(scores: ArrayLike) -> float:
    """Return the SD over pairs that M1 would show by chance: root mean squared error of the pair means.

    Args:
        scores: Of the same lines in every pair, shape (pairs, lines). What a line adds to all pairs is no noise here.
    """
    table = np.asarray(scores, dtype=np.float64)
    rest = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()
    return float(np.sqrt((rest.var(axis=1, ddof=1) / table.shape[1]).mean()))


def ranks(values: ArrayLike) -> Floats:
    """Return ranks from 1, ties sharing their mean rank."""
    _, places, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: Floats = (last - (counts - 1) / 2)[places]
    return means


def pearson(left: Floats, right: Floats) -> float:
    """Return Pearson's correlation; `nan` where one side does not vary."""
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return float("nan")
    return float(np.corrcoef(left, right)[0, 1])


def spearman(left: Floats, right: Floats) -> float:
    """Return Pearson's correlation of ranks."""
    return pearson(ranks(left), ranks(right))


def tau_b(left: Floats, right: Floats) -> float:
    """Return Kendall's tau-b, (C - D) / sqrt((pairs untied in left) (pairs untied in right)); `nan` where all are tied."""
    signs = [np.sign(np.subtract.outer(side, side)) for side in (np.asarray(left), np.asarray(right))]
    untied = [float(np.abs(sign).sum()) for sign in signs]
    return float((signs[0] * signs[1]).sum() / np.sqrt(untied[0] * untied[1])) if all(untied) else float("nan")


def pairwise_accuracy(left: Floats, right: Floats) -> float:
    """Return the share of pairs of texts that both sides put in the same strict order or both tie; `nan` for one text."""
    upper = np.triu_indices(len(left), 1)
    signs = [np.sign(np.subtract.outer(np.asarray(side), np.asarray(side)))[upper] for side in (left, right)]
    return float((signs[0] == signs[1]).mean()) if len(upper[0]) else float("nan")


def grouped(
    statistic: Statistic, left: Floats, right: Floats, groups: Sequence[object], undefined: float | None = None
) -> float:
    """Return the mean of a statistic over groups.

    Args:
        statistic: Of the two sides of one group; `nan` where it is undefined.
        left: Shape (texts,).
        right: Shape (texts,).
        groups: The group of each text.
        undefined: What an undefined group counts as; None leaves it out.
    """
    found = np.array([statistic(left[places], right[places]) for places in members(groups)])
    found = found[~np.isnan(found)] if undefined is None else np.nan_to_num(found, nan=undefined)
    return float(found.mean()) if len(found) else float("nan")


def members(groups: Sequence[object]) -> list[NDArray[np.int64]]:
    """Return the places of each group, groups in order of first appearance."""
    places: dict[object, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    return [np.array(found, dtype=np.int64) for found in places.values()]


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the chance that a positive scores above a negative, a tie counting half (Mann-Whitney U / (n+ n-))."""
    positive = np.asarray(labels, dtype=bool)
    ones, zeros = int(positive.sum()), int((~positive).sum())
    return float((ranks(scores)[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def tpr_at_fpr(scores: ArrayLike, labels: ArrayLike, rate: float = 0.01) -> float:
    """Return the share of positives strictly above the threshold that at most `rate` of the negatives exceed."""
    values, positive = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=bool)
    negatives = np.sort(values[~positive])[::-1]
    threshold = negatives[int(rate * len(negatives))]
    return float((values[positive] > threshold).mean())


def best_threshold(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the threshold of the best balanced accuracy, half way between two neighbouring scores; the lowest of equals."""
    values, positive = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=bool)
    levels = np.unique(values)
    cuts = np.concatenate([[levels[0] - 1], (levels[1:] + levels[:-1]) / 2])
    below = [np.searchsorted(np.sort(values[side]), cuts) / side.sum() for side in (positive, ~positive)]
    return float(cuts[int(np.argmax(below[1] - below[0]))])


def balanced_accuracy(scores: ArrayLike, labels: ArrayLike, threshold: float) -> float:
    """Return the mean of the shares of positives above and of negatives not above a threshold."""
    above, positive = np.asarray(scores, dtype=np.float64) > threshold, np.asarray(labels, dtype=bool)
    return float((above[positive].mean() + (~above[~positive]).mean()) / 2)


def centred(values: Floats, groups: Sequence[object]) -> Floats:
    """Return values less the mean of their group."""
    result = np.array(values, dtype=np.float64)
    for places in members(groups):
        result[places] -= result[places].mean()
    return result


def wins(better: ArrayLike, worse: ArrayLike) -> Floats:
    """Return 1 where the better text scores above the worse one, 0.5 where they tie, else 0."""
    return (np.sign(np.subtract(better, worse)) + 1) / 2


def nearest(vectors: NDArray[np.float32], languages: ArrayLike = (), equivalent: float = 1.0) -> NDArray[np.int64]:
    """Return for each unit vector the place of the most similar other one.

    Args:
        vectors: A row a text.
        languages: Which language each text is in.
        equivalent: The cosine of translations, which is to count as much as 1 in one language.
    """
    similarity = vectors @ vectors.T
    if equivalent != 1:
        own = np.asarray(languages)
        similarity[own[:, None] == own] *= equivalent
    np.fill_diagonal(similarity, -np.inf)
    winners: NDArray[np.int64] = similarity.argmax(axis=1)
    return winners


def one_pool(winners: NDArray[np.int64], lines: ArrayLike, languages: ArrayLike) -> tuple[float, float, float]:
    """Return M3 of a pool in which every line is there in every language, n lines in l languages.

    Args:
        winners: The nearest other text of each text.
        lines: Which line each text is.
        languages: Which language each text is in.

    Returns:
        The share of texts whose winner is a translation; the share whose winner is another text of their own language; and
        what the latter is by chance, (n - 1) / (n l - 1).
    """
    line, language = np.asarray(lines), np.asarray(languages)
    own = language == language[winners]
    chance = (len(np.unique(line)) - 1) / (len(line) - 1)
    return float((line == line[winners]).mean()), float(own.mean()), chance


def retrieval(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    """Return M4, the share of rows whose most similar row on the other side has the same place, mean of both directions."""
    similarity = left @ right.T
    here = np.arange(len(left))
    return float(np.mean([(similarity.argmax(axis=axis) == here).mean() for axis in (0, 1)]))
