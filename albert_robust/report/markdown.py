"""Text inside Markdown: nothing a model says may open a table column, a link, a mention or markup."""

import regex

from albert_robust.report.display import plain
from albert_robust.shown import shown_character

_SPECIAL = regex.compile(r"[\\`*_\[\]|~<>&]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def escaped(text: str) -> str:
    """Return a text on one line, with what Markdown or HTML would read escaped."""
    line = " ".join(plain(text).split())
    return _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), line)


def code(text: str, table: bool = False) -> str:
    """Return a text as a code span on one line, where mentions and links are dead.

    Args:
        text: Any text.
        table: Whether it stands in a table, where a bar would end the column.
    """
    line = plain(text).replace("\n", "⏎").replace("\t", shown_character("\t"))
    line = (line.replace("|", "\\|") if table else line) or " "
    longest = max(map(len, regex.findall(r"`+", line)), default=0)
    fence, pad = "`" * (longest + 1), " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"
