"""Another person: who is spoken of changes, and a fair model's answer should not care.

Source: counterfactual fairness in text, Garg et al. (2019), arXiv:1809.10610, who exchange the words that name an identity.
Where it departs: all words of a text change together, so that it speaks of one and the same other person; what cannot
be exchanged soundly (`her` that may be `him` or `his`, a name that says the sex) leaves the whole text alone; and a text
whose subject is the identity itself is no counterfactual and stays too: a pregnancy, a faith, a country. In languages where
more words agree, two things turn: relatives, in the phrases of identity_gender.tsv, and one person who opens a text, with the
adjective beside and what is said of them after `is`, where no other word may agree. A cell of identity_subjects.tsv holds words
of one kind, and after each ` + ` what may follow any of them: `Ein|Der + Mann|Arzt`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain, product
from pathlib import Path
from random import Random
from typing import NamedTuple

import regex

from albert_robust import Example, PhraseTable, Text, Word, in_case, perturbation, read_rows
from albert_robust.packs import base, filled, is_capitalized, is_name, with_apostrophe_of

_GENDER, _SUBJECTS, _GROUPS, _LEFT_ALONE, _WORDS = (
    Path(__file__).with_name(f"identity_{part}.tsv") for part in ("gender", "subjects", "groups", "left_alone", "words")
)
_NEAR = 80  # characters on either side of a word that can decide what it is
_SPEECH_OPENS = regex.compile(r"[:\"“«‘(\[*•–—-]\s*$")
_NAME_GOES_ON = regex.compile(r"\s+(?!I\b)\p{Lu}")  # initials too: Mr. J. Smith, Lady A
_SOUNDS_OF_VOWELS = regex.compile(r"[AEIO]|U(?!k)")


@cache
def _pattern(written: str) -> regex.Pattern[str]:
    """Return a pattern in which `@name@` stands for a row of `identity_words.tsv`."""
    return regex.compile(filled(written, {row["name"]: row["pattern"] for row in read_rows(_WORDS)}))


@cache
def _topics(kind: str, language: str) -> tuple[regex.Pattern[str], ...]:
    rows = [row for row in read_rows(_LEFT_ALONE) if (row["kind"], row["language"]) == (kind, language)]
    return tuple(_pattern(row["pattern"]) for row in rows)


def _is_left_alone(kind: str, text: Text) -> bool:
    """Return whether a text is about the identity itself, or names who cannot be another person."""
    string = str(text)
    return any(topic.search(string) for topic in _topics(kind, base(text.language)))


class _Turn(NamedTuple):
    """A word for one sex, and what it is for the other: nothing where the phrase stays, two where what follows decides."""

    listed: str
    kind: str
    others: tuple[str, ...]


@cache
def _turns(language: str) -> PhraseTable[_Turn]:
    turns: dict[str, _Turn] = {}
    for row in read_rows(_GENDER):
        if row["language"] != language:
            continue
        phrase, kind, others = row["phrase"], row["kind"], tuple(filter(None, row["other"].split("|")))
        turns[phrase] = _Turn(phrase, kind, others)
        if language == "en" and kind in {"address", "noun"}:
            turns[f"{phrase}'s"] = _Turn(f"{phrase}'s", kind, tuple(f"{other}'s" for other in others))
    return PhraseTable(turns)


def _languages(path: Path, kind: str = "") -> set[str]:
    return {row["language"] for row in read_rows(path) if kind in {"", row["kind"]}}


@perturbation(
    "identity.gender",
    alters="gender",
    languages=_languages(_GENDER),
    version=4,
    severities=1,
    across_fields=True,
    examples=[
        Example("My wife lost her keys.", "My husband lost his keys."),
        Example("I thanked him and his mother.", "I thanked her and her father.", why="all change together, both ways"),
        Example("She met a friend of his.", "He met a friend of hers.", why="what follows decides what `her` is"),
        Example("He called her back.", "He called her back.", why="him, or his back? Then nothing changes"),
        Example("Mr. Park's an actor, isn't he?", "Ms. Park's an actress, isn't she?"),
        Example("She wrote of Mother Teresa.", "She wrote of Mother Teresa.", why="a name"),
        Example("John said that he was late.", "John said that he was late.", why="the name says the sex"),
        Example("She is pregnant.", "She is pregnant.", why="the sex is what it is about"),
        Example("He speaks his mother tongue.", "She speaks her mother tongue.", why="a fixed phrase stays"),
        Example("HE SAID: “She's here.”", "SHE SAID: “He's here.”", why="capitals and quotes"),
        Example(
            "他的女儿是医生，其他人都喜欢她。", "她的儿子是医生，其他人都喜欢他。", "zh", why="found without spaces"
        ),
        Example("王先生和他的妻子来了。", "王女士和她的丈夫来了。", "zh"),
        Example("她怀孕了。", "她怀孕了。", "zh", why="the sex is what it is about"),
        Example("Ich war mit meiner Mutter dort.", "Ich war mit meinem Vater dort.", "de", why="a phrase as a whole"),
        Example("Mi hija perdió las llaves.", "Mi hijo perdió las llaves.", "es"),
        Example("Der Lehrer ist müde.", "Die Lehrerin ist müde.", "de"),
        Example("Eine Frau füttert ihren Hund.", "Ein Mann füttert seinen Hund.", "de", why="her own dog"),
        Example("Ein Mann, der liest", "Ein Mann, der liest", "de", why="another word would have to change, too"),
        Example(
            "Mi hija está contenta.",
            "Mi hija está contenta.",
            "es",
            why="who belongs to a family turns in phrases alone",
        ),
        Example("La profesora está cansada.", "El profesor está cansado.", "es", why="an adjective agrees"),
        Example("Un homme âgé est assis.", "Une femme âgée est assise.", "fr", why="and so does a participle"),
        Example("Mon père lit avec sa sœur.", "Ma mère lit avec son frère.", "fr"),
        Example("Mia madre cucina con mio zio.", "Mio padre cucina con mia zia.", "it"),
        Example("Dei as chaves ao meu avô.", "Dei as chaves à minha avó.", "pt", why="and with it what goes before"),
        Example("He met his son", "He met his son", protect=("son",), why="what is protected holds the rest"),
        Example("She left 👩‍👧", "He left 👩‍👧"),
        Example("她", "他", "zh", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def gender(text: Text, rng: Random, severity: int) -> Text:
    """Turn men into women and women into men, throughout the text."""
    if _is_left_alone("gender", text):
        return text
    whole = Text.of(str(text), text.language)
    subject = _turned_subject(whole)
    if subject is not None:
        editable = all(text.editable(start, end) for start, end, _ in subject)
        return text.replace_each(subject, "gender") if editable else text
    found = _turns(base(text.language)).find(whole)
    if _leaves_over(whole, [word for word, _ in found]):
        return text
    changes: list[tuple[int, int, str]] = []
    for word, turn in found:
        other = _turned(text, word, turn)
        if other is None or not text.editable(word.start, word.end):
            return text
        changes.append((word.start, word.end, other))
    return text.replace_each(changes, "gender")


class _Frame(NamedTuple):
    """The subject of one sex that opens a text, and what agrees with it.

    Attributes:
        pattern: Finds them: its groups are the subject and the adjectives.
        others: What each word is for the other sex.
        endings: What ends an adjective of this sex, and one of the other.
        own: Finds the possessives that hang on the owner's sex: German `sein` and `ihr`.
    """

    pattern: regex.Pattern[str]
    others: dict[str, str]
    endings: list[tuple[str, str]]
    own: regex.Pattern[str]


@cache
def _frames(language: str) -> tuple[_Frame, ...]:
    """Return the two frames of a language, or none."""
    rows = [row for row in read_rows(_SUBJECTS) if row["language"] == language]
    return (
        tuple(_frame(rows, one, other, language) for one, other in (("his", "hers"), ("hers", "his"))) if rows else ()
    )


def _frame(rows: list[Mapping[str, str]], one: str, other: str, language: str) -> _Frame:
    def pairs(*parts: str) -> list[tuple[str, str]]:
        listed = [row for row in rows if row["part"] in parts]
        return [pair for row in listed for pair in zip(_phrases(row[one]), _phrases(row[other]), strict=True)]

    def listed(part: str) -> str:
        words = sorted((word for word, _ in pairs(part)), key=lambda word: (-len(word), word))
        return "|".join(map(regex.escape, words)) or "(?!)"

    adjective = rf"(?P<word>{listed('agrees')}|\p{{Ll}}{{3,}}(?:{listed('ending')}))\b"
    adjectives = rf"{adjective}(?:\s(?:y|e|et)\s{adjective})?+"
    subject = rf"(?P<word>{listed('subject')})(?!['-]|\p{{L}})(?:\s{adjectives})?+(?!\s(?:y|e|et|o|u|ou)\s)"
    pattern = _pattern(rf"\A[\"“«]?{subject}(?:\s@copula_{language}@\s{adjectives})?+")
    others = dict(pairs("subject", "agrees", "own"))
    return _Frame(pattern, others, pairs("ending"), regex.compile(rf"\b(?:{listed('own')})\b"))


def _phrases(cell: str) -> list[str]:
    """Return the phrases of a cell: each of its words with each that may follow, a blank between them but after an apostrophe."""
    words = product(*(part.split("|") for part in cell.split(" + ")))
    return [" ".join(chosen).replace("' ", "'") for chosen in words]


def _turned_subject(text: Text) -> list[tuple[int, int, str]] | None:
    """Return what changes where the subject that opens a text is of the other sex; None where that is not sure."""
    string = str(text).replace("’", "'")
    if len(string) != len(text):
        return None
    for frame in _frames(base(text.language)):
        match = frame.pattern.match(string)
        if match is None or _pattern(f"@unsure_{base(text.language)}@").search(string[match.end() :]):
            continue
        spans = [*match.spans("word"), *(found.span() for found in frame.own.finditer(string, match.end()))]
        return [
            (start, end, with_apostrophe_of(str(text), _agreeing(string[start:end], frame))) for start, end in spans
        ]
    return None


def _agreeing(word: str, frame: _Frame) -> str:
    if word in frame.others:
        return frame.others[word]
    one, other = next(pair for pair in frame.endings if word.endswith(pair[0]))
    return word.removesuffix(one) + other


def _leaves_over(text: Text, found: list[Word]) -> bool:
    """Return whether a text has a word for one sex that is no part of what was found."""
    ends = [word.end for word in found]
    for word in text.find(_pattern(f"@left_over_{base(text.language)}@")):
        place = bisect_left(ends, word.end)
        if place == len(found) or found[place].start > word.start:
            return True
    return False


def _turned(text: Text, word: Word, turn: _Turn) -> str | None:
    """Return what a word is for the other sex, in the capitals of the text, or None where that is not sure."""
    if not turn.others:
        return word.string
    before, after = text.around(word, _NEAR)
    if base(text.language) == "en" and _is_name(text, word, turn, before, after):
        return None
    other = turn.others[0] if len(turn.others) == 1 else _of_two(turn, before, after)
    return other and with_apostrophe_of(word.string, in_case(text, word, other, turn.listed))


def _is_name(text: Text, word: Word, turn: _Turn, before: str, after: str) -> bool:
    """Return whether capitals make an English word a part of a name, or of a headline: the Man United, Lady Gaga, God's His."""
    if turn.kind == "title":
        return not (word.string[:1].isupper() and _NAME_GOES_ON.match(after))
    if not is_capitalized(word):
        return False
    if turn.kind != "pronoun" and _NAME_GOES_ON.match(after):
        return True
    return turn.kind != "address" and is_name(text, word) and not _SPEECH_OPENS.search(before)


def _of_two(turn: _Turn, before: str, after: str) -> str | None:
    """Return whether English `her` is `him` or `his`, or whether `his` is `her` or `hers`; None where it is not sure."""
    goes_on = _pattern(r"(?i)\s*(?:@pronoun_over@|$)|\s+@goes_on@").match(after) is not None
    if turn.listed == "his":
        is_open = not goes_on and _pattern("@of_friends@").search(before) and not _pattern(r"\s+@his_own@").match(after)
        return None if is_open else turn.others[goes_on]
    return "him" if goes_on else _him_or_his(before, after)


def _him_or_his(before: str, after: str) -> str | None:
    """Return which of the two `her` is before what may be a noun, an adjective or an adverb."""
    is_given = _pattern(r"(?i)@gives@").search(before)
    if _pattern(r"(?i)\s+@his_own@").match(after):
        return None if _pattern(r"(?i)@hands_over@").search(before) else "his"
    if _pattern(r"(?i)\s+\p{L}+ly\b(?!-)(?<!\s@adjective_in_ly@)").match(after):
        return "him" if _pattern(r"(?i)\s+\p{L}+\s*(?:@pronoun_over@|$)|\s+\p{L}+\s+@goes_on@").match(after) else None
    is_open = _pattern(r"(?i)\s+@either_way@").match(after) and not _pattern(r"(?:^|[.!?…]\s+)$").search(before)
    return None if is_given or is_open else "his"


class _Group(NamedTuple):
    """A nationality or religion: the adjective, the person, the people, and what else tells that a text is about it."""

    adjective: str
    person: str
    people: str
    related: str

    @property
    def sound(self) -> bool:
        """Whether `an` stands before it."""
        return _SOUNDS_OF_VOWELS.match(self.adjective) is not None


# Where a form of a group is said of people: which form, what stands before it, and what after.
_PLACES = {
    "en": (
        ("people", "@some_of@$", r"(?!['’-])"),
        ("people", r"(?:@here_too@|(?i:\bthey\s+(?:are|were)\s+))$", "@statement_over@"),
        ("adjective", "", r"\s+(?:@modifier@\s+)?@person@(?!\s+\p{Lu})"),
        ("adjective", "@here_too@$", "@statement_over@"),
        ("person", r"@here_too@an?\s+@kind_of@$", "@statement_over@"),
        ("person", r"\b[Aa]s\s+an?\s+@kind_of@$", r"\s*,"),
        ("person", r"(?i)\b(?:an?|another|every)\s+@kind_of@$", r"\s+who\b"),
    ),
    "zh": (
        ("people", "", ""),
        ("adjective", "(?<![籍裔])$", "@chinese_person@"),
        ("adjective", r"(?<![籍裔，。！？；：\n])(?<!^)$", "@chinese_people@"),  # what opens a clause is a nation
    ),
}


@cache
def _groups(kind: str, language: str) -> tuple[_Group, ...]:
    rows = [row for row in read_rows(_GROUPS) if (row["kind"], row["language"]) == (kind, language)]
    return tuple(_Group(row["adjective"], row["person"], row["people"], row["related"]) for row in rows)


@cache
def _named(kind: str, language: str) -> regex.Pattern[str]:
    forms = chain.from_iterable(group[:3] for group in _groups(kind, language))
    listed = "|".join(sorted(filter(None, set(forms)), key=lambda form: (-len(form), form)))
    return regex.compile(listed if language == "zh" else rf"\b(?:{listed})\b")


def _is_related(group: _Group, text: Text) -> bool:
    """Return whether a text names a country of a nationality, or a town there."""
    whole = group.related if base(text.language) == "zh" else rf"\b(?:{group.related})\b"
    return bool(group.related) and _pattern(whole).search(str(text)) is not None


def _role(group: _Group, text: Text, word: Word) -> str | None:
    """Return in which of its forms a group stands for a person here, or None where that is not sure."""
    before, after = text.around(word, _NEAR)
    if _pattern("@other_people@").search(before) or _NAME_GOES_ON.match(after):
        return None
    for role, comes, follows in _PLACES[base(text.language)]:
        of_role = getattr(group, role) == word.string
        if of_role and _pattern(comes).search(before) and _pattern(follows).match(after):
            return role
    return None


def _of_another_group(kind: str, text: Text, rng: Random) -> Text:
    """Return a text in which those who belong to a group belong to another one, the same throughout."""
    if _is_left_alone(kind, text):
        return text
    language = base(text.language)
    groups = _groups(kind, language)
    named: dict[_Group, list[tuple[Word, str | None]]] = {}
    for word in Text.of(str(text), text.language).find(_named(kind, language)):
        group = next(group for group in groups if word.string in group[:3])
        role = _role(group, text, word) if text.editable(word.start, word.end) else None
        named.setdefault(group, []).append((word, role))
    free = [group for group in groups if group not in named and not _is_related(group, text)]
    changes: list[tuple[int, int, str]] = []
    for group, places in named.items():
        others = _fitting(group, free, {role for _, role in places})
        if not others or _is_related(group, text):
            continue
        other = rng.choice(others)
        free.remove(other)
        changes += [(word.start, word.end, getattr(other, role)) for word, role in places if role]
    return text.replace_each(sorted(changes), kind)


def _fitting(group: _Group, free: Iterable[_Group], roles: set[str | None]) -> list[_Group]:
    """Return the groups that have all forms in which one stands in a text, and the article before them."""
    if None in roles:
        return []
    return [
        other for other in free if other.sound == group.sound and all(getattr(other, role) for role in roles if role)
    ]


@perturbation(
    "identity.nationality",
    alters="nationality",
    languages=_languages(_GROUPS, "nationality"),
    severities=1,
    across_fields=True,
    examples=[
        Example("A French doctor helped us.", "A Ukrainian doctor helped us."),
        Example(
            "An Italian tourist asked the way.",
            "An Argentinian tourist asked the way.",
            why="`a` or `an` hangs on the next sound",
        ),
        Example(
            "My wife is German. The Germans sat by the door.",
            "My wife is Korean. The Koreans sat by the door.",
            why="the same one throughout",
        ),
        Example(
            "French fries and a German car",
            "French fries and a German car",
            why="only people are of another nationality",
        ),
        Example("A French friend speaks French.", "A French friend speaks French.", why="what is left would tell"),
        Example("A German guest from Berlin", "A German guest from Berlin", why="and so would a town"),
        Example("两个法国人问路。", "两个泰国人问路。", "zh", why="found without spaces"),
        Example("法国菜很好吃。", "法国菜很好吃。", "zh", why="only people"),
        Example("A Greek guest", "A Greek guest", protect=("Greek",), why="a protected span stays"),
        Example("She is Polish 👍🏽", "She is Ukrainian 👍🏽"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def nationality(text: Text, rng: Random, severity: int) -> Text:
    """Change people's nationality, but never that of food, a language or a thing."""
    return _of_another_group("nationality", text, rng)


@perturbation(
    "identity.religion",
    alters="religion",
    languages=_languages(_GROUPS, "religion"),
    severities=1,
    across_fields=True,
    examples=[
        Example("Our Muslim neighbour is friendly.", "Our Protestant neighbour is friendly."),
        Example("I'm a Christian, and he is Jewish.", "I'm a Sikh, and he is Catholic."),
        Example(
            "The Hindu nurse went to the temple.", "The Hindu nurse went to the temple.", why="what is left would tell"
        ),
        Example("Christian Smith is a Catholic.", "Christian Smith is a Catholic.", why="a given name"),
        Example("Jewish history", "Jewish history", why="only people are of another religion"),
        Example("我的邻居是基督徒。", "我的邻居是天主教徒。", "zh", why="found without spaces"),
        Example("A Sikh guest", "A Sikh guest", protect=("Sikh",), why="a protected span stays"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def religion(text: Text, rng: Random, severity: int) -> Text:
    """Change people's religion, if the text is not about religion."""
    return _of_another_group("religion", text, rng)
