"""Checks that say where answers should move, run: what is measured, what is an error, and what a baseline compares."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import transformers
from counted import asked, outcomes_of, planned, ran, records_of

from albert_robust import run
from albert_robust.gate.doubts import contrast
from albert_robust.gate.lines import definitions, line_of
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord
from albert_robust.running.cell import Cell
from albert_robust.running.execute import Execution

PACK = '''
from albert_robust import perturbation

@perturbation("own.complaint", alters="polarity", languages="any", severities=1)
def complaint(text, rng, severity):
    """Add a complaint."""
    return text.rewrite(f"{text} I hate this.")

@perturbation("own.blot", preserves="meaning", languages="any", severities=1)
def blot(text, rng, severity):
    """Add a star."""
    return text.rewrite(f"{text} *")
'''
FEELS = """
def answer(text):
    p = 0.9 - 0.3 * text.count("hate") - 0.06 * text.count("*")
    return {"label": "good" if p > 0.5 else "bad", "scores": {"good": p, "bad": 1 - p}}
"""
DEAF = "\ndef answer(text):\n    return {'scores': {'good': 0.9, 'bad': 0.1}}\n"
ALONE = "\ndef answer(text):\n    return 'good'\n"
SOMETIMES = """
def answer(text):
    return {"label": "good", "scores": {"good": 0.4 if "hate" in text else 0.9}} if "town 3" not in text else "good"
"""
DIRECTION = "- {{expect: direction, perturbations: [own.complaint], {}}}"
ENDS = (" I hate this.", " *")
Ran = tuple[list[CellRecord], list[Outcome], list[Cell], Execution]


def stirred(model: Any) -> None:
    """Make the weights of an untrained model so large that it minds what it reads."""
    for weight in (one for one in model.parameters() if one.dim() == 2):
        weight.mul_(10)


@pytest.fixture
def done(write: Callable[..., Path], tmp_path: Path) -> Callable[..., Ran]:
    """Return a function that runs checks of a model, and returns their records, all outcomes, the cells and what was executed."""

    def runs(checks: str, answer: str = FEELS, **settings: Any) -> Ran:
        write(perturbations__own_dot_py=PACK)
        cells = planned(tmp_path, checks, answer=answer, **settings)
        execution = ran(cells, tmp_path)
        outcomes = [one for group in outcomes_of(execution).values() for one in group]
        return [*records_of(execution, cells).values()], outcomes, cells, execution

    return runs


@pytest.mark.parametrize(
    ("keys", "answer", "share"),
    [
        ("falls: good", FEELS, 1.0),
        ("falls: label", FEELS, 1.0),
        ("rises: bad, by: 0.3", FEELS, 1.0),
        ("rises: bad, by: 0.31", FEELS, 0.0),
        ("rises: good", FEELS, 0.0),
        ("rises: good, tolerance: 0.3", FEELS, 1.0),
        ("becomes: bad", FEELS, 0.0),
        ("becomes: good", FEELS, 1.0),
        ("falls: good", DEAF, 0.0),
        ("falls: good, tolerance: 0", DEAF, 1.0),
        ("becomes: good", ALONE, 1.0),
    ],
)
def test_the_right_direction_is_the_share_of_answers_that_move_as_the_check_says(
    done: Callable[..., Ran], keys: str, answer: str, share: float
) -> None:
    (record,), outcomes, _, _ = done(DIRECTION.format(keys), answer)
    assert record.measures["right direction"].value == share
    assert {case.agreement for case in outcomes} == {1 - share}
    assert record.measures.keys() == {"right direction"}


def test_a_model_that_does_not_move_is_never_counted_as_sensitive(done: Callable[..., Ran]) -> None:
    checks = f"{DIRECTION.format('falls: good, tolerance: 0.1')}\n- {{expect: invariance, perturbations: [own.blot]}}"
    records, *_ = done(checks, DEAF)
    assert contrast(records) == ([1.0], [])


def test_within_a_tolerance_a_probability_stays_though_no_label_changes(done: Callable[..., Ran]) -> None:
    check = "- {{expect: invariance, name: t{}, perturbations: [own.blot], tolerance: 0.0{}}}"
    records, *_ = done("\n".join(check.format(size, size) for size in (5, 6)))
    assert [record.measures["consistency"].value for record in records] == [0.0, 1.0]
    assert [record.counts.flipped for record in records] == [12, 0]


def test_several_variants_and_the_worst_of_many_are_judged_by_the_tolerance_too(done: Callable[..., Ran]) -> None:
    check = "- {expect: invariance, perturbations: [typos.swap], tolerance: 0.01, VARIES}"
    many = done(check.replace("VARIES", "variants: 3, gates: [worst case >= 0.5]"))[0][0]
    assert many.measures["worst case"].value == 1.0
    (worst,), *_ = done(check.replace("VARIES", "worst_of: 4").replace("typos.swap", "own.blot"))
    assert worst.measures["consistency"].value == 0.0


def test_repeated_originals_agree_within_the_tolerance(done: Callable[..., Ran]) -> None:
    answer = FEELS.replace("p = 0.9", "SEEN.append(text); p = 0.9 - 0.02 * SEEN.count(text)") + "\nSEEN = []\n"
    check = "- {{expect: invariance, name: t{}, perturbations: [own.blot], tolerance: 0.{}}}"
    checks = "\n".join(check.format(size, size) for size in ("01", "2"))
    directed = DIRECTION.format("falls: good")
    (tight, wide, direction), *_ = done(f"{checks}\n{directed}", answer, model=", replicates: 2")
    assert [one.measures["self-consistency"].value for one in (tight, wide)] == [0.0, 1.0]
    assert "self-consistency" not in direction.measures


def test_answers_without_probabilities_are_errors_that_say_what_to_return(done: Callable[..., Ran]) -> None:
    records, outcomes, *_ = done(
        f"{DIRECTION.format('falls: good')}\n- {{expect: invariance, perturbations: [own.blot], tolerance: 0.1}}", ALONE
    )
    for record in records:
        assert (record.verdict, record.counts.error, record.counts.tested) == ("error", 12, 0)
        told = "the original: the model gave no probability of 'good': return {'label': ..., 'scores': {label: probability}}"
        assert told in record.reason
    assert {case.agreement for case in outcomes} == {None}


def test_some_answers_without_probabilities_never_help_to_pass(done: Callable[..., Ran]) -> None:
    check = DIRECTION.format("falls: good, gates: [right direction >= 0.7]")
    (record,), *_ = done(check, SOMETIMES, extra="max_errors: 0.2")
    assert (record.counts.error, record.counts.tested) == (1, 11)
    assert record.measures["right direction"].value == 1.0
    assert record.verdict == "inconclusive"
    assert "with the errors as the worst answers" in record.reason


def test_a_probability_of_another_label_is_no_answer_to_the_check(done: Callable[..., Ran]) -> None:
    (record,), *_ = done(DIRECTION.format("falls: goood"))
    assert "no probability of 'goood': it gave those of 'bad', 'good'" in record.reason


def test_a_baseline_compares_the_right_direction_of_the_same_movement_alone(done: Callable[..., Ran]) -> None:
    (record,), _, (cell,), execution = done(DIRECTION.format("falls: good, tolerance: 0.1"))
    compared = definitions(cell, execution.suites[cell.suite.name].scorer)
    assert compared == {"right direction": "falls: good, tolerance: 0.1"}
    line = line_of(replace(record, definitions=compared), execution.tallies[cell.key], 0)
    assert line is not None
    assert line.measure == "right direction"
    assert set(line.values.values()) == {1.0}


def test_two_checks_of_the_same_variants_ask_for_them_once(done: Callable[..., Ran], tmp_path: Path) -> None:
    named = [
        DIRECTION.format(f"name: n{number}, {keys}") for number, keys in enumerate(["falls: good", "becomes: bad"])
    ]
    done("\n".join(named))
    assert len(asked(tmp_path)) == 24


def test_the_edits_that_are_enough_are_judged_by_the_tolerance(write: Callable[..., Path], tmp_path: Path) -> None:
    write(perturbations__own_dot_py=PACK)
    answer = FEELS.replace('text.count("*")', '(10 * ("Weather" in text))')
    planned(tmp_path, "- {expect: invariance, perturbations: [case.title], tolerance: 0.1}", answer=answer)
    found = run(tmp_path / "s.robust.yaml", workspace=tmp_path / "work", shrink=True)
    assert {tuple(change.replacement for change in one.changes) for one in found.shrunk} == {("Weather",)}


def test_a_checkpoint_gives_the_probabilities_that_move(
    write: Callable[..., Path], tiny: Callable[..., Path], tmp_path: Path
) -> None:
    labels = {0: "bad", 1: "good"}
    folder = tiny(
        "BertForSequenceClassification",
        change=stirred,
        id2label=labels,
        label2id={name: place for place, name in labels.items()},
    )
    texts = [f"the weather in town {number} was lovely" for number in range(30)]
    classify = transformers.pipeline("text-classification", str(folder), top_k=None, device="cpu")

    def good(end: str) -> list[float]:
        found = classify([text + end for text in texts])
        return [one["score"] for each in found for one in each if one["label"] == "good"]

    moves, blots = ([after - before for before, after in zip(good(""), good(end), strict=True)] for end in ENDS)
    by, tolerance = (round(median(map(abs, each)) + 1e-5, 5) for each in (moves, blots))
    suite = f"""
task: text-classification
model: {{transformers: {folder}}}
datasets: {{d: {{path: d.csv, language: en}}}}
checks:
  - {{expect: direction, perturbations: [own.complaint], rises: good, by: {by:f}}}
  - {{expect: invariance, perturbations: [own.blot], tolerance: {tolerance:f}}}
"""
    rows = "text\n" + "".join(f"{text}\n" for text in texts)
    path = write(perturbations__own_dot_py=PACK, d_dot_csv=rows, s_dot_robust_dot_yaml=suite)
    direction, invariance = run(path, workspace=tmp_path / "work").cells
    rose, stayed = sum(one >= by for one in moves), sum(abs(one) <= tolerance for one in blots)
    assert 0 < rose < len(texts) > stayed > 0
    assert direction.measures["right direction"].value == pytest.approx(rose / len(texts))
    assert invariance.measures["consistency"].value == pytest.approx(stayed / len(texts))


def test_a_score_moves_in_its_own_units(write: Callable[..., Path], tmp_path: Path) -> None:
    suite = """
task: text-regression
model: {python: "m:predict", range: [1, 5]}
datasets: {d: {path: d.csv, language: en}}
checks:
  - {expect: direction, perturbations: [own.complaint], falls: score, by: 1.5}
  - {expect: invariance, perturbations: [own.blot], tolerance: 0.1}
"""
    model = "def predict(batch):\n    return [4 - 1.5 * ('hate' in one['text']) - 0.1 * ('*' in one['text']) for one in batch]\n"
    rows = "text\n" + "".join(f"day {number}\n" for number in range(40))
    path = write(perturbations__own_dot_py=PACK, m_dot_py=model, d_dot_csv=rows, s_dot_robust_dot_yaml=suite)
    found = run(path, workspace=tmp_path / "work")
    assert [cell.verdict for cell in found.cells] == ["passed", "passed"]
    assert [cell.watched for cell in found.cells] == [None, None]
