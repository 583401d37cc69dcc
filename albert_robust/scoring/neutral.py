"""The language-neutral space: what is left of a token vector once its language is taken out of it.

    z = normalise(W (I - M M^T) (h - mu))

mu is the mean vector of the text's language (Libovicky et al., 2020, arXiv:2004.05160), or the mean of those, one for all;
M spans the directions in which the languages' means differ (LSAR: Xie et al., 2022, arXiv:2401.05792) and the most common
directions of all tokens (ABTT: Mu and Viswanath, 2018, arXiv:1702.01417); W is a shrunk whitening to fewer dimensions (Su et
al., 2021, arXiv:2103.15316), or the identity. Departs from them: all is fitted on token vectors, at the layer that is scored.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from albert_robust.scoring.encoder import Vectors, unit

SHRINK = 0.1  # share of the mean variance that whitening adds to every direction


@dataclass(frozen=True)
class NeutralSpace:
    """A projection out of the languages.

    Attributes:
        languages: The languages that it knows, sorted.
        means: What is taken off the vectors of each, shape (languages, width).
        projector: W (I - M M^T), shape (k, width).
        name: How it was made, for the signature: `center+lsar7+abtt2+white128`, `onemean` in place of `center`.
    """

    languages: tuple[str, ...]
    means: Vectors
    projector: Vectors
    name: str

    def apply(self, hidden: Vectors, language: str) -> tuple[Vectors, Vectors]:
        """Return unit vectors in the neutral space, shape (tokens, k), and the lengths of the centred vectors, (tokens,)."""
        centred: Vectors = hidden - self.means[self.languages.index(language)]
        norms: Vectors = np.linalg.norm(centred, axis=1)
        return unit(centred @ self.projector.T), norms


def fit_space(
    means: NDArray[np.float64],
    covariances: NDArray[np.float64],
    languages: tuple[str, ...],
    *,
    one_mean: bool = False,
    lsar: int = 0,
    abtt: int = 0,
    white: int = 0,
) -> NeutralSpace:
    """Return the neutral space of some languages.

    Args:
        means: The mean token vector of each language, shape (languages, width).
        covariances: The covariance of each language's token vectors, shape (languages, width, width).
        languages: Their tags.
        one_mean: Whether all are centred on the mean of their means. The domain of a language's text moves its mean by more than
            the language does, where an encoder was trained to put translations in one place.
        lsar: Directions of the means to take out, at most languages - 1.
        abtt: Principal directions of the centred tokens to take out.
        white: Dimensions kept by whitening; 0 for none.

    Raises:
        ValueError: More directions are asked for than there are.
    """
    width = means.shape[1]
    if not 0 <= lsar < max(1, len(languages)) or not 0 <= abtt < width or not 0 <= white <= width - lsar - abtt:
        raise ValueError(
            f"lsar {lsar}, abtt {abtt}, white {white} do not fit {len(languages)} languages of width {width}"
        )
    taken = np.linalg.svd(means - means.mean(axis=0), full_matrices=False)[2][:lsar]
    keep = np.eye(width) - taken.T @ taken
    covariance = covariances.mean(axis=0)
    common = _directions(keep @ covariance @ keep)[1][:abtt]
    projector = keep - common.T @ common
    if one_mean:
        means = np.broadcast_to(means.mean(axis=0), means.shape)
    centred = "onemean" if one_mean else "center"
    steps = [centred, f"lsar{lsar}" * (lsar > 0), f"abtt{abtt}" * (abtt > 0), f"white{white}" * (white > 0)]
    if white:
        variances, directions = _directions(projector @ covariance @ projector)
        ridge = SHRINK * covariance.trace() / width
        projector = (directions[:white] / np.sqrt(variances[:white] + ridge)[:, None]) @ projector
    return NeutralSpace(
        languages, means.astype(np.float32), projector.astype(np.float32), "+".join(step for step in steps if step)
    )


def _directions(covariance: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return variances, largest first, and the directions that have them, shape (width, width), one a row."""
    variances, directions = np.linalg.eigh(covariance)
    return np.maximum(variances[::-1], 0), directions.T[::-1]
