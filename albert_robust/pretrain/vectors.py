"""The objective of a stage that trains token vectors alone."""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import AlbertForMaskedLM

from albert_robust.pretrain.network import layer_zero, place
from albert_robust.pretrain.objectives import Batch, Losses, aligned, pooled, same_texts
from albert_robust.pretrain.recipe import Stage
from albert_robust.pretrain.sentences import Sentences, View
from albert_robust.pretrain.team import Team

INITIAL_SPREAD = 0.05  # small: the length of a vector makes a step as large as it is relative to it
WHITENING_PAIRS = 60_000  # enough for the second moment of some hundred numbers


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
        """Return the pooled loss of a batch, the joined one and the aligned one."""
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
        same = same_texts(self.sentences, batch, self.team)
        loss, retrieved = pooled(sums, same, batch, self.stage, self.team)
        parts = {"pooled": self.stage.pooled_weight * loss}
        if self.stage.joined_weight:
            parts["joined"] = self.stage.joined_weight * self._joined(sums, same, batch)
        if self.stage.aligned_weight:
            few = min(self.stage.aligned_rows, len(batch.rows))
            apart = [_side_by_side(*side, few) for side in zip(sides, starts, keeps, strict=True)]
            left, right = ((rows[places], mask) for places, mask in apart)
            parts["aligned"] = self.stage.aligned_weight * aligned(left, right, self.sentences, batch, self.stage.scale)
        return Losses(parts, retrieved)

    def finish(self) -> None:
        """Make the table layer 0 of the model."""
        table = self.table.detach().cpu().lerp(layer_zero(self.model), self.stage.averaged)
        table = self._whitened(table)
        lengths = table.norm(dim=1, keepdim=True)
        place(self.model, functional.normalize(table, dim=1) * lengths**self.stage.lengths)

    def _joined(self, sums: list[Tensor], same: Tensor, batch: Batch) -> Tensor:
        """Return the loss of texts made of two of one language, each with the next one of the batch.

        Each shares a half with two others, so they are hard to tell apart; the margin is half as large, as their difference is.
        """
        count = len(batch.rows)
        turned = np.arange(count) >= count - round(self.stage.turned * count)
        order = np.lexsort([*self.sentences.languages[batch.rows].T, turned])
        first = torch.from_numpy(order).to(same.device)
        halves = (first, first.roll(-1))
        a, b = (self.team.gather(half + self.team.rank * count) for half in halves)
        equal = (same[a][:, a] & same[b][:, b]) | (same[a][:, b] & same[b][:, a])
        both = [side[halves[0]] + side[halves[1]] for side in sums]
        stage = self.stage.model_copy(update={"margin": self.stage.margin / 2})
        return pooled(both, equal, replace(batch, taught=None), stage, self.team)[0]

    def _whitened(self, table: Tensor) -> Tensor:
        """Return the table with some directions made shorter, as far as the stage asks for.

        The map is the power `-whitened` of a second moment, of texts or of what is between them and their translations
        (within-class covariance normalisation: Hatch et al., 2006). A softer contrast leaves few directions that say much.
        """
        if not self.stage.whitened:
            return table
        rows = np.random.default_rng(self.seed).permutation(len(self.sentences))[:WHITENING_PAIRS]
        sides = [side.gather(rows, self.stage.max_tokens) for side in self.sentences.sides]
        sums = [
            functional.embedding_bag(torch.from_numpy(ids), table, torch.from_numpy(starts), mode="sum")
            for ids, starts in sides
        ]
        left, right = (functional.normalize(side, dim=1).double() for side in sums)
        seen = torch.cat([left, right]) if self.stage.whitened_by == "texts" else (left - right) / 2**0.5
        sizes, directions = torch.linalg.eigh(seen.T @ seen / len(seen))
        powers = sizes.clamp(min=1e-6) ** -self.stage.whitened
        whitened: Tensor = table @ ((directions * powers) @ directions.T).float()
        return whitened

    def _tokens(self, side: View, batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64], Tensor]:
        ids, starts = side.gather(batch.rows, self.stage.max_tokens)
        return ids, starts, batch.kept([len(ids)], self.stage.token_dropout).to(self.team.device)


def _side_by_side(places: Tensor, starts: NDArray[np.int64], kept: Tensor, few: int) -> tuple[Tensor, Tensor]:
    """Return the first texts of a batch as rows of places, and which are there, shape (few, tokens)."""
    ends = np.append(starts[1:], len(places))[:few]
    lengths = ends - starts[:few]
    columns = np.arange(lengths.max())
    index = torch.from_numpy(np.minimum(starts[:few, None] + columns, len(places) - 1)).to(places.device)
    mask = torch.from_numpy(columns < lengths[:, None]).to(places.device)
    return places[index], mask & kept[index]
