"""What all parts of the grammar are made of."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

FUNCTION = re.compile(r"^[\w./-]+:\w+$")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
Undecided = Literal["warn", "fail", "pass"]


def _name(value: object) -> object:
    if isinstance(value, str) and not _NAME.match(value):
        raise ValueError(
            f"{value!r:.60} cannot stand in a cell's id\nwrite letters from A to Z, digits, dots, `_` and `-`"
        )
    return value


Name = Annotated[str, Field(pattern=_NAME.pattern, max_length=80), BeforeValidator(_name)]


class Strict(BaseModel):
    """A part of the grammar: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
