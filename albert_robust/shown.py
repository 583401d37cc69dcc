"""Texts made safe and short to print: what a user, a file or foreign code says goes into messages through here."""

import os
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

SHOWN_CHOICES = 20
SHOWN_CHARACTERS = 300  # of what somebody else's exception says
_COMMANDS = re.compile(
    r"(^[ \t]*):(?=:)|#(?=#\[)", re.MULTILINE
)  # where a line begins, and in their older form anywhere

_DIGITS = re.compile(r"([0-9]{1,18})")


def on_one_line(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Return a text on one line, cut after `most` characters, with what is not printable written out."""
    line = " ".join(text.split())
    return printable(line if len(line) <= most else f"{line[:most]}...")


def without_middle(text: str, most: int) -> str:
    """Return a text with the middle left out if it has more than `most` characters."""
    return text if len(text) <= most else f"{text[: most // 2]}...{text[-most // 2 :]}"


def quoted(value: object, most: int = 60) -> str:
    """Return a value as Python writes it, in at most so many characters."""
    written = repr(value)
    return written if len(written) <= most else f"{written[: most - 3]}..."


def printable(text: str) -> str:
    """Return a text with what is not printable written out, except the ends of lines."""
    return "".join(one if one.isprintable() or one == "\n" else shown_character(one) for one in text)


def printable_name(name: str) -> str:
    """Return the name of a file or of a suite, which may hold anything, as it can be printed on one line."""
    return unobeyed(printable(name).replace("\n", shown_character("\n")))


def unobeyed(text: str) -> str:
    """Return a text in which GitHub's runner finds no command to obey."""
    return _COMMANDS.sub(lambda found: (found[1] or "") + shown_character(found[0][-1]), text)


def shown_character(character: str) -> str:
    """Return a character that cannot be seen, or looks like another, as messages and reports write it: `<U+202E>`."""
    return f"<{code_point(character)}>"


def code_point(character: str) -> str:
    """Return the name of a character as standards write it, such as `U+202E`."""
    return f"U+{ord(character):04X}"


def shown_path(path: Path) -> str:
    """Return a path as a person would type it, on one line: relative to the working folder if it lies below that."""
    try:
        shown = Path(os.path.realpath(path)).relative_to(Path.cwd())  # `resolve` raises at a link to itself
    except ValueError:
        shown = path
    return printable_name(shown.as_posix())


def suggest(word: str, known: Sequence[str]) -> str:
    """Return a line that names the nearest known word, or all of them if they are few."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(known)}" if 0 < len(known) <= SHOWN_CHOICES else ""


def natural(name: str) -> tuple[tuple[str | int, ...], str]:
    """Return what names are sorted by so that 9 comes before 10."""
    parts = _DIGITS.split(name)  # texts and numbers in turn
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)), name


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: `1 cell`, `1,200 cells`; `7 batches` by a plural of its own."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
