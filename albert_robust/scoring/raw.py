"""BERTScore by its own definition (Zhang et al., 2020, as bert_score 0.3.13 computes it), to migrate from and to check.

Special tokens can be matched but weigh nothing; IDF is that of the references of this call; of several references
precision, recall and F are each the best. Departs from bert_score in what is a trap there: a batch has no influence, a
long text is read whole, and two empty texts score 1 and an empty text against another 0.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from math import log

import numpy as np

from albert_robust.scoring.encoder import Encoder, unit
from albert_robust.scoring.matching import Encoded, cosines, greedy, in_one_thread
from albert_robust.scoring.scores import Scores, digest_of, index_of, unmatched
from albert_robust.scoring.signature import ScoreSettings
from albert_robust.scoring.statistics import mean_of_clusters
from albert_robust.scoring.texts import checked_clusters, checked_pairs, normal


def raw_score(
    encoder: Encoder,
    candidates: Sequence[str],
    references: Sequence[str | Sequence[str]],
    *,
    idf: bool = False,
    clusters: Sequence[Hashable] | None = None,
) -> Scores:
    """Return BERTScore's precision, recall and F.

    Args:
        encoder: At the layer that is compared.
        candidates: Texts, one a pair.
        references: For each candidate a text, or several.
        idf: Whether tokens weigh by their rarity among the references of this call.
        clusters: What belongs together, such as the document of each pair; the interval resamples it whole.

    Raises:
        UsageError: Not two lists of texts of equal length.
    """
    index = index_of(candidates)
    candidates, groups = checked_pairs(candidates, references)
    belong = checked_clusters(clusters, len(candidates))
    pairs = [(normal(one), normal(other)) for one, group in zip(candidates, groups, strict=True) for other in group]
    encoded = _encoded(encoder, pairs, idf)
    with in_one_thread():
        rows = np.array([_pair(encoded, *pair) for pair in pairs]).reshape(-1, 3)
    ends = np.cumsum([len(group) for group in groups])
    parts = np.split(rows, ends[:-1]) if groups else []
    table = np.array([part.max(axis=0) for part in parts]).reshape(-1, 3)
    settings = ScoreSettings(encoder, "none", "idf-references" if idf else "1", "none", raw=True)
    return Scores(
        precision=table[:, 0],
        recall=table[:, 1],
        f=table[:, 2],
        raw=table,
        winners=np.array([part[:, 2].argmax() for part in parts], dtype=np.int64),
        corpus=mean_of_clusters(table[:, 2], belong),
        empty=unmatched(table),
        signature=settings.signature(nrefs=max(map(len, groups), default=1), languages="und"),
        against=digest_of(groups),
        clusters=belong,
        index=index,
    )


def _encoded(encoder: Encoder, pairs: Sequence[tuple[str, str]], idf: bool) -> Mapping[str, Encoded]:
    texts = sorted({text for pair in pairs for text in pair})
    ids = dict(zip(texts, encoder.ids(texts), strict=True))
    references = [ids[reference] for _, reference in pairs]
    frequency = Counter(token for tokens in references for token in set(tokens))
    opening, closing = encoder.specials
    found = {}
    for place, hidden in encoder.read(list(ids.values()), specials=True):
        tokens = ids[texts[place]]
        weights = [log((len(references) + 1) / (frequency[token] + 1)) if idf else 1.0 for token in tokens]
        if len(hidden) > len(tokens):
            tokens = [*opening, *tokens, *closing]
            weights = [*[0.0] * len(opening), *weights, *[0.0] * len(closing)]
        found[texts[place]] = Encoded(
            np.array(tokens, dtype=np.int32), unit(hidden), np.array(weights, dtype=np.float32)
        )
    return found


def _pair(encoded: Mapping[str, Encoded], candidate: str, reference: str) -> tuple[float, float, float]:
    if candidate in encoded and reference in encoded:
        return greedy(encoded[candidate], encoded[reference], cosines)
    return (1.0,) * 3 if candidate not in encoded and reference not in encoded else (0.0,) * 3
