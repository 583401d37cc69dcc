"""Names of labels: which two may be meant as one."""

from collections.abc import Iterable
from difflib import get_close_matches

SHORTEST = 3  # letters of a name that others are short for, or misspelt beside
NEAR = (
    0.85  # how alike two spellings of one word are, as difflib has it: `positiv`, but not `negative` beside `positive`
)


def same_but_for_form(label: str, other: str) -> bool:
    """Return whether two labels differ in nothing but case, blanks, hyphens and underscores."""
    return label != other and _plain(label) == _plain(other)


def meant_by(label: str, known: Iterable[str]) -> str:
    """Return the label that one may be meant as; empty where it is known, or like none.

    It is like another if both differ in form alone, one word is short for the other, as `neg` is, or one is misspelt. Labels of
    several words, or with digits, are alike in form alone: `transfer` is not `transfer_in`, nor `class1` `class2`.
    """
    names = sorted(set(known))
    if label in names:
        return ""
    if same := next((name for name in names if same_but_for_form(label, name)), ""):
        return same
    plain = {_plain(name): name for name in names if _is_word(name)}
    if not _is_word(label):
        return ""
    own = _plain(label)
    short = [name for name in plain if name.startswith(own) or own.startswith(name)]
    found = short if len(short) == 1 else get_close_matches(own, list(plain), n=1, cutoff=NEAR)
    return plain[found[0]] if found else ""


def _plain(label: str) -> str:
    return "".join(label.replace("_", " ").replace("-", " ").split()).casefold()


def _is_word(label: str) -> bool:
    return label.strip().isalpha() and len(label.strip()) >= SHORTEST
