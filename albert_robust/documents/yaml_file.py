"""Reads YAML files as plain values, each with its line and column.

Only plain YAML is read: no tags, no anchors or aliases (a small file must not unfold into a large one), no duplicate
keys. Words such as `no` stay words: YAML 1.1 would read the language code of Norwegian as false.
"""

import re
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from albert_robust.documents.advice import advice
from albert_robust.errors import Complaint, Place, complaint_at, reading
from albert_robust.shown import shown_path

Location = tuple[int | str, ...]
MAX_BYTES = 1_000_000
MAX_DEPTH = 40
# Not `nan`: that is a language, Min Nan Chinese. Nor `007` or `+5`, which would lose what is written.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})|[-+]?([0-9]{1,18}(?=[eE])|[0-9]*\.[0-9]+|[0-9]+\.)([eE][-+]?[0-9]+)?")
TRUE, FALSE, NULL = {"true", "True"}, {"false", "False"}, {"", "~", "null"}


@dataclass(frozen=True)
class Document:
    """The plain value of a YAML file, or of a dictionary in its stead, and the place of every key and value in it."""

    path: Path
    shown: str
    value: Any
    places: dict[Location, Place]

    def at(self, location: Location) -> Any:
        """Return the value at a known location."""
        value = self.value
        for part in location:
            value = value[part]
        return value

    def place(self, location: Location) -> Place:
        """Return the deepest known place of a location."""
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, Place())

    def complain(self, location: Location, what: str, mend: str = "") -> Complaint:
        """Return a complaint at the deepest known place of `location`."""
        return Complaint(self.shown, self.place(location), what, mend)


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
    places: dict[Location, Place] = {}
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
        mend = advice(str(error.problem), text, line, column)
        raise complaint_at(path, f"not plain YAML: {error.problem}", mend, line, column) from None
    except yaml.reader.ReaderError as error:
        line, column = text.count("\n", 0, error.position) + 1, error.position - text.rfind("\n", 0, error.position)
        raise complaint_at(path, f"not plain YAML: {str(error).splitlines()[0]}", "", line, column) from None
    except RecursionError:
        raise complaint_at(path, "not plain YAML: nested too deeply") from None
    return Document(path, shown_path(path), value, places)


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


def _plain(node: Any, location: Location, places: dict[Location, Place]) -> Any:
    places.setdefault(location, Place(node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*location, index), places) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, location, places)
    return _scalar(node)


def _mapping(node: Any, location: Location, places: dict[Location, Place]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, child in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.composer.ComposerError(None, None, "expected a word for a key", key.start_mark)
        name = str(key.value)
        if name in value:
            problem = f"the key {name!r} is here twice (first in line {places[(*location, name)][0]})"
            raise yaml.composer.ComposerError(None, None, problem, key.start_mark)
        places[(*location, name)] = Place(key.start_mark.line + 1, key.start_mark.column + 1)
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
