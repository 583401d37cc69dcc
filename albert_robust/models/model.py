"""The model under test, as the engine sees it: a batch of inputs in, a batch of answers out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

Inputs = Mapping[str, str]
Number = Literal["float32", "bfloat16", "float16"]  # that a checkpoint is computed in, as torch names it


@dataclass
class Tokens:
    """How many tokens models were asked in, and how many they answered in, as far as they say so."""

    prompt: int = 0
    completion: int = 0

    def __sub__(self, other: "Tokens") -> "Tokens":
        return Tokens(self.prompt - other.prompt, self.completion - other.completion)


class Hardware(NamedTuple):
    """What a checkpoint is computed on: a device, and the kind of number, as torch names both."""

    device: str = "cpu"
    dtype: Number = "float32"


class Answering(Protocol):
    """What answers, whoever it is."""

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer an input, in order; of one that draws its answers here, each replicate draws anew."""
        ...


class Model(Answering, Protocol):
    """A model under test."""

    @property
    def identity(self) -> str | None:
        """What names the model and its settings for good; None where that cannot be known (kept within a run only).

        It is known from files and settings: asking for it loads nothing heavy.
        """
        ...
