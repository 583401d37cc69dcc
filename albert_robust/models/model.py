"""The model under test, as the engine sees it: a batch of inputs in, a batch of answers out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Literal, NamedTuple, Protocol

Inputs = Mapping[str, str]
Stream = Callable[
    [Iterable[Inputs], int], Iterator[tuple[int, Any]]
]  # (inputs, replicate) -> (index of an input, its answer)
Number = Literal["float32", "bfloat16", "float16"]  # that a checkpoint is computed in, as torch names it


@dataclass
class Usage:
    """What the models behind endpoints used.

    Attributes:
        prompt: Tokens of prompts, as far as the endpoints report them.
        completion: Tokens of answers, as far as the endpoints report them.
        retries: Requests that were made again.
        timeouts: Requests that had no answer in time.
    """

    prompt: int = 0
    completion: int = 0
    retries: int = 0
    timeouts: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(*(one - before for one, before in zip(astuple(self), astuple(other), strict=True)))


class Hardware(NamedTuple):
    """The device and the number format that a checkpoint is computed in, as torch names both."""

    device: str = "cpu"
    dtype: Number = "float32"


class Answering(Protocol):
    """Anything that answers batches of inputs."""

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer per input, in order. A model that draws its answers here draws anew for each replicate."""
        ...


class Model(Answering, Protocol):
    """A model under test."""

    @property
    def identity(self) -> str | None:
        """The name of the model and its settings for good; None if it cannot be known: answers are then kept within a run only.

        It follows from files and settings, and loads nothing heavy.
        """
        ...

    @property
    def stream(self) -> Stream | None:
        """How a model is asked that takes many inputs at a time and answers each when it can; None for one asked in batches.

        It yields the index of an input and its answer, or what went wrong in place of an answer, as they come. Inputs are taken
        when they can be asked; one that is not taken is not asked.
        """
        ...
