"""How data call what a task needs: guessed from the names of their columns."""

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from albert_robust.data.options import LATIN
from albert_robust.tasks import Task
from albert_robust.text.languages import is_tag

ALIASES = {
    "text": ("sentence", "review", "content", "input", "comment", "body", "tokens", "words"),
    "entities": ("ner_tags", "tags", "ents", "spans", "labels"),
    "labels": ("label", "tags", "categories", "emotions", "topics"),
    "label": ("sentiment", "category", "class", "target", "y", "gold_label", "is_duplicate", "relevance"),
    "context": (
        "passage",
        "paragraph",
        "document",
        "contexts",
        "retrieved_contexts",
        "passages",
        "ctxs",
        "documents",
        "text",
    ),
    "question": ("query", "user_input"),
    "answers": ("answer", "reference", "ground_truth", "target"),
    "document": ("article", "text", "source", "body"),
    "summary": ("highlights", "target", "abstract"),
    "source": ("src", "text", "input"),
    "translation": ("tgt", "target", "reference"),
    "prompt": ("instruction", "question", "input", "text", "query", "messages", "conversations"),
    "answer": ("answers", "response", "output", "completion", "target", "reference"),
    "query": ("question", "search", "text"),
    "relevant": ("positive", "document", "answer", "target"),
    "first": (
        "sentence1",
        "sentence_a",
        "text1",
        "text_a",
        "premise",
        "question1",
        "query",
        "question",
        "text",
    ),
    "second": (
        "sentence2",
        "sentence_b",
        "text2",
        "text_b",
        "text_pair",
        "hypothesis",
        "question2",
        "passage",
        "answer",
        "sentence",
    ),
    "score": ("similarity_score", "similarity", "rating", "stars", "label"),
}
OFFERED = ("choices", "options", "endings")  # columns that hold the choices of a question
ASKING = {"text": ("question", "question_stem", "ctx"), "label": ("answer", "answerkey", "answer_idx")}  # beside them
ABOUT = ("input", "context")  # columns that hold what an instruction is about: Alpaca's, Dolly's
SAYS_LANGUAGE = ("lang", "locale", "language_code")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")  # of a name such as `reviewText`, `review_text` or `Review Text`
_NUMBERED = re.compile(r"(?:option|choice|ending)_?\d")  # WinoGrande's, SWAG's


def columns_in(first: Mapping[str, Any], task: Task, more: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the columns that the data call otherwise: by our names, theirs."""
    present = {str(name).lower(): str(name) for name in first}
    found: dict[str, str] = {}
    for wanted in (*task.inputs, task.reference):
        if wanted not in first:
            names = (wanted, *more.get(wanted, ()), *ALIASES.get(wanted, ()))
            near = next((present[name] for name in names if name in present), None)
            if near is None and wanted in task.inputs:
                near = _ending_in(names, first)
            if near is not None and near not in found.values():
                found[wanted] = near
    return found if "language" in first else found | _says_language(first)


def _ending_in(names: Sequence[str], first: Mapping[str, Any]) -> str | None:
    """Return the one column with a text whose last word is one of some names, as in `Review Text`; None if there are several."""
    texts = [str(name) for name, cell in first.items() if isinstance(cell, str)]
    for wanted in names:
        found = [name for name in texts if (words := _WORD.findall(name)) and words[-1].lower() == wanted]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _says_language(first: Mapping[str, Any]) -> dict[str, str]:
    """Return the column of another name that says the language of its row, if there is one that holds language tags."""
    names = [str(name) for name in first if str(name).lower() in SAYS_LANGUAGE and is_tag(str(first[name]))]
    return {"language": names[0]} if names else {}


def offered_in(first: Mapping[str, Any]) -> list[str]:
    """Return the columns that hold the choices of a question, in data that ask some; none where there are none."""
    present = {str(name).lower(): str(name) for name in first}
    numbered = [present[name] for name in present if _NUMBERED.fullmatch(name)]
    if len(numbered) > 1:
        return numbered
    if not any(name in present for name in ASKING["text"]):
        return []
    for name in OFFERED:
        if name in present and (
            isinstance(held := first[present[name]], list | dict) or str(held).startswith(("[", "{"))
        ):
            return [present[name]]
    lettered = [present[letter] for letter in takewhile(present.__contains__, LATIN.lower())]
    return lettered if len(lettered) > 1 else []


def split_columns(theirs: str, first: Mapping[str, Any]) -> list[str]:
    """Return the columns that a user names for the choices of a question: one, or several between commas."""
    return [theirs] if theirs in first else theirs.split(",")


def about_in(first: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """Return the column that holds what an instruction is about, in data that instruct; empty where there is none."""
    instructs = columns.get("prompt", "").lower() == "instruction"
    return next((name for name in first if instructs and name.lower() in ABOUT), "")
