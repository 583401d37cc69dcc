"""A transformers checkpoint as the model under test: `transformers: PATH-or-NAME`.

Weights are read from safetensors alone, code from a checkpoint is never run, and no hub is asked unless the user allows it.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unicodedata import category

from albert_robust.errors import UsageError
from albert_robust.foreign import first_line
from albert_robust.models.generating import generated, limit_of
from albert_robust.models.kind import Kind, ModelSettings, Wanted
from albert_robust.models.model import Hardware, Inputs
from albert_robust.scoring.load import has_vocabulary, quiet_transformers
from albert_robust.shown import shown_path
from albert_robust.text.graphemes import word_spans

ROWS = 64  # of tokens that a model reads at once: a long text has many
STRIDE = 128  # tokens that two windows of a long context share
MAX_ANSWER_TOKENS = 30
MAX_SUMMARY_TOKENS = 128
MAX_TRANSLATION_TOKENS = 256
# No model is made from these; all else in a folder shapes it.
UNREAD = (".bin", ".h5", ".md", ".msgpack", ".onnx", ".pt")
PLAIN = Hardware()
DECODING = "v4"  # raise it when the same checkpoint answers otherwise
ADAPTER = "adapter_config.json"
LIBRARIES = ("torch", "transformers", "tokenizers")
_version = cache(version)  # which reads a file


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that does one task. `answer` maps inputs to answers, in order."""

    answer: Callable[[Sequence[Inputs]], list[Any]]

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer an input."""
        return self.answer(batch)


def load_checkpoint(
    name: str, folder: Path, task: str, allow_network: bool = False, hardware: Hardware = PLAIN
) -> Checkpoint:
    """Return the model in a checkpoint folder, or of a hub name, that does a task of its own.

    Args:
        name: A path relative to `folder`, or a hub name.
        folder: The suite's folder.
        task: The suite's task.
        allow_network: Whether a hub may be asked.
        hardware: What it is computed on.

    Raises:
        UsageError: As `loaded` has it.
    """
    model, tokenizer = loaded(name, folder, task, allow_network, hardware)
    answer = ANSWERS[task]
    return Checkpoint(lambda batch: answer(model, tokenizer, batch))


def loaded(name: str, folder: Path, task: str, allow_network: bool, hardware: Hardware) -> tuple[Any, Any]:
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
        raise UsageError(what, "a language model is asked by a `prompt:`")
    if not has_vocabulary(tokenizer):
        raise UsageError(f"the checkpoint {name!r} has no tokenizer: save it there with save_pretrained, too")
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
    """Return the versions of what computes a checkpoint's answers.

    Another version may cut texts into other tokens or decode by other rules, so its answers are its own.
    """
    return " ".join(f"{name} {_version(name)}" for name in LIBRARIES)


def file_digest(path: Path) -> bytes:
    """Return SHA-256 over a file's content, made once a process for as long as the file stays as it is.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        found = path.stat()
        return _digest(path, found.st_size, found.st_mtime_ns, found.st_ino)
    except OSError as error:
        raise UsageError(f"cannot read {shown_path(path)}: {error.strerror}") from None


@cache
def _digest(path: Path, *state: int) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def auto_class(task: str, encodes: bool = False) -> Any:
    """Return the transformers class that loads a checkpoint for a task.

    Args:
        task: As suites write it.
        encodes: Whether the checkpoint has an encoder beside its decoder: text is generated with or without.
    """
    import transformers

    names = {
        "text-classification": "AutoModelForSequenceClassification",
        "multi-label-classification": "AutoModelForSequenceClassification",
        "text-regression": "AutoModelForSequenceClassification",
        "token-classification": "AutoModelForTokenClassification",
        "question-answering": "AutoModelForQuestionAnswering",
        "summarization": "AutoModelForSeq2SeqLM",
        "translation": "AutoModelForSeq2SeqLM",
        "text-generation": "AutoModelForSeq2SeqLM" if encodes else "AutoModelForCausalLM",
    }
    return getattr(transformers, names[task])


def classify(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the label and the probabilities of each text."""
    labels = model.config.id2label
    if len(labels) == 1:
        raise UsageError("the checkpoint gives a number and no label: that is `task: text-regression`")
    rows = _logits(model, tokenizer, batch).softmax(dim=1).tolist()
    return [{"scores": {labels[place]: value for place, value in enumerate(row)}} for row in rows]


def label_all(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the probability of each label of each text, each by itself."""
    labels = model.config.id2label
    rows = _logits(model, tokenizer, batch).sigmoid().tolist()
    return [{"labels": {labels[place]: value for place, value in enumerate(row)}} for row in rows]


def rate(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the number that a head of one output gives each text."""
    count = len(model.config.id2label)
    if count > 1:
        raise UsageError(f"the checkpoint gives {count} labels and no number: that is `task: text-classification`")
    return [{"score": value} for value in _logits(model, tokenizer, batch)[:, 0].tolist()]


def _logits(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> Any:
    """Return what a head says of each text, shape (texts, labels)."""
    texts = [inputs["text"] for inputs in batch]
    encoded = tokenizer(texts, padding=True, truncation=True, max_length=limit_of(model), return_tensors="pt")
    return _said(model, encoded, "logits")[0].double()


def _said(model: Any, encoded: Any, *names: str) -> list[Any]:
    """Return outputs of a model by name, each for all rows of its input, so many rows at a time."""
    import torch

    parts = []
    with torch.inference_mode():
        for first in range(0, len(encoded["input_ids"]), ROWS):
            rows = {name: value[first : first + ROWS].to(model.device) for name, value in encoded.items()}
            output = model(**rows)
            parts.append([output[name].float().cpu() for name in names])
    return [torch.cat(column) for column in zip(*parts, strict=True)]


def tag(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the words of each text that have a tag: that of their first token. A long text is read in windows.

    Words are those of the text, not of the tokenizer; punctuation, and characters of scripts without spaces, have their own tags.
    """
    texts, limit = [inputs["text"] for inputs in batch], limit_of(model)
    encoded = tokenizer(
        texts,
        padding=True,
        truncation=True,
        max_length=limit,
        stride=min(STRIDE, limit // 4),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    owners, offsets = encoded.pop("overflow_to_sample_mapping").tolist(), encoded.pop("offset_mapping").tolist()
    best = _said(model, encoded, "logits")[0].argmax(dim=2).tolist()
    tokens: list[dict[int, tuple[int, int, int]]] = [{} for _ in texts]
    for owner, *row in zip(owners, offsets, best, strict=True):
        there = _deciding(*row)
        for place, (start, one) in enumerate(there.items()):
            inside = min(place, len(there) - 1 - place)  # the farther from its borders, the more a window knows
            tokens[owner][start] = max(tokens[owner].get(start, (-1, 0, 0)), (inside, *one))
    labels = model.config.id2label
    return [
        [(start, end, labels[label]) for start, end, label in _words(text, found) if labels[label] != "O"]
        for text, found in zip(texts, tokens, strict=True)
    ]


def _deciding(offsets: Sequence[tuple[int, int]], tags: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the end and the tag of each token of a window, by its start; the first of a character's bytes has its tag."""
    found: dict[int, tuple[int, int]] = {}
    for (start, end), label in zip(offsets, tags, strict=True):
        if start < end:
            found.setdefault(start, (end, label))
    return found


def _words(text: str, tokens: Mapping[int, tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return tokens, those that go on with a word as parts of its first one.

    Args:
        text: Where they stand.
        tokens: By their start; each what it is preferred by, its end and its tag.
    """
    insides = {place for first, last in word_spans(text) for place in range(first + 1, last)}
    words: list[tuple[int, int, int]] = []
    for start, (_, end, label) in sorted(tokens.items()):
        first = start + len(text[start:end]) - len(text[start:end].lstrip())  # some tokens begin with a blank
        if words and first in insides:
            words[-1] = (words[-1][0], end, words[-1][2])
        else:
            words.append((start, end, label))
    return words


def answer_questions(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the best span of each context. A long context is read in windows, and the best window's span wins."""
    import torch

    questions = [inputs["question"] for inputs in batch]
    contexts = [inputs["context"] for inputs in batch]
    limit = limit_of(model)
    encoded = tokenizer(
        questions,
        contexts,
        padding=True,
        truncation="only_second",
        max_length=limit,
        stride=min(STRIDE, limit // 4),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    owners, offsets = encoded.pop("overflow_to_sample_mapping"), encoded.pop("offset_mapping")
    in_context = torch.tensor([[part == 1 for part in encoded.sequence_ids(row)] for row in range(len(owners))])
    starts, ends = _said(model, encoded, "start_logits", "end_logits")
    best: dict[int, tuple[float, int, int]] = {}
    for row, owner in enumerate(owners.tolist()):
        value, start, end = _best_span(starts[row], ends[row], in_context[row])
        if owner not in best or value > best[owner][0]:
            best[owner] = (value, int(offsets[row, start, 0]), int(offsets[row, end, 1]))
    return [{"answer": span_text(context, *best[place][1:])} for place, context in enumerate(contexts)]


def span_text(context: str, start: int, end: int) -> str:
    """Return a span from the letter on that its first word begins with, since a tokenizer cuts words into pieces.

    An elided article is no part of the word (`l'eau`), nor is what stands before it in a script without spaces. At the end a
    piece may be a word of its own, of which what follows is an ending; only marks on its last letter go with it.
    """
    begins = next((first for first, last in word_spans(context) if first < start < last), start)
    while begins < start < end and category(context[start - 1])[0] in "LMN":
        start -= 1
    while start < end < len(context) and category(context[end]).startswith("M"):
        end += 1
    return context[start:end].strip()


def _best_span(starts: Any, ends: Any, allowed: Any) -> tuple[float, int, int]:
    import torch

    outside = torch.finfo(starts.dtype).min / 4
    starts, ends = starts.masked_fill(~allowed, outside), ends.masked_fill(~allowed, outside)
    sums = (starts[:, None] + ends[None, :]).triu().tril(MAX_ANSWER_TOKENS - 1)
    reachable = torch.ones_like(sums).triu().tril(MAX_ANSWER_TOKENS - 1).bool()
    sums = sums.masked_fill(~reachable, 2 * outside)
    place = int(sums.argmax())
    return float(sums.flatten()[place]), place // len(starts), place % len(starts)


def summarize(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return a summary of each document, by greedy decoding."""
    made = generated(model, tokenizer, [inputs["document"] for inputs in batch], MAX_SUMMARY_TOKENS)
    return [{"summary": text} for text in made]


def translate(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return a translation of each source, by greedy decoding.

    The checkpoint decides the languages: it translates one way, or its saved settings (`src_lang`, `forced_bos_token_id`)
    say which of several.
    """
    made = generated(model, tokenizer, [inputs["source"] for inputs in batch], MAX_TRANSLATION_TOKENS)
    return [{"translation": text} for text in made]


ANSWERS: dict[str, Callable[[Any, Any, Sequence[Inputs]], list[Any]]] = {
    "text-classification": classify,
    "multi-label-classification": label_all,
    "text-regression": rate,
    "token-classification": tag,
    "question-answering": answer_questions,
    "summarization": summarize,
    "translation": translate,
}


def hardware_of(settings: ModelSettings) -> Hardware:
    """Return what a checkpoint is computed on, as a suite says it."""
    return Hardware(settings.device, settings.dtype)


def identity_of(wanted: Wanted, asked: str = "") -> str | None:
    """Return what names the checkpoint that a suite wants; None of one that is kept elsewhere.

    Args:
        wanted: The checkpoint.
        asked: What stands for how it is asked, of one that is.
    """
    checkpoint = local_identity(wanted.folder / wanted.name)
    if checkpoint is None:
        return None
    hardware = hardware_of(wanted.settings)
    return ":".join(filter(None, (checkpoint, asked, *(hardware if hardware != PLAIN else ()), libraries())))


def _load(wanted: Wanted) -> Checkpoint:
    hardware = hardware_of(wanted.settings)
    return load_checkpoint(wanted.name, wanted.folder, wanted.task.name, wanted.allow_network, hardware)


CHECKPOINT = Kind(identity_of, _load)
