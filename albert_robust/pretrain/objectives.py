"""What both kinds of stages have in common: what a step looks at, what it gives, and how texts are contrasted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from albert_robust.pretrain.losses import alignments, contrast, cosines
from albert_robust.pretrain.recipe import Stage
from albert_robust.pretrain.sentences import Sentences
from albert_robust.pretrain.team import Team

Side = tuple[Tensor, Tensor]  # token vectors, and which of them are there


@dataclass(frozen=True, slots=True)
class Batch:
    """What a step looks at.

    Attributes:
        rows: Which pairs, by number, shape (batch,).
        chance: Where chance comes from.
        step: Which step of the stage it is.
        taught: How alike a teacher finds the texts, shape (batch, batch); None without one.
    """

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


def pooled(sides: Sequence[Tensor], same: Tensor, batch: Batch, stage: Stage, team: Team) -> tuple[Tensor, float]:
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


def same_texts(sentences: Sentences, batch: Batch, team: Team) -> Tensor:
    """Return which pairs of a batch share a text: no contrast to each other, shape (batch, batch)."""
    return _equal(team.gather(torch.from_numpy(sentences.texts[batch.rows]).to(team.device)))


def _equal(texts: Tensor) -> Tensor:
    """Return which pairs share a first text or a second one, shape (pairs, pairs); `texts` has a number a text, (pairs, 2)."""
    equal: Tensor = (texts[:, None] == texts[None]).any(dim=2)
    return equal


def aligned(left: Side, right: Side, sentences: Sentences, batch: Batch, scale: float) -> Tensor:
    """Return the loss of matching the tokens of a batch's first pairs; each side is token vectors and which are there."""
    scores = alignments(*left, *right)
    texts = torch.from_numpy(sentences.texts[batch.rows[: len(scores)]]).to(scores.device)
    return contrast(scores, _equal(texts), scale=scale)[0]
