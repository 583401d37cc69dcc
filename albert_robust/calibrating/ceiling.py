"""Fit the ceilings: how far human translations rise from the floor to identity, by pair of languages.

A pair's own translations are few and of few sources, so its mean is shrunk towards what its two languages have with all
others, log c = g + s_a + s_b, by empirical Bayes (Efron and Morris, 1973, doi:10.1080/01621459.1973.10481350): the less sure
a mean, the more. A pair without translations has what its languages say.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from albert_robust.calibrating.floor import fill_unknown
from albert_robust.calibrating.material import Material, Sampled
from albert_robust.calibrating.measure import Matcher, Measured
from albert_robust.scoring.calibration import PRECISION, Calibration, F, Floats

LEAST_TRANSLATIONS = 20  # a pair of languages: with fewer its own mean says nothing
LEAST_CEILING = 0.01  # what a logarithm is taken of; a pair as low is refused anyway
ROUNDS = 20  # of estimating how much pairs differ and what their languages say, in turn

TextPair = tuple[Sampled, Sampled]


def fit_ceiling(matcher: Matcher, material: Material, calibration: Calibration) -> Calibration:
    """Return the calibration with ceilings."""
    count = len(calibration.languages)
    ceiling = np.full((2, count, count), np.nan)
    error, auc = np.full((count, count), np.nan), np.full((count, count), np.nan)
    np.fill_diagonal(auc, 1.0)
    for pairs in by_languages(material.translations).values():
        if len(pairs) >= LEAST_TRANSLATIONS:
            _measure_pair(matcher, calibration, pairs, ceiling, error, auc)
    shrunk = shrunk_ceilings(ceiling[F], error)
    ceiling[PRECISION] *= shrunk / ceiling[F]
    ceiling = np.where(np.isnan(ceiling), shrunk, ceiling)
    ceiling[F] = shrunk
    for tables in (ceiling, error[None]):
        tables[:, range(count), range(count)] = 1.0
    np.fill_diagonal(error, 0.0)
    for tables in (ceiling, error[None], auc[None]):
        fill_unknown(tables, np.nan)
    return replace(calibration, ceiling=ceiling, ceiling_error=error, auc=auc)


def by_languages(translations: Sequence[Mapping[str, Sampled]]) -> dict[tuple[str, str], list[TextPair]]:
    """Return the pairs of texts that mean the same, by their languages."""
    pairs: dict[tuple[str, str], list[TextPair]] = defaultdict(list)
    for group in translations:
        for one, other in combinations(sorted(group), 2):
            pairs[one, other].append((group[one], group[other]))
    return dict(sorted(pairs.items()))


def unrelated(pairs: Sequence[TextPair]) -> list[TextPair]:
    """Return each first text with the second of the next pair."""
    return [(pairs[place][0], pairs[(place + 1) % len(pairs)][1]) for place in range(len(pairs))]


def _measure_pair(
    matcher: Matcher, calibration: Calibration, pairs: Sequence[TextPair], ceiling: Floats, error: Floats, auc: Floats
) -> None:
    """Write what the translations of one pair of languages say into the tables."""
    found, apart = matcher.measure(pairs), matcher.measure(unrelated(pairs))
    a, b = int(found.pairs.a[0]), int(found.pairs.b[0])
    risen, fallen = _relative(calibration, found, F, 2), _relative(calibration, apart, F, 2)
    ceiling[F, [a, b], [b, a]] = risen.mean()
    error[[a, b], [b, a]] = clustered_error(risen, [one.source for one, _ in pairs])
    auc[[a, b], [b, a]] = (risen[:, None] > fallen).mean()
    ceiling[PRECISION, a, b] = _relative(calibration, found, PRECISION, 0).mean()
    turned = Measured(found.pairs.turned, found.raw)
    ceiling[PRECISION, b, a] = _relative(calibration, turned, PRECISION, 1).mean()


def _relative(calibration: Calibration, found: Measured, measure: int, column: int) -> Floats:
    return calibration.relative(measure, found.raw[:, column], found.pairs)


def clustered_error(values: Floats, clusters: Sequence[str]) -> float:
    """Return the standard error of a mean whose values come in clusters, no less than that of as many single values.

    Args:
        values: Shape (texts,).
        clusters: The source of each; the texts of one source err together.
    """
    sums: dict[str, float] = defaultdict(float)
    for rest, cluster in zip(values - values.mean(), clusters, strict=True):
        sums[cluster] += float(rest)
    together = float(np.sqrt(sum(rest**2 for rest in sums.values()))) / len(values)
    return max(together, float(values.std() / np.sqrt(len(values))))


def shrunk_ceilings(ceiling: Floats, error: Floats) -> Floats:
    """Return ceilings of all pairs of languages that have any, shape (languages, languages), symmetric.

    Args:
        ceiling: Means of translations; nan where there were none.
        error: Their standard errors.
    """
    places = np.argwhere(np.triu(np.isfinite(ceiling), 1))
    if len(places) == 0:
        return ceiling.copy()
    rows, columns = places[:, 0], places[:, 1]
    values = np.maximum(ceiling[rows, columns], LEAST_CEILING)
    logs, variances = np.log(values), (error[rows, columns] / values) ** 2
    design = _design(rows, columns, len(ceiling))
    effects, spread = np.zeros(design.shape[1]), float(logs.var())
    for _ in range(ROUNDS):
        weights = np.sqrt(1 / (variances + spread + 1e-9))
        effects = np.linalg.lstsq(design * weights[:, None], logs * weights, rcond=None)[0]
        spread = max(0.0, float(np.mean((logs - design @ effects) ** 2 - variances)))
    shrunk = np.full_like(ceiling, np.nan)
    known = sorted({*rows.tolist(), *columns.tolist()})
    every = np.array([(one, other) for one in known for other in known if one < other])
    shrunk[every[:, 0], every[:, 1]] = np.exp(_design(every[:, 0], every[:, 1], len(ceiling)) @ effects)
    trust = spread / (spread + variances + 1e-9)
    expected = design @ effects
    shrunk[rows, columns] = np.exp(expected + trust * (logs - expected))
    symmetric: Floats = np.where(np.isnan(shrunk), shrunk.T, shrunk)
    return symmetric


def _design(rows: NDArray[np.int64], columns: NDArray[np.int64], languages: int) -> Floats:
    """Return a row a pair: 1, and a 1 for each of its two languages."""
    design = np.zeros((len(rows), 1 + languages))
    design[:, 0] = 1
    design[np.arange(len(rows)), 1 + rows] = 1
    design[np.arange(len(rows)), 1 + columns] = 1
    return design
