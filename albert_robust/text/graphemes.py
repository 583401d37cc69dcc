"""Graphemes, what a reader takes for one character, and words, by the Unicode rules (UAX 29)."""

import re

import regex

from albert_robust.text.scripts import UNSPACED_SCRIPTS

_GRAPHEME = regex.compile(r"\X")
# Thai am and the half-width voicing marks are letters by category, yet part of the character before them.
_TAIL = r"[\p{M}\u0e33\uff9e\uff9f]"
_ALONE = rf"[[[{UNSPACED_SCRIPTS}]&&[\p{{L}}\p{{N}}]]--{_TAIL}]"
_UNSPACED = rf"{_ALONE}{_TAIL}*"
_SPACED = rf"[[\p{{L}}\p{{M}}\p{{N}}]--{_ALONE}]"
_WORD = regex.compile(rf"{_UNSPACED}|{_SPACED}+(?:['\u2019\u02bc\u200c\u200d-]{_SPACED}+)*", regex.V1)
_ASCII_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*", re.ASCII)  # _WORD for ASCII, in half the time
_ATTRIBUTE = r"""\s+[\w:@.-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=`]+))?+"""  # of a tag
_PROTECTED = regex.compile(
    r"(?i:(?:https?|s?ftps?)://|www\.)[^\s。，、！？；：）》」]*[^\s。，、！？；：）》」.,;:!?)\]}'\"]"
    r"|(?:\G|(?<![\w.+-]))[\w.+-]+@[\w-]+\.\w[\w.]*|@\w+(?:[.-]\w+)*|#\w+"
    r"|(?s:```.*?```)|(?<![\w`])`(?!`)[^`\n]{1,300}`(?![\w`])"
    rf"|(?s:<!--.{{0,2000}}?-->)|<(?=[^<>]*=)[A-Za-z][\w:-]{{0,30}}(?:{_ATTRIBUTE})*+\s*/?>"
    r"|\$?\{{1,3}(?:[^{}\s]*|[^{}\n]{1,60})\}{1,3}|%\(?\w*\)?[sd]\b|\$[^\W\d]\w*|<[^<>\s]{1,30}>",
    regex.V1,
)
_HINTS = ("`", "@", "#", "{", "%", "$", "<", "://", "www.")  # in small letters; without one, _PROTECTED matches nothing


def graphemes(string: str) -> tuple[str, ...]:
    """Return the graphemes of a string; joined, they are the string."""
    if string.isascii() and "\r" not in string:
        return tuple(string)
    return tuple(_GRAPHEME.findall(string))


def word_spans(string: str) -> list[tuple[int, int]]:
    """Return the words of a string as code point ranges. In scripts without spaces each character is a word."""
    pattern = _ASCII_WORD if string.isascii() else _WORD
    return [match.span() for match in pattern.finditer(string)]


def untouchable_spans(string: str) -> list[tuple[int, int]]:
    """Return code point ranges that no edit may touch: links, addresses, mentions, hashtags, placeholders, tags."""
    small = string.lower()
    if not any(hint in small for hint in _HINTS):
        return []
    return [match.span() for match in _PROTECTED.finditer(string)]
