"""What a search varies: a YAML file that names a recipe, some of its settings, the values they may take, and the budget."""

import copy
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from albert_robust.atomic import write_whole
from albert_robust.documents.explaining import validate
from albert_robust.documents.yaml_file import Document, open_document
from albert_robust.errors import Complaint, InputError, Mistake
from albert_robust.pretrain.recipe import Recipe, read_recipe
from albert_robust.shown import suggest

TEXTS = ("parallel", "lexicons", "monolingual")
Drawn = dict[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Setting(_Strict):
    """The values that a setting may take: a list of them, or a range."""

    values: list[Any] | None = None
    low: int | float | None = None
    high: int | float | None = None
    log: Annotated[bool, Field(description="Whether the range is searched by factors, not by differences.")] = False
    step: Annotated[int | float | None, Field(gt=0, description="Values from low on, so far apart.")] = None

    @model_validator(mode="before")
    @classmethod
    def _list(cls, given: Any) -> Any:
        return {"values": given} if isinstance(given, list) else given

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.values is not None:
            return self._listed(self.values)
        if self.low is None or self.high is None:
            raise Mistake("expected a list of values, or a range with low and high")
        if not self.low < self.high:
            raise Mistake(f"low must be below high: {self.low} is not below {self.high}")
        if self.log and (self.low <= 0 or self.step is not None):
            raise Mistake("a range that is searched by factors (log) is above 0 and has no step")
        if self.whole and isinstance(self.step, float):
            raise Mistake(f"whole numbers have a whole step, got {self.step}")
        return self

    def _listed(self, values: list[Any]) -> Self:
        if self.low is not None or self.high is not None or self.log or self.step is not None:
            raise Mistake("a list of values has no low, high, log or step")
        if not values or not all(value is None or isinstance(value, bool | int | float | str) for value in values):
            raise Mistake("expected values: numbers, words, true, false or null")
        if len(values) != len(set(map(repr, values))):
            raise Mistake("a value is listed twice")
        return self

    @property
    def whole(self) -> bool:
        """Whether a range holds whole numbers only."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def given(self) -> list[Any]:
        """All values, or the ends of a range."""
        return self.values if self.values is not None else [self.low, self.high]

    @property
    def every(self) -> list[Any] | None:
        """All values; None for a range that has no end of them."""
        if self.values is not None or self.low is None or self.high is None:
            return self.values
        step = self.step or (1 if self.whole and not self.log else None)
        if step is None:
            return None
        count = int((self.high - self.low) / step + 1e-9) + 1
        return [self.low + number * step for number in range(count)]


class Search(_Strict):
    """The whole file."""

    recipe: Annotated[str, Field(description="The recipe to start from, relative to this file.")]
    search: Annotated[
        Literal["bayes", "grid"], Field(description="The promising combinations, or every one of listed values.")
    ] = "bayes"
    trials: Annotated[int, Field(ge=1, description="How many a Bayesian search makes in all.")] = 20
    pairs: Annotated[int, Field(ge=2, description="The budget: pairs that every trial trains on, a seeded sample.")]
    held_out: Annotated[
        int, Field(ge=2, description="Translations that no trial trains on, as evenly over languages as there are.")
    ] = 2000
    seed: Annotated[int, Field(ge=0, description="Of the sample and of the search; the recipe has its own.")] = 0
    settings: Annotated[dict[str, Setting], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Space:
    """A search, read and understood: each setting's path leads somewhere, and each value is good there by itself.

    Attributes:
        search: What the file says.
        recipe: The path of the recipe.
        plain: The recipe as plain values, with what the user wrote and nothing more.
    """

    search: Search
    recipe: Path
    plain: dict[str, Any]

    @property
    def settings(self) -> dict[str, Setting]:
        """The settings that are searched, by their path."""
        return self.search.settings

    def drawn(self, drawn: Drawn, folder: Path) -> dict[str, Any]:
        """Return the recipe as plain values with some settings changed, so that its paths are right in another folder."""
        plain = copy.deepcopy(self.plain)
        for path, value in drawn.items():
            _set(plain, path, value)
        home = self.recipe.parent
        text = plain["text"]
        for name in TEXTS:
            if name in text:
                text[name] = [moved(pattern, home, folder) for pattern in text[name]]
        for stage in plain["stages"]:
            if stage.get("teacher") and (home / stage["teacher"]).is_dir():
                stage["teacher"] = moved(stage["teacher"], home, folder)
        return plain


def read_space(path: Path) -> Space:
    """Return the search that a YAML file describes.

    Raises:
        InputError: The file or its recipe is missing or breaks the grammar, or a setting is none of the recipe's or cannot
            have one of its values; each complaint has its line.
    """
    document = open_document(path)
    search = validate(document, Search)
    recipe = path.parent / search.recipe
    if not recipe.is_file():
        raise InputError([document.complain(("recipe",), f"there is no recipe at {search.recipe!r}")])
    known = list(_paths(read_recipe(recipe).model_dump()))
    space = Space(search, recipe, open_document(recipe).value)
    complaints = [one for name in search.settings for one in _complaints(document, space, name, known)]
    if complaints:
        raise InputError(complaints)
    return space


def write_recipe(path: Path, plain: dict[str, Any], comment: str = "") -> None:
    """Write a recipe's plain values as YAML, whole or not at all."""
    head = f"# {comment}\n" if comment else ""
    text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    write_whole(path, (head + text).encode(), alone=True)


def moved(pattern: str, home: Path, folder: Path) -> str:
    """Return a path that means in `folder` what it means in `home`; an absolute one stays."""
    if Path(pattern).is_absolute():
        return pattern
    return Path(os.path.relpath(home.resolve() / pattern, folder.resolve())).as_posix()


def _complaints(document: Document, space: Space, name: str, known: list[str]) -> Iterator[Complaint]:
    where, setting = ("settings", name), space.settings[name]
    if name not in known:
        yield document.complain(where, f"the recipe has no setting {name!r}", suggest(name, known))
        return
    if space.search.search == "grid" and setting.every is None:
        what = f"a grid needs every value of {name!r}"
        yield document.complain(where, what, "list the values, or give the range a step")
    for value in setting.given:
        told = _wrong(space.plain, name, value)
        if told:
            yield document.complain(where, f"{value!r}: {told[0].lower()}{told[1:]}")


def _wrong(plain: dict[str, Any], name: str, value: Any) -> str:
    """Return what is wrong with a value by itself, whatever it is combined with; nothing where it is good."""
    changed = copy.deepcopy(plain)
    _set(changed, name, value)
    place = tuple(_parts(name))
    try:
        Recipe.model_validate(changed)
    except ValidationError as error:
        return next((str(item["msg"]) for item in error.errors() if item["loc"][: len(place)] == place), "")
    return ""


def _paths(value: Any, before: str = "") -> Iterator[str]:
    """Yield the path of every setting that is one value: `stages.0.learning_rate`."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        items = list(enumerate(value))
    for key, item in items:
        if isinstance(item, dict | list):
            yield from _paths(item, f"{before}{key}.")
        else:
            yield f"{before}{key}"


def _parts(path: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in path.split(".")]


def _set(plain: Any, path: str, value: Any) -> None:
    *before, last = _parts(path)
    for part in before:
        plain = plain[part] if isinstance(part, int) else plain.setdefault(part, {})
    plain[last] = value
