"""Texts to score in one call, and the pairs that several measures share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import Any

import numpy as np

from .data import Parallel, Sets
from .metrics import Floats, Metric
from .texts import Pool, unrelated

Found = dict[str, Any]
PARALLEL = ("ntrex", "pud")
RING = (0, 1, 3)  # a bucket's language pairs: each language with itself and with the next and third next


@dataclass
class Pairs:
    """Candidates and references with their languages, in named groups."""

    candidates: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    reference_languages: list[str] = field(default_factory=list)
    groups: dict[Any, slice] = field(default_factory=dict)

    def add(
        self, group: Any, candidates: Sequence[str], references: Sequence[str], language: str, other: str | None = None
    ) -> None:
        """Add the pairs of one group; `other` is the references' language where it is another one."""
        start = len(self.candidates)
        self.candidates += candidates
        self.references += references
        self.languages += [language] * len(candidates)
        self.reference_languages += [other or language] * len(candidates)
        self.groups[group] = slice(start, len(self.candidates))

    def scores(self, metric: Metric) -> Floats:
        """Return precision, recall and F of all pairs."""
        return metric.scores(self.candidates, self.references, self.languages, self.reference_languages)

    def by_group(self, metric: Metric, column: int = 2) -> dict[Any, Floats]:
        """Return F, or another column, by group, without groups that the metric does not score (`nan`)."""
        found = self.scores(metric)[:, column]
        by_group = {group: found[places] for group, places in self.groups.items()}
        return {group: values for group, values in by_group.items() if not np.isnan(values).any()}


def sample(parallel: Parallel, lines: int) -> Parallel:
    """Return some lines, in chance order."""
    count = len(parallel.documents)
    return parallel.lines(Random(0).sample(range(count), min(lines, count)))


def translations(sets: Sets, lines: int) -> Pairs:
    """Return translations and unrelated texts of every two languages; groups (set, label, a, b), label 1 for translations.

    From NTREX and PUD, in one call that several measures share: the candidates in a, which is before b in the alphabet,
    and the same 2 x lines for every pair. A line's unrelated partner comes from another document, the same one always.
    """
    pairs = Pairs()
    for name in PARALLEL:
        parallel = sample(sets.parallel(name), 2 * lines)
        partner = unrelated(parallel.documents, seed=1)
        for left, right in combinations(parallel.languages, 2):
            here, there = parallel.texts[left], parallel.texts[right]
            pairs.add((name, 1, left, right), here, there, left, right)
            pairs.add((name, 0, left, right), here, [there[place] for place in partner], left, right)
    return pairs


def add_buckets(pairs: Pairs, found: dict[str, dict[str, Pool]]) -> None:
    """Add unrelated texts of one length bucket each; groups (bucket, a, b) over a ring of languages."""
    for bucket, languages in found.items():
        order = sorted(languages)
        for place, left in enumerate(order):
            for step in RING:
                right = order[(place + step) % len(order)]
                count = min(len(languages[left]), len(languages[right]))
                here, there = languages[left][:count], languages[right][:count]
                partner = unrelated([key for _, key in here], 3, [key for _, key in there])
                references = [there[at][0] for at in partner]
                pairs.add((bucket, left, right), [text for text, _ in here], references, left, right)
