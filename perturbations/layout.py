"""Layout: how a prompt is set, which says nothing, and by which language models are moved more than by most words.

Source: Sclar et al. (2024), Quantifying Language Models' Sensitivity to Spurious Features in Prompt Design, arXiv:2310.11324,
who vary separators, casing, spacing and enumerations of prompts, and of the order of choices Pezeshkpour and Hruschka (2024),
Large Language Models Sensitivity to The Order of Options in Multiple-Choice Questions, arXiv:2308.11483, of documents Liu et al.
(2024), Lost in the Middle: How Language Models Use Long Contexts, doi:10.1162/tacl_a_00638, of solved examples Lu et al.
(2022), Fantastically Ordered Prompts and Where to Find Them, doi:10.18653/v1/2022.acl-long.556, and of answers to compare Wang
et al. (2024), Large Language Models are not Fair Evaluators, doi:10.18653/v1/2024.acl-long.511. Departures: the wording is the
user's own, so what is set is found in the text, and a text is set in one way throughout, as a writer would.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random

import regex

from albert_robust import Example, Span, Text, Word, perturbation
from albert_robust.packs import Part, called, choices, cites, to_lower, to_upper, words_at
from albert_robust.packs import passages as passages_in

_BEGINS = r"(?m:^)[^\S\n]{0,20}"  # of a line
_MARKED = r"(?:[#>*_-]{1,6}[^\S\n]?){0,2}"  # by Markdown: a heading, a quotation, a list, bold
_WORD = r"\p{L}[\p{L}\p{M}\p{N}'’_-]{0,30}"
_LABEL = rf"{_WORD}(?:[ /]{_WORD}){{0,3}}"
_COLON = r"[^\S\n]?(?::(?=[*_]{0,2}(?:\s|$))|：[^\S\n]*)"
_LABELS = regex.compile(rf"{_BEGINS}{_MARKED}\K{_LABEL}(?=[*_]{{0,2}}{_COLON})")
_SHOWN = regex.compile(
    rf"{_BEGINS}{_MARKED}\K(?P<name>{_LABEL}(?<!\p{{Nd}}))(?P<number>[^\S\n]?\p{{Nd}}{{1,3}})?(?=[*_]{{0,2}}{_COLON})"
)
_SEPARATOR = regex.compile(rf"{_BEGINS}{_MARKED}{_LABEL}[*_]{{0,2}}\K{_COLON}")
_COLON_BEHIND = regex.compile(r"[*_]{0,2}[^\S\n]?[:：][*_]{0,2}\s*+")
_SEPARATORS = (":", " :", "::", " -", " =")

_BULLET = regex.compile(rf"{_BEGINS}\K[-*+•–](?=[^\S\n]+\S)")
_BULLETS = ("-", "*", "+", "•")
_NUMBER = regex.compile(
    rf"{_BEGINS}\K(?:\((?:\p{{Nd}}{{1,2}}|[A-Za-z])\)|(?:\p{{Nd}}{{1,2}}|[A-Za-z])[.)])(?=[^\S\n]+\S)"
)
_NUMBERS = ("{}.", "{})", "({})")
_LIST = 2  # lines at least: a single dash or number at the start of a line may be anything

_OTHERS = regex.compile(  # what a choice calls the others
    r"\b(?:above|below|these|neither|both|anteriores|arriba|acima|ci-dessus|précédent\w*|aucun\w*|oben|genannt\w*|keine\w*"
    r"|precedenti|nessun\w*|ningun\w*|nenhum\w*|выше\w*|перечисленн\w*)\b|以上|都[是对對不可有]|皆|上記|いずれ|すべて|أعلاه|سبق|ذكر|उपरोक्त|उपर्युक्त|इनमें",
    regex.I,
)
_AND = r"\s*[,&/+、和与與及或とや와과]\s*|\s+[\p{L}\p{M}]{1,3}\s+|\s+و"  # between the letters of two of them

_ANSWERS = Path(__file__).with_name("answers.txt")  # what the answer of a solved example is called, a line a language

_BLANK_LINES = regex.compile(r"\n(?:[^\S\n]*+\n)++(?=[^\n]*\S)")
_LINE_BREAK = regex.compile(r"(?<=\S[^\S\n]{0,20})\n(?=[^\S\n]*\S)")

_OPENING = r"(?<![\p{L}\p{N}*])\*\*(?=[^\s*])"
_CLOSING = r"(?<=[^\s*])\*\*(?![\p{L}\p{N}*])"
_INSIDE = r"[^*\n]{1,300}"
_HEADING = rf"{_BEGINS}\K#{{1,6}}[^\S\n]++(?=\S)"
_MARKS = regex.compile(rf"{_HEADING}|{_OPENING}(?={_INSIDE}{_CLOSING})|{_CLOSING}(?<={_OPENING}{_INSIDE}\*\*)")


@perturbation(
    "layout.separator",
    preserves="meaning",
    severities=1,
    examples=[
        Example("Question: Where is it?\nAnswer:", "Question = Where is it?\nAnswer ="),
        Example("Question: Where is it?\nAnswer:", "Question:: Where is it?\nAnswer::", seed=1),
        Example("**Text:** It is late.", "**Text =** It is late.", why="Markdown's marks stay"),
        Example("Texte : il est tard", "Texte = il est tard", "fr", why="the French blank is part of it"),
        Example(
            "问题：在哪里？\n回答：", "问题 - 在哪里？\n回答 -", "zh", why="a blank where the wide colon made room"
        ),
        Example("We met at 10:30, he said: no.", "We met at 10:30, he said: no.", why="no short label opens the line"),
        Example("https://a.org: a link", "https://a.org: a link"),
        Example("Name: Anna", "Name: Anna", protect=("Name:",), why="what is protected stays"),
        Example(":", ":", why="one character"),
        Example("👍🏽: good", "👍🏽: good"),
        Example("", "", why="nothing to perturb"),
    ],
)
def separator(text: Text, rng: Random, severity: int) -> Text:
    """Replace the colon after the labels that open lines: `Question - ...`, `Question:: ...`."""
    found = text.find(_SEPARATOR)
    if not found:
        return text
    mark = rng.choice([other for other in _SEPARATORS if other != found[0].string])
    return text.replace_each([(one.start, one.end, mark + _room(text, one)) for one in found], "separator")


def _room(text: Text, separator: Word) -> str:
    """Return the blank that a mark needs after it where a wide colon was, which makes room itself."""
    return " " if "：" in separator.string and separator.end < len(text) and not text[separator.end].isspace() else ""


@perturbation(
    "layout.labels",
    preserves="meaning",
    severities=1,
    examples=[
        Example("Question: Where is it?\nAnswer:", "question: Where is it?\nanswer:"),
        Example("Question: Where is it?\nAnswer:", "QUESTION: Where is it?\nANSWER:", seed=1),
        Example("## Final answer:\n42", "## FINAL ANSWER:\n42", seed=1),
        Example("Metin: iyi\nİpucu: yok", "METİN: iyi\nİPUCU: yok", "tr", seed=1),
        Example("Вопрос: где это?", "ВОПРОС: где это?", "ru", seed=1),
        Example("问题：在哪里？", "问题：在哪里？", "zh", why="the script has no case"),
        Example("Code:\n```\nelse:\n```", "code:\n```\nelse:\n```", why="code stays"),
        Example("It is late.", "It is late.", why="no label"),
        Example("Name: Anna", "Name: Anna", protect=("Name",), why="what is protected stays"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def labels(text: Text, rng: Random, severity: int) -> Text:
    """Write the labels before a colon at the start of lines in capitals or in lower case."""
    found = text.find(_LABELS)
    ways = [_each(text, found, change, "labels") for change in (to_upper, to_lower)]
    changed = [way for way in ways if way.changed]
    return rng.choice(changed) if changed else text


def _each(text: Text, words: Sequence[Word], change: Callable[[str, str], str], kind: str) -> Text:
    return text.replace_each([(one.start, one.end, change(one.string, text.language)) for one in words], kind)


@perturbation(
    "layout.lists",
    preserves="meaning",
    severities=1,
    examples=[
        Example("Choose:\n- red\n- blue", "Choose:\n+ red\n+ blue"),
        Example("A. red\nB. blue", "(A) red\n(B) blue"),
        Example("A. red\nB. blue", "A) red\nB) blue", seed=2),
        Example("1) Wash.\n2) Dry.\n  • well\n  • long", "(1) Wash.\n(2) Dry.\n  * well\n  * long"),
        Example("١. غسل\n٢. تجفيف", "(١) غسل\n(٢) تجفيف", "ar"),
        Example("1. 洗\n2. 晾", "(1) 洗\n(2) 晾", "zh"),
        Example("- Yes, she said.", "- Yes, she said.", why="one line is no list: it may be speech"),
        Example("3. May", "3. May"),
        Example("- a\n- b", "- a\n+ b", protect=("- a",), why="what is protected stays"),
        Example("-", "-", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def lists(text: Text, rng: Random, severity: int) -> Text:
    """Mark list items in another way: `*` for `-`, `(1)` or `1)` for `1.`; numbers and letters stay."""
    bullets, numbers = (_of_a_list(text, pattern) for pattern in (_BULLET, _NUMBER))
    changes = []
    if bullets:
        bullet = rng.choice([other for other in _BULLETS if other != bullets[0].string])
        changes += [(one.start, one.end, bullet) for one in bullets]
    if numbers:
        form = rng.choice([other for other in _NUMBERS if other.format(_bare(numbers[0])) != numbers[0].string])
        changes += [(one.start, one.end, form.format(_bare(one))) for one in numbers]
    return text.replace_each(sorted(changes), "lists")


def _of_a_list(text: Text, pattern: regex.Pattern[str]) -> list[Word]:
    return text.find(pattern) if len(pattern.findall(str(text))) >= _LIST else []


def _bare(number: Word) -> str:
    return number.string.strip("().")


@perturbation(
    "layout.options",
    preserves="meaning",
    severities=1,
    version=2,
    reorders="choices",
    examples=[
        Example("Where is it?\nA. Rome\nB. Oslo", "Where is it?\nA. Oslo\nB. Rome"),
        Example(
            "Red is\n(A) a colour\n(B) a number\n(C) all of the above",
            "Red is\n(A) a number\n(B) a colour\n(C) all of the above",
            why="what speaks of the others stays in its place",
        ),
        Example("a) one\nb) two\nc) a and b", "a) two\nb) one\nc) a and b", why="and what names them"),
        Example("A. cold\nB. a bad idea", "A. a bad idea\nB. cold", why="in no word"),
        Example("天空是什么颜色？\nA、蓝色\nB、绿色", "天空是什么颜色？\nA、绿色\nB、蓝色", "zh"),
        Example("A. 成都\nB. 北京\nC. A和B", "A. 北京\nB. 成都\nC. A和B", "zh"),
        Example("（A）は\n（B）が", "（A）が\n（B）は", "ja", why="wide marks are marks"),
        Example("А) да\nБ) нет", "А) нет\nБ) да", "ru"),
        Example("أ. نعم\nب. لا", "أ. لا\nب. نعم", "ar"),
        Example("① 네\n② 아니요", "① 아니요\n② 네", "ko"),
        Example(
            "2+2?\nA. 4\nB. 5\nAnswer: A\n3+3?\nA. 5\nB. 6\nAnswer:",
            "2+2?\nA. 4\nB. 5\nAnswer: A\n3+3?\nA. 6\nB. 5\nAnswer:",
            why="the question that is asked is the last, those before it were answered",
        ),
        Example("A. 4\nB. 5\nAnswer: A", "A. 4\nB. 5\nAnswer: A", why="it is answered"),
        Example("A. 4\nB. 5\nAnswer: A. 4\nWhy?", "A. 4\nB. 5\nAnswer: A. 4\nWhy?", why="and to be explained"),
        Example("1. Wash.\n2. Dry.", "1. Wash.\n2. Dry.", why="steps have an order"),
        Example("A. Rome\nB. Rome", "A. Rome\nB. Rome", why="nobody could tell them apart"),
        Example("A. `x`\nB. y", "A. y\nB. `x`", why="code goes along, as it is"),
        Example("A. Anna", "A. Anna", why="one line is no list of choices"),
        Example("A. 👍🏽\nB. 👨\u200d👩\u200d👧", "A. 👨\u200d👩\u200d👧\nB. 👍🏽"),
        Example("A", "A", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def options(text: Text, rng: Random, severity: int) -> Text:
    """Reorder the lettered choices of a question; an answer by letter is read as the choice that it stands for."""
    string = str(text)
    found = choices(string)
    letters = "".join(choice.mark for choice in found)
    if _is_answered(string, found, letters):
        return text
    return _in_another_order(text, found, rng, "choice", stays=lambda content: _speaks_of_others(content, letters))


def _is_answered(string: str, found: Sequence[Part], letters: str) -> bool:
    letter = rf"(?im)[:：]\s*[(（\[*]*[{letters}](?:[)）\].．*]|[^\S\n]*$)"
    return bool(found) and regex.search(letter, string[found[-1].end :]) is not None


def _speaks_of_others(content: str, letters: str) -> bool:
    named = rf"(?<![\p{{L}}\p{{N}}])[{letters}](?:{_AND})[{letters}](?![\p{{L}}\p{{N}}])"
    return _OTHERS.search(content) is not None or regex.search(named, content, regex.I) is not None


@perturbation(
    "layout.passages",
    preserves="meaning",
    severities=1,
    version=2,
    reorders="passages",
    examples=[
        Example("[1] Bern is Swiss.\n[2] Graz is not.\nWhy?", "[1] Graz is not.\n[2] Bern is Swiss.\nWhy?"),
        Example(
            "Document [1](Title: A) x\nDocument [2](Title: B) y\n\nQuestion: z?",
            "Document [1](Title: B) y\nDocument [2](Title: A) x\n\nQuestion: z?",
        ),
        Example(
            "Example 1:\nText: good\nLabel: yes\n\nExample 2:\nText: bad\nLabel: no\n\nText: late\nLabel:",
            "Example 1:\nText: bad\nLabel: no\n\nExample 2:\nText: good\nLabel: yes\n\nText: late\nLabel:",
            why="what is asked is no passage",
        ),
        Example(
            "[Assistant A]\nYes.\n\nFor sure.\n[End of Assistant A]\n[Assistant B]\nNo.\n[End of Assistant B]",
            "[Assistant A]\nNo.\n[End of Assistant A]\n[Assistant B]\nYes.\n\nFor sure.\n[End of Assistant B]",
            why="answers to compare change places",
        ),
        Example(
            '<document index="1">\nx\n</document>\n<document index="2">\ny\n</document>',
            '<document index="1">\ny\n</document>\n<document index="2">\nx\n</document>',
        ),
        Example(
            "<text>x</text>\n<text>y</text>\nWhy?",
            "<text>y</text>\n<text>x</text>\nWhy?",
            why="in tags they need no number",
        ),
        Example("文档1：巴黎\n文档2：奥斯陆\n问题：在哪？", "文档1：奥斯陆\n文档2：巴黎\n问题：在哪？", "zh"),
        Example("Документ 1: да\nДокумент 2: нет", "Документ 1: нет\nДокумент 2: да", "ru"),
        Example(
            "[1] a\n[2] b\n[3] c as in [1]",
            "[1] b\n[2] a\n[3] c as in [1]",
            why="what cites another stays in its place",
        ),
        Example("[1] Anna\n[2] Ben", "[1] Ben\n[2] Anna", protect=("Anna",), why="what is protected goes along"),
        Example("Step 1: wash\nStep 2: dry", "Step 1: wash\nStep 2: dry", why="steps have an order"),
        Example(
            "Answer A:\nNo.\n\nWhy?\nAnswer B:\nYes.\n\nWhich?",
            "Answer A:\nNo.\n\nWhy?\nAnswer B:\nYes.\n\nWhich?",
            why="nobody knows where the last one ends",
        ),
        Example("[1] x\n[2] x", "[1] x\n[2] x", why="nobody could tell them apart"),
        Example("[1] x", "[1] x", why="one is in no order"),
        Example("[1] 👍🏽\n[2] 👍", "[1] 👍\n[2] 👍🏽"),
        Example("[", "[", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def passages(text: Text, rng: Random, severity: int) -> Text:
    """Reorder numbered documents, examples or answers to compare; an answer that cites one is read accordingly."""
    found = passages_in(str(text))
    marks = [passage.mark for passage in found]
    return _in_another_order(text, found, rng, "passage", stays=lambda content: cites(content, marks))


@perturbation(
    "layout.examples",
    preserves="meaning",
    severities=1,
    version=2,
    reorders="examples",
    examples=[
        Example(
            "Text: good\nLabel: yes\n\nText: bad\nLabel: no\n\nText: late\nLabel:",
            "Text: bad\nLabel: no\n\nText: good\nLabel: yes\n\nText: late\nLabel:",
        ),
        Example(
            "Be brief.\nQ: 1+1?\nA: 2\nQ: 1+2?\nA: 3\n\nNow you.\nQ: 2+2?\nA:",
            "Be brief.\nQ: 1+2?\nA: 3\nQ: 1+1?\nA: 2\n\nNow you.\nQ: 2+2?\nA:",
        ),
        Example(
            "Q: a\nA: b\n\nSo.\n\nQ: c\nA: d\n\nSo.\n\nNow you.",
            "Q: a\nA: b\n\nSo.\n\nQ: c\nA: d\n\nSo.\n\nNow you.",
            why="nobody knows where the last one ends",
        ),
        Example(
            "Q: a\nA: b\nQ: c\nA: d\nBe brief.", "Q: c\nA: d\nQ: a\nA: b\nBe brief.", why="it ends as the others do"
        ),
        Example("Q: a\nA: b\n\n###\n\nQ: c\nA: d\n\nQ:", "Q: c\nA: d\n\n###\n\nQ: a\nA: b\n\nQ:"),
        Example(
            "Q1: a\nA1: b\n\nQ2: c\nA2: b\n\nQ3:",
            "Q1: c\nA1: b\n\nQ2: a\nA2: b\n\nQ3:",
            why="numbers stay in their places",
        ),
        Example("<example>\na\n</example> <example>b</example>", "<example>b</example> <example>\na\n</example>"),
        Example("English: a\nFrench: b\nEnglish: c\nFrench: d", "English: c\nFrench: d\nEnglish: a\nFrench: b"),
        Example("输入：好\n输出：是\n输入：坏\n输出：否", "输入：坏\n输出：否\n输入：好\n输出：是", "zh"),
        Example(
            "Text: good\nLabel: yes\nText: late\nLabel:",
            "Text: good\nLabel: yes\nText: late\nLabel:",
            why="one is solved, the other asked",
        ),
        Example(
            "User: Hi\nAssistant: Hello\nUser: Why?\nAssistant: Well",
            "User: Hi\nAssistant: Hello\nUser: Why?\nAssistant: Well",
            why="a conversation has its order",
        ),
        Example("Ann: Hi\nBen: Hello\nAnn: Why?\nBen: Well", "Ann: Hi\nBen: Hello\nAnn: Why?\nBen: Well"),
        Example("Note: a\nNote: b", "Note: a\nNote: b", why="nothing is asked and answered"),
        Example("Q: a\nA: b\nQ: c\nA: `d`", "Q: c\nA: `d`\nQ: a\nA: b", why="code goes along, as it is"),
        Example("Q: 👍🏽\nA: 👍\nQ: 👎\nA: 👎🏽", "Q: 👎\nA: 👎🏽\nQ: 👍🏽\nA: 👍"),
        Example(":", ":", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def examples(text: Text, rng: Random, severity: int) -> Text:
    """Reorder the solved examples of a prompt, `Q: ... A: ...`; the question itself stays last."""
    string = str(text)
    parts, each = (tagged, 1) if (tagged := _tagged(string)) else _solved(string)
    return _in_another_order(text, parts, rng, "example", stays=lambda content: False, each=each)


def _tagged(string: str) -> list[Part]:
    """Return the examples of a prompt that stand between tags: `<example>...</example>`."""
    for name in sorted(called("solved")):
        opening, closing = f"<{name}>", f"</{name}>"
        before, *bodies = string.split(opening)
        if len(bodies) > 1 and all(body.count(closing) == 1 for body in bodies):
            starts = accumulate((len(body) + len(opening) for body in bodies[:-1]), initial=len(before) + len(opening))
            said = [body.partition(closing)[0] for body in bodies]
            return [Part(str(start), start, start + len(one), one) for start, one in zip(starts, said, strict=True)]
    return []


def _solved(string: str) -> tuple[list[Part], int]:
    """Return the examples of a prompt, and how many parts each has.

    They are the same labels again and again, each time with something behind the last one. Where these are numbered, what is
    behind each of them is a part.
    """
    matches = list(_SHOWN.finditer(string))
    labels = [(string.rfind("\n", 0, match.start()) + 1, match.end()) for match in matches]
    names = [match["name"].casefold() for match in matches]
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    for first, *others in places.values():
        known, shown, answers = names[first : others[0] if others else first], list[int](), list[Span]()
        for place, following in pairwise([first, *others, len(names)]) if known[1:] and known[-1] in _answers() else ():
            if names[place:following][: len(known)] != known or following - place > len(known):
                break
            limit = labels[following][0] if following < len(names) else len(string)
            answer = _answer(string, labels[place + len(known) - 1][1], limit)
            if answer is None:
                break
            shown.append(place)
            answers.append(answer)
        if len(answers) > 1:
            ends = [*(answer.end for answer in answers[:-1]), _last_ends(string, answers)]
            each = len(known) if matches[first]["number"] or matches[first + len(known) - 1]["number"] else 1
            found = zip(shown, ends, strict=True)
            spans = [span for one, end in found for span in _spans(string, labels[one : one + len(known)], end, each)]
            return [Part(str(start), start, end, string[start:end]) for start, end in spans] if ends[-1] else [], each
    return [], 1


def _spans(string: str, labels: Sequence[tuple[int, int]], end: int, each: int) -> list[tuple[int, int]]:
    """Return where an example stands, or what is behind each of its labels."""
    if each == 1:
        return [(labels[0][0], end)]
    limits = [*(start for start, _ in labels[1:]), end]
    starts = [colon.end() for _, opens in labels if (colon := _COLON_BEHIND.match(string, opens))]
    return [(start, start + len(string[start:limit].rstrip())) for start, limit in zip(starts, limits, strict=True)]


def _answer(string: str, start: int, limit: int) -> Span | None:
    """Return where an answer stands behind its label, but for a rule below it; None where nothing does."""
    start += len(string[start:limit]) - len(string[start:limit].lstrip(":： \t*_"))
    lines = string[start:limit].rstrip()
    said, _, last = lines.rpartition("\n")
    end = start + len(lines if last.strip("#*=- \t") else said.rstrip())
    blank = _BLANK_LINES.search(string, start, limit)
    return Span(start, end) if string[start : min(end, blank.start() if blank else end)].strip() else None


def _last_ends(string: str, answers: Sequence[Span]) -> int:
    """Return where the last answer ends: with its line or paragraph, as the others do; 0 where nobody knows."""
    *others, (start, end) = [(one.start, one.end) for one in answers]
    start += len(string[start:end]) - len(string[start:end].lstrip())
    line, blank = string.find("\n", start, end), _BLANK_LINES.search(string, start, end)
    if line < 0:
        return end
    if all("\n" not in string[one:other].strip() for one, other in others):
        return line
    if any(_BLANK_LINES.search(string, one, other) for one, other in others):
        return 0 if blank else end
    return blank.start() if blank else end


@cache
def _answers() -> frozenset[str]:
    return frozenset(_ANSWERS.read_text(encoding="utf-8").split())


def _in_another_order(
    text: Text, parts: Sequence[Part], rng: Random, kind: str, stays: Callable[[str], bool], each: int = 1
) -> Text:
    """Return a text with its parts in another order, but for those that stay in their places; as it is where two say the same.

    Args:
        text: Has them.
        parts: In the order of the text.
        rng: Draws the other order.
        kind: What the edits are called in reports.
        stays: Whether a part does, by what it says.
        each: How many parts one thing has: they go along with each other.
    """
    rows = range(0, len(parts), each)
    if len({tuple(part.content for part in parts[row : row + each]) for row in rows}) < len(rows):
        return text
    places = words_at(text.graphemes, str(text), [(part.start, part.end) for part in parts])
    moved = [text.movable(one.start, one.end) and not stays(one.string) for one in places]
    free = [places[row : row + each] for row in rows if all(moved[row : row + each])]
    order = same = list(range(len(free)))
    while order == same and len(free) > 1:
        order = rng.sample(same, len(free))
    spans = [Span(one.start, one.end) for row in free for one in row]
    return text.reordered(spans, [each * row + place for row in order for place in range(each)], kind)


@perturbation(
    "layout.blank_lines",
    preserves="meaning",
    severities=1,
    examples=[
        Example("Read this.\n\nIt is late.", "Read this.\nIt is late."),
        Example("Read this.\nIt is late.", "Read this.\n\nIt is late.", why="it swaps the other way too"),
        Example("One.\n \n\nTwo.\nThree.", "One.\nTwo.\nThree."),
        Example("一。\n\n二。", "一。\n二。", "zh"),
        Example("مرحبا\nهنا", "مرحبا\n\nهنا", "ar"),
        Example("One.\r\nTwo.", "One.\r\n\r\nTwo.", why="line ends stay those of Windows"),
        Example("It is late.\n", "It is late.\n", why="nothing follows"),
        Example("a\n\nb\n\nc", "a\n\nb\nc", protect=("a\n\nb",), why="what is protected stays"),
        Example("👍🏽\n👍", "👍🏽\n\n👍"),
        Example("\n", "\n", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def blank_lines(text: Text, rng: Random, severity: int) -> Text:
    """Remove blank lines, or add one at each line break if there are none."""
    blank, end = text.find(_BLANK_LINES), "\r\n" if "\r\n" in str(text) else "\n"
    found, new = (blank, end) if blank else (text.find(_LINE_BREAK), 2 * end)
    return text.replace_each([(one.start, one.end, new) for one in found], "blank lines")


@perturbation(
    "layout.markdown",
    preserves="meaning",
    severities=1,
    examples=[
        Example("# Task\nAnswer in **one word**.", "Task\nAnswer in one word."),
        Example("**Text:** 你好\n**Label:**", "Text: 你好\nLabel:"),
        Example(
            "Question: Where is it?\nAnswer:",
            "**Question**: Where is it?\n**Answer**:",
            why="it swaps the other way too",
        ),
        Example("问题：在哪里？", "**问题**：在哪里？", "zh"),
        Example("# Task\n```\n# add\nx + 1\n```", "Task\n```\n# add\nx + 1\n```", why="code stays"),
        Example("2**3 and 3**2", "2**3 and 3**2", why="no bold opens after a digit"),
        Example("#late is a tag", "#late is a tag", why="a hashtag is no heading"),
        Example("**Anna** is **here**", "**Anna** is here", protect=("**Anna**",), why="what is protected stays"),
        Example("*", "*", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def markdown(text: Text, rng: Random, severity: int) -> Text:
    """Remove Markdown's bold and headings, or, if there are none, set the labels that open lines in bold."""
    if _MARKS.search(str(text)):
        return text.replace_each([(mark.start, mark.end, "") for mark in text.find(_MARKS)], "plain")
    return _each(text, text.find(_LABELS), lambda label, language: f"**{label}**", "bold")
