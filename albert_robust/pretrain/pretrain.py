"""The whole of `albert-robust pretrain`: recipe in, checkpoint folder out, stage by stage, resumable between stages."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AlbertForMaskedLM, PreTrainedTokenizerFast

from albert_robust.pretrain.corpus import read_corpus
from albert_robust.pretrain.recipe import read_recipe
from albert_robust.pretrain.tokenizer import train_tokenizer
from albert_robust.pretrain.train import Trainer, new_model, prepare, save


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pretraining run read and wrote."""

    folder: Path
    pairs: int
    bad_lines: int
    bad_examples: list[str]
    stages_run: int


def pretrain(config: Path, folder: Path, threads: int | None = None) -> Outcome:
    """Train the encoder that the recipe in `config` describes and write it to `folder`.

    A finished stage is a checkpoint in `folder/stage-N`; a run that finds one goes on from there. Progress goes to
    `folder/metrics.jsonl`, a line every fifty steps.

    Raises:
        InputError: The recipe is wrong.
        FileNotFoundError: It names no text.
    """
    recipe = read_recipe(config)
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    folder.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus(recipe.text, config.parent, recipe.seed)
    first = _first_unfinished(folder, len(recipe.stages))
    if first:
        model = AlbertForMaskedLM.from_pretrained(_stage(folder, first - 1), dtype=torch.float32)
        tokenizer = PreTrainedTokenizerFast.from_pretrained(_stage(folder, first - 1))
    else:
        tokenizer = _tokenizer(folder, lambda: train_tokenizer(corpus, recipe.tokenizer, recipe.architecture.positions))
        model = new_model(recipe.architecture, tokenizer)
    sides = prepare(recipe, corpus, tokenizer)
    with (folder / "metrics.jsonl").open("a", encoding="utf-8") as log:
        trainer = Trainer(recipe, model, tokenizer, sides, log)
        for number in range(first, len(recipe.stages)):
            trainer.run(number)
            save(model, tokenizer, _stage(folder, number))
    save(model, tokenizer, folder)
    facts = {"recipe": recipe.model_dump(), "sources": corpus.sources, "pairs": len(corpus.pairs)}
    (folder / "recipe.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return Outcome(folder, len(corpus.pairs), corpus.bad_lines, corpus.bad_examples, len(recipe.stages) - first)


def _stage(folder: Path, number: int) -> Path:
    return folder / f"stage-{number}"


def _first_unfinished(folder: Path, stages: int) -> int:
    done = [number for number in range(stages) if (_stage(folder, number) / "model.safetensors").is_file()]
    return len(done)


def _tokenizer(folder: Path, make: Callable[[], PreTrainedTokenizerFast]) -> PreTrainedTokenizerFast:
    saved = folder / "tokenizer"
    if not (saved / "tokenizer.json").is_file():
        make().save_pretrained(saved)
    return PreTrainedTokenizerFast.from_pretrained(saved)
