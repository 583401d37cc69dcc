"""LABS: token vectors of a bidirectional encoder, made language-neutral, matched greedily, calibrated.

Follows BERTScore (Zhang et al., 2020, arXiv:1904.09675); docs/labs.md has the definition, its reasons and its evidence.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from logging import getLogger
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albert_robust.errors import UsageError
from albert_robust.scoring.alignment import Alignment
from albert_robust.scoring.calibration import LEVELS, Level, Pairs, error_of_mean
from albert_robust.scoring.encoder import PRECISIONS, Encoder, Precision, Vectors, unit
from albert_robust.scoring.letters import shared
from albert_robust.scoring.load import EMBEDDED, encoder_name, load_encoder
from albert_robust.scoring.matching import Floats, alike, alike_unread, in_one_thread, matches
from albert_robust.scoring.profile import WEIGHTINGS, Profile, Weighting, find_profile
from albert_robust.scoring.scores import Scores, digest_of, index_of, unmatched
from albert_robust.scoring.signature import ScoreSettings
from albert_robust.scoring.statistics import mean_of_clusters
from albert_robust.scoring.texts import (
    checked_clusters,
    checked_language,
    checked_languages,
    checked_pairs,
    checked_texts,
    normal,
)
from albert_robust.scoring.vectors import Text, TextVectors
from albert_robust.text.languages import UNKNOWN, base

LOG = getLogger(__name__)
BLOCK, BLOCK_CHARACTERS = 256, 2**18  # pairs and characters that are encoded and matched together, then let go
Pair = tuple[Text, Text]
Progress = Callable[[int, int], None]


class Scorer:
    """Scores texts; keeps the encoder and the vectors of recent texts from call to call.

    Attributes:
        encoder: The encoder at the layer that is read.
        profile: Its profile; None with `calibration="none"` where there is none.
        calibration: Which anchors are used.
    """

    def __init__(
        self,
        encoder: str | Path = EMBEDDED,
        *,
        layer: int | None = None,
        profile: str | Path | Profile | None = None,
        calibration: Level = "damage",
        weighting: Weighting | None = None,
        precision: Precision | None = None,
        device: str | None = None,
        batch_size: int | None = None,
        allow_network: bool = False,
    ) -> None:
        """Load an encoder and its profile.

        Args:
            encoder: `builtin`, a checkpoint folder, or a hub name.
            layer: Which hidden state; None for the checkpoint's own choice.
            profile: A folder, or a profile; None for the one in the checkpoint's folder `labs`.
            calibration: `damage` for all anchors, `floor+par`, `floor`, or `none` for F as it is matched.
            weighting: How much a token counts; None for the profile's choice.
            precision: `fp32` or `bf16`; None for bf16 on a GPU of NVIDIA's and fp32 elsewhere.
            device: As torch names it, such as `cpu` or `cuda:1`; None for `cuda` where there is one.
            batch_size: How many texts the encoder reads at once; None for as many as have 4,096 tokens. A score does not
                depend on it.
            allow_network: Whether a hub may be asked.

        Raises:
            UsageError: The encoder cannot be loaded, has no profile though one is needed, or one of another encoder; or a
                setting is none.
        """
        if calibration not in LEVELS:
            raise UsageError(f"calibration: {calibration!r} is none of {', '.join(LEVELS)}")
        if precision not in (None, *PRECISIONS):
            raise UsageError(f"precision: {precision!r} is none of {', '.join(PRECISIONS)}")
        if weighting not in (None, *WEIGHTINGS):
            raise UsageError(f"weighting: {weighting!r} is none of {', '.join(WEIGHTINGS)}")
        if batch_size is not None and not (type(batch_size) is int and batch_size > 0):
            raise UsageError(f"batch_size: {batch_size!r} is no number of texts: write a whole one, such as 64")
        encoder = encoder_name(encoder)
        self.profile = find_profile(encoder, profile, calibration, weighting, allow_network)
        wanted = self.profile.layer if self.profile and layer is None else layer
        self.encoder: Encoder = load_encoder(encoder, wanted, allow_network, precision, device)
        if batch_size is not None:
            self.encoder = replace(self.encoder, batch_size=batch_size)
        if self.profile:
            self.profile.check(self.encoder)
        self.calibration = calibration
        self._vectors = TextVectors(self.encoder, self.profile)
        self._told: set[str] = set()
        self._made = partial(
            type(self),
            encoder,
            layer=layer,
            profile=profile,
            calibration=calibration,
            weighting=weighting,
            precision=precision,
            device=device,
            batch_size=batch_size,
            allow_network=allow_network,
        )

    def __reduce__(self) -> tuple[Callable[[], "Scorer"], tuple[()]]:
        """Let another process load it anew: a model that was made ready for this processor cannot be sent."""
        return self._made, ()

    def score(
        self,
        candidates: Sequence[str],
        references: Sequence[str | Sequence[str]],
        *,
        languages: str | Sequence[str] | None = None,
        reference_languages: str | Sequence[str] | None = None,
        clusters: Sequence[Hashable] | None = None,
        progress: Progress = lambda done, of: None,
    ) -> Scores:
        """Return how much of each reference's meaning each candidate keeps.

        Args:
            candidates: Texts, one a pair; a list, an array or a data frame's column.
            references: For each candidate a text, or several, of which the best counts.
            languages: Of the candidates: a BCP 47 tag, a tag for each, `detect`, or None for `und`.
            reference_languages: Of the references; None for the candidates'.
            clusters: What belongs together, such as the document of each pair; the interval resamples it whole.
            progress: Called with how many distinct pairs of texts were matched, of how many.

        Raises:
            UsageError: Not two lists of texts of equal length, a language that is none, or a pair of languages that the
                encoder does not support.
        """
        index = index_of(candidates)
        candidates, groups = checked_pairs(candidates, references)
        belong = checked_clusters(clusters, len(candidates))
        own = checked_languages("languages", languages, candidates)
        firsts = [group[0] for group in groups]
        others = own
        if reference_languages is not None:
            others = checked_languages("reference_languages", reference_languages, firsts)
        tags = [_spoken(*pair) for pair in zip(own, others, strict=True)]
        flat = [
            self._pair(one, candidate, other, reference)
            for candidate, group, (one, other) in zip(candidates, groups, tags, strict=True)
            for reference in group
        ]
        raw, labs, moved, unread = self._measure(flat, progress)
        chosen, winners = _winners(labs[:, 2], [len(group) for group in groups])
        table = labs[chosen]
        return Scores(
            precision=table[:, 0],
            recall=table[:, 1],
            f=table[:, 2],
            raw=raw[chosen],
            winners=winners,
            corpus=mean_of_clusters(table[:, 2], belong),
            empty=unmatched(raw[chosen]),
            signature=self.signature(tags, max(map(len, groups), default=1)),
            calibration_error=error_of_mean(
                moved[chosen], [(self._language(one), self._language(other)) for one, other in tags]
            ),
            unread=int(unread[chosen].sum()),
            unknown_languages=self._without_profile(tags),
            against=digest_of(groups),
            clusters=belong,
            index=index,
        )

    def explain(
        self, candidate: str, reference: str, *, language: str = UNKNOWN, reference_language: str | None = None
    ) -> Alignment:
        """Return which token of each text matched which of the other, with the score that this gives."""
        [one] = checked_languages("language", language, [candidate])
        other = one
        if reference_language is not None:
            [other] = checked_languages("reference_language", reference_language, [reference])
        found = self.score([candidate], [reference], languages=one, reference_languages=other)
        one, other = _spoken(one, other)
        sides = self._vectors.of([self._text(one, candidate), self._text(other, reference)])
        mine, yours = (tuple(self.encoder.words(side.ids.tolist())) for side in sides)
        similarity = matches(sides[0].vectors, sides[1].vectors, 0, len(sides[0].vectors))
        letters = shared(*(side.letters for side in sides)) if self._language(one) == self._language(other) else None
        return Alignment(mine, yours, similarity, sides[0].weights, sides[1].weights, letters, found)

    def vectors(self, texts: Sequence[str], language: str = UNKNOWN) -> Vectors:
        """Return a unit vector a text, shape (texts, k): the mean of its token vectors, in the neutral space.

        A text without tokens has a vector of zeros.
        """
        language = checked_language("language", language)
        means = self.encoder.means([self._text(language, text)[1] for text in checked_texts("texts", texts)])
        if self.profile is None:
            return unit(means)
        vectors, _ = self.profile.space.apply(means, self._language(language))
        vectors[~means.any(axis=1)] = 0
        return vectors

    def token_vectors(self, texts: Sequence[str], language: str = UNKNOWN) -> list[Vectors]:
        """Return the neutral unit vectors of each text's tokens, shape (tokens, k)."""
        language = checked_language("language", language)
        return [
            side.vectors
            for side in self._vectors.of([self._text(language, text) for text in checked_texts("texts", texts)])
        ]

    def signature(self, languages: Iterable[tuple[str, str]] = ((UNKNOWN, UNKNOWN),), nrefs: int = 1) -> str:
        """Return the line that says all that shaped a score of pairs of languages.

        Raises:
            UsageError: A language is none.
        """
        known = {_spoken(*(checked_language("languages", tag) for tag in pair)) for pair in set(languages)}
        pairs = sorted(known) or [(UNKNOWN, UNKNOWN)]
        names = [
            self._shown(one) if one == other else f"{self._shown(one)}-{self._shown(other)}" for one, other in pairs
        ]
        listed = ",".join(names) if len(names) < 4 else f"{len(names)} pairs"
        return self._settings(pairs).signature(nrefs=nrefs, languages=listed)

    def _settings(self, pairs: Sequence[tuple[str, str]]) -> ScoreSettings:
        """Return what shapes a score of pairs of languages; the profile's digest stands where most of it comes in."""
        if self.profile is None:
            return ScoreSettings(self.encoder, neutral="none", weighting="1", calibration="none")
        neutral, weighting, digest = self.profile.space.name, self.profile.weighting, self.profile.digest
        if self.calibration == "none":
            return ScoreSettings(self.encoder, f"{neutral}@{digest}", weighting, "none")
        return ScoreSettings(self.encoder, neutral, weighting, f"{self._anchors(self.profile, pairs)}@{digest}")

    def _anchors(self, profile: Profile, pairs: Sequence[tuple[str, str]]) -> str:
        """Return the anchors that are used: a ceiling counts as one where all pairs of languages have it."""
        tables = profile.calibration
        places = [tuple(tables.languages.index(profile.language(tag)) for tag in pair) for pair in pairs]
        par = "+par" if all(tables.has_ceiling(*place) for place in places) else ""
        return {"floor": "floor", "floor+par": f"floor{par}", "damage": f"floor{par}+damage"}[self.calibration]

    def _shown(self, tag: str) -> str:
        """A tag as the signature names it, with the profile's language in its place where that is another."""
        language = self._language(tag)
        return tag if language == tag else f"{tag}({language})"

    def _without_profile(self, pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Return the tags that the profile has no language for, sorted, and tell of each once."""
        tags = {tag for pair in pairs for tag in pair} - {UNKNOWN}
        found = sorted(tag for tag in tags if self.profile and self._language(tag) == UNKNOWN)
        for tag in found:
            self._tell(f"{tag}: the encoder's profile does not know this language: its texts count as und")
        return tuple(found)

    def _tell(self, what: str) -> None:
        """Tell the user something once; where nothing else is set up, logging prints it on stderr."""
        if what not in self._told:
            LOG.warning("%s", what)
            self._told.add(what)

    def _pair(self, tag: str, candidate: str, other: str, reference: str) -> Pair:
        """Return two texts as they are compared; a text is spelled as it is beside itself, also in another language."""
        first, second = self._text(tag, candidate), self._text(other, reference)
        return (first, (second[0], first[1])) if normal(candidate) == normal(reference) else (first, second)

    def _text(self, tag: str, text: str) -> Text:
        language = self._language(tag)
        return language, normal(text, language)

    def _language(self, tag: str) -> str:
        return self.profile.language(tag) if self.profile else base(tag)

    def _measure(self, pairs: Sequence[Pair], progress: Progress) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
        """Return precision, recall and F of each pair as matched and as calibrated, both of shape (pairs, 3).

        And how far its calibrated F goes with one standard error of each anchor, shape (pairs, 2), and whether one of its texts
        cannot be read, shape (pairs,).
        """
        distinct = {pair: place for place, pair in enumerate(dict.fromkeys(pairs))}
        raw, lengths, unread = self._match(list(distinct), progress)
        labs, moved = self._calibrated(list(distinct), raw, lengths)
        places = np.array([distinct[pair] for pair in pairs], dtype=np.int64)
        return raw[places], labs[places], moved[places], unread[places]

    def _match(self, pairs: Sequence[Pair], progress: Progress) -> tuple[Floats, NDArray[np.int64], NDArray[np.bool_]]:
        """Return precision, recall and F, both token counts, and which of distinct pairs have a text that cannot be read.

        Equal texts score 1, two empty ones too. An empty text against another scores 0. A text of which the tokenizer knows no
        token is compared by its letters. A block of pairs is let go when it is done.
        """
        raw, lengths = np.zeros((len(pairs), 3)), np.zeros((len(pairs), 2), dtype=np.int64)
        unread = np.zeros(len(pairs), dtype=np.bool_)
        raw[[place for place, (one, other) in enumerate(pairs) if one[1] == other[1]]] = 1.0
        open_pairs = [place for place, (one, other) in enumerate(pairs) if one[1] != other[1] and one[1] and other[1]]
        # Pairs that share a reference lie in one block, whatever order they came in.
        open_pairs.sort(key=lambda place: (len(pairs[place][1][1]), pairs[place][1], pairs[place][0]))
        done = 0
        for block in _blocks(pairs, open_pairs):
            encoded = self._vectors.encode(text for place in block for text in pairs[place])
            with in_one_thread():
                for place in block:
                    one, other = (encoded.get(text, self._vectors.empty) for text in pairs[place])
                    lengths[place] = len(one.ids), len(other.ids)
                    one_language = pairs[place][0][0] == pairs[place][1][0]
                    if lengths[place].all():
                        raw[place] = alike(one, other, one_language)
                    elif not any(text in encoded for text in pairs[place]):
                        raw[place] = 1.0
                    elif all(text in encoded for text in pairs[place]):
                        raw[place], unread[place] = alike_unread(one, other, one_language), True
            done += len(block)
            progress(done, len(open_pairs))
        return np.minimum(raw, 1.0), lengths, unread  # by rounding, a mean of ones may pass 1

    def _calibrated(self, pairs: Sequence[Pair], raw: Floats, lengths: NDArray[np.int64]) -> tuple[Floats, Floats]:
        labs, moved = raw.copy(), np.zeros((len(pairs), 2))
        if self.profile is None or self.calibration == "none":
            return labs, moved
        calibration = self.profile.calibration
        index = {language: place for place, language in enumerate(calibration.languages)}
        sides = np.array([[index[language] for language, _ in pair] for pair in pairs], dtype=np.int64).reshape(-1, 2)
        met = lengths.min(axis=1) > 0
        languages = sorted(set(map(tuple, sides[met].tolist())))
        calibration.check(languages)
        if self.calibration != "floor" and not all(calibration.has_ceiling(*pair) for pair in languages):
            self._tell("the profile has no ceilings for these languages: what translations score is on no scale")
        matched = Pairs(*sides[met].T, *lengths[met].T)
        labs[met] = calibration.apply(raw[met], matched, self.calibration)
        moved[met] = calibration.moved(raw[met, 2], matched, self.calibration)
        return labs, moved


def _spoken(one: str, other: str) -> tuple[str, str]:
    """Return the languages of two texts: `und` is whatever the other one is, as long as nobody says that it is another."""
    return (other if one == UNKNOWN else one), (one if other == UNKNOWN else other)


def _blocks(pairs: Sequence[Pair], places: Sequence[int]) -> Iterator[list[int]]:
    """Yield places in their order, as many at a time as fit into memory."""
    block: list[int] = []
    size = 0
    for place in places:
        more = sum(len(text) for _, text in pairs[place])
        if block and (len(block) == BLOCK or size + more > BLOCK_CHARACTERS):
            yield block
            block, size = [], 0
        block.append(place)
        size += more
    if block:
        yield block


def _winners(f: Floats, sizes: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the place of each group's best reference among all groups laid end to end, and in its own group."""
    starts = np.cumsum([0, *sizes], dtype=np.int64)
    winners = np.array(
        [np.argmax(f[start : start + size]) for start, size in zip(starts, sizes, strict=False)], dtype=np.int64
    )
    return starts[:-1] + winners, winners
