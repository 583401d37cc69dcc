"""Where a search's trials are made: the same text for all of them, and a folder each."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from albert_robust.atomic import whole, write_whole
from albert_robust.data.parallel import ParallelRow
from albert_robust.errors import InputError, UsageError
from albert_robust.pretrain.evaluate import hold_out, read_pairs, sample, worth, write_pairs
from albert_robust.pretrain.pretrain import METRICS, SENTENCES, STATE, pretrain
from albert_robust.pretrain.recipe import Recipe, read_recipe
from albert_robust.pretrain.space import Drawn, Space, moved, write_recipe
from albert_robust.pretrain.trainer import Progress
from albert_robust.scoring.statistics import DIGITS

TRIALS, RECIPE, TRIAL, HELD_OUT, TOKENIZER = "trials", "recipe.yaml", "trial.json", "held-out.tsv", "tokenizer"


@dataclass(frozen=True, slots=True)
class Trial:
    """A combination of settings, and what it is worth.

    Attributes:
        number: Its folder's; a combination that was drawn twice leaves a gap.
        settings: The values by their path.
        value: The share of held-out texts that found their translation, the mean over pairs of languages; None if it failed.
        failed: Why, in a line.
        languages: The same share for each pair of languages.
        seconds: Of training; the text and the tokenizer are not counted.
        parameters: Numbers in the encoder's weights.
        megabytes: Of their file.
    """

    number: int
    settings: Drawn
    value: float | None = None
    failed: str = ""
    languages: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    parameters: int = 0
    megabytes: float = 0.0


@dataclass(frozen=True, slots=True)
class Bench:
    """What all trials of a search have in common. Make it with `open_bench`."""

    space: Space
    folder: Path
    threads: int | None
    held_out: list[ParallelRow]

    def make(self, number: int, drawn: Drawn, tell: Callable[[int, Progress], None]) -> Trial:
        """Train and measure a combination in its folder, and keep what it is worth. One that cannot be trained has failed.

        Raises:
            FileNotFoundError: The recipe names no text.
        """
        place = self.folder / TRIALS / f"{number:04}"
        place.mkdir(parents=True, exist_ok=True)
        try:
            trial = self._trained(number, drawn, place, tell)
        except (InputError, UsageError, torch.cuda.OutOfMemoryError) as error:
            trial = Trial(number, drawn, failed=_reason(error))
        write_json(place / TRIAL, asdict(trial))
        for name in (STATE, SENTENCES):  # a trial that is done needs neither
            (place / name).unlink(missing_ok=True)
        return trial

    def _trained(self, number: int, drawn: Drawn, place: Path, tell: Callable[[int, Progress], None]) -> Trial:
        write_recipe(place / RECIPE, self.space.drawn(drawn, place))
        read_recipe(place / RECIPE)  # a combination may break the grammar
        text, key = self._text(drawn)
        plain = self.space.drawn(drawn, place)
        kept = {name: plain["text"][name] for name in ("typos", "max_pairs") if name in plain["text"]}
        plain["text"] = {"parallel": [moved(text.name, text.parent, place)], **kept}
        write_recipe(place / RECIPE, plain)
        recipe = read_recipe(place / RECIPE)
        tokenizer, sentences = self._shared(recipe, key)
        _give(tokenizer, place / TOKENIZER)
        _give(sentences, place / SENTENCES)
        pretrain(place / RECIPE, place, self.threads, lambda progress: tell(number, progress))
        _give(place / TOKENIZER, tokenizer)
        _give(place / SENTENCES, sentences)
        found = worth(place, self.held_out)
        return Trial(
            number,
            drawn,
            round(found.value, DIGITS),
            languages={name: round(share, 4) for name, share in found.languages.items()},
            seconds=seconds(place / METRICS),
            parameters=found.parameters,
            megabytes=round(found.megabytes, 2),
        )

    def _text(self, drawn: Drawn) -> tuple[Path, str]:
        """Return the file of pairs that a combination trains on, and what tells it from others."""
        home, search = self.space.recipe.parent, self.space.search
        text = Recipe.model_validate(self.space.drawn(drawn, home)).text
        key = _digest(text.model_dump(exclude={"typos", "max_pairs"}))
        path = self.folder / "text" / f"{key}.tsv"
        if not path.is_file():
            write_pairs(path, sample(text, home, search.seed, search.pairs, self.held_out))
        return path, key

    def _shared(self, recipe: Recipe, key: str) -> tuple[Path, Path]:
        """Return where the tokenizer and the tokenized text lie that all trials share which make the same ones."""
        text = {"key": key, "typos": recipe.text.typos, "max_pairs": recipe.text.max_pairs, "seed": recipe.seed}
        settings = {**recipe.tokenizer.model_dump(), "positions": recipe.architecture.positions}
        folder = self.folder / "shared" / _digest({"text": text, "tokenizer": settings})
        longest = max(stage.max_tokens for stage in recipe.stages)
        return folder / TOKENIZER, folder / f"sentences-{longest}.safetensors"


def open_bench(space: Space, folder: Path, threads: int | None) -> Bench:
    """Return where the trials of a search are made; what is held out is chosen once.

    Raises:
        FileNotFoundError: The recipe names no text.
        UsageError: It has too few translations.
    """
    path, search = folder / HELD_OUT, space.search
    if not path.is_file():
        text = Recipe.model_validate(space.plain).text
        write_pairs(path, hold_out(text, space.recipe.parent, search.seed, search.held_out))
    return Bench(space, folder, threads, read_pairs(path))


def write_json(path: Path, facts: Any) -> None:
    """Write plain values, whole or not at all."""
    write_whole(path, (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode(), alone=True)


def _give(source: Path, target: Path) -> None:
    """Let a file or folder be in a second place too, unless there is none or it is there; a large file is kept once."""
    if not source.exists() or target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole(target, alone=True) as part:
        if source.is_dir():
            shutil.copytree(source, part)
            return
        try:
            os.link(source, part)
        except OSError:  # a file system without links
            shutil.copyfile(source, part)


def _digest(facts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


def _reason(error: Exception) -> str:
    if isinstance(error, InputError):
        return "; ".join(dict.fromkeys(complaint.what for complaint in error.complaints))
    return (str(error).splitlines() or [type(error).__name__])[0]


def seconds(metrics: Path) -> float:
    """Return how long a training took by its log, all its parts together where it was interrupted."""
    total, stage, before = 0.0, -1, 0.0
    for line in metrics.read_text(encoding="utf-8").splitlines():
        now = json.loads(line)
        anew = now["stage"] != stage or now["seconds"] < before
        total += now["seconds"] - (0.0 if anew else before)
        stage, before = now["stage"], now["seconds"]
    return round(total, 1)
