"""Fit the damage curves: what is left of a text's score when a share of it was replaced."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from albert_robust.calibrating.material import Damaged, Material, Sampled
from albert_robust.calibrating.measure import Matcher
from albert_robust.scoring.calibration import SHARES, Calibration, F, Floats

LEAST_DAMAGED = 20  # texts of a language: with fewer it has the mean curve of the others
LEAST_DROP = 0.02  # of a damage curve from one share to the next: what is steeper would make noise of the score


def fit_curves(matcher: Matcher, material: Material, calibration: Calibration) -> Calibration:
    """Return the calibration with damage curves, against the same language and against any other.

    A language's curve is shrunk towards the mean of all by empirical Bayes: a difference that the few texts of a language
    do not bear out is noise. A language without damaged text, and `und`, have that mean.
    """
    curves = calibration.curves.copy()
    for kind, pairs_of in enumerate((_translations, _originals)):
        found = {tag: _left(matcher, calibration, pairs_of(material.damage[tag])) for tag in material.languages}
        known = [tag for tag in material.languages if len(found[tag]) >= LEAST_DAMAGED]
        if not known:
            continue
        means = np.array([found[tag].mean(axis=0) for tag in known])
        errors = np.array([found[tag].std(axis=0) / np.sqrt(len(found[tag])) for tag in known])
        curves[kind, :] = monotone(means.mean(axis=0))
        for tag, curve in zip(known, shrunk(means, errors), strict=True):
            curves[kind, material.languages.index(tag)] = monotone(curve)
    return replace(calibration, curves=curves)


def _left(matcher: Matcher, calibration: Calibration, pairs: Sequence[tuple[Sampled, Sampled]]) -> Floats:
    """Return u of damaged texts, shape (texts, shares)."""
    if not pairs:
        return np.zeros((0, len(SHARES)))
    found = matcher.measure(pairs)
    u = calibration.relative(F, found.raw[:, 2], found.pairs)
    risen: Floats = u / np.nan_to_num(calibration.ceiling[F, found.pairs.a, found.pairs.b], nan=1.0)
    return risen.reshape(-1, len(SHARES))


def shrunk(means: Floats, errors: Floats) -> Floats:
    """Return means shrunk towards their common mean, column by column.

    Args:
        means: Shape (languages, shares).
        errors: Their standard errors, the same shape.
    """
    common = means.mean(axis=0)
    spread = np.maximum(0.0, means.var(axis=0) - (errors**2).mean(axis=0))
    trust = spread / (spread + errors**2 + 1e-12)
    nearer: Floats = common + trust * (means - common)
    return nearer


def _originals(damage: Sequence[Damaged]) -> list[tuple[Sampled, Sampled]]:
    return [(copy, one.original) for one in damage if not one.translation for copy in one.copies]


def _translations(damage: Sequence[Damaged]) -> list[tuple[Sampled, Sampled]]:
    return [(copy, one.translation) for one in damage if one.translation for copy in one.copies]


def monotone(curve: Floats) -> Floats:
    """Return a curve from 1 to 0 that falls at every step.

    Args:
        curve: u at each of `SHARES`, about 1 at first and about 0 at last.
    """
    steps = np.arange(len(curve)) * LEAST_DROP
    falling = np.minimum.accumulate(curve + steps) - steps
    stretched: Floats = (falling - falling[-1]) / (falling[0] - falling[-1])
    return stretched
