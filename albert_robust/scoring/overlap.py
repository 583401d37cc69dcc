"""Scores from shared tokens: exact match and token F1 in the manner of SQuAD, for every script; ROUGE, chrF and BLEU.

Source: Rajpurkar et al. (2016), arXiv:1606.05250, for exact match and token F1. Departs from it: English articles are
not dropped, since other languages have none to drop, and in scripts without spaces each character is a token, as in
CMRC (Cui et al., 2019) and MLQA (Lewis et al., 2020). ROUGE is the rouge-score library's, chrF (Popović, 2015,
doi:10.18653/v1/W15-3049) and BLEU (Papineni et al., 2002, doi:10.3115/1073083.1073135) are sacrebleu's (Post, 2018,
arXiv:1804.08771): nothing of them is computed here. None of these numbers is on the scale of LABS.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from albert_robust.scoring.statistics import Floats
from albert_robust.text.graphemes import word_spans
from albert_robust.text.languages import base

ORDERS = 4  # BLEU's n-grams
RUN = 4  # words that two languages hardly ever share in a row
# What sacrebleu recommends: `zh` for Chinese, a morphological analyser for Japanese and Korean. The analysers are further
# packages, so there, as in Thai, a character is a token; the signature says so (`tok:char`).
BLEU_TOKENIZER = "13a"
BLEU_TOKENIZERS = {"zh": "zh", "ja": "char", "ko": "char", "th": "char"}


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


def contains(output: str, reference: str) -> float:
    """Return 1 if an output says the words of a reference in a row, else 0. A reference without words has to be all of it."""
    words, wanted = tokens(output), tokens(reference)
    runs = (words[place : place + len(wanted)] for place in range(len(words)))
    return float(wanted in runs) if wanted else exact_match(output, reference)


def copied(output: str, source: str) -> float:
    """Return the share of an output's words that stand in a run of four or more as they stand in the source.

    Two languages share names and numbers, hardly ever four words in a row: what does was left untranslated.
    """
    words, given = tokens(output), tokens(source)
    runs = {tuple(given[place : place + RUN]) for place in range(len(given) - RUN + 1)}
    starts = [place for place in range(len(words) - RUN + 1) if tuple(words[place : place + RUN]) in runs]
    inside = {place + step for place in starts for step in range(RUN)}
    return len(inside) / len(words) if words else 0.0


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


@cache
def _chrf() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()


def chrf(output: str, reference: str) -> float:
    """Return chrF2 by sacrebleu, in [0, 1]: shared character n-grams of one to six, white space left out."""
    return float(_chrf().sentence_score(output, [reference]).score) / 100


def chrf_counts(output: str, references: Sequence[str]) -> list[int]:
    """Return what a segment adds to a corpus's chrF2, by sacrebleu: for each order the n-grams of output, reference and both.

    Of several references, the one with the best chrF2 counts.
    """
    [counts] = _chrf()._extract_corpus_statistics([output], [[reference] for reference in references])
    return list(counts)


def corpus_chrf(sums: Floats) -> Floats:
    """Return the chrF2 of summed counts by sacrebleu, in [0, 1].

    Args:
        sums: Shape (draws, 18), as `chrf_counts` has them.
    """
    scores = [_chrf()._compute_f_score(row) for row in np.rint(sums).astype(np.int64).tolist()]
    return np.clip(np.array(scores, dtype=np.float64) / 100, 0, 1)


def chrf_signature(nrefs: int = 1) -> str:
    """Return sacrebleu's line for `chrf` with up to `nrefs` references."""
    return _signature("chrF2", _chrf(), nrefs)


@cache
def _bleu(tokenizer: str) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=tokenizer, force=True)  # text that looks tokenised is as good as any: no warnings


def _bleu_of(language: str) -> Any:
    return _bleu(BLEU_TOKENIZERS.get(base(language), BLEU_TOKENIZER))


def bleu_counts(output: str, references: Sequence[str], language: str) -> list[int]:
    """Return what a segment adds to a corpus's BLEU, by sacrebleu: output length, reference length, matches, totals.

    Args:
        output: The segment.
        references: One or more.
        language: Of the references: it decides the tokenizer.

    Returns:
        2 + 2 * ORDERS counts.
    """
    found = _bleu_of(language).corpus_score([output], [[reference] for reference in references])
    return [found.sys_len, found.ref_len, *found.counts, *found.totals]


def bleu(sums: Floats) -> Floats:
    """Return the BLEU of summed counts by sacrebleu, in [0, 1].

    Args:
        sums: Shape (draws, 2 + 2 * ORDERS), as `bleu_counts` has them.
    """
    metric = _bleu(BLEU_TOKENIZER)
    rows = np.rint(sums).astype(np.int64).tolist()
    scores = [
        metric.compute_bleu(row[2 : 2 + ORDERS], row[2 + ORDERS :], row[0], row[1], metric.smooth_method).score
        for row in rows
    ]
    return np.clip(np.array(scores, dtype=np.float64) / 100, 0, 1)  # by rounding it may pass 1


def bleu_signature(language: str, nrefs: int = 1) -> str:
    """Return sacrebleu's line for BLEU against references in a language."""
    return _signature("BLEU", _bleu_of(language), nrefs)


def _signature(name: str, metric: Any, nrefs: int) -> str:
    metric.num_refs = nrefs
    return f"{name}|{metric.get_signature().format()}"
