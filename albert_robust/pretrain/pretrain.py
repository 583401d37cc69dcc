"""The whole of `albert-robust pretrain`: recipe in, checkpoint folder out, resumable to the step."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from torch import Tensor
from transformers import AlbertForMaskedLM, PreTrainedTokenizerFast

from albert_robust.atomic import whole, write_whole
from albert_robust.documents.yaml_file import open_document
from albert_robust.errors import InputError, UsageError, writing
from albert_robust.exporting.checkpoint import WEIGHTS
from albert_robust.pretrain.attention import AttentionObjective
from albert_robust.pretrain.checkpoint import Place, keep, kept_place, load_model, load_trained, save_encoder, undamaged
from albert_robust.pretrain.corpus import Corpus, read_corpus
from albert_robust.pretrain.losses import likeness
from albert_robust.pretrain.network import new_model
from albert_robust.pretrain.objectives import Objective
from albert_robust.pretrain.recipe import Recipe, Stage, read_recipe
from albert_robust.pretrain.sentences import Sentences, hashes, tokenized
from albert_robust.pretrain.stopping import ending_between_steps
from albert_robust.pretrain.team import Team, join
from albert_robust.pretrain.tokenizer import train_tokenizer
from albert_robust.pretrain.trainer import Progress, Schedule, forget_after, run_stage, write_line
from albert_robust.pretrain.vectors import VectorObjective
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.load import load_encoder

STATE, SENTENCES, FACTS, METRICS = "state.safetensors", "sentences.safetensors", "recipe.json", "metrics.jsonl"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pretraining run read and wrote."""

    folder: Path
    pairs: int
    bad_lines: int
    bad_examples: list[str]
    steps: int


def pretrain(
    config: Path, folder: Path, threads: int | None = None, tell: Callable[[Progress], None] = lambda progress: None
) -> Outcome:
    """Train the encoder that the recipe in `config` describes and write it to `folder`.

    A run that was interrupted goes on from its last kept step and ends with the same weights. After Ctrl-C and SIGTERM that is
    the step that it was at, after kill -9 a step at most two minutes earlier. Progress goes to `folder/metrics.jsonl` and to
    `tell`. Under torchrun each process takes its part of a batch.

    Raises:
        InputError: The recipe is wrong, or a teacher in it cannot be loaded.
        FileNotFoundError: It names no text.
        UsageError: The folder holds a run of another recipe or other text, or another encoder, or another process trains there.
        WritingError: The folder cannot be made.
        Stopped: A signal ended the training between two steps.
    """
    recipe = read_recipe(config)
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    _check_teachers(config, recipe)
    team = join()
    with writing(folder, "name another folder"):
        folder.mkdir(parents=True, exist_ok=True)
    _check_claim(folder, recipe)
    with _alone(folder) if team.leads else nullcontext():
        return _train(recipe, config.parent, folder, team, tell)


def _train(recipe: Recipe, home: Path, folder: Path, team: Team, tell: Callable[[Progress], None]) -> Outcome:
    corpus = read_corpus(recipe.text, home, recipe.seed)
    with team.leader_first():
        tokenizer = _tokenizer(folder, recipe, corpus)
        sentences = _sentences(folder, recipe, corpus, tokenizer)
    texts = [pair[0] for pair in corpus.pairs] if any(stage.teacher for stage in recipe.stages) else []
    outcome = Outcome(folder, len(corpus.pairs), corpus.bad_lines, corpus.bad_examples, 0)
    sources = corpus.sources
    del corpus  # the ids say it all, in a tenth of the memory
    model = new_model(recipe.architecture, tokenizer)
    with undamaged(folder / STATE):
        at = kept_place(folder / STATE)
        if at != Place():
            load_model(folder / STATE, model)
    with undamaged(folder / METRICS):
        if team.leads:
            forget_after(folder / METRICS, at.stage, at.step)
    training = _Training(recipe, home, folder, team, tell, model, tokenizer, sentences, texts)
    steps = 0
    with ending_between_steps() as signals:
        for number in range(at.stage, len(recipe.stages)):
            steps += training.run(number, at.step if number == at.stage else 0, signals)
    if team.leads and (steps or not (folder / WEIGHTS).is_file()):  # it may have been killed after its last step
        save_encoder(model, tokenizer, folder, recipe.stored)
        facts = {"recipe": recipe.model_dump(mode="json"), "sources": sources, "pairs": outcome.pairs}
        _write_facts(folder, facts)
    return replace(outcome, steps=steps)


@dataclass(frozen=True, slots=True)
class _Training:
    """What the stages of a run have in common; `texts` are the first sides of the pairs, where a teacher reads them."""

    recipe: Recipe
    home: Path
    folder: Path
    team: Team
    tell: Callable[[Progress], None]
    model: AlbertForMaskedLM
    tokenizer: PreTrainedTokenizerFast
    sentences: Sentences
    texts: list[str]

    def run(self, number: int, first: int, signals: Sequence[int]) -> int:
        """Run a stage from its step `first` on, unless there are signals to end; return how many steps were taken."""
        stage, state = self.recipe.stages[number], self.folder / STATE
        schedule = Schedule(self.sentences, stage, (self.recipe.seed, number))
        objective = self._objective(number)
        if first:
            load_trained(state, objective.parameters, objective.optimizer)

        def keep_at(step: int) -> None:
            keep(state, Place(number, step), self.model, objective.parameters, objective.optimizer)

        def note(progress: Progress) -> None:
            write_line(self.folder / METRICS, progress)
            self.tell(progress)

        teach = self._teacher(stage) if stage.teacher else None
        run_stage(
            number,
            schedule,
            objective,
            self.team,
            first=first,
            teach=teach,
            keep=keep_at,
            tell=note,
            signals=signals,
        )
        if self.team.leads:
            keep(state, Place(number + 1), self.model, [], torch.optim.SGD([torch.zeros(1)], lr=0))
        return schedule.steps - first

    def _objective(self, number: int) -> Objective:
        stage = self.recipe.stages[number]
        anew = not any(before.train == stage.train for before in self.recipe.stages[:number])
        if stage.train == "vectors":
            return VectorObjective(self.model, self.sentences, stage, self.team, self.recipe.seed, anew=anew)
        return AttentionObjective(self.model, self.tokenizer, self.sentences, stage, self.team, anew=anew)

    def _teacher(self, stage: Stage) -> Callable[[NDArray[np.int64]], Tensor]:
        teacher = _teacher(stage, self.home)

        def teach(rows: NDArray[np.int64]) -> Tensor:
            return likeness(torch.from_numpy(teacher.embed([self.texts[row] for row in rows])))

        return teach


def _teacher(stage: Stage, home: Path) -> Encoder:
    """Return the encoder that a stage learns from."""
    local = home / str(stage.teacher)
    return load_encoder(str(local) if local.is_dir() else str(stage.teacher))


def _check_teachers(config: Path, recipe: Recipe) -> None:
    """Complain of a teacher that cannot be loaded before anything is made."""
    for number, stage in enumerate(recipe.stages):
        try:
            if stage.teacher:
                _teacher(stage, config.parent)
        except UsageError as error:
            where = ("stages", number, "teacher")
            raise InputError([open_document(config).complain(where, str(error))]) from None


def _check_claim(folder: Path, recipe: Recipe) -> None:
    """Raise if a folder is another recipe's."""
    path = folder / FACTS
    with undamaged(path):
        facts = recipe.model_dump(mode="json")
        other = path.is_file() and json.loads(path.read_text(encoding="utf-8"))["recipe"] != facts
    if other:
        raise UsageError(f"{folder} holds a run of another recipe: choose another folder, or empty this one")
    if not path.is_file() and (folder / WEIGHTS).exists():
        raise UsageError(f"{folder} holds an encoder that no recipe made: choose another folder")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other trainings away from a folder."""
    try:
        with FileLock(folder / "pretrain.lock", timeout=0):
            yield
    except Timeout:
        raise UsageError(f"another process trains in {folder}: wait for its end, or choose another folder") from None


def _write_facts(folder: Path, facts: dict[str, Any]) -> None:
    write_whole(folder / FACTS, (json.dumps(facts, indent=1, sort_keys=True) + "\n").encode(), alone=True)


def _tokenizer(folder: Path, recipe: Recipe, corpus: Corpus) -> PreTrainedTokenizerFast:
    """Return the tokenizer, made now if there is none; with it the folder becomes the recipe's."""
    saved = folder / "tokenizer"
    there = (saved / "tokenizer.json").is_file()
    made = None if there else train_tokenizer(corpus, recipe.tokenizer, recipe.architecture.positions)
    if not (folder / FACTS).is_file():
        _write_facts(folder, {"recipe": recipe.model_dump(mode="json")})
    if made is not None:
        with whole(saved, alone=True) as part:
            made.save_pretrained(part)
    with undamaged(saved / "tokenizer.json"):
        return PreTrainedTokenizerFast.from_pretrained(saved)


def _sentences(folder: Path, recipe: Recipe, corpus: Corpus, tokenizer: PreTrainedTokenizerFast) -> Sentences:
    path = folder / SENTENCES
    if not path.is_file():
        tokenized(corpus, tokenizer, max(stage.max_tokens for stage in recipe.stages)).save(path)
    with undamaged(path):
        found = Sentences.load(path)
    if not np.array_equal(found.texts, hashes(corpus)):
        raise UsageError(f"{folder} holds a run on other text: choose another folder, or empty this one")
    return found
