"""From Python a suite may be a dictionary, with data in memory and a function for the model."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import safe_dump

import albert_robust
from albert_robust import load_suite, open_run, run, write_report
from albert_robust.documents.dictionary import document_of
from albert_robust.documents.yaml_file import open_document
from albert_robust.errors import InputError, UsageError
from albert_robust.gate.family import compare_runs
from albert_robust.gate.merging import merged
from albert_robust.results.run import SHOWN_CELLS, Run

ROWS = [{"text": f"the weather in town {number} was lovely", "label": "calm"} for number in range(24)]
FRAME = pd.DataFrame(ROWS)
GRAMMAR = st.recursive(
    st.text("ab", max_size=3), lambda inside: st.lists(inside) | st.dictionaries(st.text("ab", min_size=1), inside)
)


def loud(batch: list[dict[str, str]]) -> list[str]:
    return ["loud" if one["text"].isupper() else "calm" for one in batch]


class Estimator:
    """As scikit-learn has them: an object that predicts from texts."""

    def predict(self, texts: list[str]) -> list[str]:
        return ["calm" for _ in texts]


def brevity(pairs: list[dict[str, Any]]) -> list[float]:
    return [1.0 for _ in pairs]


def suite(rows: Any = ROWS, **more: Any) -> dict[str, Any]:
    check = {"expect": "invariance", "perturbations": ["case.upper", "typos.swap"], "gates": ["consistency >= 0.8"]}
    datasets = {"data": {"rows": rows, "language": "en"}}
    return {"task": "text-classification", "model": {"python": loud}, "datasets": datasets, "checks": [check], **more}


def verdicts(found: Run) -> dict[str, str]:
    return {cell.cell: cell.verdict for cell in found.cells}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_from_memory_is_that_of_the_same_rows_in_a_file(here: Path) -> None:
    (here / "model.py").write_text(
        'def predict(batch):\n    return ["loud" if one["text"].isupper() else "calm" for one in batch]\n'
    )
    (here / "data.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    written = suite(model={"python": "model:predict"}, datasets={"data": {"path": "data.jsonl", "language": "en"}})
    (here / "suite.robust.yaml").write_text(safe_dump(written))
    memory, file = run(suite()), run("suite.robust.yaml")
    assert verdicts(memory) == verdicts(file) == {"data/case.upper[en]": "failed", "data/typos.swap@2[en]": "passed"}
    assert memory.suites[0].data == file.suites[0].data
    assert [one.variant for one in memory.outcomes] == [one.variant for one in file.outcomes]
    compared = compare_runs(file, memory, floor=0.01, tolerance=0.2)
    assert {name: found.verdict for (_, name), found in compared.items()} == dict.fromkeys(verdicts(file), "same")


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame(ROWS),
        pd.DataFrame(ROWS).convert_dtypes(),
        pa.Table.from_pylist(ROWS),
        tuple(ROWS),
        (row for row in ROWS),
        [{**row, "text": np.str_(row["text"])} for row in ROWS],
    ],
    ids=["pandas", "pandas' own types", "Arrow", "tuple", "generator", "numpy"],
)
def test_rows_may_be_any_table(table: Any) -> None:
    found = run(suite(table))
    assert found.suites[0].data == run(suite()).suites[0].data
    assert found.suites[0].datasets == {"data": "24 rows"}


@pytest.mark.parametrize("texts", [pd.Series(["a", "b"]), ["a", "b"]], ids=["a column", "a list"])
def test_texts_alone_are_no_rows(texts: Any) -> None:
    with pytest.raises(
        InputError, match=r"^suite\.datasets\.data\.rows: texts in place of rows\n  .* the whole data frame$"
    ):
        run(suite(texts))


def test_what_pandas_writes_for_nothing_is_nothing() -> None:
    frame = pd.DataFrame({"text": ["it is so"] * 2, "label": ["calm", None], "id": [1, 2]}).convert_dtypes()
    (data,) = run(suite(frame)).suites[0].data.values()
    rows = [{"text": "it is so", "label": "calm", "id": 1}, {"text": "it is so", "id": 2}]
    assert data == run(suite(rows)).suites[0].data["data"]


def test_rows_may_stand_in_a_suite_s_file_too(here: Path) -> None:
    (here / "s.robust.yaml").write_text(safe_dump(suite(model={"python": "model:predict"})))
    (source,) = load_suite("s.robust.yaml").datasets.values()
    assert source.shown == "24 rows"
    (here / "s.robust.yaml").write_text(safe_dump(suite([{"txt": "a"}], model={"python": "model:predict"})))
    with pytest.raises(InputError, match=r"^s\.robust\.yaml:12:1: the column 'text' is missing"):
        run("s.robust.yaml")


def test_a_run_from_memory_is_kept_reported_and_merged(here: Path) -> None:
    made = [run(load_suite(suite(), name=name)) for name in ("one", "two")]
    for found in made:
        page = write_report(found, here / found.suites[0].name)
        assert "test_suites_from_python:loud" in page.read_text()
        assert "pytest " not in page.read_text()  # which has no file to run again
    together = merged({name: open_run(here / name) for name in ("one", "two")})
    assert {one.name for one in together.suites} == {"one", "two"}
    assert together.answer == "no"


def test_a_suite_of_a_dictionary_can_be_sent_to_another_process() -> None:
    one = load_suite(suite())
    assert verdicts(run(pickle.loads(pickle.dumps(one)))) == verdicts(run(one))  # noqa: S301  # our own


def test_a_function_may_stand_for_a_model_by_itself() -> None:
    assert verdicts(run(suite(model=loud))) == verdicts(run(suite()))
    several = suite(models={"one": loud, "other": {"python": loud}})
    del several["model"]
    found = run(several)
    assert [one.model for one in found.suites] == ["python: test_suites_from_python:loud"] * 2


def test_with_a_version_answers_of_a_function_are_kept() -> None:
    asked = []

    def counting(batch: list[dict[str, str]]) -> list[str]:
        asked.append(len(batch))
        return loud(batch)

    for _ in range(2):
        run(suite(model={"python": counting, "version": "1"}))
    assert sum(asked) == len(ROWS) * 3


class Says:
    def __init__(self, label: str) -> None:
        self.label = label

    def answer(self, batch: list[dict[str, str]]) -> list[str]:
        return [self.label for _ in batch]


def test_functions_of_one_name_and_version_are_told_and_never_taken_for_each_other() -> None:
    models = {name: {"python": Says(name).answer, "version": "1"} for name in ("calm", "loud")}
    checks = [{"expect": "reference", "gates": ["accuracy >= 0.5"]}]
    given = {**suite(checks=checks), "models": models, "model": {}}
    told = r"^suite\.models\.loud\.python: another function is called '.*:Says\.answer', of the same version"
    with pytest.raises(InputError, match=told):
        run(given)
    models["loud"]["version"] = "2"
    assert [cell.measures["accuracy"].value for cell in run(given).cells] == [1.0, 0.0]


def test_measures_may_be_functions() -> None:
    check = {"expect": "reference", "gates": ["brevity >= 0.8"]}
    (cell,) = run(suite(measures={"brevity": {"python": brevity}}, checks=[check])).cells
    assert (cell.measures["brevity"].value, cell.verdict) == (1.0, "passed")


def test_a_seed_replaces_the_suite_s_own_and_a_budget_bounds_what_is_asked() -> None:
    seeded: list[tuple[Any, int | None]] = [
        (suite(), None),
        (suite(), 7),
        (load_suite(suite()), 7),
        (suite(seed=7), None),
    ]
    variants = [[case.variant for case in run(one, seed=seed).outcomes] for one, seed in seeded]
    assert variants[0] != variants[1] == variants[2] == variants[3]
    bounded = run(suite(), max_calls=10)
    assert bounded.cost["predicted"] == 10
    assert set(verdicts(bounded).values()) == {"not tested"}
    wrongs: tuple[dict[str, Any], ...] = (
        {"max_calls": -1},
        {"max_seconds": float("nan")},
        {"max_price": -0.1},
        {"max_calls": 1.5},
        {"seed": "7"},
    )
    for wrong in wrongs:
        with pytest.raises(UsageError, match=r"none below 0|expected a whole number"):
            run(suite(), **wrong)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"modle": 1}, r"^suite\.modle: unknown key 'modle'\n  did you mean 'model'\?$"),
        ({"model": {"python": 3}}, r"^suite\.model\.python: 3 names no function\n"),
        ({"checks": [{"expect": "invariance"}]}, r"^suite\.checks\[0\]: a check of invariance needs perturbations"),
        (
            {"checks": [{"expect": "invariance", "perturbations": ["case.upper", "typos.swop"]}]},
            r"^suite\.checks\[0\]\.perturbations\[1\]: unknown perturbation 'typos\.swop'\n  did you mean",
        ),
        (
            {"datasets": {"d": {"rows": [1], "language": "en"}}},
            r"^suite\.datasets\.d\.rows: 1: expected keys and values",
        ),
        (
            {"datasets": {"d": {"rows": {"text": []}, "language": "en"}}},
            r"^suite\.datasets\.d\.rows: keys and values in place of rows\n  .* data frame of these columns$",
        ),
        (
            {"datasets": {"d": FRAME}},
            r"^suite\.datasets\.d: a DataFrame: expected keys and values\n  write `\{rows: \.\.\., language: en\}`$",
        ),
        ({"model": Estimator()}, r"^suite\.model\.python: 'Estimator' is no function\n  wrap it: `lambda batch: "),
        ({"model": {"python": Estimator()}}, r"^suite\.model\.python: 'Estimator' is no function\n  wrap it"),
        (
            {"checks": {"expect": "invariance", "perturbations": ["typos.*"]}},
            r"^suite\.checks: expected a list, got keys and values\n  begin each with a hyphen: `- expect: invariance`$",
        ),
        (
            {"checks": {"typos": {"expect": "invariance"}}},
            r"^suite\.checks: expected a list, got keys and values\n  begin each with a hyphen: `- expect: invariance`$",
        ),
        ({"datasets": {"d": {"language": "en"}}}, r"^suite\.datasets\.d: say where the examples are\n  .*`rows:`"),
        ({"datasets": {"d": {"rows": [], "language": "en"}}}, r"^suite\.datasets\.d\.rows: the dataset is empty"),
        (
            {"datasets": {"d": {"rows": [*ROWS, {"text": None}], "language": "en"}}},
            r"^suite\.datasets\.d\.rows\[24\]: 'text' holds nothing",
        ),
        (
            {"datasets": {"d": {"templates": [{"text": "a {thing}"}], "language": "en"}}},
            r"^suite\.datasets\.d\.templates\[0\]\.text: no list of words for \{thing\}",
        ),
        ({"model": {"python": lambda batch: []}}, r"^suite\.model: the model returned 0 outputs for 64 inputs"),
        ({"marks": [{"cells": "*nothing*", "skip": "why"}]}, r"^suite\.marks\[0\]\.cells: no cell fits"),
        ({"model": {"python": "nowhere:predict"}}, r"^suite\.model: no module 'nowhere' beside the suite or installed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_in_a_dictionary_is_told_with_its_key(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(suite(**change))


@given(GRAMMAR)
def test_every_place_of_a_dictionary_is_one_of_the_same_file(value: Any) -> None:
    whole = {"a": value}
    path = Path("written.yaml")
    path.write_text(safe_dump(whole, default_style='"'))
    file, memory = open_document(path), document_of(whole, path)
    assert memory.value == file.value
    assert memory.places.keys() == file.places.keys()
    assert list(memory.places) == sorted(memory.places, key=lambda at: memory.places[at])


def test_a_notebook_shows_the_worst_cells_first_and_no_markup_of_the_data() -> None:
    def told(names: list[str]) -> str:
        datasets = {name: {"rows": ROWS, "language": "en"} for name in names}
        return run(suite(datasets=datasets, description="<b>"))._repr_html_()

    page = told(["data"])
    assert page.index("case.upper") < page.index("typos.swap")
    assert "<p>Run: 1 failed, 1 passed; answer no</p>" in page
    assert "gate &gt;= 0.80" in page
    assert "more" not in page
    many = told([f"data{number}" for number in range(SHOWN_CELLS)])
    assert many.count("<tr>") == SHOWN_CELLS + 1
    assert f"and {SHOWN_CELLS} more" in many


def test_what_is_no_suite_is_told_where_it_is_loaded() -> None:
    load: Callable[[Any], object] = load_suite
    with pytest.raises(UsageError, match="expected a suite's file or a dictionary, got 3"):
        load(3)
    assert albert_robust.load_suites(suite())[0].name == "suite"
