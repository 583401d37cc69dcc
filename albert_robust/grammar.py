"""What all parts of the grammar are made of."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

FUNCTION = re.compile(r"^[\w./-]+:\w+$")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
Undecided = Literal["warn", "fail", "pass"]


def named(pattern: re.Pattern[str], wrong: str) -> BeforeValidator:
    """Return what holds a name to a pattern, and tells of another what is wrong with it and how to mend it."""

    def check(value: object) -> object:
        if isinstance(value, str) and not pattern.match(value):
            raise ValueError(f"{value!r:.60} {wrong}")
        return value

    return BeforeValidator(check)


Name = Annotated[
    str,
    Field(pattern=_NAME.pattern, max_length=80),
    named(_NAME, "cannot stand in a cell's id\nwrite letters from A to Z, digits, dots, `_` and `-`"),
]


class Strict(BaseModel):
    """A part of the grammar: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
