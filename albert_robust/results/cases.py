"""What is said of single cases beside their outcomes: how their tokens matched, and which of their edits are enough."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from albert_robust.results.outcome import Change

Against = Literal["original", "reference"]


@dataclass(frozen=True, slots=True)
class MatchedText:
    """One text of an alignment, token by token; of a long text the first tokens.

    Attributes:
        tokens: As a person reads them.
        weights: Each token's share of the weight of the whole text.
        nearest: The place in the whole other text of the token that each matched; -1 where that text has none.
        similarity: To that token, in [-1, 1]; 0 where there is none.
        length: How many tokens the whole text has.
    """

    tokens: tuple[str, ...]
    weights: tuple[float, ...]
    nearest: tuple[int, ...]
    similarity: tuple[float, ...]
    length: int


@dataclass(frozen=True, slots=True)
class AlignmentRecord:
    """An alignment in plain values: rounded, and cut to the first tokens of each text.

    Attributes:
        candidate: The candidate's tokens.
        reference: The reference's.
        similarity: Of the kept candidate tokens (rows) to the kept reference tokens, in [-1, 1].
        scores: Precision, recall and F of the whole texts.
        matched: The same before calibration.
        letters: Precision and recall of letters, a part of what was matched; None where they do not count.
        signature: Of the score.
    """

    candidate: MatchedText
    reference: MatchedText
    similarity: tuple[tuple[float, ...], ...]
    scores: tuple[float, float, float]
    matched: tuple[float, float, float]
    letters: tuple[float, float] | None
    signature: str


@dataclass(frozen=True, slots=True)
class CaseAlignment:
    """Which tokens of a case's output matched which of the text it was scored against.

    Attributes:
        suite: The case's suite.
        cell: Its cell.
        example: Its example.
        replicate: Which variant of the example.
        against: The output for the `original`, or the best `reference`.
        alignment: Token by token.
    """

    suite: str
    cell: str
    example: str
    replicate: int
    against: Against
    alignment: AlignmentRecord


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Those edits of a case's variant that are enough against the model: none can be left out, as far as it answered.

    Attributes:
        suite: The case's suite.
        cell: Its cell.
        example: Its example.
        replicate: Which variant of the example.
        changes: The edits.
        output: What the model said to them.
    """

    suite: str
    cell: str
    example: str
    replicate: int
    changes: tuple[Change, ...]
    output: str


CASE = attrgetter("suite", "cell", "example", "replicate")  # names the case of an outcome and of what is said of it
