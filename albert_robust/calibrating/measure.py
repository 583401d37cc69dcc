"""Raw measures of sampled texts in a profile's space."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from albert_robust.calibrating.material import Sampled
from albert_robust.scoring.calibration import Floats, Pairs
from albert_robust.scoring.matching import Encoded, alike, in_one_thread
from albert_robust.scoring.profile import Profile


@dataclass(frozen=True)
class Measured:
    """Pairs of texts, and what they measure: precision, recall and F as matched, shape (pairs, 3)."""

    pairs: Pairs
    raw: Floats

    def where(self, wanted: NDArray[np.bool_]) -> "Measured":
        """Return some of the pairs."""
        return Measured(Pairs(*(column[wanted] for column in self.pairs)), self.raw[wanted])

    def both_ways(self) -> "Measured":
        """Return the pairs and the same pairs turned round."""
        columns = zip(self.pairs, self.pairs.turned, strict=True)
        both = Pairs(*(np.concatenate(column) for column in columns))
        return Measured(both, np.concatenate([self.raw, self.raw[:, [1, 0, 2]]]))


class Matcher:
    """Matches sampled texts in a profile's space, each projected once."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._encoded: dict[tuple[str, str], Encoded] = {}

    def encoded(self, text: Sampled) -> Encoded:
        """Return a text in the neutral space."""
        key = (text.language, text.text)
        if key not in self._encoded:
            vectors, norms = self.profile.space.apply(text.hidden.astype(np.float32), text.language)
            weights = self.profile.weights(text.ids, norms, text.language)
            self._encoded[key] = Encoded(text.ids, vectors, weights, text.spelled)
        return self._encoded[key]

    def measure(self, pairs: Sequence[tuple[Sampled, Sampled]]) -> Measured:
        """Return the raw measures of (candidate, reference) pairs."""
        places = {language: place for place, language in enumerate(self.profile.languages)}
        with in_one_thread():
            rows = [
                alike(self.encoded(one), self.encoded(other), one.language == other.language) for one, other in pairs
            ]
        sides = np.array([[places[one.language], places[other.language]] for one, other in pairs], dtype=np.int64)
        lengths = np.array([[len(one.ids), len(other.ids)] for one, other in pairs], dtype=np.int64)
        columns = Pairs(*sides.reshape(-1, 2).T, *lengths.reshape(-1, 2).T)
        return Measured(columns, np.array(rows).reshape(-1, 3))
