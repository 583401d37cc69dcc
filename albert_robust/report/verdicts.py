"""Verdicts as a reader sees them: a mark and a word, never a colour alone."""

from dataclasses import dataclass

from albert_robust.results.records import Standing, Verdict


@dataclass(frozen=True, slots=True)
class VerdictMark:
    """How a verdict looks: its word, its sign and the class that colours it."""

    word: str
    sign: str
    style: str


MARKS: dict[Verdict, VerdictMark] = {
    "error": VerdictMark("error", "!", "error"),
    "failed": VerdictMark("failed", "\u2715", "failed"),
    "warned": VerdictMark("warned", "\u25b2", "warned"),
    "inconclusive": VerdictMark("inconclusive", "?", "inconclusive"),
    "not tested": VerdictMark("not tested", "\u25cb", "inconclusive"),
    "known failure": VerdictMark("known failure", "~", "known"),
    "passed": VerdictMark("passed", "\u2713", "passed"),
    "measured": VerdictMark("measured", "\u00b7", "measured"),
    "not applicable": VerdictMark("not applicable", "\u2013", "na"),
}
WORST_FIRST = tuple(MARKS)
QUIET: tuple[Standing, ...] = ("undecided", "same")  # a reader need not look at them
MODELS: dict[Standing, VerdictMark] = {  # beside the first model of a file
    "improved": VerdictMark("better than the first", "\u25b2", "passed"),
    "regressed": VerdictMark("worse than the first", "\u25bc", "failed"),
}
STANDINGS: dict[Standing, VerdictMark] = {
    "regressed": VerdictMark("regressed", "\u25bc", "failed"),
    "missing": VerdictMark("missing", "\u2205", "failed"),
    "incomparable": VerdictMark("incomparable", "\u2260", "error"),
    "undecided": VerdictMark("undecided", "?", "inconclusive"),
    "new": VerdictMark("new", "+", "na"),
    "improved": VerdictMark("improved", "\u25b2", "passed"),
    "same": VerdictMark("same", "=", "na"),
}
