"""Reads lists of passages, such as retrieved documents or answers to compare, as one numbered text.

The lists may be written as ragas, HotpotQA, MS MARCO, DPR, BEIR, LangChain, LlamaIndex and their kin do.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import regex

from albert_robust.errors import Mistake

TEXT = ("text", "page_content", "content", "contents", "passage", "passage_text", "body", "sentences")
WITHIN = ("node", "kwargs", "document")  # keys under which a retriever's result, or a saved object, has its passage
FORMS = '["...", "..."], [{"title": ..., "text": ...}], or as text'
_BLANK_LINES = regex.compile(r"\n(?:[^\S\n]*\n)+")


def are_passages(held: Any) -> bool:
    """Return whether a cell holds passages: a list of them, or lists of their texts and titles."""
    return isinstance(held, list) or (isinstance(held, Mapping) and isinstance(held.get(_named(held)), list))


def numbered(held: Any) -> str:
    """Return passages as one text, each behind its number and below its title, if it has one: `[1] Bern`.

    Blank lines stand between passages and nowhere in them, so that the end of each is visible.

    Raises:
        Mistake: There are no passages, or one of them is no text.
    """
    passages = list(_passages(held))
    if not passages:
        raise Mistake("no passage", f"write them as {FORMS}, or take the row out")
    return "\n\n".join(f"[{number}] {_BLANK_LINES.sub(chr(10), text)}" for number, text in enumerate(passages, 1))


def _named(passage: Mapping[str, Any]) -> str:
    return next((name for name in TEXT if passage.get(name) is not None), "")


def _passages(held: Any) -> Iterator[str]:
    if isinstance(held, Mapping) and isinstance(held.get("title"), str):
        yield _passage(held)
    elif isinstance(held, Mapping):  # lists side by side
        texts = held[_named(held)]
        titles = held.get("title") or [None] * len(texts)
        if not isinstance(titles, list) or len(titles) != len(texts):
            raise Mistake(f"{len(texts)} passages, but other titles: {titles!r:.40}", "give each passage one, or none")
        yield from (_passage({"title": title, "text": text}) for title, text in zip(titles, texts, strict=True))
    else:
        yield from map(_passage, held)


def _passage(held: Any) -> str:
    """Return a passage, below its title."""
    if isinstance(held, Mapping):
        held = next((held[name] for name in WITHIN if isinstance(held.get(name), Mapping)), held)
    title, text = (held.get("title"), held.get(_named(held))) if isinstance(held, Mapping) else (None, held)
    if isinstance(held, list) and len(held) == 2 and isinstance(held[1], list):
        title, text = held  # HotpotQA's own: its title, its sentences
    if isinstance(text, list) and all(isinstance(sentence, str) for sentence in text):
        text = " ".join(sentence.strip() for sentence in text)
    if not isinstance(text, str) or not text.strip():
        raise Mistake(f"{held!r:.40}, expected a passage", f"write them as {FORMS}")
    return f"{title}\n{text.strip()}" if title else text.strip()
