"""What all parts of the grammar are made of."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from albert_robust.errors import Mistake

FUNCTION = re.compile(r"^[\w./-]+:\w+(\.\w+)*$")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
Undecided = Literal["warn", "fail", "pass"]


def named(pattern: re.Pattern[str], wrong: str, mend: str) -> BeforeValidator:
    """Return a validator of names that match a pattern; of any other it says what is wrong, and how to mend it."""

    def check(value: object) -> object:
        if isinstance(value, str) and not pattern.match(value):
            raise Mistake(f"{value!r:.60} {wrong}", mend)
        return value

    return BeforeValidator(check)


Name = Annotated[
    str,
    Field(pattern=_NAME.pattern, max_length=80),
    named(_NAME, "cannot stand in a cell's id", "write letters from A to Z, digits, dots, `_` and `-`"),
]


class Strict(BaseModel):
    """A part of the grammar: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
