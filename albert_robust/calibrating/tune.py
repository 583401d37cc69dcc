"""Tuning: which layer, which directions to take out, how tokens weigh. By grid or Bayesian search, on background text.

No human rating is touched, so all of them stay a test. A choice is worth

    AUC - LAMBDA * bias

AUC tells translations from unrelated texts of the same source over all pairs of languages together; bias is the standard
deviation, over pairs of languages, of the mean score of translations, as a share of that mean. Both are measured on scores
that have a floor and no ceiling yet. Search: Optuna (Akiba et al., 2019, arXiv:1907.10902), TPE for the Bayesian one.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
from filelock import FileLock, Timeout

from albert_robust.calibrating.background import Background
from albert_robust.calibrating.calibrate import Choice, spaced_profile
from albert_robust.calibrating.ceiling import by_languages, unrelated
from albert_robust.calibrating.floor import fit_floor
from albert_robust.calibrating.material import Effort, Material, gather
from albert_robust.calibrating.measure import Matcher
from albert_robust.errors import UsageError, need
from albert_robust.scoring.calibration import F
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.load import load_encoder
from albert_robust.scoring.profile import WEIGHTINGS
from albert_robust.scoring.signature import DEFINITION
from albert_robust.studies import open_study

LAMBDA = 0.1  # what a point of bias costs in AUC
EFFORT = Effort(lengths=8, translations=24, damaged=0, unrelated=40)
ABOUT = "about"  # the attribute of a study that says whose its trials are
LAYERS_KEPT = 3  # whose vectors stay in memory
Search = Literal["grid", "bayes"]


@dataclass(frozen=True, slots=True)
class Trial:
    """A layer and a choice, and what they are worth."""

    layer: int
    choice: Choice
    value: float
    auc: float
    bias: float


def worth(encoder: Encoder, material: Material, choice: Choice, seed: int = 0) -> tuple[float, float]:
    """Return AUC and bias of a choice on a sample.

    Raises:
        UsageError: The choice does not fit the encoder or the languages.
    """
    matcher = Matcher(spaced_profile(encoder, material, choice, {}))
    calibration = fit_floor(matcher, material, seed)
    means, alike, different = [], [], []
    for rows in by_languages(material.translations).values():
        there, apart = (
            calibration.relative(F, found.raw[:, 2], found.pairs)
            for found in (matcher.measure(rows), matcher.measure(unrelated(rows)))
        )
        means.append(float(there.mean()))
        alike.append(there)
        different.append(apart)
    return area_under_curve(np.concatenate(alike), np.concatenate(different)), float(np.std(means) / np.mean(means))


def area_under_curve(above: Any, below: Any) -> float:
    """Return how often a number of the first kind is above one of the second; a tie counts half."""
    ordered = np.sort(below)
    left, right = (np.searchsorted(ordered, above, side=side) for side in ("left", "right"))
    return float((left + right).mean() / (2 * len(ordered)))


def tune(
    encoder: str,
    background: Background,
    *,
    search: Search = "bayes",
    trials: int = 30,
    layers: Sequence[int] | None = None,
    study: Path | None = None,
    seed: int = 0,
    allow_network: bool = False,
    progress: Callable[[int, int, Trial | None], None] = lambda done, of, trial: None,
) -> list[Trial]:
    """Return all trials, the best first.

    Args:
        encoder: `builtin`, a checkpoint folder, or a hub name.
        background: Text in several languages.
        search: `grid` for every combination, `bayes` for the promising ones.
        trials: How many a Bayesian search makes in all, earlier ones of the study included.
        layers: Which layers are tried; None for all.
        study: A file that keeps the trials, or a folder, where each search has a file of its own; a search that finds its file
            goes on from there.
        seed: Of the sample and the search.
        allow_network: Whether a hub may be asked.
        progress: Called at the start and after each trial with how many are done, of how many, and the trial.

    Raises:
        MissingExtraError: Optuna is not installed.
        InputError: The study's file is none.
        UsageError: The encoder cannot be loaded or has no such layer, no text is known in two languages, there are no trials
            to make, the study is of another search, or another process is at it.
    """
    whole = startable(encoder, trials, layers, allow_network)
    import optuna

    space = _space(whole, background, layers)
    total = int(np.prod([len(values) for values in space.values()])) if search == "grid" else trials

    @lru_cache(maxsize=LAYERS_KEPT)
    def material(layer: int) -> tuple[Encoder, Material]:
        loaded = load_encoder(encoder, layer, allow_network)
        return loaded, gather(loaded, background, EFFORT, seed)

    def objective(trial: Any) -> float:
        drawn = {name: trial.suggest_categorical(name, values) for name, values in space.items()}
        loaded, sample = material(drawn.pop("layer"))
        auc, bias = worth(loaded, sample, Choice(**drawn), seed)
        trial.set_user_attr("auc", auc)
        trial.set_user_attr("bias", bias)
        return auc - LAMBDA * bias

    grid = optuna.samplers.GridSampler(space, seed=seed)
    about = _about(whole, background, space, seed)
    if study and study.is_dir():
        study = study / f"tune-{about}.journal"
    with _alone(study):
        made = open_study(study, "labs", grid if search == "grid" else optuna.samplers.TPESampler(seed=seed))
        optuna.logging.set_verbosity(optuna.logging.ERROR)  # a trial that is interrupted is no news
        _claim(made, about, study)
        progress(len(_done(made)), total, None)
        left = total - len(_done(made))
        if left > 0:
            made.optimize(
                objective, n_trials=left, callbacks=[lambda one, found: progress(len(_done(one)), total, _trial(found))]
            )
    return sorted((_trial(found) for found in _done(made)), key=lambda trial: (-trial.value, trial.layer))


def startable(encoder: str, trials: int, layers: Sequence[int] | None, allow_network: bool = False) -> Encoder:
    """Return the encoder of a search that can begin. No text is needed for that, so it is told before any is read.

    Args:
        encoder, trials, layers, allow_network: As `tune` has them.

    Raises:
        MissingExtraError: Optuna is not installed.
        UsageError: The encoder cannot be loaded or has no such layer, or there are no trials to make.
    """
    need("optuna", "tune", "tuning")
    if trials < 1:
        raise UsageError(f"trials: {trials}, expected at least 1")
    loaded = load_encoder(encoder, None, allow_network)
    for layer in layers or ():
        if not 0 <= layer <= loaded.layers:
            raise UsageError(f"encoder {encoder!r} has layers 0 to {loaded.layers}, got {layer}")
    return loaded


def _claim(made: Any, about: str, study: Path | None) -> None:
    """Make a study's trials those of one search: of its encoder, text, choices and seed."""
    if made.user_attrs.setdefault(ABOUT, about) != about:
        what = "another encoder, text or seed, of other layers, or of another score"
        raise UsageError(f"{study} holds a search of {what}: name another file")
    made.set_user_attr(ABOUT, about)


def _about(encoder: Encoder, background: Background, space: Mapping[str, Sequence[Any]], seed: int) -> str:
    """Return a fingerprint of what the worth of a trial depends on beside its own choices."""
    translations = [[row.source, dict(row.texts)] for row in background.translations]
    made_of = [encoder.weights_hash, encoder.tokenizer_hash, background.texts, translations]
    parts = [*made_of, space, seed, DEFINITION]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


@contextmanager
def _alone(study: Path | None) -> Iterator[None]:
    """Keep other searches away from a study's file."""
    try:
        with FileLock(f"{study}.search", timeout=0) if study else nullcontext():
            yield
    except Timeout:
        raise UsageError(f"another process searches in {study}: wait for its end, or name another file") from None


def _space(encoder: Encoder, background: Background, layers: Sequence[int] | None) -> dict[str, Sequence[Any]]:
    ranks = sorted({min(rank, len(background.languages) - 1) for rank in (0, 1, 4, 8)})
    widths = [0, *(width for width in (64, 128) if width < encoder.width), encoder.width - ranks[-1] - 2]
    return {
        "layer": list(layers if layers is not None else range(encoder.layers + 1)),
        "lsar": ranks,
        "abtt": [0, 1, 2],
        "white": widths,
        "weighting": list(WEIGHTINGS),
        "one_mean": [False, True],
    }


def _done(study: Any) -> list[Any]:
    return [trial for trial in study.trials if trial.value is not None]


def _trial(found: Any) -> Trial:
    drawn = dict(found.params)
    layer = drawn.pop("layer")
    return Trial(layer, Choice(**drawn), found.value, found.user_attrs["auc"], found.user_attrs["bias"])
