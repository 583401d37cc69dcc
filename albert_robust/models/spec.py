"""The grammar of `model:`: the model under test."""

from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, JsonValue, create_model, field_validator, model_validator

from albert_robust.errors import Mistake
from albert_robust.grammar import Strict
from albert_robust.models.kind import Kind
from albert_robust.models.kinds import KINDS
from albert_robust.shown import quoted

OfKinds: Any = create_model("OfKinds", __base__=tuple(KINDS[name].settings for name in reversed(KINDS)))


class TokenPrice(Strict):
    """The price per million tokens, as vendors state it."""

    input: Annotated[float, Field(ge=0, description="The price of a million input tokens.")]
    output: Annotated[float, Field(ge=0, description="The price of a million output tokens.")]


def _price(value: object) -> object:
    """Return a price as it is; complain of anything else, and name both forms."""
    numbers = value.values() if isinstance(value, dict) and value.keys() == {"input", "output"} else [value]
    fits = all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in numbers)
    if not fits and value is not None and not isinstance(value, TokenPrice):
        mend = "write what an input costs, `0.002`, or what a million tokens do: `{input: 0.15, output: 0.6}`"
        raise Mistake("that is no price", mend)
    return value


def _labels(value: object) -> object:
    """Return labels, listed or mapped, as they are; complain of anything else, and name both forms."""
    if not isinstance(value, list | dict) or len(value) < (2 if isinstance(value, list) else 1):
        mend = "list those that a prompt offers, `[good, bad]`, or say what the data call the model's: `{LABEL_0: bad}`"
        raise Mistake(f"{quoted(value)}: expected two labels or more, or a map of labels", mend)
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, bool) or not isinstance(one, str | int) or not str(one).strip():
            raise Mistake(f"{quoted(one)}: a label is text", "put it between quotes" if isinstance(one, bool) else "")
    return value


def _two_numbers(value: object) -> object:
    """Return a range as it is; complain of what is no list of two numbers."""
    numbers = value if isinstance(value, list | tuple) else ()
    fits = len(numbers) == 2 and all(isinstance(one, int | float) for one in numbers)
    if value is not None and not fits:
        raise Mistake(f"{quoted(value)}: no range", "write the lowest and the highest score: `range: [1, 5]`")
    return value


class ModelSpec(OfKinds, Strict):  # type: ignore[misc]  # mypy does not see the settings that only one kind has
    """The model under test: its kind and its settings. Those that only one kind has stand in the module of that kind."""

    prompt: Annotated[
        str | None, Field(description="The prompt of a language model. Write the example's fields in braces: {text}.")
    ] = None
    system: Annotated[
        str | None, Field(description="The system message of a language model. It may hold fields in braces, too.")
    ] = None
    settings: Annotated[
        dict[str, JsonValue],
        Field(
            description="Settings sent to an endpoint as they are: {temperature: 0}. A checkpoint takes {max_new_tokens: 5}."
        ),
    ] = {}
    labels: Annotated[
        Annotated[list[str | int], Field(min_length=2)] | Annotated[dict[str, str | int], Field(min_length=1)],
        BeforeValidator(_labels),
        Field(
            description="The labels that a language model chooses from, or what the data call each of its own: {LABEL_0: bad}."
        ),
    ] = []
    range: Annotated[
        tuple[float, float] | None,
        BeforeValidator(_two_numbers),
        Field(
            description="The lowest and the highest score, such as [1, 5], for text-regression and sentence-similarity."
        ),
    ] = None
    version: Annotated[
        str | None,
        Field(description="The version of a model that has no files. With it, predictions are kept between runs."),
    ] = None
    files: Annotated[
        list[str],
        Field(
            description="Files that shape the answers, such as [model.pkl, weights/*.pkl]. A change in one asks the model anew."
        ),
    ] = []
    batch: Annotated[
        int, Field(gt=0, le=4096, description="The largest number of inputs in one call of the model.")
    ] = 64
    timeout: Annotated[
        float | None,
        Field(
            gt=0,
            le=86400,
            description="Time limit in seconds: for a Python model's batch (default: none), an endpoint's request (600).",
        ),
    ] = None
    replicates: Annotated[
        int,
        Field(
            ge=1,
            le=20,
            description="How often each original is asked, for a model whose answers vary from call to call.",
        ),
    ] = 1
    price: Annotated[
        Annotated[float, Field(ge=0)] | TokenPrice | None,
        BeforeValidator(_price),
        Field(
            description="The price of an input, or of an endpoint's million tokens, in any currency. Plans and runs show it."
        ),
    ] = None
    retries: Annotated[
        int,
        Field(
            ge=0,
            le=20,
            description="How often a batch, or an endpoint's request, is tried again after a temporary error.",
        ),
    ] = 3

    @field_validator("range")
    @classmethod
    def _wide(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and not (isfinite(value[1] - value[0]) and value[0] < value[1]):
            raise Mistake("no range", "write the lowest and the highest score: `range: [1, 5]`")
        return value

    @field_validator("settings")
    @classmethod
    def _not_ours(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        for name in ("model", "messages", "stream"):
            if name in value:
                raise Mistake(f"{name!r} is no setting of an answer", "take it out")
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "ModelSpec":
        if len(self._kinds) != 1:
            raise Mistake(f"{len(self._kinds)} kinds of model", f"name one of {', '.join(KINDS)}")
        return self

    @property
    def own_labels(self) -> tuple[str, ...]:
        """The labels as the model says them; empty if the suite names none."""
        return tuple(map(str, self.labels))

    @property
    def names(self) -> Mapping[str, str]:
        """What the data call each label of the model; empty where they have the same names."""
        return {own: str(name).strip() for own, name in self.labels.items()} if isinstance(self.labels, dict) else {}

    @property
    def data_labels(self) -> list[str]:
        """The labels as the data call them; empty if the suite names none."""
        return list(dict.fromkeys(self.names.values() or self.own_labels))

    @property
    def kind(self) -> Kind:
        """Its kind."""
        return self._kinds[0]

    @property
    def _kinds(self) -> list[Kind]:
        """The kinds that it names: one, unless it is a mistake."""
        return [kind for name, kind in KINDS.items() if getattr(self, name)]
