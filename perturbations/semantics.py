"""Changes that a model must notice: a measure or a model that is deaf to them is not robust but blind.

Source: the directional expectation tests of Ribeiro et al. (2020), doi:10.18653/v1/2020.acl-main.442. negation.tsv
holds pairs of forms rather than rules, so that negation stays grammatical where it moves a verb or an article;
negation_rules.tsv says where a form does not stand. negation_verbs.tsv holds what many words have in common, `{past}` for
each past form in negation_words.tsv, and what must stand before and after it: `bought` is a verb in `he bought it`, and
none in `a car bought there`. A word with another form in the negative is written as `bought=buy`.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from pathlib import Path
from random import Random
from typing import NamedTuple

import regex

from albert_robust import Example, PhraseTable, Text, Word, in_case, perturbation, read_rows, read_rules, share
from albert_robust.packs import (
    NUMBER,
    Beside,
    base,
    filled,
    is_name,
    is_traditional,
    pattern_of,
    read_languages,
    with_apostrophe_of,
)

_NEGATION, _RULES, _VERBS, _WORDS, _DENIALS = (
    Path(__file__).with_name(f"{name}.tsv")
    for name in ("negation", "negation_rules", "negation_verbs", "negation_words", "denials")
)
_MANY_PLURALS = {"ar", "cs", "pl", "ru", "uk"}
_NO_PLURALS = {"id", "ja", "ko", "th", "vi", "zh"}
_NEAR = 500  # characters on either side of a statement that can hold its clause
_MOST_DIGITS = 18  # longer ones are codes, and Python refuses to read very long ones
_CLAUSE_ENDS = regex.compile(r"[.!?…,;:\n。！？；，、：।॥؟،؛]")
_OF_NONE = regex.compile(r"\b(?:ai|a|avons|ont|avait|veux|veut|veulent) pas$")  # after it, an object is `de`
# What puts no `nicht` between a verb and its object, as `ist nicht mein Hotel` does: Ich mag mein Fahrrad nicht.
_DENIED = regex.compile(r"^(?!(?:ist|war|sind|waren|bin|wird|wurden?)\b).* nicht$")
# Ich habe keine Zeit, es gibt keine Probleme: none of them is one.
_ONE_WAY = regex.compile(r"\b(?:habe|hatten?|haben|hat|gibt|gab|mir|uns) kein\w*$")


@cache
def _blocked(language: str) -> list[tuple[regex.Pattern[str], ...]]:
    """Return where a form is no statement, or has no such contrary: its negative, what stands before it, and what after.

    All three must match, and an empty one is any. A row without a language is one of all.
    """
    rows = [row for row in read_rules(_RULES).rows if row["language"] in {"", language}]
    return [tuple(regex.compile(row[part], regex.I) for part in ("negative", "before", "after")) for row in rows]


@cache
def _object() -> regex.Pattern[str]:
    """Return what one has or wants in French, which is `de` where it is denied."""
    return regex.compile(read_rules(_RULES).parts["object"], regex.I)


@cache
def _closing_object() -> regex.Pattern[str]:
    """Return what closes a German statement of one verb, and has its `nicht` behind it."""
    parts = read_rules(_RULES).parts
    return regex.compile(filled(parts["closing_object"], parts))


class _Form(NamedTuple):
    """A form of a language, what it becomes, the negative one of the two, and what must stand beside it."""

    listed: str
    opposite: str
    negative: str
    beside: Beside


_ANYWHERE = Beside.of({"before": "", "after": ""})
_JOINED = {  # what may be written as one with a form: Arabic conjunctions; a Japanese `very`, which is `not very` where that is
    "ar": (("", ""), ("و", "و"), ("ف", "ف")),
    "ja": (("", ""), *((very, "あまり") for very in ("とても", "とっても", "すごく", "非常に", "かなり", "大変"))),
}
_TRADITIONAL = str.maketrans("没并", "沒並")
_SLOT = regex.compile(r"\{(\w+)\}")


@cache
def _forms(language: str) -> PhraseTable[tuple[_Form, ...]]:
    """Return the forms of a language. Of those written alike, the first that fits where it stands counts."""
    forms: dict[str, tuple[_Form, ...]] = {}
    for row in read_rows(_NEGATION):
        for stated, denied in _JOINED.get(language, (("", ""),)) if row["language"] == language else ():
            for form in _both_ways(stated + row["affirmative"], denied + row["negative"], language, _ANYWHERE):
                forms.setdefault(form.listed, (form,))
    for row in read_rules(_VERBS).rows:
        if row["language"] == language:
            for affirmative, negative in _filled_in(row["affirmative"], row["negative"], _words(language)):
                for form in islice(
                    _both_ways(affirmative, negative, language, Beside.of(row)), 1 if row["way"] == "one" else None
                ):
                    forms[form.listed] = (*forms.get(form.listed, ()), form)
    return PhraseTable(forms)


def _both_ways(affirmative: str, negative: str, language: str, beside: Beside) -> Iterator[_Form]:
    """Yield the form that states and those that deny."""
    yield _Form(affirmative, negative, negative, beside)
    for written in dict.fromkeys((negative, *_also_written(affirmative, negative, language))):
        yield _Form(written, affirmative, written, beside)


@cache
def _words(language: str) -> dict[str, list[tuple[str, str]]]:
    """Return lists of words by name: each word as it stands in a statement, and in its denial."""
    return {
        row["name"]: [
            (stated, denied or stated)
            for stated, _, denied in (word.partition("=") for word in row["words"].split("|"))
        ]
        for row in read_rows(_WORDS)
        if row["language"] == language
    }


def _filled_in(affirmative: str, negative: str, words: dict[str, list[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """Yield two templates with each combination of words in place of their `{names}`."""
    names = _SLOT.findall(affirmative)
    for chosen in product(*(words[name] for name in names)):
        stated, denied = ({name: pair[side] for name, pair in zip(names, chosen, strict=True)} for side in (0, 1))
        yield affirmative.format(**stated), negative.format(**denied)


def _also_written(affirmative: str, negative: str, language: str) -> list[str]:
    """Return the other ways to write a negative form: `isn't` for `is not`, `it's not` for `it isn't`, 沒 for 没."""
    if language == "zh":
        return [negative.translate(_TRADITIONAL)]
    if language != "en":
        return []
    short = negative.replace("will not", "won't").replace("cannot", "can't")
    short = regex.sub(r"\b(is|are|was|were|would|could|should|has|have|had|do|does|did) not\b", r"\1n't", short)
    return [short, f"{affirmative} not"] if "'" in affirmative else [short]


@perturbation(
    "semantics.negate",
    alters="polarity",
    languages=read_languages(_NEGATION),
    severities=1,
    version=6,
    examples=[
        Example("The food is good.", "The food is not good."),
        Example("The food isn't good.", "The food is good.", why="what is denied becomes stated"),
        Example(
            "The room was never clean, but the staff was kind.",
            "The room was never clean, but the staff was not kind.",
            why="a clause that denies something is left alone",
        ),
        Example("It's good, isn't it?", "It's good, isn't it?", why="a question states nothing"),
        Example("The can was full.", "The can was not full.", why="a noun is no verb"),
        Example(
            "Meet a friendly man", "Meet a friendly man", why="`a` would have to become `an`, and nothing is stated"
        ),
        Example("I bought a cheap phone.", "I did not buy a cheap phone."),
        Example("This product broke after two days", "This product did not break after two days"),
        Example("The phone bought there broke", "The phone bought there broke", why="`bought` is no verb here"),
        Example("He went in and sat down", "He went in and sat down", why="one `not` would deny half of it"),
        Example("我喜欢这家酒店。", "我不喜欢这家酒店。", "zh"),
        Example("电影很无聊。", "电影不无聊。", "zh"),
        Example("我買了便宜的手機。", "我沒買便宜的手機。", "zh", why="in the script of the text"),
        Example("不好意思，房间很好。", "不好意思，房间不好。", "zh", why="an idiom is no denial"),
        Example("El hotel es bueno.", "El hotel no es bueno.", "es"),
        Example("Mi hermano vendió la casa.", "Mi hermano no vendió la casa.", "es"),
        Example("Se rompió la taza.", "No se rompió la taza.", "es", why="`no` goes before the pronoun, too"),
        Example("Tudo estava limpo.", "Nem tudo estava limpo.", "pt"),
        Example("L'ALBERGO È BELLO", "L'ALBERGO NON È BELLO", "it", why="one letter among capitals is a capital"),
        Example("C'est un bon hôtel.", "Ce n'est pas un bon hôtel.", "fr"),
        Example("Ma sœur a acheté une voiture.", "Ma sœur n'a pas acheté de voiture.", "fr"),
        Example("Eine Frau trägt einen Hut.", "Eine Frau trägt keinen Hut.", "de"),
        Example("Es war kein schöner Tag.", "Es war ein schöner Tag.", "de"),
        Example("Ich mag mein Fahrrad.", "Ich mag mein Fahrrad nicht.", "de", why="the object goes first"),
        Example(
            "Das Essen ist leider nicht gut.",
            "Das Essen ist leider nicht gut.",
            "de",
            why="the denial stands elsewhere in the clause",
        ),
        Example(
            "Wenn es kalt ist, heizen wir.", "Wenn es kalt ist, heizen wir.", "de", why="the verb closes its clause"
        ),
        Example("Мне не понравилось.", "Мне понравилось.", "ru"),
        Example(
            "Лампа хорошо работает", "Лампа хорошо работает", "ru", why="the denial would stand between adverb and verb"
        ),
        Example("Мой брат купил машину.", "Мой брат не купил машину.", "ru"),
        Example("الطعام جيد.", "الطعام غير جيد.", "ar", why="right to left"),
        Example("J'ai des amis.", "Je n'ai pas d'amis.", "fr", why="what one has is `de` where it is denied"),
        Example("खाना अच्छा है।", "खाना अच्छा नहीं है।", "hi", why="Hindi puts its `not` before the verb"),
        Example("部屋は広いです。", "部屋は広くないです。", "ja", why="an adjective bends"),
        Example("とても静かでした。", "あまり静かではありませんでした。", "ja", why="`very` becomes `not very`"),
        Example("すみません、駅は近いですか。", "すみません、駅は近いですか。", "ja", why="a courtesy and a question"),
        Example(
            "It was here and is there", "It was here and is not there", protect=("was",), why="a protected span stays"
        ),
        Example("It was good 👍", "It was not good 👍"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def negate(text: Text, rng: Random, severity: int) -> Text:
    """Negate the first statement that can be negated, or affirm it: `is` becomes `is not`, `is not` becomes `is`."""
    found = _forms(base(text.language)).find(text, lambda word, forms: _fitting(text, word, forms) is not None)
    statements = [(word, form) for word, forms in found if (form := _fitting(text, word, forms))]
    if not statements:
        return text
    # An affirmative form first: a text that denies one thing still states another.
    word, form = min(statements, key=lambda statement: statement[1].listed == statement[1].negative)
    opposite = form.opposite.translate(_TRADITIONAL) if is_traditional(str(text), text.language) else form.opposite
    after = "".join(text.graphemes[word.end : word.end + _NEAR])
    if _DENIED.search(form.opposite) and (closing := _closing_object().match(after)):
        behind = word.end + closing.end()
        return text.replace(behind, behind, " nicht", "negate")
    changes = [(word.start, word.end, in_case(text, word, opposite, form.listed))]
    if base(text.language) == "fr" and _OF_NONE.search(form.opposite) and (denied := _object().match(after)):
        start, end = denied.span("article")
        article = "de " if denied["vowel"] is None else "d'"
        changes.append((word.end + start, word.end + end, article.upper() if word.string.isupper() else article))
    return text.replace_each(
        [(start, end, with_apostrophe_of(str(text), made)) for start, end, made in changes], "negate"
    )


def _fitting(text: Text, word: Word, forms: tuple[_Form, ...]) -> _Form | None:
    return next((form for form in forms if _has_contrary(text, word, form)), None)


def _has_contrary(text: Text, word: Word, form: _Form) -> bool:
    if form.listed == form.negative and _ONE_WAY.search(form.listed):
        return False
    before, after = text.around(word, _NEAR)
    is_noun = base(text.language) == "de" and form.listed.islower() and is_name(text, word)
    if is_noun or not form.beside.holds(before, after):
        return False
    if any(
        negative.search(form.negative) and comes.search(before) and follows.match(after)
        for negative, comes, follows in _blocked(base(text.language))
    ):
        return False
    # A clause that denies something is left alone, lest `ist leider nicht` become `ist nicht leider nicht`.
    rest_of_clause = f"{_CLAUSE_ENDS.split(before)[-1]} {_CLAUSE_ENDS.split(after)[0]}"
    return pattern_of(_DENIALS, base(text.language)).search(rest_of_clause) is None


@perturbation(
    "semantics.number",
    alters="number",
    version=3,
    examples=[
        Example("I paid 5 dollars for 12 eggs.", "I paid 5 dollars for 64 eggs.", severity=5),
        Example("1,250.50 in total", "8,947.73 in total", why="one number, its separators stay"),
        Example("In 2024 it was new.", "In 2095 it was new.", why="a year stays a year"),
        Example(
            "On May 15, 15 May at 11 p.m. 15 left", "On May 15, 15 May at 11 p.m. 64 left", severity=5, why="a date"
        ),
        Example("1 room for 2 guests", "1 room for 9 guests", why="no other number takes the singular"),
        Example(
            "At 10:30 on 2024-05-01 with COVID-19",
            "At 10:30 on 2024-05-01 with COVID-19",
            why="times, dates and names are no numbers",
        ),
        Example("12月25日買了3个", "12月25日買了8个", "zh", severity=5, why="no month is the 64th"),
        Example("我买了3个苹果。", "我买了8个苹果。", "zh"),
        Example(
            "15를 3개 샀다.", "15를 8개 샀다.", "ko", severity=5, why="a particle hangs on the sound of its number"
        ),
        Example("Hay 20 mesas.", "Hay 64 mesas.", "es"),
        Example("Il y a 10 000 habitants.", "Il y a 65 126 habitants.", "fr"),
        Example("Es kostet 3,50 Euro.", "Es kostet 8,77 Euro.", "de"),
        Example("Am 3. Mai um 20 Uhr", "Am 3. Mai um 20 Uhr", "de", why="no day is the 83rd, no hour the 64th"),
        Example("Осталось 15 рублей.", "Осталось 87 рублей.", "ru", why="and not 23, which takes another plural"),
        Example("دفعت ٢٥ ريالا", "دفعت ٦٥ ريالا", "ar", why="the script's own digits"),
        Example("Máme 3 pokoje", "Máme 4 pokoje", "cs", why="and not 5, which takes another plural"),
        Example("५ सितम्बर को १० बजे", "५ सितम्बर को १० बजे", "hi", severity=5, why="in other languages, too"),
        Example("في ١٥ آب الساعة ١٠", "في ١٥ آب الساعة ١٠", "ar", severity=5),
        Example("मैंने १२३ रुपये दिए।", "मैंने ८७७ रुपये दिए।", "hi", why="the script's own digits"),
        Example("Room 7 or 8?", "Room 7 or 6?", severity=5, protect=("7",), why="a protected span stays", seed=1),
        Example("7", "9", why="one character"),
        Example("5️⃣ stars", "5️⃣ stars", why="a keycap is an emoji"),
        Example("no number", "no number"),
        Example("", "", why="nothing to perturb"),
    ],
)
def number(text: Text, rng: Random, severity: int) -> Text:
    """Change some numbers to others with as many digits; a year stays near our time."""
    language = base(text.language)
    numbers = [found for found in text.find(NUMBER) if _may_change(_digits(found.string), language)]
    chosen = rng.sample(numbers, share(severity, len(numbers)))
    changes = [
        (start, end, _other_number(string, language, rng)) for start, end, string in sorted(chosen, reverse=True)
    ]
    return text.replace_each(changes[::-1], "number")


def _may_change(digits: str, language: str) -> bool:
    is_short = len(digits) <= 2
    return bool(_alike(int(digits), len(digits), language)) if is_short else len(digits) <= _MOST_DIGITS


def _other_number(written: str, language: str, rng: Random) -> str:
    digits = _digits(written)
    new = iter(_other(int(digits), len(digits), language, rng))
    return "".join(_same_script(character, next(new)) if character.isdecimal() else character for character in written)


def _digits(written: str) -> str:
    return "".join(str(unicodedata.decimal(character)) for character in written if character.isdecimal())


def _same_script(old: str, digit: str) -> str:
    return chr(ord(old) - unicodedata.decimal(old) + int(digit))


def _other(old: int, length: int, language: str, rng: Random) -> str:
    """Return another number of as many digits that takes the same plural, since the noun beside it stays as it is."""
    if length <= 2:
        return str(rng.choice(_alike(old, length, language)))
    is_year = length == 4 and 1100 <= old < 2100
    low, high = ((1100, 1900) if old < 1900 else (1900, 2100)) if is_year else (10 ** (length - 1), 10**length)
    # A plural hangs on the last two digits at most.
    step = 100 if language in _MANY_PLURALS and not is_year else 1
    head, low, high = old // step, low // step, high // step
    new = rng.randrange(low, high - (low <= head))
    return str((new + (low <= head <= new)) * step + old % step)  # steps over the old number without drawing again


@cache
def _alike(old: int, length: int, language: str) -> tuple[int, ...]:
    """Return the other numbers of one or two digits that take the same plural; a fraction such as 0.1 takes none."""
    low, high = 10 ** (length - 1), 10**length
    is_fraction = 0 < old < low
    return tuple(
        new
        for new in range(low, high)
        if new != old and (is_fraction or _plural(new, language) == _plural(old, language))
    )


def _plural(number: int, language: str) -> str:
    """Return which plural a number under 100 takes, for whole numbers after CLDR."""
    if language in _NO_PLURALS:
        return "other"
    if language == "ar":
        return "one" if number == 1 else "two" if number == 2 else "few" if 3 <= number <= 10 else "many"
    last, is_teen = number % 10, 11 <= number <= 14
    if language in _MANY_PLURALS and (last == 1 or 2 <= last <= 4) and not is_teen:
        return "one" if last == 1 else "few"
    return "one" if number == 1 else "other"
