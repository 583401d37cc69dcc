"""The lines of texts that commands read: only a line feed ends one, whatever else a text holds."""

import sys
from pathlib import Path

from albert_robust.errors import Complaint, InputError, Place, reading
from albert_robust.shown import shown_path

STANDARD_INPUT = Path("-")


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file; of `-`, those of standard input.

    Raises:
        InputError: It cannot be read, or is not UTF-8.
    """
    if path == STANDARD_INPUT:
        return _lines_in(sys.stdin.buffer.read(), "standard input")
    with reading(path):
        content = path.read_bytes()
    return _lines_in(content, shown_path(path))


def _lines_in(content: bytes, shown: str) -> list[str]:
    """Return the lines of UTF-8 text; a byte order mark and carriage returns at the ends of lines are no part of them.

    Args:
        content: The text.
        shown: What messages call the place that it is from.

    Raises:
        InputError: It is not UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError([Complaint(shown, Place(line), "not UTF-8 text", "save it as UTF-8")]) from None
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []
