"""Runs a stage: batches, steps, the learning rate's way, progress, and what is kept in case of an interruption.

All chance of a step comes from the recipe's seed, the stage and the step, so a run that goes on after kill -9 takes the same
steps as one that was never stopped.
"""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from albert_robust.atomic import write_whole
from albert_robust.pretrain.objectives import Batch, Losses, Objective
from albert_robust.pretrain.recipe import Stage
from albert_robust.pretrain.sentences import Sentences
from albert_robust.pretrain.stopping import Stopped
from albert_robust.pretrain.team import Team

WARM_UP = 0.05
LOG_EVERY = 20  # steps
KEEP_EVERY = 120.0  # seconds
LARGEST_GRADIENT = 1.0
BLOCK = 64  # batches whose rows are sorted by length among themselves


@dataclass(frozen=True, slots=True)
class Progress:
    """How a stage stands."""

    stage: int
    step: int
    steps: int
    loss: float
    losses: dict[str, float]
    retrieved: float | None
    seconds: float
    seconds_left: float


Tell = Callable[[Progress], None]
Teach = Callable[[NDArray[np.int64]], Tensor]
Keep = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which pairs a stage reads, and when."""

    sentences: Sentences
    stage: Stage
    seed: tuple[int, int]

    @property
    def steps(self) -> int:
        """How many steps the stage takes."""
        return max(1, int(len(self.sentences) * self.stage.epochs) // self.batch)

    @property
    def batch(self) -> int:
        """Pairs a step: the stage's, or all where there are fewer."""
        return min(self.stage.batch, len(self.sentences))

    def batches(self) -> Iterator[NDArray[np.int64]]:
        """Yield the pair numbers of each step."""
        rng = np.random.default_rng(self.seed)
        often = self.sentences.often(self.stage.temperature)
        done = 0
        while done < self.steps:
            order = rng.permutation(_drawn(often, rng))
            for block in np.array_split(order, max(1, math.ceil(len(order) / (self.batch * BLOCK)))):
                batches = self._cut(block, rng)[: self.steps - done]
                yield from batches
                done += len(batches)

    def _cut(self, block: NDArray[np.int64], rng: np.random.Generator) -> list[NDArray[np.int64]]:
        if self.stage.train == "attention":  # little padding
            lengths = sum(side.lengths(block, self.stage.max_tokens) for side in self.sentences.sides)
            block = block[np.argsort(lengths, kind="stable")]
        elif self.stage.languages:
            block = self._few_languages(block, rng)
        full = [block[i : i + self.batch] for i in range(0, len(block) - self.batch + 1, self.batch)] or [block]
        return [full[place] for place in rng.permutation(len(full))]

    def _few_languages(self, block: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the pairs in another order, in which each batch is made of pieces of one pair of languages."""
        spoken = np.sort(self.sentences.languages[block], axis=1)
        sorted_pairs = block[np.lexsort(spoken.T)]
        size = max(1, self.batch // self.stage.languages)
        pieces = [sorted_pairs[i : i + size] for i in range(0, len(block), size)]
        order = np.concatenate([pieces[place] for place in rng.permutation(len(pieces))])
        return np.concatenate([rng.permutation(order[i : i + self.batch]) for i in range(0, len(order), self.batch)])


def run_stage(
    number: int,
    schedule: Schedule,
    objective: Objective,
    team: Team,
    *,
    first: int,
    teach: Teach | None,
    keep: Keep,
    tell: Tell,
    signals: Sequence[int] = (),
) -> None:
    """Take the steps of a stage from step `first` on (counted from 0), then write what was learnt into the model.

    Raises:
        Stopped: There are signals to end; the steps that were taken are kept.
    """
    started = kept = time.monotonic()
    rates = [group["lr"] for group in objective.optimizer.param_groups]
    for step, rows in enumerate(schedule.batches()):
        if step < first:
            continue
        for group, rate in zip(objective.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * _warm_up_and_decay(step, schedule.steps)
        losses = _step(objective, _batch(schedule, rows, step, team, teach), team)
        done = step + 1
        if team.leads and (done % LOG_EVERY == 0 or done == schedule.steps):
            tell(_progress(number, done, schedule.steps, losses, started, first))
        if done < schedule.steps and team.leads and (signals or time.monotonic() - kept > KEEP_EVERY):
            keep(done)
            kept = time.monotonic()
        if done < schedule.steps and signals:
            raise Stopped(signals[0], number, done, schedule.steps)
    objective.finish()


def _batch(schedule: Schedule, rows: NDArray[np.int64], step: int, team: Team, teach: Teach | None) -> Batch:
    key = np.random.SeedSequence([*schedule.seed, step, team.rank]).generate_state(1, np.uint64)[0]
    rows = rows[: len(rows) // team.size * team.size]  # all parts are equally large
    return Batch(team.part(rows), torch.Generator().manual_seed(int(key) >> 1), step, teach(rows) if teach else None)


def _step(objective: Objective, batch: Batch, team: Team) -> Losses:
    with torch.autocast("cuda", torch.bfloat16, enabled=team.device.type == "cuda"):
        losses = objective.losses(batch)
    objective.optimizer.zero_grad()
    loss = sum(losses.parts.values(), torch.zeros((), device=team.device))
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
    team.average(objective.parameters)
    dense = [
        parameter for parameter in objective.parameters if parameter.grad is not None and not parameter.grad.is_sparse
    ]
    nn.utils.clip_grad_norm_(dense, LARGEST_GRADIENT)
    objective.optimizer.step()
    return losses


def _progress(number: int, done: int, steps: int, losses: Losses, started: float, first: int) -> Progress:
    parts = {name: round(float(value.detach()), 4) for name, value in losses.parts.items()}
    seconds = time.monotonic() - started
    left = seconds / (done - first) * (steps - done)
    retrieved = None if losses.retrieved is None else round(losses.retrieved, 4)
    return Progress(
        number, done, steps, round(sum(parts.values()), 4), parts, retrieved, round(seconds, 1), round(left, 1)
    )


def write_line(path: Path, progress: Progress) -> None:
    """Append the progress to a file of JSON lines."""
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(progress)) + "\n")


def forget_after(path: Path, stage: int, step: int) -> None:
    """Take the steps that are not kept out of a file of progress: they are taken anew. So is a line that was half written."""
    if not path.is_file():
        return
    *whole, _ = path.read_text(encoding="utf-8").split("\n")
    read = ((line, json.loads(line)) for line in whole)
    kept = [f"{line}\n" for line, told in read if (told["stage"], told["step"]) <= (stage, step)]
    write_whole(path, "".join(kept).encode(), alone=True)


def _drawn(often: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return pair numbers, each as often as it is drawn in this epoch; a fraction is decided by chance."""
    times = np.floor(often + rng.random(len(often))).astype(np.int64)
    return np.repeat(np.arange(len(often)), times)


def _warm_up_and_decay(step: int, steps: int) -> float:
    warm = max(1, int(steps * WARM_UP))
    return min((step + 1) / warm, (steps - step) / max(1, steps - warm))
