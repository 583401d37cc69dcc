"""One spelling for what readers take for one: what a text's letters are compared by, and what a language's text is read as.

A tokenizer's normaliser says which characters it does not tell apart: full and half width, characters that are not seen, marks
that most writers leave out. Letters are compared behind it, so that they do not tell apart again what its tokens do not.
Capitals are the exception: a tokenizer that has none leaves them to the letters.

No normaliser says that `٣` is 3. Nor can it say what is one spelling in one language and two in another: Persian and Urdu typed
with Arabic letters, a Persian affix behind a blank (می روم, می‌روم: the commonest of Hazm's, https://github.com/roshan-research/hazm),
and Hindi's two ways to write a nasal before a consonant of its own kind (हिन्दी, हिंदी).
"""

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import regex
from tokenizers import Tokenizer

OF_TOKENS = ("ByteLevel", "Prepend")  # normalisers that write for the tokens behind them, not for readers
# Words that no normaliser changes but for their capitals: most English texts need none.
PLAIN = regex.compile(r"[A-Za-z0-9]+(?:(?:[,;:]? |[-'])[A-Za-z0-9]+)*+[.?!]?")
BLANK = "▁"  # how SentencePiece writes a blank
LETTERS = {
    "fa": str.maketrans("يىك", "ییک"),
    "ur": str.maketrans("يىكه", "ییکہ"),
}
DIGIT = regex.compile(r"[\p{Nd}--[0-9]]", regex.V1)
UNJOINED, JOINER = (
    regex.compile(r"(?<=(?<!\S)ن?می) (?=\p{L})|(?<=\p{L}) (?=(?:ها(?:یی?)?|تر(?:ین)?)(?![\p{L}\u200c]))"),
    "\u200c",
)
NASAL, ANUSVARA = regex.compile("ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])"), "ं"


def in_language(text: str, language: str) -> str:
    """Return a text in normal form C as its language spells it, and with the digits 0 to 9."""
    text = DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0], digit[0])), text)
    if language == "hi":
        return NASAL.sub(ANUSVARA, text)
    text = text.translate(LETTERS[language]) if language in LETTERS else text
    return UNJOINED.sub(JOINER, text) if language == "fa" else text


def speller(tokenizer: Any) -> Callable[[str], str]:
    """Return what makes of a text what a tokenizer's normaliser makes of it, its capitals kept; a slow one's is not known."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    content = json.loads(backend.to_str()) if backend is not None else {}
    steps = list(_with_capitals(_steps(content.get("normalizer"))))
    if not steps:
        return str
    model = {"type": "WordLevel", "vocab": {}, "unk_token": ""}
    parts = dict.fromkeys(("truncation", "padding", "pre_tokenizer", "post_processor", "decoder"))
    sequence = {"type": "Sequence", "normalizers": steps}
    made = {"version": content["version"], "added_tokens": [], **parts, "normalizer": sequence, "model": model}
    normalizer = Tokenizer.from_str(json.dumps(made)).normalizer

    def spelled(text: str) -> str:
        return text if PLAIN.fullmatch(text) else str(normalizer.normalize_str(text)).replace(BLANK, " ")

    return spelled


def _steps(normalizer: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """Yield the steps of a normaliser as its file has them."""
    if normalizer is None:
        return
    if normalizer["type"] != "Sequence":
        yield normalizer
    for step in normalizer.get("normalizers", ()):
        yield from _steps(step)


def _with_capitals(steps: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield steps but for those that take capitals away, and the replacements that make up for that (`ς` for `σ`)."""
    lowered = False
    for step in steps:
        if step["type"] == "Lowercase":
            lowered = True
        elif step["type"] not in OF_TOKENS and not (lowered and step["type"] == "Replace"):
            yield {**step, "lowercase": False} if "lowercase" in step else step
