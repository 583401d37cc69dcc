"""What a stage trains, and its losses on a batch: token vectors alone, or the attention layers over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import AlbertForMaskedLM, PreTrainedTokenizerFast

from albert_robust.pretrain.losses import alignments, contrast, cosines, sampled
from albert_robust.pretrain.network import frozen_parameters, layer_zero, place
from albert_robust.pretrain.recipe import Stage
from albert_robust.pretrain.sentences import Sentences, Tokens, View
from albert_robust.pretrain.team import Team

INITIAL_SPREAD = 0.05  # small: the length of a vector makes a step as large as it is relative to it
WHITENING_PAIRS = 60_000  # enough for the second moment of some hundred numbers
MASKED_SHARE = 0.15
FIRST_GUESSES = 2.0  # spread of an untrained head's logits beside the tokens' own frequency


Masked = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Batch:
    """Numbers of pairs, shape (batch,); where chance comes from; and what a teacher thinks of them."""

    rows: NDArray[np.int64]
    chance: torch.Generator
    step: int
    taught: Tensor | None = None

    def kept(self, shape: Sequence[int], dropout: float) -> Tensor:
        """Return which of so many tokens stay, drawn by chance."""
        return torch.rand(tuple(shape), generator=self.chance) >= dropout


@dataclass(frozen=True, slots=True)
class Losses:
    """The parts of a loss by name, each already weighted, and how many rows found their translation (a share)."""

    parts: dict[str, Tensor]
    retrieved: float | None


class Objective(Protocol):
    """What a stage trains."""

    parameters: list[nn.Parameter]
    optimizer: torch.optim.Optimizer

    def losses(self, batch: Batch) -> Losses:
        """Return the losses of a batch."""
        ...

    def finish(self) -> None:
        """Write what was learnt into the model."""
        ...


@dataclass(frozen=True, slots=True)
class Padded:
    """Texts side by side: token ids and which are there, shape (texts, tokens)."""

    ids: Tensor
    mask: Tensor


class VectorObjective:
    """Trains a table of token vectors. A text's vector is the sum of its tokens' vectors: its direction is the mean's."""

    def __init__(
        self, model: AlbertForMaskedLM, sentences: Sentences, stage: Stage, team: Team, seed: int, *, anew: bool
    ) -> None:
        self.model, self.sentences, self.stage, self.team = model, sentences, stage, team
        self.views, self.seed = sentences.views(stage.turned), seed
        table = layer_zero(model)
        if anew:
            table.normal_(std=INITIAL_SPREAD, generator=torch.Generator().manual_seed(seed))
        self.table = nn.Parameter(table.to(team.device))
        self.parameters = [self.table]
        self.optimizer: torch.optim.Optimizer = torch.optim.SparseAdam(self.parameters, lr=stage.learning_rate)

    def losses(self, batch: Batch) -> Losses:
        """Return the pooled loss and the aligned one of a batch."""
        ids, starts, keeps = zip(*(self._tokens(view, batch) for view in self.views), strict=True)
        # Each distinct token of the batch is a row of `rows`, so gradients are as small as the batch.
        distinct, places = np.unique(np.concatenate(ids), return_inverse=True)
        used = torch.from_numpy(distinct).to(self.team.device)
        rows = functional.embedding(used, self.table, sparse=True)
        cuts = (places[: len(ids[0])], places[len(ids[0]) :])
        sides = [torch.from_numpy(cut).to(self.team.device) for cut in cuts]
        sums = [
            functional.embedding_bag(
                side, rows, torch.from_numpy(start).to(rows.device), mode="sum", per_sample_weights=keep.float()
            )
            for side, start, keep in zip(sides, starts, keeps, strict=True)
        ]
        same = _same(self.sentences, batch, self.team)
        pooled, retrieved = _pooled(sums, same, batch, self.stage, self.team)
        parts = {"pooled": self.stage.pooled_weight * pooled}
        if self.stage.aligned_weight:
            few = min(self.stage.aligned_rows, len(batch.rows))
            apart = [_side_by_side(*side, few) for side in zip(sides, starts, keeps, strict=True)]
            left, right = ((rows[places], mask) for places, mask in apart)
            parts["aligned"] = self.stage.aligned_weight * _aligned(
                left, right, self.sentences, batch, self.stage.scale
            )
        return Losses(parts, retrieved)

    def finish(self) -> None:
        """Make the table layer 0 of the model."""
        place(self.model, self._whitened(self.table.detach().cpu()))

    def _whitened(self, table: Tensor) -> Tensor:
        """Return the table with the directions that most texts share made shorter, as far as the stage asks for.

        The map is the power `-whitened` of the texts' second moment. A softer contrast leaves few directions that say much.
        """
        if not self.stage.whitened:
            return table
        rows = np.random.default_rng(self.seed).permutation(len(self.sentences))[:WHITENING_PAIRS]
        sides = [side.gather(rows, self.stage.max_tokens) for side in self.sentences.sides]
        sums = [
            functional.embedding_bag(torch.from_numpy(ids), table, torch.from_numpy(starts), mode="sum")
            for ids, starts in sides
        ]
        texts = functional.normalize(torch.cat(sums), dim=1).double()
        sizes, directions = torch.linalg.eigh(texts.T @ texts / len(texts))
        powers = sizes.clamp(min=1e-6) ** -self.stage.whitened
        whitened: Tensor = table @ ((directions * powers) @ directions.T).float()
        return whitened

    def _tokens(self, side: View, batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64], Tensor]:
        ids, starts = side.gather(batch.rows, self.stage.max_tokens)
        return ids, starts, batch.kept([len(ids)], self.stage.token_dropout).to(self.team.device)


class AttentionObjective:
    """Trains the attention layers. Every step uses another depth, so that any works later: all layers are one, shared."""

    def __init__(
        self,
        model: AlbertForMaskedLM,
        tokenizer: PreTrainedTokenizerFast,
        sentences: Sentences,
        stage: Stage,
        team: Team,
        *,
        anew: bool,
    ) -> None:
        self.model, self.sentences, self.stage, self.team = model.to(team.device), sentences, stage, team
        shares = sentences.token_shares(len(tokenizer), stage.temperature)
        self.shares = torch.from_numpy(shares).float().to(team.device)
        if anew:
            self._begin_guessing()
        self.views = sentences.views(stage.turned)
        self.ends, self.mask_id = (tokenizer.cls_token_id, tokenizer.sep_token_id), tokenizer.mask_token_id
        self.layers = int(model.config.num_hidden_layers)
        frozen = {id(parameter) for parameter in frozen_parameters(model)} if stage.freeze_vectors else set()
        for parameter in model.parameters():
            parameter.requires_grad_(id(parameter) not in frozen)
        self.parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.optimizer: torch.optim.Optimizer = torch.optim.AdamW(
            self.parameters, lr=stage.learning_rate, weight_decay=0.0
        )

    def losses(self, batch: Batch) -> Losses:
        """Return the losses of a batch that the stage asks for."""
        stage, parts, retrieved = self.stage, {}, None
        depth = 1 + batch.step % self.layers
        if stage.pooled_weight or stage.aligned_weight:
            views = [self._view(view, batch, depth) for view in self.views]
            same = _same(self.sentences, batch, self.team)
            pairs = zip(*((_mean(hidden, words), hidden[:, 0]) for hidden, words in views), strict=True)
            found = [_pooled(pair, same, batch, stage, self.team) for pair in pairs]
            retrieved = found[0][1]
            # The mean of the tokens, and the first token, which classifiers read.
            parts["pooled"] = stage.pooled_weight * (found[0][0] + found[1][0]) / 2
            if stage.aligned_weight:
                few = min(stage.aligned_rows, len(batch.rows))
                left, right = ((hidden[:few], words[:few]) for hidden, words in views)
                parts["aligned"] = stage.aligned_weight * _aligned(left, right, self.sentences, batch, stage.scale)
        if stage.masked_weight:
            parts["masked"] = stage.masked_weight * self._masked(batch, depth)
        return Losses(parts, retrieved)

    def finish(self) -> None:
        """Leave the model ready for another stage."""
        self.model.requires_grad_(True).to("cpu")

    def _hidden(self, ids: Tensor, mask: Tensor, depth: int) -> Tensor:
        """Return the last of `depth` layers' hidden states, shape (texts, tokens, hidden)."""
        encoder = self.model.albert.encoder
        whole = encoder.config.num_hidden_layers
        encoder.config.num_hidden_layers = depth
        try:
            hidden: Tensor = self.model.albert(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        finally:
            encoder.config.num_hidden_layers = whole
        return hidden

    def _view(self, side: View, batch: Batch, depth: int) -> tuple[Tensor, Tensor]:
        """Return hidden states and which of them are words; some tokens are not there."""
        text = self._padded([side], batch.rows)
        kept = text.mask & batch.kept(text.mask.shape, self.stage.token_dropout).to(self.team.device)
        kept[:, 0] = True
        return self._hidden(text.ids, kept, depth), kept & self._words(text)

    @torch.no_grad()
    def _begin_guessing(self) -> None:
        """Make the head guess tokens by their frequency. The rows that it compares with are long, so it has to begin small."""
        head = self.model.predictions
        head.bias.copy_(self.shares.log())
        head.LayerNorm.weight.fill_(FIRST_GUESSES / float(head.decoder.weight.norm(dim=1).mean()))

    def _masked(self, batch: Batch, depth: int) -> Tensor:
        """Return the loss of guessing hidden tokens; every second step a pair is read as one text, and each side helps."""
        rows = batch.rows
        together = batch.step // 2 % 2 == 1
        if together:
            rows = rows[~self.sentences.twins[rows]]
        sides = self.sentences.sides if together and len(rows) else (self.sentences.sides[batch.step % 2],)
        text = self._padded(sides, rows if len(rows) else batch.rows[:1])
        words = self._words(text)
        chosen = words & ~batch.kept(words.shape, MASKED_SHARE).to(self.team.device)
        chosen[0, 1] = True
        hidden = self._hidden(text.ids.masked_fill(chosen, self.mask_id), text.mask, depth)[chosen]
        tokens, likely = sampled(text.ids[words], self.shares, batch.chance)
        head = self.model.predictions
        guesses = head.LayerNorm(head.activation(head.dense(hidden)))
        scores = functional.linear(guesses, head.decoder.weight[tokens], head.bias[tokens] - likely.log())
        return functional.cross_entropy(scores, torch.searchsorted(tokens, text.ids[chosen]))

    def _words(self, text: Padded) -> Tensor:
        """Return which tokens are there and no special ones, shape (texts, tokens)."""
        words: Tensor = text.mask & (text.ids != self.ends[0]) & (text.ids != self.ends[1])
        return words

    def _padded(self, sides: Sequence[Tokens | View], rows: NDArray[np.int64]) -> Padded:
        """Return texts between their special tokens; of two sides the second follows the first."""
        limit = self.stage.max_tokens
        lengths = [side.lengths(rows, limit) + 1 for side in sides]
        total = np.sum(lengths, axis=0) + 1
        ids = np.zeros((len(rows), total.max()), dtype=np.int64)
        ids[:, 0] = self.ends[0]
        begin = np.ones(len(rows), dtype=np.int64)
        for side, length in zip(sides, lengths, strict=True):
            tokens, starts = side.gather(rows, limit)
            row = np.repeat(np.arange(len(rows)), length - 1)
            ids[row, np.arange(len(tokens)) - starts[row] + begin[row]] = tokens
            begin = begin + length
            ids[np.arange(len(rows)), begin - 1] = self.ends[1]
        mask = np.arange(total.max()) < total[:, None]
        device = self.team.device
        return Padded(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device))


def _mean(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean vector of the tokens that the mask keeps, shape (texts, hidden)."""
    weights = mask.to(hidden.dtype).unsqueeze(-1)
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)


def _side_by_side(places: Tensor, starts: NDArray[np.int64], kept: Tensor, few: int) -> tuple[Tensor, Tensor]:
    """Return the first texts of a batch as rows of places, and which are there, shape (few, tokens)."""
    ends = np.append(starts[1:], len(places))[:few]
    lengths = ends - starts[:few]
    columns = np.arange(lengths.max())
    index = torch.from_numpy(np.minimum(starts[:few, None] + columns, len(places) - 1)).to(places.device)
    mask = torch.from_numpy(columns < lengths[:, None]).to(places.device)
    return places[index], mask & kept[index]


def _pooled(sides: Sequence[Tensor], same: Tensor, batch: Batch, stage: Stage, team: Team) -> tuple[Tensor, float]:
    """Return the loss of both sides' vectors, each of shape (batch, width), and the share that finds its translation."""
    left, right = (team.gather(side) for side in sides)
    beside = (cosines(left, left), cosines(right, right)) if stage.both_sides else None
    return contrast(
        cosines(left, right),
        same,
        scale=stage.scale,
        margin=stage.margin,
        beside=beside,
        soft=batch.taught,
        weight=stage.teacher_weight,
    )


def _same(sentences: Sentences, batch: Batch, team: Team) -> Tensor:
    return _equal(team.gather(torch.from_numpy(sentences.texts[batch.rows]).to(team.device)))


def _equal(texts: Tensor) -> Tensor:
    """Return which pairs share a first text or a second one, shape (pairs, pairs); `texts` has a number a text, (pairs, 2)."""
    equal: Tensor = (texts[:, None] == texts[None]).any(dim=2)
    return equal


def _aligned(left: Masked, right: Masked, sentences: Sentences, batch: Batch, scale: float) -> Tensor:
    """Return the loss of matching the tokens of a batch's first pairs; each side is token vectors and which are there."""
    scores = alignments(*left, *right)
    texts = torch.from_numpy(sentences.texts[batch.rows[: len(scores)]]).to(scores.device)
    return contrast(scores, _equal(texts), scale=scale)[0]
