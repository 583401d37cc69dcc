"""Which cases of a run are taken apart, against what, and what that costs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from counted import tally_of
from pydantic import TypeAdapter

from albert_robust.asking.cache import Cache
from albert_robust.gate import judge
from albert_robust.results.alignment_records import TOKENS, recorded
from albert_robust.results.cases import AlignmentRecord, CaseAlignment
from albert_robust.results.failures import failures
from albert_robust.results.outcome import Outcome
from albert_robust.running.alignments import CASES, alignments_of, fair
from albert_robust.running.cell import Cell
from albert_robust.running.plan import plan
from albert_robust.scoring.alignment import Alignment
from albert_robust.scoring.scores import Scores
from albert_robust.scoring.statistics import NOTHING
from albert_robust.suite.load import load_suite

SUITE = """
task: question-answering
model: {python: "model:answer"}
datasets: {questions: {path: d.jsonl, language: en, reference_language: de}}
checks:
  - {expect: invariance, perturbations: [case.upper], agreement: labs}
  - {expect: invariance, perturbations: [typos.swap], agreement: token f1}
  - {expect: reference, gates: [labs >= 0.9]}
"""
ROWS = '{"context": "the cat sat", "question": "who sat?", "answers": ["die Katze"]}\n'


def aligned(candidate: str, reference: str) -> Alignment:
    """An alignment of words, whose F is higher the more of them are the same."""
    left, right = candidate.split(), reference.split()
    same = np.array([[float(one == other) for other in right] for one in left], dtype=np.float32)
    same = same.reshape(len(left), len(right))
    f = np.array([same.max(axis=1).mean() if same.size else 0.0])
    scores = Scores(f, f, f, np.repeat(f[:, None], 3, axis=1), np.array([0]), NOTHING, 0, "LABS-F|v:1")
    ones = [np.ones(len(words), dtype=np.float32) for words in (left, right)]
    return Alignment(tuple(left), tuple(right), same, ones[0], ones[1], (0.5, 0.4), scores)


@dataclass
class Words:
    """A scorer that writes down what it was asked."""

    identity: str = "words"
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)

    def explain(self, candidate: str, reference: str, *, language: str, reference_language: str) -> Alignment:
        self.asked.append((candidate, reference, language, reference_language))
        return aligned(candidate, reference)


@pytest.fixture
def cells(write: Callable[..., Path]) -> list[Cell]:
    write(d_dot_jsonl=ROWS)
    return list(plan(load_suite(write(s_dot_robust_dot_yaml=SUITE))).cells)


def case(cell: Cell, example: str = "1", **settings: Any) -> Outcome:
    """A case whose output changed, unless told otherwise."""
    made = Outcome(
        suite=cell.suite.name,
        cell=cell.id,
        example=example,
        language="en",
        replicate=0,
        status="tested",
        original={"context": "the cat sat", "question": "who sat?"},
        variant={} if cell.spec is None else {"context": "the cat sat", "question": "WHO SAT?"},
        references=("die Katze", "the grey cat"),
        before="the cat",
        after="a grey dog",
        agreement=None if cell.spec is None else 0.2,
        quality_before={"labs": 0.4},
        quality_after={} if cell.spec is None else {"labs": 0.1},
    )
    return replace(made, **settings)


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., tuple[CaseAlignment, ...]]:
    """Return a function from cases of one cell to their alignments."""
    cache = Cache(tmp_path / "cache.sqlite")

    def find(cell: Cell, cases: Sequence[Outcome], scorer: Words, verdict: Any = "failed") -> Any:
        tally = tally_of(cell, cases)
        record = replace(judge(cell, tally), verdict=verdict)
        return alignments_of([cell], [record], {(cell.suite.name, cell.id): tally}, {cell.suite.name: scorer}, cache)

    return find


Found = Callable[..., tuple[CaseAlignment, ...]]


def test_outputs_that_labs_compared_are_aligned_with_each_other(cells: list[Cell], found: Found) -> None:
    scorer = Words()
    made = found(cells[0], [case(cells[0])], scorer)
    assert [one.against for one in made] == ["original"]
    assert made[0].alignment.candidate.tokens == ("a", "grey", "dog")
    assert [one[:2] for one in scorer.asked] == [("a grey dog", "the cat")]


def test_where_another_measure_compares_outputs_the_quality_is_aligned(cells: list[Cell], found: Found) -> None:
    made = found(cells[1], [case(cells[1])], Words())
    assert [one.against for one in made] == ["reference"]
    assert made[0].alignment.reference.tokens == ("the", "grey", "cat")  # the better of the two


def test_a_reference_check_aligns_the_output_with_the_best_reference(cells: list[Cell], found: Found) -> None:
    scorer = Words()
    made = found(cells[2], [case(cells[2])], scorer)
    assert (made[0].alignment.candidate.tokens, made[0].alignment.reference.tokens) == (
        ("the", "cat"),
        ("the", "grey", "cat"),
    )
    assert {one[3] for one in scorer.asked} == {"de"}


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ({}, "passed"),
        ({}, "not applicable"),
        ({"after": "the cat"}, "failed"),
        ({"after": "  "}, "failed"),
        ({"before": ""}, "failed"),
        ({"agreement": 1.0}, "failed"),
        ({"status": "error", "agreement": None}, "failed"),
    ],
    ids=["passed", "not applicable", "same outputs", "blank", "blank original", "no failure", "error"],
)
def test_nothing_to_see_asks_for_nothing(
    cells: list[Cell], found: Found, settings: dict[str, Any], verdict: str
) -> None:
    scorer = Words()
    assert found(cells[0], [case(cells[0], **settings)], scorer, verdict) == ()
    assert scorer.asked == []


def test_without_labs_not_even_the_scorer_is_looked_up(cells: list[Cell], tmp_path: Path) -> None:
    cases = [case(cells[1], quality_after={}, quality_before={})]
    tally = tally_of(cells[1], cases)
    record = replace(judge(cells[1], tally), verdict="failed")
    cache = Cache(tmp_path / "cache.sqlite")
    assert alignments_of([cells[1]], [record], {(record.suite, record.cell): tally}, {}, cache) == ()


def test_the_worst_few_cases_of_a_cell_are_aligned_the_worst_first(cells: list[Cell], found: Found) -> None:
    cases = [case(cells[0], str(place), agreement=place / 10) for place in (5, 1, 4, 2, 3)]
    made = found(cells[0], cases, Words())
    assert [one.example for one in made] == ["1", "2", "3"][:CASES]
    tally = tally_of(cells[0], cases)
    record = replace(judge(cells[0], tally), verdict="failed")
    assert [one.example for one in made] == [one.example for one in failures(record, tally)][:CASES]


def test_what_was_aligned_once_comes_from_the_cache_as_it_was(cells: list[Cell], found: Found) -> None:
    first, second, other = Words(), Words(), Words("another encoder")
    made = found(cells[0], [case(cells[0])], first)
    assert found(cells[0], [case(cells[0])], second) == made
    assert second.asked == []
    found(cells[0], [case(cells[0])], other)
    assert other.asked == first.asked


def test_alignments_stand_in_plan_order_whatever_the_order_of_cells(cells: list[Cell], tmp_path: Path) -> None:
    tallies = {(cell.suite.name, cell.id): tally_of(cell, [case(cell)]) for cell in cells}
    records = {cell.id: replace(judge(cell, tallies[cell.suite.name, cell.id]), verdict="failed") for cell in cells}
    scorers = {cells[0].suite.name: Words()}
    cache = Cache(tmp_path / "cache.sqlite")
    runs = [
        alignments_of(order, [records[cell.id] for cell in order], tallies, scorers, cache)
        for order in (cells, cells[::-1])
    ]
    assert runs[0] == runs[1]
    assert [one.cell for one in runs[0]] == [cell.id for cell in cells]


def test_every_cell_s_worst_case_goes_before_any_cell_s_second() -> None:
    assert fair([["a1", "a2", "a3"], [], ["c1", "c2"], ["d1"]], 4) == [["a1", "a2"], [], ["c1"], ["d1"]]


def test_a_long_alignment_is_kept_in_its_first_tokens_with_matches_in_the_whole() -> None:
    long = " ".join(f"w{place}" for place in range(100))
    record = recorded(aligned("w99 w0", long))
    assert (len(record.reference.tokens), record.reference.length) == (TOKENS, 100)
    assert record.candidate.nearest == (99, 0)
    assert record.candidate.similarity == (1.0, 1.0)
    assert sum(record.candidate.weights) == 1


def test_weights_that_are_all_zero_count_alike() -> None:
    made = replace(aligned("a b", "a"), candidate_weights=np.zeros(2, dtype=np.float32))
    assert recorded(made).candidate.weights == (0.5, 0.5)


@pytest.mark.parametrize(("left", "right"), [("", ""), ("", "a b"), ("a b", "")])
def test_an_alignment_with_an_empty_text_can_be_kept(left: str, right: str) -> None:
    record = recorded(aligned(left, right))
    assert record.candidate.length == len(left.split())
    if not right:
        assert set(record.candidate.nearest) <= {-1}


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.9996, 0.99), (1.0, 1.0), (1.0000001, 1.0), (-0.001, 0.0), (0.125, 0.12), (-1.0, -1.0)]
)
def test_almost_the_same_is_never_kept_as_the_same(value: float, rounded: float) -> None:
    made = replace(aligned("a", "b"), similarity=np.array([[value]], dtype=np.float32))
    assert recorded(made).similarity == ((rounded,),)
    assert str(recorded(made).similarity[0][0]) != "-0.0"


def test_an_alignment_that_was_json_is_what_it_was() -> None:
    record = recorded(aligned("a b c", "b \u202e"))
    assert TypeAdapter(AlignmentRecord).validate_json(json.dumps(asdict(record))) == record
