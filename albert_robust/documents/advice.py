"""Advice about what is not plain YAML: mostly a line that begins in another column than its neighbours, or a colon in a text."""

import re

_TORN = re.compile("expected ',' or|found '<scalar>'|word for a key")  # of a text that YAML takes apart
_KEY = re.compile(r"^(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[^\s#'\"{\[-][^:#]*):(?=\s|$)")
_GLUED = re.compile(r"^ *(\w+):(?=\S)")
BY_PROBLEM = {
    "anchors and aliases": "write out what it stands for",
    "'\\t'": "begin lines with blanks, not with a tab",
}


def advice(problem: str, text: str, line: int, column: int) -> str:
    """Return how to mend what YAML complains of, as far as that can be told; else nothing.

    Args:
        problem: What YAML says.
        text: The whole file.
        line: Where, from 1.
        column: Likewise.
    """
    if mend := next((mend for part, mend in BY_PROBLEM.items() if part in problem), ""):
        return mend
    if _TORN.search(problem):
        return "close what is open; a text with braces or commas stands between quotes"
    if "mapping values" in problem or "<block end>" in problem:
        return _of_columns(text.split("\n"), line - 1, column - 1)
    return ""


def _of_columns(lines: list[str], at: int, column: int) -> str:
    """Return what to do about a key in a column where none can begin."""
    glued = next((found for one in lines[max(0, at - 1) : at + 1] if (found := _GLUED.match(one))), None)
    if glued is not None:
        return f"write a blank behind `{glued[1]}:`"
    own = _KEY.match(lines[at])
    if own is None or own.end() - 1 < column:
        return "a text with a colon stands between quotes"
    begins = len(own["lead"])
    before = [(number, len(found["lead"]), found["key"]) for number, found in _open_keys(lines[:at])]
    near = min(before, key=lambda one: (abs(one[1] - begins), -one[1]), default=None)
    if near is None or near[1] == begins:
        return ""
    number, place, key = near
    return f"begin `{own['key']}` in column {place + 1}, as `{key}` in line {number + 1} does"


def _open_keys(lines: list[str]) -> list[tuple[int, re.Match[str]]]:
    """Return the last key of each level that is open at the end of some lines, the innermost first."""
    found: list[tuple[int, re.Match[str]]] = []
    for number in range(len(lines) - 1, -1, -1):
        key = _KEY.match(lines[number])
        if key is not None and (not found or len(key["lead"]) < len(found[-1][1]["lead"])):
            found.append((number, key))
    return found
