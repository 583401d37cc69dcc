"""Scores from shared tokens: exact match and token F1 in the manner of SQuAD, for every script, and ROUGE.

Source: Rajpurkar et al. (2016), arXiv:1606.05250, for exact match and token F1. Departs from it: English articles are
not dropped, since other languages have none to drop, and in scripts without spaces each character is a token, as in
CMRC (Cui et al., 2019) and MLQA (Lewis et al., 2020).
"""

import unicodedata
from collections import Counter
from functools import cache
from typing import Any

from albert_robust.text.graphemes import word_spans


def tokens(text: str) -> list[str]:
    """Return the words of a text, case folded, in Unicode normal form KC; characters in scripts without spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [folded[start:end] for start, end in word_spans(folded)]


def exact_match(output: str, reference: str) -> float:
    """Return 1 if both texts have the same words, else 0. Texts without words match when they are equal."""
    left, right = tokens(output), tokens(reference)
    return float(left == right if left or right else output.strip() == reference.strip())


def token_f1(output: str, reference: str) -> float:
    """Return the F1 of the words that two texts share, in [0, 1]."""
    left, right = tokens(output), tokens(reference)
    if not left or not right:
        return exact_match(output, reference)
    shared = sum((Counter(left) & Counter(right)).values())
    return 2 * shared / (len(left) + len(right))


class _Words:
    """The tokenizer that rouge-score is given: its own knows a to z alone."""

    def tokenize(self, text: str) -> list[str]:
        return tokens(text)


@cache
def _rouge() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], tokenizer=_Words())


def rouge_l(output: str, reference: str) -> float:
    """Return ROUGE-L F1 by the rouge-score library, on words of every script."""
    return float(_rouge().score(reference, output)["rougeL"].fmeasure)
