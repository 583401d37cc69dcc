"""A model that runs elsewhere: `elsewhere: NAME`. Its answers come in as a file, so asking it here is an error."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from albert_robust.errors import UsageError
from albert_robust.grammar import Name, Strict
from albert_robust.models.kind import Kind, Wanted
from albert_robust.models.model import Inputs


@dataclass(frozen=True, slots=True)
class ElsewhereModel:
    """Stands for the model."""

    name: str

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Raise an error that says how its answers come in.

        Raises:
            UsageError: Always.
        """
        what = f"the model {self.name!r} runs elsewhere, and {len(batch)} inputs or more have no output yet"
        raise UsageError(f"{what}: `albert-robust inputs` writes them, `albert-robust outputs` takes what it answers")


def _identity(wanted: Wanted) -> str:
    return f"elsewhere:{wanted.name}@{wanted.settings.version or ''}"


class ElsewhereSettings(Strict):
    """What only a model elsewhere has."""

    elsewhere: Annotated[
        Name | None,
        Field(description="A name for a model on another machine, reached by `albert-robust inputs` and `outputs`."),
    ] = None


KIND = Kind(
    name="elsewhere",
    called="a model elsewhere",
    settings=ElsewhereSettings,
    identity=_identity,
    load=lambda wanted: ElsewhereModel(wanted.name),
    sees_all_fields=True,
    answers_here=False,
)
