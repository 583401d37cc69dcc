"""Is the space free of language? M3, M4 and M11, of text vectors; a metric without vectors gives None."""

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from . import measures
from .data import Parallel, Sets, Size
from .metrics import Metric, Vectors
from .pairs import Found, sample
from .texts import tatoeba

TOKENS = 5  # of each text, for the probe


def m3(metric: Metric, sets: Sets, size: Size) -> Found | None:
    """Nearest neighbour among 2 x lines in all languages together, the text itself left out, by text vectors."""
    result = {}
    for name in ("ntrex", "sib200", "xquad"):
        parallel = sample(sets.parallel(name), 2 * size.lines)
        vectors = _vectors(metric, parallel)
        if vectors is None:
            return None
        count = len(parallel.documents)
        line, language = _places(len(parallel.languages), count)
        found, same, chance = measures.one_pool(measures.nearest(vectors), line, language)
        result[name] = {"translation": found, "same_language": same, "chance": chance}
    return result


def m4(metric: Metric, sets: Sets, size: Size) -> Found | None:
    """Tatoeba retrieval between each language and English by text vectors, both directions, all rows."""
    accuracy = {}
    for language, pairs in tatoeba(sets).items():
        left = metric.vectors([text for text, _ in pairs], language)
        right = metric.vectors([english for _, english in pairs], "en")
        if left is None or right is None:
            return None
        accuracy[language] = measures.retrieval(left, right)
    return {"mean": float(np.mean(list(accuracy.values()))), "languages": accuracy}


def m11(metric: Metric, sets: Sets, size: Size) -> Found | None:
    """Accuracy of a linear probe for the language of a text vector and of a token, on lines that it has not seen.

    Multinomial logistic regression (L2, C = 1) on standardised vectors; half of 4 x lines to fit, half to test. bert_score's
    vectors are the encoder's raw ones.
    """
    result = {}
    for name in ("ntrex", "sib200"):
        parallel = sample(sets.parallel(name), 4 * size.lines)
        vectors = _vectors(metric, parallel)
        tokens = [metric.tokens(parallel.texts[language], language) for language in parallel.languages]
        if vectors is None or any(found is None for found in tokens):
            return None
        line, language = _places(len(parallel.languages), len(parallel.documents))
        seen = line < len(parallel.documents) // 2
        drawn, owners = _drawn([text for found in tokens for text in found or []])
        result[name] = {
            "texts": probe(vectors, language, seen),
            "tokens": probe(drawn, language[owners], seen[owners]),
            "chance": 1 / len(parallel.languages),
        }
    return result


def probe(vectors: Vectors, labels: NDArray[np.int64], seen: NDArray[np.bool_]) -> float:
    """Return how often a linear classifier, fitted on the seen rows, names the label of an unseen one."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # it ships no types
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]  # it ships no types
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]  # it ships no types

    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(vectors[seen], labels[seen])
    return float(fitted.score(vectors[~seen], labels[~seen]))


def _vectors(metric: Metric, parallel: Parallel) -> Vectors | None:
    """Return the vectors of all lines, language after language."""
    found = [metric.vectors(parallel.texts[language], language) for language in parallel.languages]
    kept = [vectors for vectors in found if vectors is not None]
    return np.concatenate(kept) if len(kept) == len(found) else None


def _places(languages: int, lines: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the line and the language of each text, language after language."""
    return np.tile(np.arange(lines), languages), np.repeat(np.arange(languages), lines)


def _drawn(texts: Sequence[Vectors]) -> tuple[Vectors, list[int]]:
    """Return some token vectors of each text, and which text each is of."""
    rng, drawn, owners = Random(0), [], []
    for owner, vectors in enumerate(texts):
        for place in rng.sample(range(len(vectors)), min(TOKENS, len(vectors))):
            drawn.append(vectors[place])
            owners.append(owner)
    return np.stack(drawn), owners
