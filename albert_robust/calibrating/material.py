"""What a profile is fitted on: a seeded sample of background text, with an encoder's vectors of it.

The sample has texts of every length from one token to 256, so that short answers and long summaries have a floor of
their own: real short lines, and long texts made of a source's neighbouring lines.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log2
from random import Random
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from albert_robust.calibrating.background import Background, Translations
from albert_robust.calibrating.damage import CHUNKS, chunks, damaged
from albert_robust.errors import UsageError
from albert_robust.scoring.calibration import MOST_TOKENS, SHARES
from albert_robust.scoring.encoder import Encoder, Vectors
from albert_robust.scoring.profile import Rarity
from albert_robust.scoring.texts import normal
from albert_robust.text.languages import UNKNOWN, UNSPACED

LENGTH_CHOICES = 24  # texts of which the one of the most similar length damages a text
JOINED = (2, 4, 8)  # neighbouring lines that make a long text
LEAST_TRANSLATION_TOKENS = 6  # a translation of fewer says more about its tokens than about the pair
T = TypeVar("T")
Hidden = NDArray[np.float16]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much text is encoded; more is slower and surer.

    Attributes:
        lengths: Texts a language and half octave of length.
        translations: Texts a pair of languages.
        damaged: Texts a language whose damaged copies are scored, with a known translation and without.
        unrelated: Pairs of unrelated texts a pair of languages.
    """

    lengths: int = 32
    translations: int = 160
    damaged: int = 120
    unrelated: int = 150

    @classmethod
    def times(cls, factor: float) -> "Effort":
        """Return an effort so many times the usual one; what is little stays enough to fit the anchors.

        Raises:
            UsageError: The factor is no number above 0.
        """
        if not 0 < factor < inf:
            raise UsageError(f"effort: {factor}, expected a number above 0, 1 for the shipped profile's")
        usual = cls()
        return cls(
            max(4, round(usual.lengths * factor)),
            max(24, round(usual.translations * factor)),
            max(24, round(usual.damaged * factor)),
            max(40, round(usual.unrelated * factor)),
        )


USUAL_EFFORT = Effort()


@dataclass(frozen=True, slots=True)
class Sampled:
    """A background text with its source, tokens and their hidden states, shape (tokens, width).

    Attributes:
        spelled: The text as the encoder spells it.
    """

    language: str
    source: str
    text: str
    spelled: str
    ids: NDArray[np.int32]
    hidden: Hidden


@dataclass(frozen=True, slots=True)
class Damaged:
    """A text, its copies at each of `SHARES`, and its translation into another language where one is known."""

    original: Sampled
    copies: tuple[Sampled, ...]
    translation: Sampled | None


@dataclass(frozen=True)
class Material:
    """The sample.

    Attributes:
        languages: Without `und`.
        pool: Texts of every length, by language.
        translations: Groups of texts that mean the same, by language.
        damage: Damaged texts, by language.
        rarity: By language, `und` for all together.
        effort: How much was asked for.
    """

    languages: tuple[str, ...]
    pool: Mapping[str, Sequence[Sampled]]
    translations: Sequence[Mapping[str, Sampled]]
    damage: Mapping[str, Sequence[Damaged]]
    rarity: Mapping[str, Rarity]
    effort: Effort


def gather(
    encoder: Encoder,
    background: Background,
    effort: Effort = USUAL_EFFORT,
    seed: int = 0,
    progress: Progress = lambda done, of: None,
) -> Material:
    """Return a sample of background text with its vectors; `progress` is called with how many texts were read, of how many."""
    languages = background.languages
    pool = {tag: _pool(encoder, tag, background.texts[tag], effort, Random(f"{seed} pool {tag}")) for tag in languages}
    groups = _groups(background.translations, languages, effort.translations, Random(f"{seed} groups"))
    damage = {
        tag: _damage_plan(encoder, tag, pool[tag], groups, effort, Random(f"{seed} damage {tag}")) for tag in languages
    }
    wanted = [(tag, source, text) for tag in languages for source, text in pool[tag]]
    wanted += [(tag, group.source, text) for group in groups for tag, text in group.texts.items()]
    for tag, plans in damage.items():
        wanted += [(tag, plan.source, text) for plan in plans for text in (plan.original, *plan.copies)]
    encoded = _encoded(encoder, wanted, progress)
    return Material(
        languages,
        {tag: [encoded[tag, text] for _, text in pool[tag] if (tag, text) in encoded] for tag in languages},
        [_found(encoded, group.texts) for group in groups],
        {tag: [one for plan in plans if (one := plan.found(encoded))] for tag, plans in damage.items()},
        _rarity(encoder, background),
        effort,
    )


def _pool(
    encoder: Encoder, tag: str, sources: Mapping[str, Sequence[str]], effort: Effort, rng: Random
) -> list[tuple[str, str]]:
    """Return (source, text) of every length, sources taken in turn."""
    blank = "" if tag in UNSPACED else " "
    by_length: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for source, lines in sources.items():
        texts = list(lines)
        for count in JOINED:
            texts += [blank.join(lines[i : i + count]) for i in range(0, len(lines) - count + 1, count)]
        texts = [normal(text, tag) for text in rng.sample(texts, len(texts))]
        for text, ids in zip(texts, encoder.ids(texts), strict=True):
            if 0 < len(ids) <= MOST_TOKENS:
                by_length[int(2 * log2(len(ids)))].append((source, text))
    return [one for length in sorted(by_length) for one in _in_turn(by_length[length], effort.lengths)]


def _in_turn(texts: Sequence[tuple[str, str]], most: int) -> list[tuple[str, str]]:
    """Return up to `most` texts, one of each source in turn."""
    seen: Counter[str] = Counter()
    ranked = []
    for place, (source, text) in enumerate(texts):
        ranked.append((seen[source], place, source, text))
        seen[source] += 1
    return [(source, text) for _, _, source, text in sorted(ranked)[:most]]


def _groups(
    translations: Sequence[Translations], languages: Sequence[str], most: int, rng: Random
) -> list[Translations]:
    """Return groups until each pair of languages has `most`, one of each source in turn."""
    known = set(languages)
    shuffled = rng.sample(list(translations), len(translations))
    rank: Counter[str] = Counter()
    ranked = []
    for place, group in enumerate(shuffled):
        if len(known.intersection(group.texts)) > 1 and min(map(len, group.texts.values())) >= LEAST_TRANSLATION_TOKENS:
            ranked.append((rank[group.source], place, group))
            rank[group.source] += 1
    have: Counter[tuple[str, str]] = Counter()
    taken = []
    for _, _, group in sorted(ranked, key=lambda one: one[:2]):
        tags = sorted(known.intersection(group.texts))
        pairs = [(one, other) for one in tags for other in tags if one < other]
        if any(have[pair] < most for pair in pairs):
            have.update(pairs)
            taken.append(Translations(group.source, {tag: normal(group.texts[tag], tag) for tag in tags}))
    return taken


@dataclass(frozen=True, slots=True)
class _DamagePlan:
    """A `Damaged` before its texts are encoded."""

    tag: str
    source: str
    original: str
    copies: tuple[str, ...]
    translation: tuple[str, str] | None

    def found(self, encoded: Mapping[tuple[str, str], Sampled]) -> Damaged | None:
        """Return the same encoded; None where a text has no tokens."""
        if any((self.tag, text) not in encoded for text in (self.original, *self.copies)):
            return None
        other = encoded.get(self.translation) if self.translation else None
        return Damaged(encoded[self.tag, self.original], tuple(encoded[self.tag, text] for text in self.copies), other)


def _damage_plan(
    encoder: Encoder,
    tag: str,
    pool: Sequence[tuple[str, str]],
    groups: Sequence[Translations],
    effort: Effort,
    rng: Random,
) -> list[_DamagePlan]:
    """Plan damage of texts with a known translation, for curves against another language, and of texts of all lengths."""
    translated: list[tuple[str, str, tuple[str, str] | None]] = []
    for group in rng.sample(list(groups), len(groups)):
        tags = sorted(set(group.texts) - {tag})
        if tags and len(group.texts.get(tag, "")) >= CHUNKS:
            other_tag = rng.choice(tags)
            translated.append((group.source, group.texts[tag], (other_tag, group.texts[other_tag])))
    # The pool goes by length: every so-manieth text gives the same lengths in every language.
    tokens = encoder.ids([text for _, text in pool])
    whole = [(source, text, None) for (source, text), ids in zip(pool, tokens, strict=True) if len(ids) >= CHUNKS]
    others = [one for _, one in pool if len(one) >= CHUNKS]
    plans = []
    for source, text, translation in [*translated[: effort.damaged], *_spread(whole, effort.damaged)]:
        other = _alike_in_length(text, rng.sample(others, min(LENGTH_CHOICES, len(others))))
        own, foreign = (
            chunks(one, starts) for one, starts in zip((text, other), encoder.starts((text, other)), strict=True)
        )
        copies = tuple(normal(damaged(own, foreign, share, rng), tag) for share in SHARES)
        plans.append(_DamagePlan(tag, source, text, copies, translation))
    return plans


def _spread(texts: Sequence[T], most: int) -> list[T]:
    """Return up to `most` texts at even distances."""
    step = max(1.0, len(texts) / most) if most else float("inf")
    return [texts[int(number * step)] for number in range(min(most, len(texts)))]


def _alike_in_length(text: str, others: Sequence[str]) -> str:
    """Return the other text of the most similar length: its pieces must be as long as those they replace."""
    return min((one for one in others if one != text), key=lambda one: abs(len(one) - len(text)), default=text)


def _encoded(
    encoder: Encoder, wanted: Iterable[tuple[str, str, str]], progress: Progress
) -> dict[tuple[str, str], Sampled]:
    """Return the sample by language and text; texts without tokens are left out."""
    sources = {(tag, text): source for tag, source, text in wanted}
    texts = sorted({text for _, text in sources})
    ids = encoder.ids(texts)
    vectors = {}
    for done, (place, hidden) in enumerate(encoder.read(ids), start=1):
        vectors[texts[place]] = hidden.astype(np.float16)
        progress(done, len(texts))
    tokens = {text: np.array(found, dtype=np.int32) for text, found in zip(texts, ids, strict=True)}
    return {
        (tag, text): Sampled(tag, source, text, encoder.spelled(text), tokens[text], vectors[text])
        for (tag, text), source in sources.items()
        if text in vectors
    }


def _found(encoded: Mapping[tuple[str, str], Sampled], texts: Mapping[str, str]) -> dict[str, Sampled]:
    return {tag: encoded[tag, text] for tag, text in texts.items() if (tag, text) in encoded}


def _rarity(encoder: Encoder, background: Background) -> dict[str, Rarity]:
    """Return how many texts each token occurs in; one that occurs once is as good as unseen, and left out."""
    everywhere: Counter[int] = Counter()
    everything = 0
    found = {}
    for tag in background.languages:
        texts = [normal(text, tag) for sources in background.texts[tag].values() for text in sources]
        counts = Counter(token for ids in encoder.ids(texts) for token in set(ids))
        found[tag] = _table(len(texts), counts)
        everywhere.update(counts)
        everything += len(texts)
    found[UNKNOWN] = _table(everything, everywhere)
    return found


def _table(texts: int, counts: Counter[int]) -> Rarity:
    kept = sorted((token, count) for token, count in counts.items() if count > 1)
    tokens, frequencies = (np.array([row[column] for row in kept], dtype=np.int32) for column in (0, 1))
    return Rarity(texts, tokens, frequencies)


def mean_and_covariance(texts: Sequence[Sampled]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean token vector of a language, each text weighing 1, and the covariance of its tokens around it."""
    mean = np.mean([one.hidden.mean(axis=0, dtype=np.float64) for one in texts], axis=0)
    tokens: Vectors = np.concatenate([one.hidden for one in texts]).astype(np.float32) - mean.astype(np.float32)
    return mean, (tokens.T @ tokens).astype(np.float64) / len(tokens)
