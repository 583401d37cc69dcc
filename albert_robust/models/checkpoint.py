"""A transformers checkpoint as the model under test: `transformers: PATH-or-NAME`.

Weights are read from safetensors alone, code from a checkpoint is never run, and no hub is asked unless the user allows it.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import category

from albert_robust.errors import UsageError, first_line, shown_path
from albert_robust.models.generating import (
    AT_ONCE,
    GREEDY,
    UNSTATED,
    WRITTEN,
    check_settings,
    encoded,
    generated,
    limit_of,
    speaking,
)
from albert_robust.models.kind import Kind, ModelSettings, Wanted
from albert_robust.models.model import Hardware, Inputs
from albert_robust.scoring.load import has_vocabulary, quiet_transformers
from albert_robust.text.graphemes import word_spans

WINDOW = 512  # tokens of a long text that a model without a limit reads at once
STRIDE = 128  # tokens that two windows of a long context share
MAX_ANSWER_TOKENS = 30
MAX_SUMMARY_TOKENS = 128
MAX_TRANSLATION_TOKENS = 256
# No model is made from these; all else in a folder shapes it.
UNREAD = (".bin", ".h5", ".md", ".msgpack", ".onnx", ".pt")
PLAIN = Hardware()
DECODING = "v5"  # raise it when the same checkpoint answers otherwise
ADAPTER = "adapter_config.json"
LIBRARIES = ("torch", "transformers", "tokenizers")
_version = cache(version)  # which reads a file


class Reading(NamedTuple):
    """How a checkpoint reads and writes, as far as a suite says more than the checkpoint.

    Attributes:
        max_input_tokens: Tokens of an input at most.
        src_lang: What its tokenizer calls the language that it reads.
        tgt_lang: The same of the language that it writes.
        settings: Go to `generate`.
    """

    max_input_tokens: int | None = None
    src_lang: str | None = None
    tgt_lang: str | None = None
    settings: Mapping[str, Any] = {}


AS_IT_IS = Reading()


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that does one task. `answer` maps inputs to answers, in order."""

    answer: Callable[[Sequence[Inputs]], list[Any]]

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer an input."""
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
    answer = ANSWERS[task]
    if task in WRITTEN:
        writes = {**GREEDY, **speaking(tokenizer, how.src_lang, how.tgt_lang), **how.settings}
        answer = partial(answer, how=writes)
    return Checkpoint(lambda batch: answer(model, tokenizer, batch))


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
        raise UsageError(f"{what}\n  a language model is asked by a `prompt:`")
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
    logits, cuts = _logits(model, tokenizer, batch)
    rows = zip(logits.softmax(dim=1).tolist(), cuts, strict=True)
    return [{"scores": {labels[place]: value for place, value in enumerate(row)}, "cut": cut} for row, cut in rows]


def label_all(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the probability of each label of each text, each by itself."""
    labels = model.config.id2label
    logits, cuts = _logits(model, tokenizer, batch)
    rows = zip(logits.sigmoid().tolist(), cuts, strict=True)
    return [{"labels": {labels[place]: value for place, value in enumerate(row)}, "cut": cut} for row, cut in rows]


def rate(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the number that a head of one output gives each text."""
    count = len(model.config.id2label)
    if count > 1:
        raise UsageError(f"the checkpoint gives {count} labels and no number: that is `task: text-classification`")
    logits, cuts = _logits(model, tokenizer, batch)
    return [{"score": value, "cut": cut} for value, cut in zip(logits[:, 0].tolist(), cuts, strict=True)]


def _logits(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> tuple[Any, list[int]]:
    """Return what a head says of each text, shape (texts, labels), and how many tokens of each it did not read."""
    tokens, cuts = encoded(tokenizer, [inputs["text"] for inputs in batch], limit_of(model, tokenizer))
    return _said(model, tokens, "logits")[0].double(), cuts


def _said(model: Any, tokens: Any, *names: str) -> list[Any]:
    """Return outputs of a model by name, each for all rows of its input, so many rows at a time."""
    import torch

    parts = []
    count, length = tokens["input_ids"].shape
    rows_at_once = max(1, AT_ONCE // length)
    with torch.inference_mode():
        for first in range(0, count, rows_at_once):
            rows = {name: value[first : first + rows_at_once].to(model.device) for name, value in tokens.items()}
            output = model(**rows)
            parts.append([output[name].float().cpu() for name in names])
    return [torch.cat(column) for column in zip(*parts, strict=True)]


def tag(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the words of each text that have a tag: that of their first token. A long text is read in windows.

    Words are those of the text, not of the tokenizer; punctuation, and characters of scripts without spaces, have their own tags.
    """
    texts, limit = [inputs["text"] for inputs in batch], limit_of(model, tokenizer) or WINDOW
    tokens = tokenizer(
        texts,
        padding=True,
        truncation=True,
        max_length=limit,
        stride=min(STRIDE, limit // 4),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    owners, offsets = tokens.pop("overflow_to_sample_mapping").tolist(), tokens.pop("offset_mapping").tolist()
    best = _said(model, tokens, "logits")[0].argmax(dim=2).tolist()
    tagged: list[dict[int, tuple[int, int, int]]] = [{} for _ in texts]
    for owner, *row in zip(owners, offsets, best, strict=True):
        there = _deciding(*row)
        for place, (start, one) in enumerate(there.items()):
            inside = min(place, len(there) - 1 - place)  # the farther from its borders, the more a window knows
            tagged[owner][start] = max(tagged[owner].get(start, (-1, 0, 0)), (inside, *one))
    labels = model.config.id2label
    return [
        [(start, end, labels[label]) for start, end, label in _words(text, found) if labels[label] != "O"]
        for text, found in zip(texts, tagged, strict=True)
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
    limit = limit_of(model, tokenizer) or WINDOW
    tokens = tokenizer(
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
    owners, offsets = tokens.pop("overflow_to_sample_mapping"), tokens.pop("offset_mapping")
    in_context = torch.tensor([[part == 1 for part in tokens.sequence_ids(row)] for row in range(len(owners))])
    starts, ends = _said(model, tokens, "start_logits", "end_logits")
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


def summarize(model: Any, tokenizer: Any, batch: Sequence[Inputs], how: Mapping[str, Any] = GREEDY) -> list[Any]:
    """Return a summary of each document; `how` goes to `generate`."""
    made = generated(model, tokenizer, [inputs["document"] for inputs in batch], MAX_SUMMARY_TOKENS, how)
    return [{"summary": text, "cut": cut} for text, cut in made]


def translate(model: Any, tokenizer: Any, batch: Sequence[Inputs], how: Mapping[str, Any] = GREEDY) -> list[Any]:
    """Return a translation of each source; `how` goes to `generate`."""
    made = generated(model, tokenizer, [inputs["source"] for inputs in batch], MAX_TRANSLATION_TOKENS, how)
    return [{"translation": text, "cut": cut} for text, cut in made]


ANSWERS: dict[str, Callable[..., list[Any]]] = {
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


def reading_of(settings: ModelSettings) -> Reading:
    """Return how a checkpoint reads and writes, as a suite says it; the settings of a prompt are the prompt's own."""
    writes = {} if settings.prompt else dict(settings.settings)
    return Reading(settings.max_input_tokens, settings.src_lang, settings.tgt_lang, writes)


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
    how = reading_of(wanted.settings)
    reads = "" if how == AS_IT_IS else hashlib.sha256(json.dumps(how, sort_keys=True).encode()).hexdigest()[:16]
    return ":".join(filter(None, (checkpoint, asked, reads, *(hardware if hardware != PLAIN else ()), libraries())))


def _load(wanted: Wanted) -> Checkpoint:
    settings = wanted.settings
    hardware, how = hardware_of(settings), reading_of(settings)
    return load_checkpoint(wanted.name, wanted.folder, wanted.task.name, wanted.allow_network, hardware, how)


CHECKPOINT = Kind(identity_of, _load)
