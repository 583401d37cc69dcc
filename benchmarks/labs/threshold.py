"""Does one threshold serve all? M5 and M6: telling same meaning from another, over all language pairs together."""

from collections.abc import Callable
from itertools import combinations_with_replacement
from random import Random
from typing import Any

import numpy as np

from . import measures
from .data import Row, Sets, Size
from .metrics import Floats, Metric
from .pairs import PARALLEL, Found, Pairs, translations
from .texts import unrelated

Labelled = dict[str, tuple[Floats, Floats]]  # scores and labels by language pair


def m5(metric: Metric, sets: Sets, size: Size) -> Found:
    """Pooled AUC and TPR at FPR 1 % against the mean of the per-pair values, which a common scale would not exceed.

    Pairs of different languages from NTREX and PUD, and German with German from the WMT19 paraphrases (`arp` against `ar`,
    the unrelated one of another line), the only one here where one language meets itself.
    """
    rows = sets.rows("wmt19_paraphrase_de/wmt19")
    rows = Random(0).sample(rows, min(2 * size.lines, len(rows)))
    changed, references = [row["arp"] for row in rows], [row["ar"] for row in rows]
    german = Pairs()
    german.add(("wmt19", 1, "de", "de"), changed, references, "de")
    others = [references[place] for place in unrelated(references, 1)]
    german.add(("wmt19", 0, "de", "de"), changed, others, "de")
    found = translations(sets, size.lines).by_group(metric) | german.by_group(metric)
    result = {}
    for name in (*PARALLEL, "all"):
        labelled = _labelled({group: f for group, f in found.items() if name in (group[0], "all")})
        result[name] = {
            "auc": _gap(measures.auc, labelled),
            "tpr": _gap(measures.tpr_at_fpr, labelled),
            "pairs": len(labelled),
        }
    return result


def _labelled(found: dict[Any, Floats]) -> Labelled:
    """Return scores and labels of each (set, a, b)."""
    result: Labelled = {}
    for (name, label, left, right), same in found.items():
        if label == 1:
            other = found[name, 0, left, right]
            labels = np.repeat([1.0, 0.0], [len(same), len(other)])
            result[f"{name} {left}-{right}"] = np.concatenate([same, other]), labels
    return result


def _gap(statistic: Callable[[Floats, Floats], float], labelled: Labelled) -> Found:
    mean = float(np.mean([statistic(scores, labels) for scores, labels in labelled.values()]))
    scores, labels = (np.concatenate(side) for side in zip(*labelled.values(), strict=True))
    pooled = statistic(scores, labels)
    return {"pooled": pooled, "mean": mean, "gap": mean - pooled}


def m6(metric: Metric, sets: Sets, size: Size) -> Found:
    """Balanced accuracy, on the worst other pair, of the threshold that is best on English-German.

    NTREX: translations against unrelated lines. PAWS-X: its labels. STS: gold 4 or more against 2 or less. The last two
    pair s1 in one language with s2 in the other, every two languages and each with itself, the same 5 x lines ids.
    """
    found = translations(sets, size.lines).by_group(metric)
    labelled = _labelled({group: f for group, f in found.items() if group[0] == "ntrex"})
    result = {"ntrex": _transfer({key.removeprefix("ntrex "): value for key, value in labelled.items()}, "de-en")}
    paws = sets.rows("paws_x/pawsx")
    result["paws_x"] = _transfer(_crossed(metric, paws, lambda row: row["label"] == "1", size.lines), "de-en")
    sts = [row for row in sets.rows("sts_multi/sts") if not 2 < float(row["score"]) < 4]
    result["sts"] = _transfer(_crossed(metric, sts, lambda row: float(row["score"]) >= 4, size.lines), "de-en")
    return result


def _crossed(metric: Metric, rows: list[Row], positive: Callable[[Row], bool], lines: int) -> Labelled:
    """Return scores and labels of s1 in one language against s2, of the same row, in another."""
    by_language: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_language.setdefault(row["lang"], {})[row["id"]] = row
    common = sorted(set.intersection(*map(set, by_language.values())))
    ids = Random(0).sample(common, min(5 * lines, len(common)))
    pairs = Pairs()
    for left, right in combinations_with_replacement(sorted(by_language), 2):
        here, there = by_language[left], by_language[right]
        pairs.add(f"{left}-{right}", [here[at]["s1"] for at in ids], [there[at]["s2"] for at in ids], left, right)
    labels = np.array([float(positive(by_language["en"][at])) for at in ids])
    return {pair: (f, labels) for pair, f in pairs.by_group(metric).items()}


def _transfer(labelled: Labelled, fitted: str) -> Found | None:
    """Say how a threshold fitted on one pair does on the others; `mean_own` is with a threshold fitted on each.

    None where the metric does not score the pair fitted on.
    """
    if fitted not in labelled:
        return None
    threshold = measures.best_threshold(*labelled[fitted])
    other = {pair: measures.balanced_accuracy(*both, threshold) for pair, both in labelled.items() if pair != fitted}
    own = [measures.balanced_accuracy(*both, measures.best_threshold(*both)) for both in labelled.values()]
    worst = min(other, key=lambda pair: other[pair])
    return {
        "worst": other[worst],
        "worst_pair": worst,
        "mean": float(np.mean(list(other.values()))),
        "mean_own": float(np.mean(own)),
        "threshold": threshold,
        "pairs": len(other),
    }
