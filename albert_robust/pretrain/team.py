"""One process, or several that torchrun started, a GPU each: every one takes its part of each batch.

torchrun --nproc-per-node 4 -m albert_robust.cli pretrain --config encoder.yaml --out encoder/
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed, nn


@dataclass(frozen=True, slots=True)
class Team:
    """The processes that train together. `leads` says whether this one writes files."""

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and tells the progress."""
        return self.rank == 0

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """Let the leader do what follows, and write its files, before the others do."""
        if self.size > 1 and not self.leads:
            distributed.barrier()
        yield
        if self.size > 1 and self.leads:
            distributed.barrier()

    def part(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return this process's part of a batch."""
        each = len(rows) // self.size
        return rows[self.rank * each : (self.rank + 1) * each]

    def gather(self, tensor: Tensor) -> Tensor:
        """Return the rows of all processes, in order; gradients flow back to where they came from."""
        if self.size == 1:
            return tensor
        from torch.distributed.nn.functional import all_gather

        return torch.cat(cast("list[Tensor]", all_gather(tensor)))  # type: ignore[no-untyped-call]  # torch leaves it so

    def average(self, parameters: list[nn.Parameter]) -> None:
        """Make the gradients of all processes their mean."""
        if self.size == 1:
            return
        for parameter in parameters:
            if parameter.grad is None:
                continue
            sparse = parameter.grad.is_sparse
            gradient = parameter.grad.to_dense() if sparse else parameter.grad
            distributed.all_reduce(gradient)
            gradient /= self.size
            parameter.grad = gradient.to_sparse(sparse_dim=1) if sparse else gradient


def join() -> Team:
    """Return the team of this process: torchrun's environment says how many there are."""
    size, rank, local = (int(os.environ.get(name, default)) for name, default in _ENVIRONMENT)
    device = torch.device("cuda", local) if torch.cuda.is_available() else torch.device("cpu")
    if size > 1 and not distributed.is_initialized():
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return Team(rank, size, device)


_ENVIRONMENT = (("WORLD_SIZE", "1"), ("RANK", "0"), ("LOCAL_RANK", "0"))
