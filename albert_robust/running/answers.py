"""What a model answered, with all that it can be measured by: outputs, references, source, and the language of each.

Where names are exchanged and the answer is to stay, a faithful output has the new ones: what it is measured by gets them too, in
the forms that the example has. A name in another case, or as another language writes it, is not known there, and stays.
"""

from collections.abc import Callable
from typing import Literal

import regex

from albert_robust.running.cell import Cell
from albert_robust.running.records import Outcome
from albert_robust.tasks import Answer
from albert_robust.text.reading import read

When = Literal["before", "after"]

_LETTER = r"[[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]]"
_OPENS = rf"(?<=(?<!{_LETTER})[وف]?[بلك]?)"  # Arabic conjunctions and prepositions are written as one with a name


def answer_of(cell: Cell, outcome: Outcome, when: When) -> Answer:
    """Return the answer to an outcome's original (`before`) or to its variant (`after`).

    References and source are those of the dataset either way, but for what was exchanged: an output has one quality, whatever
    led to it.
    """
    task = cell.suite.task
    follow = _exchanged(cell, outcome) if when == "after" else str
    return Answer(
        output=str(outcome.before if when == "before" else outcome.after),
        references=tuple(map(follow, outcome.references)),
        source=follow(outcome.original[task.about]) if task.about else "",
        language=_spoken(cell, outcome, when),
        reference_language=reference_language(cell),
        source_language=cell.language,
    )


def expected_of(cell: Cell, outcome: Outcome) -> Answer:
    """Return the answer to an outcome's original as it is expected to its variant: with what was exchanged."""
    before = answer_of(cell, outcome, "before")
    return before._replace(output=_exchanged(cell, outcome)(before.output))


def _exchanged(cell: Cell, outcome: Outcome) -> Callable[[str], str]:
    """Return what makes the exchanges of a variant in another text; but for what became different things."""
    became: dict[str, set[str]] = {}
    for change in outcome.changes if cell.follows else ():
        was = "".join(read(outcome.original[change.field]).graphemes[change.start : change.end])
        became.setdefault(was, set()).add(change.replacement)
    sure = {was: now for was, (now, *others) in became.items() if was and not others}
    if not sure:
        return str
    known = "|".join(regex.escape(was) for was in sorted(sure, key=lambda was: (-len(was), was)))
    pattern = regex.compile(rf"{_OPENS}(?:{known})(?!{_LETTER})", regex.V1)
    return lambda text: pattern.sub(lambda found: sure[found[0]], text)


def reference_language(cell: Cell) -> str:
    """Return the language of a cell's references: the dataset's own word, else the examples'."""
    return cell.suite.datasets[cell.dataset].reference_language or cell.language


def _spoken(cell: Cell, outcome: Outcome, when: When) -> str:
    """The language of an output: that of the field it is made from, which a variant may have in another one."""
    if not cell.suite.task.speaks:
        return reference_language(cell)
    return (outcome.variant_language if when == "after" else "") or cell.language
