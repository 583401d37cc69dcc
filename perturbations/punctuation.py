"""Punctuation that hurried writers leave out, or that their keyboard sets in another width."""

from random import Random

import regex

from albert_robust import Example, Text, perturbation
from albert_robust.text.languages import base

# Full stop, exclamation and question mark, ellipsis; those of Chinese and Japanese, Arabic, Urdu, Hindi and Greek.
_CLOSING = regex.compile(r"(?r)\s*[.!?…。！？｡؟۔।॥\u037e]+(?=[\"'”’»」』)\]]*\s*$)")
_GREEK_CLOSING = regex.compile(r"(?r)\s*[.!;…\u037e]+(?=[\"'”’»)\]]*\s*$)")
_SENTENCE_END = regex.compile(r"[.!?…]")
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_OPENING = regex.compile(r"[¿¡]")

_TO_ASCII = dict(zip("，。！？；：", ",.!?;:", strict=True))
_TO_FULL_WIDTH = {narrow: wide for wide, narrow in _TO_ASCII.items()}
_WIDE = regex.compile("[，。！？；：]")
_NARROW_IN_CHINESE = regex.compile(r"(?<=\p{Han})[,.!?;:](?![A-Za-z0-9.])")


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
    """Drop the punctuation that closes the text."""
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
    """Swap full-width punctuation for ASCII, or ASCII for full-width where the text has no other."""
    wide = text.find(_WIDE)
    marks, table = (wide, _TO_ASCII) if wide else (text.find(_NARROW_IN_CHINESE), _TO_FULL_WIDTH)
    return text.replace_each([(mark.start, mark.end, table.get(mark.string, mark.string)) for mark in marks], "width")
