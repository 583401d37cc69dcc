"""Reading YAML documents: typed values, and every complaint at once with its file, line and column.

Only plain YAML is read: no tags, no anchors or aliases (a small file must not unfold into a large one), no duplicate
keys. Words such as `no` stay words: YAML 1.1 would read the language code of Norwegian as false.
"""

import re
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from albert_robust.errors import MOST_TOLD, Complaint, InputError, Mistake, complaint_at, reading, shown_path, suggest

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]
MAX_BYTES = 1_000_000
MAX_DEPTH = 40
# Not `nan`: that is a language, Min Nan Chinese. Nor `007` or `+5`, which would lose what is written.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})|[-+]?([0-9]{1,18}(?=[eE])|[0-9]*\.[0-9]+|[0-9]+\.)([eE][-+]?[0-9]+)?")
_TORN = re.compile("expected ',' or|found '<scalar>'|word for a key")  # of a text that YAML takes apart
TRUE, FALSE, NULL = {"true", "True"}, {"false", "False"}, {"", "~", "null"}


@dataclass(frozen=True)
class Document:
    """A YAML file's plain value, and the place of every key and value in it."""

    path: Path
    shown: str
    value: Any
    places: dict[Location, tuple[int, int]]

    def at(self, location: Location) -> Any:
        """Return the value at a known location."""
        value = self.value
        for part in location:
            value = value[part]
        return value

    def place(self, location: Location) -> tuple[int, int]:
        """Return the deepest known place of a location: its line and column."""
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, (1, 1))

    def complain(self, location: Location, what: str, mend: str = "") -> Complaint:
        """Return a complaint at the deepest known place of `location`."""
        return Complaint(self.shown, *self.place(location), what, mend)


def open_document(path: Path) -> Document:
    """Return the document in a YAML file.

    Raises:
        InputError: The file is missing, too large, not UTF-8, not plain YAML.
    """
    with reading(path):
        data = path.read_bytes()
    if len(data) > MAX_BYTES:
        what = f"the file has {len(data):,} bytes, more than {MAX_BYTES:,}"
        raise complaint_at(path, what, "keep data in data files and name them in the suite")
    places: dict[Location, tuple[int, int]] = {}
    try:
        text = data.decode("utf-8")
        node = yaml.compose(text, Loader=_Loader)
        value = _plain(node, (), places) if node is not None else {}
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise complaint_at(path, "not UTF-8 text", "save the file as UTF-8", line) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"not plain YAML: {error.problem}"
        mend = "close what is open; a text with braces or commas stands between quotes" if _TORN.search(what) else ""
        raise complaint_at(path, what, mend, line, column) from None
    except yaml.reader.ReaderError as error:
        line, column = text.count("\n", 0, error.position) + 1, error.position - text.rfind("\n", 0, error.position)
        raise complaint_at(path, f"not plain YAML: {str(error).splitlines()[0]}", "", line, column) from None
    except RecursionError:
        raise complaint_at(path, "not plain YAML: nested too deeply") from None
    return Document(path, shown_path(path), value, places)


def read_document(path: Path, model: type[Model]) -> Model:
    """Return the file's content as an instance of `model`.

    Raises:
        InputError: With every complaint at once.
    """
    document = open_document(path)
    return validate(document, model)


def validate(document: Document, model: type[Model]) -> Model:
    """Return the document's value as an instance of `model`; raise InputError with every complaint."""
    if not isinstance(document.value, dict):
        raise InputError([document.complain((), f"expected keys and values, got {_kind(document.value)}")])
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        errors = sorted(error.errors(include_url=False), key=lambda one: document.place(one["loc"]))
        complaints = [_complaint(document, model, dict(one), place < MOST_TOLD) for place, one in enumerate(errors)]
        raise InputError(dict.fromkeys(complaints)) from None


class _Loader(yaml.SafeLoader):
    """Composes plain nodes: an anchor, an alias or a tag is a complaint."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave the parser untyped
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not allowed", event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.composer.ComposerError(None, None, f"the tag {event.tag!r} is not allowed", event.start_mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, f"nested deeper than {MAX_DEPTH}", event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _plain(node: Any, location: Location, places: dict[Location, tuple[int, int]]) -> Any:
    places.setdefault(location, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*location, index), places) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, location, places)
    return _scalar(node)


def _mapping(node: Any, location: Location, places: dict[Location, tuple[int, int]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, child in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.composer.ComposerError(None, None, "expected a word for a key", key.start_mark)
        name = str(key.value)
        if name in value:
            problem = f"the key {name!r} is here twice (first in line {places[(*location, name)][0]})"
            raise yaml.composer.ComposerError(None, None, problem, key.start_mark)
        places[(*location, name)] = (key.start_mark.line + 1, key.start_mark.column + 1)
        value[name] = _plain(child, (*location, name), places)
    return value


def _scalar(node: Any) -> Any:
    text = str(node.value)
    if node.style is not None:
        return text
    if text in NULL:
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    if _NUMBER.fullmatch(text) is None:
        return text
    number = float(text) if set(text) & set(".eE") else int(text)
    if not isfinite(number):
        raise yaml.composer.ComposerError(None, None, f"the number {text:.60} is too large", node.start_mark)
    return number


def _kind(value: Any) -> str:
    names = {dict: "keys and values", list: "a list", str: "a word", bool: "true or false", int: "a number"}
    return names.get(type(value), "nothing" if value is None else type(value).__name__)


def _complaint(document: Document, model: type[BaseModel], error: dict[str, Any], told: bool) -> Complaint:
    """Return what is wrong at a place of a document; how to mend it is looked for only where it is told."""
    location = tuple(part for part in error["loc"])
    kind, value = error["type"], error["input"]
    if kind == "extra_forbidden":
        key = str(location[-1])
        return document.complain(location, f"unknown key {key!r}", _meant(model, location, key) if told else "")
    if kind == "missing":
        return document.complain(location[:-1], f"the key {str(location[-1])!r} is missing", "add it")
    if isinstance(fault := error.get("ctx", {}).get("error"), Exception):
        if not isinstance(fault, Mistake):
            raise fault
        return document.complain(location, fault.what, fault.mend)
    what, mend = f"{error['msg'][0].lower()}{error['msg'][1:]}", ""
    if kind == "string_type" and isinstance(value, bool | int | float):
        mend = "put it between quotes"
    elif kind == "literal_error" and (near := suggest(str(value), re.findall("'([^']+)'", error["ctx"]["expected"]))):
        what, mend = "there is no such choice", near
    elif kind == "float_parsing":
        what, mend = "expected a number", "a per cent is 0.01" if str(value).endswith("%") else ""
    elif kind == "too_short":
        what, mend = f"expected {error['ctx']['min_length']} or more", ""
    elif kind == "list_type":
        what, mend = "expected a list", f"write `[{value}]`" if isinstance(value, str | int | float) else ""
    elif kind == "dict_type":
        in_a_list = isinstance(location[-1], int)  # where templates are
        what = "expected keys and values"
        mend = 'name its fields, such as `{text: "..."}`' if in_a_list else "write `name: value`, a line each"
    elif kind == "model_type":
        first = next(iter(_schema(model)["$defs"][error["ctx"]["class_name"]]["properties"]))
        what, mend = "expected keys and values", f"write `{{{first}: {value if isinstance(value, str) else '...'}}}`"
    return document.complain(location, f"{_shorten(value)}: {what}", mend)


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _meant(model: type[BaseModel], location: Location, key: str) -> str:
    """Return which key of the grammar may be meant by one that there is not."""
    known = _fields_at(_schema(model), location[:-1])
    near, elsewhere = suggest(key, known), _where_known(model, key)
    return near if near.startswith("did") else elsewhere or near or f"known: {', '.join(known)}"


def _where_known(model: type[BaseModel], key: str) -> str:
    """Return where in a document the grammar allows a key; empty where it does nowhere."""
    schema = _schema(model)
    if key in schema["properties"]:
        return f"it stands by itself, with nothing before `{key}:` in its line"
    inside = (0, "")  # a list, or a user's own name
    parts = ((name, where) for name in schema["properties"] for where in inside)
    return next((f"it stands in `{part[0]}:`" for part in parts if key in _fields_at(schema, part)), "")


def _fields_at(schema: dict[str, Any], location: Location) -> list[str]:
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> list[dict[str, Any]]:
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[-1]])
        return [node, *(found for option in node.get("anyOf", []) for found in resolve(option))]

    def step(node: dict[str, Any], part: int | str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = (
            node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)
        )
        named = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]  # of a user's own names
        return found or named[0] or None

    nodes = resolve(schema)
    for part in location:
        following = [found for node in nodes if isinstance(child := step(node, part), dict) for found in resolve(child)]
        nodes = following or nodes
    return sorted({name for node in nodes for name in node.get("properties", {})})
