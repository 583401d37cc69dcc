"""Price: what a model's answers cost, by the input or by the token."""

from dataclasses import dataclass

from albert_robust.models import Usage
from albert_robust.suite.schema import TokenPrice

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What a suite says that its model costs.

    Attributes:
        stated: Of an input, or of tokens; None for nothing.
    """

    stated: float | TokenPrice | None = None

    def of(self, inputs: int, usage: Usage) -> float | None:
        """Return what inputs cost; None where no price is stated, or it hangs on tokens and none are told.

        Args:
            inputs: How many were asked.
            usage: The tokens that they took.
        """
        if not isinstance(self.stated, TokenPrice):
            return None if self.stated is None else self.stated * inputs
        if inputs and not usage.prompt:
            return None
        return (usage.prompt * self.stated.input + usage.completion * self.stated.output) / MILLION
