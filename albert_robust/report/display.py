"""Safe display of hostile text: what cannot be seen, or moves what can, becomes a badge such as `U+202E`.

The texts of a robustness report are attacks by design: direction overrides, zero-width letters, half characters.
Escaping markup is the template engine's work; this module is about characters that no escaping touches. Joiners that
spell a word (Indic and Arabic scripts) or an emoji are left alone in running text, never inside an edit.
"""

import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING

import regex

from albert_robust.shown import code_point
from albert_robust.text.graphemes import graphemes

if TYPE_CHECKING:
    from markupsafe import Markup

_SCRIPTS = "Arab Syrc Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr"
_JOINING = "".join(rf"\p{{{script}}}" for script in _SCRIPTS.split())
_PICTURE = r"\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?"
# A flag of a region is a black flag and 3 to 6 tag letters (UTS 51, ED-14a); longer runs of tags smuggle text.
_FLAG = r"\U0001F3F4[\U000E0030-\U000E0039\U000E0061-\U000E007A]{3,6}\U000E007F"
_WHOLE = rf"{_FLAG}|{_PICTURE}(?:\u200D{_PICTURE})*|[0-9#*]\uFE0F\u20E3"
_JOINER = rf"(?<=[{_JOINING}\p{{M}}])[\u200C\u200D](?=[{_JOINING}])"
_UNSEEN = r"\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800"
_RUNNING = regex.compile(
    rf"(?:{_WHOLE}|{_JOINER})|(?P<hidden>(?P<one>[[{_UNSEEN}\p{{Zs}}]--[\n\t\x20\u00A0\u3000]])(?P=one)*)", regex.V1
)
_EDITED = regex.compile(
    rf"(?:{_WHOLE})|(?P<hidden>(?P<one>[[{_UNSEEN}\s]--[\x20]]|(?<=\A\s*)\x20(?=\s*\Z))(?P=one)*)", regex.V1
)
CODE_POINTS_A_GRAPHEME = 8  # on average, in a shortened text: one grapheme can hold thousands of marks


def plain(text: str, edited: bool = False) -> str:
    """Return a text whose hidden characters are written out, fit for attributes and files: `a<U+202E>b`.

    Args:
        text: Any text.
        edited: Whether it stands alone, as `visible` has it.
    """
    if text.isascii() and text.isprintable() and not edited:
        return text
    return _alone(text, edited) + (_EDITED if edited else _RUNNING).sub(_written, text)


def _alone(text: str, edited: bool) -> str:
    """Return a circle for a mark to sit on, which would else sit on the letter before the edit."""
    return "\u25cc" if edited and unicodedata.category(text[:1] or "a").startswith("M") else ""


def _written(match: "regex.Match[str]") -> str:
    return f"<{_label(match)}>" if match["hidden"] else match[0]


def _label(match: "regex.Match[str]") -> str:
    name = code_point(match["one"])
    return name if len(match["hidden"]) == 1 else f"{name} ×{len(match['hidden'])}"


def visible(text: str, edited: bool = False, named: Collection[str] = ()) -> "Markup":
    """Return a text as HTML: markup escaped, hidden characters as badges.

    Args:
        text: Any text.
        edited: Whether it is a part that an edit put in or took out. There joiners and white space are shown too, but not
            the spaces of words.
        named: Characters that are seen and get a badge beside them all the same.
    """
    from markupsafe import Markup

    pieces = [_alone(text, edited)]
    done = 0
    for match in (_EDITED if edited else _RUNNING).finditer(text):
        if match["hidden"]:
            pieces += _seen(text[done : match.start()], named), _badge(match["one"], _label(match))
            done = match.end()
    return Markup("").join([*map(Markup, pieces), Markup(_seen(text[done:], named))])  # each is escaped or ours


def _seen(text: str, named: Collection[str]) -> str:
    from markupsafe import escape

    if not named:
        return str(escape(text))
    return "".join(str(escape(one)) + (_badge(one, code_point(one)) if one in named else "") for one in text)


def _badge(character: str, label: str) -> str:
    title = unicodedata.name(character, "no printable character").lower()
    return f'<span class="cp" title="{title}">{label}</span>'


def clip(text: str, limit: int) -> str:
    """Return the first `limit` graphemes of a text, and fewer where they hold very many code points."""
    if len(text) <= limit:
        return text
    part = text[: limit * CODE_POINTS_A_GRAPHEME]
    found = graphemes(part)
    whole = found[:-1] if len(part) < len(text) and len(found) > 1 else found  # the last one may be cut
    return "".join(whole[:limit])


def clip_end(text: str, limit: int) -> str:
    """Return the last `limit` graphemes of a text, and fewer where they hold very many code points."""
    if len(text) <= limit:
        return text
    part = text[-limit * CODE_POINTS_A_GRAPHEME :]
    found = graphemes(part)
    whole = found[1:] if len(part) < len(text) and len(found) > 1 else found  # the first one may be cut
    return "".join(whole[-limit:])


def shorten(text: str, limit: int, place: int = 0) -> str:
    """Return a text of at most `limit` graphemes, with an ellipsis where something was left out.

    Args:
        text: Any text.
        limit: In graphemes.
        place: A code point that is in sight, with some of what stands before it.
    """
    if clip(text, limit) == text:
        return text
    before = clip_end(text[:place], limit // 2) if place > limit // 2 else text[:place]
    shown = before + text[place:]
    start = clip(shown, limit)
    opening = "" if len(before) == place else "\u2026"
    return opening + (start if start == shown else f"{start.rstrip()}\u2026")


def difference(text: str, other: str) -> int:
    """Return the code point from which on two texts differ; 0 where they do not."""
    if text == other:
        return 0
    shorter = min(len(text), len(other))
    return next((place for place in range(shorter) if text[place] != other[place]), shorter)
