"""What all parts of the grammar are made of."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from albert_robust.errors import Mistake

_FUNCTION = re.compile(r"^[\w./-]+:\w+(\.\w+)*$")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
WRAPPED = (
    "wrap it: `lambda batch: model.predict([one['text'] for one in batch])`"  # an estimator, as scikit-learn has them
)
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


def _function(value: object) -> object:
    if callable(value) or (isinstance(value, str) and _FUNCTION.fullmatch(value)):
        return value
    if hasattr(value, "predict"):
        raise Mistake(f"{type(value).__name__!r} is no function", WRAPPED)
    raise Mistake(f"{value!r:.60} names no function", "write `module:function`")


def called(function: str | Callable[..., Any]) -> str:
    """Return a function as a suite's file writes it, `module:function`."""
    if isinstance(function, str):
        return function
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__}:{named.__qualname__}"


Function = Annotated[  # from Python the function itself, too
    str | Callable[..., Any],
    PlainValidator(_function),
    PlainSerializer(called, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _FUNCTION.pattern}),
]


class Strict(BaseModel):
    """A part of the grammar: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
