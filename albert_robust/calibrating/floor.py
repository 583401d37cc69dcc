"""Fit the floor: what unrelated texts score, by length and pair of languages."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from math import log2
from random import Random

import numpy as np

from albert_robust.calibrating.material import Material, Sampled
from albert_robust.calibrating.measure import Matcher
from albert_robust.scoring.calibration import PRECISION, SHARES, Calibration, F, Floats, length_features

SAME_LANGUAGE = 3  # times as many unrelated pairs of a language with itself as of two languages
SAME_SOURCE = 0.5  # share of the unrelated pairs whose texts share a source, and so a domain
IDENTICAL = 0.999  # two lines that say the same are not unrelated


def fit_floor(matcher: Matcher, material: Material, seed: int) -> Calibration:
    """Return a calibration that has a floor alone: least squares by length, then a factor a pair of languages."""
    found = matcher.measure(unrelated_pairs(material, seed))
    apart = (found.pairs.a != found.pairs.b) | (found.raw[:, 2] < IDENTICAL)
    found = found.where(apart).both_ways()
    pairs, columns = found.pairs, {PRECISION: found.raw[:, 0], F: found.raw[:, 2]}
    features = length_features(pairs.n, pairs.m)
    count = len(matcher.profile.languages)
    surface = np.zeros((2, 2, features.shape[1]))
    factor = np.ones((2, count, count))
    error = np.zeros((count, count))
    for measure, values in columns.items():
        expected = np.zeros(len(values))
        for kind in (0, 1):
            here = (pairs.a == pairs.b) == bool(kind)
            if not here.any():  # one language alone
                continue
            surface[kind, measure] = np.linalg.lstsq(features[here], values[here], rcond=None)[0]
            expected[here] = features[here] @ surface[kind, measure]
        for one, other in {*zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)}:
            here = (pairs.a == one) & (pairs.b == other)
            factor[measure, one, other], error[one, other] = _ratio(values[here], expected[here])
    if len(material.languages) == 1:
        surface[0] = surface[1]
    fill_unknown(factor, 1.0)
    error[-1, :] = error[:, -1] = error[:-1, :-1].max()
    empty = np.full((count, count), np.nan)
    straight = np.tile(1 - np.array(SHARES), (2, count, 1))
    return Calibration(
        matcher.profile.languages, surface, factor, np.ones((2, count, count)), error, empty, empty, straight
    )


def _ratio(values: Floats, expected: Floats) -> tuple[float, float]:
    """Return the factor that brings expected to measured values, by least squares, and its standard error."""
    squares = float(expected @ expected)
    factor = float(values @ expected) / squares
    rest = (values - factor * expected) * expected
    return factor, float(np.sqrt(rest @ rest)) / squares


def fill_unknown(tables: Floats, otherwise: float) -> None:
    """Give `und`, the last language, the mean of the others: against itself of languages with themselves, else of pairs.

    Args:
        tables: Shape (tables, languages, languages), filled but for the last row and column.
        otherwise: What stands for the mean of nothing.
    """
    for table in tables:
        pairs = np.where(np.eye(len(table), dtype=bool), np.nan, table)
        table[-1, -1] = np.diag(table)[:-1].mean()
        for place in range(len(table) - 1):
            table[place, -1] = _mean(pairs[place, :-1], otherwise)
            table[-1, place] = _mean(pairs[:-1, place], otherwise)


def _mean(values: Floats, otherwise: float) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else otherwise


def unrelated_pairs(material: Material, seed: int = 0) -> list[tuple[Sampled, Sampled]]:
    """Return pairs of unrelated texts of every two languages and lengths.

    Half of them share a source: the texts of one data set share a domain, and so words, without saying the same.
    """
    by_length = {tag: _by_length(texts) for tag, texts in material.pool.items()}
    pairs = []
    for one, other in combinations_with_replacement(material.languages, 2):
        rng = Random(f"{seed} unrelated {one} {other}")
        for _ in range(material.effort.unrelated * (SAME_LANGUAGE if one == other else 1)):
            left = _drawn(by_length[one], rng)
            candidates = [text for text in _length_of(by_length[other], rng) if not _overlap(left, text)]
            near = [text for text in candidates if text.source == left.source]
            if near and rng.random() < SAME_SOURCE:
                candidates = near
            if candidates:
                pairs.append((left, rng.choice(candidates)))
    return pairs


def _overlap(one: Sampled, other: Sampled) -> bool:
    """Whether one text is part of the other: long texts are made of lines that may stand alone too."""
    return one.source == other.source and (one.text in other.text or other.text in one.text)


def _by_length(texts: Sequence[Sampled]) -> Mapping[int, list[Sampled]]:
    by_length: dict[int, list[Sampled]] = defaultdict(list)
    for text in texts:
        by_length[int(2 * log2(len(text.ids)))].append(text)
    return by_length


def _length_of(by_length: Mapping[int, list[Sampled]], rng: Random) -> list[Sampled]:
    return by_length[rng.choice(sorted(by_length))]


def _drawn(by_length: Mapping[int, list[Sampled]], rng: Random) -> Sampled:
    return rng.choice(_length_of(by_length, rng))
