"""The edits of a text, applied by other means than the text's own."""

from collections.abc import Iterable

import regex

from albert_robust import Edit


def replayed(source: str, edits: Iterable[Edit]) -> str:
    """What a text becomes by some of its edits, in any order."""
    graphemes = regex.findall(r"\X", source)
    for edit in sorted(edits, reverse=True):
        graphemes[edit.start : edit.end] = [edit.replacement]
    return "".join(graphemes)
