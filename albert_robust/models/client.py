"""What asks a chat model behind an endpoint, in OpenAI's format, which most servers speak.

It is Python's own client: there is nothing to install, proxies of the environment are used, and certificates are verified.
No redirect is followed, so the key goes where the suite says or nowhere. Whatever the server sends is read within bounds.
"""

import json
import os
import re
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPException, HTTPResponse
from operator import itemgetter
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPErrorProcessor, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from albert_robust.errors import TransientError, UsageError, on_one_line
from albert_robust.models.kind import ModelSettings
from albert_robust.models.model import Inputs, Usage
from albert_robust.models.pace import BusyError, Pace, as_they_come
from albert_robust.models.prompt import is_local, turns_of
from albert_robust.models.reply import after_thoughts, read_reply
from albert_robust.tasks import Task

PATIENCE = 600.0  # seconds a request, where a suite names none: what clients of such endpoints wait
LARGEST, SHOWN = 4 * 2**20, 2000  # bytes of a reply that are read; of one that refuses
MOST_TOKENS = 2**32  # that a reply may be said to have taken
EXCERPT = 200  # characters of a reply in a message
SECRET = 16  # characters that a key has at least; servers on one's own machine take any word for one
TOO_OFTEN = {429, 529}  # the requests
PASSING = {408, 409, 425, *TOO_OFTEN}  # and all from 500 on: the same request may be answered later
FOR_ALL = {401, 402, 404, 405}  # and all redirects: no request to this endpoint will be answered
_SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)


class _AsItIs(HTTPErrorProcessor):
    """Hands over a reply whatever its status: nothing is raised, and no redirect followed."""

    def http_response(self, request: Request, response: Any) -> Any:
        return response

    https_response = http_response


@dataclass(frozen=True)
class EndpointModel:
    """A model that is asked over HTTP, some requests at a time.

    Attributes:
        suite: What the suite says about it.
        task: Says how replies are read.
        opener: Makes requests, from any thread.
        pace: Of its requests.
        usage: Is added to.
        key: Goes with each request, and nowhere else; empty for none.
    """

    suite: ModelSettings
    task: Task
    opener: OpenerDirector
    pace: Pace
    usage: Usage
    key: str = field(default="", repr=False)

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer an input, or in its place what went wrong with it."""
        return [answer for _, answer in sorted(self.stream(batch, replicate), key=itemgetter(0))]

    def stream(self, inputs: Iterable[Inputs], replicate: int = 0) -> Iterator[tuple[int, Any]]:
        """Yield the place of an input and its answer, or what went wrong with it, as they come."""
        self.pace.begin()
        try:
            for place, reply in as_they_come(self._asked, inputs, self.suite.at_once):
                yield place, self._answer(reply) if isinstance(reply, str) else reply
        finally:
            self.pace.stop()

    def _asked(self, inputs: Inputs) -> str:
        return self.pace.ask(partial(self._reply, inputs))

    def _answer(self, reply: str) -> Any:
        prompt, completion = tokens_of(reply)
        self.usage.prompt += prompt
        self.usage.completion += completion
        try:
            return read_reply(content_of(reply), self.task, self.suite.labels)
        except ValueError as error:
            return error

    def _reply(self, inputs: Inputs) -> str:
        seconds = self.suite.timeout or PATIENCE
        until = time.monotonic() + seconds
        try:
            with self.opener.open(self._request(inputs), timeout=seconds) as reply:
                fine = reply.status // 100 == 2
                text = _body(reply, LARGEST if fine else SHOWN, until).decode("utf-8", "replace")
                if len(self.key) >= SECRET:
                    text = text.replace(self.key, "(the key)")
                if not fine:
                    raise refusal(reply.status, text, reply.headers)
                return text
        except (OSError, HTTPException) as error:
            raise self._unanswered(error, seconds) from None

    def _unanswered(self, error: Exception, seconds: float) -> Exception:
        """Return what a fault on the way to the endpoint and back is to those who ask."""
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError):
            return TimeoutError(f"no answer within {seconds:g} s")
        what = f"{self.suite.endpoint}: {on_one_line(str(reason), EXCERPT)}"
        return UsageError(what) if isinstance(reason, ssl.SSLCertVerificationError) else ConnectionError(what)

    def _request(self, inputs: Inputs) -> Request:
        suite, messages = self.suite, turns_of(self.suite, inputs)
        body = json.dumps({"model": suite.model, "messages": messages, **suite.settings}).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "albert-robust"}
        if self.key:
            headers |= {suite.key_header: self.key} if suite.key_header else {"Authorization": f"Bearer {self.key}"}
        return Request(str(suite.endpoint), body, headers)


def load_endpoint(suite: ModelSettings, task: Task, usage: Usage) -> EndpointModel:
    """Return the model behind an endpoint, with the key that the environment has for it; it adds to the usage.

    Raises:
        UsageError: The environment has no key, or one that no header can hold.
    """
    proxies = ProxyHandler({} if is_local(str(suite.endpoint)) else None)
    opener = build_opener(_AsItIs, proxies, HTTPSHandler(context=ssl.create_default_context()))
    key = key_from(suite.key_env) if suite.key_env else ""
    return EndpointModel(suite, task, opener, Pace(suite.at_once, suite.retries, usage), usage, key)


def key_from(variable: str) -> str:
    """Return the key that an environment variable holds.

    Raises:
        UsageError: It holds none, or what no header can.
    """
    key = os.environ.get(variable, "").strip()
    if not key:
        raise UsageError(f"the environment has no {variable}, where `key_env` says that the key is")
    if not (key.isascii() and key.isprintable()):
        raise UsageError(f"{variable} in the environment holds characters that no key has")
    return key


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
        if content is None and choice["finish_reason"] == "length":
            content = ""  # vLLM's, while the model thinks
        if isinstance(content, list):  # Mistral's: thoughts and text, in parts of their own
            content = "".join(part["text"] for part in content if part["type"] == "text")
        content = content.strip()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        what = on_one_line(" ".join(reply.split()), EXCERPT)
        raise ValueError(f"no text at choices[0].message.content of the reply: {what}") from None
    answer = after_thoughts(content)
    if not answer and choice.get("finish_reason") == "length":
        raise ValueError("it came to the limit of its tokens before it said anything")
    return answer


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
    """Return in how many tokens the model was asked and answered, as a reply says; none where it does not say so."""
    try:
        usage = json.loads(reply)["usage"]
        counts = usage["prompt_tokens"], usage["completion_tokens"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return 0, 0
    return counts if all(type(count) is int and 0 <= count <= MOST_TOKENS for count in counts) else (0, 0)


def refusal(status: int, text: str, headers: Mapping[str, str]) -> Exception:
    """Return what a reply means that is no answer.

    Args:
        status: Of HTTP.
        text: What the server says.
        headers: `Retry-After` and `Location` count.
    """
    what = f"the endpoint says {status}: {on_one_line(' '.join(text.split()), EXCERPT)}"
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


def _body(reply: HTTPResponse, most: int, until: float) -> bytes:
    """Return what a server sends; of a reply that refuses only the beginning.

    Raises:
        TimeoutError: The time is over. A server that sends a blank now and then keeps nobody waiting for longer.
        ConnectionError: It broke off.
        ValueError: An answer is larger than `LARGEST`.
    """
    body = b""
    while len(body) <= most and (part := reply.read1(2**16)):
        body += part
        if time.monotonic() > until:
            raise TimeoutError
    if len(body) > most == LARGEST:
        raise ValueError(f"the reply has more than {LARGEST:,} bytes")
    if reply.length and len(body) <= most:
        raise ConnectionError("the reply broke off")
    return body
