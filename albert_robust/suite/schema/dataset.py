"""The grammar of `datasets:`: files of examples, examples themselves, and templates."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from albert_robust.data.rows import UTF8, check_encoding
from albert_robust.errors import Mistake
from albert_robust.grammar import Strict
from albert_robust.text.languages import is_tag


def _text(value: object) -> object:
    """Return what a template says of a field; what YAML reads otherwise than it was meant is a mistake."""
    held = [*value.values()] if isinstance(value, dict) else value
    if isinstance(held, list) and None not in held:  # `{capital}` without quotes is a key without a value
        for one in held:
            _text(one)
            if isinstance(value, list) and isinstance(one, dict | list):
                raise Mistake(f"{_plain(one)} is no text", 'entities are said by label: {PER: "{name}"}')
    elif isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Mistake(f"{_plain(value)} is no text", "put it between quotes")
    return value


def _word(value: object) -> object:
    """Return a word, or one with fields; what YAML reads otherwise than it was meant is a mistake: 9.90 as 9.9."""
    for one in (value.values() or [value]) if isinstance(value, dict) else [value]:
        if isinstance(one, bool) or not isinstance(one, str | int):
            raise Mistake(f"{_plain(one)} is no word", "put it between quotes")
    return {name: str(one) for name, one in value.items()} if isinstance(value, dict) else str(value)


def _plain(value: object) -> str:
    """Return a value as it may have been written: `{capital}` without quotes is a key without a value."""
    if isinstance(value, dict):
        return f"{{{', '.join(value)}}}"
    return json.dumps(value, ensure_ascii=False)


_WORD = {"type": ["string", "integer", "object"], "additionalProperties": {"type": ["string", "integer"]}}
Word = Annotated[str | dict[str, str], BeforeValidator(_word), WithJsonSchema({**_WORD, "minProperties": 1})]
Words = Annotated[list[Word], Field(json_schema_extra={"minItems": 1})]
Fill = Annotated[
    dict[str, Words], Field(description="The words that fill the slots of templates: {thing: [film, book]}.")
]
Plain = str | int | float
Written = Annotated[Plain | list[Plain] | dict[str, Plain | list[Plain]], BeforeValidator(_text)]


WAYS = ("path", "rows", "templates")


def rows_in(value: object) -> object:
    """Return the rows of a data frame, or of anything else that yields some, as a list of dictionaries of plain values."""
    for name, arguments in (("to_dicts", ()), ("to_pylist", ()), ("to_dict", ("records",))):  # Polars, Arrow, pandas
        if hasattr(value, name) and hasattr(value, "columns"):  # a single column has no rows
            value = getattr(value, name)(*arguments)
    if isinstance(value, Mapping):
        raise Mistake(
            "keys and values in place of rows",
            "write a list, `[{text: ...}, ...]`, or give a data frame of these columns",
        )
    if not isinstance(value, Iterable) or isinstance(value, str):
        return value
    found = _plain_data(list(value))
    if found and all(isinstance(one, str) for one in found):
        raise Mistake("texts in place of rows", "write `[{text: ...}, ...]`; from Python give the whole data frame")
    return found


def _plain_data(value: Any) -> Any:
    """Return a value without numpy's arrays and numbers; pandas' own words for nothing become None."""
    if isinstance(value, list):
        return [_plain_data(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain_data(one) for name, one in value.items()}
    if type(value).__name__ in {"NAType", "NaTType"}:
        return None
    return value.tolist() if hasattr(value, "tolist") else value


class DatasetSpec(Strict):
    """A dataset: a file at `path`, `rows` that stand in the suite, or examples made from `templates`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [way]} for way in WAYS]})
    path: Annotated[
        str | None,
        Field(
            description="A file in JSON Lines, CSV, TSV or Parquet. `{language}` in its name stands for one file per language."
        ),
    ] = None
    rows: Annotated[
        list[dict[str, Any]] | None,
        BeforeValidator(rows_in),
        Field(
            description='The examples themselves: [{text: "A good film.", label: positive}]. From Python a data frame, too.'
        ),
    ] = None
    templates: Annotated[
        list[dict[str, Written]] | None,
        Field(
            min_length=1, description='Examples with slots that `fill` fills: {text: "I {love} it.", label: positive}.'
        ),
    ] = None
    fill: Fill = {}
    language: Annotated[
        str | None, Field(description="The language of all rows, as a BCP 47 tag such as en or pt-BR.")
    ] = None
    languages: Annotated[
        list[str] | None,
        Field(min_length=1, description="The languages to use, if each row names its own in a column `language`."),
    ] = None
    reference_language: Annotated[
        str | None,
        Field(description="The language of the references, if it differs from that of the inputs, as in translation."),
    ] = None
    header: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        Field(description="Column names for a CSV or TSV file without a header line: [text, label]."),
    ] = []
    encoding: Annotated[
        str, Field(description="The encoding of a file of text that is not UTF-8: cp1252, utf-16, gb18030.")
    ] = UTF8
    on_bad_rows: Annotated[
        Literal["error", "skip"],
        Field(
            description="What to do with rows that are no examples, such as one without a text: skip leaves them out and says so."
        ),
    ] = "error"
    columns: Annotated[
        dict[str, str | Annotated[list[str], Field(min_length=1)]],
        Field(
            description="The column for each of our fields: {text: review}. Choices, passages, labels may have several: [A, B]."
        ),
    ] = {}
    where: Annotated[
        dict[str, bool | Plain | Annotated[list[bool | Plain], Field(min_length=1)]],
        Field(
            description="Keeps only the rows whose column holds this value, or one of several: {product: [book, film]}."
        ),
    ] = {}
    slices: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        Field(
            description="Columns by whose values results are told apart: [product]. Of templates the words that fill a slot."
        ),
    ] = []
    limit: Annotated[
        int | None, Field(gt=0, description="The largest number of ids to use. They are sampled with the suite's seed.")
    ] = None

    @field_validator("header", "slices")
    @classmethod
    def _apart(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise Mistake("a column is named twice", "give each column a name of its own")
        return value

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str) -> str:
        check_encoding(value)
        return value

    @field_validator("language", "languages", "reference_language")
    @classmethod
    def _tags(cls, value: str | list[str] | None) -> str | list[str] | None:
        tags = [value] if isinstance(value, str) else value or []
        for tag in tags:
            if not is_tag(tag):
                raise Mistake(f"{tag!r} is no language tag", "write a BCP 47 tag such as en, zh or pt-BR")
        if len({tag.casefold() for tag in tags}) != len(tags):
            raise Mistake("a language is named twice")
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "DatasetSpec":
        ways = [way for way in WAYS if getattr(self, way) is not None]
        if len(ways) != 1:
            what = f"examples are in {' or '.join(ways)}, and not in both" if ways else "say where the examples are"
            raise Mistake(what, "write `path: data.jsonl`, `rows:` or `templates:`")
        if self.templates is None and self.fill:
            raise Mistake("only templates have `fill`", "take it out")
        if self.templates is not None and self.where:
            raise Mistake("only rows are chosen by `where`", "take it out")
        for key, way in (("encoding", self.path), ("on_bad_rows", self.path or self.rows)):
            if way is None and key in self.model_fields_set:
                raise Mistake(f"only a file has {key!r}", "take it out")
        if self.templates is not None and self.columns:
            raise Mistake("templates have no `columns`", "take it out: their fields have our names")
        return self

    @model_validator(mode="after")
    def _one_way(self) -> "DatasetSpec":
        if (self.language is None) == (self.languages is None):
            raise Mistake("say the language", "write `language: en`, or `languages: [en, zh]` with a column `language`")
        return self
