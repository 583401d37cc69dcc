"""From a raw F to a number that means the same everywhere: three anchors, each with its own switch.

    floor    unrelated = 0      b_ab(n, m): the F of unrelated texts of n and m tokens in languages a and b
    par      equivalent = 1     c_ab: how far human translations rise from the floor to identity; 1 where a = b
    damage   half = half        q(u): the share of a text that was replaced where such a u is seen

    u = (F - b) / ((1 - b) c)        LABS = 1 - q(u)

Every step is increasing in F, so within a pair of languages and lengths it changes no ranking. The derivation and the
measurements behind it are in docs/labs.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from albert_robust.errors import UsageError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Level = Literal["none", "floor", "floor+par", "damage"]
LEVELS: tuple[Level, ...] = get_args(Level)
SHARES = tuple(count / 16 for count in (0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16))  # of a text, replaced by unrelated text
MOST_TOKENS = 256  # the floor was fitted on texts up to here; it hardly rises beyond
LEAST, MOST = -1.0, 2.0  # of a calibrated score: beyond them the anchors say nothing
LEAST_AUC = 0.75  # of translations against unrelated texts: below it the encoder does not support the pair
LEAST_GAP = 0.05  # between floor and translations
PRECISION, F = 0, 1  # the two measures that have tables; recall is the precision of the pair turned round


class Pairs(NamedTuple):
    """What the anchors look at in pairs of texts, all of shape (pairs,).

    Attributes:
        a: Places of the candidates' languages.
        b: Places of the references' languages.
        n: Tokens of the candidates.
        m: Tokens of the references.
    """

    a: Ints
    b: Ints
    n: Ints
    m: Ints

    @property
    def turned(self) -> "Pairs":
        """The same pairs turned round: candidates are references."""
        return Pairs(self.b, self.a, self.m, self.n)


@dataclass(frozen=True)
class Calibration:
    """The anchors of all pairs of languages, by their place in `languages`; the last language is `und`, any other.

    Attributes:
        languages: Tags, `und` last.
        surface: The floor's coefficients by length, shape (2, 2, 8): different or same language, precision or F.
        factor: What a pair's floor is of the surface's, shape (2, languages, languages), candidate first.
        ceiling: c_ab, the same shape; nan where there was no parallel text.
        factor_error: Standard error of `factor` for F, shape (languages, languages).
        ceiling_error: Standard error of `ceiling` for F, the same shape.
        auc: How well translations are told from unrelated texts, shape (languages, languages); nan where unknown.
        curves: u at each of `SHARES`, shape (2, languages, 11): against a text of another or of the same language.
    """

    languages: tuple[str, ...]
    surface: Floats
    factor: Floats
    ceiling: Floats
    factor_error: Floats
    ceiling_error: Floats
    auc: Floats
    curves: Floats

    def floor(self, measure: int, pairs: Pairs) -> Floats:
        """Return the expected precision or F of unrelated texts, shape (pairs,).

        Args:
            measure: `PRECISION` or `F`.
            pairs: Their languages and lengths.
        """
        a, b, n, m = pairs
        coefficients = self.surface[(a == b).astype(int), measure]
        surface = (length_features(n, m) * coefficients).sum(axis=-1) * self.factor[measure, a, b]
        floor: Floats = np.clip(surface, -0.5, 0.95)
        return floor

    def relative(self, measure: int, values: Floats, pairs: Pairs) -> Floats:
        """Return how far values rise from the floor (0) to identity (1), shape (pairs,)."""
        floor = self.floor(measure, pairs)
        risen: Floats = (values - floor) / (1 - floor)
        return risen

    def apply(self, raw: Floats, pairs: Pairs, level: Level) -> Floats:
        """Return precision, recall and F on the calibrated scale, shape (pairs, 3).

        Args:
            raw: Precision, recall and F as matched, shape (pairs, 3).
            pairs: Their languages and lengths.
            level: How many of the anchors are used.
        """
        precision, recall, f = raw.T
        columns = ((PRECISION, precision, pairs), (PRECISION, recall, pairs.turned), (F, f, pairs))
        return np.stack([self.scaled(*column, level) for column in columns], axis=1)

    def scaled(self, measure: int, values: Floats, pairs: Pairs, level: Level) -> Floats:
        """Return precision or F on the calibrated scale, shape (pairs,); the arguments are those of `floor` and `apply`."""
        if level == "none":
            return values
        a, b = pairs.a, pairs.b
        risen = self.relative(measure, values, pairs)
        if level != "floor":
            risen = risen / np.nan_to_num(self.ceiling[measure, a, b], nan=1.0)
        if level == "damage":
            for one, other in sorted(set(zip(a.tolist(), b.tolist(), strict=True))):
                here = (a == one) & (b == other)
                risen[here] = kept_share(risen[here], self.curve(one, other))
        clipped: Floats = np.clip(risen, LEAST, MOST)
        return clipped

    def moved(self, values: Floats, pairs: Pairs, level: Level) -> Floats:
        """Return how far calibrated F goes with one standard error of the floor and with one of the ceiling, shape (pairs, 2).

        Args:
            values: F as matched, shape (pairs,).
            pairs: Their languages and lengths.
            level: How many of the anchors are used.
        """
        floor, ceiling = self.factor_error, np.nan_to_num(self.ceiling_error)
        shifted = [
            (replace(self, factor=self.factor + floor), replace(self, factor=self.factor - floor)),
            (replace(self, ceiling=self.ceiling + ceiling), replace(self, ceiling=self.ceiling - ceiling)),
        ]
        ends = [[one.scaled(F, values, pairs, level) for one in both] for both in shifted]
        return np.stack([(up - down) / 2 for up, down in ends], axis=1)

    def curve(self, a: int, b: int) -> Floats:
        """Return u at each of `SHARES` for a pair of languages, shape (11,)."""
        kind = int(a == b)
        mean: Floats = (self.curves[kind, a] + self.curves[kind, b]) / 2
        return mean

    def check(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Refuse pairs of languages that the encoder cannot tell apart from chance.

        Raises:
            UsageError: Names the first such pair.
        """
        for a, b in pairs:
            if a != b and (self.auc[a, b] < LEAST_AUC or self.ceiling[F, a, b] < LEAST_GAP):
                one, other = self.languages[a], self.languages[b]
                raise UsageError(
                    f"the encoder does not support {one}-{other}: it tells translations from unrelated texts with an AUC of"
                    f" {self.auc[a, b]:.2f} ({LEAST_AUC} is needed), and they rise {self.ceiling[F, a, b]:.2f} of the way from"
                    f" the floor to identity ({LEAST_GAP} is needed); calibration='none' gives the raw score"
                )

    def has_ceiling(self, a: int, b: int) -> bool:
        """Return whether translations between two languages were seen."""
        return not np.isnan(self.ceiling[F, a, b])

    def has_ceilings(self, language: str) -> bool:
        """Return whether translations of a language into any other were seen."""
        place = self.languages.index(language)
        return any(self.has_ceiling(place, other) for other in range(len(self.languages) - 1) if other != place)


def length_features(n: Ints, m: Ints) -> Floats:
    """Return what the floor is a linear function of, shape (pairs, 8): logarithms of the lengths, to the second power."""
    one, other = (np.log(np.clip(length, 1, MOST_TOKENS)) for length in (n, m))
    least = np.minimum(one, other)
    return np.stack([np.ones_like(one), one, other, one * other, one**2, other**2, least, least**2], axis=-1)


def error_of_mean(moved: Floats, pairs: Sequence[tuple[str, str]]) -> float:
    """Return the standard error that the anchors give a mean of scores: those of one pair of languages err for all its texts.

    Args:
        moved: How far each score goes with one standard error of each anchor, shape (scores, anchors).
        pairs: The languages of each score.
    """
    kinds = [tuple(sorted(pair)) for pair in pairs]
    total = 0.0
    for kind in sorted(set(kinds)):
        here = np.array([one == kind for one in kinds])
        total += float((moved[here].sum(axis=0) ** 2).sum())
    return float(np.sqrt(total)) / max(1, len(kinds))


def kept_share(u: Floats, curve: Floats) -> Floats:
    """Return 1 - q(u), piecewise linear and continued linearly outside [0, 1].

    Args:
        u: Any shape.
        curve: u at each of `SHARES`, decreasing from 1 to 0.
    """
    heights, kept = curve[::-1], 1 - np.array(SHARES[::-1])
    inside = np.interp(u, heights, kept)
    below = kept[0] + (u - heights[0]) * (kept[1] - kept[0]) / (heights[1] - heights[0])
    above = kept[-1] + (u - heights[-1]) * (kept[-1] - kept[-2]) / (heights[-1] - heights[-2])
    result: Floats = np.where(u < heights[0], below, np.where(u > heights[-1], above, inside))
    return result
