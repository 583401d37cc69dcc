"""The objective of a stage that trains token vectors alone."""

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
        same = same_texts(self.sentences, batch, self.team)
        loss, retrieved = pooled(sums, same, batch, self.stage, self.team)
        parts = {"pooled": self.stage.pooled_weight * loss}
        if self.stage.aligned_weight:
            few = min(self.stage.aligned_rows, len(batch.rows))
            apart = [_side_by_side(*side, few) for side in zip(sides, starts, keeps, strict=True)]
            left, right = ((rows[places], mask) for places, mask in apart)
            parts["aligned"] = self.stage.aligned_weight * aligned(left, right, self.sentences, batch, self.stage.scale)
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


def _side_by_side(places: Tensor, starts: NDArray[np.int64], kept: Tensor, few: int) -> tuple[Tensor, Tensor]:
    """Return the first texts of a batch as rows of places, and which are there, shape (few, tokens)."""
    ends = np.append(starts[1:], len(places))[:few]
    lengths = ends - starts[:few]
    columns = np.arange(lengths.max())
    index = torch.from_numpy(np.minimum(starts[:few, None] + columns, len(places) - 1)).to(places.device)
    mask = torch.from_numpy(columns < lengths[:, None]).to(places.device)
    return places[index], mask & kept[index]
