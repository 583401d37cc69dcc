"""Client: asks a chat model behind an endpoint. The key goes to the endpoint with each request, and nowhere else."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any
from urllib.request import OpenerDirector

from albert_robust.errors import UsageError
from albert_robust.models.chat_format import content_of, refusal, tokens_of
from albert_robust.models.model import Inputs, Usage
from albert_robust.models.pace import Pace, as_they_come
from albert_robust.models.prompt import turns_of
from albert_robust.models.reply import read_reply
from albert_robust.models.spec import ModelSpec
from albert_robust.models.transport import opener_for, post
from albert_robust.tasks import Task

PATIENCE = 600.0  # seconds a request, where a suite names none: what clients of such endpoints wait
SECRET = 8  # characters that a key has at least; servers on one's own machine take any word for one


@dataclass(frozen=True)
class EndpointModel:
    """A model that is asked over HTTP, some requests at a time.

    Attributes:
        suite: The settings of the model.
        task: Says how replies are read.
        opener: Makes requests, from any thread.
        pace: Says when requests are made.
        usage: Counts tokens.
        key: Goes with each request, and nowhere else; empty for none.
    """

    suite: ModelSpec
    task: Task
    opener: OpenerDirector
    pace: Pace
    usage: Usage
    key: str = field(default="", repr=False)

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer per input, or the error in its place."""
        return [answer for _, answer in sorted(self.stream(batch, replicate), key=itemgetter(0))]

    def stream(self, inputs: Iterable[Inputs], replicate: int = 0) -> Iterator[tuple[int, Any]]:
        """Yield the index of an input and its answer, or the error in its place, as they come."""
        self.pace.begin()
        try:
            for place, reply in as_they_come(self._asked, inputs, self.suite.at_once):
                yield place, self._answer(reply) if isinstance(reply, str) else reply
        finally:
            self.pace.stop()

    def _asked(self, inputs: Inputs) -> str:
        return self.pace.ask(partial(self._reply, inputs))

    def _reply(self, inputs: Inputs) -> str:
        suite = self.suite
        turns = {"model": suite.model, "messages": turns_of(suite, inputs), **suite.settings}
        headers = {"Content-Type": "application/json", "User-Agent": "albert-robust"}
        if self.key:
            headers |= {suite.key_header: self.key} if suite.key_header else {"Authorization": f"Bearer {self.key}"}
        with self._hiding():
            body = json.dumps(turns).encode()
            reply = post(self.opener, str(suite.endpoint), body, headers, suite.timeout or PATIENCE)
            if not reply.fine:
                raise refusal(reply.status, reply.text, reply.headers)
            return reply.text

    def _answer(self, reply: str) -> Any:
        prompt, completion = tokens_of(reply)
        self.usage.prompt += prompt
        self.usage.completion += completion
        try:
            with self._hiding():
                return read_reply(self._hidden(content_of(reply)), self.task, self.suite.own_labels)
        except ValueError as error:
            return error

    def _hidden(self, text: str) -> str:
        """Return a text without the key, which a server may repeat; also where JSON writes it with escapes."""
        if len(self.key) < SECRET:
            return text
        return text.replace(self.key, "(the key)").replace(json.dumps(self.key)[1:-1], "(the key)")

    @contextmanager
    def _hiding(self) -> Iterator[None]:
        """Hide the key in what an error says."""
        try:
            yield
        except Exception as error:
            error.args = (self._hidden(str(error)),)
            raise


def load_endpoint(suite: ModelSpec, task: Task, usage: Usage) -> EndpointModel:
    """Return the model behind an endpoint, with the key that the environment has for it; it adds to the usage.

    Raises:
        UsageError: The environment has no key, or one that no header can hold.
    """
    key = key_from(suite.key_env) if suite.key_env else ""
    pace = Pace(suite.at_once, suite.retries, usage)
    return EndpointModel(suite, task, opener_for(str(suite.endpoint)), pace, usage, key)


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
