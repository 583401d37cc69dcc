"""Numbers in a reply."""

from functools import partial

import regex

from albert_robust.models.reply.denials import Named
from albert_robust.models.reply.plain import LETTER, plain_of
from albert_robust.models.reply.sentences import one_answer

_NUMERAL = r"(?:\d+\.\d+|0,\d+|\d,\d\d?|\d+|\.\d+)"
_SHARE = rf"(?P<part>[-+]?{_NUMERAL})(?:\s*(?:/|(?i:out of))\s*(?P<whole>{_NUMERAL})|\s*(?P<percent>[%٪]))?"
_POINTS = (
    r"(?:\s*(?i:stars?|points?|sterne?n?|punkte?n?|étoiles?|estrell?as?|puntos?|pontos?|stell[ae]|punt[io]|зв[её]зд\w*|балл\w*"
    r"|स्टार|सितारे|अंक|نجوم|[星分点]))?"
)
_SCALE = regex.compile(
    r"\(?\b(?i:(?:on|auf|sur|en|em|su)\s+(?:an?|the|eine[rm]?|une|una|uma|el|la|l')?\s*(?:scale|skala|échelle|escala|scala)\s+"
    rf"(?:from|of|von|de|da)?\s*){_NUMERAL}\s*(?i:to|bis|à|al?|[-–])\s*{_NUMERAL}\)?"
)
_RATES = regex.compile(
    r"\b(?i:rat(?:e|ing)|scored?|grade|give|bewerte|bewertung|note|nota|puntuación|pontuação|punteggio|voto|оценка|оцениваю)\b[^.\d]{0,30}"
    r"|(?:评分|打分|给|評価|点数|점수)[^。\d]{0,10}"
)
_CLOSES = regex.compile(rf"{_POINTS}\s*(?:[.,;!)。，]|$)")
_ALL_OF_IT = regex.compile(rf"(?:[^\w.,+<>≤≥-]|_)*{_SHARE}{_POINTS}(?:[^\w%٪]|_)*")
_IN_IT = regex.compile(rf"(?<!{LETTER}[-.,/]?|[<>≤≥]\s*){_SHARE}(?![-.,/%٪]?{LETTER})", regex.V1)


def number_of(said: str, top: float = 1.0) -> float | str:
    """Return the number that a reply says, by the steps of `read.py`; the reply itself where it says none.

    Digits of every script count. `0,8`, `4/5`, `4 out of 5` and `80 %` are 0.8; in `1,000` nobody knows what the comma means.

    Args:
        said: The reply, without thoughts.
        top: What all of it is, of what is said as a share: with 5, `4/5` and `80 %` are 4.
    """
    found = one_answer(_SCALE.sub("", said), partial(_number, top=top), partial(_numbers_in, top=top))
    return said if found is None else found


def _number(text: str, top: float) -> float | None:
    """Return the number that a text is."""
    try:
        return float(text.rstrip("."))
    except ValueError:
        match = _ALL_OF_IT.fullmatch(plain_of(text))
        return _value(match, top) if match else None


def _numbers_in(sentence: str, top: float) -> list[Named]:
    """Return where numbers stand in a plain sentence, whole ones alone that close a clause behind a word for rating."""
    rated = {match.end() for match in _RATES.finditer(sentence)}
    found = [(match, _value(match, top)) for match in _IN_IT.finditer(sentence)]
    return [
        Named(value, *match.span())
        for match, value in found
        if (match.start() in rated and _CLOSES.match(sentence, match.end())) or not match[0].lstrip("-+").isdigit()
    ]


def _value(match: "regex.Match[str]", top: float) -> float | None:
    """Return the number that is written as a number, or as a share of the top; None where it is a share of less."""
    part, whole = (float(match[name].replace(",", ".")) if match[name] else None for name in ("part", "whole"))
    if part is None or whole is None:
        return part * top / 100 if part is not None and match["percent"] else part
    return part * top / whole if 0 <= part <= whole and whole else None
