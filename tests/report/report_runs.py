"""Runs made by hand, as small as each question allows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from albert_robust.results.alignment_records import recorded
from albert_robust.results.cases import CaseAlignment
from albert_robust.results.outcome import Change, Outcome
from albert_robust.results.records import CellRecord, Counts, GateRecord, SuiteRecord, Verdict
from albert_robust.results.run import Run
from albert_robust.scoring.alignment import Alignment
from albert_robust.scoring.scores import Scores
from albert_robust.scoring.statistics import NOTHING, Estimate

SUITE = SuiteRecord(
    name="reviews",
    path="suites/reviews.robust.yaml",
    description="Sentiment of short reviews.",
    task="text-classification",
    model="finetuned: suites/reviews/train.jsonl",
    identity="sha256:0123456789abcdef0123456789abcdef",
    seed=0,
    confidence=0.95,
    datasets={"restaurants": "restaurants.jsonl"},
    signature="labs|v:0.1.0|encoder:builtin|layer:4|seed:0",
)


def estimate(value: float, examples: int = 40) -> Estimate:
    return Estimate(value, max(0.0, value - 0.05), min(1.0, value + 0.05), examples)


def outcome(cell: str, example: str = "r/1", **settings: Any) -> Outcome:
    """A tested case whose label flipped, unless told otherwise."""
    return replace(
        Outcome(
            suite="reviews",
            cell=cell,
            example=example,
            language="en",
            replicate=0,
            status="tested",
            original={"text": "the food was great"},
            variant={"text": "the foof was great"},
            changes=(Change("text", 7, 8, "f", "keyboard"),),
            references=("positive",),
            before="positive",
            after="negative",
            scores_before={"positive": 0.97, "negative": 0.03},
            scores_after={"positive": 0.39, "negative": 0.61},
            agreement=0.0,
            quality_before={"accuracy": 1.0},
            quality_after={"accuracy": 0.0},
        ),
        **settings,
    )


def cell(perturbation: str = "typos.keyboard@2", verdict: Verdict = "passed", **settings: Any) -> CellRecord:
    """An invariance cell, or what the settings make of it."""
    language = settings.get("language", "en")
    dataset = settings.get("dataset", "restaurants")
    value = settings.pop("value", 0.81 if verdict == "failed" else 0.97)
    measures: Mapping[str, Estimate] = {
        "consistency": estimate(value),
        "flip rate": estimate(1 - value),
        "sensitivity": estimate(1 - value),
        "accuracy": estimate(0.9),
    }
    name = "sensitivity" if settings.get("expectation") == "direction" else "consistency"
    reason = f"{name} {measures[name].value:.2f}, gate >= 0.90"
    made = CellRecord(
        suite="reviews",
        cell=f"{dataset}/{perturbation or 'reference'}[{language}]",
        task="text-classification",
        expectation="invariance",
        dataset=dataset,
        perturbation=perturbation,
        contract="preserves meaning",
        language=language,
        verdict=verdict,
        reason=reason,
        gates=(GateRecord(f"{name} >= 0.9", name, True, 0.9, measures[name], verdict, reason),),
        measures=measures,
        counts=Counts(selected=48, not_applicable=0, unchanged=5, rejected=2, error=1, tested=40, flipped=8),
    )
    return replace(made, **settings)


def run(*cells: CellRecord, outcomes: tuple[Outcome, ...] = (), suite: SuiteRecord = SUITE) -> Run:
    environment = {"python": "3.12.4", "platform": "Linux", "packages": {"torch": "2.8.0"}}
    return Run((suite,), cells, outcomes, environment, {"predicted": 1200, "seconds": 12.34})


def alignment(candidate: Sequence[str], reference: Sequence[str], **settings: Any) -> Alignment:
    """An alignment whose similarities count down from 1, unless told otherwise."""
    shape = (len(candidate), len(reference))
    falling = np.linspace(1, 0, shape[0] * shape[1], endpoint=False, dtype=np.float32)
    made = Scores(
        precision=np.array([0.71]),
        recall=np.array([0.62]),
        f=np.array([0.66]),
        raw=np.array([[0.81, 0.72, 0.76]]),
        winners=np.array([0]),
        corpus=NOTHING,
        empty=0,
        signature="LABS-F|nrefs:1|lang:en|enc:builtin@c942a224|seed:12345",
    )
    return replace(
        Alignment(
            candidate=tuple(candidate),
            reference=tuple(reference),
            similarity=falling.reshape(shape),
            candidate_weights=np.arange(1, shape[0] + 1, dtype=np.float32),
            reference_weights=np.ones(shape[1], dtype=np.float32),
            letters=(0.61, 0.52),
            scores=made,
        ),
        **settings,
    )


def aligned_run(candidate: Sequence[str], reference: Sequence[str]) -> Run:
    """One failed cell with one flip, taken apart."""
    made = failed_run()
    case = next(iter(made.outcomes))
    drawn = recorded(alignment(candidate, reference))
    found = CaseAlignment(case.suite, case.cell, case.example, case.replicate, "original", drawn)
    return replace(made, alignments=(found,))


def failed_run(**settings: Any) -> Run:
    """One failed cell with one flip."""
    found = cell(verdict="failed")
    return run(found, outcomes=(outcome(found.cell, **settings),))
