"""What a Python model is made of is noticed when it changes: its file, the local modules that this imports, and named files."""

import subprocess
import sys
from pathlib import Path

import pytest

from albert_robust.errors import InputError
from albert_robust.models.callable import callable_identity
from albert_robust.models.files import named_files
from albert_robust.models.load import load_model
from albert_robust.models.local_code import local_code, module_files
from albert_robust.models.model import Usage
from albert_robust.models.spec import ModelSpec
from albert_robust.suite.load import load_suite
from albert_robust.tasks import TASKS

TASK = TASKS["text-classification"]
MODEL = "import {}\n\ndef predict(batch):\n    return ['a' for _ in batch]\n"


SUITE = """task: text-classification
model: {{python: "model:predict", version: "1", files: [{files}]}}
datasets: {{data: {{path: data.jsonl, language: en}}}}
checks:
  - {{expect: invariance, perturbations: [typos.swap], gates: [consistency >= 0.7]}}
  - {{expect: reference, gates: [accuracy >= 0.8]}}
{extra}"""
ROWS = [f'{{"id": "r{n}", "text": "the weather in town {n} was lovely", "label": "calm"}}' for n in range(12)]


def written(folder: Path, files: str, extra: str = "") -> Path:
    made(folder, {"s.robust.yaml": SUITE.format(files=files, extra=extra), "data.jsonl": "\n".join(ROWS)})
    return folder / "s.robust.yaml"


def made(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def code(folder: Path, module: str = "m") -> list[str]:
    found = local_code(module_files(module, folder), folder)
    return sorted(path.relative_to(folder.resolve()).as_posix() for path in found)


@pytest.mark.parametrize(
    ("imports", "found"),
    [
        ("import helper", ["helper.py"]),
        ("import os, helper as h", ["helper.py"]),
        ("def late():\n    from helper import word", ["helper.py"]),
        ("from package import part", ["package/__init__.py", "package/part.py"]),
        ("import package.part", ["package/__init__.py", "package/part.py"]),
        ("from package.inner.deep import word", ["helper.py", "package/__init__.py", "package/inner/deep.py"]),
        ("import json, numpy, pytest, nowhere", []),
        ("from . import helper", ["helper.py"]),
        ("from ........................................ import helper", []),
    ],
)
def test_local_modules_are_found_wherever_they_are_imported(tmp_path: Path, imports: str, found: list[str]) -> None:
    files = {"helper.py": "", "package/__init__.py": "", "package/part.py": "", "nobody.py": ""}
    deep = {"package/inner/deep.py": "from helper import *\nfrom ... import nothing"}
    made(tmp_path, {"m.py": imports, **files, **deep})
    assert code(tmp_path) == sorted(["m.py", *found])


def test_what_a_module_imports_in_turn_is_found_and_a_ring_ends(tmp_path: Path) -> None:
    made(tmp_path, {"m.py": "import a", "a.py": "import b", "b.py": "import a, m", "c.py": ""})
    assert code(tmp_path) == ["a.py", "b.py", "m.py"]


def test_a_file_that_is_no_python_imports_nothing(tmp_path: Path) -> None:
    made(tmp_path, {"m.py": "import a, b", "a.py": "import (", "b.py": "\0"})
    assert code(tmp_path) == ["a.py", "b.py", "m.py"]


def test_modules_on_the_search_path_are_local_unless_they_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, {"src/own/__init__.py": "", "src/own/model.py": "from own import words", "src/own/words.py": ""})
    made(tmp_path, {"lib/site-packages/theirs/__init__.py": "import own"})
    for root in ("src", "lib/site-packages"):
        monkeypatch.syspath_prepend(tmp_path / root)
    folder = made(tmp_path, {"suites/m.py": "import theirs, own.model"}) / "suites"
    names = [path.name for path in local_code(module_files("m", folder), folder)]
    assert sorted(names) == ["__init__.py", "m.py", "model.py", "words.py"]
    before = callable_identity("own.model:predict", folder, "1")
    (tmp_path / "src/own/words.py").write_text("WORDS = []")
    assert callable_identity("own.model:predict", folder, "1") != before


@pytest.mark.parametrize("name", ["m.py", "helper.py", "package/part.py"])
def test_a_change_in_code_makes_another_model_and_nothing_is_imported(tmp_path: Path, name: str) -> None:
    made(tmp_path, {"m.py": MODEL.format("helper, package.part"), "helper.py": "raise SystemExit"})
    made(tmp_path, {"package/__init__.py": "raise SystemExit", "package/part.py": ""})
    before = callable_identity("m:predict", tmp_path, "1")
    assert callable_identity("m:predict", tmp_path, "1") == before
    with (tmp_path / name).open("a") as file:
        file.write("# another")
    assert callable_identity("m:predict", tmp_path, "1") != before
    assert "helper" not in sys.modules


def test_a_file_that_nothing_imports_is_no_part_of_a_model(tmp_path: Path) -> None:
    made(tmp_path, {"m.py": MODEL.format("json"), "other.py": ""})
    before = callable_identity("m:predict", tmp_path, "1")
    (tmp_path / "other.py").write_text("# another")
    assert callable_identity("m:predict", tmp_path, "1") == before


def test_a_process_that_may_hold_an_older_module_keeps_no_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, {"m.py": MODEL.format("held_module"), "held_module.py": "WORD = 1"})
    monkeypatch.syspath_prepend(tmp_path)
    assert callable_identity("m:predict", tmp_path, "1") is not None
    __import__("held_module")
    assert callable_identity("m:predict", tmp_path, "1") is None
    monkeypatch.delitem(sys.modules, "held_module")
    assert callable_identity("m:predict", tmp_path, "1") is not None


def test_a_folder_elsewhere_has_the_same_names_for_local_modules(tmp_path: Path) -> None:
    """Only the path of the model's own file tells two folders apart."""
    files = {"m.py": "import helper", "helper.py": "WORD = 1"}
    here, there = made(tmp_path / "a", files), made(tmp_path / "b", files)
    assert code(here) == code(there) == ["helper.py", "m.py"]


def identity(folder: Path, **settings: object) -> str | None:
    spec = ModelSpec.model_validate({"python": "m:predict", **settings})
    return load_model(spec, folder, TASK, folder / "models", usage=Usage()).identity


@pytest.mark.parametrize("patterns", [["words.json"], ["weights/*.pkl"], ["weights"], ["**/*.pkl", "words.json"]])
def test_a_change_in_a_named_file_makes_another_model(tmp_path: Path, patterns: list[str]) -> None:
    made(tmp_path, {"m.py": MODEL.format("json"), "words.json": "[1]", "weights/a.pkl": "1", "weights/b.pkl": "2"})
    before = identity(tmp_path, version="1", files=patterns)
    assert identity(tmp_path, version="1", files=patterns) == before != identity(tmp_path, version="1")
    for path in named_files(patterns[0], tmp_path)[-1:]:
        path.write_text("another")
    assert identity(tmp_path, version="1", files=patterns) != before


def test_a_new_file_that_a_pattern_stands_for_makes_another_model_and_so_do_two_that_change_places(
    tmp_path: Path,
) -> None:
    made(tmp_path, {"m.py": MODEL.format("json"), "w/a.pkl": "1", "w/b.pkl": "2"})
    found = [identity(tmp_path, version="1", files=["w/*"])]
    made(tmp_path, {"w/a.pkl": "2", "w/b.pkl": "1"})
    found.append(identity(tmp_path, version="1", files=["w/*"]))
    made(tmp_path, {"w/c.pkl": "3"})
    found.append(identity(tmp_path, version="1", files=["w/*"]))
    assert len({*found}) == 3


def test_files_alone_let_answers_be_kept_between_runs(tmp_path: Path) -> None:
    made(tmp_path, {"m.py": MODEL.format("json"), "words.json": "[1]"})
    assert identity(tmp_path) is None
    assert identity(tmp_path, files=["words.json"]) is not None


def test_a_file_that_is_not_there_is_told_at_its_place(tmp_path: Path) -> None:
    suite = written(tmp_path, 'data.jsonl, "weights/*.pkl", words.json')
    with pytest.raises(InputError) as error:
        load_suite(suite)
    first, second = error.value.complaints
    assert (first.what, second.what) == ("no file 'weights/*.pkl' here", "no file 'words.json' here")
    assert first.mend == "paths are relative to the suite's file"
    assert second.place[:2] == (2, suite.read_text().splitlines()[1].index("words.json") + 1)


def test_a_judge_has_files_too(tmp_path: Path) -> None:
    measures = 'measures: {{kind: {{judge: {{python: "judge:kind", files: [{}]}}}}}}\n'
    made(tmp_path, {"judge.py": "", "words.txt": "1"})
    suite = written(tmp_path, "data.jsonl", measures.format("words.txt"))
    before = load_suite(suite).own_measures[0].identity
    (tmp_path / "words.txt").write_text("2")
    assert load_suite(suite).own_measures[0].identity != before
    with pytest.raises(InputError, match=r"s.robust.yaml:\d+:\d+: no file 'nothing.txt' here"):
        load_suite(written(tmp_path, "data.jsonl", measures.format("nothing.txt")))


BROKEN = """
import json, pathlib
WORDS = json.loads(pathlib.Path(__file__).with_name("words.json").read_text())
import heavy

def predict(batch):
    return ["calm" if any(word in one["text"] for word in WORDS) else "loud" for one in batch]
"""


def test_a_model_that_breaks_in_a_named_file_fails_and_one_that_stays_is_not_asked(tmp_path: Path) -> None:
    suite = written(tmp_path, "words.json")
    heavy = "import sys\n\ndef pytest_unconfigure(config):\n    print('loaded:', 'heavy' in sys.modules)\n"
    made(tmp_path, {"model.py": BROKEN, "words.json": '["weather", "lovely"]', "heavy.py": "", "conftest.py": heavy})

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", suite.name]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    first, second = run(), run()
    assert (first.returncode, second.returncode) == (0, 0), first.stdout + second.stdout
    assert "No model was asked" not in first.stdout
    assert "0 inputs predicted, 24 from the cache\nNo model was asked: all 24 answers are kept ones." in second.stdout
    assert ("loaded: True" in first.stdout, "loaded: False" in second.stdout) == (True, True)
    page = (tmp_path / "robustness-report" / "index.html").read_text()
    assert ". No model was asked: all 24 answers are kept ones." in page
    (tmp_path / "words.json").write_text("[]")
    third = run()
    assert third.returncode == 1
    assert "accuracy 0.00" in third.stdout
