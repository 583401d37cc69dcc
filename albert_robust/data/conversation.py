"""Reads conversations of chat data: lists of turns, `{role, content}` or ShareGPT's `{from, value}`.

The user's last turn is the field that is tested, an assistant's turn after it is the reference, and the turns before stay turns.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from albert_robust.errors import Mistake

BEFORE = "before"  # the field that holds the turns before, as JSON: fields are texts
ROLES = {"human": "user", **dict.fromkeys(("gpt", "chatgpt", "bard", "bing", "bot", "model"), "assistant")}  # elsewhere
MEND = "write {role: user, content: ...}, or take the row out: what is tested is what is said in text"
CALLS = ("tool_calls", "tool_call_id")  # an assistant's calls of tools, and the call that a tool's turn answers
Turn = dict[str, Any]  # its role and content, both texts, and its keys among CALLS


class Conversation(NamedTuple):
    """A conversation that a model is to go on with.

    Attributes:
        last: The user's last turn.
        before: The turns before, as JSON; empty if there are none.
        answer: The assistant's turn after it; None if there is none, or if it only called tools.
    """

    last: str
    before: str = ""
    answer: str | None = None


def is_conversation(value: Any) -> bool:
    """Return whether a cell holds a list of turns, complete or not."""
    return isinstance(value, list) and any(isinstance(one, dict) and one.keys() & {"role", "from"} for one in value)


def conversation(turns: list[Any]) -> Conversation:
    """Return the conversation that consists of some turns.

    Raises:
        Mistake: A turn has no role or no text, or the last turn, before an answer of the assistant, is not the user's.
    """
    said = [_turn(number, one) for number, one in enumerate(turns, start=1)]
    answer = (said.pop()["content"] or None) if said[-1]["role"] == "assistant" else None
    if not said or said[-1]["role"] != "user":
        raise Mistake(
            "the user does not speak last", "but for one answer of the assistant, the last turn is the user's"
        )
    last = said.pop()["content"]
    return Conversation(last, json.dumps(said, ensure_ascii=False) if said else "", answer)


def turns_before(fields: Mapping[str, str]) -> list[Turn]:
    """Return the turns before the last, from an example's fields; none if it is no conversation."""
    found: list[Turn] = json.loads(fields.get(BEFORE, "[]"))
    return found


def written(before: str) -> str:
    """Return turns, given as JSON, as a person reads them, each on a line of its own; any other text as it is."""
    try:
        turns = turns_before({BEFORE: before})
        return "\n".join(f"{turn['role']}: {turn['content'] or turn.get('tool_calls', '')}" for turn in turns)
    except (ValueError, TypeError, KeyError):  # in a folder that somebody else wrote
        return before


def _turn(number: int, one: Any) -> Turn:
    role, content = (_first(one, names) for names in (("role", "from"), ("content", "value")))
    if isinstance(content, list) and all(isinstance(part, dict) and part.get("type") == "text" for part in content):
        content = "".join(str(part.get("text", "")) for part in content)
    calls = {name: one[name] for name in CALLS if one.get(name)} if isinstance(one, dict) else {}
    if content is None and "tool_calls" in calls:
        content = ""
    for held, what in ((role, "role"), (content, "text")):
        if not isinstance(held, str):
            raise Mistake(f"turn {number} has no {what}", MEND)
    return {"role": ROLES.get(role, role), "content": content, **calls}


def _first(one: Any, names: tuple[str, ...]) -> Any:
    """Return a turn's value under the first of some names that it has."""
    return next((one[name] for name in names if one.get(name) is not None), None) if isinstance(one, dict) else None
