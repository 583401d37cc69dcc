"""The whole of `albert-robust calibrate`: an encoder and background text in, a profile out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from albert_robust.calibrating.anchors import fit_anchors
from albert_robust.calibrating.background import Background
from albert_robust.calibrating.material import USUAL_EFFORT, Effort, Material, Progress, gather, mean_and_covariance
from albert_robust.errors import UsageError
from albert_robust.scoring.calibration import SHARES, Calibration
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.neutral import fit_space
from albert_robust.scoring.profile import Profile, Weighting
from albert_robust.text.languages import UNKNOWN


@dataclass(frozen=True, slots=True)
class Choice:
    """What a profile leaves to choose; `albert-robust tune` searches it.

    Attributes:
        lsar: Directions of the languages' means that are taken out.
        abtt: Common directions that are taken out.
        white: Dimensions that whitening keeps; 0 for no whitening.
        weighting: How much a token counts.
        one_mean: Whether all languages are centred on one mean.
    """

    lsar: int = 0
    abtt: int = 0
    white: int = 0
    weighting: Weighting = "idf"
    one_mean: bool = False


USUAL = Choice()


def calibrate(
    encoder: Encoder,
    background: Background,
    choice: Choice = USUAL,
    effort: Effort = USUAL_EFFORT,
    seed: int = 0,
    progress: Progress = lambda done, of: None,
) -> Profile:
    """Return the profile of an encoder.

    Args:
        encoder: At the layer that is scored.
        background: Text in its languages.
        choice: What a profile leaves to choose.
        effort: How much text is read.
        seed: Of the sample.
        progress: Called with how many texts were read, of how many.

    Raises:
        UsageError: The choice does not fit the encoder or the languages.
    """
    material = gather(encoder, background, effort, seed, progress)
    return make_profile(encoder, material, choice, seed, {**_sources(background), "effort": asdict(effort)})


def make_profile(
    encoder: Encoder, material: Material, choice: Choice, seed: int = 0, facts: Mapping[str, Any] | None = None
) -> Profile:
    """Return the profile that a sample and a choice make, anchors and all."""
    profile = spaced_profile(encoder, material, choice, {"seed": seed, "choice": asdict(choice), **(facts or {})})
    return replace(profile, calibration=fit_anchors(profile, material, seed))


def spaced_profile(encoder: Encoder, material: Material, choice: Choice, facts: Mapping[str, Any]) -> Profile:
    """Return a profile with a neutral space, and anchors that are not fitted yet."""
    means, covariances = zip(*(mean_and_covariance(material.pool[tag]) for tag in material.languages), strict=True)
    try:
        space = fit_space(
            np.array(means),
            np.array(covariances),
            material.languages,
            one_mean=choice.one_mean,
            lsar=choice.lsar,
            abtt=choice.abtt,
            white=choice.white,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None
    languages = (*material.languages, UNKNOWN)
    with_unknown = np.concatenate([space.means, space.means.mean(axis=0, keepdims=True)])
    space = replace(space, languages=languages, means=with_unknown)
    return Profile(
        encoder.weights_hash,
        encoder.tokenizer_hash,
        encoder.layer,
        choice.weighting,
        space,
        material.rarity,
        _unfitted(languages),
        facts,
    )


def _unfitted(languages: tuple[str, ...]) -> Calibration:
    square = np.ones((len(languages), len(languages)))
    pairs = np.ones((2, *square.shape))
    straight = np.tile(1 - np.array(SHARES), (2, len(languages), 1))
    return Calibration(languages, np.zeros((2, 2, 8)), pairs, pairs, 0 * square, 0 * square, square, straight)


def _sources(background: Background) -> dict[str, Any]:
    return {
        "texts": {tag: sum(map(len, background.texts[tag].values())) for tag in background.languages},
        "sources": sorted({source for tag in background.languages for source in background.texts[tag]}),
        "translations": sorted({group.source for group in background.translations}),
    }
