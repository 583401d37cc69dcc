"""A Python function as the model under test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.errors import UsageError
from albert_robust.models.callable import load_callable

MODEL = "def label(batch):\n    return [inputs['text'].upper() for inputs in batch]\n"
INPUTS = [{"text": "good"}, {"text": "bad"}]


@pytest.mark.parametrize("written", ["model:label", "model.py:label"])
def test_a_function_beside_the_suite_answers(write: Callable[..., Path], written: str) -> None:
    folder = write(model_dot_py=MODEL).parent
    assert list(load_callable(written, folder, None).predict(INPUTS)) == ["GOOD", "BAD"]


def test_a_function_in_a_folder_and_one_that_is_installed_are_found(write: Callable[..., Path]) -> None:
    folder = write(models__mine_dot_py=MODEL).parent.parent
    assert load_callable("models.mine:label", folder, None).predict(INPUTS[:1]) == ["GOOD"]
    assert load_callable("json:dumps", folder, None).predict([{"a": "b"}]) == '[{"a": "b"}]'


def test_two_suites_may_each_have_a_model_of_the_same_name(write: Callable[..., Path]) -> None:
    first = write(a__model_dot_py=MODEL).parent
    second = write(b__model_dot_py=MODEL.replace("upper", "title")).parent
    found = [load_callable("model:label", folder, None).predict(INPUTS[:1])[0] for folder in (first, second, first)]
    assert found == ["GOOD", "Good", "GOOD"]


def test_only_a_version_gives_an_identity(write: Callable[..., Path]) -> None:
    folder = write(model_dot_py=MODEL).parent
    nameless, first, second = (load_callable("model:label", folder, version).identity for version in (None, "1", "2"))
    assert nameless is None
    assert str(first).startswith("python:model:label@1:")
    assert str(second).startswith("python:model:label@2:")


def test_a_function_may_change_its_inputs_without_harm(write: Callable[..., Path]) -> None:
    write(model_dot_py="def label(batch):\n    return [inputs.pop('text') for inputs in batch]\n")
    inputs = [{"text": "good"}]
    load_callable("model:label", write(other="").parent, None).predict(inputs)
    assert inputs == [{"text": "good"}]


def test_a_missing_function_or_module_is_told(write: Callable[..., Path]) -> None:
    folder = write(model_dot_py=MODEL).parent
    with pytest.raises(UsageError, match="model has no function 'lable'"):
        load_callable("model:lable", folder, None)
    with pytest.raises(UsageError, match="no module 'nowhere' beside the suite or installed"):
        load_callable("nowhere:label", folder, None)
