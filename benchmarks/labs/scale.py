"""Is there one scale? M1, M2, M8, M9 and M12: what scores of equal meaning, and of none, come out as."""

from itertools import combinations_with_replacement
from random import Random
from typing import Any

import numpy as np

from . import measures
from .data import PROJECT, Sets, Size
from .metrics import Floats, Metric
from .pairs import PARALLEL, Found, Pairs, add_buckets, sample, translations
from .texts import BUCKETS, Pool, damaged, pools, unrelated

ZERO = 0.02  # M2 counts a mean up to here as 0
UNSEEN = "unseen languages"
LEVELS = "12345"  # errors in a translation of XQ-MEval


def m1(metric: Metric, sets: Sets, size: Size) -> Found:
    """Consistency over pairs of different languages. Those of one language are left out: their translation is the text.

    `noise` is the share of `consistency` that the choice of lines alone would give.
    """
    found = translations(sets, size.lines).by_group(metric)
    result: Found = {}
    for name in PARALLEL:
        same, other = (np.stack([f for group, f in found.items() if group[:2] == (name, label)]) for label in (1, 0))
        means = same.mean(axis=1)
        names = [f"{group[2]}-{group[3]}" for group in found if group[:2] == (name, 1)]
        result[name] = {
            "consistency": measures.consistency(means, other.mean(axis=1)),
            "noise": measures.line_noise(same) / float(means.mean() - other.mean()),
            "translations": float(means.mean()),
            "unrelated": float(other.mean()),
            "lowest": [names[means.argmin()], float(means.min())],
            "highest": [names[means.argmax()], float(means.max())],
            "pairs": len(names),
        }
    return {"consistency": float(np.mean([part["consistency"] for part in result.values()])), **result}


def m2(metric: Metric, sets: Sets, size: Size) -> Found:
    """Unrelated texts of every two languages, one with itself too; 3 x lines, so that the error of a mean is near .005.

    `unseen languages` are those of NTREX that the profile does not know, scored as `und`.
    """
    pairs, names = Pairs(), (*PARALLEL, "sib200")
    for name in names:
        parallel = sample(sets.parallel(name), 3 * size.lines)
        partner = unrelated(parallel.documents, seed=2)
        for left, right in combinations_with_replacement(parallel.languages, 2):
            there = parallel.texts[right]
            pairs.add((name, left, right), parallel.texts[left], [there[place] for place in partner], left, right)
    add_buckets(pairs, pools(sets, 2 * size.lines))
    parallel = sample(sets.parallel("ntrex", unseen=True), 3 * size.lines)
    partner = unrelated(parallel.documents, seed=2)
    for left, right in combinations_with_replacement(parallel.languages, 2):
        there = parallel.texts[right]
        pairs.add((UNSEEN, left, right), parallel.texts[left], [there[place] for place in partner], "und", "und")
    found = pairs.by_group(metric)
    parts = {part: {group: f for group, f in found.items() if group[0] == part} for part in (*names, *BUCKETS, UNSEEN)}
    lines_only = {group: f for group, f in found.items() if group[0] in names}
    return {"all": _zero(lines_only), **{part: _zero(groups) for part, groups in parts.items()}}


def _zero(found: dict[Any, Floats]) -> Found:
    """Say how far from 0 the mean of each pair of languages is.

    `noise_max` is what `max` would be by chance alone. `rms` has the sampling error taken off. `beyond` is the share of pairs
    that are further from 0 than .02 by two standard errors.
    """
    groups = list(found)
    means = np.array([found[group].mean() for group in groups])
    errors = np.array([measures.standard_error(found[group]) for group in groups])
    worst = int(np.abs(means).argmax())
    return {
        "max": float(np.abs(means[worst])),
        "worst": "-".join(groups[worst][-2:]),
        "noise_max": measures.noise_maximum(errors),
        "rms": measures.true_rms(means, errors),
        "beyond": float((np.abs(means) - 2 * errors > ZERO).mean()),
        "mean_abs": float(np.abs(means).mean()),
        "mean": float(means.mean()),
        "sd": float(means.std()),
        "error": float(np.median(errors)),
        "pairs": len(groups),
    }


def m8(metric: Metric, sets: Sets, size: Size) -> Found:
    """Bias ratio on XQ-MEval: of the project's languages, and of every language there (Lao is none of the project's)."""
    rows = [row for row in sets.rows("xq_meval/xq_meval") if size.takes(row["hyp"])]
    languages = sorted({row["lp"] for row in rows})
    pairs = Pairs()
    for pair in languages:
        for level in LEVELS:
            own = [row for row in rows if row["lp"] == pair and row["n_errors"] == level]
            pairs.add((pair, level), [row["hyp"] for row in own], [row["ref"] for row in own], pair[3:])
    found = pairs.by_group(metric)
    table = np.array([[found[pair, level].mean() for pair in languages] for level in LEVELS])
    kept = [place for place, pair in enumerate(languages) if pair[3:] in PROJECT]
    means = {pair[3:]: list(map(float, column)) for pair, column in zip(languages, table.T, strict=True)}
    every = measures.bias_ratio(table)
    return {"ratio": measures.bias_ratio(table[:, kept]), "every_language": every, "means": means}


def m9(metric: Metric, sets: Sets, size: Size) -> Found:
    """Poolability on the STS benchmark in twelve languages, s1 as the candidate."""
    rows = [row for row in sets.rows("sts_multi/sts") if size.takes(row["id"])]
    pairs, gold = Pairs(), {}
    for language in sorted({row["lang"] for row in rows}):
        own = [row for row in rows if row["lang"] == language]
        pairs.add(language, [row["s1"] for row in own], [row["s2"] for row in own], language)
        gold[language] = np.array([float(row["score"]) for row in own])
    found = pairs.by_group(metric)
    by_language = {language: measures.spearman(found[language], gold[language]) for language in found}
    pooled = measures.spearman(np.concatenate(list(found.values())), np.concatenate(list(gold.values())))
    mean = float(np.mean(list(by_language.values())))
    return {
        "pooled": pooled,
        "mean": mean,
        "gap": mean - pooled,
        "sd_ratio": measures.spread(list(found.values())),
        "languages": by_language,
        "means": {language: float(f.mean()) for language, f in found.items()},
    }


def m12(metric: Metric, sets: Sets, size: Size) -> Found:
    """Mean score of unrelated and of half-damaged texts of one language by length bucket; SD over the buckets.

    Over the languages that are in every bucket. SummEval's first references join the longest English texts.
    """
    found = pools(sets, size.lines)
    summaries = [(record["refs"][0], record["id"]) for record in sets.records("summ_ratings/summeval")]
    found["65+"]["en"] = [*summaries[: size.lines // 2], *found["65+"]["en"]][: size.lines]
    languages = sorted(set.intersection(*map(set, found.values())))
    pairs = Pairs()
    for bucket in BUCKETS:
        for language in languages:
            _add_damage(pairs, bucket, language, found[bucket][language])
    scored = pairs.by_group(metric)
    result: Found = {"languages": languages}
    for kind in ("unrelated", "half"):
        table = np.array([[scored[kind, bucket, language].mean() for language in languages] for bucket in BUCKETS])
        result[kind] = {
            "sd": float(table.mean(axis=1).std()),
            "sd_languages": float(table.std(axis=1).mean()),
            "mean": float(table.mean()),
            "means": dict(zip(BUCKETS, map(float, table.mean(axis=1)), strict=True)),
        }
    return result


def _add_damage(pairs: Pairs, bucket: str, language: str, pool: Pool) -> None:
    texts, keys = [text for text, _ in pool], [key for _, key in pool]
    others = [texts[place] for place in unrelated(keys, 4)]
    rng = Random(f"{bucket} {language}")
    half = [damaged(text, other, language, 0.5, rng) for text, other in zip(texts, others, strict=True)]
    pairs.add(("unrelated", bucket, language), others, texts, language)
    pairs.add(("half", bucket, language), half, texts, language)
