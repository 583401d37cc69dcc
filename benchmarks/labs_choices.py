"""What the choices in LABS's definition are worth, on background text with the embedded encoder. Prints JSON.

Usage: python benchmarks/labs_choices.py --parallel 'build/parallel/*.tsv.xz' --translations build/parallel/tico19.tsv.xz

    floor       largest residual mean of unrelated F over 4 x 4 buckets of length: a plane in the logarithms, and our surface
    pair        mean residual by pair of languages and length: an additive and a multiplicative effect of the pair
    weighting   AUC of translations against unrelated texts, bias over pairs of languages, for each way to weigh tokens
    damage      u that is left of texts of which a quarter was replaced, cut anywhere and cut between tokens, by language
"""

import argparse
import json
from itertools import product
from random import Random

import numpy as np

from albert_robust.calibrating.background import Background, read_background
from albert_robust.calibrating.calibrate import Choice, spaced_profile
from albert_robust.calibrating.damage import chunks, damaged
from albert_robust.calibrating.floor import fit_floor, unrelated_pairs
from albert_robust.calibrating.material import Effort, Material, gather
from albert_robust.calibrating.measure import Matcher
from albert_robust.calibrating.tune import worth
from albert_robust.scoring.calibration import Floats, Pairs, length_features
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.load import load_encoder
from albert_robust.scoring.profile import WEIGHTINGS
from albert_robust.scoring.scorer import Scorer

EFFORT = Effort(lengths=16, translations=40, damaged=0, unrelated=100)
BUCKETS = ((1, 4), (5, 16), (17, 64), (65, 256))
UNSPACED, SPACED = ("ja", "th", "zh"), ("de", "en", "es")
TEXTS, LEAST_CHARACTERS = 100, 48


def residual(features: Floats, values: Floats) -> Floats:
    """Return what least squares leaves."""
    rest: Floats = values - features @ np.linalg.lstsq(features, values, rcond=None)[0]
    return rest


def largest(rest: Floats, pairs: Pairs) -> float:
    """Return the largest absolute mean of a residual over buckets of the two lengths."""
    means = []
    for (low, high), (other_low, other_high) in product(BUCKETS, BUCKETS):
        here = (pairs.n >= low) & (pairs.n <= high) & (pairs.m >= other_low) & (pairs.m <= other_high)
        means.append(abs(rest[here].mean()))
    return round(float(max(means)), 3)


def floors(encoder: Encoder, material: Material) -> dict[str, object]:
    """Return how well a plane and the surface fit the floor, and an additive and a multiplicative effect of the pair."""
    matcher = Matcher(spaced_profile(encoder, material, Choice(weighting="idf+norm"), {}))
    found = matcher.measure(unrelated_pairs(material))
    apart = found.where(found.pairs.a != found.pairs.b).both_ways()
    other, f = apart.pairs, apart.raw[:, 2]
    features = length_features(other.n, other.m)
    surface = residual(features, f)
    expected = f - surface
    additive, factor = np.zeros_like(f), np.zeros_like(f)
    for pair in {*zip(other.a.tolist(), other.b.tolist(), strict=True)}:
        here = (other.a == pair[0]) & (other.b == pair[1])
        additive[here] = surface[here] - surface[here].mean()
        factor[here] = f[here] - expected[here] * (f[here] @ expected[here]) / (expected[here] @ expected[here])
    short = np.minimum(other.n, other.m) <= BUCKETS[0][1]
    by_pair = {
        name: round(float(np.std([rest[short & (other.a == a)].mean() for a in np.unique(other.a)])), 4)
        for name, rest in (("none", surface), ("additive", additive), ("factor", factor))
    }
    plane = largest(residual(features[:, :3], f), other)
    return {"plane": plane, "surface": largest(surface, other), "short_texts_sd_over_languages": by_pair}


def weightings(encoder: Encoder, material: Material) -> dict[str, object]:
    """Return AUC and bias of each weighting."""
    found = {name: worth(encoder, material, Choice(weighting=name)) for name in WEIGHTINGS}
    return {name: {"auc": round(auc, 4), "bias": round(bias, 4)} for name, (auc, bias) in found.items()}


def cuts(encoder: Encoder, background: Background) -> dict[str, object]:
    """Return the mean u of texts of which a quarter was replaced, by language and by where they were cut."""
    scorer = Scorer(calibration="floor")
    result: dict[str, object] = {}
    for language in (*UNSPACED, *SPACED):
        lines = [text for source in background.texts[language].values() for text in source]
        texts = [text for text in lines if len(text) >= LEAST_CHARACTERS][:TEXTS]
        starts = encoder.starts(texts)
        ways = {"anywhere": [chunks(text) for text in texts]}
        ways["between tokens"] = [chunks(text, start) for text, start in zip(texts, starts, strict=True)]
        result[language] = {}
        for name, pieces in ways.items():
            rng = Random(0)
            copies = [damaged(own, rng.choice(pieces), 0.25, rng) for own in pieces]
            u = scorer.score(copies, texts, languages=language).corpus.value
            result[language] = {**result[language], name: round(u, 3)}  # type: ignore[dict-item]  # filled just above
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parallel", nargs="+", required=True)
    parser.add_argument("--translations", nargs="*", default=[])
    options = parser.parse_args()
    encoder = load_encoder(layer=0)
    background = read_background(None, options.parallel, options.translations)
    material = gather(encoder, background, EFFORT)
    floor = floors(encoder, material)
    factors = fit_floor(Matcher(spaced_profile(encoder, material, Choice(), {})), material, 0).factor[1, :-1, :-1]
    floor["factors"] = [round(float(value), 3) for value in (factors.min(), factors.max())]
    found = {"floor": floor, "weighting": weightings(encoder, material), "damage": cuts(encoder, background)}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
