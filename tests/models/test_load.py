"""Models say who they are before anything is loaded; whatever may change an answer makes another model of them."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch

from albert_robust.errors import InputError, UsageError
from albert_robust.models import checkpoint, embedding, extractive, finetune, load_model
from albert_robust.models.finetune import MADE_FROM, finetuned_folder, learnt_path, made_from
from albert_robust.models.load import LazyModel
from albert_robust.suite.schema import ModelSpec
from albert_robust.tasks import TASKS

Make = Callable[..., Path]
DATA = '{"text": "fine", "label": "good", "language": "en"}\n{"text": "poor", "label": "bad", "language": "en"}\n'
TASK_OF = {
    "transformers": "text-classification",
    "finetuned": "text-classification",
    "extractive": "summarization",
    "encoder": "sentence-similarity",
}
CLASSIFICATION = TASKS["text-classification"]


@pytest.fixture
def folder(tiny: Make, tmp_path: Path) -> Path:
    """A folder with what a model of each kind is made of."""
    shutil.copytree(tiny("BertForSequenceClassification"), tmp_path / "tiny")
    (tmp_path / "train.jsonl").write_text(DATA)
    return tmp_path


def lazy(kind: str, folder: Path) -> LazyModel:
    named = ModelSpec(**{kind: "train.jsonl" if kind == "finetuned" else "tiny"})  # type: ignore[arg-type]  # one of its kinds
    return load_model(named, folder, TASKS[TASK_OF[kind]], folder / "models")


def append(path: Path, content: bytes) -> None:
    path.write_bytes(path.read_bytes() + content)


@pytest.mark.parametrize("kind", ["transformers", "extractive", "encoder"])
@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_changed_file_makes_another_model(folder: Path, kind: str, name: str) -> None:
    before = lazy(kind, folder).identity
    append(folder / "tiny" / name, b" ")
    assert lazy(kind, folder).identity != before


@pytest.mark.parametrize("other", [{"device": "cuda"}, {"dtype": "bfloat16"}])
def test_other_hardware_makes_another_model(folder: Path, other: dict[str, str]) -> None:
    named = ModelSpec(transformers="tiny", **other)  # type: ignore[arg-type]  # one of its keys
    model = load_model(named, folder, CLASSIFICATION, folder / "models")
    assert str(model.identity).startswith("checkpoint:")
    assert model.identity != lazy("transformers", folder).identity


@pytest.mark.parametrize("kind", TASK_OF)
def test_what_stays_as_it_is_stays_the_same_model_and_is_read_once(
    folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lazy(kind, folder).identity
    monkeypatch.setattr(Path, "open", lambda *given, **named: pytest.fail("read twice"))
    assert lazy(kind, folder).identity == before


def test_a_model_that_another_process_has_made_meanwhile_is_taken(tmp_path: Path) -> None:
    made = tmp_path / "models" / "made"
    made.mkdir(parents=True)
    finetune.finetune(
        tmp_path / "there is none.jsonl", TASKS["text-classification"], made
    )  # would be read, had it to be made
    assert list(made.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "module", "constant"),
    [
        ("finetuned", finetune, "DECODING"),
        ("extractive", extractive, "PICKING"),
        ("encoder", embedding, "ANSWERING"),
        ("transformers", checkpoint, "DECODING"),
    ],
)
def test_another_version_of_an_adapter_makes_another_model(
    folder: Path, kind: str, module: ModuleType, constant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lazy(kind, folder).identity
    monkeypatch.setattr(module, constant, "another")
    assert lazy(kind, folder).identity != before


@pytest.mark.parametrize("kind", TASK_OF)
def test_another_version_of_a_library_makes_another_model(
    folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lazy(kind, folder).identity
    monkeypatch.setattr(checkpoint, "_version", lambda name: "0")
    assert lazy(kind, folder).identity != before


def test_other_data_make_another_fine_tuned_model(folder: Path) -> None:
    before = lazy("finetuned", folder).identity
    append(folder / "train.jsonl", DATA.encode())
    assert lazy("finetuned", folder).identity != before


def write_weights(folder: Path, value: float, made: str) -> None:
    """Write weights beside the data, as `albert-robust finetune` does."""
    numpy = pytest.importorskip("numpy")
    pytest.importorskip("safetensors.numpy").save_file(
        {"w": numpy.full(2, value)}, learnt_path(folder / "train.jsonl"), metadata={MADE_FROM: made}
    )


def test_so_do_other_weights_learnt_from_the_same_data(folder: Path) -> None:
    data = folder / "train.jsonl"
    identities = [lazy("finetuned", folder).identity]
    for value in (0.0, 1.0):
        write_weights(folder, value, made_from(data, CLASSIFICATION))
        identities.append(lazy("finetuned", folder).identity)
    assert len(set(identities)) == 3


def test_but_not_weights_that_were_learnt_from_other_data(folder: Path) -> None:
    data = folder / "train.jsonl"
    before = finetuned_folder(data, CLASSIFICATION, folder)
    write_weights(folder, 0.0, "others")
    assert finetuned_folder(data, CLASSIFICATION, folder) == before


def test_damaged_weights_beside_the_data_are_told_in_one_line(folder: Path) -> None:
    learnt_path(folder / "train.jsonl").write_bytes(b"no weights")
    with pytest.raises(
        InputError, match=r"train\.safetensors:1:1: damaged: .*\n  write it anew: albert-robust finetune"
    ):
        _ = lazy("finetuned", folder).identity


@pytest.mark.parametrize("kind", ["transformers", "extractive", "encoder"])
def test_an_adapter_of_a_model_that_lies_elsewhere_has_none(folder: Path, kind: str) -> None:
    (folder / "tiny" / "adapter_config.json").write_text("{}")
    assert lazy(kind, folder).identity is None


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("transformers", {"text": "a"}),
        ("extractive", {"document": "a"}),
        ("encoder", {"first": "a", "second": "b"}),
    ],
)
def test_a_broken_checkpoint_is_told_when_it_is_asked(folder: Path, kind: str, inputs: dict[str, str]) -> None:
    (folder / "tiny" / "model.safetensors").write_bytes(b"no weights")
    model = lazy(kind, folder)
    assert model.identity is not None
    with pytest.raises(UsageError, match=r"cannot load the (checkpoint|encoder) '.*tiny': ") as caught:
        model.predict([inputs])
    assert "\n" not in str(caught.value)


def test_no_identity_needs_torch(folder: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from albert_robust.models import load_model\n"
        "from albert_robust.suite.schema import ModelSpec\n"
        "from albert_robust.tasks import TASKS\n"
        f"for kind, task in {TASK_OF}.items():\n"
        "    named = ModelSpec(**{kind: 'train.jsonl' if kind == 'finetuned' else 'tiny'})\n"
        "    assert load_model(named, Path('.'), TASKS[task], Path('models')).identity\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)\n"
    )
    write_weights(folder, 0.0, made_from(folder / "train.jsonl", CLASSIFICATION))
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True, timeout=600)


def test_what_cannot_be_learnt_leaves_threads_and_chance_as_they_were(tmp_path: Path) -> None:
    row = {"language": "en", "context": "It is late.", "question": "What is it?"}
    rows = [json.dumps({**row, "answers": answer}) for answer in ("early", "soon")]
    (tmp_path / "qa.jsonl").write_text("\n".join(rows) + "\n")
    threads, chance = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    try:
        with pytest.raises(UsageError, match="there is nothing to learn"):
            finetune.learn(tmp_path / "qa.jsonl", TASKS["question-answering"])
        assert torch.get_num_threads() == 1
        assert torch.equal(torch.get_rng_state(), chance)
    finally:
        torch.set_num_threads(threads)
