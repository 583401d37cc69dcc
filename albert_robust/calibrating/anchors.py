"""Fit the three anchors of all pairs of languages, one on top of the other."""

from albert_robust.calibrating.ceiling import fit_ceiling
from albert_robust.calibrating.curves import fit_curves
from albert_robust.calibrating.floor import fit_floor
from albert_robust.calibrating.material import Material
from albert_robust.calibrating.measure import Matcher
from albert_robust.scoring.calibration import Calibration
from albert_robust.scoring.profile import Profile


def fit_anchors(profile: Profile, material: Material, seed: int = 0) -> Calibration:
    """Return the anchors of all pairs of languages in a profile's space.

    Args:
        profile: Its space, rarity and weighting are used, its calibration is not.
        material: The sample.
        seed: Of the pairs that are drawn.
    """
    matcher = Matcher(profile)
    calibration = fit_floor(matcher, material, seed)
    calibration = fit_ceiling(matcher, material, calibration)
    return fit_curves(matcher, material, calibration)
