"""Variants of fields that a suite adds to its task's."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.asking.cache import Cache
from albert_robust.asking.workspace import Workspace
from albert_robust.results.outcome import Outcome
from albert_robust.running.blocks import examples_of
from albert_robust.running.plan import plan
from albert_robust.running.variants import cases
from albert_robust.suite.load import load_suite

Made = Callable[..., Outcome]
SUITE = """
task: {task}
model: {{endpoint: http://localhost/v1/chat/completions, model: m, prompt: "{prompt}", system: Say good or bad.{more}}}
datasets: {{d: {{path: d.jsonl, language: en}}}}
checks: [{{expect: invariance, perturbations: [{name}], fields: {fields}}}]
"""
SLOW = """
from albert_robust import Example, perturbation

@perturbation("slow.shout", preserves="meaning", languages="any", severities=1, needs="json", examples=[Example("a", "A")])
def shout(text, rng, severity):
    words = [word for word in text.words() if text.editable(word.start, word.end)]
    return text.replace_each([(word.start, word.end, word.string.upper()) for word in words], "shout")
"""


@pytest.fixture
def made(write: Callable[..., Path], tmp_path: Path) -> Made:
    """Return a function that makes the one case of a suite; variants are kept from call to call."""
    cache = Workspace(tmp_path / ".albert_robust", "run").cache

    def make(row: dict[str, str], task: str, prompt: str, name: str, fields: list[str], more: str = "") -> Outcome:
        suite = SUITE.format(task=task, prompt=prompt, name=name, fields=fields, more=more)
        path = write(d_dot_jsonl=json.dumps(row), perturbations__slow_dot_py=SLOW, s_dot_robust_dot_yaml=suite)
        return one_case(path, cache)

    return make


def one_case(path: Path, cache: Cache) -> Outcome:
    cells = plan(load_suite(path)).cells
    (examples,) = examples_of(cells[0].suite, ["d"]).values()
    [[case]] = cases(cells, examples, cache)
    return case


def test_variants_that_are_kept_are_those_of_the_labels(made: Made) -> None:
    rows = [{"text": "Fine."}, "text-classification", "{text}", "slow.shout", ["system"]]
    texts = [made(*rows, more=f", labels: {labels}").variant["system"] for labels in (["good", "bad"], ["or", "Say"])]
    assert texts == ["SAY good OR bad.", "Say GOOD or BAD."]


def test_an_empty_cell_beside_a_prompt_that_changed_is_no_text_of_which_nothing_is_left(made: Made) -> None:
    row = {"prompt": "Add two and two.", "input": ""}
    case = made(row, "text-generation", "{prompt} {input}", "typos.swap", ["prompt", "input"])
    assert (case.status, case.variant["input"]) == ("tested", "")
    assert case.variant["prompt"] != row["prompt"]
