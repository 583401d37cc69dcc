"""Price: what a model's answers cost, by the input or by the token."""

from dataclasses import dataclass

from albert_robust.models import Usage
from albert_robust.suite.schema import TokenPrice

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a model's answers, as its suite states it.

    Attributes:
        stated: The price of an input, or of tokens; None if there is none.
    """

    stated: float | TokenPrice | None = None

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
