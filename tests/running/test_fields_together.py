"""Names across the fields of an example, and outputs that follow them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from counted import outcomes_of

from albert_robust.asking.workspace import Workspace
from albert_robust.results.outcome import Outcome
from albert_robust.running.execute import execute
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite

MODELS = """
def first_word(batch):
    return [next(iter(inputs.values())).split()[0] for inputs in batch]
def remembers(batch):
    return ["Laura"] * len(batch)
"""
SUITE = """
task: {task}
model: {{python: "model:{model}"}}
datasets: {{d: {{path: d.jsonl, language: en}}}}
checks:
  - {{expect: {expect}, perturbations: ["{perturbation}"], {ignores}fields: {fields}}}
"""
Tested = Callable[..., Outcome]


@pytest.fixture
def tested(write: Callable[..., Path], tmp_path: Path) -> Tested:
    """Return a function from an example to its case, after a run."""

    def made(
        perturbation: str = "entities.name",
        fields: tuple[str, ...] = ("context", "question"),
        *,
        task: str = "question-answering",
        model: str = "first_word",
        expect: str = "invariance",
        **example: str,
    ) -> Outcome:
        altered = perturbation.partition(" ")[0].partition(".")[2]
        ignores = f"ignores: [{altered}], " if expect == "invariance" else ""
        settings = {"task": task, "model": model, "expect": expect, "perturbation": perturbation, "ignores": ignores}
        suite = SUITE.format(**settings, fields=list(fields))
        cells = plan(
            load_suite(write(d_dot_jsonl=json.dumps(example), model_dot_py=MODELS, s_dot_robust_dot_yaml=suite))
        ).cells
        [[case]] = outcomes_of(execute(cells, Workspace(tmp_path / ".albert_robust", "run"))).values()
        return case

    return made


def test_a_name_is_exchanged_alike_in_question_and_context(tested: Tested) -> None:
    case = tested(context="Laura owns a dog.", question="What does Laura own?")
    name = case.variant["context"].split()[0]
    assert name != "Laura"
    assert case.variant["question"] == f"What does {name} own?"


def test_a_name_stays_that_stands_in_a_field_which_stays(tested: Tested) -> None:
    case = tested(fields=("question",), context="Laura owns a dog.", question="What does Laura own, Peter?")
    assert case.variant["context"] == "Laura owns a dog."
    assert case.variant["question"].startswith("What does Laura own, ")
    assert "Peter" not in case.variant["question"]


def test_a_name_that_is_the_answer_stays_in_the_question_too(tested: Tested) -> None:
    case = tested(context="Laura met Peter.", question="Did Laura or Peter come?", answers="Laura")
    assert case.variant["question"].startswith("Did Laura or ")
    assert "Peter" not in case.variant["question"]


def test_an_answer_keeps_its_name_in_every_form(tested: Tested) -> None:
    case = tested(context="LAURA and Peter came.", question="Who came with Peter?", answers="Laura's dog and Laura")
    assert case.variant["context"].startswith("LAURA and ")
    assert "Peter" not in case.variant["context"]


def test_a_name_in_one_field_says_who_a_pronoun_in_another_is(tested: Tested) -> None:
    case = tested("identity.gender", context="Laura owns a dog.", question="What does she own?")
    assert case.status == "unchanged"


def test_in_a_chain_only_the_exchange_reads_the_fields_together(tested: Tested) -> None:
    case = tested("entities.name | punctuation.strip_final", context="Laura waits.", question="Who is Laura?")
    name = case.variant["context"].split()[0]
    assert name != "Laura"
    assert case.variant == {"context": f"{name} waits", "question": f"Who is {name}"}


def test_where_the_answer_is_to_change_a_question_may_ask_for_somebody_else(tested: Tested) -> None:
    case = tested(fields=("question",), expect="direction", context="Laura waits.", question="Does Laura wait?")
    assert "Laura" not in case.variant["question"]


def test_an_answer_with_the_new_name_agrees_with_one_with_the_old(tested: Tested) -> None:
    case = tested(context="Laura owns a dog.", question="Who owns a dog?")
    assert case.before == "Laura" != case.after
    assert case.agreement == 1


def test_an_answer_that_keeps_the_old_name_is_a_flip(tested: Tested) -> None:
    assert tested(model="remembers", context="Laura waits.", question="Who waits?").agreement == 0


def test_a_summary_is_measured_by_the_names_that_its_document_has_now(tested: Tested) -> None:
    case = tested("entities.place", ("document",), task="summarization", document="Paris", summary="Paris")
    assert case.after == case.variant["document"] != "Paris"
    assert case.quality_after["rouge l"] == case.quality_after["faithfulness"] == 1
    assert case.agreement == 1


def test_what_is_said_to_a_prompt_has_the_names_that_the_prompt_has_now(tested: Tested) -> None:
    case = tested("entities.name", ("prompt",), task="text-generation", prompt="Laura owns a dog. Who does?")
    assert case.after == case.variant["prompt"].split()[0] != "Laura"
    assert case.agreement == 1


def test_a_prompt_keeps_the_answer_that_it_holds(tested: Tested) -> None:
    case = tested("entities.name", ("prompt",), task="text-generation", prompt="Laura or Peter?", answer="Laura")
    assert case.variant["prompt"].startswith("Laura or ")
    assert case.quality_after["contains"] == 1


def test_half_a_word_is_no_name(tested: Tested) -> None:
    case = tested("entities.place", context="Parisians left Paris.", question="Who left?")
    assert (case.after, case.agreement) == ("Parisians", 1)


def test_a_python_model_is_given_the_columns_that_are_perturbed(tested: Tested) -> None:
    example = {"prompt": "Does Laura sleep?", "input": "Laura works.", "unasked": "x"}
    case = tested(fields=("prompt", "input"), task="text-generation", **example)
    name = case.variant["input"].split()[0]
    assert case.variant == {"prompt": f"Does {name} sleep?", "input": f"{name} works."}
    assert name != "Laura"


def test_a_field_that_was_empty_before_is_no_loss(tested: Tested) -> None:
    case = tested(fields=("prompt", "input"), task="text-generation", prompt="Does Laura sleep?", input="")
    assert (case.status, case.variant["input"]) == ("tested", "")
