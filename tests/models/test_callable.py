"""A Python function as the model under test."""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.errors import UsageError
from albert_robust.models.callable import callable_identity, load_callable

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


def test_a_method_of_an_object_answers(write: Callable[..., Path]) -> None:
    content = "class Model:\n    def label(self, batch):\n        return ['A' for _ in batch]\n\nours = Model()\n"
    folder = write(model_dot_py=content).parent
    assert load_callable("model:ours.label", folder, None).predict(INPUTS) == ["A", "A"]
    with pytest.raises(UsageError, match=r"model has no function 'ours\.lable'"):
        load_callable("model:ours.lable", folder, None)


ASYNCHRONOUS = """
import asyncio

loops = set()

async def one(inputs):
    await asyncio.sleep(0)
    return inputs["text"].upper()

async def label(batch):
    loops.add(asyncio.get_running_loop())
    return await asyncio.gather(*map(one, batch))

async def leave(batch):
    raise SystemExit("gone")

"""


def test_an_asynchronous_function_answers_in_one_event_loop(write: Callable[..., Path]) -> None:
    folder = write(model_dot_py=ASYNCHRONOUS).parent
    model = load_callable("model:label", folder, None)

    async def in_a_notebook() -> object:
        return model.predict(INPUTS)

    assert [model.predict(INPUTS), model.predict(INPUTS), asyncio.run(in_a_notebook())] == [["GOOD", "BAD"]] * 3
    assert len(model.function.__wrapped__.__globals__["loops"]) == 1  # type: ignore[attr-defined]


def test_what_an_asynchronous_function_raises_ends_its_call_alone(write: Callable[..., Path]) -> None:
    folder = write(model_dot_py=ASYNCHRONOUS).parent
    with pytest.raises(SystemExit, match="gone"):
        load_callable("model:leave", folder, None).predict(INPUTS)
    assert load_callable("model:label", folder, None).predict(INPUTS) == ["GOOD", "BAD"]


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


CALLABLES = """
from functools import partial

def answer(how, batch):
    return [getattr(inputs["text"], how)() for inputs in batch]

class Model:
    def __call__(self, batch):
        return answer("{how}", batch)

instance, bound = Model(), partial(answer, "{how}")
"""


def test_a_module_that_was_edited_is_another_model_though_its_version_is_the_same(write: Callable[..., Path]) -> None:
    folder = write(model_dot_py=MODEL).parent
    first = callable_identity("model:label", folder, "1")
    assert callable_identity("model:label", folder, "1") == first
    write(model_dot_py=MODEL + "\n\ndef other(batch):\n    return []\n")
    assert callable_identity("model:label", folder, "1") != first


@pytest.mark.parametrize("name", ["instance", "bound"])
def test_models_of_one_name_and_version_in_two_folders_are_two_whatever_they_are(
    write: Callable[..., Path], name: str
) -> None:
    folders = [write(**{f"{how}__model_dot_py": CALLABLES.format(how=how)}).parent for how in ("upper", "title")]
    found = [load_callable(f"model:{name}", folder, "1") for folder in folders]
    assert [model.predict(INPUTS[:1]) for model in found] == [["GOOD"], ["Good"]]
    assert found[0].identity != found[1].identity


def test_an_identity_is_known_without_the_module(write: Callable[..., Path]) -> None:
    folder = write(model_dot_py="raise RuntimeError").parent
    assert str(callable_identity("model:label", folder, "1")).startswith("python:model:label@1:")


@pytest.mark.parametrize("ending", ["raise SystemExit(3)", "import pytest\npytest.importorskip('there_is_none')"])
def test_a_module_that_would_end_the_program_or_the_test_is_told(write: Callable[..., Path], ending: str) -> None:
    folder = write(model_dot_py=ending).parent
    with pytest.raises(UsageError, match=r"the module 'model' raises (SystemExit: 3|Skipped: could not import)"):
        load_callable("model:label", folder, None)


def test_an_installed_module_that_raises_is_told(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(write(installed_with_faults_dot_py="raise RuntimeError('no GPU')").parent)
    (tmp_path / "suite").mkdir()
    with pytest.raises(UsageError, match="the module 'installed_with_faults' raises RuntimeError: no GPU"):
        load_callable("installed_with_faults:label", tmp_path / "suite", None)


def test_a_module_beside_the_model_is_found_where_python_is_told_to_look(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(model_dot_py=f"import lexicon_beside\n{MODEL}", lexicon_beside_dot_py="").parent
    with pytest.raises(
        UsageError, match=r"No module named 'lexicon_beside'; it lies beside the suite: name .*`pythonpath`"
    ):
        load_callable("model:label", folder, None)
    monkeypatch.syspath_prepend(folder)
    assert list(load_callable("model:label", folder, None).predict(INPUTS)) == ["GOOD", "BAD"]


def test_a_function_may_change_its_inputs_without_harm(write: Callable[..., Path]) -> None:
    write(model_dot_py="def label(batch):\n    return [inputs.pop('text') for inputs in batch]\n")
    inputs = [{"text": "good"}]
    load_callable("model:label", write(other="").parent, None).predict(inputs)
    assert inputs == [{"text": "good"}]


def test_a_function_of_the_script_or_notebook_that_runs_is_found(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sys.modules["__main__"], "shout", lambda batch: [one["text"].upper() for one in batch], raising=False
    )
    found = load_callable("__main__:shout", write(other="").parent, None)
    assert list(found.predict(INPUTS)) == ["GOOD", "BAD"]


def test_a_missing_function_or_module_is_told(write: Callable[..., Path]) -> None:
    folder = write(model_dot_py=MODEL).parent
    with pytest.raises(UsageError, match="model has no function 'lable'"):
        load_callable("model:lable", folder, None)
    with pytest.raises(UsageError, match=r"no module 'nowhere' beside the suite or installed: .*\n  of a module"):
        load_callable("nowhere:label", folder, None)


@pytest.mark.parametrize("name", ["../x.py", "..x", "folder/x", f"{'x' * 300}/x.py"])
def test_a_file_that_is_not_there_is_told(write: Callable[..., Path], name: str) -> None:
    folder = write(other="").parent
    with pytest.raises(
        UsageError, match=rf"^no file '{re.escape(name)}' here\n  paths are relative to the suite's file$"
    ):
        load_callable(f"{name}:label", folder, None)


def test_a_name_may_be_too_long_for_a_file(write: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="no module 'xxx"):
        load_callable(f"{'x' * 300}:label", write(other="").parent, "1")


def test_an_estimator_is_no_function_and_how_to_wrap_it_is_told(write: Callable[..., Path]) -> None:
    path = write(model_dot_py="class Pipe:\n    def predict(self, texts): return texts\npipe = Pipe()\n")
    with pytest.raises(UsageError, match="model has no function 'pipe', but a Pipe\n  wrap it: `lambda batch"):
        load_callable("model:pipe", path.parent, None)
