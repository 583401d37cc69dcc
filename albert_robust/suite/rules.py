"""Rules: ready-made measures of an output's form. It matches a pattern, contains words or lacks them, is short, or is JSON."""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from math import nan
from pathlib import Path
from typing import Any

import regex

from albert_robust.data.cells import unfolded
from albert_robust.errors import BESIDE_SUITE, MissingExtraError, Mistake, need
from albert_robust.foreign import first_line
from albert_robust.scoring.overlap import tokens
from albert_robust.suite.schema.check import InColumn
from albert_robust.text.scripts import LETTER

LONGEST = 1.0  # seconds that a pattern may take for one output
Holds = Callable[[str], bool]


@dataclass(frozen=True)
class Rule:
    """Whether outputs keep a rule: 1 if one does, else 0.

    Attributes:
        key: What the rule asks, as a suite writes it.
        value: What it asks for.
        folder: The suite's.
    """

    key: str
    value: Any
    folder: Path

    def __call__(self, pairs: Sequence[dict[str, Any]]) -> list[float | ValueError]:
        """Return the number of each pair; nan where its row has no words, an error where a pattern takes too long."""
        return [self._number(pair) for pair in pairs]

    @property
    def column(self) -> str:
        """The column that holds the words of each row; empty where all rows have the same."""
        return self.value.column if isinstance(self.value, InColumn) else ""

    @property
    def name(self) -> str:
        """All that its numbers depend on."""
        text = _text(self.folder / self.value) if self.key == "json" and isinstance(self.value, str) else ""
        return f"{self.key} {self.value!r} {hashlib.sha256(text.encode()).hexdigest()[:12] if text else ''}".rstrip()

    @cached_property
    def holds(self) -> Callable[..., bool]:
        """Says whether an output keeps it; the words of a row come first where it has its own.

        Raises:
            Mistake: Its pattern or its schema is none, or a schema needs a package that is not installed.
        """
        value = self.value
        if self.key == "json":
            return partial(_is_json, None if value is True else _schema(self.folder / value))
        if self.key == "max_words":
            return lambda output: len(tokens(output)) <= value
        if self.key == "matches":
            return partial(_found, _compiled(value))
        says = _all_in if self.key == "contains" else _none_in
        return says if self.column else partial(says, [value] if isinstance(value, str) else value)

    def _number(self, pair: dict[str, Any]) -> float | ValueError:
        own = [_listed(pair["row"][self.column])] if self.column else []
        if own == [[]]:
            return nan
        try:
            return float(self.holds(*own, pair["output"]))
        except TimeoutError:
            return ValueError(f"a pattern takes more than {LONGEST:g} s for this output")


def _listed(cell: str) -> list[str]:
    """Return the words in a cell: a list of texts as JSON, or one text."""
    found = unfolded(cell)
    return [str(one) for one in found] if isinstance(found, list) else [cell] if cell else []


def _all_in(words: Sequence[str], output: str) -> bool:
    return all(_said(one).search(_plain(output)) for one in words)


def _none_in(words: Sequence[str], output: str) -> bool:
    return not any(_said(one).search(_plain(output)) for one in words)


def _plain(text: str) -> str:
    """Return a text as words are looked for in it: whatever their case, width, blanks and apostrophes."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


@lru_cache(maxsize=1000)
def _said(words: str) -> "regex.Pattern[str]":
    """Return what finds words in a row, but not within others; scripts without spaces have no border of words."""
    before, after = rf"(?:(?<!{LETTER})|(?!{LETTER}))", rf"(?:(?!{LETTER})|(?<!{LETTER}))"
    return regex.compile(f"{before}{regex.escape(_plain(words))}{after}", regex.V1)


def _compiled(pattern: str) -> "regex.Pattern[str]":
    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise Mistake(f"{pattern!r:.60} is no pattern: {error}") from None


def _found(pattern: "regex.Pattern[str]", text: str) -> bool:
    return pattern.search(text, timeout=LONGEST) is not None


def _is_json(valid: Callable[[Any], bool] | None, output: str) -> bool:
    """Return whether an output is JSON and nothing else; NaN, which Python reads, is none."""
    try:
        held = json.loads(output, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return valid is None or valid(held)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise Mistake(f"no file {path.name!r} of text here", BESIDE_SUITE) from None


def _schema(path: Path) -> Callable[[Any], bool]:
    """Return what says whether a value fits a JSON Schema. Nothing is fetched, and patterns take no longer than others."""
    try:
        need("jsonschema", "json", "a JSON Schema")
    except MissingExtraError as error:
        raise Mistake(*str(error).split(": ", 1)) from None
    from jsonschema import Draft202012Validator, SchemaError, ValidationError  # type: ignore[import-untyped]
    from jsonschema.validators import extend, validator_for  # type: ignore[import-untyped]
    from referencing import Registry

    def pattern(_: Any, wanted: str, value: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(value, str) and not _found(_compiled(wanted), value):
            yield ValidationError(f"{value!r} does not match {wanted!r}")

    try:
        schema = json.loads(_text(path))
        kind = validator_for(schema, default=Draft202012Validator)
        kind.check_schema(schema)
    except (json.JSONDecodeError, SchemaError) as error:
        raise Mistake(f"{path.name!r} is no JSON Schema: {first_line(error)}") from None
    valid: Callable[[Any], bool] = extend(kind, {"pattern": pattern})(schema, registry=Registry()).is_valid
    return valid
