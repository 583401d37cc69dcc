"""A transformers checkpoint as the model under test: `transformers: PATH-or-NAME`.

Weights are read from safetensors alone, code from a checkpoint is never run, and no hub is asked unless the user allows it.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from albert_robust.errors import UsageError
from albert_robust.foreign import first_line
from albert_robust.grammar import Strict
from albert_robust.models.files import file_digest
from albert_robust.models.generating import GREEDY, UNSTATED, WRITTEN, check_settings, speaking
from albert_robust.models.heads import HEADS
from albert_robust.models.kind import ASKING, Kind, Unfit, Wanted
from albert_robust.models.model import Answering, Hardware, Inputs, Number
from albert_robust.models.prompt import prompt_digest
from albert_robust.scoring.load import has_vocabulary, quiet_transformers
from albert_robust.tasks import Task
from albert_robust.tasks.entities import labels_of_tags

# No model is made from these; all else in a folder shapes it.
UNREAD = (".bin", ".h5", ".md", ".msgpack", ".onnx", ".pt")
PLAIN = Hardware()
COMPARES = "sentence-similarity"
WRITES = "text-generation"  # the task of a checkpoint that is asked by a prompt, whatever it is asked to do
DECODING = "v5"  # raise it when the same checkpoint answers otherwise
ADAPTER = "adapter_config.json"
LIBRARIES = ("torch", "transformers", "tokenizers")
_version = cache(version)  # which reads a file


class Reading(NamedTuple):
    """How a checkpoint reads and writes, as far as a suite says more than the checkpoint.

    Attributes:
        max_input_tokens: The most tokens of an input that it reads.
        src_lang: What its tokenizer calls the language that it reads.
        tgt_lang: What its tokenizer calls the language that it writes.
        settings: Options of `generate`.
        raw: Whether the similarity of a pair is the head's output and not its sigmoid.
    """

    max_input_tokens: int | None = None
    src_lang: str | None = None
    tgt_lang: str | None = None
    settings: Mapping[str, Any] = {}
    raw: bool = False


AS_IT_IS = Reading()


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that does one task. `answer` returns one answer per input, in order."""

    answer: Callable[[Sequence[Inputs]], list[Any]]

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer per input."""
        return self.answer(batch)


def load_checkpoint(
    name: str,
    folder: Path,
    task: str,
    allow_network: bool = False,
    hardware: Hardware = PLAIN,
    how: Reading = AS_IT_IS,
) -> Checkpoint:
    """Return the model in a checkpoint folder, or of a hub name, that does a task of its own.

    Args:
        name: A path relative to `folder`, or a hub name.
        folder: The suite's folder.
        task: The suite's task.
        allow_network: Whether a hub may be asked.
        hardware: What it is computed on.
        how: How it reads and writes.

    Raises:
        UsageError: As `loaded` has it; or a setting is none of how a model writes.
    """
    check_settings(how.settings)
    model, tokenizer = loaded(name, folder, task, allow_network, hardware, how)
    answer = partial(HEADS[task].answer, model, tokenizer)
    if task in WRITTEN:
        answer = partial(answer, how={**GREEDY, **speaking(tokenizer, how.src_lang, how.tgt_lang), **how.settings})
    if how.raw:
        answer = partial(answer, raw=True)
    return Checkpoint(answer)


def loaded(
    name: str, folder: Path, task: str, allow_network: bool, hardware: Hardware, how: Reading = AS_IT_IS
) -> tuple[Any, Any]:
    """Return the model and the tokenizer of a checkpoint, for `load_checkpoint`'s arguments.

    Raises:
        UsageError: There is no such checkpoint, or it has no safetensors weights or no tokenizer, or does another task; or this
            machine lacks the device.
    """
    from transformers import AutoConfig, AutoTokenizer

    quiet_transformers()
    path = folder / name
    local = os.path.isdir(path)
    if local and not any(path.glob("*.safetensors")):
        raise UsageError(f"the folder {name!r} holds no safetensors weights: save the model with save_pretrained")
    if not local and not allow_network and name.startswith((".", "/")):
        raise UsageError(f"no checkpoint folder {name!r}")
    source = str(path) if local else name
    options: dict[str, Any] = {"local_files_only": local or not allow_network, "trust_remote_code": False}
    try:
        encodes = AutoConfig.from_pretrained(source, **options).is_encoder_decoder
        model, loading = auto_class(task, encodes).from_pretrained(
            source, use_safetensors=True, dtype=hardware.dtype, output_loading_info=True, **options
        )
        tokenizer = AutoTokenizer.from_pretrained(source, **options)
    except Exception as error:  # what transformers raises for a broken folder has no common type
        if not local and not allow_network:
            what = f"no checkpoint folder {name!r} beside the suite, and none kept of that name"
            raise UsageError(f"{what}; a hub is asked only with --robust-allow-network") from None
        raise UsageError(f"cannot load the checkpoint {name!r}: {first_line(error)}") from None
    missing = sorted(loading["missing_keys"])
    if missing:  # transformers would draw them at random
        what = f"the checkpoint {name!r} does not do {task}: it has no weights for {', '.join(missing[:3])}"
        raise UsageError(what, "a language model is asked by a `prompt:`, a sentence encoder is an `encoder:`")
    if not has_vocabulary(tokenizer):
        raise UsageError(f"the checkpoint {name!r} has no tokenizer: save it there with save_pretrained, too")
    tokenizer.model_max_length = min(tokenizer.model_max_length, how.max_input_tokens or UNSTATED)
    try:
        return model.eval().to(hardware.device), tokenizer
    except Exception as error:  # torch's own, of several types
        raise UsageError(f"`device: {hardware.device}` cannot be used here: {first_line(error)}") from None


def checkpoint_identity(folder: Path) -> str:
    """Return what names a checkpoint folder for good: its weights, settings and tokenizer files, read but not loaded.

    Raises:
        UsageError: A file of it cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix not in UNREAD and not path.name.startswith("."):
            digest.update(path.name.encode() + b"\0" + file_digest(path))
    return f"checkpoint:{digest.hexdigest()}:{DECODING}"


def local_identity(folder: Path) -> str | None:
    """Return `checkpoint_identity` of a folder; None where it, or an adapter's base model, lies elsewhere."""
    return None if not os.path.isdir(folder) or (folder / ADAPTER).exists() else checkpoint_identity(folder)


def libraries() -> str:
    """Return the versions of the libraries that compute a checkpoint's answers.

    Another version may cut texts into other tokens or decode by other rules, so its answers may differ.
    """
    return " ".join(f"{name} {_version(name)}" for name in LIBRARIES)


def auto_class(task: str, encodes: bool = False) -> Any:
    """Return the transformers class that loads a checkpoint for a task.

    Args:
        task: As suites write it.
        encodes: Whether the checkpoint has an encoder beside its decoder: text is generated with or without.
    """
    import transformers

    writer = "AutoModelForSeq2SeqLM" if encodes else "AutoModelForCausalLM"
    return getattr(transformers, HEADS[task].auto_class if task in HEADS else writer)


class CheckpointSettings(Strict):
    """What only a checkpoint has."""

    transformers: Annotated[
        str | None, Field(description="A Hugging Face checkpoint: a folder beside the suite, or a hub name.")
    ] = None
    device: Annotated[
        str,
        Field(
            description="The device that a checkpoint runs on: cpu, cuda, cuda:1 or mps.",
            pattern=r"^(cpu|cuda(:\d+)?|mps)$",
        ),
    ] = "cpu"
    dtype: Annotated[Number, Field(description="The number format that a checkpoint is computed in.")] = "float32"
    max_input_tokens: Annotated[
        int | None,
        Field(gt=0, description="The most tokens of an input that a checkpoint reads. Default: as many as it can."),
    ] = None
    src_lang: Annotated[
        str | None,
        Field(min_length=1, description="The language that a checkpoint reads, by its tokenizer's code: en_XX."),
    ] = None
    tgt_lang: Annotated[
        str | None,
        Field(min_length=1, description="The language that a checkpoint writes, by its tokenizer's code: de_DE."),
    ] = None


def reading_of(said: CheckpointSettings, settings: Mapping[str, Any]) -> Reading:
    """Return how a checkpoint reads and writes, as a suite says it; `settings` are those of `generate`."""
    return Reading(said.max_input_tokens, said.src_lang, said.tgt_lang, settings)


def labels_in(folder: Path, task: Task) -> list[str]:
    """Return the labels that a checkpoint folder can say, by its settings; none if it has none, or they cannot be read."""
    try:
        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        unnamed = {
            str(place): f"LABEL_{place}" for place in range(settings.get("num_labels", 2))
        }  # as transformers calls them
        said = [str(label) for label in (settings.get("id2label") or unnamed).values()]
    except (OSError, ValueError, TypeError, AttributeError):
        return []  # what loads it says what is wrong
    return labels_of_tags(said) if task.has_spans else said if task.has_labels else []


def _identity(wanted: Wanted) -> str | None:
    """Return what names the checkpoint and how it is asked; None if it is kept elsewhere."""
    said, checkpoint = wanted.settings, local_identity(wanted.folder / wanted.name)
    if checkpoint is None:
        return None
    asked = prompt_digest(said) if _is_prompted(wanted) else ""
    hardware, how = _hardware(wanted), _how(wanted)
    reads = "" if how == AS_IT_IS else hashlib.sha256(json.dumps(how, sort_keys=True).encode()).hexdigest()[:16]
    return ":".join(filter(None, (checkpoint, asked, reads, *(hardware if hardware != PLAIN else ()), libraries())))


def _load(wanted: Wanted) -> Answering:
    said, task = wanted.settings, wanted.task
    if _is_prompted(wanted):
        from albert_robust.models.prompted import load_prompted

        return load_prompted(wanted.name, wanted.folder, said, task, wanted.allow_network, _hardware(wanted))
    return load_checkpoint(wanted.name, wanted.folder, task.name, wanted.allow_network, _hardware(wanted), _how(wanted))


def _how(wanted: Wanted) -> Reading:
    """Return how a checkpoint does a task of its own; if asked by a prompt, it writes as the prompt's digest says."""
    said = wanted.settings
    if _is_prompted(wanted):
        return reading_of(said, {})
    return reading_of(said, said.settings)._replace(raw=wanted.task.name == COMPARES and said.range is not None)


def _is_prompted(wanted: Wanted) -> bool:
    """Return whether what it writes is read as a reply."""
    return bool(wanted.settings.prompt) or wanted.task.name == WRITES


def _hardware(wanted: Wanted) -> Hardware:
    return Hardware(wanted.settings.device, wanted.settings.dtype)


def _unfit(said: Any, task: Task, folder: Path) -> Iterator[Unfit]:
    """Yield settings of how to write where a checkpoint does a task of its own and writes nothing."""
    if not said.prompt and task.name not in WRITTEN:
        for setting in sorted({"settings", "src_lang", "tgt_lang"} & said.model_fields_set):
            yield setting, f"{setting!r} without a prompt", "add `prompt:`, or take it out"


KIND = Kind(
    name="transformers",
    called="a checkpoint",
    settings=CheckpointSettings,
    identity=_identity,
    load=_load,
    tasks=(*HEADS, WRITES),
    shares=ASKING,
    labels=lambda said, task, folder: [] if said.prompt else labels_in(folder / said.transformers, task),
    unfit=_unfit,
)
