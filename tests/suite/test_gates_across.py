"""Gates that compare the cells of a check: how they are written, and what is told of those with nothing to compare."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.errors import InputError, Mistake
from albert_robust.running.plan import plan
from albert_robust.suite.expectations import EXPECTATIONS
from albert_robust.suite.gates import needs_references, parse_gate
from albert_robust.suite.load import load_suite
from albert_robust.suite.schema import SuiteSpec
from albert_robust.tasks import TASKS

LABELS, TEXTS, PAIRS = (TASKS[name] for name in ("text-classification", "summarization", "sentence-similarity"))


@pytest.mark.parametrize(
    ("written", "expectation", "printed", "base"),
    [
        ("language gap <= 0.05", "invariance", "language gap <= 0.05", "consistency"),
        ("consistency language_gap<=0.05", "invariance", "language gap <= 0.05", "consistency"),
        ("language gap <= 0.05", "direction", "language gap <= 0.05", "sensitivity"),
        ("language gap <= 0.05", "reference", "accuracy language gap <= 0.05", "accuracy"),
        ("accuracy language gap <= 0.05", "reference", "accuracy language gap <= 0.05", "accuracy"),
        ("accuracy dataset gap <= 0.05", "invariance", "accuracy dataset gap <= 0.05", "accuracy"),
        ("severity area >= 0.8", "invariance", "severity area >= 0.8", "consistency"),
        ("accuracy drop <= 0.1", "invariance", "accuracy drop <= 0.1", "accuracy"),
        ("worst case >= 0.7", "invariance", "worst case >= 0.7", "worst case"),
        ("consistency at 3 >= 0.7", "invariance", "consistency at 3 >= 0.7", "consistency at 3"),
    ],
)
def test_a_gate_is_printed_by_its_one_name(written: str, expectation: str, printed: str, base: str) -> None:
    gate = parse_gate(written, EXPECTATIONS[expectation], LABELS)
    assert (str(gate), gate.measure.base) == (printed, base)
    assert parse_gate(printed, EXPECTATIONS[expectation], LABELS) == gate


@pytest.mark.parametrize(
    ("written", "expectation"),
    [
        ("worst case >= 0.7", "direction"),
        ("severity area >= 0.7", "reference"),
        ("consistency at 0 >= 0.7", "invariance"),
    ],
)
def test_a_measure_that_has_no_meaning_in_a_check_is_unknown_there(written: str, expectation: str) -> None:
    with pytest.raises(Mistake, match="unknown measure"):
        parse_gate(written, EXPECTATIONS[expectation], LABELS)


def test_a_gap_of_what_is_no_mean_over_examples_is_unknown() -> None:
    for task, written in ((LABELS, "kappa language gap <= 0.1"), (PAIRS, "language gap <= 0.1")):
        with pytest.raises(Mistake, match="unknown measure"):
            parse_gate(written, EXPECTATIONS["reference"], task)


@pytest.mark.parametrize("written", ["language gap <= 0.1", "worst case >= 0.1", "consistency at 2 >= 0.1"])
def test_agreement_of_outputs_needs_no_references(written: str) -> None:
    assert not needs_references(parse_gate(written, EXPECTATIONS["invariance"], TEXTS), TEXTS)
    assert needs_references(parse_gate("labs language gap <= 0.1", EXPECTATIONS["invariance"], TEXTS), TEXTS)


SUITE = """\
task: text-classification
model: {{python: "model:predict"}}
datasets: {datasets}
checks:
  - expect: invariance
    perturbations: [{perturbations}]
    gates: [consistency >= 0.5, {gate}]
"""
ONE, TWO = "{a: {path: d.jsonl, language: en}}", "{a: {path: d.jsonl, languages: [en, zh]}}"


@pytest.mark.parametrize(
    ("datasets", "perturbations", "gate", "mend"),
    [
        (ONE, "typos.swap", "language gap <= 0.1", "it needs a dataset in two languages or more"),
        (TWO, "case.upper", "language gap <= 0.1", "it needs a dataset in two languages or more"),
        (TWO, "typos.swap", "dataset gap <= 0.1", "it needs two datasets or more of one language"),
        (TWO, "typos.swap, typos.delete@3", "severity area >= 0.1", r"it needs a perturbation at two severities .*\[1, 3, 5\]"),
    ],
)  # fmt: skip
def test_a_gate_with_nothing_to_compare_is_a_mistake_at_its_place(
    write: Callable[..., Path], datasets: str, perturbations: str, gate: str, mend: str
) -> None:
    text = SUITE.format(datasets=datasets, perturbations=perturbations, gate=gate)
    path = write(d_dot_jsonl='{"text": "a", "language": "en"}', s_dot_robust_dot_yaml=text)
    with pytest.raises(InputError, match=rf":7:33: {gate[:-7]} has nothing to compare\n  {mend}"):
        plan(load_suite(path))


def test_chained_perturbations_have_a_curve_where_all_steps_grow_together(write: Callable[..., Path]) -> None:
    chains = '"typos.swap@1 | typos.delete@1", "typos.swap@4 | typos.delete@4", "typos.swap@1 | typos.delete@5"'
    text = SUITE.format(datasets=ONE, perturbations=chains, gate="severity area >= 0.1")
    found = plan(load_suite(write(d_dot_jsonl='{"text": "a"}', s_dot_robust_dot_yaml=text))).comparisons
    assert [item.id for item in found] == ["a/typos.swap+typos.delete/severity-area[en]"]
    assert [cell.severity for cell in found[0].members] == [1, 4]


def test_the_schema_for_editors_knows_the_new_keys() -> None:
    parts = SuiteSpec.model_json_schema()["$defs"]
    assert {"agrees_at", "on_failure"} <= parts["CheckSpec"]["properties"].keys()
    assert "until" in parts["MarkSpec"]["properties"]
