"""Suites of retrieval and similarity, executed: what passes, what fails, and what is an error."""

from collections.abc import Callable
from pathlib import Path

import pytest
from counted import outcomes_of

from albert_robust.asking.workspace import Workspace
from albert_robust.gate import judge
from albert_robust.results.records import CellRecord
from albert_robust.running.cell import Cell
from albert_robust.running.execute import Execution, execute
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite

WORDS = ("cat", "dog", "rain", "snow", "bread", "milk", "river", "train", "doctor", "music")
MODELS = """
from math import nan
def length(batch):
    return [len(one["first"]) / 100 for one in batch]
def constant(batch):
    return [{"similarity": 0.7}] * len(batch)
def broken(batch):
    return [nan] * len(batch)
def words(batch):
    return ["high"] * len(batch)
def first_letter(batch):
    return [[one["query"][:1], "other"] for one in batch]
def nothing(batch):
    return [[] for one in batch]
def number(batch):
    return [3] * len(batch)
"""
SUITE = """
task: {task}
model: {model}
datasets: {{d: {{path: d.jsonl, language: en}}}}
checks:
  - {{expect: reference, gates: [{measure} >= 0.5]}}
  - {{expect: invariance, perturbations: [case.upper]}}
"""


@pytest.fixture
def run(write: Callable[..., Path], tmp_path: Path) -> Callable[..., tuple[list[Cell], Execution]]:
    """Return a function that executes the suite above with a model, on ten rows."""

    def executed(task: str, model: str, measure: str) -> tuple[list[Cell], Execution]:
        rows = "".join(
            f'{{"first": "{"a" * (place + 3)}", "second": "b", "score": {place}, '
            f'"query": "{word}", "relevant": ["{word[0]}", "{word}"]}}\n'
            for place, word in enumerate(WORDS)
        )
        write(d_dot_jsonl=rows, model_dot_py=MODELS)
        text = SUITE.format(task=task, model=model, measure=measure)
        cells = list(plan(load_suite(write(s_dot_robust_dot_yaml=text))).cells)
        return cells, execute(cells, Workspace(tmp_path / ".albert_robust", "run"))

    return executed


def records(ran: tuple[list[Cell], Execution]) -> list[CellRecord]:
    cells, execution = ran
    assert execution.mistakes == {}
    return [judge(cell, execution.tallies["s", cell.id]) for cell in cells]


def python(name: str) -> str:
    return f'{{python: "model:{name}"}}'


def test_a_model_whose_answers_follow_the_scores_passes(run: Callable[..., tuple[list[Cell], Execution]]) -> None:
    reference, capitals = records(run("sentence-similarity", python("length"), "spearman"))
    assert reference.verdict == "passed"
    assert reference.measures["spearman"].value == pytest.approx(1)
    assert capitals.measures["consistency"].value == 1


def test_one_that_always_says_the_same_is_consistent_and_fails(
    run: Callable[..., tuple[list[Cell], Execution]],
) -> None:
    reference, capitals = records(run("sentence-similarity", python("constant"), "spearman"))
    assert (reference.verdict, reference.measures["spearman"].value) == ("failed", 0)
    assert capitals.measures["consistency"].value == 1


@pytest.mark.parametrize(
    ("task", "model", "message"),
    [
        ("sentence-similarity", "broken", "the similarity is nan, expected a number in [-1, 1]"),
        ("sentence-similarity", "words", "the model returned 'high', expected a number or {'similarity': number}"),
        ("retrieval", "number", "the model returned 3, expected a list of strings or {'documents': list of strings}"),
    ],
)
def test_an_answer_that_is_none_is_an_error_of_its_example(
    run: Callable[..., tuple[list[Cell], Execution]], task: str, model: str, message: str
) -> None:
    measure = "mrr" if task == "retrieval" else "pearson"
    for record in records(run(task, python(model), measure)):
        assert (record.verdict, record.counts.error) == ("error", 10)
        assert message in record.reason


def test_a_ranking_is_measured_and_compared_by_its_first_document(
    run: Callable[..., tuple[list[Cell], Execution]],
) -> None:
    reference, capitals = records(run("retrieval", python("first_letter"), "accuracy"))
    assert {name: reference.measures[name].value for name in ("accuracy", "recall at 5", "mrr")} == {
        "accuracy": 1,
        "recall at 5": 0.5,
        "mrr": 1,
    }
    assert (capitals.verdict, capitals.measures["flip rate"].value) == ("failed", 1)


def test_nothing_found_is_wrong_and_no_error(run: Callable[..., tuple[list[Cell], Execution]]) -> None:
    reference, _ = records(run("retrieval", python("nothing"), "accuracy"))
    assert (reference.verdict, reference.counts.error, reference.measures["accuracy"].value) == ("failed", 0, 0)


def test_an_encoder_searches_the_documents_beside_its_suite_and_is_asked_once(
    run: Callable[..., tuple[list[Cell], Execution]], write: Callable[..., Path], tiny_encoder: str
) -> None:
    write(docs__all_dot_txt="\n".join(WORDS))
    model = f"{{encoder: {tiny_encoder}, documents: docs/all.txt}}"
    first, second = (run("retrieval", model, "accuracy") for _ in range(2))
    assert records(first)[0].measures["accuracy"].value == 1
    assert (second[1].cost.predicted, outcomes_of(second[1])) == (0, outcomes_of(first[1]))


def test_other_documents_are_searched_anew(
    run: Callable[..., tuple[list[Cell], Execution]], write: Callable[..., Path], tiny_encoder: str
) -> None:
    model = f"{{encoder: {tiny_encoder}, documents: docs.txt}}"
    write(docs_dot_txt="\n".join(WORDS))
    assert records(run("retrieval", model, "accuracy"))[0].measures["accuracy"].value == 1
    write(docs_dot_txt="cat\n")
    found = records(run("retrieval", model, "accuracy"))[0]
    assert found.measures["accuracy"].value == pytest.approx(0.1)


def test_documents_that_are_empty_are_a_mistake_of_the_suite(
    run: Callable[..., tuple[list[Cell], Execution]], write: Callable[..., Path]
) -> None:
    write(docs_dot_txt="\n")
    _, execution = run("retrieval", "{encoder: builtin, documents: docs.txt}", "accuracy")
    assert execution.tallies == {}
    assert "docs.txt:1:1: the file holds no document" in str(execution.mistakes["s"])


def test_a_score_that_is_no_number_is_told_with_its_line(write: Callable[..., Path], tmp_path: Path) -> None:
    rows = '{"first": "a", "second": "b", "score": 4.5}\n{"first": "a", "second": "b", "score": "high"}\n'
    text = SUITE.format(task="sentence-similarity", model=python("length"), measure="pearson")
    write(d_dot_jsonl=rows, model_dot_py=MODELS)
    cells = plan(load_suite(write(s_dot_robust_dot_yaml=text))).cells
    mistakes = execute(cells, Workspace(tmp_path / ".albert_robust", "run")).mistakes
    assert "d.jsonl:2:1: 'score' holds 'high', expected a finite number" in str(mistakes["s"])
