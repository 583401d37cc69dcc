"""What a reader takes for the same text, or nearly: other code points for what looks alike, other spellings of a letter.

Source: Unicode UTS 39 for letters of two scripts that look alike, UAX 15 for composed and decomposed letters, UAX 11 for
widths; CLDR (Latin-ASCII) for letters that are more than an accent away from a plain one; `lookalikes.tsv`: letters of one
script that text recognition takes for each other.

Departures: numbers and words with a digit stay, and an `O` never becomes a zero. Vietnamese keeps its marks and Spanish its ñ:
without them they are other words. Where no language is stated, Latin and Greek letters lose their accents.
"""

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from string import ascii_letters

import regex

from albert_robust import Example, Text, perturbation, share
from albert_robust.packs import ACCENTED, OTHER_SCRIPTS, SCRIPTS, base, script_of

_CYRILLIC = dict(zip("aceijopsxyABCEHIJKMOPSTX", "асеіјорѕхуАВСЕНІЈКМОРЅТХ", strict=True))
_GREEK = dict(zip("opvABEHIKMNOPTXYZ", "ορνΑΒΕΗΙΚΜΝΟΡΤΧΥΖ", strict=True))
INVISIBLE = ("\u00ad", "\u200b", "\u2060")  # soft hyphen, zero width space, word joiner
BLANKS = ("  ", "\t", "\n", "\u00a0")
UNSPACED = {"Burmese", "Han", "Japanese", "Khmer", "Lao", "Thai", "Tibetan"}

NUMERALS = {"ar": "٠١٢٣٤٥٦٧٨٩", "fa": "۰۱۲۳۴۵۶۷۸۹", "hi": "०१२३४५६७८९", "th": "๐๑๒๓๔๕๖๗๘๙", "ur": "۰۱۲۳۴۵۶۷۸۹"}
ASCII_DIGITS = "0123456789"
FULL_WIDTH = {ord(one): ord(one) + 0xFEE0 for one in ASCII_DIGITS + ascii_letters}
ASCII = {wide: narrow for narrow, wide in FULL_WIDTH.items()}

_LATIN_ASCII = {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
_LATIN_ASCII |= {"ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ħ": "h", "Ħ": "H"}
_NORDIC = {"æ": "ae", "Æ": "Ae", "ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa"}
_PLAIN = {
    "ar": str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا"}),
    "de": str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"}),
    "fr": str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"}),
    "ru": str.maketrans({"ё": "е", "Ё": "Е"}),
    "tr": str.maketrans({"ı": "i"}),
    **dict.fromkeys(("da", "fo", "nb", "nn", "no"), str.maketrans(_NORDIC)),
}
_OTHERWISE_PLAIN = str.maketrans(_LATIN_ASCII)
# The marks that go; in other languages all those of Latin and Greek letters.
_ACUTE_AND_DIAERESIS = regex.compile("[\u0301\u0308]")
_NONE = regex.compile("(?!)")
_MARKS = {
    "ar": regex.compile("[\u064b-\u0652]"),
    "de": _NONE,
    "es": _ACUTE_AND_DIAERESIS,
    "gl": _ACUTE_AND_DIAERESIS,
    "ru": _NONE,
}
_ACCENT = regex.compile(r"(?<=[\p{Latin}\p{Greek}]\p{M}*)\p{Mn}")
_BLANK = regex.compile(r"(?<=\S)(?<!\d(?= \d)) (?=[^\s\p{M}])")
_NUMBER = regex.compile(r"(?<![A-Za-z\d])\d++(?:[\u066b\u066c]\d++)*+(?![A-Za-z])")
_ASCII_MARKS = {"\u066b": ".", "\u066c": ","}  # of decimals and thousands in Arabic script
_NARROW = regex.compile(r"[A-Za-z0-9]+")
_WIDE = regex.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+")
_JOINED = "-"  # in lookalikes.tsv, after a letter that looks so only where another follows
Slip = tuple[int, int, str]  # graphemes [start, end), counted from the start of a word, and what they would become
Ways = Callable[[tuple[str, ...]], Iterator[Slip]]


def _slipped(text: Text, rng: Random, severity: int, kind: str, ways: Ways) -> Text:
    """Return the text with a share of its words changed once each, in one of the ways of each."""
    words = text.words()
    found = [
        (word.start, slips)
        for word in words
        if not any(map(str.isnumeric, word.string)) and (slips := [*ways(text.graphemes[word.start : word.end])])
    ]
    drawn = rng.sample(found, min(share(severity, len(words)), len(found)))
    chosen = [(start, rng.choice(slips)) for start, slips in drawn]
    changes = [(start + first, start + end, made) for start, (first, end, made) in sorted(chosen)]
    return text.replace_each(changes, kind)


@perturbation(
    "characters.homoglyph",
    preserves="meaning",
    scripts={"Latin", "Cyrillic", "Greek"},
    examples=[
        Example("The weather is lovely today.", "The weather is lovеly today."),
        Example("Das Wetter ist schön.", "Das Wettеr ist ѕchön.", "de", severity=5),
        Example("Le vin était très bon.", "Lе vin était très bοn.", "fr", seed=2, severity=5),
        Example("La comida estaba muy rica.", "Lа comida estaba muy riсa.", "es", seed=2, severity=5),
        Example("Погода была хорошая.", "Погoда была xорошая.", "ru", seed=1, severity=5, why="the other way round"),
        Example("Maten var god.", "Мaten var god.", "sv", seed=2),
        Example("Ask Anna", "Αsk Anna", protect=("Anna",), why="what is protected stays"),
        Example("B2B 2024", "B2B 2024", severity=5, why="a word with a digit stays"),
        Example("OK 👍🏽", "OΚ 👍🏽"),
        Example("a", "а", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def homoglyph(text: Text, rng: Random, severity: int) -> Text:
    """Replace letters by lookalikes from another script: a Cyrillic `а` for a Latin `a`."""
    return _slipped(text, rng, severity, "homoglyph", _look_alikes)


def _look_alikes(word: tuple[str, ...]) -> Iterator[Slip]:
    table = _homoglyphs()
    return ((place, place + 1, other) for place, letter in enumerate(word) for other in table.get(letter, ()))


@cache
def _homoglyphs() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for other_script in (_CYRILLIC, _GREEK):
        for latin, other in other_script.items():
            found[latin] = (*found.get(latin, ()), other)
            found[other] = (latin,)
    return found


@perturbation(
    "characters.ocr",
    preserves="meaning",
    scripts={"Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Han"},
    examples=[
        Example("The modern room was clean.", "The modern room vvas clean."),
        Example("Das Zimmer war warm.", "Das Zimrner war vvarm.", "de", seed=1, severity=5),
        Example("Le livre est fermé.", "Le livre est fcrmé.", "fr"),
        Example("La comida estaba muy rica.", "La comida estaba muy riea.", "es"),
        Example("Погода была хорошая.", "Погода быпа хорсшая.", "ru", severity=5),
        Example("الطقس جميل اليوم", "الطفس جميل البوم", "ar", seed=1, severity=5, why="dots are lost and found"),
        Example("بن", "ين", "ar", severity=5, why="at the end of a word nun and beh look apart"),
        Example("το", "τθ", "el", severity=5, why="no sigma of this form ends a word"),
        Example("сіль", "оіль", "uk", severity=5, why="Ukrainian has no ъ"),
        Example("हमारी किताब अच्छी है", "हभारी किताब अज्छी है", "hi", seed=1, severity=5, why="the vowel signs stay"),
        Example("今天房间很大", "令天房问很犬", "zh", severity=5),
        Example("היום הזה יפה", "היום חזה יפח", "he", severity=5),
        Example("Rummet var modernt.", "Rnmmet var rnodernt.", "sv", severity=5),
        Example("1984 O2", "1984 O2", severity=5, why="numbers and words with a digit stay"),
        Example("Ask Emma", "Ask Emma", protect=("Ask", "Emma"), why="what is protected stays"),
        Example("hm 👍🏽", "bm 👍🏽"),
        Example("b", "h", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def ocr(text: Text, rng: Random, severity: int) -> Text:
    """Confuse letters as text recognition does: `m` for `rn`, one dot more or less in Arabic."""
    table = _confusable(text.language)

    def ways(word: tuple[str, ...]) -> Iterator[Slip]:
        for place, grapheme in enumerate(word):
            joined = grapheme[0] + _JOINED if place + 1 < len(word) else ""
            others = dict.fromkeys(other[0] for other in table.get(joined, ())) | dict.fromkeys(
                table.get(grapheme[0], ())
            )
            yield from ((place, place + 1, other + grapheme[1:]) for other in others)
            both = "".join(word[place : place + 2])
            yield from ((place, place + 2, other) for other in table.get(both, ()) if len(both) > len(grapheme) == 1)

    return _slipped(text, rng, severity, "ocr", ways)


@cache
def _confusable(language: str) -> dict[str, tuple[str, ...]]:
    """Return what is taken for one or two letters of a language, or of its script: of any script where that is not known."""
    script = script_of(language)
    owners = {base(language), script} if script else {base(language), *SCRIPTS.values()}
    lines = Path(__file__).with_name("lookalikes.tsv").read_text(encoding="utf-8").splitlines()
    found: dict[str, tuple[str, ...]] = {}
    for owner, letters in (line.split("\t") for line in lines[1:]):
        group = letters.split() if owner in owners else []
        for one in group:
            found[one] = (*found.get(one, ()), *(other for other in group if other != one))
    return found


@perturbation(
    "characters.invisible",
    preserves="meaning",
    examples=[
        Example("The weather is lovely today.", "The weather is lovel\u00ady today."),
        Example("Погода была хорошая.", "Погода б\u00adыла хор\u2060ошая.", "ru", severity=5),
        Example("الطقس جميل", "الطقس جمي\u00adل", "ar", why="the letters still join"),
        Example("हमारी किताब", "हमा\u200bरी किताब", "hi", seed=1, why="between syllables"),
        Example("今天天气很好", "今\u200b天天气\u200b很好\u2060", "zh", severity=5),
        Example("cafe\u0301", "caf\u00ade\u0301", why="a mark stays with its letter"),
        Example("call Anna 112", "cal\u00adl Anna 112", severity=5, protect=("Anna",), why="a number stays, too"),
        Example("ok 👨\u200d👩\u200d👧", "o\u200bk 👨\u200d👩\u200d👧", why="an emoji stays whole"),
        Example("I", "I\u200b", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def invisible(text: Text, rng: Random, severity: int) -> Text:
    """Insert characters that nobody sees into words: a soft hyphen, a zero-width space, a word joiner."""
    return _slipped(text, rng, severity, "invisible", _unseen)


def _unseen(word: tuple[str, ...]) -> Iterator[Slip]:
    places = range(1, len(word)) if len(word) > 1 else (1,)
    return ((place, place, other) for place in places for other in INVISIBLE)


@perturbation(
    "characters.accents",
    preserves="meaning",
    languages=ACCENTED | {"ar", "el", "ru", "und"},
    severities=1,
    version=2,
    examples=[
        Example("Où est l'été ?", "Ou est l'ete ?", "fr"),
        Example("Ma sœur, L'ŒUVRE", "Ma soeur, L'OEUVRE", "fr", why="nor is there a key for œ"),
        Example("El niño pidió más pingüinos.", "El niño pidio mas pinguinos.", "es", why="ñ is a letter of its own"),
        Example("Über die Straße, SCHÖN", "Ueber die Strasse, SCHOEN", "de", why="as German is written without"),
        Example("Příliš žluťoučký kůň", "Prilis zlutoucky kun", "cs"),
        Example("Το μαγαζί είναι ωραίο", "Το μαγαζι ειναι ωραιο", "el"),
        Example("È caffè", "E caffe", "it"),
        Example("Żółta łódź", "Zolta lodz", "pl"),
        Example("Não, coração", "Nao, coracao", "pt"),
        Example("Ещё мой", "Еще мой", "ru", why="й is no accented letter"),
        Example("Işık çok güzel, İyi", "Isik cok guzel, Iyi", "tr"),
        Example("أين إلى مَدْرَسَة", "اين الى مدرسة", "ar", why="the alef's hamza and the vowel signs"),
        Example("Råd på ö, SØREN", "Rad pa o, SOREN", "sv"),
        Example("Å spise blåbær i Tromsø", "Aa spise blaabaer i Tromsoe", "nb", why="as Danes and Norwegians write"),
        Example("Țara și învățătorul", "Tara si invatatorul", "ro"),
        Example("Őrült jó volt", "Orult jo volt", "hu"),
        Example("L'àvia és a la plaça", "L'avia es a la placa", "ca"),
        Example("Été, Γαλή, мой", "Ete, Γαλη, мой", "und", why="by the script where the language is not known"),
        Example("voir René", "voir René", "fr", protect=("René",), why="what is protected stays"),
        Example("e\u0301te\u0301", "ete", "fr", why="marks of their own go too"),
        Example("a", "a", "fr", why="one character"),
        Example("", "", "fr", why="nothing to perturb"),
        Example("né 👍🏽", "ne 👍🏽", "fr"),
    ],
)
def accents(text: Text, rng: Random, severity: int) -> Text:
    """Drop accents, as people do whose keyboard has none: `été` becomes `ete`, German `ä` becomes `ae`."""
    language = base(text.language)
    return _each_word(text, "accents", lambda word: _unaccented(word, language))


def _unaccented(word: str, language: str) -> str:
    composed = unicodedata.normalize("NFC", word)
    spelt = composed.translate(_PLAIN.get(language, {})).translate(_OTHERWISE_PLAIN)
    if composed.isupper() and len(composed) > 1:
        spelt = spelt.upper()
    bare = _MARKS.get(language, _ACCENT).sub("", unicodedata.normalize("NFD", spelt))
    plain = unicodedata.normalize("NFC", bare)
    return word if plain == composed else plain


@perturbation(
    "characters.composition",
    preserves="meaning",
    languages={"ar", "bg", "cs", "de", "el", "es", "fr", "it", "ja", "ko", "pl", "pt", "ru", "tr", "uk", "vi"},
    severities=1,
    examples=[
        Example("Où est l'été ?", "Ou\u0300 est l'e\u0301te\u0301 ?", "fr"),
        Example("e\u0301te\u0301", "été", "fr", why="the other way round, where marks stand alone"),
        Example("schön", "scho\u0308n", "de"),
        Example("мой", "мои\u0306", "ru"),
        Example("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "ko", why="a syllable is the letters it is made of"),
        Example("voir René", "voir René", "fr", protect=("René",), why="what is protected stays"),
        Example("a", "a", "fr", why="one character"),
        Example("", "", "fr", why="nothing to perturb"),
        Example("né 👍🏽", "ne\u0301 👍🏽", "fr"),
    ],
)
def composition(text: Text, rng: Random, severity: int) -> Text:
    """Write accented letters as letter and mark (NFD), or as one character (NFC) if it has marks; to Unicode both are equal."""
    composes = any(not unicodedata.is_normalized("NFC", word.string) for word in text.words())
    return _each_word(text, "composition", lambda word: unicodedata.normalize("NFC" if composes else "NFD", word))


def _each_word(text: Text, kind: str, change: Callable[[str], str]) -> Text:
    return text.replace_each([(start, end, change(word)) for start, end, word in text.words()], kind)


@perturbation(
    "characters.digits",
    preserves="meaning",
    languages=NUMERALS,
    severities=1,
    examples=[
        Example("انتظرنا 15 دقيقة", "انتظرنا ١٥ دقيقة", "ar"),
        Example("انتظرنا ١٥ دقيقة", "انتظرنا 15 دقيقة", "ar", why="the other way round"),
        Example("हम 20 मिनट रुके", "हम २० मिनट रुके", "hi"),
        Example("ساعت 8 بیا", "ساعت ۸ بیا", "fa", why="Persian has forms of its own"),
        Example("รอ 5 นาที", "รอ ๕ นาที", "th"),
        Example("السعر ١٬٢٥٠٫٥٠ ريال", "السعر 1,250.50 ريال", "ar", why="and the marks inside a number"),
        Example("B2B 24x75 7", "B2B 24x75 ٧", "ar", why="a name with a digit stays"),
        Example("https://a.org/1 {2}", "https://a.org/1 {2}", "ar", why="links and placeholders stay"),
        Example("", "", "ar", why="nothing to perturb"),
    ],
)
def digits(text: Text, rng: Random, severity: int) -> Text:
    """Write numbers in the language's own digits, or in ASCII digits if the text uses its own."""
    numbers = text.find(_NUMBER)
    own = any(not number.string.isascii() for number in numbers)
    forms = ASCII_DIGITS if own else NUMERALS[base(text.language)]
    marks = _ASCII_MARKS if own else {}
    changes = [
        (
            start,
            end,
            "".join(forms[unicodedata.decimal(one)] if one.isdecimal() else marks.get(one, one) for one in number),
        )
        for start, end, number in numbers
    ]
    return text.replace_each(changes, "digits")


@perturbation(
    "characters.width",
    preserves="meaning",
    languages={"ja", "ko", "zh"},
    severities=1,
    examples=[
        Example("我用USB 3充电", "我用ＵＳＢ ３充电", "zh"),
        Example("我用ＵＳＢ充电", "我用USB充电", "zh", why="the other way round"),
        Example("見る https://a.org TV", "見る https://a.org ＴＶ", "ja", why="a link stays"),
        Example("한국 TV", "한국 ＴＶ", "ko"),
        Example("你好", "你好", "zh", why="neither letter nor digit of ASCII"),
        Example("", "", "zh", why="nothing to perturb"),
    ],
)
def width(text: Text, rng: Random, severity: int) -> Text:
    """Write Latin letters and digits in full width, or in ASCII if the text has them in full width."""
    wide = text.find(_WIDE)
    found, table = (wide, ASCII) if wide else (text.find(_NARROW), FULL_WIDTH)
    return text.replace_each([(start, end, run.translate(table)) for start, end, run in found], "width")


@perturbation(
    "characters.blanks",
    preserves="meaning",
    scripts={*SCRIPTS.values(), *OTHER_SCRIPTS.values()} - UNSPACED,
    examples=[
        Example("The weather is lovely today.", "The weather is lovely\u00a0today."),
        Example("Das Wetter ist schön.", "Das Wetter  ist\nschön.", "de", severity=5),
        Example("الطقس جميل اليوم", "الطقس  جميل اليوم", "ar", seed=1),
        Example("আজ আবহাওয়া ভালো", "আজ আবহাওয়া\u00a0ভালো", "bn"),
        Example("3 400", "3 400", why="a number stays"),
        Example("New York", "New York", protect=("New York",), why="what is protected stays"),
        Example("a  b", "a  b", why="two blanks are no blank"),
        Example("one", "one", why="no blank"),
        Example("", "", why="nothing to perturb"),
        Example("yes 👍🏽", "yes\u00a0👍🏽"),
    ],
)
def blanks(text: Text, rng: Random, severity: int) -> Text:
    """Replace a blank by two blanks, a tab, a line break or a no-break space."""
    found = text.find(_BLANK)
    drawn = sorted(rng.sample(found, min(share(severity, len(found)), len(found))))
    return text.replace_each([(start, end, rng.choice(BLANKS)) for start, end, _ in drawn], "blanks")
