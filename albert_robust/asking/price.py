"""Price: what a model's answers cost, by the input or by the token."""

from dataclasses import dataclass
from math import ceil
from typing import Self

from albert_robust.models import ModelSpec, TokenPrice, Usage

MILLION = 1_000_000
CHARACTERS = 4  # of a token, before a server has told how many there are
ANSWER = 100  # tokens of an answer, where `max_tokens` does not bound it


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a model's answers, as its suite states it.

    Attributes:
        stated: The price of an input, or of tokens; None if there is none.
        prompt: The characters of a prompt beside the fields that it is filled with.
        answer: The tokens that an answer may have.
    """

    stated: float | TokenPrice | None = None
    prompt: int = 0
    answer: int = ANSWER

    @classmethod
    def by(cls, settings: ModelSpec) -> Self:
        """Return the price of what is asked by some settings."""
        prompt = len(settings.prompt or "") + len(settings.system or "")
        bounds = [settings.settings.get(name) for name in ("max_tokens", "max_completion_tokens", "max_new_tokens")]
        return cls(settings.price, prompt, next((one for one in bounds if isinstance(one, int)), ANSWER))

    def guessed(self, inputs: int, characters: float) -> float | None:
        """Return what inputs may cost before any was asked; None if no price is stated.

        Args:
            inputs: How many.
            characters: Of each, on average.
        """
        return self.of(inputs, Usage(ceil(inputs * (self.prompt + characters + 1) / CHARACTERS), inputs * self.answer))

    def of(self, inputs: int, usage: Usage) -> float | None:
        """Return what inputs cost; None if no price is stated, or if it depends on tokens and none are reported.

        Args:
            inputs: How many were asked.
            usage: The tokens that they took.
        """
        if not isinstance(self.stated, TokenPrice):
            return None if self.stated is None else self.stated * inputs
        if inputs and not usage.prompt:
            return None
        return (usage.prompt * self.stated.input + usage.completion * self.stated.output) / MILLION
