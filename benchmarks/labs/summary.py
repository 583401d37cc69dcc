"""What the measures say in short: agreement with people against bert_score and chrF, and a table of headlines."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .human import BESIDE

Cells = dict[str, float]
MARGIN = 0.005  # less than this below bert_score is not below it
HEADLINES = (
    ("M1 consistency", "M1.consistency", "<= 1/4 of bert_score"),
    ("M1 ntrex", "M1.ntrex.consistency", ""),
    ("M1 pud", "M1.pud.consistency", ""),
    ("M1 ntrex, mean of translations", "M1.ntrex.translations", "1"),
    ("M2 max abs unrelated", "M2.all.max", "<= .02"),
    ("M2 the same by chance", "M2.all.noise_max", ""),
    ("M2 rms, sampling error taken off", "M2.all.rms", ""),
    ("M2 share of pairs beyond .02", "M2.all.beyond", "0"),
    ("M2 mean, 1-4 tokens", "M2.1-4.mean", "0"),
    ("M2 mean, 5-16 tokens", "M2.5-16.mean", "0"),
    ("M2 mean, 17-64 tokens", "M2.17-64.mean", "0"),
    ("M2 mean, 65+ tokens", "M2.65+.mean", "0"),
    ("M2 max abs, unseen languages", "M2.unseen languages.max", "<= .05"),
    ("M3 ntrex, translation nearest", "M3.ntrex.translation", ""),
    ("M3 ntrex, same language nearest", "M3.ntrex.same_language", "-> 0"),
    ("M3 sib200, same language nearest", "M3.sib200.same_language", "-> 0"),
    ("M3 xquad, same language nearest", "M3.xquad.same_language", "-> 0"),
    ("M4 Tatoeba, mean of 25", "M4.mean", ""),
    ("M5 pooled AUC", "M5.all.auc.pooled", ""),
    ("M5 AUC gap", "M5.all.auc.gap", "-> 0"),
    ("M5 pooled TPR at FPR 1 %", "M5.all.tpr.pooled", ""),
    ("M5 TPR gap", "M5.all.tpr.gap", "-> 0"),
    ("M6 ntrex, worst pair", "M6.ntrex.worst", ""),
    ("M6 PAWS-X, worst pair", "M6.paws_x.worst", ""),
    ("M6 STS, worst pair", "M6.sts.worst", ""),
    ("M7 swap", "M7.swap", "1e-6"),
    ("M7 alone", "M7.alone", "1e-5"),
    ("M7 order", "M7.order", "1e-5"),
    ("M7 identity", "M7.identity", "1e-5"),
    ("M7 above identity", "M7.above", "<= 0"),
    ("M8 bias ratio", "M8.ratio", "<= .20"),
    ("M8 bias ratio, every language", "M8.every_language", ""),
    ("M9 gap", "M9.gap", "<= .01"),
    ("M9 SD of means / SD", "M9.sd_ratio", ".10"),
    ("M11 ntrex, probe on texts", "M11.ntrex.texts", "chance .05"),
    ("M11 ntrex, probe on tokens", "M11.ntrex.tokens", "chance .05"),
    ("M12 unrelated, SD over lengths", "M12.unrelated.sd", "<= .02"),
    ("M12 half, SD over lengths", "M12.half.sd", "<= .02"),
    ("M12 half, mean", "M12.half.mean", "0.5"),
)


def agreement(cells: dict[str, Cells]) -> dict[str, Any]:
    """Compare each metric's M10 with bert_score's and chrF's, set by set (the mean of its cells) and cell by cell.

    Sets that stand beside do not count: each task is measured once.
    """
    cells = {metric: _once(own) for metric, own in cells.items()}
    result: dict[str, Any] = {}
    for name in cells:
        if name.startswith(("bert_score", "chrf")):
            continue
        result[name] = {}
        for kind, values in (("sets", {metric: by_set(own) for metric, own in cells.items()}), ("cells", cells)):
            result[name][kind] = {"count": len(values[name])}
            if "bert_score" in values:
                result[name][kind] |= _against(values[name], values["bert_score"])
            if "chrf" in values:
                above = [own > values["chrf"][cell] for cell, own in values[name].items() if cell in values["chrf"]]
                result[name][kind]["share_above_chrf"] = float(np.mean(above))
    return result


def _once(cells: Cells) -> Cells:
    return {name: value for name, value in cells.items() if not name.split(" ")[0].endswith(BESIDE)}


def by_set(cells: Cells) -> Cells:
    """Return the mean of the cells of each set and statistic."""
    groups: dict[str, list[float]] = {}
    for name, value in cells.items():
        groups.setdefault(name.rsplit(" ", 1)[0], []).append(value)
    return {name: float(np.mean(values)) for name, values in groups.items()}


def _against(own: Cells, other: Cells) -> dict[str, Any]:
    differences = {name: own[name] - other[name] for name in own if name in other}
    below = sorted((difference, name) for name, difference in differences.items() if difference < -MARGIN)
    return {
        "mean_difference": float(np.mean(list(differences.values()))),
        "below_bert_score": len(below),
        "which": {name: difference for difference, name in below},
    }


def table(result: dict[str, Any], metrics: list[str]) -> str:
    """Return a Markdown table of the headlines that were measured."""
    rows = [("property", *metrics, "target"), ("---", *["---"] * (len(metrics) + 1))]
    for label, path, target in HEADLINES:
        measure, *keys = path.split(".")
        if measure in result:
            rows.append((label, *(_shown(_at(result[measure][metric], keys)) for metric in metrics), target))
    rows += _human(result, metrics)
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _human(result: dict[str, Any], metrics: list[str]) -> Iterator[tuple[str, ...]]:
    if "M10" in result:
        sets = {metric: by_set(result["M10"][metric]) for metric in metrics}
        for name in dict.fromkeys(name for own in sets.values() for name in own):
            yield (f"M10 {name}", *(_shown(sets[metric].get(name)) for metric in metrics), "")


def _at(value: Any, keys: list[str]) -> float | None:
    for key in keys:
        value = None if value is None else value[key]
    return None if value is None else float(value)


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if abs(value) >= 0.001 or value == 0 else f"{value:.0e}"


def plain(value: Any) -> Any:
    """Return a value as JSON has it: five significant digits, None for what is no finite number."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.5g}") if np.isfinite(value) else None
    return value
