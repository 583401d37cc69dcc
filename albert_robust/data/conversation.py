"""A conversation in a cell, as chat data keep them: a list of turns, `{role, content}` or ShareGPT's `{from, value}`.

The last thing that the user says is the prompt, an assistant's turn after it the answer; the turns before stay turns.
"""

import json
from typing import Any, NamedTuple, TypeGuard

BEFORE = "before"  # the field that holds the turns before the prompt, as JSON: fields are texts
ROLES = {
    "human": "user",
    "gpt": "assistant",
    **dict.fromkeys(("chatgpt", "bard", "bing", "bot"), "assistant"),
    "model": "assistant",
}  # as other formats call them


class Conversation(NamedTuple):
    """A conversation that a model is to go on with.

    Attributes:
        prompt: What the user says last.
        before: The turns before, as JSON; empty where there are none.
        answer: What the assistant said to the prompt, None where it is not told.
    """

    prompt: str
    before: str = ""
    answer: str | None = None


def is_conversation(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Return whether a cell holds a list of turns."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def conversation(turns: list[dict[str, Any]]) -> Conversation:
    """Return a conversation.

    Raises:
        ValueError: A turn has no role or no text, or the user does not speak last but for one answer.
    """
    said = [_turn(one) for one in turns]
    answer = said.pop()["content"] if said[-1]["role"] == "assistant" else None
    if not said or said[-1]["role"] != "user":
        raise ValueError(
            "the user does not speak last\nbut for one answer of the assistant, the last turn is the user's"
        )
    prompt = said.pop()["content"]
    return Conversation(prompt, json.dumps(said, ensure_ascii=False) if said else "", answer)


def _turn(one: dict[str, Any]) -> dict[str, str]:
    role, content = one.get("role", one.get("from")), one.get("content", one.get("value"))
    if not isinstance(role, str):
        raise ValueError("a turn without a role\nwrite {role: user, content: ...}")
    if isinstance(content, list) and all(isinstance(part, dict) and part.get("type") == "text" for part in content):
        content = "".join(str(part.get("text", "")) for part in content)
    if not isinstance(content, str):
        raise ValueError(f"a turn of role {role!r:.40} without a text\nwrite {{role: user, content: ...}}")
    return {"role": ROLES.get(role, role), "content": content}
