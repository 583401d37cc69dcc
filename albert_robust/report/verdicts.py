"""Verdicts as a reader sees them: a mark and a word, never a colour alone."""

from dataclasses import dataclass

from albert_robust.running.records import Verdict


@dataclass(frozen=True, slots=True)
class Mark:
    """How a verdict looks: its word, its sign and the class that colours it."""

    word: str
    sign: str
    style: str


MARKS: dict[Verdict, Mark] = {
    "error": Mark("error", "!", "error"),
    "failed": Mark("failed", "\u2715", "failed"),
    "inconclusive": Mark("inconclusive", "?", "inconclusive"),
    "known failure": Mark("known failure", "~", "known"),
    "passed": Mark("passed", "\u2713", "passed"),
    "not applicable": Mark("not applicable", "\u2013", "na"),
}
WORST_FIRST = tuple(MARKS)
