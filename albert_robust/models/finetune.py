"""A small baseline model, made here: the embedded encoder fine-tuned on a file of labelled examples.

`finetuned: train.jsonl` in a suite makes an ordinary transformers checkpoint at first use, deterministically, and keeps
it under `.albert_robust/models/`, named by all that shaped it: data, encoder, settings. The token vectors stay as they
are, so what is learnt is small: `albert-robust finetune` writes it beside the data (`train.safetensors`), and a suite
takes it from there instead of training, as long as it was made from these very data, encoder and settings.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from filelock import FileLock
from pydantic import Field

from albert_robust.atomic import whole, write_whole
from albert_robust.data import Example, read_examples
from albert_robust.data.cells import language_of
from albert_robust.data.rows import read_rows
from albert_robust.errors import UsageError, complaint_at, writing
from albert_robust.grammar import Strict
from albert_robust.models.checkpoint import DECODING, Checkpoint, auto_class, libraries, load_checkpoint
from albert_robust.models.files import file_digest
from albert_robust.models.kind import Kind, Wanted, missing_file
from albert_robust.scoring.load import EMBEDDED_FOLDER, quiet_transformers
from albert_robust.tasks import Task

RECIPE = 1  # raise it when the same data gives another model
SEED = 0  # fixed: the name of a model says nothing of it
THREADS = 2  # fixed: sums over another number of threads differ in their last bits
SORTED = 8  # batches whose examples are sorted by length together, for little padding
MADE_FROM = "made_from"


@dataclass(frozen=True, slots=True)
class FinetuneSettings:
    """How long and how fast a task is learnt.

    Attributes:
        epochs: Passes over the examples.
        batch: Examples a step.
        learning_rate: At its highest.
        token_dropout: Share of tokens hidden in a step, so that no single word decides.
    """

    epochs: int
    batch: int
    learning_rate: float
    token_dropout: float


SETTINGS = {
    "text-classification": FinetuneSettings(epochs=6, batch=32, learning_rate=1e-3, token_dropout=0.15),
    "question-answering": FinetuneSettings(epochs=3, batch=32, learning_rate=1e-3, token_dropout=0.0),
}


def made_from(data: Path, task: Task) -> str:
    """Return what names a fine-tuned model: a hash of its data, the encoder and the settings."""
    digest = hashlib.sha256(f"{task.name} {RECIPE} {SETTINGS[task.name]}".encode())
    for path in (data, *sorted(EMBEDDED_FOLDER.glob("*.json")), *sorted(EMBEDDED_FOLDER.glob("*.safetensors"))):
        digest.update(file_digest(path))
    return digest.hexdigest()[:16]


def finetuned_folder(data: Path, task: Task, models: Path) -> Path:
    """Return where the model that is made from `data` lies, below `models`: its name tells all that shaped it.

    Raises:
        InputError: The learnt weights beside the data are damaged.
        UsageError: A file cannot be read.
    """
    name = f"{task.name}-{made_from(data, task)}"
    return models / (f"{name}-{file_digest(learnt_path(data)).hex()[:16]}" if _is_learnt(data, task) else name)


def learnt_path(data: Path) -> Path:
    """Return where the learnt weights lie, beside the data."""
    return data.with_suffix(".safetensors")


def finetune(data: Path, task: Task, folder: Path) -> None:
    """Write the checkpoint that is made from a data file to `folder`, whole or not at all, unless it is there.

    Of several processes one makes it, and the others wait.

    Raises:
        InputError: The data file is broken.
        UsageError: The data hold too little to learn.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            _write(data, task, folder)


def _write(data: Path, task: Task, folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    learnt = load_file(learnt_path(data)) if _is_learnt(data, task) else learn(data, task)
    model, tokenizer, _ = _untrained(data, task)
    with torch.no_grad():
        model.load_state_dict({name: value.float() for name, value in learnt.items()}, strict=False)
    with whole(folder) as part:
        model.eval().save_pretrained(part)
        tokenizer.save_pretrained(part)


def write_learnt(data: Path, task: Task) -> Path:
    """Fine-tune on a data file and write what was learnt beside it, as float16 safetensors.

    Raises:
        InputError: The data file is broken.
        UsageError: The data hold too little to learn, or weights of another origin are in the place.
        WritingError: The file cannot be written.
    """
    from safetensors.torch import save

    path = learnt_path(data)
    if _is_foreign(path):
        raise UsageError(f"{path} holds weights that were not made here: move them, or rename {data.name}")
    weights = save(learn(data, task), metadata={MADE_FROM: made_from(data, task)})
    with writing(path, "make room there, or see that it may be written"):
        write_whole(path, weights)
    return path


def _is_learnt(data: Path, task: Task) -> bool:
    """Whether the weights beside the data are there, and made from these very data; no weight is read."""
    from safetensors import SafetensorError, safe_open

    path = learnt_path(data)
    if not path.is_file():
        return False
    try:
        with safe_open(path, framework="numpy") as file:
            return bool((file.metadata() or {}).get(MADE_FROM) == made_from(data, task))
    except SafetensorError as error:
        raise complaint_at(path, f"damaged: {error}", f"write it anew: albert-robust finetune {data.name}") from None


def _is_foreign(path: Path) -> bool:
    """Whether a file holds weights that `albert-robust finetune` did not write; what is damaged holds none."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return MADE_FROM not in (file.metadata() or {})
    except (FileNotFoundError, SafetensorError):
        return False


def learn(data: Path, task: Task) -> dict[str, Any]:
    """Return the weights that fine-tuning changes, by name, rounded to float16.

    Raises:
        InputError: The data file is broken.
        UsageError: The data hold too little to learn.
    """
    with _alike_everywhere():
        model, tokenizer, examples = _untrained(data, task)
        model.base_model.embeddings.word_embeddings.requires_grad_(False)
        features = _features(task, tokenizer, examples, _labels(examples))
        if not features:
            what = "no answer stands in its context, letter by letter: there is nothing to learn"
            raise UsageError(f"{data.name}: {what}")
        _train(model, features, SETTINGS[task.name], tokenizer.pad_token_id)
    return {name: value.detach().half() for name, value in model.named_parameters() if value.requires_grad}


@contextmanager
def _alike_everywhere() -> Iterator[None]:
    """Let torch draw and add up as it does on any machine, and leave it as it was."""
    import torch

    threads = torch.get_num_threads()
    with torch.random.fork_rng([]):
        torch.manual_seed(SEED)
        torch.set_num_threads(THREADS)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def _untrained(data: Path, task: Task) -> tuple[Any, Any, list[Example]]:
    import torch
    from transformers import AutoTokenizer

    quiet_transformers()
    examples = examples_in(data, task)
    labels = _labels(examples)
    if len(labels) < 2:
        raise UsageError(f"{data.name}: {len(labels)} different references to learn, expected two or more")
    tokenizer = AutoTokenizer.from_pretrained(str(EMBEDDED_FOLDER))
    options: dict[str, Any] = (
        {"num_labels": len(labels), "id2label": dict(enumerate(labels))} if task.single_label else {}
    )
    model = auto_class(task.name).from_pretrained(str(EMBEDDED_FOLDER), dtype=torch.float32, **options)
    return model, tokenizer, examples


def examples_in(data: Path, task: Task) -> list[Example]:
    """Return the examples of a data file that have references: those that a model learns from.

    Raises:
        InputError: The data file is broken.
    """
    languages = sorted({language_of(row.get("language")).casefold() for _, row in read_rows(data)})
    source = task.source(data, tuple(languages), per_row=True, mapping="add it to the file")
    return [example for example in read_examples(source, task.inputs, task.reference) if example.references]


def _labels(examples: Sequence[Example]) -> list[str]:
    return sorted({example.references[0] for example in examples if example.references})


Feature = dict[str, Any]


def _features(task: Task, tokenizer: Any, examples: Sequence[Example], labels: list[str]) -> list[Feature]:
    if task.single_label:
        encoded = tokenizer([example.fields["text"] for example in examples], truncation=True)
        rows = zip(encoded["input_ids"], examples, strict=True)
        return [{"input_ids": ids, "labels": labels.index(example.references[0])} for ids, example in rows]
    return list(_spans(tokenizer, examples))


def _spans(tokenizer: Any, examples: Sequence[Example]) -> Iterator[Feature]:
    questions, contexts = ([example.fields[name] for example in examples] for name in ("question", "context"))
    encoded = tokenizer(questions, contexts, truncation="only_second", return_offsets_mapping=True)
    for row, example in enumerate(examples):
        opens = example.fields["context"].find(example.references[0])
        closes = opens + len(example.references[0])
        inside = [
            place
            for place, (part, (start, end)) in enumerate(
                zip(encoded.sequence_ids(row), encoded["offset_mapping"][row], strict=True)
            )
            if part == 1 and start < closes and end > opens
        ]
        if opens >= 0 and inside:
            feature = {"input_ids": encoded["input_ids"][row], "token_type_ids": encoded["token_type_ids"][row]}
            yield {**feature, "start_positions": inside[0], "end_positions": inside[-1]}


def _train(model: Any, features: list[Feature], settings: FinetuneSettings, pad: int) -> None:
    import torch

    generator = torch.Generator().manual_seed(SEED)
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learnt, lr=settings.learning_rate, weight_decay=0.01)
    steps = settings.epochs * -(-len(features) // settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=steps)
    model.train()
    for _ in range(settings.epochs):
        order = torch.randperm(len(features), generator=generator).tolist()
        for places in _batches([len(feature["input_ids"]) for feature in features], order, settings.batch):
            batch = _collate([features[place] for place in places], pad)
            hidden = torch.rand(batch["input_ids"].shape, generator=generator) < settings.token_dropout
            hidden[:, 0] = False
            batch["attention_mask"] *= ~hidden
            optimizer.zero_grad()
            model(**batch).loss.backward()
            torch.nn.utils.clip_grad_norm_(learnt, 1.0)
            optimizer.step()
            schedule.step()
    model.eval()


def _batches(lengths: list[int], order: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(order), size * SORTED):
        block = sorted(order[start : start + size * SORTED], key=lambda place: lengths[place])
        yield from (block[first : first + size] for first in range(0, len(block), size))


def _collate(features: list[Feature], pad: int) -> dict[str, Any]:
    import torch

    longest = max(len(feature["input_ids"]) for feature in features)
    batch: dict[str, Any] = {}
    for key, value in features[0].items():
        if isinstance(value, list):
            fill = pad if key == "input_ids" else 0
            rows = [feature[key] + [fill] * (longest - len(feature[key])) for feature in features]
        else:
            rows = [feature[key] for feature in features]
        batch[key] = torch.tensor(rows)
    lengths = torch.tensor([len(feature["input_ids"]) for feature in features])
    batch["attention_mask"] = (torch.arange(longest) < lengths[:, None]).long()
    return batch


def _made_in(wanted: Wanted) -> Path:
    return finetuned_folder(wanted.folder / wanted.name, wanted.task, wanted.models)


def _load(wanted: Wanted) -> Checkpoint:
    made = _made_in(wanted)
    if not made.is_dir():
        finetune(wanted.folder / wanted.name, wanted.task, made)
    return load_checkpoint(str(made.resolve()), wanted.folder, wanted.task.name)


class FinetunedSettings(Strict):
    """What only a fine-tuned model has."""

    finetuned: Annotated[
        str | None, Field(description="A file of labelled examples. The embedded encoder is fine-tuned on it once.")
    ] = None


KIND = Kind(
    name="finetuned",
    called="a fine-tuned model",
    settings=FinetunedSettings,
    identity=lambda wanted: f"finetuned:{_made_in(wanted).name}:{DECODING}:{libraries()}",
    load=_load,
    tasks=SETTINGS.keys(),
    unfit=lambda settings, task, folder: missing_file("finetuned", settings.finetuned, folder),
    learns_from=lambda settings, task, folder: examples_in(folder / settings.finetuned, task),
)
