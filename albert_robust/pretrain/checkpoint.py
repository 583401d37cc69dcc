"""Where a training stands, in one safetensors file that is there whole or not at all: kill -9 loses minutes, not the run."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import AlbertForMaskedLM, PreTrainedTokenizerFast

from albert_robust.atomic import settle, whole
from albert_robust.errors import complaint_at
from albert_robust.exporting.checkpoint import rounded
from albert_robust.foreign import first_line


@dataclass(frozen=True, slots=True)
class Place:
    """How far a training has come: the stage, counted from 0, and its finished steps."""

    stage: int = 0
    step: int = 0


@contextmanager
def undamaged(path: Path) -> Iterator[None]:
    """Tell of a file that a training keeps what it is, where it cannot be read."""
    try:
        yield
    except (ValueError, LookupError, TypeError, SafetensorError) as error:
        mend = "empty its folder: what was in it is made anew"
        raise complaint_at(path, f"damaged: {first_line(error)}", mend) from None


def keep(path: Path, place: Place, model: AlbertForMaskedLM, parameters: list[nn.Parameter], optimizer: Any) -> None:
    """Write the model, what is trained and the optimiser's memory of it."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"trained.{number}": parameter.detach() for number, parameter in enumerate(parameters)}
    for number, memory in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": torch.as_tensor(value) for name, value in memory.items()}
    # A tensor may be kept under two names; safetensors wants each by itself.
    copies = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    with whole(path, alone=True) as part:
        save_file(copies, part, {"place": json.dumps([place.stage, place.step])})


def kept_place(path: Path) -> Place:
    """Return how far the training in a folder has come."""
    if not path.is_file():
        return Place()
    with safe_open(path, framework="pt") as file:
        stage, step = json.loads(file.metadata()["place"])
    return Place(stage, step)


def load_model(path: Path, model: AlbertForMaskedLM) -> None:
    """Give a model the weights that were kept."""
    model.load_state_dict(_tensors(path, "model."))


def load_trained(path: Path, parameters: list[nn.Parameter], optimizer: Any) -> None:
    """Give what is trained, and its optimiser, the state that was kept."""
    trained = _tensors(path, "trained.")
    with torch.no_grad():
        for place, parameter in enumerate(parameters):
            parameter.copy_(trained[str(place)])
    memories: dict[int, dict[str, Any]] = {}
    for name, value in _tensors(path, "optimizer.").items():
        number, _, what = name.partition(".")
        counted = value.ndim == 0 and not value.is_floating_point()  # SparseAdam counts its steps in a plain int
        memories.setdefault(int(number), {})[what] = value.item() if counted else value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": memories})


def save_encoder(
    model: AlbertForMaskedLM, tokenizer: PreTrainedTokenizerFast, folder: Path, stored: Literal["fp16", "fp8"] = "fp16"
) -> None:
    """Write a transformers checkpoint as safetensors, file by file, each whole or not at all.

    Its numbers take two bytes, those of token vectors one if `stored` is fp8.
    """
    part = folder / "part"
    part.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(part, state_dict=rounded(model, stored))
    tokenizer.save_pretrained(part)
    for path in sorted(part.iterdir()):
        settle(path, folder / path.name)
    part.rmdir()


def _tensors(path: Path, prefix: str) -> dict[str, Tensor]:
    with safe_open(path, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118  # the file is no dict
        return {name.removeprefix(prefix): file.get_tensor(name) for name in names}
