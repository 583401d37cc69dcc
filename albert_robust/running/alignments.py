"""Align: matches tokens, for the report, in a few of the worst cases of each cell that is scored by LABS.

A report is drawn without an encoder, so alignments are made during the run and kept in the cache. A cell without failures, or
without LABS, needs none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Protocol, TypeVar

from pydantic import TypeAdapter

from albert_robust.asking.cache import Cache, key
from albert_robust.results.alignment_records import TOKENS, recorded
from albert_robust.results.cases import Against, AlignmentRecord, CaseAlignment
from albert_robust.results.cell_key import CellKey
from albert_robust.results.failures import failures
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord
from albert_robust.results.tally import Tally
from albert_robust.running.answers import answer_of, expected_of
from albert_robust.running.cell import Cell
from albert_robust.scoring.alignment import Alignment
from albert_robust.scoring.texts import normal

LABS = "labs"  # the measure's name in every task
CASES = 3  # a cell
MOST = 150  # a run: each takes up to 12 kB in the folder and 30 kB in the page
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Texts:
    """An output that LABS scored, the texts it was scored against, and the language of each."""

    output: str
    others: tuple[str, ...]
    against: Against
    language: str
    other_language: str


class Explainer(Protocol):
    """LABS, as alignments need it."""

    @property
    def identity(self) -> str:
        """All that shapes an alignment besides the texts and their languages."""
        ...

    def explain(self, candidate: str, reference: str, *, language: str, reference_language: str) -> Alignment:
        """Return which token of each text matched which of the other."""
        ...


def alignments_of(
    cells: Sequence[Cell],
    records: Sequence[CellRecord],
    tallies: Mapping[CellKey, Tally],
    scorers: Mapping[str, Explainer],
    cache: Cache,
) -> tuple[CaseAlignment, ...]:
    """Return the alignments of the worst cases of judged cells, in plan order.

    Args:
        cells: Of any number of suites.
        records: Their verdicts, one a cell.
        tallies: What the outcomes of each come to, by suite and cell.
        scorers: By suite. One whose suite has nothing to align is asked nothing.
        cache: Where alignments that were made before are kept.
    """
    judged = sorted(zip(cells, records, strict=True), key=lambda pair: plan_order(pair[1]))
    worst = [_worst(cell, record, tallies[record.key]) for cell, record in judged]
    return tuple(
        CaseAlignment(
            suite=case.suite,
            cell=case.cell,
            example=case.example,
            replicate=case.replicate,
            against=texts.against,
            alignment=_aligned(texts, scorers[case.suite], cache),
        )
        for group in fair(worst, MOST)
        for case, texts in group
    )


def plan_order(record: CellRecord) -> tuple[str, int, str]:
    """Return a cell's place in a run."""
    return record.suite, record.order, record.cell


def fair(groups: Sequence[Sequence[T]], most: int) -> list[list[T]]:
    """Return `most` of the values, the first of every group before any group's second; groups and values keep their order."""
    ranked = sorted((rank, place) for place, group in enumerate(groups) for rank in range(len(group)))
    counts = Counter(place for _, place in ranked[:most])
    return [list(group[: counts[place]]) for place, group in enumerate(groups)]


def _worst(cell: Cell, record: CellRecord, tally: Tally) -> list[tuple[Outcome, Texts]]:
    """Return a cell's worst cases that LABS scored and that have tokens to match, each with its texts."""
    found = ((case, _texts(cell, case)) for case in failures(record, tally) if case.status == "tested")
    return list(islice(((case, texts) for case, texts in found if texts is not None), CASES))


def _texts(cell: Cell, case: Outcome) -> Texts | None:
    """Return what LABS compared; None where it compared nothing, or texts in which there is nothing to see."""
    reference = cell.check.expectation == "reference"
    answer = answer_of(cell, case, "before" if reference else "after")
    found = Texts(answer.output, answer.references, "reference", answer.language, answer.reference_language)
    scored = LABS in (case.quality_before if reference else case.quality_after)
    if not reference and cell.check.agreement == LABS:
        original = expected_of(cell, case, answer_of(cell, case, "before"))
        found = replace(found, others=(original.output,), against="original", other_language=original.language)
        scored = True
    found = replace(found, others=tuple(other for other in dict.fromkeys(found.others) if normal(other)))
    same = found.output in found.others and found.language == found.other_language
    return found if scored and not same and normal(found.output) and found.others else None


def _aligned(texts: Texts, scorer: Explainer, cache: Cache) -> AlignmentRecord:
    """Return the alignment with the best of the texts."""
    name = key("alignment", scorer.identity, TOKENS, asdict(texts))
    known = cache.get([name]).get(name)
    if known is not None:
        return TypeAdapter(AlignmentRecord).validate_python(known)
    each = [
        scorer.explain(texts.output, other, language=texts.language, reference_language=texts.other_language)
        for other in texts.others
    ]
    made = recorded(max(each, key=lambda alignment: float(alignment.scores.f[0])))
    cache.put([(name, asdict(made))])
    return made
