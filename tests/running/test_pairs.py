"""Suites of pairs of texts, executed: what is perturbed, and models of every kind that read two texts."""

import shutil
from collections.abc import Callable
from math import exp
from pathlib import Path

import pytest
from chatting import chat
from counted import outcomes_of

from albert_robust.asking.workspace import Workspace
from albert_robust.errors import InputError
from albert_robust.gate import judge
from albert_robust.results.records import CellRecord
from albert_robust.running.execute import Execution, execute
from albert_robust.running.plan import plan
from albert_robust.starter.checks import NEGATION
from albert_robust.starter.write import write_starter
from albert_robust.suite.load import load_suite
from albert_robust.suite.suite import Suite

ENTAILED, NOT = "entailment", "contradiction"
MODEL = """
def denies(text):
    return " not " in text.lower()
def predict(batch):
    return ["contradiction" if denies(one["first"]) != denies(one["second"]) else "entailment" for one in batch]
"""
SUITE = """
task: pair-classification
model: {model}
datasets: {{nli: {{path: d.csv, language: en, columns: {{first: premise, second: hypothesis}}}}}}
checks:
  - {{expect: reference, gates: [accuracy >= 0.8, macro f1 >= 0.5, kappa >= 0.5]}}
  - {{expect: invariance, perturbations: [case.upper]}}
  - {{expect: direction, perturbations: [semantics.negate], gates: [sensitivity >= 0.8]}}
"""
ROWS = "".join(
    f"The road to town {place} is long.,The road is {'not ' * (place % 2)}long.,{(ENTAILED, NOT)[place % 2]}\n"
    for place in range(40)
)
DATA = f"premise,hypothesis,label\n{ROWS}"
PROMPT = '"Does the second follow?\\n{first}\\n{second}"'


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[[str], Suite]:
    """Return a function that loads the suite above with a model."""

    def loaded(model: str) -> Suite:
        write(d_dot_csv=DATA, model_dot_py=MODEL)
        return load_suite(write(s_dot_robust_dot_yaml=SUITE.format(model=model)))

    return loaded


def ran(suite: Suite, tmp_path: Path) -> dict[str, CellRecord]:
    cells = list(plan(suite).cells)
    execution = execute(cells, Workspace(tmp_path / ".albert_robust", "run"))
    assert execution.mistakes == {}
    return {cell.check.expectation: judge(cell, execution.tallies["s", cell.id]) for cell in cells}


def test_both_texts_are_perturbed_where_the_answer_should_stay_and_the_second_where_it_should_change(
    load: Callable[[str], Suite], tmp_path: Path
) -> None:
    suite = load('{python: "model:predict"}')
    cells = list(plan(suite).cells)
    execution = execute(cells, Workspace(tmp_path / ".albert_robust", "run"))
    outcomes = outcomes_of(execution)
    changed = {
        cell.check.expectation: {change.field for case in outcomes[cell.key] for change in case.changes}
        for cell in cells
    }
    assert changed == {"reference": set(), "invariance": {"first", "second"}, "direction": {"second"}}


def test_a_function_is_measured_as_a_classifier_is(load: Callable[[str], Suite], tmp_path: Path) -> None:
    found = ran(load('{python: "model:predict"}'), tmp_path)
    assert {record.verdict for record in found.values()} == {"passed"}
    assert {name: found["reference"].measures[name].value for name in ("accuracy", "macro f1", "kappa")} == {
        "accuracy": 1,
        "macro f1": 1,
        "kappa": 1,
    }


def test_a_chat_model_is_asked_about_both(load: Callable[[str], Suite], tmp_path: Path) -> None:
    with chat(lambda asked: f"It is {NOT if ' not ' in asked.lower() else ENTAILED}.") as server:
        settings = f"endpoint: '{server.url}', model: m, labels: [{ENTAILED}, {NOT}], prompt: {PROMPT}"
        found = ran(load(f"{{{settings}}}"), tmp_path)
    assert "Does the second follow?\nThe road to town 0 is long.\nThe road is long." in server.asked
    assert found["reference"].verdict == "passed"


SCORED = """
task: sentence-similarity
model: {model}
datasets: {{pairs: {{path: d.csv, language: en, columns: {{first: query, second: passage}}}}}}
checks: [{{expect: invariance, perturbations: [case.upper]}}]
"""


@pytest.fixture
def score(write: Callable[..., Path], tmp_path: Path, tiny: Callable[..., Path]) -> Callable[[str], Execution]:
    """Return a function that executes a suite of scores for pairs, with a model beside it."""
    cross = tiny("BertForSequenceClassification", id2label={0: "score"}, label2id={"score": 0})
    shutil.copytree(cross, tmp_path / "cross")
    model = "def five(batch):\n    return [5 if one['first'].isupper() else 3 for one in batch]\n"
    write(d_dot_csv="query,passage,score\nWhere is it?,It is here.,4\n", model_dot_py=model)

    def executed(settings: str) -> Execution:
        suite = load_suite(write(s_dot_robust_dot_yaml=SCORED.format(model=f"{{{settings}}}")))
        return execute(plan(suite).cells, Workspace(tmp_path / ".albert_robust", "run"))

    return executed


def test_a_score_of_a_pair_may_have_a_range_of_its_own(score: Callable[[str], Execution]) -> None:
    ((case,),) = outcomes_of(score('python: "model:five", range: [0, 5]')).values()
    assert (case.before, case.after) == ("3.0", "5.0")
    assert case.agreement == pytest.approx(1 - 2 / 5)
    ((case,),) = outcomes_of(score('python: "model:five"')).values()
    assert "the similarity is 3.0, expected a number in [-1, 1]: `range:` of the model may say another" in case.message


def test_a_range_makes_another_model_of_a_cross_encoder(score: Callable[[str], Execution]) -> None:
    squashed, raw = (score(f"transformers: cross{more}") for more in ("", ", range: [-9, 9]"))
    assert squashed.suites["s"].identity != raw.suites["s"].identity
    answers = [float(str(case.before)) for one in (squashed, raw) for ((case,),) in [outcomes_of(one).values()]]
    assert answers[0] == pytest.approx(1 / (1 + exp(-answers[1])), abs=1e-6)


def test_an_encoder_has_no_range_of_its_own(score: Callable[[str], Execution]) -> None:
    with pytest.raises(InputError, match=r":3:27: an encoder answers by cosines, from -1 to 1\n  take it out"):
        score("encoder: builtin, range: [0, 5]")


def test_a_checkpoint_reads_both(load: Callable[[str], Suite], tmp_path: Path, tiny: Callable[..., Path]) -> None:
    labels = {0: ENTAILED, 1: NOT}
    folder = tiny("BertForSequenceClassification", id2label=labels, label2id={name: n for n, name in labels.items()})
    shutil.copytree(folder, tmp_path / "nli")
    found = ran(load("{transformers: nli}"), tmp_path)
    assert found["invariance"].counts.tested == 40
    assert found["reference"].counts.no_label == 0


@pytest.mark.parametrize(
    ("first", "second", "label"),
    [("premise", "hypothesis", "label"), ("question1", "question2", "is_duplicate"), ("query", "passage", "relevance")],
)
def test_a_first_suite_finds_the_columns_of_pairs(
    write: Callable[..., Path], tmp_path: Path, first: str, second: str, label: str
) -> None:
    data = write(d_dot_csv=f"{first},{second},{label}\nIt rains today.,The day is wet.,1\n")
    suite = write_starter(tmp_path / "s.robust.yaml", "pair-classification", "model:predict", data, "en")
    source = suite.datasets["d"]
    assert [source.column(name) for name in ("first", "second", "label")] == [first, second, label]
    assert NEGATION not in {str(spec) for check in suite.checks for spec in check.specs}


def test_a_first_suite_denies_the_second_text_where_one_may_follow_from_the_other(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    data = write(d_dot_csv=DATA)
    suite = write_starter(tmp_path / "s.robust.yaml", "pair-classification", "model:predict", data, "en")
    assert [check.fields for check in suite.checks if check.expectation == "direction"] == [("second",)]


def test_a_first_suite_takes_a_cross_encoder_for_a_checkpoint(
    write: Callable[..., Path], tmp_path: Path, tiny: Callable[..., Path]
) -> None:
    data = write(d_dot_csv="query,passage,score\nWhere?,Here.,1\n")
    cross = tiny("BertForSequenceClassification", id2label={0: "score"}, label2id={"score": 0})
    for number, (folder, kind) in enumerate([(cross, "transformers"), (tiny(), "encoder")]):
        suite = write_starter(tmp_path / f"s{number}.robust.yaml", "sentence-similarity", str(folder), data, "en")
        assert suite.model.kind.name == kind
