"""The objective of a stage that trains the attention layers over token vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import AlbertForMaskedLM, PreTrainedTokenizerFast

from albert_robust.pretrain.losses import sampled
from albert_robust.pretrain.network import frozen_parameters
from albert_robust.pretrain.objectives import Batch, Losses, aligned, pooled, same_texts
from albert_robust.pretrain.recipe import Stage
from albert_robust.pretrain.sentences import Sentences, Tokens, View
from albert_robust.pretrain.team import Team

MASKED_SHARE = 0.15
FIRST_GUESSES = 2.0  # spread of an untrained head's logits beside the tokens' own frequency


@dataclass(frozen=True, slots=True)
class Padded:
    """Texts side by side: token ids and which are there, shape (texts, tokens)."""

    ids: Tensor
    mask: Tensor


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
            same = same_texts(self.sentences, batch, self.team)
            pairs = zip(*((_mean(hidden, words), hidden[:, 0]) for hidden, words in views), strict=True)
            found = [pooled(pair, same, batch, stage, self.team) for pair in pairs]
            retrieved = found[0][1]
            # The mean of the tokens, and the first token, which classifiers read.
            parts["pooled"] = stage.pooled_weight * (found[0][0] + found[1][0]) / 2
            if stage.aligned_weight:
                few = min(stage.aligned_rows, len(batch.rows))
                left, right = ((hidden[:few], words[:few]) for hidden, words in views)
                parts["aligned"] = stage.aligned_weight * aligned(left, right, self.sentences, batch, stage.scale)
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
