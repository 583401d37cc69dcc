"""What packs of perturbations may need beside `albert_robust` itself: their supported names, wherever the engine keeps them."""

from albert_robust.perturbing.keyboards import KEYBOARDS, neighbours
from albert_robust.perturbing.nlpaug import Augmenter, augment
from albert_robust.perturbing.numbers import NUMBER
from albert_robust.perturbing.perturbation import share_of_words
from albert_robust.perturbing.phrases import (
    Beside,
    filled,
    is_capitalized,
    is_in_name,
    is_name,
    opens_sentence,
    pattern_of,
    read_languages,
    with_apostrophe_of,
)
from albert_robust.text.canary import CANARY
from albert_robust.text.case import to_lower, to_upper
from albert_robust.text.choices import choices
from albert_robust.text.han import is_traditional
from albert_robust.text.languages import ACCENTED, OTHER_SCRIPTS, SCRIPTS, UNSPACED, base, script_of
from albert_robust.text.marked import Part, called, cites
from albert_robust.text.passages import passages
from albert_robust.text.reading import words_at
from albert_robust.text.scripts import ARABIC_PREFIXES, RUN_ON_SCRIPTS, UNSPACED_SCRIPTS

__all__ = [
    "ACCENTED",
    "ARABIC_PREFIXES",
    "CANARY",
    "KEYBOARDS",
    "NUMBER",
    "OTHER_SCRIPTS",
    "RUN_ON_SCRIPTS",
    "SCRIPTS",
    "UNSPACED",
    "UNSPACED_SCRIPTS",
    "Augmenter",
    "Beside",
    "Part",
    "augment",
    "base",
    "called",
    "choices",
    "cites",
    "filled",
    "is_capitalized",
    "is_in_name",
    "is_name",
    "is_traditional",
    "neighbours",
    "opens_sentence",
    "passages",
    "pattern_of",
    "read_languages",
    "script_of",
    "share_of_words",
    "to_lower",
    "to_upper",
    "with_apostrophe_of",
    "words_at",
]
