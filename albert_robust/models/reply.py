"""How what a language model says is read: its thoughts are cut, and a label or a number is found in what is left.

Models say one answer in many manners, and another manner is no other answer. What is read is what a reader takes for the
answer without weighing it; a reply that names two labels, or denies the one that it names, says none, since a wrong reading
is worse than none. Each step is for replies of which those before it made nothing:

1. All of the reply is the label, but for case, width and the punctuation around it: `**Positive.**`
2. It has a JSON object: one label is among the object's values, and nothing else in the reply counts.
3. One of its lines or sentences is the label, or what stands there after a colon is: `Sentiment: positive. The reviewer ...`
4. One label stands in it as a whole word, and no other: `The sentiment is positive.` A label within a longer one does not
   count, such as `entailment` in `not entailment`. A single letter and `no` are words of many a text: where a suite has such
   a label, all of its labels count only where they open a sentence before a comma, or close it; where none does, a letter that
   is marked as choices are: `B. Paris`, `It is B) Paris.`, `It is B: Paris.` A number is one behind a word, `Answer 2 is
   better.`, and at such places alone; of two answers `the first one` may be 1 or A. Where a label has no letter and is no
   number, this step is left out.
5. Where all labels are letters, a reply may weigh them one by one: what its last sentence says by these steps counts.

From the third step on, what is asked or denied is not said. What denies is in `denials.tsv`, a row a language, before what it
denies and after it; all rows count, since nobody knows the language of a reply. Numbers are read likewise; whole numbers not
by the fourth step, since in a sentence they mostly count something. Several labels are read where they stand in a row, and
nothing else does but what a colon follows.

Source: the fourth step is `snap_to_rail` of Arize Phoenix, but for whole words, denials and questions; the third is near
`get_choice` of OpenAI's evals, the first is HELM's quasi-exact match. As there, and as `[invalid]` in lm-evaluation-harness,
a reply that says none is wrong.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import regex

from albert_robust.tables import read_rows
from albert_robust.tasks import Task
from albert_robust.tasks.multi_label_classification import NONE, labels_of, several
from albert_robust.text.languages import UNSPACED
from albert_robust.text.marked import called

READING = "v14"  # raise it when the same reply is read otherwise
# What opens and closes thoughts: of most models, of Claude's prompts, of Seed-OSS, Magistral, Kimi and gpt-oss.
THOUGHTS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<seed:think>": "</seed:think>",
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
}
LONG = 20_000  # characters; in a longer reply no sentence is the answer
T = TypeVar("T", str, float)

_OVER = regex.compile(r"<\|(?:return|end)\|>$")  # what gpt-oss says at the end
_QUOTES = r"[`'\"‘’“”«»「」]"
_SAME = str.maketrans({"’": "'", "ʼ": "'", "−": "-", "‐": "-", "٫": ".", "⁄": "/"})
_LETTER = r"[[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
_BEGINS, _ENDS = rf"(?<!{_LETTER}[-_/']?)", rf"(?![-_/']?{_LETTER})"  # a whole word
_LETTER_ENDS = rf"(?![-_/']?[{_LETTER}--\p{{Hangul}}])"  # of a single letter: `B입니다`
_CORE = regex.compile(r"[\p{L}\p{N}](?:.*[\p{L}\p{M}\p{N}])?", regex.DOTALL)  # all between the punctuation around it
_APART = regex.compile(r"[\s_-]+")  # `not_entailment` is `not entailment`
_OBJECT = regex.compile(r"\{\s*[\"'}].*\}|\{\s*[\"'].*", regex.DOTALL)
_MARKUP = r"[*_`\"'”)\]}]"
# A dot behind a lone letter or digit ends no sentence: `1. Good.` But for `Score: 4. The text is good.`
_BETWEEN = regex.compile(
    rf"\n+|(?<=(?:\w\w|{_MARKUP})[.!?؟]{_MARKUP}{{0,4}})\s+|(?<=[。।])|(?<=:{_MARKUP}{{0,3}}\s?{_MARKUP}{{0,3}}\d{_MARKUP}{{0,3}}\.)\s+(?=\p{{Lu}})"
)
_CLAUSE_ENDS = regex.compile(r"[,;،、–—]|\([^)]*$")  # a denial in brackets is of what stands in them
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
_NUMERAL = r"(?:\d+\.\d+|0,\d+|\d,\d\d?|\d+|\.\d+)"
_SHARE = rf"(?P<part>[-+]?{_NUMERAL})(?:\s*(?:/|(?i:out of))\s*(?P<whole>{_NUMERAL})|\s*(?P<percent>[%٪]))?"
_POINTS = (
    r"(?:\s*(?i:stars?|points?|sterne?n?|punkte?n?|étoiles?|estrell?as?|puntos?|pontos?|stell[ae]|punt[io]|зв[её]зд\w*|балл\w*"
    r"|स्टार|सितारे|अंक|نجوم|[星分点]))?"
)
_DIGITS = regex.compile(r"[-+.\d]*")
_ALL_OF_IT = regex.compile(rf"(?:[^\w.,+<>≤≥-]|_)*{_SHARE}{_POINTS}(?:[^\w%٪]|_)*")
_IN_IT = regex.compile(rf"(?<!{_LETTER}[-.,/]?|[<>≤≥]\s*){_SHARE}(?![-.,/%٪]?{_LETTER})", regex.V1)


def _closing(mark: str) -> str:
    return rf"(?<!{_QUOTES}){regex.escape(mark)}"


_THINKS = regex.compile(
    rf"\s*(?:{'|'.join(regex.escape(opens) + '.*?' + _closing(closes) for opens, closes in THOUGHTS.items())})",
    regex.DOTALL,
)
_OPENED = regex.compile(rf"\s*(?:{'|'.join(map(regex.escape, THOUGHTS))})")


class _Named(NamedTuple):
    """An answer that a sentence names, and from where to where."""

    value: Any
    start: int
    end: int


def after_thoughts(said: str) -> str:
    """Return what a model says after what it thinks.

    Thoughts open what it says, or a prompt has opened them, and they go to the first mark that closes them (`THOUGHTS`). A mark
    behind a quotation mark is spoken of, and so is one that closes what opens later on.

    Raises:
        ValueError: Its thoughts have no end.
    """
    place = 0
    while found := _THINKS.match(said, place):
        place = found.end()
    if not place and not _OPENED.match(said):
        ends = ((opens, regex.search(_closing(closes), said)) for opens, closes in THOUGHTS.items())
        place = next((end.end() for opens, end in ends if end and opens not in said[: end.start()]), 0)
    if _OPENED.match(said, place):
        raise ValueError("it was still thinking when its tokens came to an end")
    return _OVER.sub("", said[place:].strip()).strip()


def read_reply(said: str, task: Task, labels: Sequence[str]) -> Any:
    """Return the answer that a reply says, with what was said where more was said than the answer.

    Args:
        said: The reply, without thoughts.
        task: Says whether answers are labels, numbers or texts.
        labels: Those that there are.

    Raises:
        ValueError: It is empty, and what is kept for an answer without entities is, too.
    """
    if task.annotation and not said:
        raise ValueError("it said nothing")
    if task.multi_label:
        kept = several(said)
        named = None if kept is None else [_label(one, tuple(labels)) or one for one in labels_of(kept)]
        row = named if named is not None and {*named} <= {*labels} else _row(said, tuple(labels))
        return next((found for found in (row, named) if found is not None), said)
    if not task.single_label and not task.numeric:
        return said
    if task.single_label:
        label = label_of(said, labels)
        return label if _bare(label) == _bare(said) else {task.output_key: label, "said": said}
    number = number_of(said, task.maximum)
    return number if number == said or _DIGITS.fullmatch(said) else {task.output_key: number, "said": said}


def label_of(said: str, labels: Sequence[str]) -> str:
    """Return the label that a reply says, as the module has it; the reply itself where it says none.

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
        readings.append((_last_sentence(said), False))
    for text, choices in readings:
        found = _said(text, partial(_label, labels=known), partial(_labels_in, labels=known, choices=choices))
        if found is not None:
            return plain[found]
    return said


def _row(said: str, labels: tuple[str, ...]) -> list[str] | None:
    """Return the labels that a reply says in a row, also behind one colon; None where it says, or denies, anything else."""
    lead, colon, row = _plain(said).partition(":")
    if colon and _denials()[0].search(lead):
        return None
    parts = [part for part in _JOINED.split(row if colon else lead) if _CORE.search(part)]
    found = [_label(part, labels) for part in parts if _bare(part) not in _NO_LABELS]
    return [one for one in found if one] if parts and None not in found else None


def _last_sentence(said: str) -> str:
    return next((one for one in reversed(_BETWEEN.split(said)) if _CORE.search(one)), "")


def number_of(said: str, top: float = 1.0) -> float | str:
    """Return the number that a reply says, as the module has it; the reply itself where it says none.

    Digits of every script count. `0,8`, `4/5`, `4 out of 5` and `80 %` are 0.8; in `1,000` nobody knows what the comma means.

    Args:
        said: The reply, without thoughts.
        top: What all of it is, of what is said as a share: with 5, `4/5` and `80 %` are 4.
    """
    found = _said(said, partial(_number, top=top), partial(_numbers_in, top=top))
    return said if found is None else found


def _said(said: str, whole: Callable[[str], T | None], named: Callable[[str], Iterable[_Named]]) -> T | None:
    """Return the one answer that a reply says.

    Args:
        said: The reply.
        whole: Returns the answer that all of a text is.
        named: Returns the answers that a sentence names.
    """
    if (found := whole(said)) is not None:
        return found
    if held := _OBJECT.search(said):
        return _only(map(whole, _values(held[0])))
    if len(said) > LONG:
        return None
    sentences = [one for one in _BETWEEN.split(_plain(said)) if one and not _asks(one)]
    parts = [one.rpartition(":") for one in sentences]
    alone = [whole(answer) for lead, _, answer in parts if not _denials()[0].search(lead)]
    if any(one is not None for one in alone):
        return _only(alone)
    inside = [(sentence, list(named(sentence))) for sentence in sentences]
    if any(_denied(sentence, found) for sentence, found in inside):
        return None
    return _only(one.value for _, found in inside for one in found)


def _only(found: Iterable[T | None]) -> T | None:
    """Return the one value that is there; None for none or several."""
    values = set(found) - {None}
    return values.pop() if len(values) == 1 else None


def _values(written: str) -> Iterator[str]:
    """Yield what an object in JSON holds as texts, at any depth; nothing of what is no JSON."""
    try:
        waiting = [json.loads(written)]
    except (ValueError, RecursionError):
        return
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            waiting += one.values() if isinstance(one, dict) else one
        else:
            yield one if isinstance(one, str) else json.dumps(one)


def _plain(text: str) -> str:
    """Return a text without what makes no difference: width, the shapes of signs."""
    return unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)


def _bare(text: str) -> str:
    core = _CORE.search(text)
    plain = _CORE.search(_plain(core[0])) if core else None
    return plain[0].casefold() if plain else ""


def _asks(sentence: str) -> bool:
    found = _CORE.search(sentence)
    return any(mark in sentence[found.end() if found else 0 :] for mark in "?؟")


def _label(text: str, labels: tuple[str, ...]) -> str | None:
    """Return the label that a text is, whatever its case and the punctuation around it."""
    for same in (str, str.casefold, _bare):
        found = [label for label in labels if same(label) == same(text) != ""]
        if len(found) == 1:
            return found[0]
    return None


def _labels_in(sentence: str, labels: tuple[str, ...], choices: bool) -> list[_Named]:
    """Return where labels, the longest first, stand in a plain sentence, also as choices do; not those within longer ones."""
    pattern, common = _words(labels)
    matches = pattern.finditer(sentence) if pattern else ()
    found = [_Named(labels[int(one.lastindex or 1) - 1], *one.span()) for one in matches]
    several = len({one.value for one in found}) > 1
    return [one for one in found if several or not common or _at_an_edge(sentence, one, choices)]


@cache
def _words(labels: tuple[str, ...]) -> "tuple[regex.Pattern[str] | None, bool]":
    """Return a pattern with a group a label, and whether one of them is a word of many a text.

    There is no pattern where a label has no letter and is no number, or two are written alike. A single letter counts in its
    own case alone, a number behind a word for what it may number: `Answer 2 is better`.
    """
    plain = [_plain(label) for label in labels]
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
    common = any(count <= 1 or _denials()[0].fullmatch(label) for count, label in zip(letters, plain, strict=True))
    groups = [
        f"({one}){_LETTER_ENDS}" if count == 1 else f"((?i:{one})){_ENDS}"
        for count, one in zip(letters, written, strict=True)
    ]
    return regex.compile(rf"{_BEGINS}(?:{'|'.join(groups)})", regex.V1), common


def _at_an_edge(sentence: str, one: _Named, choices: bool) -> bool:
    """Return whether an answer opens a sentence, or what its colon opens, before a comma, closes it, or is a choice's letter.

    A tag, `<answer>B</answer>`, is an edge, too, and so is Chinese for `is` or `choose`, `选B`, and what says that an answer
    is one, `B is correct` or `Bです`.
    """
    before = _TAG.split(sentence[: one.start].rpartition(":")[2])[-1]
    after = _TAG.split(sentence[one.end :])[0]
    if not _CORE.search(before) and _OPENS.match(after):
        return True
    if _IN_A_WORD.search(before):
        return False
    marked = choices and one.end - one.start == 1 and _CHOICE.match(after) and not _IN_BRACKETS.search(before)
    closing = _SAYS_SO.match(after)
    return bool(marked) or not _CORE.search(after[closing.end() :] if closing else after)


def _number(text: str, top: float) -> float | None:
    """Return the number that a text is."""
    try:
        return float(text.rstrip("."))
    except ValueError:
        match = _ALL_OF_IT.fullmatch(_plain(text))
        return _value(match, top) if match else None


def _numbers_in(sentence: str, top: float) -> list[_Named]:
    """Return where numbers that are not whole stand in a plain sentence."""
    found = [(match, _value(match, top)) for match in _IN_IT.finditer(sentence)]
    return [_Named(value, *match.span()) for match, value in found if not match[0].lstrip("-+").isdigit()]


def _value(match: "regex.Match[str]", top: float) -> float | None:
    """Return the number that is written as a number, or as a share of the top; None where it is a share of less."""
    part, whole = (float(match[name].replace(",", ".")) if match[name] else None for name in ("part", "whole"))
    if part is None or whole is None:
        return part * top / 100 if part is not None and match["percent"] else part
    return part * top / whole if 0 <= part <= whole and whole else None


def _denied(sentence: str, named: Sequence[_Named]) -> bool:
    """Return whether one of the answers that a plain sentence names is denied there, before it or in the rest of its clause."""
    if not named:
        return False
    denies, denies_after = _denials()
    first = denies.search(sentence)
    if first and first.end() <= named[-1].start:
        return True
    last = max((one.start() for one in denies_after.finditer(sentence)), default=0)
    return any(one.end <= last and not _CLAUSE_ENDS.search(sentence, one.end, last) for one in named)


@cache
def _denials() -> "tuple[regex.Pattern[str], regex.Pattern[str]]":
    """Return what denies what comes after it, and what denies what came before it."""
    rows = read_rows(Path(__file__).with_name("denials.tsv"))
    return _any_of(rows, "before"), _any_of(rows, "after")


def _any_of(rows: Iterable[Mapping[str, str]], column: str) -> "regex.Pattern[str]":
    """Return a pattern of all that a column has: as words, but in scripts without spaces."""
    words = "|".join(row[column] for row in rows if row[column] and row["language"] not in UNSPACED)
    others = "|".join(row[column] for row in rows if row[column] and row["language"] in UNSPACED)
    return regex.compile(rf"{_BEGINS}(?:{words}){_ENDS}|{others}", regex.V1 | regex.I)
