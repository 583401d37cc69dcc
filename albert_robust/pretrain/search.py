"""Search over a recipe's settings, on a budget: every trial trains on the same sample of the text and finds the same texts.

Optuna (Akiba et al., 2019, arXiv:1907.10902) draws the combinations, TPE the promising ones (Bergstra et al., 2011). A trial
trains as `pretrain` does, in a folder of its own, so a search that was broken off goes on in the midst of a trial. Trials
whose text and tokenizer are alike share the tokenizer and the tokenized text.

Which settings mattered is told by PED-ANOVA (Watanabe et al., 2023, arXiv:2304.10255): how much the values of a setting in the
best quarter of the trials differ from those in all. Optuna's usual evaluator, fANOVA, would need scikit-learn.
"""

import inspect
import json
import os
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from albert_robust.errors import UsageError, need, writing
from albert_robust.pretrain.bench import TRIAL, TRIALS, Trial, open_bench, write_json
from albert_robust.pretrain.checkpoint import undamaged
from albert_robust.pretrain.picture import search_svg
from albert_robust.pretrain.space import Drawn, Setting, Space, read_space, write_recipe
from albert_robust.pretrain.trainer import Progress
from albert_robust.studies import open_study

BEST_SHARE = 0.25  # of the trials, against all: five of twenty, fewer say little
FEWEST = 5  # trials that importances are told from
AT_RANDOM = 10  # trials before TPE has enough to go by, and at most half of all
LISTED = 10_000  # combinations at most that are listed to find one that was not tried
STUDY, CLAIM, RESULT, PICTURE, BEST = "study.log", "space.json", "search.json", "search.svg", "best.yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        folder: Where all of it lies.
        trials: The best first, of equal ones the smallest; those that failed last.
        importances: How much each setting mattered, the most first; they sum to 1. Empty where trials are too few or all alike.
    """

    folder: Path
    trials: list[Trial]
    importances: dict[str, float]

    @property
    def best(self) -> Trial:
        """The trial of the highest value."""
        return self.trials[0]


def search(
    path: Path,
    folder: Path,
    threads: int | None = None,
    *,
    told: Callable[[int, int, Trial], None] = lambda done, of, trial: None,
    tell: Callable[[int, Progress], None] = lambda number, progress: None,
) -> Found:
    """Make the trials that a search's file asks for, those that are done already not counted, and return all.

    The folder then holds `search.json`, `search.svg` (what mattered), `best.yaml` (a recipe for `pretrain --config`, of the whole
    text again) and a folder for each trial with its recipe and encoder. They are there after each trial, not only at the end.

    Args:
        path: The search's YAML file.
        folder: Where everything is kept; a search that was broken off goes on from there.
        threads: Processor threads; None for torch's own.
        told: Called after each trial with how many are done, of how many, and the trial.
        tell: Called with a trial's number and the progress of its training.

    Raises:
        MissingExtraError: Optuna or SentencePiece is not installed.
        InputError: The file, or the recipe that it names, is wrong.
        FileNotFoundError: The recipe names no text.
        UsageError: The folder holds another search, another process works there, the text is too little, or all trials failed.
    """
    need("optuna", "tune", "a search")
    need("sentencepiece", "pretrain", "training a tokenizer")
    space = read_space(path)
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise UsageError("a search runs in one process: start it without torchrun")
    with writing(folder, "name another folder"):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "search.lock", timeout=0):
            return _search(space, folder, threads, told, tell)
    except Timeout:
        raise UsageError(f"another process searches in {folder}: wait for its end, or choose another folder") from None


def _search(
    space: Space,
    folder: Path,
    threads: int | None,
    told: Callable[[int, int, Trial], None],
    tell: Callable[[int, Progress], None],
) -> Found:
    from transformers.utils import logging

    logging.disable_progress_bar()
    _claim(folder, space)
    study, total, bench = open_study(folder / STUDY, "pretrain"), _total(space), open_bench(space, folder, threads)
    trials = kept_trials(folder)
    while len(trials) < total:
        number, drawn = _next(study, space, trials)
        trial = bench.make(number, drawn, tell)
        trials = kept_trials(folder)
        _settle(study, trials)
        publish(space, folder, trials)
        told(len(trials), total, trial)
    if trials[0].value is None:
        raise UsageError(f"all {len(trials)} trials failed; the first: {trials[0].failed}")
    return publish(space, folder, trials)


def kept_trials(folder: Path) -> list[Trial]:
    """Return the trials that are done in a search's folder: the best first, of equal ones the smallest; failed ones last."""
    found: list[Trial] = []
    for path in (folder / TRIALS).glob(f"*/{TRIAL}"):
        with undamaged(path):
            found.append(Trial(**json.loads(path.read_text(encoding="utf-8"))))
    return sorted(found, key=lambda trial: (trial.value is None, -(trial.value or 0.0), trial.parameters, trial.number))


def importances(space: Space, trials: list[Trial]) -> dict[str, float]:
    """Return how much each setting mattered by PED-ANOVA, the most first; they sum to 1.

    Empty where fewer than five trials succeeded, or nothing sets the best ones apart.
    """
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator

    good = [trial for trial in trials if trial.value is not None]
    if len(good) < FEWEST or len({trial.value for trial in good}) == 1:
        return {}
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    kinds = _distributions(space)
    # Optuna 4.0 has another name for it.
    known = inspect.signature(PedAnovaImportanceEvaluator.__init__).parameters
    best: Any = {"target_quantile" if "target_quantile" in known else "baseline_quantile": BEST_SHARE}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = optuna.create_study(direction="maximize")
        for trial in good:
            study.add_trial(optuna.create_trial(params=trial.settings, distributions=kinds, value=trial.value))
        found = PedAnovaImportanceEvaluator(**best).evaluate(study)
    whole = sum(found.values())
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return {name: value / whole for name, value in ranked} if whole > 0 else {}


def publish(space: Space, folder: Path, trials: list[Trial]) -> Found:
    """Write what a search found so far: the trials, the picture, and the best recipe."""
    found = Found(folder, trials, importances(space, trials))
    facts = {
        "space": space.search.model_dump(mode="json", exclude_unset=True),
        "measure": "share of held-out texts whose nearest text is their translation, mean over pairs of languages",
        "importance": f"PED-ANOVA (arXiv:2304.10255), the best {BEST_SHARE:.0%} against all",
        "importances": found.importances,
        "trials": [asdict(trial) for trial in trials],
    }
    write_json(folder / RESULT, facts)
    good = [trial for trial in trials if trial.value is not None]
    if good:
        points = [(trial.settings, trial.value) for trial in good if trial.value is not None]
        svg = search_svg(space.settings, points, found.importances, len(trials) - len(good))
        (folder / PICTURE).write_text(svg, encoding="utf-8")
        comment = (
            f"The best of {len(trials)} trials, number {good[0].number}: {good[0].value:.4f} of held-out texts found."
        )
        write_recipe(folder / BEST, space.drawn(good[0].settings, folder), comment)
    return found


def _total(space: Space) -> int:
    """Return how many trials there shall be: no more than there are combinations."""
    many = _combinations(space)
    if space.search.search == "grid":
        return many or 0
    return min(space.search.trials, many) if many else space.search.trials


def _combinations(space: Space) -> int | None:
    """Return how many combinations there are; None where a range has no end of values."""
    lists = [setting.every for setting in space.settings.values()]
    return prod(len(values) for values in lists if values is not None) if None not in lists else None


def _next(study: Any, space: Space, trials: list[Trial]) -> tuple[int, Drawn]:
    """Return the number and the settings of a trial that was interrupted, or else of a new combination."""
    from optuna.samplers import TPESampler
    from optuna.trial import TrialState

    _settle(study, trials)
    tried, kinds = [trial.settings for trial in trials], _distributions(space)
    numbers = {trial.number for trial in trials}  # all are the study's, unless its file was lost
    for begun in study.get_trials(states=(TrialState.RUNNING,)):
        if set(begun.params) == set(kinds) and begun.params not in tried:
            return begun.number, begun.params
        study.tell(begun.number, state=TrialState.FAIL)
    while True:
        number = len(study.get_trials(deepcopy=False))
        # A seed for each trial: a search that goes on draws what it would have drawn.
        key = int(np.random.SeedSequence([space.search.seed, number]).generate_state(1)[0])
        study.sampler = TPESampler(seed=key, n_startup_trials=min(AT_RANDOM, space.search.trials // 2))
        if space.search.search == "grid":
            study.enqueue_trial(_untried(space, tried)[0])
        trial = study.ask(kinds)
        if trial.params not in tried and trial.number not in numbers:
            return trial.number, trial.params
        study.tell(trial, state=TrialState.FAIL)
        many = _combinations(space)
        if many and many <= LISTED:
            rest = _untried(space, tried)
            study.enqueue_trial(rest[key % len(rest)])


def _untried(space: Space, tried: list[Drawn]) -> list[Drawn]:
    lists = [setting.every or [] for setting in space.settings.values()]
    every = (dict(zip(space.settings, values, strict=True)) for values in product(*lists))
    return [drawn for drawn in every if drawn not in tried]


def _settle(study: Any, trials: list[Trial]) -> None:
    """Tell the study of trials that are done."""
    from optuna.trial import TrialState

    done = {trial.number: trial for trial in trials}
    for begun in study.get_trials(states=(TrialState.RUNNING,)):
        if begun.number in done:
            value = done[begun.number].value
            study.tell(begun.number, value, state=TrialState.FAIL if value is None else TrialState.COMPLETE)


def _distributions(space: Space) -> dict[str, Any]:
    return {name: _distribution(setting) for name, setting in space.settings.items()}


def _distribution(setting: Setting) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if setting.values is not None:
        return CategoricalDistribution(setting.values)
    assert setting.low is not None
    assert setting.high is not None
    if setting.whole:
        return IntDistribution(int(setting.low), int(setting.high), log=setting.log, step=int(setting.step or 1))
    return FloatDistribution(setting.low, setting.high, log=setting.log, step=setting.step)


def _claim(folder: Path, space: Space) -> None:
    """Make the folder this search's, unless it is another's. More trials, and the other way to search, are the same search."""
    facts = {"recipe": space.plain, **space.search.model_dump(mode="json", exclude={"recipe", "search", "trials"})}
    path = folder / CLAIM
    with undamaged(path):
        other = path.is_file() and json.loads(path.read_text(encoding="utf-8")) != facts
    if other:
        raise UsageError(f"{folder} holds a search of other settings: choose another folder, or empty this one")
    write_json(path, facts)
