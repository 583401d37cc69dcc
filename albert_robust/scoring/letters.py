"""What two texts share in letters: runs of characters, as chrF counts them.

Popović (2015), doi:10.18653/v1/W15-3049. Departs from it: precision and recall count alike, and are told apart; the longest
runs have four letters, or two characters in scripts of which one character says as much as a syllable or a word.
"""

from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

LETTERS, SYLLABLES = 4, 2  # characters of the longest run
SYLLABLE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd and without pattern: runs that differ have other keys
BYTES_A_CHARACTER = 16 * LETTERS  # a key and a count of each run that begins there
ORDER_BITS, ORDER_MASK = np.uint64(3), np.uint64(7)  # the lowest bits of a key say how long its run is
NO_KEYS = np.zeros(0, dtype=np.uint64)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Letters:
    """A text's runs of characters, white space left out.

    Attributes:
        length: How many characters it has.
        longest: How many its longest run has.
        keys: Of its distinct runs, ascending, shape (runs,).
        counts: How often each occurs, the same shape.
    """

    length: int
    longest: int
    keys: NDArray[np.uint64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, text: str) -> "Letters":
        """Return the runs of a text without half characters."""
        text = "".join(text.split())
        characters = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
        longest = SYLLABLES if 2 * len(SYLLABLE.findall(text)) > len(text) else LETTERS
        runs, keys = characters, []
        for order in range(1, min(longest, len(text)) + 1):
            if order > 1:
                runs = runs[:-1] * MULTIPLIER + characters[order - 1 :]
            keys.append(runs << ORDER_BITS | np.uint64(order))
        distinct, counts = np.unique(np.concatenate([NO_KEYS, *keys]), return_counts=True)
        return cls(len(text), len(keys), distinct, counts)


def shared(candidate: Letters, reference: Letters) -> tuple[float, float]:
    """Return which share of a candidate's runs the reference has, and of the reference's the candidate, each in [0, 1].

    The mean over the lengths of runs that both texts have; a run counts as often as it occurs in both.
    """
    precision, recall = (float(shares.mean()) if len(shares) else 0.0 for shares in _shares(candidate, reference))
    return precision, recall


def shared_longest(candidate: Letters, reference: Letters) -> tuple[float, float]:
    """Return the same of the longest runs that both texts have: those alone hardly occur in unrelated texts."""
    precision, recall = (float(shares[-1]) if len(shares) else 0.0 for shares in _shares(candidate, reference))
    return precision, recall


def _shares(candidate: Letters, reference: Letters) -> tuple[Floats, Floats]:
    """Return what of each text's runs the other has, by their length."""
    orders = np.arange(1, min(candidate.longest, reference.longest) + 1)
    if not len(orders):
        return np.zeros(0), np.zeros(0)
    places = np.searchsorted(reference.keys, candidate.keys)
    places[places == len(reference.keys)] = 0
    common = reference.keys[places] == candidate.keys
    both = np.minimum(candidate.counts[common], reference.counts[places[common]])
    lengths = (candidate.keys[common] & ORDER_MASK).astype(np.int64)
    matched = np.bincount(lengths, weights=both, minlength=LETTERS + 1)[orders]
    return matched / (candidate.length + 1 - orders), matched / (reference.length + 1 - orders)
