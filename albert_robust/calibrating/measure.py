"""Raw measures of sampled texts in a profile's space."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from albert_robust.calibrating.material import Sampled
from albert_robust.scoring.calibration import Floats
from albert_robust.scoring.matching import Encoded, greedy, in_one_thread
from albert_robust.scoring.profile import Profile


@dataclass(frozen=True)
class Measured:
    """Raw measures of pairs of texts: places of the languages, token counts, precision, recall and F, a row a pair."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    n: NDArray[np.int64]
    m: NDArray[np.int64]
    raw: Floats

    def both_ways(self) -> "Measured":
        """Return the pairs and the same pairs turned round."""
        turned = self.raw[:, [1, 0, 2]]
        return Measured(
            np.concatenate([self.a, self.b]),
            np.concatenate([self.b, self.a]),
            np.concatenate([self.n, self.m]),
            np.concatenate([self.m, self.n]),
            np.concatenate([self.raw, turned]),
        )


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
            self._encoded[key] = Encoded(text.ids, vectors, self.profile.weights(text.ids, norms, text.language))
        return self._encoded[key]

    def measure(self, pairs: Sequence[tuple[Sampled, Sampled]]) -> Measured:
        """Return the raw measures of (candidate, reference) pairs."""
        places = {language: place for place, language in enumerate(self.profile.languages)}
        with in_one_thread():
            rows = [greedy(self.encoded(one), self.encoded(other)) for one, other in pairs]
        sides = np.array([[places[one.language], places[other.language]] for one, other in pairs], dtype=np.int64)
        lengths = np.array([[len(one.ids), len(other.ids)] for one, other in pairs], dtype=np.int64)
        sides, lengths = sides.reshape(-1, 2), lengths.reshape(-1, 2)
        return Measured(sides[:, 0], sides[:, 1], lengths[:, 0], lengths[:, 1], np.array(rows).reshape(-1, 3))
