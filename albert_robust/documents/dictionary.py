"""Takes a dictionary for a document, in place of a YAML file: its places are keys, `checks[0].gates[1]`."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from albert_robust.documents.yaml_file import Document, Location
from albert_robust.errors import Place
from albert_robust.shown import printable_name


def document_of(value: Mapping[Any, Any], path: Path, data: Collection[str] = ()) -> Document:
    """Return the document that a dictionary is.

    Args:
        value: Of plain values, as a YAML file has them. A tuple is a list.
        path: Where its file would be: what it names is looked for beside that.
        data: The keys whose values hold data, and are taken as they are.
    """
    places: dict[Location, Place] = {}
    plain = _plain(value, (), places, data)
    return Document(path, printable_name(path.name), plain, places)


def _plain(value: Any, location: Location, places: dict[Location, Place], data: Collection[str]) -> Any:
    places[location] = Place(len(places) + 1, key=_key(location))
    if location and location[-1] in data:
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(held, (*location, str(key)), places, data) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held, (*location, number), places, data) for number, held in enumerate(value)]
    return value


def _key(location: Location) -> str:
    """Return a location as one writes it: `checks[0].gates[1]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")
