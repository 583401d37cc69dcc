"""The kinds of models: their names for good, which the caches of all who use them know."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from albert_robust.models import KINDS, finetune, load_model, prompt
from albert_robust.models.checkpoint import DECODING
from albert_robust.models.embedding import ANSWERING
from albert_robust.models.extractive import PICKING
from albert_robust.suite.schema import ModelSpec
from albert_robust.tasks import TASKS

FILES = {"config.json": "{}", "model.safetensors": "weights", "tokenizer.json": "words"}
LIBRARIES = " ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "tokenizers"))
ENDPOINT = {"endpoint": "http://127.0.0.1:1/v1/chat/completions", "model": "m", "prompt": "{text}?"}
ASKED = {"prompt": "{text}?", "system": "Be brief.", "settings": {"max_new_tokens": 5}, "labels": ["good", "bad"]}
TINY = f"checkpoint:39ddd3cbefab3cf4ba7b940cd46eafd2a962dcf27974394b0f4aff84908a8738:{DECODING}"
NOTHING_SEARCHED, SEARCHED = "e3b0c44298fc1c14", "21066d108d5319ec"
AT = f"endpoint:m@{ENDPOINT['endpoint']}"
IDENTITIES: list[tuple[dict[str, Any], str, str | None]] = [
    ({"python": "json:dumps"}, "text-classification", None),
    ({"python": "json:dumps", "version": "1"}, "text-classification", "python:json:dumps@1:02bd175f3297"),
    ({"transformers": "tiny"}, "text-classification", f"{TINY}:{LIBRARIES}"),
    ({"transformers": "tiny", "device": "cuda"}, "text-classification", f"{TINY}:cuda:float32:{LIBRARIES}"),
    ({"transformers": "tiny"}, "text-generation", f"{TINY}:1f8e80a848605e14:{LIBRARIES}"),
    ({"transformers": "tiny", "prompt": "{text}?"}, "text-classification", f"{TINY}:7e801c7a881ee7aa:{LIBRARIES}"),
    (
        {"transformers": "tiny", **ASKED, "dtype": "bfloat16"},
        "text-classification",
        f"{TINY}:60675237d2d2b0c3:cpu:bfloat16:{LIBRARIES}",
    ),
    (
        {"transformers": "tiny", "prompt": "{text}?", "range": (1, 5)},
        "text-regression",
        f"{TINY}:a034a993dddc3006:{LIBRARIES}",
    ),
    ({"transformers": "adapted"}, "text-classification", None),
    ({"transformers": "somebody/model"}, "text-classification", None),
    ({"transformers": "somebody/model", "prompt": "{text}?"}, "text-classification", None),
    (
        {"finetuned": "train.jsonl"},
        "text-classification",
        f"finetuned:text-classification-9905822a82e1f8e1:{DECODING}:{LIBRARIES}",
    ),
    (
        {"finetuned": "train.jsonl"},
        "question-answering",
        f"finetuned:question-answering-80193d5855f8c6bd:{DECODING}:{LIBRARIES}",
    ),
    ({"extractive": "tiny"}, "summarization", f"extractive:{TINY}:{PICKING}:{LIBRARIES}"),
    ({"extractive": "adapted"}, "summarization", None),
    ({"encoder": "tiny"}, "sentence-similarity", f"encoder:{TINY}:{NOTHING_SEARCHED}:{ANSWERING}:{LIBRARIES}"),
    (
        {"encoder": "tiny", "documents": "documents.txt"},
        "retrieval",
        f"encoder:{TINY}:{SEARCHED}:{ANSWERING}:{LIBRARIES}",
    ),
    ({"encoder": "somebody/encoder"}, "sentence-similarity", None),
    (ENDPOINT, "text-classification", f"{AT}:7e801c7a881ee7aa"),
    (
        {**ENDPOINT, "version": "2", "key_env": "KEY", "settings": {"temperature": 0}},
        "text-classification",
        f"{AT}:bc09e15c402d653d",
    ),
    ({"elsewhere": "far"}, "text-classification", "elsewhere:far@"),
    ({"elsewhere": "far", "version": "3"}, "text-classification", "elsewhere:far@3"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What models are made of, the same on every machine."""
    for name in ("tiny", "adapted"):
        (tmp_path / name).mkdir()
        for file, content in FILES.items():
            (tmp_path / name / file).write_text(content)
    (tmp_path / "adapted" / "adapter_config.json").write_text("{}")
    (tmp_path / "train.jsonl").write_text('{"text": "fine", "label": "good", "language": "en"}\n')
    (tmp_path / "documents.txt").write_text("one\ntwo\n")
    monkeypatch.setattr(finetune, "EMBEDDED_FOLDER", tmp_path / "tiny")
    monkeypatch.setattr(prompt, "READING", 1)
    return tmp_path


def test_every_kind_is_here() -> None:
    assert {kind for said, *_ in IDENTITIES for kind in said if kind in KINDS} == set(KINDS)


@pytest.mark.parametrize(("said", "task", "identity"), IDENTITIES)
def test_an_identity_stays_as_it_is_or_caches_are_lost(
    folder: Path, said: dict[str, Any], task: str, identity: str | None
) -> None:
    assert load_model(ModelSpec(**said), folder, TASKS[task], folder / "models").identity == identity


@pytest.mark.parametrize(
    ("said", "task"),
    [
        (ENDPOINT, "text-classification"),
        ({"transformers": "tiny", "prompt": "{text}?"}, "text-classification"),
        ({"transformers": "tiny"}, "text-generation"),
    ],
)
def test_answers_that_are_read_otherwise_are_others(
    folder: Path, said: dict[str, Any], task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_model(ModelSpec(**said), folder, TASKS[task], folder / "models").identity
    monkeypatch.setattr(prompt, "READING", 2)
    assert load_model(ModelSpec(**said), folder, TASKS[task], folder / "models").identity != before
