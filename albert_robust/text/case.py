"""Small letters and capitals by language: Turkish and Azerbaijani have an `i` with a dot and one without.

Source: Unicode SpecialCasing.
"""

from albert_robust.text.languages import base

_DOTTED = {"az", "tr"}
_LOWER = str.maketrans({"I": "\u0131", "\u0130": "i"})
_UPPER = str.maketrans({"i": "\u0130", "\u0131": "I"})


def to_lower(string: str, language: str) -> str:
    """Return a string in small letters."""
    return (string.translate(_LOWER) if base(language) in _DOTTED else string).lower()


def to_upper(string: str, language: str) -> str:
    """Return a string in capitals."""
    return (string.translate(_UPPER) if base(language) in _DOTTED else string).upper()
