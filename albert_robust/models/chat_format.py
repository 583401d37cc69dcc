"""Chat format: reads the replies of a chat endpoint in OpenAI's format, which most servers speak."""

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from albert_robust.errors import TransientError, UsageError
from albert_robust.models.pace import BusyError
from albert_robust.models.reply import after_thoughts
from albert_robust.shown import on_one_line

MOST_TOKENS = 2**32  # that a reply may be said to have taken
EXCERPT = 200  # characters of a reply in a message
TOO_OFTEN = {429, 529}  # the requests
PASSING = {408, 409, 425, *TOO_OFTEN}  # and all from 500 on: the same request may be answered later
FOR_ALL = {401, 402, 404, 405}  # and all redirects: no request to this endpoint will be answered
EMPTY = {  # why a model says nothing
    "length": "it came to the limit of its tokens before it said anything",
    "content_filter": "a filter of the endpoint took out what it said",
}
_SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)


def content_of(reply: str) -> str:
    """Return what the model says in a reply, without its thoughts; where it says nothing and calls tools, the calls as JSON.

    Raises:
        ValueError: There is no text, or thoughts alone.
    """
    try:
        choice = json.loads(reply)["choices"][0]
        message = choice["message"]
        content = message.get("content")
        if not content and message.get("tool_calls"):
            return _calls(message["tool_calls"])
        content = content or message.get("refusal") or content
        if content is None and choice["finish_reason"] in ("length", "content_filter"):
            content = ""  # vLLM's, while the model thinks
        if isinstance(content, list):  # Mistral's: thoughts and text, in parts of their own
            content = "".join(part["text"] for part in content if part["type"] == "text")
        content = content.strip()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"no text at choices[0].message.content of the reply: {_excerpt(reply)}") from None
    answer = after_thoughts(content)
    if not answer and choice.get("finish_reason") in EMPTY:
        raise ValueError(EMPTY[choice["finish_reason"]])
    return answer


def _excerpt(reply: str) -> str:
    """Return the beginning of a reply on one line; JSON without escapes."""
    try:
        reply = json.dumps(json.loads(reply), ensure_ascii=False)
    except (ValueError, RecursionError):
        reply = " ".join(reply.split())
    return on_one_line(reply, EXCERPT)


def _calls(calls: list[Any]) -> str:
    """Return the tools that a model calls and what with, one as an object and several as a list.

    Raises:
        LookupError, TypeError: They are none.
    """
    named = [
        {"name": str(call["function"]["name"]), "arguments": _parsed(call["function"]["arguments"])} for call in calls
    ]
    return json.dumps(named[0] if len(named) == 1 else named, ensure_ascii=False)


def _parsed(written: Any) -> Any:
    """Return what the arguments of a call are as JSON; as they stand where they are none."""
    try:
        return json.loads(written) if isinstance(written, str) else written
    except ValueError:
        return written


def tokens_of(reply: str) -> tuple[int, int]:
    """Return the tokens of the prompt and of the answer, as a reply reports them; 0 and 0 if it does not."""
    try:
        usage = json.loads(reply)["usage"]
        counts = usage["prompt_tokens"], usage["completion_tokens"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return 0, 0
    return counts if all(type(count) is int and 0 <= count <= MOST_TOKENS for count in counts) else (0, 0)


def refusal(status: int, text: str, headers: Mapping[str, str]) -> Exception:
    """Return the error that a reply without an answer stands for.

    Args:
        status: HTTP's status code.
        text: The body of the reply.
        headers: `Retry-After` and `Location` are read.
    """
    what = f"the endpoint says {status}: {_excerpt(text)}"
    if status in PASSING or status >= 500:
        retry_after = seconds_of(headers.get("Retry-After", ""), time.time())
        too_often = status in TOO_OFTEN or (status == 503 and retry_after is not None)
        return (BusyError if too_often else TransientError)(what, retry_after=retry_after)
    if status // 100 == 3:
        place = on_one_line(headers.get("Location", "another place"), EXCERPT)
        return UsageError(f"the endpoint says {status}: it is at {place}, and no redirect is followed")
    return UsageError(what) if status in FOR_ALL else ValueError(what)


def seconds_of(retry_after: str, now: float) -> float | None:
    """Return the seconds to wait that a header `Retry-After` asks for, in seconds or as a date; None where it says neither."""
    if _SECONDS.fullmatch(retry_after.strip()):
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
