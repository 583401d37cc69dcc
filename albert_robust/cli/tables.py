"""Tables of scores, for people to read in a terminal."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import isnan
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from albert_robust.report.labels import readable
from albert_robust.scoring.alignment import Alignment
from albert_robust.scoring.encoder import Vectors
from albert_robust.scoring.matching import f_measure
from albert_robust.scoring.scores import Scores
from albert_robust.scoring.statistics import Comparison, Estimate

MEASURES = ("precision", "recall", "F")
FEW = 20  # pairs, or clusters of them; fewer hardly differ when they are drawn again
Row = Sequence[str]


class Rival(NamedTuple):
    """Another system beside the first; `adjusted` is the randomisation's p-value among those of all systems, by Holm."""

    comparison: Comparison
    adjusted: float


def scores_table(found: Scores, several: bool, languages: Mapping[str, Estimate], rows: bool = True) -> str:
    """Return a line per pair, the mean of each language and of all pairs with their intervals, and the signature.

    Args:
        found: The scores.
        several: Whether a pair may have several references: the number of the best one is shown then.
        languages: The mean of each language, if there are several.
        rows: Whether single pairs have lines.
    """
    lines = [["line", *MEASURES, *["reference"] * several]]
    for place, numbers in enumerate(zip(found.precision, found.recall, found.f, strict=True)):
        lines.append([str(place + 1), *map(_number, numbers), *[str(found.winners[place] + 1)] * several])
    pairs, clusters = len(found.f), found.corpus.clusters
    apart = "" if clusters == pairs else f" in {clusters} clusters"
    empty = f", {found.empty} with an empty or unreadable text" if found.empty else ""
    unread = f", {found.unread} by letters alone, as the encoder knows no token of a text" if found.unread else ""
    mean = f"mean F {_number(found.corpus.value)} {_interval(found.corpus)}   {pairs} pairs{apart}{empty}{unread}"
    means = _means("language", languages.items()) if languages else []
    return "\n".join([*(aligned(lines) if rows else []), *means, mean, found.signature])


def comparison_table(scores: Mapping[str, Scores], rivals: Mapping[str, Rival]) -> str:
    """Return all corpus means, how far the first system is ahead of each other, and how likely that is if they are equal."""
    first, *_ = scores
    means = _means("", ((name, found.corpus) for name, found in scores.items()))
    several = len(rivals) > 1
    ahead = [
        [f"{first} minus", "difference", "95 % interval", "bootstrap p", "randomisation p", *["adjusted"] * several]
    ]
    for name, (made, adjusted) in rivals.items():
        chances = (made.bootstrap, made.randomisation, *[adjusted] * several)
        ahead.append([name, _number(made.difference.value), _interval(made.difference), *map(_number, chances)])
    count = scores[first].corpus.clusters
    few = [f"{count} are few for a bootstrap: believe the randomisation"] * (count < FEW)
    signatures = dict.fromkeys(found.signature for found in scores.values())
    return "\n".join([*means, "", *aligned(ahead, left={0}), *few, *signatures])


def _means(over: str, named: Iterable[tuple[str, Estimate]]) -> list[str]:
    """A mean F per line, with its interval."""
    rows = [[name, _number(one.value), _interval(one)] for name, one in named]
    return aligned([[over, "mean F", "95 % interval"], *rows], left={0})


def alignment_table(found: Alignment) -> str:
    """Return each token of both texts with its weight and what it matched, and the scores that this gives."""
    one, other, similarity = found.candidate, found.reference, found.similarity
    own = _side(("candidate", "reference"), one, other, found.candidate_weights, found.precision_matches, similarity)
    theirs = _side(("reference", "candidate"), other, one, found.reference_weights, found.recall_matches, similarity.T)
    scores = found.scores
    calibrated = (scores.precision[0], scores.recall[0], scores.f[0])
    letters = [["letters", *map(_number, (*found.letters, f_measure(*found.letters)))]] if found.letters else []
    numbers = [
        ["", *MEASURES],
        *letters,
        ["matched", *map(_number, scores.raw[0])],
        ["score", *map(_number, calibrated)],
    ]
    return "\n".join([*own, "", *theirs, "", *aligned(numbers, left={0}), scores.signature])


def _side(
    names: tuple[str, str], words: Row, others: Row, weights: Vectors, matches: Sequence[int], similarity: Vectors
) -> list[str]:
    """The tokens of one text, a line each; where the other has none, nothing stands beside them."""
    rows = [[names[0], "weight", f"nearest of the {names[1]}", "similarity"]]
    for place, word in enumerate(words):
        match = [readable(others[matches[place]]), _number(similarity[place, matches[place]])] if matches else ["", ""]
        rows.append([readable(word), f"{weights[place]:.2f}", *match])
    return aligned(rows, left={0, 2})


def _number(value: float) -> str:
    return f"{value:.4f}"


def _interval(estimate: Estimate) -> str:
    """An interval in brackets; one case says nothing of it."""
    return "[no interval]" if isnan(estimate.low) else f"[{estimate.low:.4f}, {estimate.high:.4f}]"


def aligned(rows: Sequence[Row], left: Collection[int] = ()) -> list[str]:
    """Rows as lines whose columns stand below each other, to the right unless their number is in `left`."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        blanks = [" " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [
            cell + blank if place in left else blank + cell
            for place, (cell, blank) in enumerate(zip(row, blanks, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    """Columns that a text takes in a terminal: East Asian characters two, combining marks none."""
    return sum(0 if combining(one) else 1 + (east_asian_width(one) in "WF") for one in text)
