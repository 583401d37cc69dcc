"""What a text becomes where one program writes it in an encoding and the next one reads it in another.

Source: WHATWG, Encoding Standard: what is labelled Latin-1 is read as windows-1252, whose five free bytes are control characters.

Departures: digits of any script stay. Text in other than Latin letters is left alone: nobody could read it.
"""

from random import Random

import regex

from albert_robust import Example, Text, perturbation
from albert_robust.packs import ACCENTED

_ENCODED = regex.compile(r"[^\p{ASCII}\p{N}\p{Z}]+")
WINDOWS_1252 = [bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)]


@perturbation(
    "encoding.mojibake",
    preserves="meaning",
    languages=ACCENTED,
    severities=1,
    examples=[
        Example("Où est l'été ?", "OÃ¹ est l'Ã©tÃ© ?", "fr"),
        Example("Schöne Straße", "SchÃ¶ne StraÃŸe", "de"),
        Example("Åk till Örebro", "Ã…k till Ã–rebro", "sv"),
        Example("e\u0301te\u0301", "eÌ\x81teÌ\x81", "fr", why="a mark of its own; byte 81 is a control character"),
        Example("«\u202foui\u202f»", "Â«\u202foui\u202fÂ»", "fr"),
        Example(
            "voir René, né en ٣",
            "voir René, nÃ© en ٣",
            "fr",
            protect=("René",),
            why="what is protected stays, and digits",
        ),
        Example("ok 👍", "ok ðŸ‘\x8d", "fr"),
        Example("é", "Ã©", "fr", why="one character"),
        Example("ok", "ok", "fr", why="ASCII is the same in both"),
        Example("", "", "fr", why="nothing to perturb"),
    ],
)
def mojibake(text: Text, rng: Random, severity: int) -> Text:
    """Read what is written in UTF-8 as if it were Latin-1: `Ã©` for `é`."""
    return text.replace_each([(start, end, _misread(string)) for start, end, string in text.find(_ENCODED)], "mojibake")


def _misread(string: str) -> str:
    return "".join(WINDOWS_1252[byte] for byte in string.encode())
