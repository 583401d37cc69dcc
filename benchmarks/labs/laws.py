"""M7: what must not change a score, and what no score may exceed."""

from random import Random

import numpy as np

from .data import Sets, Size
from .metrics import Floats, Metric
from .pairs import Found
from .texts import BUCKETS, damaged, pools

ALONE = 40  # pairs that are also scored one by one


def m7(metric: Metric, sets: Sets, size: Size) -> Found:
    """Largest absolute differences over random pairs of texts of every length, half of them of one language.

    swap: P and R change places and F stays when candidate and reference do. alone, order: the same pair by itself, and in
    a reversed call. identity: F of a text and itself against 1. above: how far the F of different texts of one language,
    half-damaged ones and unrelated ones, exceeds 1 (negative: it stays below).
    """
    left, right, languages, others = _mixed(sets, size.lines)
    together = metric.scores(left, right, languages, others)
    swapped = metric.scores(right, left, others, languages)
    backwards = metric.scores(left[::-1], right[::-1], languages[::-1], others[::-1])[::-1]
    alone = np.concatenate(
        [metric.scores([left[at]], [right[at]], [languages[at]], [others[at]]) for at in range(ALONE)]
    )
    scored = ~np.isnan(together[:, 2])
    itself = metric.scores(left, left, languages, languages)[:, 2]
    rng = Random(7)
    half = [
        damaged(text, other, language, 0.5, rng) for text, other, language in zip(left, right, languages, strict=True)
    ]
    changed = [place for place, text in enumerate(half) if text.strip() != left[place].strip()]
    below = [(half[at], left[at], languages[at]) for at in changed]
    below += [(left[at], right[at], languages[at]) for at in range(len(left)) if languages[at] == others[at]]
    candidates, references, tags = map(list, zip(*below, strict=True))
    return {
        "swap": _apart(together[scored], swapped[scored][:, [1, 0, 2]]),
        "alone": _apart(together[:ALONE][scored[:ALONE]], alone[scored[:ALONE]]),
        "order": _apart(together[scored], backwards[scored]),
        "identity": float(np.abs(itself - 1).max()),
        "above": float(metric.scores(candidates, references, tags, tags)[:, 2].max() - 1),
        "pairs": int(scored.sum()),
    }


def _mixed(sets: Sets, lines: int) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return candidates, references and their languages."""
    found, rng = pools(sets, 50), Random(5)
    rows = []
    for _ in range(max(ALONE, 4 * lines)):
        language = rng.choice(sorted(found["5-16"]))
        other = language if rng.random() < 0.5 else rng.choice(sorted(found["5-16"]))
        texts = []
        for tag in (language, other):
            bucket = rng.choice([bucket for bucket in BUCKETS if tag in found[bucket]])
            texts.append(rng.choice(found[bucket][tag])[0])
        if texts[0] != texts[1]:
            rows.append((*texts, language, other))
    left, right, languages, others = map(list, zip(*rows, strict=True))
    return left, right, languages, others


def _apart(left: Floats, right: Floats) -> float:
    return float(np.abs(left - right).max())
