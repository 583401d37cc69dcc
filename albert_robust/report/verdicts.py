"""Verdicts as a reader sees them: a mark and a word, never a colour alone."""

from dataclasses import dataclass

from albert_robust.running.records import Standing, Verdict


@dataclass(frozen=True, slots=True)
class Mark:
    """How a verdict looks: its word, its sign and the class that colours it."""

    word: str
    sign: str
    style: str


MARKS: dict[Verdict, Mark] = {
    "error": Mark("error", "!", "error"),
    "failed": Mark("failed", "\u2715", "failed"),
    "warned": Mark("warned", "\u25b2", "warned"),
    "inconclusive": Mark("inconclusive", "?", "inconclusive"),
    "not tested": Mark("not tested", "\u25cb", "inconclusive"),
    "known failure": Mark("known failure", "~", "known"),
    "passed": Mark("passed", "\u2713", "passed"),
    "measured": Mark("measured", "\u00b7", "measured"),
    "not applicable": Mark("not applicable", "\u2013", "na"),
}
WORST_FIRST = tuple(MARKS)
QUIET: tuple[Standing, ...] = ("undecided", "same")  # a reader need not look at them
STANDINGS: dict[Standing, Mark] = {
    "regressed": Mark("regressed", "\u25bc", "failed"),
    "missing": Mark("missing", "\u2205", "failed"),
    "incomparable": Mark("incomparable", "\u2260", "error"),
    "undecided": Mark("undecided", "?", "inconclusive"),
    "new": Mark("new", "+", "na"),
    "improved": Mark("improved", "\u25b2", "passed"),
    "same": Mark("same", "=", "na"),
}
