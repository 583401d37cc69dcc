"""Several models in a file: each is a suite, of the same data and checks; what is said for all is said once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.errors import InputError, UsageError
from albert_robust.gate.baseline import baseline_path, ownerless
from albert_robust.running.blocks import examples_of
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite, load_suites
from albert_robust.suite.suite import Suite

MODELS = """\
model: {version: "1", batch: 8}
models:
  small: {python: "model:small"}
  large: {python: "model:large", batch: 2}
"""
ENDPOINTS = """\
model: {endpoint: "http://localhost:1/v1/chat/completions", model: m, labels: [good, bad]}
models:
  brief: {prompt: "{text}"}
  titled: {prompt: "{title}: {text}", labels: [bad, good]}
"""
REST = """\
datasets: {d: {path: d.jsonl, language: en}}
checks:
  - {expect: invariance, perturbations: [typos.swap, case.upper]}
"""
Load = Callable[..., list[Suite]]


@pytest.fixture
def load(write: Callable[..., Path]) -> Load:
    """Return a function that loads a file with some models."""

    def loaded(models: str = MODELS, marks: str = "") -> list[Suite]:
        text = f"task: text-classification\n{models}{REST}{marks}"
        row = '{"text": "a good one", "title": "b", "label": "good"}\n'
        return load_suites(write(d_dot_jsonl=row, s_dot_robust_dot_yaml=text))

    return loaded


def complaints(load: Load, *settings: str) -> str:
    with pytest.raises(InputError) as caught:
        load(*settings)
    return str(caught.value)


def test_each_model_is_a_suite_in_the_order_of_the_file(load: Load) -> None:
    suites = load()
    assert [(suite.name, suite.model_name, suite.model.python) for suite in suites] == [
        ("s::small", "small", "model:small"),
        ("s::large", "large", "model:large"),
    ]
    assert [suite.node.rpartition("/")[2] for suite in suites] == ["s.robust.yaml::small", "s.robust.yaml::large"]


def test_their_cells_are_called_alike(load: Load) -> None:
    small, large = ([cell.id for cell in plan(suite).cells] for suite in load())
    assert small == large == ["d/typos.swap@2[en]", "d/case.upper[en]"]


def test_what_model_says_beside_them_holds_for_all_that_say_nothing_else(load: Load) -> None:
    assert [(suite.model.version, suite.model.batch) for suite in load()] == [("1", 8), ("1", 2)]


def test_a_model_of_another_kind_takes_over_what_its_kind_can_have(load: Load) -> None:
    models = """\
model: {endpoint: "http://localhost:1/v1/chat/completions", model: m, prompt: "{text}", labels: [good, bad], batch: 4,
  price: {input: 1, output: 2}, key_env: KEY}
models:
  chat: {}
  small: {python: "model:small"}
  local: {transformers: here}
"""
    chat, small, local = (suite.model for suite in load(models))
    assert (chat.model, chat.batch, chat.labels) == ("m", 4, ["good", "bad"])
    assert small.model_fields_set == {"python", "batch"}
    assert local.model_fields_set == {"transformers", "batch", "prompt", "labels"}
    (plain,) = (suite.model for suite in load("model: {labels: [a, b]}\nmodels: {plain: {transformers: here}}\n"))
    assert plain.model_fields_set == {"transformers"}


def test_one_of_them_is_loaded_by_its_name(load: Load) -> None:
    path = load()[0].path
    assert load_suite(path, model="large").name == "s::large"
    for wrong, what in ((None, "2 models"), ("huge", "no model 'huge'")):
        with pytest.raises(UsageError, match=rf"s\.robust\.yaml has {what}: name one of small, large"):
            load_suite(path, model=wrong)


def test_what_one_prompt_holds_all_models_are_given_so_that_their_examples_are_the_same(load: Load) -> None:
    brief, titled = load(ENDPOINTS)
    assert brief.task.inputs == titled.task.inputs == ("text", "title")
    assert list(examples_of(brief, ["d"]).values()) == list(examples_of(titled, ["d"]).values())


def test_a_mistake_in_what_is_shared_is_told_once_where_it_stands(load: Load) -> None:
    said = complaints(load, MODELS.replace("batch: 8", "bacht: 8"))
    assert said.count("s.robust.yaml:2:23: unknown key 'bacht'\n  did you mean 'batch'?") == 1


def test_a_mistake_in_one_is_told_at_its_own_place(load: Load) -> None:
    said = complaints(load, MODELS.replace('python: "model:large"', "finetuned: no.jsonl"))
    assert said.endswith("s.robust.yaml:5:11: no file 'no.jsonl' here\n  paths are relative to the suite's file")


def test_what_two_lack_alike_is_told_at_the_place_of_what_they_share(load: Load) -> None:
    said = complaints(load, ENDPOINTS.replace(", labels: [good, bad]", "").replace(", labels: [bad, good]", ""))
    assert said.count("a chat model that classifies needs labels") == 1
    assert "s.robust.yaml:2:9:" in said


def test_a_name_that_cannot_stand_in_an_id_is_a_mistake(load: Load) -> None:
    assert "4:3: 'a/b' cannot stand in a cell's id" in complaints(load, MODELS.replace("small", "a/b", 1))


def test_without_a_model_there_is_nothing_to_test(load: Load) -> None:
    assert "s.robust.yaml:1:1: say which model is under test" in complaints(load, "")


def test_a_mark_is_of_all_models_or_of_the_one_that_it_names(load: Load) -> None:
    marks = "marks:\n  - {cells: '*swap*', skip: slow}\n  - {cells: 'large::*upper*', xfail: it shouts}\n"
    small, large = ([cell.mark is not None for cell in plan(suite).cells] for suite in load(MODELS, marks))
    assert (small, large) == ([True, False], [True, True])


def test_a_mark_of_a_model_that_there_is_not_is_a_mistake(load: Load) -> None:
    said = complaints(load, MODELS, "marks:\n  - {cells: 'lrge::*', skip: slow}\n")
    assert said.endswith("10:6: unknown model 'lrge'\n  did you mean 'large'?")


def test_each_has_a_baseline_of_its_own_and_one_that_is_nobodys_is_found(
    load: Load, write: Callable[..., Path]
) -> None:
    suites = load()
    folder = suites[0].path.parent
    assert [baseline_path(suite).name for suite in suites] == ["s@small.baseline.jsonl", "s@large.baseline.jsonl"]
    for name in ("s@small", "s@old", "s", "other", "s@two"):
        (folder / f"{name}.baseline.jsonl").touch()
    (folder / "s@two.robust.yaml").touch()
    assert [path.name for path in ownerless(suites)] == ["s.baseline.jsonl", "s@old.baseline.jsonl"]
