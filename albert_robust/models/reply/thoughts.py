"""Thoughts in a reply: where they end, and what a model says begins."""

import regex

# What opens and closes thoughts: of most models, of Claude's prompts, of Seed-OSS, Magistral, Kimi and gpt-oss.
THOUGHTS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<seed:think>": "</seed:think>",
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
}
_OVER = regex.compile(r"<\|(?:return|end)\|>$")  # what gpt-oss says at the end
_QUOTES = r"[`'\"‘’“”«»「」]"


def _closing(mark: str) -> str:
    return rf"(?<!{_QUOTES}){regex.escape(mark)}"


_THINKS = regex.compile(
    rf"\s*(?:{'|'.join(regex.escape(opens) + '.*?' + _closing(closes) for opens, closes in THOUGHTS.items())})",
    regex.DOTALL,
)
_OPENED = regex.compile(rf"\s*(?:{'|'.join(map(regex.escape, THOUGHTS))})")


def after_thoughts(said: str) -> str:
    """Return what a model says after what it thinks.

    Thoughts open what it says, or a prompt has opened them, and they go to the first mark that closes them (`THOUGHTS`). A mark
    behind a quotation mark is spoken of, and so is one that closes what opens later on.

    Raises:
        ValueError: Its thoughts have no end.
    """
    place = 0
    while found := _THINKS.match(said, place):
        place = found.end()
    if not place and not _OPENED.match(said):
        ends = ((opens, regex.search(_closing(closes), said)) for opens, closes in THOUGHTS.items())
        place = next((end.end() for opens, end in ends if end and opens not in said[: end.start()]), 0)
    if _OPENED.match(said, place):
        raise ValueError("it was still thinking when its tokens came to an end")
    return _OVER.sub("", said[place:].strip()).strip()
