"""Reads choices that have columns of their own, as in MMLU, ARC, CommonsenseQA and C-Eval, as lettered lines."""

import re
from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any, NamedTuple

from albert_robust.errors import Mistake
from albert_robust.shown import counted
from albert_robust.text.choices import choices
from albert_robust.text.marked import LETTERS

CHOICES = "choices"  # their name in `columns:`
LATIN = LETTERS[0]
_NUMBER = re.compile(r"\d+$")
FORMS = '["Rome", "Paris"], {"text": [...], "label": [...]}, {"A": "Rome", "B": "Paris"}, or a column each, `choices: [A, B]`'


class Options(NamedTuple):
    """The choices of one question.

    Attributes:
        texts: The texts of the choices, each on one line.
        labels: The names of the choices in the data, in the same order; empty if they have none.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(f"{letter}. {text}" for letter, text in zip(LATIN, self.texts, strict=False))

    def letter(self, answer: Any) -> str:
        """Return the letter of an answer, which may be a letter, a label, the text of a choice, or its number, counted from 0.

        Raises:
            Mistake: The answer is none of the choices, or may be two of them.
        """
        said = _line(answer)
        bare = said.strip("()[]. ").casefold()
        for names in (self.labels, LATIN[: len(self.texts)]):
            for letter, name in zip(LATIN, names, strict=False):
                if bare == name.strip("()[]. ").casefold():
                    return letter
        meant = {place for place, text in enumerate(self.texts) if text == said and isinstance(answer, str)}
        if said.isdecimal() and int(said) < len(self.texts):
            meant.add(int(said))
        if len(meant) == 1:
            return LATIN[meant.pop()]
        if meant:
            either = " or ".join(LATIN[place] for place in sorted(meant))
            raise Mistake(f"{said!r:.40}, which may be {either}", "write the letter")
        what = f"{said!r:.40}, none of the {len(self.texts)} choices"
        raise Mistake(what, "write its letter, what it says, or its number, counted from 0")


def options(cells: Sequence[Any], columns: Sequence[str] = ()) -> Options:
    """Return the choices that cells of a row hold: all in one cell, or one per cell.

    Lines that are lettered already, `(A) Rome`, lose their letters. Empty cells after the last choice are none.

    Args:
        cells: The cells.
        columns: Their columns. If each ends in a number, such as `option1`, that number is the label of the choice.

    Raises:
        Mistake: The choices are in no known form, fewer than two, more than there are letters, or one of them is empty.
    """
    numbers = [_NUMBER.search(column) for column in columns]
    called = [found[0] for found in numbers if found] if all(numbers) and columns else [""] * len(cells)
    named = list(_named(cells[0])) if len(cells) == 1 else list(zip(called, cells, strict=True))
    texts = [_line(one) for _, one in named]
    while texts and not texts[-1]:
        texts.pop()
    if not 2 <= len(texts) <= len(LATIN):
        raise Mistake(f"{counted(len(texts), 'choice')}, expected 2 to {len(LATIN)}", f"write them as {FORMS}")
    if "" in texts:
        raise Mistake(f"nothing in choice {LATIN[texts.index('')]}", "fill it in, or take the row out")
    lettered = choices("\n".join(texts))
    if len(lettered) == len(texts):
        texts = [one.content for one in lettered]
    labels = tuple(_line(label) for label, _ in named[: len(texts)])
    return Options(tuple(texts), labels if all(labels) else ())


def _named(cell: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each choice of a cell after its label, if it has one."""
    if isinstance(cell, dict) and isinstance(cell.get("text"), list):
        labels = cell.get("label") or [""] * len(cell["text"])
        if len(labels) != len(cell["text"]):
            raise Mistake(f"{len(cell['text'])} choices, but labels for {len(labels)}", "give each choice one")
        yield from zip(labels, cell["text"], strict=True)
    elif isinstance(cell, dict):
        yield from cell.items()
    elif isinstance(cell, list):
        yield from ((one.get("label"), one.get("text")) if isinstance(one, dict) else ("", one) for one in cell)
    else:
        raise Mistake(f"{cell!r:.40}, expected choices", f"write them as {FORMS}")


def _line(value: Any) -> str:
    """Return a text or a number on one line; an empty value is an empty text."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Mistake(f"{value!r:.40}, expected a text", "write a text or a number")
    return " ".join(str(int(value) if isinstance(value, float) and value.is_integer() else value).split())
