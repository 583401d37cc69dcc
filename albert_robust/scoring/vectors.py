"""Token vectors of texts as they are matched: in the neutral space, weighted, and kept while they are likely to come again."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from albert_robust.scoring.encoder import Encoder, Vectors, unit
from albert_robust.scoring.matching import Encoded
from albert_robust.scoring.profile import Profile

TOGETHER = 64  # texts whose tokens are projected together
KEPT_BYTES = 32 * 2**20  # vectors kept from call to call
LEAST_KNOWN = 0.5  # share of a text's weight in tokens that the tokenizer knows; unknown symbols have no weight
Text = tuple[str, str]  # language, text


class TextVectors:
    """Encodes texts with an encoder and its profile; recent ones are not encoded again."""

    def __init__(self, encoder: Encoder, profile: Profile | None) -> None:
        self._encoder, self._profile = encoder, profile
        self._kept = _Kept()
        width = profile.space.projector.shape[0] if profile else encoder.width
        nothing = np.zeros(0, dtype=np.float32)
        self.empty = Encoded(np.zeros(0, dtype=np.int32), np.zeros((0, width), dtype=np.float32), nothing)

    def of(self, texts: Sequence[Text]) -> list[Encoded]:
        """Return texts encoded, in their order; one without tokens is empty."""
        encoded = self.encode(texts)
        return [encoded.get(text, self.empty) for text in texts]

    def encode(self, texts: Iterable[Text]) -> dict[Text, Encoded]:
        """Return texts encoded; one without tokens is left out, one that the tokenizer cannot read is empty."""
        return dict(self._encode(dict.fromkeys(texts)))

    def _encode(self, texts: Iterable[Text]) -> Iterator[tuple[Text, Encoded]]:
        """Yield texts with their vectors; an empty text is left out. What was kept is not encoded again."""
        wanted = sorted(texts)
        missing = []
        for text in wanted:
            kept = self._kept.get(text)
            if kept is None:
                missing.append(text)
            else:
                yield text, kept
        ids = self._encoder.ids([text for _, text in missing])
        read = self._encoder.read(ids)
        while group := list(islice(read, TOGETHER)):
            for language in dict.fromkeys(missing[place][0] for place, _ in group):
                places, hidden = zip(*(one for one in group if missing[one[0]][0] == language), strict=True)
                plain = [missing[place][1] for place in places]
                rows = self._neutral(
                    plain, [np.array(ids[place], dtype=np.int32) for place in places], hidden, language
                )
                for place, encoded in zip(places, rows, strict=True):
                    self._kept.put(missing[place], encoded)
                    yield missing[place], encoded

    def _neutral(
        self, texts: Sequence[str], ids: Sequence[NDArray[np.int32]], hidden: Sequence[Vectors], language: str
    ) -> Iterator[Encoded]:
        """Yield texts of one language in the neutral space: all their tokens are projected together.

        Tokens that stand for whatever the tokenizer does not know, be it one for all or single bytes, are left out: they are
        alike, and what they stand for is not.
        """
        tokens = np.concatenate(hidden)
        if self._profile is None:
            vectors, weights = unit(tokens), np.ones(len(tokens), dtype=np.float32)
        else:
            vectors, norms = self._profile.space.apply(tokens, language)
            weights = self._profile.weights(np.concatenate(ids), norms, language)
        ends = np.cumsum([len(found) for found in ids])[:-1]
        kinds = self._encoder.unreadable[np.concatenate(ids)]
        parts = (np.split(part, ends) for part in (vectors, weights, kinds))
        for text, found, own, counts, kind in zip(texts, ids, *parts, strict=True):
            if kind.any():
                known = (kind == 0) & self._readable(text, found, counts)
                found, own, counts = found[known], own[known], counts[known]
            yield Encoded(found, own, counts, self._encoder.spelled(text))

    def _readable(self, text: str, ids: NDArray[np.int32], weights: Vectors) -> bool:
        """Whether enough of a text is left without the tokens that the tokenizer does not know.

        It is not where these are a script that it cannot read, whose blanks and punctuation are left, nor where all that is
        left are blanks between symbols.
        """
        known = self._encoder.unreadable[ids] == 0
        lost = weights[self._encoder.unknown_letters(text, ids)].sum()
        least = LEAST_KNOWN * (weights[known].sum() + lost)
        return bool(weights[known].sum() >= least) and any(map(str.strip, self._encoder.words(ids[known].tolist())))


class _Kept:
    """The vectors of recent texts, up to a number of bytes."""

    def __init__(self) -> None:
        self.texts: OrderedDict[Text, Encoded] = OrderedDict()
        self.size = 0

    def get(self, text: Text) -> Encoded | None:
        """Return a text's vectors if they are still there."""
        found = self.texts.get(text)
        if found is not None:
            self.texts.move_to_end(text)
        return found

    def put(self, text: Text, encoded: Encoded) -> None:
        """Keep a text's vectors, and let the longest unused go where they do not fit."""
        self.texts[text] = encoded
        self.size += encoded.size
        while self.size > KEPT_BYTES:
            self.size -= self.texts.popitem(last=False)[1].size
