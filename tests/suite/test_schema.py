"""The JSON Schema that editors use says what the loader says."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from albert_robust.builtin import builtin
from albert_robust.cli import main
from albert_robust.documents.yaml_file import open_document
from albert_robust.errors import InputError
from albert_robust.suite.load import load_suite

SHIPPED = sorted(builtin("suites").glob("*.robust.yaml"))


@pytest.fixture
def validator(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a validator of what `albert-robust schema` prints."""
    jsonschema: Any = pytest.importorskip("jsonschema")
    assert main(["schema"]) == 0
    return jsonschema.Draft202012Validator(json.loads(capsys.readouterr().out))


def test_editors_can_complete_perturbations_and_gates(validator: Any) -> None:
    check = validator.schema["$defs"]["CheckSpec"]["properties"]
    assert {"typos.*", "typos.swap"} <= set(check["perturbations"]["items"]["examples"])
    gates = check["gates"]["items"]["examples"]
    assert {"consistency >= 0.9", "flip rate <= 0.05", "accuracy drop <= 0.05", "language gap <= 0.05"} <= set(gates)
    assert len(gates) == len(set(gates))


def test_the_schema_is_a_schema(validator: Any) -> None:
    importlib.import_module("jsonschema").Draft202012Validator.check_schema(validator.schema)


@pytest.mark.parametrize("path", SHIPPED, ids=[path.name for path in SHIPPED])
def test_the_shipped_suites_fit_the_schema_and_load(validator: Any, path: Path) -> None:
    assert list(validator.iter_errors(open_document(path).value)) == []
    assert load_suite(path).checks


GOOD = {
    "task": "text-classification",
    "datasets": {"d": {"path": "d.jsonl", "language": "en"}},
    "checks": [{"expect": "invariance", "perturbations": ["typos.*"]}],
}


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        ({}, True),
        ({"replicates": 5, "price": 0.002}, True),
        ({"replicates": 0}, False),
        ({"replicates": 21}, False),
        ({"price": -1}, False),
        ({"price": "free"}, False),
        ({"price": {"input": 0.15}}, False),
        ({"elsewhere": "far away"}, False),
    ],
    ids=str,
)
def test_the_schema_and_the_loader_agree_on_what_a_model_is_asked(
    validator: Any, write: Callable[..., Path], more: dict[str, Any], fits: bool
) -> None:
    value = {**GOOD, "model": {"elsewhere": "far-away", "version": "1", **more}, "early_stop": True}
    assert (list(validator.iter_errors(value)) == []) is fits
    path = write(d_dot_jsonl='{"text": "a"}', s_dot_robust_dot_yaml=json.dumps(value))
    if fits:
        assert load_suite(path).early_stop
    else:
        with pytest.raises(InputError, match=r"s\.robust\.yaml:1:\d+: "):
            load_suite(path)


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        ({}, True),
        ({"settings": {"stop": ["."], "seed": 1}, "at_once": 32, "timeout": 9}, True),
        ({"endpoint": "https://me:secret@a.example/v1"}, False),
        ({"key_env": "sk-secret"}, False),
        ({"labels": ["a"]}, False),
        ({"labels": [1, 2]}, True),
        ({"labels": [True, "b"]}, False),
        ({"labels": {"a": "x", "b": 0}}, True),
        ({"labels": {"a": ["x"]}}, False),
        ({"labels": {}}, False),
        ({"at_once": 0}, False),
        ({"price": {"input": 0.15, "output": 0.6}}, True),
        ({"price": {"input": -1, "output": 0.6}}, False),
        ({"price": {"input": 1, "output": 2, "cached": 0}}, False),
    ],
    ids=str,
)
def test_the_schema_and_the_loader_agree_on_an_endpoint(
    validator: Any, write: Callable[..., Path], more: dict[str, Any], fits: bool
) -> None:
    model = {"endpoint": "https://a.example/chat", "model": "m", "prompt": "{text}", "labels": ["a", "b"], **more}
    value = {**GOOD, "model": model}
    assert (list(validator.iter_errors(value)) == []) is fits
    path = write(d_dot_jsonl='{"text": "a"}', s_dot_robust_dot_yaml=json.dumps(value))
    if fits:
        assert load_suite(path).model.model == "m"
    else:
        with pytest.raises(InputError, match=r"s\.robust\.yaml:1:\d+: ") as caught:
            load_suite(path)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "tasks: x",
        "checks: []",
        "confidence: 2",
        "on_inconclusive: maybe",
        "max_errors: 1",
        "checks: [{expect: invariant}]",
    ],
)
def test_what_the_loader_refuses_an_editor_marks(validator: Any, write: Callable[..., Path], line: str) -> None:
    good = 'task: text-classification\nmodel: {python: "m:f"}\ndatasets: {d: {path: d.jsonl, language: en}}\n'
    value = open_document(write(s_dot_yaml=good + line)).value
    whole = {"checks": [{"expect": "invariance", "perturbations": ["typos.*"]}], **value}
    assert list(validator.iter_errors(whole))


def test_the_price_of_tokens_is_one_of_an_endpoint(write: Callable[..., Path]) -> None:
    model = {"elsewhere": "far-away", "version": "1", "price": {"input": 0.15, "output": 0.6}}
    path = write(d_dot_jsonl='{"text": "a"}', s_dot_robust_dot_yaml=json.dumps({**GOOD, "model": model}))
    with pytest.raises(InputError, match="only an endpoint reports token counts"):
        load_suite(path)
