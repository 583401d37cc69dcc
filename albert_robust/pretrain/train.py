"""Train an ALBERT encoder on translation pairs: token vectors first, then the attention layers.

The objective is in-batch contrast (InfoNCE; van den Oord et al., 2018, arXiv:1807.03748): a sentence and its
translation have near vectors, all other sentences of the batch far ones. The attention stage adds masked-language
modelling (Devlin et al., 2019). Attention layers start as the identity, so nothing learnt before is lost.
"""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import AlbertConfig, AlbertForMaskedLM, PreTrainedTokenizerFast

from albert_robust.pretrain.corpus import Corpus
from albert_robust.pretrain.recipe import Architecture, Recipe, Stage

SCALE = 20.0  # 1 / temperature of the contrastive softmax, as in sentence-transformers' multilingual recipes
IGNORED = -100  # the label that torch's cross entropy skips
IDLE_DIMENSIONS = 16  # directions that the first map ignores: a token that says little can point there
INITIAL_SPREAD = 0.05  # small: the norm behind the vectors makes a step as large as it is relative to them
MASKED_SHARE = 0.15
WARM_UP = 0.05
LOG_EVERY = 20


@dataclass(frozen=True, slots=True)
class Tokens:
    """All sentences of one side, end to end: sentence i is ids[offsets[i]:offsets[i + 1]]."""

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def lengths(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the token counts of some sentences, shape (rows,)."""
        return self.offsets[rows + 1] - self.offsets[rows]

    def gather(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the ids of some sentences end to end, and where each starts."""
        lengths = self.lengths(rows)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        index = np.repeat(self.offsets[rows] - starts, lengths) + np.arange(lengths.sum())
        return self.ids[index].astype(np.int64), starts


def tokenize(tokenizer: PreTrainedTokenizerFast, texts: list[str], max_tokens: int) -> Tokens:
    """Return the token ids of the texts, without special tokens, each cut at `max_tokens`."""
    chunks, lengths = [], []
    for start in range(0, len(texts), 10_000):
        batch = tokenizer.backend_tokenizer.encode_batch_fast(texts[start : start + 10_000], add_special_tokens=False)
        for encoding in batch:
            ids = encoding.ids[:max_tokens] or [tokenizer.unk_token_id]
            lengths.append(len(ids))
            chunks.append(np.asarray(ids, dtype=np.int32))
    return Tokens(np.concatenate(chunks), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def new_model(architecture: Architecture, tokenizer: PreTrainedTokenizerFast) -> AlbertForMaskedLM:
    """Return an untrained ALBERT whose layers are the identity and whose positions are all alike."""
    config = AlbertConfig(
        vocab_size=len(tokenizer),
        embedding_size=architecture.embedding,
        hidden_size=architecture.hidden,
        num_hidden_layers=architecture.layers,
        num_attention_heads=architecture.heads,
        intermediate_size=architecture.intermediate,
        max_position_embeddings=architecture.positions,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        classifier_dropout_prob=0.1,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.cls_token_id,
        eos_token_id=tokenizer.sep_token_id,
        labs_layer=architecture.layers if architecture.labs_layer is None else architecture.labs_layer,
    )
    model = AlbertForMaskedLM(config)
    with torch.no_grad():
        model.albert.embeddings.word_embeddings.weight.normal_(std=INITIAL_SPREAD)
        model.albert.embeddings.position_embeddings.weight.zero_()
        model.albert.embeddings.token_type_embeddings.weight.zero_()
        entry = model.albert.encoder.embedding_hidden_mapping_in
        nn.init.eye_(entry.weight)
        entry.weight[:, -IDLE_DIMENSIONS:] = 0
        for group in model.albert.encoder.albert_layer_groups:
            for layer in group.albert_layers:
                for last in (layer.attention.dense, layer.ffn_output):
                    last.weight.zero_()
                    last.bias.zero_()
    return model


class Trainer:
    """Runs a recipe's stages over one corpus. All chance comes from the recipe's seed."""

    def __init__(
        self,
        recipe: Recipe,
        model: AlbertForMaskedLM,
        tokenizer: PreTrainedTokenizerFast,
        sides: tuple[Tokens, Tokens],
        log: TextIO,
    ) -> None:
        self.recipe, self.model, self.sides, self.log = recipe, model, sides, log
        self.mask_id = tokenizer.mask_token_id
        self.ends = (tokenizer.cls_token_id, tokenizer.sep_token_id)
        self.pairs = len(sides[0].offsets) - 1

    def run(self, number: int) -> None:
        """Run stage `number` (counted from 0) to its end."""
        stage = self.recipe.stages[number]
        generator = torch.Generator().manual_seed(self.recipe.seed * 1000 + number)
        rng = np.random.default_rng([self.recipe.seed, number])
        model = self.model
        model.train()
        trained = self._embedding_parameters() if stage.train == "embeddings" else list(model.parameters())
        optimizer = torch.optim.AdamW(trained, lr=stage.learning_rate, weight_decay=0.0)
        steps = max(1, int(self.pairs * stage.epochs) // stage.batch)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _warm_up_and_decay(step, steps))
        started = time.monotonic()
        for step, rows in enumerate(self._batches(rng, stage, steps), start=1):
            views = [self._views(side, rows, stage, generator) for side in self.sides]
            results = [contrast(left, right) for left, right in zip(*views, strict=True)]
            loss, accuracy = torch.stack([loss for loss, _ in results]).sum(), results[0][1]
            masked = None
            if stage.masked_weight and stage.train == "attention":
                masked = self._masked_loss(self.sides[step % 2], rows, stage, generator)
                loss = loss + stage.masked_weight * masked
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            if step % LOG_EVERY == 0 or step == steps:
                seconds = time.monotonic() - started
                self._note(
                    stage=number,
                    step=step,
                    steps=steps,
                    loss=round(loss.item(), 4),
                    masked_loss=None if masked is None else round(masked.item(), 4),
                    batch_retrieval=round(accuracy, 4),
                    seconds=round(seconds, 1),
                    seconds_left=round(seconds / step * (steps - step), 1),
                )

    def _embedding_parameters(self) -> list[nn.Parameter]:
        albert = self.model.albert
        entry = albert.encoder.embedding_hidden_mapping_in
        return [
            albert.embeddings.word_embeddings.weight,
            *albert.embeddings.LayerNorm.parameters(),
            *entry.parameters(),
        ]

    def _batches(self, rng: np.random.Generator, stage: Stage, steps: int) -> Iterator[NDArray[np.int64]]:
        """Yield `steps` batches of pair numbers. The attention stage sorts within blocks, for little padding."""
        done = 0
        while done < steps:
            order = rng.permutation(self.pairs)
            blocks = np.array_split(order, max(1, math.ceil(self.pairs / (stage.batch * 64))))
            for block in blocks:
                batches = self._cut(block, stage, rng)
                yield from batches[: steps - done]
                done += min(len(batches), steps - done)

    def _cut(self, block: NDArray[np.int64], stage: Stage, rng: np.random.Generator) -> list[NDArray[np.int64]]:
        if stage.train == "attention":
            block = block[np.argsort(self.sides[0].lengths(block), kind="stable")]
        full = [block[i : i + stage.batch] for i in range(0, len(block) - stage.batch + 1, stage.batch)] or [block]
        return [full[i] for i in rng.permutation(len(full))]

    def _views(self, side: Tokens, rows: NDArray[np.int64], stage: Stage, generator: torch.Generator) -> list[Tensor]:
        """Return the vectors that stand for the sentences, each of shape (rows, hidden).

        The mean of the token vectors; in the attention stage also the first token's, which classifiers read.
        """
        if stage.train == "embeddings":
            return [self._bag(side, rows, stage.token_dropout, generator)]
        ids, mask = self._padded(side, rows, stage.max_tokens)
        kept = mask * (torch.rand(mask.shape, generator=generator) >= stage.token_dropout)
        kept[:, 0] = 1
        hidden = self.model.albert(input_ids=ids, attention_mask=kept.long()).last_hidden_state
        words = kept * (ids != self.ends[0]) * (ids != self.ends[1])
        return [pool(hidden, words), hidden[:, 0]]

    def _bag(self, side: Tokens, rows: NDArray[np.int64], dropout: float, generator: torch.Generator) -> Tensor:
        """Return mean token vectors, shape (rows, hidden). Each distinct token of the batch is computed once."""
        ids, starts = side.gather(rows)
        unique, inverse = np.unique(ids, return_inverse=True)
        albert = self.model.albert
        table = albert.embeddings.LayerNorm(albert.embeddings.word_embeddings.weight[torch.from_numpy(unique)])
        table = albert.encoder.embedding_hidden_mapping_in(table)
        keep = (torch.rand(len(ids), generator=generator) >= dropout).float()
        return functional.embedding_bag(
            torch.from_numpy(inverse), table, torch.from_numpy(starts), mode="sum", per_sample_weights=keep
        )

    def _padded(self, side: Tokens, rows: NDArray[np.int64], max_tokens: int) -> tuple[Tensor, Tensor]:
        """Return ids and mask, shape (rows, longest), each sentence between its special tokens."""
        lengths = np.minimum(side.lengths(rows), max_tokens)
        columns = np.arange(lengths.max() + 2)
        index = np.clip(side.offsets[rows][:, None] + columns - 1, 0, len(side.ids) - 1)
        ids = side.ids[index].astype(np.int64)
        ids[:, 0] = self.ends[0]
        ids[np.arange(len(rows)), lengths + 1] = self.ends[1]
        mask = columns < lengths[:, None] + 2
        return torch.from_numpy(np.where(mask, ids, 0)), torch.from_numpy(mask.astype(np.float32))

    def _masked_loss(self, side: Tokens, rows: NDArray[np.int64], stage: Stage, generator: torch.Generator) -> Tensor:
        ids, mask = self._padded(side, rows[: max(1, len(rows) // 4)], stage.max_tokens)
        chosen = (torch.rand(ids.shape, generator=generator) < MASKED_SHARE) & (mask > 0)
        chosen[0, 1] = True
        hidden = self.model.albert(input_ids=ids.masked_fill(chosen, self.mask_id), attention_mask=mask.long())
        scores = self.model.predictions(hidden.last_hidden_state[chosen])
        return functional.cross_entropy(scores, ids[chosen], ignore_index=IGNORED)

    def _note(self, **numbers: Any) -> None:
        self.log.write(json.dumps(numbers) + "\n")
        self.log.flush()


def contrast(left: Tensor, right: Tensor) -> tuple[Tensor, float]:
    """Return the symmetric InfoNCE loss of two batches of vectors, shape (batch, width), and the share retrieved."""
    scores = SCALE * functional.normalize(left, dim=1) @ functional.normalize(right, dim=1).T
    targets = torch.arange(len(scores))
    loss = (functional.cross_entropy(scores, targets) + functional.cross_entropy(scores.T, targets)) / 2
    return loss, (scores.argmax(dim=1) == targets).float().mean().item()


def pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean vector of the tokens that the mask keeps, shape (batch, hidden)."""
    weights = mask.to(hidden.dtype).unsqueeze(-1)
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)


def _warm_up_and_decay(step: int, steps: int) -> float:
    warm = max(1, int(steps * WARM_UP))
    return min((step + 1) / warm, (steps - step) / max(1, steps - warm))


def prepare(recipe: Recipe, corpus: Corpus, tokenizer: PreTrainedTokenizerFast) -> tuple[Tokens, Tokens]:
    """Return both sides of the corpus as token ids, cut at the longest stage's limit."""
    longest = max(stage.max_tokens for stage in recipe.stages)
    left, right = ([pair[side] for pair in corpus.pairs] for side in (0, 1))
    return tokenize(tokenizer, left, longest), tokenize(tokenizer, right, longest)


def save(model: AlbertForMaskedLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write the checkpoint as float16 safetensors, whole or not at all."""
    part = folder.with_name(folder.name + ".part")
    part.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(part)
    tokenizer.save_pretrained(part)
    model.float()
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(part.iterdir()):
        path.replace(folder / path.name)
    part.rmdir()
