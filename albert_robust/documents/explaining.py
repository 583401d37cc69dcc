"""Checks a document against a grammar, and explains each of pydantic's errors as a mistake of whoever wrote it."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from albert_robust.documents.yaml_file import Document, Location
from albert_robust.errors import MOST_TOLD, InputError, Mistake
from albert_robust.shown import quoted, suggest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)
Grammar = type[BaseModel]
TYPE_NAMES = {dict: "keys and values", list: "a list", str: "a word", bool: "true or false", int: "a number"}
INSTEAD = {
    "api_key": ("key_env", "name the variable that holds it, never the key itself: `key_env: OPENAI_API_KEY`"),
    "headers": ("key_header", "only the header of the key can be named: `key_header: api-key`"),
    "temperature": ("settings", "what is sent to the model as it is stands in `settings: {temperature: 0}`"),
    "max_tokens": ("settings", "what is sent to the model as it is stands in `settings: {max_tokens: 50}`"),
}  # by keys of other tools: ours, and how to write it
LINE = 1000  # letters, of which no example has so many
USER_S_NAME = ""  # stands for a key that users choose, such as the name of a dataset


def validate(document: Document, grammar: type[Model]) -> Model:
    """Return the document's value as an instance of its grammar.

    Raises:
        InputError: The value breaks the grammar; every complaint at once.
    """
    value = document.value
    if not isinstance(value, dict):
        kind = TYPE_NAMES.get(type(value), "nothing" if value is None else type(value).__name__)
        raise InputError([document.complain((), f"expected keys and values, got {kind}")])
    try:
        return grammar.model_validate(value)
    except ValidationError as error:
        errors = sorted(error.errors(include_url=False), key=lambda one: document.place(one["loc"]))
        mistakes = [EXPLAIN.get(one["type"], _otherwise)(one, grammar) for one in errors[:MOST_TOLD]]
        mistakes += [Mistake(one["msg"]) for one in errors[MOST_TOLD:]]  # these are counted only, and advice takes long
        located = zip(errors, mistakes, strict=True)
        complaints = (document.complain(one["loc"], mistake.what, mistake.mend) for one, mistake in located)
        raise InputError(dict.fromkeys(complaints)) from None


def _unfit(error: "ErrorDetails", what: str, mend: str = "") -> Mistake:
    """Return a mistake that quotes the value; of a table that would take lines, it names the kind."""
    value = error["input"]
    shown = f"a {type(value).__name__}" if "\n" in repr(value) else quoted(value)
    return Mistake(f"{shown}: {what}", mend)


def _otherwise(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    return _unfit(error, f"{error['msg'][0].lower()}{error['msg'][1:]}")


def _raised(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    """Return the mistake that a validator of ours raised; anything else that it raised is a fault of the validator."""
    raised = error["ctx"]["error"]
    if isinstance(raised, Mistake):
        return raised
    raise raised


def _unknown_key(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    *above, key = error["loc"]
    known = _keys_at(_schema(grammar), tuple(above))
    ours, mend = INSTEAD.get(str(key), ("", ""))
    if ours in known:
        return Mistake(f"unknown key {str(key)!r}", mend)
    near = suggest(str(key), known)
    likely = near if near.startswith("did") else _where_known(grammar, str(key)) or near
    return Mistake(f"unknown key {str(key)!r}", likely or f"known: {', '.join(known)}")


def _missing_key(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    *above, key = error["loc"]
    nodes = _nodes_at(_schema(grammar), tuple(above))
    shown = next((node["properties"][key]["examples"][0] for node in nodes if _has_example(node, str(key))), None)
    return Mistake(
        f"the key {str(key)!r} is missing", "add it" if shown is None else f"add `{key}: {_in_a_line(shown)}`"
    )


def _in_a_line(value: Any) -> str:
    """Return a value as it stands in one line of a suite."""
    flow = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=LINE)
    return value if isinstance(value, str) else flow.strip()


def _has_example(node: Mapping[str, Any], key: str) -> bool:
    return "examples" in node.get("properties", {}).get(key, {})


def _not_a_text(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    plain = isinstance(error["input"], bool | int | float)
    return _unfit(error, "input should be a valid string", "put it between quotes" if plain else "")


def _no_choice(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    near = suggest(str(error["input"]), re.findall("'([^']+)'", error["ctx"]["expected"]))
    return _unfit(error, "there is no such choice", near) if near else _otherwise(error, grammar)


def _not_a_number(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    return _unfit(error, "expected a number", "a per cent is 0.01" if str(error["input"]).endswith("%") else "")


def _too_few(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    return _unfit(error, f"expected {error['ctx']['min_length']} or more")


def _not_a_list(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    value = error["input"]
    if isinstance(value, Mapping) and value:
        key, held = next(iter(value.items()))
        if isinstance(held, Mapping):
            key, held = next(iter(held.items()), (key, "..."))  # each has a name, which items of a list have not
        shown = held if isinstance(held, str) else "..."
        return Mistake("expected a list, got keys and values", f"begin each with a hyphen: `- {key}: {shown}`")
    return _unfit(error, "expected a list", f"write `[{value}]`" if isinstance(value, str | int | float) else "")


def _not_a_mapping(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    in_a_list = isinstance(error["loc"][-1], int)  # where templates are
    mend = 'name its fields, such as `{text: "..."}`' if in_a_list else "write `name: value`, a line each"
    return _unfit(error, "expected keys and values", mend)


def _not_a_part(error: "ErrorDetails", grammar: Grammar) -> Mistake:
    """Return the mistake where a part of the grammar, such as `model:`, is no mapping."""
    value, part = error["input"], _schema(grammar)["$defs"][error["ctx"]["class_name"]]
    if not isinstance(value, str) and "rows" in part["properties"]:  # a data frame, or a list
        return _unfit(error, "expected keys and values", "write `{rows: ..., language: en}`")
    first = next(iter(part["properties"]))
    return _unfit(
        error, "expected keys and values", f"write `{{{first}: {value if isinstance(value, str) else '...'}}}`"
    )


EXPLAIN: Mapping[str, Callable[["ErrorDetails", Grammar], Mistake]] = {
    "assertion_error": _raised,
    "dict_type": _not_a_mapping,
    "extra_forbidden": _unknown_key,
    "float_parsing": _not_a_number,
    "list_type": _not_a_list,
    "literal_error": _no_choice,
    "missing": _missing_key,
    "model_type": _not_a_part,
    "string_type": _not_a_text,
    "too_short": _too_few,
    "value_error": _raised,
}  # by pydantic's types of errors


@cache
def _schema(grammar: Grammar) -> dict[str, Any]:
    return grammar.model_json_schema()


def _where_known(grammar: Grammar, key: str) -> str:
    """Return where in a document the grammar allows a key; empty if it does nowhere."""
    schema = _schema(grammar)
    if key in schema["properties"]:
        return f"it stands by itself, with nothing before `{key}:` in its line"
    parts = ((name, inside) for name in schema["properties"] for inside in (0, USER_S_NAME))
    return next((f"it stands in `{part[0]}:`" for part in parts if key in _keys_at(schema, part)), "")


def _keys_at(schema: dict[str, Any], location: Location) -> list[str]:
    """Return the keys that a schema allows at a location, whichever alternative is meant."""
    return sorted({name for node in _nodes_at(schema, location) for name in node.get("properties", {})})


def _nodes_at(schema: dict[str, Any], location: Location) -> list[dict[str, Any]]:
    """Return what a schema says of a location, by each alternative."""
    nodes = _alternatives(schema, schema)
    for part in location:
        children = [child for node in nodes if isinstance(child := _child(node, part), dict)]
        nodes = [node for child in children for node in _alternatives(schema, child)] or nodes
    return nodes


def _alternatives(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a node of a schema and those that it allows instead, with references followed."""
    if "$ref" in node:
        return _alternatives(schema, schema["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    return [node, *(found for option in node.get("anyOf", []) for found in _alternatives(schema, option))]


def _child(node: dict[str, Any], part: int | str) -> Any:
    """Return what a schema says of one item of a list, or of one key; None where it allows neither."""
    child = node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)
    of_users = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    return child or of_users[0] or None
