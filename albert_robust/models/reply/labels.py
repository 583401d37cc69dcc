"""Labels in a reply."""

from collections.abc import Sequence
from functools import cache, partial

import regex

from albert_robust.models.reply.denials import Named, denials
from albert_robust.models.reply.plain import BEGINS, CORE, ENDS, LETTER, bare, plain_of
from albert_robust.models.reply.sentences import last_sentence, one_answer
from albert_robust.tasks.multi_label_classification import NONE
from albert_robust.text.marked import called

_LETTER_ENDS = rf"(?![-_/']?[{LETTER}--\p{{Hangul}}])"  # of a single letter: `B입니다`
_APART = regex.compile(r"[\s_-]+")  # `not_entailment` is `not entailment`
_OPENS = regex.compile(r"\s*[,،、;–—]|\s+-\s")
_CHOICE = regex.compile(r"[*_]*(?:\)|[.:][*_]*[\s\p{Han}])")
_SAYS_SO = regex.compile(  # what closes a sentence after the answer that it gives
    r"\s*(?:です|だ|である|でした|번?\s*입니다|번?\s*이다|है|हैं|(?:is|ist|es|est|è|é)\s(?:the\s|la\s)?"
    r"(?:correct[aeo]?|right|better|best|richtig|besser|meilleure?|mejor|migliore|melhor|corrett[ao]|juste)(?:\s(?:answer|option|choice|one))?)(?!\w)",
    regex.I,
)
_IN_A_WORD = regex.compile(r"(?:[\p{L}--[是为為选選择擇项項は]]|\p{L}\.)$", regex.V1)
_IN_BRACKETS = regex.compile(r"\(.|\w\($")
_ORDINALS = {"first": "1A", "second": "2B"}
_TAG = regex.compile(r"</?\w+>")
_ONE_LETTER = regex.compile(r"\p{L}")
_LETTERED = regex.compile(r"^[(\[]?(\p{L})[)\].]$")
_JOINED = regex.compile(r"[,;、\n]|\s(?:&|and|und|et|y|e|и|و|और)\s")  # what stands between labels in a row
_NO_LABELS = {NONE, f"{NONE} of these", f"{NONE} of them"}


def label_of(said: str, labels: Sequence[str]) -> str:
    """Return the label that a reply says, by the steps of `read.py`; the reply itself where it says none.

    Args:
        said: The reply, without thoughts.
        labels: Those that there are.
    """
    plain = {_LETTERED.sub(r"\1", label): label for label in labels}  # `(B)` is read as `B` is
    if len(plain) < len(set(labels)):
        plain = {label: label for label in labels}
    known = tuple(sorted(plain, key=lambda label: (-len(label), label)))
    readings = [(said, False), (said, True)]
    if all(map(_ONE_LETTER.fullmatch, known)):
        readings.append((last_sentence(said), False))
    for text, choices in readings:
        found = one_answer(text, partial(whole_label, labels=known), partial(_labels_in, labels=known, choices=choices))
        if found is not None:
            return plain[found]
    return said


def row_of(said: str, labels: tuple[str, ...]) -> list[str] | None:
    """Return the labels that a reply says in a row, also behind one colon; None where it says, or denies, anything else."""
    lead, colon, row = plain_of(said).partition(":")
    if colon and denials()[0].search(lead):
        return None
    parts = [part for part in _JOINED.split(row if colon else lead) if CORE.search(part)]
    found = [whole_label(part, labels) for part in parts if bare(part) not in _NO_LABELS]
    return [one for one in found if one] if parts and None not in found else None


def whole_label(text: str, labels: tuple[str, ...]) -> str | None:
    """Return the label that a text is, whatever its case and the punctuation around it."""
    for same in (str, str.casefold, bare):
        found = [label for label in labels if same(label) == same(text) != ""]
        if len(found) == 1:
            return found[0]
    return None


def _labels_in(sentence: str, labels: tuple[str, ...], choices: bool) -> list[Named]:
    """Return where labels, the longest first, stand in a plain sentence, also as choices do; not those within longer ones."""
    pattern, common = _words(labels)
    matches = pattern.finditer(sentence) if pattern else ()
    found = [Named(labels[int(one.lastindex or 1) - 1], *one.span()) for one in matches]
    several = len({one.value for one in found}) > 1
    return [one for one in found if several or not common or _at_an_edge(sentence, one, choices)]


@cache
def _words(labels: tuple[str, ...]) -> "tuple[regex.Pattern[str] | None, bool]":
    """Return a pattern with a group a label, and whether one of them is a word of many a text.

    There is no pattern where a label has no letter and is no number, or two are written alike. A single letter counts in its
    own case alone, a number behind a word for what it may number: `Answer 2 is better`.
    """
    plain = [plain_of(label) for label in labels]
    known = "|".join(sorted(called()))
    written = [
        rf"(?:{known})\s?{label}" if label.isdecimal() else r"[\s_-]+".join(map(regex.escape, _APART.split(label)))
        for label in plain
    ]
    if sum(label.isdecimal() for label in plain) <= len(_ORDINALS):  # else they are ratings
        ordinals = {
            mark: rf"|(?i:the\s{said}(?=\s(?:is|over|than|to)\s|[^\w\s]|$)|(?:the\s)?{said}\s(?:{known}|one))"
            for said, marks in _ORDINALS.items()
            for mark in marks
        }
        written = [one + ordinals.get(label, "") for one, label in zip(written, plain, strict=True)]
    letters = [len(regex.findall(r"\p{L}", label)) for label in plain]
    mute = any(not count and not label.isdecimal() for count, label in zip(letters, plain, strict=True))
    if mute or len({one.casefold() for one in written}) < len(labels):
        return None, False
    common = any(count <= 1 or denials()[0].fullmatch(label) for count, label in zip(letters, plain, strict=True))
    groups = [
        f"({one}){_LETTER_ENDS}" if count == 1 else f"((?i:{one})){ENDS}"
        for count, one in zip(letters, written, strict=True)
    ]
    return regex.compile(rf"{BEGINS}(?:{'|'.join(groups)})", regex.V1), common


def _at_an_edge(sentence: str, one: Named, choices: bool) -> bool:
    """Return whether an answer opens a sentence, or what its colon opens, before a comma, closes it, or is a choice's letter.

    A tag, `<answer>B</answer>`, is an edge, too, and so is Chinese for `is` or `choose`, `选B`, and what says that an answer
    is one, `B is correct` or `Bです`.
    """
    before = _TAG.split(sentence[: one.start].rpartition(":")[2])[-1]
    after = _TAG.split(sentence[one.end :])[0]
    if not CORE.search(before) and _OPENS.match(after):
        return True
    if _IN_A_WORD.search(before):
        return False
    marked = choices and one.end - one.start == 1 and _CHOICE.match(after) and not _IN_BRACKETS.search(before)
    closing = _SAYS_SO.match(after)
    return bool(marked) or not CORE.search(after[closing.end() :] if closing else after)
